// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package jobs

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// retry gives the dead letters of a lane another chance.
type retry struct {
	Conversation bridge.ConversationID `json:"conversation"`
	Direction    bridge.Direction      `json:"direction"`
}

// Kind implements river.JobArgs.
func (retry) Kind() string { return "retry_dead_letters" }

type retryWorker struct {
	river.WorkerDefaults[retry]
	jobs *Jobs
}

// Work implements river.Worker.
func (w *retryWorker) Work(ctx context.Context, job *river.Job[retry]) error {
	n, err := w.jobs.Retry(ctx, job.Args.Conversation, job.Args.Direction)
	if err == nil {
		w.jobs.Log.Info("dead letters get another chance", "conversation", job.Args.Conversation, "direction", job.Args.Direction, "events", n)
	}
	return err
}

// revival gives the dead letters of outages another chance.
type revival struct{}

// Kind implements river.JobArgs.
func (revival) Kind() string { return "revive_after_outages" }

type revivalWorker struct {
	river.WorkerDefaults[revival]
	jobs *Jobs
}

// Work implements river.Worker.
func (w *revivalWorker) Work(ctx context.Context, _ *river.Job[revival]) error {
	n, err := w.jobs.Store.ReviveOutages(ctx)
	if err == nil && n > 0 {
		w.jobs.Log.Info("what was given up in an outage gets another chance", "events", n)
	}
	return err
}

// ReviveOutages gives the dead letters of outages another chance, in the background: what they waited for may be mended.
func (j *Jobs) ReviveOutages(ctx context.Context) error {
	if _, err := j.client.Insert(ctx, revival{}, once()); err != nil {
		return fmt.Errorf("queue the retry of what an outage made dead letters: %w", err)
	}
	return nil
}

// RetryDeadLetters gives dead letters another chance, in the background; those of all channels when channel is empty.
func (j *Jobs) RetryDeadLetters(ctx context.Context, channel bridge.ChannelID) error {
	lanes, err := j.Store.DeadLanes(ctx, channel)
	if err != nil || len(lanes) == 0 {
		return err
	}
	jobs := make([]river.InsertManyParams, len(lanes))
	for i, lane := range lanes {
		jobs[i] = river.InsertManyParams{Args: retry{lane.Conversation, lane.Direction}, InsertOpts: once()}
	}
	if _, err := j.client.InsertMany(ctx, jobs); err != nil {
		return fmt.Errorf("queue the retry of dead letters: %w", err)
	}
	return nil
}
