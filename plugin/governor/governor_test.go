// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package governor_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/governor"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

const application = "app/tenant"

// service is Graph as far as limits go: the emulator's buckets, and the way there and back.
type service struct {
	limits *faults.Limits
	way    func() time.Duration

	mu       sync.Mutex
	arrivals []arrival
	refused  []arrival
}

type arrival struct {
	at             time.Time
	route          string
	user, resource string
	late           bool
}

type clock struct{}

func (clock) Now() time.Time { return time.Now() }

func newService() *service {
	s := &service{limits: faults.NewLimits(clock{}, func() int { return 1 }), way: func() time.Duration { return 5 * time.Millisecond }}
	s.limits.Enable(true)
	return s
}

// call makes a request and answers it.
func (s *service) call(r teams.Request, late bool) (status int, retryAfter time.Duration) {
	<-time.After(s.way())
	call := &graph.Call{
		Request: &http.Request{Method: r.Method}, Path: map[string]string{"channel-id": r.Resource},
		Caller: graph.Caller{AppID: "app", TenantID: "tenant", UserID: string(r.As)},
	}
	_, err := s.limits.Take(call, r.Route)
	s.mu.Lock()
	a := arrival{time.Now(), r.Route, string(r.As), r.Resource, late}
	if err != nil {
		s.refused = append(s.refused, a)
	} else {
		s.arrivals = append(s.arrivals, a)
	}
	s.mu.Unlock()
	<-time.After(s.way())
	if err != nil {
		return err.Status, err.RetryAfter
	}
	return 201, 0
}

func (s *service) count(which func(arrival) bool) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.arrivals {
		if which(a) {
			n++
		}
	}
	return n
}

const posts = "/teams/{team-id}/channels/{channel-id}/messages"

func post(user, channel string) teams.Request {
	return teams.Request{Application: application, Method: "POST", Route: posts, Resource: channel, As: bridge.AccountID(user)}
}

func node(ledger governor.Ledger) *governor.Governor {
	return governor.New(governor.Config{Ledger: ledger, Application: func() string { return application }, Log: slog.New(slog.DiscardHandler)})
}

// work makes calls one after the other until the context ends: in place, as a request does.
func work(ctx context.Context, g *governor.Governor, s *service, r teams.Request, late bool) {
	if late {
		ctx = bridge.AsBackfill(ctx)
	}
	for ctx.Err() == nil {
		pass, err := g.Enter(ctx, r)
		if err != nil {
			<-time.After(10 * time.Millisecond) // it would be too late
			continue
		}
		status, after := s.call(r, late)
		pass.Leave(status, after, "")
	}
}

// TestLimitsAreUsedUpAndNeverExceeded: whatever the number of nodes, channels and users, however long calls take, and
// whatever the ledger's clock says, Graph refuses nothing, and what can be used is used. A channel is on one node at a time,
// as lanes are, and moves to another now and then; some authors write for themselves, for the others there are bots, which
// all nodes use.
func TestLimitsAreUsedUpAndNeverExceeded(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 1))
				var mu sync.Mutex
				upTo := func(n int) int {
					mu.Lock()
					defer mu.Unlock()
					return random.IntN(n)
				}
				s, b := newService(), newBook()
				b.skew = time.Duration(random.IntN(7200)-3600) * time.Second
				b.delay = slowly(rand.New(rand.NewPCG(seed, 2)))
				longest := []int{2, 20, 80}[seed%3]
				s.way = func() time.Duration { return time.Duration(upTo(longest)) * time.Millisecond }
				var nodes []*governor.Governor
				for range 1 + seed%4 {
					g := node(b)
					defer g.Stop()
					nodes = append(nodes, g)
				}
				channels, bots := 1+random.IntN(60), random.IntN(6)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				var workers sync.WaitGroup
				users := 0
				for c := range channels {
					user := fmt.Sprint("u", c)
					if bots > 0 && c%3 == 0 {
						user = fmt.Sprint("bot", c/3%bots)
					} else {
						users++
					}
					workers.Go(func() {
						for ctx.Err() == nil {
							stay, leave := context.WithTimeout(ctx, time.Duration(5000+upTo(20000))*time.Millisecond)
							work(stay, nodes[upTo(len(nodes))], s, post(user, fmt.Sprint("c", c)), c%5 == 0)
							leave()
						}
					})
				}
				workers.Wait()
				if len(s.refused) > 0 {
					t.Errorf("Graph refused %d of %d calls, the first: %v", len(s.refused), len(s.refused)+len(s.arrivals), s.refused[0])
				}
				// A call counts from its answer on.
				const interval = 1 / 0.83
				possible := min(float64(users+min(bots, channels/3))*60/(interval+float64(longest)/1000), 41.5*60)
				least := 0.96
				if len(nodes) > 1 {
					least = 0.8 // a user who writes on several nodes has turns with gaps, and moving costs one
				}
				made := float64(len(s.arrivals))
				if made < least*possible-2 {
					t.Errorf("%v calls in a minute; %.0f are possible", made, possible)
				}
				t.Logf("%v of %.0f calls, %d nodes, %d channels, %d bots, %d exchanges", made, possible, len(nodes), channels, bots, b.exchanges)
			})
		})
	}
}

