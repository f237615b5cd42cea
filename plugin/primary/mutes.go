// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package primary

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// Server changes memberships; *mattermost.Server implements it.
type Server interface {
	// Notifications returns a membership's notification properties. A Failure of class NotFound says that there is no such
	// membership.
	Notifications(ctx context.Context, user bridge.UserID, channel bridge.ChannelID) (map[string]string, error)
	// SetNotifications changes the given notification properties and leaves the others.
	SetNotifications(ctx context.Context, user bridge.UserID, channel bridge.ChannelID, to map[string]string) error
}

// Config is what mutes work with.
type Config struct {
	Store  *store.Store
	Server Server
	Log    *slog.Logger
}

// Mutes keeps the memberships of people who read in Teams muted. It is safe for concurrent use.
type Mutes struct {
	Config
	sweeping sync.Mutex
}

// New returns mutes that do nothing until Sweep.
func New(config Config) *Mutes { return &Mutes{Config: config} }

// silent is what a muted membership has. The server then neither marks the channel as unread nor sends anything.
var silent = map[string]string{
	"mark_unread": "mention", "desktop": "none", "push": "none", "email": "false", "desktop_threads": "none", "push_threads": "none",
}

// usual is what a property is that the server does not keep.
func usual(property string) string {
	if property == "mark_unread" {
		return "all"
	}
	return "default"
}

// batch is how many memberships are looked for at once.
const batch = 200

// Sweep brings the memberships within the scope in line with what their users chose, which channels are linked and who is
// connected. One that cannot be changed now is left for the next sweep.
func (m *Mutes) Sweep(ctx context.Context, scope store.Whose) error {
	m.sweeping.Lock()
	defer m.sweeping.Unlock()
	return errors.Join(
		m.each(ctx, scope, m.Store.MembershipsToRestore, m.restore),
		m.each(ctx, scope, m.Store.MembershipsToMute, m.mute))
}

func (m *Mutes) each(ctx context.Context, scope store.Whose,
	find func(context.Context, store.Preference, string, store.Whose, int) ([]store.Membership, error), change func(context.Context, store.Membership) error,
) error {
	for {
		found, err := find(ctx, platform, platformTeams, scope, batch)
		if err != nil {
			return err
		}
		changed := 0
		for _, membership := range found {
			switch err := change(ctx, membership); {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				m.Log.Warn("could not change somebody's notifications of a channel; it is tried again", "user", membership.User, "channel", membership.Channel, "error", err)
			default:
				changed++
			}
		}
		if len(found) < batch || changed == 0 {
			return nil
		}
	}
}

// mute keeps what the user had chosen, mutes the membership and records that it is muted. A membership whose user unmutes it
// by hand afterwards is left alone.
func (m *Mutes) mute(ctx context.Context, membership store.Membership) error {
	former, err := m.Store.BeginMute(ctx, membership)
	if err != nil {
		return err
	}
	if err := m.Server.SetNotifications(ctx, membership.User, membership.Channel, silent); err != nil {
		if bridge.ClassOf(err) == bridge.NotFound { // left the channel meanwhile
			return m.Store.DropMute(ctx, membership)
		}
		return err
	}
	muted, err := m.Store.EndMute(ctx, membership)
	if err != nil || muted {
		return err
	}
	// Another node restored it between the two: its user reads in Mattermost again.
	return m.restore(ctx, store.Membership{User: membership.User, Channel: membership.Channel, Notify: former})
}

// restore gives back what the user had chosen, except for what they have changed since.
func (m *Mutes) restore(ctx context.Context, membership store.Membership) error {
	now, err := m.Server.Notifications(ctx, membership.User, membership.Channel)
	if bridge.ClassOf(err) == bridge.NotFound {
		return m.Store.DropMute(ctx, membership)
	}
	if err != nil {
		return err
	}
	back := map[string]string{}
	for property, muted := range silent {
		former, had := membership.Notify[property]
		if !had {
			former = usual(property)
		}
		if now[property] == muted && former != muted {
			back[property] = former
		}
	}
	if len(back) > 0 {
		if err := m.Server.SetNotifications(ctx, membership.User, membership.Channel, back); err != nil {
			return err
		}
	}
	return m.Store.DropMute(ctx, membership)
}

// Concerns tells whether a change of the preference changes where somebody is notified.
func Concerns(category, name string) bool { return category == Category && name == platformName }

// WantsNotices tells whether the plugin's bot may write to the user about their messages.
func (m *Mutes) WantsNotices(ctx context.Context, user bridge.UserID) (bool, error) {
	value, err := m.Store.PreferenceOf(ctx, user, notifications)
	return value != notificationsOff, err
}
