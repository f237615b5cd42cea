// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package store_test

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

func TestPostSync(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	for _, sql := range []string{
		`INSERT INTO msteamssync.message_map (id, conversation, teams_team_id, root, message, part, channel_id, post_id, direction, state) VALUES
			('1', 'c', 't', '', 'm1', 0, 'ch', 'long', 'out', 'confirmed'), ('2', 'c', 't', 'm1', NULL, 1, 'ch', 'long', 'out', 'reserved'),
			('3', 'c', 't', '', 'm3', 0, 'ch', 'came', 'in', 'confirmed'), ('4', 'c', 't', '', 'm4', 0, 'ch', 'other', 'in', 'confirmed')`,
		`INSERT INTO msteamssync.outbox (conversation, post_id, kind, root_id, author_id, source_at, state, not_before, parked_for, attempts, last_error) VALUES
			('c', 'long', 'edit', '', 'u', now(), 'parked', now(), 'account:u', 2, ''), ('c', 'other', 'create', '', 'u', now(), 'pending', now(), '', 0, '')`,
		`INSERT INTO msteamssync.inbox (conversation, teams_team_id, root, message, change, source_at, state, not_before, last_error) VALUES
			('c', 't', '', 'm3', 'updated', now(), 'dead', now(), 'it cannot be shown')`,
	} {
		if _, err := s.Pool().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	carried, queued, err := s.PostSync(t.Context(), "c", "long")
	if err != nil || len(carried) != 2 || !carried[0].Confirmed || carried[0].Ref.ID != "m1" || carried[1].Confirmed || carried[1].Part != 1 || carried[1].Direction != bridge.Outbound {
		t.Errorf("carried %+v, %v", carried, err)
	}
	if len(queued) != 1 || queued[0].Kind != "edit" || queued[0].ParkedFor != bridge.AccountConnected("u") || queued[0].Attempts != 2 {
		t.Errorf("queued %+v", queued)
	}
	carried, queued, err = s.PostSync(t.Context(), "c", "came")
	if err != nil || len(carried) != 1 || carried[0].Direction != bridge.Inbound || len(queued) != 1 || queued[0].State != "dead" || queued[0].LastError != "it cannot be shown" {
		t.Errorf("from Teams: carried %+v, queued %+v, %v", carried, queued, err)
	}
	if carried, queued, err = s.PostSync(t.Context(), "c", "unknown"); err != nil || len(carried)+len(queued) != 0 {
		t.Errorf("unknown: carried %+v, queued %+v, %v", carried, queued, err)
	}
}

func TestPostsSync(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	for _, sql := range []string{
		`INSERT INTO msteamssync.message_map (id, conversation, teams_team_id, root, message, part, channel_id, post_id, direction, state) VALUES
			('1', 'c', 't', '', 'm1', 0, 'ch', 'one', 'out', 'confirmed'), ('2', 'c', 't', '', 'm2', 0, 'ch', 'two', 'out', 'confirmed'),
			('3', 'c', 't', '', 'm3', 1, 'ch', 'two', 'out', 'confirmed')`,
		`INSERT INTO msteamssync.outbox (conversation, post_id, kind, root_id, author_id, source_at, state, not_before) VALUES
			('c', 'two', 'edit', '', 'u', now(), 'dead', now()), ('d', 'three', 'create', '', 'u', now(), 'pending', now()), ('e', 'four', 'create', '', 'u', now(), 'pending', now())`,
	} {
		if _, err := s.Pool().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	ways, err := s.PostsSync(t.Context(), []bridge.ConversationID{"c", "d"}, []bridge.PostID{"one", "two", "three", "four", "five"})
	if err != nil || len(ways) != 3 {
		t.Fatalf("ways %+v, %v", ways, err)
	}
	if one, two, three := ways["one"], ways["two"], ways["three"]; len(one.Carried) != 1 || len(one.Queued) != 0 || len(two.Carried) != 2 || two.Carried[1].Part != 1 ||
		len(two.Queued) != 1 || two.Queued[0].State != "dead" || len(three.Carried) != 0 || len(three.Queued) != 1 {
		t.Errorf("ways %+v", ways)
	}
}

// TestAPostIsRevived: what was given up of one post is due again, and nothing else.
func TestAPostIsRevived(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	if _, err := s.Pool().Exec(t.Context(), `INSERT INTO msteamssync.outbox (conversation, post_id, kind, root_id, author_id, source_at, state, not_before, attempts, attempted_at) VALUES
		('c', 'one', 'create', '', 'u', now(), 'dead', now(), 8, now()), ('c', 'one', 'edit', '', 'u', now(), 'dead', now(), 8, NULL),
		('c', 'one', 'delete', '', 'u', now(), 'parked', 'infinity', 0, NULL), ('c', 'two', 'create', '', 'u', now(), 'dead', now(), 8, NULL)`); err != nil {
		t.Fatal(err)
	}
	if n, err := s.RevivePost(t.Context(), "c", "one"); err != nil || n != 2 {
		t.Errorf("revived %d, %v", n, err)
	}
	if n, err := s.RevivePost(t.Context(), "c", "one"); err != nil || n != 0 {
		t.Errorf("again: revived %d, %v", n, err)
	}
	rows, _ := s.Pool().Query(t.Context(), "SELECT post_id || ' ' || kind || ' ' || state || ' ' || attempts FROM msteamssync.outbox ORDER BY id")
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if want := []string{"one create sending 0", "one edit pending 0", "one delete parked 0", "two create dead 8"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("the outbox is %q, %v", got, err)
	}
}

func TestEvaluationIsCountedByMonth(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	if n, warned, err := s.Evaluation(t.Context()); err != nil || n != 0 || warned != 0 {
		t.Errorf("before anything: %d, %v, %v", n, warned, err)
	}
	for want := range 3 {
		if n, err := s.CountEvaluation(t.Context(), 2); err != nil || n != 2*want+2 {
			t.Errorf("counted %d, %v", n, err)
		}
	}
	if err := s.EvaluationWarned(t.Context(), 80); err != nil {
		t.Fatal(err)
	}
	if n, warned, err := s.Evaluation(t.Context()); err != nil || n != 6 || warned != 80 {
		t.Errorf("%d, %v, %v", n, warned, err)
	}
	if _, err := s.Pool().Exec(t.Context(), "UPDATE msteamssync.evaluation SET month = month - interval '1 month'"); err != nil {
		t.Fatal(err)
	}
	if n, warned, err := s.Evaluation(t.Context()); err != nil || n != 0 || warned != 0 {
		t.Errorf("in the next month: %d, %v, %v", n, warned, err)
	}
}
