// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package chats

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// party is who is in a chat, as Mattermost sees them.
type party struct {
	users     []bridge.UserID // who stands for its members
	connected []bridge.UserID // those of them who connected an account
	mirrors   []bridge.UserID // those of them who are not on this server
	missing   []string        // names of people of the tenant for whom nobody stands
	leftOut   []string        // names of guests and of people of other organisations for whom nobody stands
	ours      bool            // a bot of ours is in it
}

// partyOf finds out who the members of a chat are in Mattermost. When none of them connected an account nobody is looked up
// further.
func (c *Chats) partyOf(ctx context.Context, settings config.Settings, chat teams.Chat) (p party, err error) {
	connected := map[bridge.TeamsUserID]bridge.UserID{}
	for _, m := range chat.Members {
		if m.User == "" {
			continue
		}
		account, known, err := c.Accounts.OfTeamsUser(ctx, m.User)
		if err != nil {
			return p, err
		}
		if known {
			connected[m.User] = account.MattermostUser
			p.connected = append(p.connected, account.MattermostUser)
		}
	}
	if len(connected) == 0 {
		return p, nil
	}
	for _, m := range chat.Members {
		if user, known := connected[m.User]; known {
			p.users = append(p.users, user)
			continue
		}
		if err := c.place(ctx, settings, chat, m, &p); err != nil {
			return p, err
		}
	}
	return p, nil
}

// place says where a member without an account belongs.
func (c *Chats) place(ctx context.Context, settings config.Settings, chat teams.Chat, m teams.ChatMember, p *party) error {
	if m.User == "" || m.Guest() && !settings.SyncGuestUsers {
		p.leftOut = append(p.leftOut, m.Name)
		return nil
	}
	ours, err := c.Accounts.WasBot(ctx, m.User)
	if err != nil {
		return err
	}
	if ours {
		p.ours = true
		return nil
	}
	user, known, err := c.People.StandsFor(ctx, bridge.Sender{User: m.User, Name: m.Name, Tenant: m.TenantID})
	switch {
	case err != nil:
		return err
	case known:
		mirrored, err := c.Mattermost.Mirrored(ctx, user)
		if err != nil {
			return err
		}
		if slices.Contains(p.users, user) {
			return nil
		}
		if p.users = append(p.users, user); mirrored {
			p.mirrors = append(p.mirrors, user)
		}
	case chat.External(m):
		p.leftOut = append(p.leftOut, m.Name)
	default:
		p.missing = append(p.missing, m.Name)
	}
	return nil
}

// local are those of the users who are on this server.
func (p party) local() []bridge.UserID {
	return slices.DeleteFunc(slices.Clone(p.users), func(u bridge.UserID) bool { return slices.Contains(p.mirrors, u) })
}

// selected tells whether the settings for selective synchronisation have the chat carried. A chat with oneself always is.
func selected(settings config.Settings, members, mirrored, connected int) bool {
	if !settings.SelectiveSync || members == 1 {
		return true
	}
	local := members - mirrored
	return mirrored > 0 && local > 0 && (!settings.SyncRemoteOnly || local == connected)
}

// refuse is a refusal with its reason.
func refuse(reason bridge.Reason, why string, args ...any) *bridge.NotCarried {
	return &bridge.NotCarried{Reason: reason, Why: fmt.Sprintf(why, args...)}
}

// names lists names for people, not too many.
func names(list []string) string {
	const most = 5
	shown := make([]string, 0, most+1)
	for i, name := range list {
		if i == most {
			shown = append(shown, fmt.Sprintf("%d more", len(list)-most))
			break
		}
		if name == "" {
			name = "somebody without a name"
		}
		shown = append(shown, name)
	}
	return strings.Join(shown, ", ")
}
