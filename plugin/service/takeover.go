// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/takeover"
)

func (s *Service) forTakeOver() (takeover.Current, error) {
	u, err := s.current()
	if err != nil {
		return takeover.Current{}, err
	}
	vault, err := s.vault()
	return takeover.Current{EncryptionKey: u.settings.EncryptionKey, WebhookSecret: u.settings.WebhookSecret, Vault: vault}, err
}

// taking is a take-over that runs in the background. The zero value is one that has not begun.
type taking struct {
	mu      sync.Mutex
	running bool
	stopped bool
	cancel  context.CancelFunc
	done    sync.WaitGroup
}

// begin runs f unless it is running or was stopped.
func (t *taking) begin(f func(context.Context)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running || t.stopped {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.running, t.cancel = true, cancel
	t.done.Go(func() {
		defer cancel()
		f(ctx)
		t.mu.Lock()
		defer t.mu.Unlock()
		t.running = false
	})
}

// stop cuts it off; what was committed stays, and the next start goes on.
func (t *taking) stop() {
	t.mu.Lock()
	t.stopped = true
	if t.cancel != nil {
		t.cancel()
	}
	t.mu.Unlock()
	t.done.Wait()
}

// beginTakeOver takes over what a predecessor left, until it is done, and then begins to work.
func (r *rooms) beginTakeOver() {
	r.takingOver.begin(func(ctx context.Context) {
		for wait := firstReopen; ; wait = min(2*wait, slowestReopen) {
			err := r.takeOver.Run(ctx)
			if err == nil {
				err = r.start(ctx)
			}
			if err == nil || ctx.Err() != nil {
				return
			}
			r.takeOver.Log.Warn("could not take over what this plugin's predecessor left; it is tried again", "wait", wait, "error", err)
			timer := time.NewTimer(wait)
			select {
			case <-ctx.Done():
				timer.Stop()
				return
			case <-timer.C:
			}
		}
	})
}

// TakeOverState is what became of the data of a plugin that had this plugin's id before.
type TakeOverState struct {
	State      string     `json:"state"` // none, pending, running or done
	BeganAt    *time.Time `json:"began_at"`
	FinishedAt *time.Time `json:"finished_at"`
	store.TakeOverReport
}

func (r *rooms) takeOverState(ctx context.Context) (TakeOverState, error) {
	none := TakeOverState{State: "none", TakeOverReport: store.TakeOverReport{Left: []store.Left{}}}
	took, begun, err := r.store.TakeOver(ctx)
	if err != nil {
		return none, err
	}
	if !begun {
		there, err := r.store.HasPredecessor(ctx)
		if there {
			none.State = "pending"
		}
		return none, err
	}
	state := TakeOverState{State: "running", BeganAt: orNil(took.BeganAt), FinishedAt: orNil(took.FinishedAt), TakeOverReport: took.Report}
	state.Left = orEmpty(state.Left)
	if state.FinishedAt != nil {
		state.State = "done"
	}
	return state, nil
}
