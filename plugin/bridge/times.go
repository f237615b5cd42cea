// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"sync"
	"time"
)

// A message from Teams keeps its own time where nobody can have read past it: a server counts as read what is older than the
// newest post at the time of reading. So a root is posted with its own time when that is after the newest post of the channel,
// and with the present time otherwise. A reply always gets the present time: of a thread people may have read up to the very
// moment, whatever its newest post. What a backfill brings keeps its time in any case.

// newestPosts knows the time of the newest post of channels, in as far as this node saw it.
type newestPosts struct {
	mu sync.Mutex
	at map[ChannelID]int64
}

// saw notes a post.
func (n *newestPosts) saw(channel ChannelID, createAt int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.at == nil {
		n.at = map[ChannelID]int64{}
	}
	n.at[channel] = max(n.at[channel], createAt)
}

func (n *newestPosts) of(channel ChannelID) int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.at[channel]
}

// lookAtNewest asks the server for the channel's newest post: another node may have seen a newer one than this one. It tells
// whether it is known now.
func (w *worker) lookAtNewest(ctx context.Context) bool {
	newest, err := w.Mattermost.NewestPost(ctx, w.link.Channel)
	if err != nil {
		w.Log.Debug("could not find out when the newest post of a channel was made; messages get the present time", "channel", w.link.Channel, "error", err)
		return false
	}
	w.newest.saw(w.link.Channel, newest)
	return true
}

// timeOf returns the time that a root from Teams is posted with; zero for the present one. The newest post was looked at a
// moment ago.
func (w *worker) timeOf(written time.Time) time.Time {
	if written.IsZero() || written.After(time.Now()) || written.UnixMilli() <= w.newest.of(w.link.Channel) {
		return time.Time{}
	}
	return written
}
