// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// resync looks for what was missed in a conversation.
type resync struct {
	Conversation bridge.ConversationID `json:"conversation"`
	Of           store.ResyncKind      `json:"kind"`
}

// Kind implements river.JobArgs.
func (resync) Kind() string { return "resync" }

type resyncWorker struct {
	river.WorkerDefaults[resync]
	jobs *Jobs
}

// Work implements river.Worker.
func (w *resyncWorker) Work(ctx context.Context, job *river.Job[resync]) error {
	more, err := w.jobs.Resync(ctx, job.Args.Conversation, job.Args.Of)
	if err == nil && more {
		return river.JobSnooze(0)
	}
	return err
}

// sweep notes that somebody listens and begins the resyncs that are due.
type sweep struct{}

// Kind implements river.JobArgs.
func (sweep) Kind() string { return "sweep" }

type sweepWorker struct {
	river.WorkerDefaults[sweep]
	jobs *Jobs
}

// Work implements river.Worker.
func (w *sweepWorker) Work(ctx context.Context, _ *river.Job[sweep]) error {
	if _, err := w.jobs.Listen(ctx); err != nil {
		return err
	}
	return w.jobs.Sweep(ctx)
}

// subscriptions brings the subscriptions in order: creates, renews, makes anew, removes.
type subscriptions struct{}

// Kind implements river.JobArgs.
func (subscriptions) Kind() string { return "subscriptions" }

type subscriptionsWorker struct {
	river.WorkerDefaults[subscriptions]
	jobs *Jobs
}

// Timeout implements river.Worker: a thousand new subscriptions take a while.
func (w *subscriptionsWorker) Timeout(*river.Job[subscriptions]) time.Duration {
	return longer * w.jobs.Times.Timeout
}

// Work implements river.Worker.
func (w *subscriptionsWorker) Work(ctx context.Context, _ *river.Job[subscriptions]) error {
	again, err := w.jobs.Subscriptions(ctx)
	if err == nil && again < w.jobs.Times.Subscriptions {
		return river.JobSnooze(again)
	}
	return err
}

// cleanUp deletes what is not needed any more.
type cleanUp struct{}

// Kind implements river.JobArgs.
func (cleanUp) Kind() string { return "clean_up" }

type cleanUpWorker struct {
	river.WorkerDefaults[cleanUp]
	jobs *Jobs
}

// Work implements river.Worker.
func (w *cleanUpWorker) Work(ctx context.Context, _ *river.Job[cleanUp]) error {
	return w.jobs.Store.CleanUp(ctx)
}

// losses tells people whose connections were lost. One run at a time keeps the rate: all may be lost at once.
type losses struct{}

// Kind implements river.JobArgs.
func (losses) Kind() string { return "losses" }

type lossesWorker struct {
	river.WorkerDefaults[losses]
	jobs *Jobs
}

// LookForLosses has it looked at once which connections the settings ended, and which work again.
func (j *Jobs) LookForLosses(ctx context.Context) error {
	if _, err := j.client.Insert(ctx, losses{}, once()); err != nil {
		return fmt.Errorf("queue a look for lost connections: %w", err)
	}
	return nil
}

// Work implements river.Worker.
func (w *lossesWorker) Work(ctx context.Context, _ *river.Job[losses]) error {
	return w.jobs.Losses(ctx)
}