// TestEverybodyWantsTheSame: channels and users on all nodes at once, more of them than the application may serve.
func TestEverybodyWantsTheSame(t *testing.T) {
	for _, channels := range []int{1, 5, 80} {
		synctest.Test(t, func(t *testing.T) {
			s, b := newService(), newBook()
			b.delay = slowly(rand.New(rand.NewPCG(1, 2)))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var workers sync.WaitGroup
			for range 3 {
				g := node(b)
				defer g.Stop()
				for c := range channels {
					workers.Go(func() { work(ctx, g, s, post(fmt.Sprint("u", c), fmt.Sprint("c", c)), false) })
				}
			}
			workers.Wait()
			possible := min(0.83*float64(channels), 41.5) * 60
			if made := float64(len(s.arrivals)); made < 0.5*possible || len(s.refused) > 0 {
				t.Errorf("%v of %v calls, %d refused", made, possible, len(s.refused))
			} else {
				t.Logf("%v of %v calls, %d exchanges", made, possible, b.exchanges)
			}
		})
	}
}

// TestLateCallsWait: what is late takes what is left, on whatever node it is.
func TestLateCallsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := newService(), newBook()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var workers sync.WaitGroup
		// On five nodes, 30 channels of backfill each want more than the application may; 40 live ones come from a sixth.
		for n := range 5 {
			g := node(b)
			defer g.Stop()
			for c := range 30 {
				workers.Go(func() { work(ctx, g, s, post(fmt.Sprint("old", n, c), fmt.Sprint("old", n, c)), true) })
			}
		}
		live := node(b)
		defer live.Stop()
		for c := range 40 {
			workers.Go(func() { work(ctx, live, s, post(fmt.Sprint("new", c), fmt.Sprint("new", c)), false) })
		}
		workers.Wait()
		made := s.count(func(a arrival) bool { return !a.late })
		late := s.count(func(a arrival) bool { return a.late })
		t.Logf("%d live calls, %d late ones", made, late)
		if made < 40*46 || len(s.refused) > 0 {
			t.Errorf("%d live calls beside %d late ones, %d refused; without backfill it is 49 in each of 40 channels", made, late, len(s.refused))
		}
		if late < 200 {
			t.Errorf("only %d late calls; there is room for about 500", late)
		}
	})
}

// TestALiveCallGoesBeforeLateOnesOfTheSameUser: as one bot writes for many.
func TestALiveCallGoesBeforeLateOnesOfTheSameUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, g := newService(), node(newBook())
		defer g.Stop()
		ctx, cancel := context.WithCancel(t.Context())
		var workers sync.WaitGroup
		for c := range 30 {
			workers.Go(func() { work(ctx, g, s, post("bot", fmt.Sprint("old", c)), true) })
		}
		<-time.After(10 * time.Second)
		asked := time.Now()
		pass, err := g.Enter(t.Context(), post("bot", "new"))
		if err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(asked); waited > 2*time.Second {
			t.Errorf("it waited %v behind late ones", waited)
		}
		pass.Leave(201, 0, "")
		cancel()
		workers.Wait()
	})
}

