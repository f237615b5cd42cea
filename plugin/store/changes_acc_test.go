// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

// carried makes a confirmed mapping of post p and message 1.
func carried(t *testing.T, s *store.Store) bridge.Mapping {
	t.Helper()
	lease, event, id := sending(t, s, "p", "key")
	if err := s.ConfirmSend(t.Context(), lease, event, id, bridge.Sent{Ref: ref(conversation, "", "1"), TeamsHash: "t1", TeamsForm: "f1"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Release(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
	return mappingOf(t, s)
}

func mappingOf(t *testing.T, s *store.Store) bridge.Mapping {
	t.Helper()
	m, known, err := s.MappingOfPost(t.Context(), "p")
	if err != nil || !known {
		t.Fatalf("mapping %+v, %v, %v", m, known, err)
	}
	return m
}

func departEdit(t *testing.T, s *store.Store, found bool) int {
	t.Helper()
	n, err := s.Depart(t.Context(), []bridge.Departure{{Conversation: conversation, Post: "p", Kind: bridge.Edit, SourceAt: time.Now(), Found: found}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func arriveEdit(t *testing.T, s *store.Store) (bridge.Lease, bridge.InboundEvent) {
	t.Helper()
	if err := s.Accept(t.Context(), []bridge.Arrival{{Ref: ref(conversation, "", "1"), Kind: bridge.Edit, SourceAt: time.Now()}}, 0); err != nil {
		t.Fatal(err)
	}
	lease := claim(t, s, in, time.Minute)
	return lease, take(t, s, lease)[0]
}

// A message is changed on one side at a time, by whoever read it last.
func TestAMessageIsChangedOnOneSideAtATime(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	m := carried(t, s)
	inLease, inEvent := arriveEdit(t, s)
	departEdit(t, s, false)
	outLease := claim(t, s, out, time.Minute)
	outEvent := takeOut(t, s, outLease)[0]
	change := bridge.Change{Account: bridge.Account{TeamsUser: "u"}, Version: bridge.SentVersion{TeamsHash: "t2", PostHash: "p2", At: time.Now()}}

	stale := m
	if err := s.BeginWrite(t.Context(), inLease, m, "p3"); err != nil {
		t.Fatal(err)
	}
	if m = mappingOf(t, s); !m.Writing || len(m.Written) != 1 || m.Version == stale.Version {
		t.Errorf("while the post is written: %+v", m)
	}
	for name, mapping := range map[string]bridge.Mapping{"read before": stale, "read after": m} {
		if err := s.BeginChange(t.Context(), outLease, outEvent, mapping, change, time.Minute); !errors.Is(err, bridge.ErrChanged) {
			t.Errorf("%s: sending a change while the post is written: %v", name, err)
		}
	}
	// Whoever waits for the writing is woken by its end.
	if err := s.Park(t.Context(), outLease, outEvent.Event, bridge.PostWritten(m.ID), time.Minute, "waits"); err != nil {
		t.Fatal(err)
	}
	if waiting := takeOut(t, s, outLease); len(waiting) != 0 {
		t.Errorf("parked, and still in the lane: %+v", waiting)
	}
	if err := s.ConfirmWrite(t.Context(), inLease, inEvent, m.ID, bridge.Record{TeamsHash: "t3", PostHash: "p3"}); err != nil {
		t.Fatal(err)
	}
	outEvent = takeOut(t, s, outLease)[0]
	m = mappingOf(t, s)
	if m.Writing || len(m.Written) != 0 || m.Record.PostHash != "p3" {
		t.Errorf("after the post was written: %+v", m)
	}
	if err := s.BeginChange(t.Context(), outLease, outEvent, m, change, time.Minute); err != nil {
		t.Fatal(err)
	}
	m = mappingOf(t, s)
	if len(m.SentVersions) != 1 || m.SentVersions[0].TeamsHash != "t2" {
		t.Errorf("while a change is sent: %+v", m)
	}
	if err := s.Release(t.Context(), inLease); err != nil {
		t.Fatal(err)
	}
	inLease, inEvent = arriveEdit(t, s)
	if err := s.BeginWrite(t.Context(), inLease, m, ""); !errors.Is(err, bridge.ErrChanged) {
		t.Errorf("writing the post while a change is sent: %v", err)
	}
	if err := s.Park(t.Context(), inLease, inEvent.Event, bridge.PostSettled("p"), time.Minute, "waits"); err != nil {
		t.Fatal(err)
	}
	if err := s.ConfirmChange(t.Context(), outLease, outEvent, m.ID, bridge.Record{TeamsHash: "t2", PostHash: "p2"}); err != nil {
		t.Fatal(err)
	}
	if woken := take(t, s, inLease); len(woken) != 1 {
		t.Errorf("%d events are due after the change was sent, want the one that waited", len(woken))
	}
}

// An event that changes nothing may go only when nobody is changing what it was compared with.
func TestAnEventIsFinishedWhenBothSidesAgree(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	m := carried(t, s)
	inLease, inEvent := arriveEdit(t, s)
	departEdit(t, s, false)
	outLease := claim(t, s, out, time.Minute)
	outEvent := takeOut(t, s, outLease)[0]
	refused := func(what string, lease bridge.Lease, event bridge.Event, m bridge.Mapping) {
		t.Helper()
		if err := s.Agree(t.Context(), lease, event, m); !errors.Is(err, bridge.ErrChanged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	stale := m
	if err := s.BeginWrite(t.Context(), inLease, m, ""); err != nil {
		t.Fatal(err)
	}
	m = mappingOf(t, s)
	refused("an edit while the post is written", outLease, outEvent.Event, m)
	refused("an edit that was compared before", outLease, outEvent.Event, stale)
	if err := s.ConfirmWrite(t.Context(), inLease, inEvent, m.ID, m.Record); err != nil {
		t.Fatal(err)
	}
	if err := s.Release(t.Context(), inLease); err != nil {
		t.Fatal(err)
	}
	inLease, inEvent = arriveEdit(t, s)
	m = mappingOf(t, s)
	if err := s.BeginChange(t.Context(), outLease, outEvent, m, bridge.Change{}, time.Minute); err != nil {
		t.Fatal(err)
	}
	refused("a notification that was compared before", inLease, inEvent.Event, m)
	m = mappingOf(t, s)
	refused("a notification while a change is sent", inLease, inEvent.Event, m)
	if err := s.ConfirmChange(t.Context(), outLease, outEvent, m.ID, m.Record); err != nil {
		t.Fatal(err)
	}
	m = mappingOf(t, s)
	departEdit(t, s, false)
	outEvent = takeOut(t, s, outLease)[0]
	departEdit(t, s, false)
	if err := errors.Join(s.Agree(t.Context(), inLease, inEvent.Event, m), s.Agree(t.Context(), outLease, outEvent.Event, m)); err != nil {
		t.Error(err)
	}
	if left := take(t, s, inLease); len(left) != 0 {
		t.Errorf("%+v is still in the inbox", left)
	}
	if left := takeOut(t, s, outLease); len(left) != 1 || left[0].Generation == outEvent.Generation {
		t.Errorf("in the outbox is %+v, want the edit that came meanwhile", left)
	}
}

// Of several reactions it counts whether one is on its way.
func TestTheStateOfReactionsIsOfTheOneThatIsOnItsWay(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	carried(t, s)
	for _, subject := range []string{"a/👍", "b/👍"} {
		if _, err := s.Depart(t.Context(), []bridge.Departure{{Conversation: conversation, Post: "p", Kind: bridge.React, Subject: subject, SourceAt: time.Now()}}, 0); err != nil {
			t.Fatal(err)
		}
	}
	lease := claim(t, s, out, time.Minute)
	for range 2 {
		if state, queued, err := s.OutboundState(t.Context(), conversation, "p", bridge.React); state != bridge.Pending || !queued || err != nil {
			t.Errorf("%v %v %v", state, queued, err)
		}
		if err := s.Park(t.Context(), lease, takeOut(t, s, lease)[0].Event, bridge.AccountConnected("a"), time.Minute, "waits"); err != nil {
			t.Fatal(err)
		}
	}
}

// An edit that comes while one is being sent, or that a scan finds then, is not taken for sent.
func TestAnEditDuringASendIsNotLost(t *testing.T) {
	for name, found := range map[string]bool{"a hook told of it": false, "a scan found it": true} {
		t.Run(name, func(t *testing.T) { anEditDuringASend(t, found) })
	}
}

func anEditDuringASend(t *testing.T, found bool) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	m := carried(t, s)
	departEdit(t, s, false)
	lease := claim(t, s, out, time.Minute)
	event := takeOut(t, s, lease)[0]
	if err := s.BeginChange(t.Context(), lease, event, m, bridge.Change{}, time.Minute); err != nil {
		t.Fatal(err)
	}
	if n := departEdit(t, s, found); n != map[bool]int{true: 0, false: 1}[found] {
		t.Errorf("%d new events", n)
	}
	if err := s.ConfirmChange(t.Context(), lease, event, m.ID, bridge.Record{PostHash: "p2"}); err != nil {
		t.Fatal(err)
	}
	again := takeOut(t, s, lease)
	if len(again) != 1 || again[0].State != bridge.Pending {
		t.Fatalf("due are %+v, want the newer edit", again)
	}
	// Given up, it is revived by a newer edit, not by a scan.
	if err := s.Bury(t.Context(), lease, again[0].Event, bridge.CountsFailure, "no"); err != nil {
		t.Fatal(err)
	}
	departEdit(t, s, true)
	if due := takeOut(t, s, lease); len(due) != 0 {
		t.Errorf("a scan revived %+v", due)
	}
	departEdit(t, s, false)
	if due := takeOut(t, s, lease); len(due) != 1 {
		t.Error("a newer edit did not revive what was given up")
	}
}

// Who was writing a post and was given up, or unlinked, does not keep others from it.
func TestNobodyWaitsForAWriterThatIsGone(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	m := carried(t, s)
	lease, event := arriveEdit(t, s)
	if err := s.BeginWrite(t.Context(), lease, m, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Bury(t.Context(), lease, event.Event, bridge.CountsFailure, "no"); err != nil {
		t.Fatal(err)
	}
	if m = mappingOf(t, s); m.Writing {
		t.Error("a dead letter still writes")
	}
	departEdit(t, s, false)
	outLease := claim(t, s, out, time.Minute)
	if err := s.BeginChange(t.Context(), outLease, takeOut(t, s, outLease)[0], m, bridge.Change{}, time.Minute); err != nil {
		t.Error(err)
	}
}
