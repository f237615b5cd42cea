// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package resync

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// Graph is what is called of Graph; *teams.Client implements it.
type Graph interface {
	History(ctx context.Context, in bridge.Conversation, since time.Time, page string) (messages []bridge.TeamsMessage, next string, err error)
}

// Bridge compares and carries; *bridge.Engine implements it.
type Bridge interface {
	Missed(ctx context.Context, conversation bridge.Conversation, messages []bridge.TeamsMessage, window bridge.Window) ([]bridge.Arrival, error)
	Older(ctx context.Context, conversation bridge.Conversation, messages []bridge.TeamsMessage, window bridge.Window) ([]bridge.Arrival, error)
	OlderPosts(ctx context.Context, link bridge.Link, window bridge.Window, page string) (found []bridge.Departure, next string, err error)
	Look(lane bridge.Lane)
}

// Config is what resyncs work with.
type Config struct {
	Store  *store.Store
	Bridge Bridge
	// Graph returns the client in use; an error when there are no settings.
	Graph func() (Graph, error)
	// Observe is told what a finished run found. It may be nil.
	Observe func(kind store.ResyncKind, found int)
	Log     *slog.Logger
	// Slice is how long a run works before it lets others have their turn. Default 30 s.
	Slice time.Duration
}

// Resync runs resyncs. It is safe for concurrent use.
type Resync struct{ Config }

// New returns it.
func New(config Config) *Resync {
	if config.Observe == nil {
		config.Observe = func(store.ResyncKind, int) {}
	}
	if config.Slice == 0 {
		config.Slice = 30 * time.Second
	}
	return &Resync{config}
}

// overlap is how far a run reaches back before the cursor: Microsoft's clock may differ from the database's, and lists lag.
const overlap = 5 * time.Minute

// Waits after failures.
const (
	firstWait = 5 * time.Second
	lastWait  = 10 * time.Minute
)

// Run goes on with the run of a conversation for a while. It tells whether there is more to do at once. What went wrong is
// recorded and tried again when its time comes; only the database's errors are returned.
func (r *Resync) Run(ctx context.Context, conversation bridge.ConversationID, kind store.ResyncKind) (more bool, err error) {
	link, linked, err := r.Store.LinkOf(ctx, conversation)
	if err != nil || !linked {
		return false, err
	}
	run, wanted, err := r.Store.BeginResync(ctx, conversation, kind)
	if err != nil || !wanted {
		return false, err
	}
	run.Conversation = link.Conversation
	window, lane := bridge.Window{From: link.CreatedAt}, bridge.Lane{Conversation: conversation, Direction: bridge.Inbound}
	if kind != store.Catchup {
		window = bridge.Window{From: run.Since, Until: link.CreatedAt}
	}
	turn := func(run store.Resync) (store.Resync, error) { return r.page(ctx, run, window) }
	if kind == store.BackfillToTeams {
		lane.Direction = bridge.Outbound
		turn = func(run store.Resync) (store.Resync, error) { return r.posts(ctx, run, link, window) }
	}
	for until := time.Now().Add(r.Slice); time.Now().Before(until); {
		next, err := turn(run)
		switch {
		case errors.Is(err, store.ErrResyncLost):
			return false, nil
		case err != nil:
			return false, r.failed(ctx, run, err)
		case next.Page == "":
			r.Bridge.Look(lane)
			r.Observe(kind, next.Found)
			r.Log.Info("looked for what was missed", "conversation", conversation, "kind", kind, "why", run.Wanted, "since", run.Since, "found", next.Found)
			return next.Wanted != "", nil
		}
		run = next
	}
	return true, nil
}

// page reads one page and commits what it brought.
func (r *Resync) page(ctx context.Context, run store.Resync, window bridge.Window) (store.Resync, error) {
	graph, err := r.Graph()
	if err != nil {
		return run, &bridge.Failure{Class: bridge.Retry, Err: err}
	}
	compare := r.Bridge.Missed
	if run.Kind == store.Backfill {
		compare = r.Bridge.Older
	}
	if run.Kind == store.Backfill || run.Wanted == store.WantedDaily {
		ctx = bridge.AsBackfill(ctx) // nobody waits for it
	}
	messages, next, err := graph.History(ctx, run.Conversation, run.Since.Add(-overlap), run.Page)
	if err != nil {
		return run, err
	}
	missed, err := compare(ctx, run.Conversation, messages, window)
	if err != nil {
		return run, err
	}
	return r.Store.TurnPage(ctx, run, missed, next)
}

// posts reads one page of old posts and commits what it brought.
func (r *Resync) posts(ctx context.Context, run store.Resync, link bridge.Link, window bridge.Window) (store.Resync, error) {
	found, next, err := r.Bridge.OlderPosts(ctx, link, window, run.Page)
	if err != nil {
		return run, &bridge.Failure{Class: bridge.Retry, Err: err} // the server's database is away
	}
	return r.Store.TurnPosts(ctx, run, found, next)
}

// failed records why a run cannot go on. A page that Graph does not know any more makes it begin again.
func (r *Resync) failed(ctx context.Context, run store.Resync, err error) error {
	f, graph := errors.AsType[*bridge.Failure](err)
	if ctx.Err() != nil || !graph {
		return err
	}
	wait := min(firstWait<<min(run.Failures, 16), lastWait)
	if f.RetryAfter > 0 {
		wait = f.RetryAfter
	}
	restart := run.Page != "" && (f.Class == bridge.Permanent || f.Class == bridge.NotFound)
	r.Log.Warn("could not look for what was missed; it is tried again", "conversation", run.Conversation.ID, "kind", run.Kind, "again_in", wait, "from_the_beginning", restart, "error", err)
	return r.Store.FailResync(ctx, run, f.Error(), wait, restart)
}