// TestThrottlingClosesWhatItIsAbout on all nodes, for as long as Graph says.
func TestThrottlingClosesWhatItIsAbout(t *testing.T) {
	type where struct {
		user, channel string
		waits         bool
	}
	const taken = "taken"
	for name, c := range map[string]struct {
		throttled []where // who gets the 429, but the user whose call is taken
		scope     string
		after     []where
	}{
		"one":        {[]where{{user: "u1", channel: "c1"}}, "", []where{{"u1", "c2", true}, {"u2", "c1", true}, {"u3", "c3", false}}},
		"two places": {[]where{{user: "u1", channel: "c1"}, {user: "u2", channel: "c2"}}, "", []where{{"u3", "c3", true}}},
		"a call in between": {[]where{{user: "u1", channel: "c1"}, {user: taken, channel: "c4"}, {user: "u2", channel: "c2"}}, "",
			[]where{{"u1", "c5", true}, {"u2", "c6", true}, {"u3", "c3", false}}},
		"named": {[]where{{user: "u1", channel: "c1"}}, "Tenant_Application/Write/app/tenant", []where{{"u1", "c1", true}, {"u3", "c3", true}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBook()
				first, second := node(b), node(b)
				defer first.Stop()
				defer second.Stop()
				for _, w := range c.throttled {
					pass, err := first.Enter(t.Context(), post(w.user, w.channel))
					if err != nil {
						t.Fatal(err)
					}
					if w.user == taken {
						pass.Leave(201, 0, "")
						continue
					}
					pass.Leave(429, 20*time.Second, c.scope)
				}
				<-time.After(3 * time.Second) // until which it would all be refilled
				began := time.Now()
				var callers sync.WaitGroup
				for _, w := range c.after {
					for i, g := range []*governor.Governor{first, second} {
						callers.Go(func() {
							pass, err := g.Enter(t.Context(), post(w.user, w.channel))
							if err != nil {
								t.Error(err)
								return
							}
							waited := time.Since(began)
							pass.Leave(201, 0, "")
							if w.waits && waited < 16*time.Second || !w.waits && waited > 3*time.Second {
								t.Errorf("node %d: %s in %s waited %v", i+1, w.user, w.channel, waited)
							}
						})
					}
				}
				callers.Wait()
			})
		})
	}
}

// TestARequestDoesNotWaitForLong: who can wait longer is told for how long.
func TestARequestDoesNotWaitForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := node(newBook())
		defer g.Stop()
		pass, err := g.Enter(t.Context(), post("u", "c"))
		if err != nil {
			t.Fatal(err)
		}
		pass.Leave(429, time.Hour, "")
		_, err = g.Enter(t.Context(), post("u", "c"))
		f, ok := errors.AsType[*bridge.Failure](err)
		if !ok || f.Class != bridge.Retry || f.Status != 0 || f.RetryAfter < 50*time.Minute {
			t.Errorf("%#v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := g.Enter(ctx, post("u2", "c2")); err == nil {
			t.Error("a caller that had gone got a permit")
		}
		if pass, err := g.Enter(t.Context(), post("u2", "c2")); err != nil {
			t.Errorf("its bucket is lost: %v", err)
		} else {
			pass.Leave(201, 0, "")
		}
	})
}

// lane is a lane of the bridge with a backlog.
type lane struct {
	name  string
	bots  []bridge.Account
	late  bool
	sent  []string // accounts
	pause time.Duration
}

