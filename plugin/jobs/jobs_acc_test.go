// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/jobs"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

var quickly = jobs.Times{Poll: 50 * time.Millisecond, Sweep: time.Second, Subscriptions: time.Second, CleanUp: time.Second, Losses: time.Second, Rescue: 2 * time.Second, Timeout: time.Second}

// world is a database with links; nodes work on it.
type world struct {
	dsn string

	mu   sync.Mutex
	runs []string // "node conversation kind"
	kept []string // nodes that brought the subscriptions in order

	losses func(context.Context) error // nil: nobody is told of losses
	reach  func(context.Context) error // whether Graph's notifications can come; nil: nobody looks
	ended  func(*node)                 // called when a run has done its work and is not written off yet; nil for nothing
}

func newWorld(t *testing.T, links int) *world {
	t.Helper()
	w := &world{dsn: storetest.NewDatabase(t)}
	s := storetest.Open(t, w.dsn, "builder")
	for i := range links {
		link := bridge.Link{ID: fmt.Sprint(i), Channel: bridge.ChannelID(fmt.Sprint("channel", i)), CreatedAt: time.Now(), Creator: "u",
			Conversation: bridge.Conversation{ID: bridge.ConversationID(fmt.Sprintf("19:%d@thread.tacv2", i)), Team: "team"}}
		if err := s.CreateLink(t.Context(), link); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

type node struct {
	*jobs.Jobs
	store *store.Store
}

// start adds a node. run is what it does for a resync; nil: it ends it at once.
func (w *world) start(t *testing.T, name string, times jobs.Times, run func(context.Context) error) *node {
	t.Helper()
	n := &node{store: storetest.Open(t, w.dsn, name)}
	made, err := jobs.New(jobs.Config{Store: n.store, Node: name, Times: times, Log: storetest.Log(t, name), Losses: w.losses,
		Subscriptions: func(context.Context) (time.Duration, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.kept = append(w.kept, name)
			return time.Minute, nil
		},
		Reach: w.reach,
		Retry: func(ctx context.Context, conversation bridge.ConversationID, direction bridge.Direction) (int, error) {
			return n.store.Revive(ctx, bridge.Lane{Conversation: conversation, Direction: direction})
		},
		Resync: func(ctx context.Context, conversation bridge.ConversationID, kind store.ResyncKind) (bool, error) {
			w.mu.Lock()
			w.runs = append(w.runs, fmt.Sprint(name, " ", conversation, " ", kind))
			w.mu.Unlock()
			if run != nil {
				if err := run(ctx); err != nil {
					return false, err
				}
			}
			r, wanted, err := n.store.BeginResync(ctx, conversation, kind)
			if err != nil || !wanted {
				return false, err
			}
			r, err = n.store.TurnPage(ctx, r, nil, "")
			if w.ended != nil {
				w.ended(n)
			}
			return r.Wanted != "", err
		}})
	if err != nil {
		t.Fatal(err)
	}
	n.Jobs = made
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.stop(t) })
	return n
}

func (n *node) stop(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	defer cancel()
	if err := n.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func (w *world) ran() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.runs...)
}

func eventually(t *testing.T, check func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := process.Until(ctx, check); err != nil {
		t.Fatal(err)
	}
}

// nothingWanted waits until no resync is wanted.
func nothingWanted(t *testing.T, s *store.Store) {
	t.Helper()
	eventually(t, func(ctx context.Context) error {
		all, err := s.Resyncs(ctx)
		for _, r := range all {
			if r.Wanted != "" {
				err = errors.Join(err, fmt.Errorf("%s is wanted for %s", r.Conversation.ID, r.Wanted))
			}
		}
		return err
	})
}

func heardAt(t *testing.T, s *store.Store) (at time.Time) {
	t.Helper()
	if err := s.Pool().QueryRow(t.Context(), "SELECT coalesce((SELECT heard_at FROM msteamssync.listening), '-infinity'::timestamptz)").Scan(&at); err != nil {
		return time.Time{}
	}
	return at
}

func TestAWantedResyncRunsOnce(t *testing.T) {
	w := newWorld(t, 3)
	n := w.start(t, "one", quickly, nil)
	if _, err := n.store.WantResync(t.Context(), "19:1@thread.tacv2", store.WantedByPerson); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := n.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	nothingWanted(t, n.store)
	if ran := w.ran(); len(ran) != 1 || ran[0] != "one 19:1@thread.tacv2 resync" {
		t.Errorf("ran %v", ran)
	}
}

