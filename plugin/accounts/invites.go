// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// InviteValid is how long an invitation holds its place.
const InviteValid = 7 * 24 * time.Hour

// Bounds of what is remembered of people who were active.
const (
	lookAgain    = time.Hour // at somebody who was not invited
	activeAtMost = 10_000
	queuedAtMost = 100
)

// inviter looks at people who are active, one after the other.
type inviter struct {
	mu      sync.Mutex
	seen    map[bridge.UserID]time.Time
	queue   []bridge.UserID
	busy    bool
	stopped bool
	work    sync.WaitGroup
}

// Active is told that a user writes in a linked channel or has the web app open. Whoever has no account may be invited to
// connect one. It does not wait.
func (a *Accounts) Active(user bridge.UserID) {
	current, err := a.Current()
	if err != nil || current.Settings.MaxPendingInvites <= 0 || user == "" {
		return
	}
	i := &a.inviter
	i.mu.Lock()
	defer i.mu.Unlock()
	now := time.Now()
	if i.stopped || len(i.queue) >= queuedAtMost || now.Sub(i.seen[user]) < lookAgain {
		return
	}
	if i.seen == nil {
		i.seen = map[bridge.UserID]time.Time{}
	}
	if len(i.seen) >= activeAtMost {
		maps.DeleteFunc(i.seen, func(_ bridge.UserID, at time.Time) bool { return now.Sub(at) >= lookAgain })
		if len(i.seen) >= activeAtMost {
			clear(i.seen)
		}
	}
	i.seen[user] = now
	i.queue = append(i.queue, user)
	if !i.busy {
		i.busy = true
		i.work.Go(a.inviteQueued)
	}
}

// inviteTimeout bounds what one invitation may take.
const inviteTimeout = 5 * time.Second

func (a *Accounts) inviteQueued() {
	i := &a.inviter
	for {
		i.mu.Lock()
		if len(i.queue) == 0 || i.stopped {
			i.busy = false
			i.mu.Unlock()
			return
		}
		user := i.queue[0]
		i.queue = slices.Delete(i.queue, 0, 1)
		i.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), inviteTimeout)
		if err := a.invite(ctx, user); err != nil {
			a.Log.Warn("could not invite a user to connect; that is tried again when they are active later", "user", user, "error", err)
		}
		cancel()
	}
}

// StopInviting waits for the invitation in work and makes no further one.
func (a *Accounts) StopInviting() {
	a.inviter.mu.Lock()
	a.inviter.stopped = true
	a.inviter.mu.Unlock()
	a.inviter.work.Wait()
}

// invite invites a user, once, if the settings and the number of places let it.
func (a *Accounts) invite(ctx context.Context, id bridge.UserID) error {
	current, err := a.Current()
	if err != nil {
		return err
	}
	settings := current.Settings
	user, err := a.Mattermost.User(ctx, id)
	if err != nil || user.Bot || user.Guest || user.Remote {
		return err
	}
	if allowed, err := a.allowed(ctx, current, user); err != nil || !allowed {
		return err
	}
	if settings.EnabledTeams != "" {
		names, err := a.Mattermost.TeamNames(ctx, id)
		if err != nil || !slices.ContainsFunc(names, settings.TeamEnabled) {
			return err
		}
	}
	address, err := a.wantedAddress(ctx, user)
	if err != nil {
		return err
	}
	invited, err := a.Store.Invite(ctx, id, store.InviteRoom{Pending: settings.MaxPendingInvites, Allowed: settings.ConnectedUsersAllowed}, InviteValid)
	if err != nil || !invited {
		return err
	}
	text := texts.New("You are invited to connect your Microsoft Teams account. What you write in channels that are linked with Microsoft Teams then appears there under your own name.\nLog in at Microsoft as %s. Your place is kept until %s.",
		address, texts.Day(time.Now().Add(InviteValid)))
	if err := a.offer(ctx, id, text, texts.New("Connect your account"), ""); err != nil {
		if undoErr := a.Store.UndoInvite(context.WithoutCancel(ctx), id); undoErr != nil {
			a.Log.Warn("a user has an invitation that was not delivered", "user", id, "error", undoErr)
		}
		return err
	}
	a.Log.Info("invited a user to connect a Microsoft Teams account", "user", id)
	return nil
}

// Invites are all invitations and the places that there are.
type Invites struct {
	Invites    []Invite `json:"invites"` // newest first
	Pending    int      `json:"pending"`
	MaxPending int      `json:"max_pending"`
	Connected  int      `json:"connected"` // users with an account, one that was lost included
	Allowed    int      `json:"allowed"`   // bounds connected and pending together
}

// Invite is one invitation.
type Invite struct {
	User      bridge.UserID     `json:"mattermost_user_id"`
	Username  string            `json:"username"` // empty when the user does not exist any more
	State     store.InviteState `json:"state"`
	InvitedAt time.Time         `json:"invited_at"`
	ExpiresAt time.Time         `json:"expires_at"`
	EndedAt   *time.Time        `json:"ended_at"` // when the user connected or it was withdrawn
}

// Invites lists the invitations.
func (a *Accounts) Invites(ctx context.Context) (Invites, error) {
	current, err := a.Current()
	if err != nil {
		return Invites{}, err
	}
	all, err := a.Store.Invites(ctx)
	if err != nil {
		return Invites{}, err
	}
	connected, lost, err := a.Store.CountAccounts(ctx)
	if err != nil {
		return Invites{}, err
	}
	list := Invites{Invites: []Invite{}, MaxPending: current.Settings.MaxPendingInvites, Connected: connected + lost, Allowed: current.Settings.ConnectedUsersAllowed}
	for _, one := range all {
		if one.State == store.InvitePending {
			list.Pending++
		}
		shown := Invite{User: one.User, State: one.State, InvitedAt: one.InvitedAt.UTC(), ExpiresAt: one.ExpiresAt.UTC(), EndedAt: one.EndedAt}
		if user, err := a.Mattermost.User(ctx, one.User); err == nil {
			shown.Username = user.Username
		}
		list.Invites = append(list.Invites, shown)
	}
	return list, nil
}

// WithdrawInvite ends a user's pending invitation, so that its place is free; the user is not invited again. One that has
// ended is forgotten, so that the user may be.
func (a *Accounts) WithdrawInvite(ctx context.Context, by, user bridge.UserID) error {
	found, err := a.Store.WithdrawInvite(ctx, by, user)
	if err != nil {
		return err
	}
	if !found {
		return refusal.New(refusal.NotFound, "The Mattermost user %s was not invited.", user)
	}
	a.inviter.mu.Lock()
	delete(a.inviter.seen, user)
	a.inviter.mu.Unlock()
	return nil
}