// run makes the lane's calls as a worker does: it asks, goes away when told to, and comes back when woken.
func (l *lane) run(ctx context.Context, g *governor.Governor, s *service) {
	asker := bridge.Lane{Conversation: bridge.ConversationID(l.name), Direction: bridge.Outbound}
	woken := make(chan struct{}, 1)
	wake := func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	}
	in := bridge.Conversation{ID: bridge.ConversationID(l.name), Team: "team"}
	for ctx.Err() == nil {
		permit, ok := g.Ask(ctx, bridge.Call{Asker: asker, Action: bridge.ToSend, In: in, As: l.bots, Late: l.late}, wake)
		if !ok {
			select {
			case <-woken:
				<-time.After(l.pause)
			case <-ctx.Done():
			}
			continue
		}
		account := l.bots[permit.Choice()]
		r := post(string(account.ID), l.name)
		pass, err := g.Enter(permit.With(ctx), r)
		if err != nil {
			permit.Drop()
			<-time.After(10 * time.Millisecond)
			continue
		}
		status, after := s.call(r, l.late)
		pass.Leave(status, after, "")
		permit.Drop()
		if status == 201 {
			l.sent = append(l.sent, string(account.ID))
		}
	}
	g.Withdraw(asker)
}

// TestAPermitIsForOneCall: a message in parts is several calls, and each of them counts.
func TestAPermitIsForOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, g := newService(), node(newBook())
		defer g.Stop()
		const parts = 3
		asker := bridge.Lane{Conversation: "c", Direction: bridge.Outbound}
		woken := make(chan struct{}, 1)
		sent := 0
		for began := time.Now(); time.Since(began) < time.Minute; {
			permit, ok := g.Ask(t.Context(), bridge.Call{Asker: asker, Action: bridge.ToSend, In: bridge.Conversation{ID: "c", Team: "team"}, As: []bridge.Account{{ID: "bot"}}},
				func() { woken <- struct{}{} })
			if !ok {
				<-woken
				continue
			}
			ctx := permit.With(t.Context())
			for range parts {
				r := post("bot", "c")
				pass, err := g.Enter(ctx, r)
				if err != nil {
					t.Fatal(err)
				}
				status, after := s.call(r, false)
				pass.Leave(status, after, "")
				if status == 201 {
					sent++
				}
			}
			permit.Drop()
		}
		// Graph takes 0.83 a second.
		if len(s.refused) > 0 || sent < 40 || sent > 60 {
			t.Errorf("%d parts were sent in a minute and %d refused", sent, len(s.refused))
		}
	})
}

// TestAPoolOfBotsMultipliesTheirCeiling: lanes that any bot may serve share all of them, and each gets its part.
func TestAPoolOfBotsMultipliesTheirCeiling(t *testing.T) {
	for _, bots := range []int{1, 5} {
		synctest.Test(t, func(t *testing.T) {
			s, b := newService(), newBook()
			g := node(b)
			defer g.Stop()
			var pool []bridge.Account
			for i := range bots {
				pool = append(pool, bridge.Account{ID: bridge.AccountID(fmt.Sprint("bot", i)), Bot: true})
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var lanes []*lane
			var running sync.WaitGroup
			for i := range 20 {
				l := &lane{name: fmt.Sprint("c", i), bots: pool, pause: 10 * time.Millisecond}
				lanes = append(lanes, l)
				running.Go(func() { l.run(ctx, g, s) })
			}
			running.Wait()
			total, fewest, most := 0, 1000, 0
			for _, l := range lanes {
				total += len(l.sent)
				fewest, most = min(fewest, len(l.sent)), max(most, len(l.sent))
			}
			if ceiling := int(49.8 * float64(bots)); total < ceiling*95/100 || len(s.refused) > 0 {
				t.Errorf("%d bots sent %d messages in a minute, %d refused; the ceiling is %d", bots, total, len(s.refused), ceiling)
			}
			if most-fewest > 3 {
				t.Errorf("with %d bots, one lane sent %d and another %d", bots, fewest, most)
			}
			t.Logf("%d bots: %d messages, %d exchanges", bots, total, b.exchanges)
		})
	}
}

// TestALaneKeepsItsPlace although it is slow to come back, and what it does not fetch goes to others.
func TestALaneThatDoesNotComeBackKeepsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, g := newService(), node(newBook())
		defer g.Stop()
		bot := []bridge.Account{{ID: "bot"}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		gone := bridge.Lane{Conversation: "gone", Direction: bridge.Outbound}
		for {
			// It asks until it has to wait, and never comes back.
			permit, ok := g.Ask(ctx, bridge.Call{Asker: gone, Action: bridge.ToSend, In: bridge.Conversation{ID: "gone", Team: "team"}, As: bot}, func() {})
			if !ok {
				break
			}
			pass, err := g.Enter(permit.With(ctx), post("bot", "gone"))
			if err != nil {
				t.Fatal(err)
			}
			pass.Leave(201, 0, "")
		}
		l := &lane{name: "c", bots: bot}
		l.run(ctx, g, s)
		if len(l.sent) < 46 {
			t.Errorf("the other lane sent %d messages in a minute", len(l.sent))
		}
	})
}

