// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package takeover

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/intake"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// Current is what a take-over needs of the settings in use.
type Current struct {
	EncryptionKey string
	WebhookSecret string // client state of the predecessor's subscriptions
	Vault         *accounts.Vault
}

// Config is what a take-over works with.
type Config struct {
	Store *store.Store
	// Bot is the plugin's bot in Mattermost. The predecessor had the same one, because it had the same id.
	Bot bridge.UserID
	// Current returns what follows from the settings in use; an error when there are none.
	Current func() (Current, error)
	Log     *slog.Logger
	// Page is how many messages are taken in one transaction. Default 2000.
	Page int
}

// TakeOver takes a predecessor's data over, once.
type TakeOver struct {
	Config
	pending atomic.Bool // there is a predecessor, and it is not known that its links and subscriptions were taken
}

// New returns a take-over that does nothing until Look and Run.
func New(config Config) *TakeOver {
	if config.Page == 0 {
		config.Page = 2000
	}
	return &TakeOver{Config: config}
}

// Look tells whether there is anything to take over.
func (t *TakeOver) Look(ctx context.Context) (bool, error) {
	state, begun, err := t.Store.TakeOver(ctx)
	if err != nil || begun {
		t.pending.Store(false)
		return begun && state.FinishedAt.IsZero(), err
	}
	there, err := t.Store.HasPredecessor(ctx)
	if err != nil {
		return false, err
	}
	t.pending.Store(there)
	return there, nil
}

// Run takes over what is there and returns when all of it is done, by this node or another one. After an error it can be
// run again and goes on where it was.
func (t *TakeOver) Run(ctx context.Context) error {
	return t.Store.AsOnlyTakeOver(ctx, func(ctx context.Context) error {
		todo, err := t.Look(ctx)
		if err != nil || !todo {
			return err
		}
		began := time.Now()
		if t.pending.Load() {
			if err := t.begin(ctx); err != nil {
				return err
			}
			t.pending.Store(false)
		}
		for done := false; !done; {
			if done, err = t.Store.TakeMessages(ctx, t.Bot, t.Page); err != nil {
				return err
			}
		}
		return t.tell(ctx, time.Since(began))
	})
}

func (t *TakeOver) begin(ctx context.Context) error {
	current, err := t.Current()
	if err != nil {
		return err
	}
	found, err := t.Store.ReadPredecessor(ctx, t.Bot)
	if err != nil {
		return err
	}
	now := time.Now()
	taken := store.Taken{Since: sinceWhen(found.LastSeen, now), Whitelist: found.Whitelist, Mirrored: found.Mirrored, Subscriptions: chooseSubscriptions(found.Subscriptions, current.WebhookSecret)}
	taken.Links = chooseLinks(found.Links, taken.Since, &taken.Report)
	if taken.Accounts, taken.Bots, err = chooseAccounts(found.Accounts, t.Bot, current, now, &taken.Report); err != nil {
		return err
	}
	t.Log.Info("taking over what this plugin's predecessor left", "links", len(found.Links), "accounts", len(found.Accounts), "subscriptions", len(found.Subscriptions), "since", taken.Since)
	note := store.Note{Action: links.ActionLink, Detail: map[string]string{"via": string(links.ViaTakeOver)}}
	return t.Store.BeginTakeOver(store.Noting(ctx, note), taken)
}

// tell logs what came of it. What was left is a line for each reason.
func (t *TakeOver) tell(ctx context.Context, took time.Duration) error {
	state, _, err := t.Store.TakeOver(ctx)
	if err != nil {
		return err
	}
	r := state.Report
	for _, l := range r.Left {
		t.Log.Warn("could not take over from this plugin's predecessor", "what", l.What, "count", l.Count, "reason", l.Reason, "examples", l.Examples)
	}
	if n := withOtherKey(r); n > 0 {
		t.Log.Error("the setting encryptionKey is not the predecessor's: its accounts could not be taken over, and their users have to connect again with /msteams-sync connect; links and messages were taken over", "accounts", n)
	}
	t.Log.Info("took over what this plugin's predecessor left; its tables are as they were", "links", r.Links, "accounts", r.Accounts, "bots", r.Bots, "mirrored_users", r.MirroredUsers,
		"subscriptions", r.Subscriptions, "whitelist", r.Whitelist, "messages", r.Messages, "copies", r.Copies, "took", took)
	return nil
}

// Gate refuses notifications while it is not known which are the predecessor's: whoever sends them repeats them.
func (t *TakeOver) Gate(subscriptions intake.Subscriptions) intake.Subscriptions {
	return gate{subscriptions, t}
}

var errNotReady = errors.New("what this plugin's predecessor left is being taken over")

type gate struct {
	intake.Subscriptions
	takeOver *TakeOver
}

// Match implements intake.Subscriptions.
func (g gate) Match(ctx context.Context, claims []intake.Claim) (map[intake.Claim]intake.Subscription, error) {
	if g.takeOver.pending.Load() {
		// Another node may have taken them over.
		if _, err := g.takeOver.Look(ctx); err != nil {
			return nil, err
		}
		if g.takeOver.pending.Load() {
			return nil, errNotReady
		}
	}
	return g.Subscriptions.Match(ctx, claims)
}
