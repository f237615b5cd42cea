// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// Config is what jobs work with.
type Config struct {
	Store *store.Store
	// Node is the name of this process.
	Node string
	// Resync goes on with a resync for a while and tells whether there is more to do.
	Resync func(ctx context.Context, conversation bridge.ConversationID, kind store.ResyncKind) (more bool, err error)
	// Subscriptions brings the subscriptions in order and tells when to do so again at the latest.
	Subscriptions func(ctx context.Context) (again time.Duration, err error)
	// People brings the mirrored users up to date when that is due; nil: there are none.
	People func(ctx context.Context) error
	// Losses tells people whose connections were lost; nil: nobody is told.
	Losses func(ctx context.Context) error
	// Reach tries to reach the address that Graph notifies; ErrNotChecked when there is none yet. nil: nobody tries.
	Reach func(ctx context.Context) error
	// Retry gives the dead letters of a lane another chance.
	Retry func(ctx context.Context, conversation bridge.ConversationID, direction bridge.Direction) (int, error)
	Log   *slog.Logger
	Times Times
}

// Times are how often things are done. A zero value means the default.
type Times struct {
	// Poll is how often a node looks for jobs. Default 1 s.
	Poll time.Duration
	// Sweep is how often it is noted that somebody listens, and looked for resyncs that are due. Default 1 minute.
	Sweep time.Duration
	// Subscriptions is how often the subscriptions are brought in order. Default 1 minute.
	Subscriptions time.Duration
	// People is how often is looked whether the mirrored users are to be brought up to date. Default 1 minute.
	People time.Duration
	// Losses is how often people are told whose connections were lost, a batch each time. Default 1 minute.
	Losses time.Duration
	// CleanUp is how often what is not needed any more is deleted. Default 1 hour.
	CleanUp time.Duration
	// Reach is how often is looked whether Graph's notifications can come. Default 2 minutes.
	Reach time.Duration
	// Revival is how often what was given up in an outage gets another chance. Default 1 hour.
	Revival time.Duration
	// Silence is how long nobody may have listened before everything is looked through. Graph drops notifications in stretches
	// of ten minutes (Graph docs, "Delivery of change notifications"). Default 10 minutes.
	Silence time.Duration
	// Timeout is how long a job may take, Rescue how long after its start it is given to another node. Default 1 minute and
	// 75 s.
	Timeout, Rescue time.Duration
}

// longer is how many times as long the jobs may take that have much to ask Graph for. A node that dies in the middle of one
// keeps the others from it for that time.
const longer = 5

func (t Times) withDefaults() Times {
	for value, fallback := range map[*time.Duration]time.Duration{
		&t.Poll: time.Second, &t.Sweep: time.Minute, &t.Subscriptions: time.Minute, &t.People: time.Minute, &t.Losses: time.Minute, &t.CleanUp: time.Hour, &t.Reach: 2 * time.Minute, &t.Revival: time.Hour, &t.Silence: 10 * time.Minute,
		&t.Timeout: time.Minute, &t.Rescue: 75 * time.Second,
	} {
		if *value == 0 {
			*value = fallback
		}
	}
	return t
}

// longestID is the longest name of a node that River takes; what tells nodes apart is at its end.
const longestID = 100

// workers is how many jobs a node works on at once: each may use a connection, and messages need them more.
const workers = 3

// Jobs runs jobs. It is safe for concurrent use.
type Jobs struct {
	Config
	client *river.Client[pgx.Tx]
	soon   atomic.Bool // another sweep follows shortly
	away   atomic.Bool // what Reach found last
}

