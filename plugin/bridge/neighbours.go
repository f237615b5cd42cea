// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"sync"
	"time"
)

// A node that is killed leaves no word of the posts that were committed on its server and whose hooks had not run yet. A lane
// that it held tells so when the lease ends, but it may have held none, and what is newer would be sent before. So who is to send
// looks first whether all nodes that were there are still there. When one is not, each lane is searched before anything is
// sent from it: a post waits for the reorder window at least, and by then a dead node's connection is gone.

// bereft is how long a lost node's server may go on taking posts that no hook reports: it starts a dead plugin at its check every
// 30 seconds, and the plugin then searches for itself.
const bereft = time.Minute

// neighbours is which nodes were there when last looked.
type neighbours struct {
	mu     sync.Mutex
	looked time.Time
	alive  map[string]bool
	lost   time.Time // when one was found to be gone
}

// missing tells whether a node went within the last minute, and whether it was found out just now. A look counts for as long as
// half the reorder window.
func (n *neighbours) missing(ctx context.Context, store LaneStore, window time.Duration) (missing, since bool, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	if now.Sub(n.looked) >= window/2 {
		nodes, err := store.Nodes(ctx)
		if err != nil {
			return false, false, err
		}
		alive := make(map[string]bool, len(nodes))
		for _, node := range nodes {
			alive[node] = true
		}
		for node := range n.alive {
			since = since || !alive[node]
		}
		if since {
			n.lost = now
		}
		n.looked, n.alive = now, alive
	}
	return !n.lost.IsZero() && now.Sub(n.lost) < bereft, since, nil
}

// lookAround tells whether a node is missing whose posts somebody has to look for, and has all channels searched as soon as one is.
func (e *Engine) lookAround(ctx context.Context) (missing bool, err error) {
	missing, since, err := e.neighbours.missing(ctx, e.Store, e.Tuning.ReorderWindow)
	if err != nil || !since {
		return missing, err
	}
	e.Log.Warn("another node is gone; looking for posts that it did not report")
	for _, link := range e.links.All() {
		e.scans.want(link.Conversation.ID)
	}
	e.scans.want(waitingPrefix)
	e.scans.poke()
	return missing, nil
}
