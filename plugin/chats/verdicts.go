// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package chats

import (
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// verdicts remembers what was found out, so that each message does not find it out again. Every post on the server asks.
type verdicts struct {
	mu       sync.RWMutex
	channels map[bridge.ChannelID]verdict
	chats    map[bridge.ConversationID]verdict
}

// verdict is what is known of a channel or chat.
type verdict struct {
	direct, group bool               // what kind of channel it is, which never changes
	refused       *bridge.NotCarried // why it is not carried, until then
	until         time.Time
}

// rememberRefusal is how long a chat that is not carried is left alone, on nodes that are not told when somebody connects an
// account. mostVerdicts bounds what is remembered.
const (
	rememberRefusal = 5 * time.Minute
	mostVerdicts    = 100_000
)

func (v verdict) now() verdict {
	if v.refused != nil && time.Now().After(v.until) {
		v.refused = nil
	}
	return v
}

func (v *verdicts) ofChannel(channel bridge.ChannelID) (verdict, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	found, known := v.channels[channel]
	return found.now(), known
}

// ofChat is why a chat is not carried; nil when it may be.
func (v *verdicts) ofChat(chat bridge.ConversationID) *bridge.NotCarried {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.chats[chat].now().refused
}

func (v *verdicts) keepChannel(channel bridge.ChannelID, found verdict) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.channels == nil || len(v.channels) >= mostVerdicts {
		v.channels = map[bridge.ChannelID]verdict{}
	}
	found.until = time.Now().Add(rememberRefusal)
	v.channels[channel] = found
}

func (v *verdicts) refuseChat(chat bridge.ConversationID, why *bridge.NotCarried) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.chats == nil || len(v.chats) >= mostVerdicts {
		v.chats = map[bridge.ConversationID]verdict{}
	}
	v.chats[chat] = verdict{refused: why, until: time.Now().Add(rememberRefusal)}
}

// forget drops the refusals. What kind a channel is stays.
func (v *verdicts) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.chats)
	for channel, found := range v.channels {
		if found.refused != nil {
			found.refused = nil
			v.channels[channel] = found
		}
	}
}