// New returns jobs that do nothing until Start.
func New(config Config) (*Jobs, error) {
	config.Times = config.Times.withDefaults()
	j := &Jobs{Config: config}
	work := river.NewWorkers()
	river.AddWorker(work, &resyncWorker{jobs: j})
	river.AddWorker(work, &sweepWorker{jobs: j})
	river.AddWorker(work, &subscriptionsWorker{jobs: j})
	river.AddWorker(work, &cleanUpWorker{jobs: j})
	river.AddWorker(work, &retryWorker{jobs: j})
	river.AddWorker(work, &revivalWorker{jobs: j})
	periodic := []*river.PeriodicJob{
		every(config.Times.Sweep, sweep{}),
		every(config.Times.Subscriptions, subscriptions{}),
		every(config.Times.CleanUp, cleanUp{}),
		every(config.Times.Revival, revival{}),
	}
	if config.Reach != nil {
		river.AddWorker(work, &reachWorker{jobs: j})
		periodic = append(periodic, every(config.Times.Reach, reach{}))
	}
	if config.People != nil {
		river.AddWorker(work, &userSyncWorker{jobs: j})
		periodic = append(periodic, every(config.Times.People, userSync{}))
	}
	if config.Losses != nil {
		river.AddWorker(work, &lossesWorker{jobs: j})
		periodic = append(periodic, every(config.Times.Losses, losses{}))
	}
	client, err := river.NewClient(riverpgxv5.New(config.Store.Pool()), &river.Config{
		ID: config.Node[max(0, len(config.Node)-longestID):], Schema: store.Schema, Workers: work, Logger: quiet(config.Log),
		Queues:   map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		PollOnly: true, FetchPollInterval: config.Times.Poll, FetchCooldown: min(config.Times.Poll, river.FetchCooldownDefault),
		JobTimeout: config.Times.Timeout, RescueStuckJobsAfter: config.Times.Rescue,
		// A job that fails is started anew by the next sweep.
		MaxAttempts: 1, CompletedJobRetentionPeriod: time.Hour,
		PeriodicJobs: periodic,
	})
	if err != nil {
		return nil, fmt.Errorf("make the job queue: %w", err)
	}
	j.client = client
	return j, nil
}

func every(interval time.Duration, args river.JobArgs) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(interval), func() (river.JobArgs, *river.InsertOpts) {
		return args, once()
	}, &river.PeriodicJobOpts{ID: args.Kind(), RunOnStart: true})
}

// once keeps a job from being queued twice.
func once() *river.InsertOpts {
	return &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

// Start begins to work in the background.
func (j *Jobs) Start() error {
	if err := j.client.Start(context.Background()); err != nil {
		return fmt.Errorf("start the job queue: %w", err)
	}
	return nil
}

// Listen notes that notifications are being taken. Called before anything newer is carried, it has what was missed during a
// long silence carried first. It returns how long nobody has noted that.
func (j *Jobs) Listen(ctx context.Context) (silence time.Duration, err error) {
	silence, err = j.Store.Listen(ctx, j.Times.Silence)
	if err == nil && silence > j.Times.Silence {
		j.Log.Warn("no node took notifications for a while; looking for what was missed in Teams", "since", time.Now().Add(-silence).UTC().Format(time.RFC3339))
	}
	return silence, err
}

// Stop cuts jobs off and returns when they have ended, or when ctx is done: then they end with the process and are started
// again elsewhere.
func (j *Jobs) Stop(ctx context.Context) error {
	if err := j.client.StopAndCancel(ctx); err != nil {
		return fmt.Errorf("stop the job queue: %w", err)
	}
	return nil
}

// Sweep has the resyncs that are due begun at once.
func (j *Jobs) Sweep(ctx context.Context) error {
	due, err := j.Store.DueResyncs(ctx)
	if err != nil || len(due) == 0 {
		return err
	}
	jobs := make([]river.InsertManyParams, len(due))
	for i, r := range due {
		jobs[i] = river.InsertManyParams{Args: resync{Conversation: r.Conversation.ID, Of: r.Kind}, InsertOpts: once()}
		if r.Kind != store.Catchup {
			jobs[i].InsertOpts.Priority = lastPriority
		}
	}
	queued, err := j.client.InsertMany(ctx, jobs)
	if err != nil {
		return fmt.Errorf("queue resyncs: %w", err)
	}
	// A run that is under way, or has ended and is not yet written off, keeps the next one from being queued, and may not see
	// what it was wanted for.
	if slices.ContainsFunc(queued, func(r *rivertype.JobInsertResult) bool { return r.UniqueSkippedAsDuplicate }) {
		j.sweepSoon()
	}
	return nil
}

// sweepSoon sweeps once more, a moment later. When this process ends before, the next regular sweep does it.
func (j *Jobs) sweepSoon() {
	if !j.soon.CompareAndSwap(false, true) {
		return
	}
	time.AfterFunc(2*j.Times.Poll, func() {
		j.soon.Store(false)
		ctx, cancel := context.WithTimeout(context.Background(), j.Times.Timeout)
		defer cancel()
		if err := j.Sweep(ctx); err != nil {
			j.Log.Debug("could not begin a resync at once", "error", err)
		}
	})
}

// lastPriority is River's lowest.
const lastPriority = 4

// quiet leaves out what River tells of its ordinary work.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(&warnings{log.Handler()}) }

type warnings struct{ slog.Handler }

// Enabled implements slog.Handler.
func (w *warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (w *warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &warnings{w.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (w *warnings) WithGroup(name string) slog.Handler { return &warnings{w.Handler.WithGroup(name)} }
