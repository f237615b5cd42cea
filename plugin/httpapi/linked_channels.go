// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"context"
	"net/http"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// LinkedChannels knows which linked channels somebody sees.
type LinkedChannels interface {
	// Of returns the links of the channels and chats that the user is a member of.
	Of(ctx context.Context, user bridge.UserID) ([]bridge.Link, error)
}

// linkedChannel is a link as a member of its channel sees it.
type linkedChannel struct {
	ChannelID bridge.ChannelID `json:"channel_id"`
	Kind      string           `json:"kind"` // channel or chat
}

// LinkMark is the data of the websocket event link_mark: all that a client needs to mark a channel or to take its mark away, so
// that the members of a large channel do not all ask at once.
func LinkMark(link bridge.Link, linked bool) map[string]any {
	return map[string]any{"channel_id": string(link.Channel), "linked": linked, "kind": kindOf(link)}
}

func kindOf(link bridge.Link) string {
	if link.Conversation.IsChat() {
		return "chat"
	}
	return "channel"
}

func (a *api) linkedChannels(c *call) error {
	if a.Linked == nil {
		return a.notReady()
	}
	links, err := a.Linked.Of(c.Context(), c.User)
	if err != nil {
		return err
	}
	shown := make([]linkedChannel, 0, len(links))
	for _, l := range links {
		shown = append(shown, linkedChannel{ChannelID: l.Channel, Kind: kindOf(l)})
	}
	writeJSON(c.w, http.StatusOK, map[string]any{"channels": shown})
	return nil
}
