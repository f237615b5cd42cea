// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"
)

// ErrNotChecked says that there is no address to reach yet.
var ErrNotChecked = errors.New("there is no address to reach")

// reach looks whether the address that Graph notifies can be reached: that this process listens does not mean that the way to it is
// open, and a proxy, a name or a certificate that fails for long loses notifications without a word.
type reach struct{}

// Kind implements river.JobArgs.
func (reach) Kind() string { return "reach" }

type reachWorker struct {
	river.WorkerDefaults[reach]
	jobs *Jobs
}

// Work implements river.Worker.
func (w *reachWorker) Work(ctx context.Context, _ *river.Job[reach]) error {
	problem := w.jobs.Reach(ctx)
	if errors.Is(problem, ErrNotChecked) || ctx.Err() != nil {
		return nil //nolint:nilerr // nothing was found out
	}
	missed, err := w.jobs.Store.Reached(ctx, problem == nil)
	if err != nil {
		return err
	}
	if away := problem != nil; w.jobs.away.Swap(away) != away && away {
		w.jobs.Log.Warn("this server does not get through to the address that Microsoft Graph notifies; Graph may not either. What it could not deliver is looked for when the address answers again", "error", problem)
	}
	if missed == 0 {
		return nil
	}
	w.jobs.Log.Warn("the address that Microsoft Graph notifies answers again; looking for what was missed in Teams", "unreachable_for", missed.Round(time.Second))
	return w.jobs.Sweep(ctx)
}
