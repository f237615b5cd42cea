// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package store_test

import (
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

const conversation bridge.ConversationID = "19:one@thread.tacv2"

var (
	in  = bridge.Lane{Conversation: conversation, Direction: bridge.Inbound}
	out = bridge.Lane{Conversation: conversation, Direction: bridge.Outbound}
)

func claim(t *testing.T, s *store.Store, lane bridge.Lane, lease time.Duration) bridge.Lease {
	t.Helper()
	l, mine, err := s.Claim(t.Context(), lane, lease)
	if err != nil || !mine {
		t.Fatalf("claim %v: %v, %v", lane, mine, err)
	}
	return l
}

func ids(events []bridge.InboundEvent) (list []string) {
	for _, e := range events {
		list = append(list, string(e.Ref.ID))
	}
	return list
}

func take(t *testing.T, s *store.Store, lease bridge.Lease) []bridge.InboundEvent {
	t.Helper()
	events, _, err := s.TakeInbound(t.Context(), lease, 100)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func takeOut(t *testing.T, s *store.Store, lease bridge.Lease) []bridge.OutboundEvent {
	t.Helper()
	events, _, err := s.TakeOutbound(t.Context(), lease, 100)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func depart(t *testing.T, s *store.Store, post bridge.PostID, at time.Time) int {
	t.Helper()
	n, err := s.Depart(t.Context(), []bridge.Departure{{Conversation: conversation, Post: post, Kind: bridge.Create, Author: "author", SourceAt: at}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOnlyOneNodeHasALane(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	one, two := storetest.Open(t, dsn, "one"), storetest.Open(t, dsn, "two")
	if _, mine, err := one.Claim(t.Context(), in, time.Minute); err != nil || mine {
		t.Errorf("claiming a lane without work: %v, %v", mine, err)
	}
	arrive(t, one, conversation, "", "1")
	lease := claim(t, one, in, time.Minute)
	if lease.TookOver {
		t.Error("a lane that nobody had was taken over")
	}
	if _, mine, err := two.Claim(t.Context(), in, time.Minute); err != nil || mine {
		t.Errorf("the second claim: %v, %v", mine, err)
	}
	if due, err := two.Due(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("a leased lane is offered: %v, %v", due, err)
	}
	if err := one.Release(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
	if due, err := two.Due(t.Context()); err != nil || !slices.Equal(due, []bridge.Lane{in}) {
		t.Errorf("due are %v, %v", due, err)
	}
	if next := claim(t, two, in, time.Minute); next.TookOver || next.Fence <= lease.Fence {
		t.Errorf("after a release: %+v", next)
	}
}

func TestClaimsRace(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	nodes := []*store.Store{storetest.Open(t, dsn, "one"), storetest.Open(t, dsn, "two")}
	arrive(t, nodes[0], conversation, "", "1")
	for range 50 {
		var claims sync.WaitGroup
		leases := make(chan int, len(nodes))
		got := make([]bridge.Lease, len(nodes))
		for i, n := range nodes {
			claims.Go(func() {
				l, mine, err := n.Claim(t.Context(), in, time.Minute)
				if err != nil {
					t.Error(err)
				}
				if mine {
					got[i] = l
					leases <- i
				}
			})
		}
		claims.Wait()
		if len(leases) != 1 {
			t.Fatalf("%d nodes got the lane", len(leases))
		}
		i := <-leases
		if err := nodes[i].Release(t.Context(), got[i]); err != nil {
			t.Fatal(err)
		}
	}
}

func TestALostLeaseWritesNothing(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	one, two := storetest.Open(t, dsn, "one"), storetest.Open(t, dsn, "two")
	arrive(t, one, conversation, "", "1")
	depart(t, one, "p", time.Now())
	lost := claim(t, one, in, time.Millisecond)
	event := take(t, one, lost)[0]
	lostOut := claim(t, one, out, time.Millisecond)
	eventOut := takeOut(t, one, lostOut)[0]

	var taken bridge.Lease
	storetest.Eventually(t, "take-over", func() bool {
		l, mine, err := two.Claim(t.Context(), in, time.Minute)
		taken = l
		return err == nil && mine
	})
	if !taken.TookOver {
		t.Error("the take-over is not told")
	}
	storetest.Eventually(t, "take-over", func() bool {
		_, mine, err := two.Claim(t.Context(), out, time.Minute)
		return err == nil && mine
	})
	ctx := t.Context()
	for name, write := range map[string]func() error{
		"renew":  func() error { return one.Renew(ctx, lost) },
		"finish": func() error { return one.Finish(ctx, lost, event.Event) },
		"retry":  func() error { return one.Retry(ctx, lost, event.Event, 0, bridge.CountsFailure, "") },
		"bury":   func() error { return one.Bury(ctx, lost, event.Event, bridge.CountsFailure, "") },
		"park":   func() error { return one.Park(ctx, lost, event.Event, bridge.MessageMapped("", "9"), time.Hour, "") },
		"skip":   func() error { return one.SkipMessage(ctx, lost, event, "c") },
		"confirm": func() error {
			_, err := one.ConfirmPosts(ctx, lost, []bridge.Reservation{{Event: event, Mapping: "m", Posted: bridge.Posted{Post: "p"}}})
			return err
		},
		"reserve": func() error {
			_, _, err := one.Reserve(ctx, lost, bridge.Mapping{ID: "m", Ref: event.Ref})
			return err
		},
		"begin a send": func() error {
			_, err := one.BeginSend(ctx, lostOut, eventOut, bridge.Send{Mapping: "m", Attempt: "k"}, 0)
			return err
		},
		"confirm a send": func() error { return one.ConfirmSend(ctx, lostOut, eventOut, "m", bridge.Sent{}) },
		"unsend":         func() error { return one.Unsent(ctx, lostOut, eventOut, 0, bridge.CountsFailure, "") },
		"look again":     func() error { return one.LookAgain(ctx, lostOut, eventOut, 0, bridge.LookedInVain) },
		"skip a post":    func() error { return one.SkipPost(ctx, lostOut, eventOut, "c") },
	} {
		if err := write(); !errors.Is(err, bridge.ErrLeaseLost) {
			t.Errorf("%s under a lost lease: %v", name, err)
		}
	}
	if err := one.Release(ctx, lost); err != nil {
		t.Error(err)
	}
	if err := two.Renew(ctx, taken); err != nil {
		t.Errorf("the old node's release hurt the new lease: %v", err)
	}
	if got := ids(take(t, two, taken)); !slices.Equal(got, []string{"1"}) {
		t.Errorf("queued are %v", got)
	}
	if _, found, err := two.MappingOf(ctx, event.Ref); err != nil || found {
		t.Errorf("a mapping was written: %v, %v", found, err)
	}
}

func TestTakeIsInSourceOrderUpToTheFirstThatIsNotDue(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	start := time.Now()
	for _, a := range []struct {
		id   string
		at   int
		hold time.Duration
	}{{"3", 3, 0}, {"1", 1, 0}, {"4", 4, time.Hour}, {"2", 2, 0}, {"5", 5, 0}} {
		arrivals := []bridge.Arrival{{Ref: ref(conversation, "", bridge.TeamsMessageID(a.id)), Kind: bridge.Create, SourceAt: start.Add(time.Duration(a.at) * time.Second)}}
		if err := s.Accept(t.Context(), arrivals, a.hold); err != nil {
			t.Fatal(err)
		}
	}
	lease := claim(t, s, in, time.Minute)
	events := take(t, s, lease)
	if got, want := ids(events), []string{"1", "2", "3"}; !slices.Equal(got, want) {
		t.Fatalf("took %v, want %v", got, want)
	}
	// The head in back-off stops the lane, a parked one does not.
	if err := s.Retry(t.Context(), lease, events[0].Event, time.Hour, bridge.CountsFailure, "failed"); err != nil {
		t.Fatal(err)
	}
	none, next, err := s.TakeInbound(t.Context(), lease, 100)
	if err != nil || len(none) != 0 || next < 59*time.Minute || next > time.Hour {
		t.Errorf("behind a head in back-off: %v, next in %v, %v", ids(none), next, err)
	}
	if err := s.Park(t.Context(), lease, events[0].Event, bridge.MessageMapped("", "9"), time.Hour, "waits"); err != nil {
		t.Fatal(err)
	}
	if got, want := ids(take(t, s, lease)), []string{"2", "3"}; !slices.Equal(got, want) {
		t.Errorf("beside a parked one %v, want %v", got, want)
	}
}

func TestParkedEventsWakeOrExpire(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	arrive(t, s, conversation, "", "1")
	arrive(t, s, conversation, "1", "2")
	arrive(t, s, conversation, "9", "3")
	lease := claim(t, s, in, time.Minute)
	events := take(t, s, lease)
	slices.SortFunc(events, func(a, b bridge.InboundEvent) int { return int(a.ID - b.ID) })
	root, reply, orphan := events[0], events[1], events[2]
	if err := s.Park(t.Context(), lease, reply.Event, bridge.MessageMapped("", "1"), time.Hour, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Park(t.Context(), lease, orphan.Event, bridge.MessageMapped("", "9"), time.Millisecond, ""); err != nil {
		t.Fatal(err)
	}
	storetest.Eventually(t, "the orphan's time is up", func() bool {
		events := take(t, s, lease)
		i := slices.IndexFunc(events, func(e bridge.InboundEvent) bool { return e.ID == orphan.ID })
		return i >= 0 && events[i].Waited && events[i].WaitedFor == bridge.MessageMapped("", "9")
	})
	confirm(t, s, lease, root, "m1", "p1")
	i := slices.IndexFunc(take(t, s, lease), func(e bridge.InboundEvent) bool { return e.ID == reply.ID && !e.Waited })
	if i < 0 {
		t.Error("the confirm of its target did not wake the reply")
	}
	// Parking for what has come true is no parking.
	if err := s.Park(t.Context(), lease, reply.Event, bridge.MessageMapped("", "1"), time.Hour, ""); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(take(t, s, lease), func(e bridge.InboundEvent) bool { return e.ID == reply.ID }) {
		t.Error("an event was parked for a target that was mapped already")
	}
}

func confirm(t *testing.T, s *store.Store, lease bridge.Lease, e bridge.InboundEvent, id bridge.MappingID, post bridge.PostID) {
	t.Helper()
	if _, fresh, err := s.Reserve(t.Context(), lease, bridge.Mapping{ID: id, Ref: e.Ref, Channel: "c", Sender: "u"}); err != nil || !fresh {
		t.Fatalf("reserve: %v, %v", fresh, err)
	}
	if _, err := s.ConfirmPosts(t.Context(), lease, []bridge.Reservation{{Event: e, Mapping: id, Posted: bridge.Posted{Post: post}}}); err != nil {
		t.Fatal(err)
	}
}

func TestARepetitionDuringWorkIsNotLost(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	edit := []bridge.Arrival{{Ref: ref(conversation, "", "1"), Kind: bridge.Edit, SourceAt: time.Now()}}
	for range 2 {
		if err := s.Accept(t.Context(), append(edit, edit...), 0); err != nil { // twice in one batch, too
			t.Fatal(err)
		}
	}
	lease := claim(t, s, in, time.Minute)
	events := take(t, s, lease)
	if len(events) != 1 {
		t.Fatalf("%d rows for one thing that changed", len(events))
	}
	if err := s.Accept(t.Context(), edit, 0); err != nil {
		t.Fatal(err)
	}
	if err := s.Finish(t.Context(), lease, events[0].Event); err != nil {
		t.Fatal(err)
	}
	again := take(t, s, lease)
	if len(again) != 1 || again[0].Generation <= events[0].Generation {
		t.Fatalf("after a repetition during work: %+v", again)
	}
	if err := s.Finish(t.Context(), lease, again[0].Event); err != nil {
		t.Fatal(err)
	}
	if left := take(t, s, lease); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
}

func TestWhatIsParkedIsNotLate(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	parked := time.Now().Add(-48 * time.Hour).Truncate(time.Millisecond)
	depart(t, s, "parked", parked)
	lease := claim(t, s, out, time.Minute)
	if err := s.Park(t.Context(), lease, takeOut(t, s, lease)[0].Event, "account:somebody", time.Hour, "waits for an account"); err != nil {
		t.Fatal(err)
	}
	waiting := parked.Add(47 * time.Hour)
	depart(t, s, "waiting", waiting)
	statistics, err := s.Statistics(t.Context())
	if err != nil || len(statistics.Lanes) != 1 {
		t.Fatalf("statistics %+v, %v", statistics, err)
	}
	if l := statistics.Lanes[0]; !l.Oldest.Equal(waiting) || !l.OldestParked.Equal(parked) || l.Pending != 1 || l.Parked != 1 {
		t.Errorf("%+v; want one that waits since %v and one that is parked since %v", l, waiting, parked)
	}
}

func TestDeadLettersAreSeenAndRevived(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	arrive(t, s, conversation, "", "1")
	lease := claim(t, s, in, time.Minute)
	if err := s.Bury(t.Context(), lease, take(t, s, lease)[0].Event, bridge.CountsFailure, "poisoned"); err != nil {
		t.Fatal(err)
	}
	if left := take(t, s, lease); len(left) != 0 {
		t.Errorf("a dead letter is still in its lane: %+v", left)
	}
	statistics, err := s.Statistics(t.Context())
	if err != nil || len(statistics.Lanes) != 1 || statistics.Lanes[0].Dead != 1 || statistics.Lanes[0].DeadReason != "poisoned" {
		t.Errorf("statistics %+v, %v", statistics, err)
	}
	if n, err := s.Revive(t.Context(), in); err != nil || n != 1 {
		t.Errorf("revived %d, %v", n, err)
	}
	if got := ids(take(t, s, lease)); !slices.Equal(got, []string{"1"}) {
		t.Errorf("after reviving: %v", got)
	}
}

func TestADeleteBeforeItsCreateSuppressesIt(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	arrive(t, s, conversation, "", "1")
	lease := claim(t, s, in, time.Minute)
	event := take(t, s, lease)[0]
	if err := s.SkipMessage(t.Context(), lease, event, "c"); err != nil {
		t.Fatal(err)
	}
	m, fresh, err := s.Reserve(t.Context(), lease, bridge.Mapping{ID: "m", Ref: event.Ref, Channel: "c", Sender: "u"})
	if err != nil || fresh || m.State != bridge.Tombstone {
		t.Errorf("reserving a deleted message: %+v, %v, %v", m, fresh, err)
	}
}

func TestTheSameIDInTwoChainsIsTwoMessages(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	arrive(t, s, conversation, "", "5")
	arrive(t, s, conversation, "1", "5")
	arrive(t, s, conversation, "2", "5")
	lease := claim(t, s, in, time.Minute)
	events := take(t, s, lease)
	if len(events) != 3 {
		t.Fatalf("%d events", len(events))
	}
	for _, e := range events {
		confirm(t, s, lease, e, bridge.MappingID("m"+string(e.Ref.Root)), bridge.PostID("p"+string(e.Ref.Root)))
	}
	for _, e := range events {
		if m, _, err := s.MappingOf(t.Context(), e.Ref); err != nil || m.Post != bridge.PostID("p"+string(e.Ref.Root)) {
			t.Errorf("%+v is mapped to %+v, %v", e.Ref, m, err)
		}
	}
}

func TestConcurrentBatchesOfTheSameNotifications(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	nodes := []*store.Store{storetest.Open(t, dsn, "one"), storetest.Open(t, dsn, "two")}
	var batch []bridge.Arrival
	for i := range 50 {
		batch = append(batch, bridge.Arrival{Ref: ref(conversation, "", bridge.TeamsMessageID(strconv.Itoa(i))), Kind: bridge.Create, SourceAt: time.Now()})
	}
	var deliveries sync.WaitGroup
	for i := range 10 {
		deliveries.Go(func() {
			b := slices.Clone(batch)
			if i%2 == 1 {
				slices.Reverse(b)
			}
			if err := nodes[i%2].Accept(t.Context(), b, 0); err != nil {
				t.Error(err)
			}
		})
	}
	deliveries.Wait()
	if events := take(t, nodes[0], claim(t, nodes[0], in, time.Minute)); len(events) != 50 {
		t.Errorf("%d rows for 50 messages", len(events))
	}
}
