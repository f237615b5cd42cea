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

// sending brings a post as far as the moment before its POST.
func sending(t *testing.T, s *store.Store, post bridge.PostID, key bridge.AttemptKey) (bridge.Lease, bridge.OutboundEvent, bridge.MappingID) {
	t.Helper()
	depart(t, s, post, time.Now())
	lease := claim(t, s, out, time.Minute)
	event := takeOut(t, s, lease)[0]
	send := bridge.Send{Mapping: bridge.MappingID("m-" + post), Attempt: key, Account: bridge.Account{ID: "a", TeamsUser: "u"}, Team: "team", Channel: "c"}
	id, err := s.BeginSend(t.Context(), lease, event, send, 0)
	if err != nil {
		t.Fatal(err)
	}
	return lease, event, id
}

func TestARepeatedPostIsOneEvent(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	if n := depart(t, s, "p", time.Now()); n != 1 {
		t.Errorf("the first departure added %d", n)
	}
	if n := depart(t, s, "p", time.Now()); n != 0 {
		t.Errorf("a repetition added %d", n)
	}
	lease := claim(t, s, out, time.Minute)
	event := takeOut(t, s, lease)[0]
	id, err := s.BeginSend(t.Context(), lease, event, bridge.Send{Mapping: "m", Attempt: "k", Channel: "c"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.ConfirmSend(t.Context(), lease, event, id, bridge.Sent{Ref: ref(conversation, "", "1")}); err != nil {
		t.Fatal(err)
	}
	if n := depart(t, s, "p", time.Now()); n != 0 {
		t.Error("a post that was carried is queued again")
	}
}

func TestASendIsSeenByWhoWaitsForIt(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	one, two := storetest.Open(t, dsn, "one"), storetest.Open(t, dsn, "two")
	lease, event, id := sending(t, one, "p", "key")
	sends, err := two.OpenSends(t.Context(), conversation, "u")
	if err != nil || len(sends) != 1 || sends[0].Attempt != "key" || sends[0].Mapping != id {
		t.Fatalf("open sends %+v, %v", sends, err)
	}
	// The echo, and a reply to it, arrive before the confirm.
	arrive(t, two, conversation, "", "1")
	arrive(t, two, conversation, "1", "2")
	inLease := claim(t, two, in, time.Minute)
	arrived := take(t, two, inLease)
	if err := two.AwaitSends(t.Context(), inLease, arrived[0].Event, "u", time.Hour); err != nil {
		t.Fatal(err)
	}
	if events, next, err := two.TakeInbound(t.Context(), inLease, 10); err != nil || len(events) != 0 || next == 0 {
		t.Errorf("an event that waits for a send was overtaken: %+v, %v, %v", events, next, err)
	}
	if err := two.Park(t.Context(), inLease, arrived[1].Event, bridge.MessageMapped("", "1"), time.Hour, ""); err != nil {
		t.Fatal(err)
	}
	if err := one.ConfirmSend(t.Context(), lease, event, id, bridge.Sent{Ref: ref(conversation, "", "1")}); err != nil {
		t.Fatal(err)
	}
	if events := take(t, two, inLease); len(events) != 2 {
		t.Errorf("the confirm woke %d of 2", len(events))
	}
	if err := two.AwaitSends(t.Context(), inLease, arrived[0].Event, "u", time.Hour); err != nil {
		t.Fatal(err)
	}
	if events := take(t, two, inLease); len(events) != 2 {
		t.Error("waits for a send that is settled")
	}
	if m, found, err := two.MappingOfPost(t.Context(), "p"); err != nil || !found || m.State != bridge.Confirmed || m.Ref.ID != "1" {
		t.Errorf("mapping %+v, %v, %v", m, found, err)
	}
}

func TestASendIsSettledOnceByWhoeverSeesIt(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	lease, event, id := sending(t, s, "p", "key")
	sent := bridge.Sent{Ref: ref(conversation, "", "1")}
	send := bridge.OpenSend{Event: event.ID, Attempt: "key", Mapping: id, Post: event.Post, Author: event.Author}
	for range 2 {
		if err := s.SettleSend(t.Context(), conversation, send, sent); err != nil {
			t.Fatal(err)
		}
		if err := s.ConfirmSend(t.Context(), lease, event, id, sent); err != nil {
			t.Fatal(err)
		}
	}
	if left := takeOut(t, s, lease); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
	if _, err := s.BeginSend(t.Context(), lease, event, bridge.Send{Mapping: "other", Attempt: "key", Channel: "c"}, 0); !errors.Is(err, bridge.ErrCarried) {
		t.Errorf("sending what was carried: %v", err)
	}
}

func TestAMessageDeletedBeforeItsSendIsConfirmed(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	lease, event, id := sending(t, s, "p", "key")
	arrive(t, s, conversation, "", "1")
	inLease := claim(t, s, in, time.Minute)
	if err := s.SkipMessage(t.Context(), inLease, take(t, s, inLease)[0], "c"); err != nil {
		t.Fatal(err)
	}
	if err := s.ConfirmSend(t.Context(), lease, event, id, bridge.Sent{Ref: ref(conversation, "", "1")}); err != nil {
		t.Fatal(err)
	}
	if m, _, err := s.MappingOfPost(t.Context(), "p"); err != nil || m.State != bridge.Confirmed {
		t.Errorf("mapping %+v, %v", m, err)
	}
}

func TestWhatIsCarriedIsNotLeftOut(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	lease, event, id := sending(t, s, "p", "key")
	arrive(t, s, conversation, "", "1")
	inLease := claim(t, s, in, time.Minute)
	deleted := take(t, s, inLease)[0]
	if err := s.ConfirmSend(t.Context(), lease, event, id, bridge.Sent{Ref: ref(conversation, "", "1")}); err != nil {
		t.Fatal(err)
	}
	if err := s.SkipMessage(t.Context(), inLease, deleted, "c"); !errors.Is(err, bridge.ErrChanged) {
		t.Errorf("leaving out what is carried: %v", err)
	}
	if left := take(t, s, inLease); len(left) != 1 {
		t.Errorf("%d events are left; want the one that tells of the delete", len(left))
	}
}

func TestAnEchoThatWasCarriedGetsASecondName(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	lease, event, id := sending(t, s, "p", "key")
	arrive(t, s, conversation, "", "1")
	inLease := claim(t, s, in, time.Minute)
	confirm(t, s, inLease, take(t, s, inLease)[0], "m-in", "p-in")
	if err := s.ConfirmSend(t.Context(), lease, event, id, bridge.Sent{Ref: ref(conversation, "", "1")}); err != nil {
		t.Fatal(err)
	}
	if m, found, err := s.MappingOfPost(t.Context(), "p"); err != nil || !found || m.ID != "m-in" {
		t.Errorf("the post's mapping is %+v, %v, %v, want that of the message", m, found, err)
	}
}

func TestARetryNeverTakesASendBack(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	lease, event, _ := sending(t, s, "p", "key")
	if err := s.Retry(t.Context(), lease, event.Event, 0, bridge.CountsFailure, "any error"); err != nil {
		t.Fatal(err)
	}
	if got := takeOut(t, s, lease)[0]; got.State != bridge.Sending || got.Attempt != "key" || got.AttemptedAt.IsZero() {
		t.Errorf("after a retry the send is %+v", got)
	}
	if err := s.LookAgain(t.Context(), lease, event, 0, bridge.LookedInVain); err != nil {
		t.Fatal(err)
	}
	if got := takeOut(t, s, lease)[0]; got.Looks != 1 {
		t.Errorf("after a look: %+v", got)
	}
	if err := s.Unsent(t.Context(), lease, event, 0, bridge.CountsOutage, "429"); err != nil {
		t.Fatal(err)
	}
	if got := takeOut(t, s, lease)[0]; got.State != bridge.Pending || got.Attempt != "key" {
		t.Errorf("after it was not sent: %+v", got)
	}
}

func TestPostsWaitForAnAccount(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	for _, user := range []bridge.UserID{"u1", "u2", ""} {
		depart(t, s, "p", time.Now())
		lease := claim(t, s, out, time.Minute)
		if err := s.Park(t.Context(), lease, takeOut(t, s, lease)[0].Event, bridge.AccountConnected("u1"), time.Hour, ""); err != nil {
			t.Fatal(err)
		}
		if n, err := s.Waiting(t.Context(), bridge.AccountConnected("u1")); err != nil || n != 1 {
			t.Errorf("%d wait, %v", n, err)
		}
		if err := s.WakeAccount(t.Context(), user); err != nil {
			t.Fatal(err)
		}
		if got, want := len(takeOut(t, s, lease)) == 1, user != "u2"; got != want {
			t.Errorf("woken by the account of %q: %v, want %v", user, got, want)
		}
		if err := s.Release(t.Context(), lease); err != nil {
			t.Fatal(err)
		}
		if err := s.WakeAccount(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
	}
}

func TestScansAreClaimedByOneNode(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	one, two := storetest.Open(t, dsn, "one"), storetest.Open(t, dsn, "two")
	l := link("c", conversation)
	if err := one.CreateLink(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	cursor, due, err := one.ClaimScan(t.Context(), conversation, time.Hour)
	if err != nil || !due || cursor.UpdateAt != l.CreatedAt.UnixMilli() {
		t.Errorf("the first scan: %+v, %v, %v; it must begin at the link's creation", cursor, due, err)
	}
	if _, due, err := two.ClaimScan(t.Context(), conversation, time.Hour); err != nil || due {
		t.Errorf("a second scan within the hour: %v, %v", due, err)
	}
	to := bridge.Cursor{UpdateAt: cursor.UpdateAt + 10, ID: "p"}
	for _, c := range []bridge.Cursor{to, cursor} {
		if err := one.AdvanceCursor(t.Context(), conversation, c); err != nil {
			t.Fatal(err)
		}
	}
	if got, due, err := two.ClaimScan(t.Context(), conversation, 0); err != nil || !due || got != to {
		t.Errorf("the next scan begins at %+v, %v, %v, want %+v: a cursor never goes back", got, due, err, to)
	}
}
