// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// userSync brings the mirrored users up to date.
type userSync struct{}

// Kind implements river.JobArgs.
func (userSync) Kind() string { return "user_sync" }

type userSyncWorker struct {
	river.WorkerDefaults[userSync]
	jobs *Jobs
}

// Timeout implements river.Worker: the first run reads all users of the tenant. It goes on where it was cut off.
func (w *userSyncWorker) Timeout(*river.Job[userSync]) time.Duration {
	return longer * w.jobs.Times.Timeout
}

// SyncUsers has it looked at once whether the mirrored users are to be brought up to date.
func (j *Jobs) SyncUsers(ctx context.Context) error {
	if _, err := j.client.Insert(ctx, userSync{}, once()); err != nil {
		return fmt.Errorf("queue the synchronisation of users: %w", err)
	}
	return nil
}

// Work implements river.Worker.
func (w *userSyncWorker) Work(ctx context.Context, _ *river.Job[userSync]) error {
	return w.jobs.People(ctx)
}
