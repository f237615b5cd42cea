// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package subscriptions

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// Times of subscriptions.
const (
	// Life is how far ahead the expiry is set. Graph allows 4,320 minutes, and its real ceilings have been seen a little
	// below the documented ones.
	Life = 4260 * time.Minute
	// every is how often what is and what should be are compared. Graph allows 25 lists in 20 s, so that lists of several
	// pages are asked for no more often than that.
	every = time.Minute
	// soon is when to look again while one set of subscriptions takes another one's place.
	soon = time.Second
	// hold is how long a node may work on one subscription before another one may.
	hold = 3 * time.Minute
	// How long a replaced key and the tokens of deliveries are kept at least, and how often it is looked. Graph delivers for
	// up to 4 hours; a subscription that still names a key keeps it for longer.
	keepFor   = 24 * time.Hour
	tidyEvery = time.Hour
	// stray is how often a subscription is renewed whose lifecycle events go to an address that may not be ours any more:
	// the access that it rests on lapses after an hour, and nobody tells us.
	stray = 25 * time.Minute
	// unseen is how long Graph may not have been asked before a gap is possible. An endpoint that hangs gets nothing for ten
	// minutes, and what happens then is lost (Graph docs, "change-notifications-delivery-webhooks").
	unseen = 10 * time.Minute
	// Waits after failures.
	firstWait, lastWait = 2 * time.Second, 5 * time.Minute
)

// Graph is what is called of Graph; *teams.Client implements it.
type Graph interface {
	Subscribe(ctx context.Context, wanted teams.Subscription) (teams.Subscription, error)
	Renew(ctx context.Context, id string, until time.Time) (teams.Subscription, error)
	Move(ctx context.Context, id string, until time.Time, notificationURL string) (teams.Subscription, error)
	Recertify(ctx context.Context, id string, until time.Time, certificate, certificateID string) (teams.Subscription, error)
	Unsubscribe(ctx context.Context, id string) error
	Subscriptions(ctx context.Context) ([]teams.Subscription, error)
	// Application names whose subscriptions these are: an application in a tenant.
	Application() string
}

// Current is what follows from the settings in use.
type Current struct {
	Graph        Graph
	ChangesURL   string
	LifecycleURL string
	// Certificate is what Graph encrypts messages for; without it notifications carry no messages.
	Certificate *notification.Key
	// WideFrom is the number of linked channels, or of connected users, from which on one subscription to all of the tenant takes the
	// place of one for each; 0 is never.
	WideFrom int
	// Evaluation: subscriptions to all of the tenant name no billing model, and what they deliver counts against the
	// monthly budget. Otherwise they name model B.
	Evaluation bool
	// Direct and Group: one-to-one chats are carried, group chats are. Those of each user who connected an account have a
	// subscription, from WideFrom users on all of the tenant.
	Direct, Group bool
}

// Config is what a keeper works with.
type Config struct {
	Store *store.Store
	// Current returns what follows from the settings in use; an error when there are none.
	Current func() (Current, error)
	// Behind tells that another node has newer settings, so that this one must not act on its own; nil: it never has.
	Behind func() bool
	// Keep stores the key of the certificate, before Graph is given it. It may be nil when there are no certificates.
	Keep func(ctx context.Context, key *notification.Key) error
	// Count is told what was done: created, adopted, renewed, moved, recertified, replaced, recreated, removed, left (one of the
	// former application's deleted) or failed. It may be nil.
	Count func(action string)
	// MissedChats has messages received that were written since then in chats of these people that are not known yet: their
	// notifications may be lost. It may be nil.
	MissedChats func(ctx context.Context, people []bridge.TeamsUserID, since time.Time) error
	// Reconciled is called after each comparison, on every node: subscriptions may have been made. It may be nil.
	Reconciled func(ctx context.Context)
	// Warn tells the system admins; nil is nobody.
	Warn func(ctx context.Context, text texts.Text) error
	Log  *slog.Logger
}

// Keeper keeps the subscriptions. It is safe for concurrent use.
type Keeper struct {
	Config
	working sync.Mutex // held while this node reconciles
	tidied  time.Time
	listed  time.Time // when Graph was last asked for a list
	graph   Graph     // that was asked
	latest  Graph     // of the settings
	former  Graph     // of the application that was in use before; nil when this process knows of none
	poked   chan struct{}
	known   sync.Map // Graph id → match
	cancel  context.CancelFunc
	done    chan struct{}
}