// What is wanted between the end of a run and River's note of it is not seen by that run, and no second one can be queued then.
func TestAResyncThatIsWantedWhenOneEndsRunsSoon(t *testing.T) {
	w := newWorld(t, 1)
	const channel = "19:0@thread.tacv2"
	var once sync.Once
	w.ended = func(n *node) {
		once.Do(func() {
			if _, err := n.store.WantResync(t.Context(), channel, store.WantedByPerson); err != nil {
				t.Error(err)
			}
			if err := n.Sweep(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	rarely := quickly
	rarely.Sweep, rarely.Timeout, rarely.Rescue = time.Hour, time.Minute, time.Minute
	n := w.start(t, "one", rarely, nil)
	eventually(t, func(ctx context.Context) error { // the sweep of the start is over; the next one is an hour away
		var swept bool
		err := n.store.Pool().QueryRow(ctx, "SELECT EXISTS (SELECT FROM msteamssync.river_job WHERE kind = 'sweep' AND state = 'completed')").Scan(&swept)
		if err == nil && !swept {
			err = errors.New("no sweep yet")
		}
		return err
	})
	if _, err := n.store.WantResync(t.Context(), channel, store.WantedByPerson); err != nil {
		t.Fatal(err)
	}
	if err := n.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(context.Context) error {
		if ran := w.ran(); len(ran) != 2 {
			return fmt.Errorf("ran %v, want two runs", ran)
		}
		return nil
	})
	nothingWanted(t, n.store)
}

func TestDeadLettersGetAnotherChance(t *testing.T) {
	w := newWorld(t, 3)
	n := w.start(t, "one", quickly, nil)
	if _, err := n.store.Pool().Exec(t.Context(), `INSERT INTO msteamssync.inbox (conversation, teams_team_id, root, message, change, source_at, state, not_before, attempts, last_error)
		SELECT conversation, 'team', '', '17', 'updated', clock_timestamp(), 'dead', '-infinity', 12, 'poison' FROM msteamssync.links`); err != nil {
		t.Fatal(err)
	}
	if _, err := n.store.Pool().Exec(t.Context(), `INSERT INTO msteamssync.outbox (conversation, post_id, kind, root_id, author_id, source_at, state, not_before, attempts, last_error)
		SELECT conversation, 'post', 'create', '', 'u', clock_timestamp() - interval '1 hour', 'dead', '-infinity', 3, 'refused' FROM msteamssync.links WHERE channel_id = 'channel1'`); err != nil {
		t.Fatal(err)
	}
	count := func(channel bridge.ChannelID) int {
		_, total, err := n.store.DeadLetters(t.Context(), channel, 10)
		if err != nil {
			t.Fatal(err)
		}
		return total
	}
	newest, total, err := n.store.DeadLetters(t.Context(), "channel1", 1)
	if err != nil || total != 2 || len(newest) != 1 || newest[0].Kind != bridge.Edit || newest[0].Message != "17" || newest[0].Reason != "poison" || newest[0].Attempts != 12 {
		t.Errorf("the dead letters are %+v of %d, %v", newest, total, err)
	}
	if got := count(""); got != 4 {
		t.Errorf("there are %d dead letters, want 4", got)
	}
	if err := n.RetryDeadLetters(t.Context(), "channel1"); err != nil {
		t.Fatal(err)
	}
	left := func(want int) {
		t.Helper()
		eventually(t, func(context.Context) error {
			if got := count(""); got != want {
				return fmt.Errorf("%d dead letters are left, want %d", got, want)
			}
			return nil
		})
	}
	left(2)
	if got := count("channel1"); got != 0 {
		t.Errorf("the channel has %d left", got)
	}
	if err := n.RetryDeadLetters(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	left(0)
}

func TestWhatAnOutageMadeDeadLettersGetsAnotherChance(t *testing.T) {
	w := newWorld(t, 1)
	s := storetest.Open(t, w.dsn, "builder2")
	for post, failing := range map[string]string{"outage": "1, clock_timestamp() - interval '1 day'", "for weeks": "1, clock_timestamp() - interval '8 days'", "its own": "0, NULL"} {
		if _, err := s.Pool().Exec(t.Context(), `INSERT INTO msteamssync.outbox (conversation, post_id, kind, root_id, author_id, source_at, state, not_before, outages, failing_since)
			SELECT conversation, $1, 'create', '', 'u', clock_timestamp(), 'dead', '-infinity', `+failing+` FROM msteamssync.links`, post); err != nil {
			t.Fatal(err)
		}
	}
	w.start(t, "one", quickly, nil)
	eventually(t, func(ctx context.Context) error {
		var dead string
		err := s.Pool().QueryRow(ctx, "SELECT string_agg(post_id, ',' ORDER BY post_id) FROM msteamssync.outbox WHERE state = 'dead'").Scan(&dead)
		if err == nil && dead != "for weeks,its own" {
			err = fmt.Errorf("the dead letters are %q", dead)
		}
		return err
	})
}

func TestCleanUp(t *testing.T) {
	w := newWorld(t, 1)
	s := storetest.Open(t, w.dsn, "builder2")
	for id, state := range map[string]string{"old": "interval '91 days'", "young": "interval '1 hour'"} {
		if _, err := s.Pool().Exec(t.Context(), `INSERT INTO msteamssync.message_map (id, conversation, teams_team_id, message, channel_id, direction, state, reserved_at)
			VALUES ($1, 'c', 'team', $1, 'channel0', 'in', 'tombstone', clock_timestamp() - `+state+`)`, id); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Pool().Exec(t.Context(), `INSERT INTO msteamssync.message_map (id, conversation, teams_team_id, message, channel_id, post_id, direction, state, confirmed_at, attempt_key, sent_versions)
			VALUES ($1 || 's', 'c', 'team', $1 || 's', 'channel0', $1, 'out', 'confirmed', clock_timestamp() - `+state+`, $1,
				jsonb_build_array(jsonb_build_object('teams', 'h', 'post', 'h', 'at', clock_timestamp() - `+state+`)))`, id); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Pool().Exec(t.Context(), `INSERT INTO msteamssync.audit (at, actor, action, subject) VALUES (clock_timestamp() - 5 * `+state+`, '', $1, '')`, id); err != nil {
			t.Fatal(err)
		}
	}
	w.start(t, "one", quickly, nil)
	eventually(t, func(ctx context.Context) error {
		var left string
		err := s.Pool().QueryRow(ctx, `SELECT concat_ws(' ',
			(SELECT string_agg(id, ',' ORDER BY id) FROM msteamssync.message_map WHERE state = 'tombstone'),
			(SELECT string_agg(attempt_key, ',' ORDER BY id) FROM msteamssync.message_map WHERE attempt_key <> ''),
			(SELECT count(*) FROM msteamssync.message_map WHERE sent_versions <> '[]'),
			(SELECT string_agg(action, ',') FROM msteamssync.audit))`).Scan(&left)
		if err == nil && left != "young young 1 young" {
			err = fmt.Errorf("what is left is %q", left)
		}
		return err
	})
}

func TestTheSubscriptionsAreKeptWhicheverNodeLives(t *testing.T) {
	w := newWorld(t, 1)
	kept := func(by string, since int) {
		t.Helper()
		eventually(t, func(context.Context) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			for _, name := range w.kept[since:] {
				if by == "" || name == by {
					return nil
				}
			}
			return fmt.Errorf("kept by %v, want %q among them", w.kept[since:], by)
		})
	}
	one := w.start(t, "one", quickly, nil)
	kept("one", 0)
	w.start(t, "two", quickly, nil)
	one.store.Close() // as if the node had died; nobody resigns
	w.mu.Lock()
	since := len(w.kept)
	w.mu.Unlock()
	kept("two", since)
	kept("two", since+1)
}

func TestAfterALongSilenceEverythingIsLookedThrough(t *testing.T) {
	w := newWorld(t, 3)
	s := storetest.Open(t, w.dsn, "before")
	if _, err := s.Listen(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pool().Exec(t.Context(), "UPDATE msteamssync.listening SET heard_at = heard_at - interval '1 hour'"); err != nil {
		t.Fatal(err)
	}
	w.start(t, "after", quickly, nil)
	eventually(t, func(context.Context) error {
		if ran := w.ran(); len(ran) != 3 {
			return fmt.Errorf("ran %v, want all three", ran)
		}
		return nil
	})
	nothingWanted(t, s)
}

// That a node listens does not mean that notifications come: the way to it may be closed for longer than Graph repeats them.
func TestAfterALongUnreachabilityEverythingIsLookedThrough(t *testing.T) {
	w := newWorld(t, 3)
	var checks, fails atomic.Int32
	w.reach = func(context.Context) error {
		switch n := checks.Add(1); {
		case n == 1:
			return jobs.ErrNotChecked
		case n <= fails.Load():
			return errors.New("the proxy answers 502")
		}
		return nil
	}
	times := quickly
	times.Reach = time.Second
	checked := func(n int32) {
		t.Helper()
		eventually(t, func(context.Context) error {
			if got := checks.Load(); got < n {
				return fmt.Errorf("%d checks, want %d", got, n)
			}
			return nil
		})
	}
	fails.Store(2) // one check fails
	node := w.start(t, "one", times, nil)
	checked(4)
	if ran := w.ran(); len(ran) > 0 {
		t.Errorf("ran %v after one failed check, want nothing", ran)
	}
	fails.Store(checks.Load() + 2)
	eventually(t, func(context.Context) error {
		if ran := w.ran(); len(ran) != 3 {
			return fmt.Errorf("ran %v, want all three", ran)
		}
		return nil
	})
	nothingWanted(t, node.store)
}

func TestAShortRestartIsNoGap(t *testing.T) {
	w := newWorld(t, 1)
	first := w.start(t, "first", quickly, nil)
	eventually(t, func(context.Context) error {
		if heardAt(t, first.store).IsZero() {
			return errors.New("nobody noted that somebody listens")
		}
		return nil
	})
	first.stop(t)
	second := w.start(t, "second", quickly, nil)
	before := heardAt(t, second.store)
	eventually(t, func(context.Context) error {
		if !heardAt(t, second.store).After(before) {
			return errors.New("the second node has not noted that it listens")
		}
		return nil
	})
	if ran := w.ran(); len(ran) > 0 {
		t.Errorf("ran %v, want nothing", ran)
	}
}

func TestADeadNodeTakesNothingWithIt(t *testing.T) {
	w := newWorld(t, 1)
	began := make(chan struct{})
	doomed := w.start(t, "doomed", quickly, func(ctx context.Context) error {
		close(began)
		<-ctx.Done()
		return ctx.Err()
	})
	if _, err := doomed.store.WantResync(t.Context(), "19:0@thread.tacv2", store.WantedByPerson); err != nil {
		t.Fatal(err)
	}
	if err := doomed.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-began
	doomed.store.Pool().Reset() // what it holds is lost with its connections
	doomed.store.Close()

	next := w.start(t, "next", quickly, nil)
	nothingWanted(t, next.store)
	before := heardAt(t, next.store)
	eventually(t, func(context.Context) error {
		if !heardAt(t, next.store).After(before) {
			return errors.New("nobody notes that somebody listens")
		}
		return nil
	})
}

func TestStopCutsAJobOff(t *testing.T) {
	w := newWorld(t, 1)
	began := make(chan struct{})
	var once sync.Once
	long := quickly
	long.Timeout, long.Rescue = time.Hour, 2*time.Hour
	n := w.start(t, "one", long, func(ctx context.Context) error {
		once.Do(func() { close(began) })
		<-ctx.Done()
		return ctx.Err()
	})
	if _, err := n.store.WantResync(t.Context(), "19:0@thread.tacv2", store.WantedByPerson); err != nil {
		t.Fatal(err)
	}
	if err := n.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-began
	n.stop(t) // within the time that a plugin has
	next := w.start(t, "two", long, nil)
	nothingWanted(t, next.store) // its own sweep begins it again
}

func TestANodeKeepsToItsConnections(t *testing.T) {
	w := newWorld(t, 40)
	const most = 9
	s, err := store.Open(t.Context(), w.dsn, store.Options{Node: "counted", MaxConnections: most, Log: storetest.Log(t, "counted")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	watcher := storetest.Open(t, w.dsn, "watcher")
	highest := 0
	count := func(ctx context.Context) error {
		var n int
		err := watcher.Pool().QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('msteams-sync counted', 'msteams-sync listens counted')").Scan(&n)
		highest = max(highest, n)
		return err
	}
	made, err := jobs.New(jobs.Config{Store: s, Node: "counted", Times: quickly, Log: storetest.Log(t, "counted"),
		Subscriptions: func(context.Context) (time.Duration, error) { return time.Minute, nil },
		Resync: func(ctx context.Context, conversation bridge.ConversationID, kind store.ResyncKind) (bool, error) {
			r, wanted, err := s.BeginResync(ctx, conversation, kind)
			if err != nil || !wanted {
				return false, err
			}
			_, err = s.TurnPage(ctx, r, nil, "")
			return false, err
		}})
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { (&node{Jobs: made}).stop(t) })
	if _, err := s.WantResync(t.Context(), "", store.WantedDown); err != nil {
		t.Fatal(err)
	}
	if err := made.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(ctx context.Context) error {
		if err := count(ctx); err != nil {
			return err
		}
		due, err := s.DueResyncs(ctx)
		if err == nil && len(due) > 0 {
			err = fmt.Errorf("%d are still due", len(due))
		}
		return err
	})
	if highest > most+1 {
		t.Errorf("the node had %d connections, want at most %d and one that listens", highest, most)
	}
}

// TestLossesAreToldByOneNodeAtATime: again and again, also when it failed.
func TestLossesAreToldByOneNodeAtATime(t *testing.T) {
	w := newWorld(t, 0)
	var runs, telling atomic.Int32
	w.losses = func(context.Context) error {
		if telling.Add(1) > 1 {
			t.Error("two nodes tell at once")
		}
		defer telling.Add(-1)
		if runs.Add(1) == 1 {
			return errors.New("busy")
		}
		return nil
	}
	w.start(t, "one", quickly, nil)
	two := w.start(t, "two", quickly, nil)
	if err := two.LookForLosses(t.Context()); err != nil {
		t.Error(err)
	}
	eventually(t, func(context.Context) error {
		if n := runs.Load(); n < 3 {
			return fmt.Errorf("it ran %d times", n)
		}
		return nil
	})
}