// TestTheLedgerIsAskedRarely: one busy channel, and twenty.
func TestTheLedgerIsAskedRarely(t *testing.T) {
	for _, channels := range []int{1, 20} {
		synctest.Test(t, func(t *testing.T) {
			s, b := newService(), newBook()
			g := node(b)
			defer g.Stop()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var workers sync.WaitGroup
			for c := range channels {
				workers.Go(func() { work(ctx, g, s, post(fmt.Sprint("u", c), fmt.Sprint("c", c)), false) })
			}
			workers.Wait()
			made := len(s.arrivals)
			if b.exchanges > 2*made && channels == 1 || b.exchanges > made/2 && channels > 1 {
				t.Errorf("%d exchanges for %d calls in %d channels", b.exchanges, made, channels)
			}
			t.Logf("%d exchanges for %d calls in %d channels", b.exchanges, made, channels)
		})
	}
}

// TestWithoutTheLedgerNothingIsCalled, and all goes on when it is back.
func TestWithoutTheLedgerNothingIsCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := newService(), newBook()
		b.fail = true
		g := node(b)
		defer g.Stop()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		short, done := context.WithTimeout(ctx, 5*time.Second)
		defer done()
		began := time.Now()
		if _, err := g.Enter(short, post("other", "other")); err == nil || time.Since(began) >= 5*time.Second {
			t.Errorf("a request ended with %v together with its context: it must know that nothing was called", err)
		}
		var workers sync.WaitGroup
		workers.Go(func() { work(ctx, g, s, post("u", "c"), false) })
		<-time.After(5 * time.Second)
		if n := s.count(func(arrival) bool { return true }); n > 0 {
			t.Errorf("%d calls without the ledger", n)
		}
		b.mu.Lock()
		b.fail = false
		b.mu.Unlock()
		workers.Wait()
		if n := s.count(func(arrival) bool { return true }); n < 14 {
			t.Errorf("%d calls in 20 s with the ledger", n)
		}
	})
}

// TestADeadNodesPartComesBack: nothing waits for what it held longer than for its turn.
func TestADeadNodesPartComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := newService(), newBook()
		dying, living := node(b), node(b)
		defer living.Stop()
		ctx, kill := context.WithTimeout(t.Context(), 20*time.Second)
		defer kill()
		var workers sync.WaitGroup
		for c := range 50 {
			workers.Go(func() { work(ctx, dying, s, post(fmt.Sprint("u", c), fmt.Sprint("c", c)), false) })
		}
		workers.Wait()
		dying.Stop()
		died := time.Now()
		var waits []time.Duration
		var mu sync.Mutex
		for c := range 50 {
			workers.Go(func() {
				pass, err := living.Enter(t.Context(), post(fmt.Sprint("u", c), fmt.Sprint("c", c)))
				if err != nil {
					t.Error(err)
					return
				}
				status, _ := s.call(post(fmt.Sprint("u", c), fmt.Sprint("c", c)), false)
				pass.Leave(status, 0, "")
				mu.Lock()
				defer mu.Unlock()
				waits = append(waits, time.Since(died))
			})
		}
		workers.Wait()
		if longest := slices.Max(waits); longest > 10*time.Second || len(s.refused) > 0 {
			t.Errorf("a channel of a dead node waited %v; %d calls refused", longest, len(s.refused))
		}
	})
}