// New returns a keeper that does nothing until Start.
func New(config Config) *Keeper {
	if config.Count == nil {
		config.Count = func(string) {}
	}
	if config.Warn == nil {
		config.Warn = func(context.Context, texts.Text) error { return nil }
	}
	return &Keeper{Config: config, poked: make(chan struct{}, 1), done: make(chan struct{})}
}

// Start begins to work in the background.
func (k *Keeper) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	k.cancel = cancel
	go k.run(ctx)
}

// stopWithin is a part of the time that the server gives the plugin to stop: the lanes are given back after it.
const stopWithin = 2 * time.Second

// Stop ends the work, until ctx is done and for 2 s at most. Calls of Graph in progress are cut off; what they did is written down,
// or found at the next start when the database does not answer.
func (k *Keeper) Stop(ctx context.Context) error {
	if k.cancel == nil {
		return nil
	}
	k.cancel()
	ctx, cancel := context.WithTimeout(ctx, stopWithin)
	defer cancel()
	select {
	case <-k.done:
		return nil
	case <-ctx.Done():
		return errors.New("stop keeping the subscriptions: the database did not answer in time; what was done is found at the next start")
	}
}

// Poke has what should be compared with our table now. Graph's list is asked for once a minute only.
func (k *Keeper) Poke() {
	select {
	case k.poked <- struct{}{}:
	default:
	}
}

func (k *Keeper) run(ctx context.Context) {
	defer close(k.done)
	// Graph asks the plugin back while a subscription is created, and the server lets nobody in before the plugin has
	// told that it is active. So the first attempts may fail; they are repeated soon.
	wait := firstWait
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-k.poked:
		}
		next, err := k.reconcile(ctx, time.Since(k.lastListed()) >= every)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			k.Log.Warn("could not bring the subscriptions in order; it is tried again", "error", err)
			next, wait = wait, min(2*wait, every)
		case next >= every:
			// The regular comparison is a job (package jobs); this one is for when no job can run.
			next, wait = 10*every, firstWait
		default:
			wait = firstWait
		}
		if k.Reconciled != nil {
			k.Reconciled(ctx)
		}
		timer.Reset(next)
	}
}

// Reconcile makes the subscriptions what they should be, unless another node is at it. It returns when to do so again.
func (k *Keeper) Reconcile(ctx context.Context) (next time.Duration, err error) {
	return k.reconcile(ctx, true)
}

// reconcile does so with Graph's list or without: our table says as much, except about what Graph dropped in silence.
func (k *Keeper) reconcile(ctx context.Context, list bool) (next time.Duration, err error) {
	current, err := k.Current()
	if err != nil {
		return every, nil //nolint:nilerr // nothing can be done without settings; a change of them pokes
	}
	if current.Certificate != nil && k.Keep != nil {
		// Also on a node that does not lead: what was encrypted for its certificate must be readable everywhere.
		if err := k.Keep(ctx, current.Certificate); err != nil {
			return 0, err
		}
	}
	if k.Behind != nil && k.Behind() {
		return every, nil
	}
	k.working.Lock()
	defer k.working.Unlock()
	if k.latest != nil && k.latest.Application() != current.Graph.Application() {
		k.former = k.latest
	}
	k.latest = current.Graph
	next = every
	_, err = k.Store.AsLeader(ctx, func(ctx context.Context) error {
		if err := k.tidy(ctx); err != nil {
			return err
		}
		if k.graph != current.Graph {
			list = true // another tenant or application has other subscriptions
		}
		if err := k.Store.SwitchChats(ctx, current.Direct, current.Group); err != nil {
			return err
		}
		p := pass{Keeper: k, current: current}
		if next, err = p.run(ctx, list); err != nil {
			return err
		}
		if err := k.tellGaps(ctx); err != nil {
			return err
		}
		return k.watchBudget(ctx, current)
	})
	return next, err
}

func (k *Keeper) lastListed() time.Time {
	k.working.Lock()
	defer k.working.Unlock()
	return k.listed
}

// tidy forgets what came with notifications and is not needed any more.
func (k *Keeper) tidy(ctx context.Context) error {
	if time.Since(k.tidied) < tidyEvery {
		return nil
	}
	if _, err := k.Store.ForgetDecryptionKeys(ctx, keepFor); err != nil {
		return err
	}
	if _, err := k.Store.ForgetTokens(ctx, keepFor); err != nil {
		return err
	}
	k.tidied = time.Now()
	return nil
}

func waitAfter(failures int, err error) time.Duration {
	if f, ok := errors.AsType[*bridge.Failure](err); ok && f.RetryAfter > 0 {
		return f.RetryAfter
	}
	return min(firstWait<<min(failures, 16), lastWait)
}
