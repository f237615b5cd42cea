// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"errors"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/jobs"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/resync"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// newJobs makes the jobs; the engine is there.
func (s *Service) newJobs(r *rooms) (*jobs.Jobs, error) {
	missed := resync.New(resync.Config{Store: r.store, Bridge: r.engine, Graph: s.forResyncs, Observe: s.metrics.Resynced, Log: s.log})
	return jobs.New(jobs.Config{
		Store: r.store, Node: s.node, Resync: missed.Run, Retry: r.engine.Retry, Losses: r.accounts.TellLost, Log: s.log,
		People: func(ctx context.Context) error {
			return errors.Join(r.people.Sync(ctx), r.accounts.EndDeactivated(ctx), r.mutes.Sweep(ctx, store.Whose{}))
		},
		Reach: s.reachSelf,
		Subscriptions: func(ctx context.Context) (time.Duration, error) {
			again, err := r.keeper.Reconcile(ctx)
			s.sweep(ctx, r)
			return again, err
		},
	})
}

func (s *Service) forResyncs() (resync.Graph, error) {
	u, err := s.current()
	if err != nil {
		return nil, err
	}
	return u.graph, nil
}

// resync has what may have been missed in a conversation looked for.
func (r *rooms) resync(ctx context.Context, conversation bridge.ConversationID) error {
	if _, err := r.store.WantResync(ctx, conversation, store.WantedByPerson); err != nil {
		return err
	}
	return r.jobs.Sweep(ctx)
}

// sweep begins the resyncs that are due. What it cannot begin the next regular sweep begins.
func (s *Service) sweep(ctx context.Context, r *rooms) {
	if err := r.jobs.Sweep(ctx); err != nil && ctx.Err() == nil {
		s.log.Warn("could not begin to look for what was missed in Teams; it is tried again within a minute", "error", err)
	}
}

// ResyncState is the search for what was missed in Teams.
type ResyncState struct {
	Since      time.Time  `json:"since"`
	Wanted     string     `json:"wanted,omitempty"`
	StartedAt  *time.Time `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at"`
	Found      int        `json:"found"`
	LastError  string     `json:"last_error,omitempty"`
}

// resyncStates are the searches by conversation.
type resyncStates map[bridge.ConversationID]map[store.ResyncKind]*ResyncState

func (r *rooms) resyncStates(ctx context.Context) (resyncStates, error) {
	all, err := r.store.Resyncs(ctx)
	if err != nil {
		return nil, err
	}
	states := resyncStates{}
	for _, x := range all {
		if states[x.Conversation.ID] == nil {
			states[x.Conversation.ID] = map[store.ResyncKind]*ResyncState{}
		}
		states[x.Conversation.ID][x.Kind] = &ResyncState{
			Since: x.Since, Wanted: x.Wanted, StartedAt: orNil(x.StartedAt), FinishedAt: orNil(x.FinishedAt), Found: x.Found, LastError: x.LastError,
		}
	}
	return states, nil
}

// searching tells of which conversations what may have been missed is being looked for, or will be.
func (r *rooms) searching(ctx context.Context) (map[bridge.ConversationID]bool, error) {
	all, err := r.store.Resyncs(ctx)
	if err != nil {
		return nil, err
	}
	searching := map[bridge.ConversationID]bool{}
	for _, x := range all {
		if x.Wanted != "" || !x.StartedAt.IsZero() {
			searching[x.Conversation.ID] = true
		}
	}
	return searching, nil
}
