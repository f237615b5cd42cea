// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

// TestOneTeamsChannelIsLinkedOnceHoweverManyTry: two nodes, many channels, one conversation.
func TestOneTeamsChannelIsLinkedOnceHoweverManyTry(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	nodes := []*store.Store{storetest.Open(t, dsn, "one"), storetest.Open(t, dsn, "two")}
	var made, conflicts atomic.Int32
	var trying sync.WaitGroup
	begin := make(chan struct{})
	for i := range 16 {
		trying.Go(func() {
			<-begin
			err := nodes[i%2].CreateLink(t.Context(), link(bridge.ChannelID(fmt.Sprint("channel-", i)), "19:wanted"))
			conflict, ok := errors.AsType[*bridge.LinkConflict](err)
			switch {
			case err == nil:
				made.Add(1)
			case ok && conflict.Holder.Conversation.ID == "19:wanted" && conflict.Holder.Channel != "":
				conflicts.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	close(begin)
	trying.Wait()
	all, err := nodes[0].Links(t.Context())
	if err != nil || made.Load() != 1 || conflicts.Load() != 15 || len(all) != 1 {
		t.Errorf("%d made, %d conflicts, %d links: %v", made.Load(), conflicts.Load(), len(all), err)
	}
}

func request(id string, channel bridge.ChannelID, conversation bridge.ConversationID) store.LinkRequest {
	return store.LinkRequest{ID: id, Channel: channel, MattermostTeam: "mm-team", Conversation: bridge.Conversation{ID: conversation, Team: "team"}, Creator: "creator", Backfill: bridge.Backfill{FromTeams: 7, ToTeams: 3}}
}

func TestRequestsAreUniqueAndBecomeLinks(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	ctx := t.Context()
	kept, err := s.RequestLink(ctx, request("r1", "c1", "19:one"))
	if err != nil || kept.ID != "r1" || kept.Backfill != (bridge.Backfill{FromTeams: 7, ToTeams: 3}) || kept.CreatedAt.IsZero() {
		t.Fatalf("kept %+v, %v", kept, err)
	}
	if again, err := s.RequestLink(ctx, request("r2", "c1", "19:one")); err != nil || again.ID != "r1" {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	for name, r := range map[string]store.LinkRequest{"the channel": request("r3", "c1", "19:two"), "the conversation": request("r4", "c2", "19:one")} {
		conflict, ok := errors.AsType[*store.RequestConflict](second(s.RequestLink(ctx, r)))
		if !ok || conflict.Holder.ID != "r1" {
			t.Errorf("%s: %v", name, conflict)
		}
	}

	wanted := link("c1", "19:one")
	wanted.Request = "another"
	if err := s.CreateLink(ctx, wanted); !errors.Is(err, bridge.ErrNoRequest) {
		t.Errorf("a link for a request that has gone: %v", err)
	}
	if _, linked, err := s.LinkOf(ctx, "19:one"); linked || err != nil {
		t.Errorf("it was made all the same: %v", err)
	}
	wanted.Request = "r1"
	if err := s.CreateLink(ctx, wanted); err != nil {
		t.Fatal(err)
	}
	if left, err := s.LinkRequests(ctx); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
	if conflict, ok := errors.AsType[*bridge.LinkConflict](second(s.RequestLink(ctx, request("r5", "c3", "19:one")))); !ok || conflict.Holder.Channel != "c1" {
		t.Errorf("asked for what is linked: %v", conflict)
	}

	// Whoever links what is asked for has approved it.
	if _, err := s.RequestLink(ctx, request("r6", "c4", "19:four")); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateLink(ctx, link("c4", "19:four")); err != nil {
		t.Fatal(err)
	}
	if _, found, err := s.DropLinkRequest(ctx, "r6"); found || err != nil {
		t.Errorf("the request is still there: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestARequestIsApprovedOrRefusedNotBoth: one transaction wins.
func TestARequestIsApprovedOrRefusedNotBoth(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	one, two := storetest.Open(t, dsn, "one"), storetest.Open(t, dsn, "two")
	for i := range 20 {
		id, channel, conversation := fmt.Sprint("r", i), bridge.ChannelID(fmt.Sprint("c", i)), bridge.ConversationID(fmt.Sprint("19:", i))
		if _, err := one.RequestLink(t.Context(), request(id, channel, conversation)); err != nil {
			t.Fatal(err)
		}
		var deciding sync.WaitGroup
		var made error
		var refused bool
		deciding.Go(func() {
			wanted := link(channel, conversation)
			wanted.Request = id
			made = one.CreateLink(t.Context(), wanted)
		})
		deciding.Go(func() {
			var err error
			if _, refused, err = two.DropLinkRequest(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
		deciding.Wait()
		if made != nil && !errors.Is(made, bridge.ErrNoRequest) || (made == nil) == refused {
			t.Fatalf("approved: %v, refused: %v", made, refused)
		}
	}
}

func TestNamesOfTeamsChannelsAreKept(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	for _, name := range []string{"Old", "New"} {
		if err := s.NoteTeamsName(t.Context(), "19:one", "Team", name); err != nil {
			t.Fatal(err)
		}
	}
	names, err := s.TeamsNames(t.Context())
	if err != nil || len(names) != 1 || names["19:one"].Channel != "New" || names["19:one"].SeenAt.IsZero() {
		t.Errorf("names %v, %v", names, err)
	}
}

// TestWhoChangedALinkIsWrittenAlongWithIt: what changes nothing writes nothing, and what cannot be written down does not happen.
func TestWhoChangedALinkIsWrittenAlongWithIt(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	s := storetest.Open(t, dsn, "node")
	noting := func(action string) context.Context {
		return store.Noting(t.Context(), store.Note{Actor: "root", Action: action, Detail: map[string]string{"via": "api"}})
	}
	for range 2 { // the second time the request is there already
		if _, err := s.RequestLink(noting("ask"), request("r1", "c1", "19:one")); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, _, err := s.DropLinkRequest(noting("drop"), "r1"); err != nil {
			t.Fatal(err)
		}
	}
	made := s.CreateLink(noting("link"), link("c1", "19:one"))
	if err := s.CreateLink(noting("link"), link("c1", "19:two")); made != nil || err == nil {
		t.Fatalf("linked: %v, twice: %v", made, err)
	}
	for range 2 {
		if _, _, err := s.DeleteLink(noting("unlink"), "c1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.CreateLink(t.Context(), link("c2", "19:two")); err != nil { // the bridge's own
		t.Fatal(err)
	}
	trail, err := s.AuditTrail(t.Context(), 10)
	var actions []string
	for _, r := range trail {
		actions = append(actions, r.Action)
		if r.Actor != "root" || r.Subject != "c1" || r.Detail["conversation"] != "19:one" || r.Detail["team"] != "team" || r.Detail["via"] != "api" {
			t.Errorf("%+v", r)
		}
	}
	if want := []string{"unlink", "link", "drop", "ask"}; err != nil || !slices.Equal(actions, want) || trail[2].Detail["requested_by"] != "creator" || trail[3].Detail["request"] != "r1" {
		t.Errorf("the trail is %+v, %v; want %v", trail, err, want)
	}

	if _, err := s.Pool().Exec(t.Context(), "ALTER TABLE msteamssync.audit ADD CONSTRAINT full_up CHECK (false) NOT VALID"); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateLink(noting("link"), link("c3", "19:three")); err == nil {
		t.Error("a link was made that nobody wrote down")
	}
	if _, _, err := s.DeleteLink(noting("unlink"), "c2"); err == nil {
		t.Error("a link was deleted and nobody wrote it down")
	}
	if all, err := s.Links(t.Context()); err != nil || len(all) != 1 || all[0].Channel != "c2" {
		t.Errorf("links %v, %v", all, err)
	}
}

func TestTheAuditTrailComesInPages(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	for i := range 5 {
		for _, action := range []string{"link", "connect"} {
			if err := s.Audit(t.Context(), "root", action, fmt.Sprint("c", i%2), map[string]string{"n": fmt.Sprint(i)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	records, total, err := s.AuditPage(t.Context(), []string{"link", "unlink"}, "", 1, 2)
	if err != nil || total != 5 || len(records) != 2 || records[0].Detail["n"] != "3" || records[1].Detail["n"] != "2" {
		t.Errorf("%d of %d: %+v, %v", len(records), total, records, err)
	}
	if records, total, err = s.AuditPage(t.Context(), []string{"link"}, "c1", 0, 10); err != nil || total != 2 || len(records) != 2 {
		t.Errorf("of one channel %d of %d: %v", len(records), total, err)
	}
}
