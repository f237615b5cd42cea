// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package store_test

import (
	"testing"

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
	carried, queued, err := s.PostSync(t.Context(), "long")
	if err != nil || len(carried) != 2 || !carried[0].Confirmed || carried[0].Ref.ID != "m1" || carried[1].Confirmed || carried[1].Part != 1 || carried[1].Direction != bridge.Outbound {
		t.Errorf("carried %+v, %v", carried, err)
	}
	if len(queued) != 1 || queued[0].Kind != "edit" || queued[0].ParkedFor != bridge.AccountConnected("u") || queued[0].Attempts != 2 {
		t.Errorf("queued %+v", queued)
	}
	carried, queued, err = s.PostSync(t.Context(), "came")
	if err != nil || len(carried) != 1 || carried[0].Direction != bridge.Inbound || len(queued) != 1 || queued[0].State != "dead" || queued[0].LastError != "it cannot be shown" {
		t.Errorf("from Teams: carried %+v, queued %+v, %v", carried, queued, err)
	}
	if carried, queued, err = s.PostSync(t.Context(), "unknown"); err != nil || len(carried)+len(queued) != 0 {
		t.Errorf("unknown: carried %+v, queued %+v, %v", carried, queued, err)
	}
}

func TestEvaluationIsCountedByMonth(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	if n, warned, err := s.Evaluation(t.Context()); err != nil || n != 0 || warned {
		t.Errorf("before anything: %d, %v, %v", n, warned, err)
	}
	for want := range 3 {
		if n, err := s.CountEvaluation(t.Context(), 2); err != nil || n != 2*want+2 {
			t.Errorf("counted %d, %v", n, err)
		}
	}
	if err := s.EvaluationWarned(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, warned, err := s.Evaluation(t.Context()); err != nil || n != 6 || !warned {
		t.Errorf("%d, %v, %v", n, warned, err)
	}
	if _, err := s.Pool().Exec(t.Context(), "UPDATE msteamssync.evaluation SET month = month - interval '1 month'"); err != nil {
		t.Fatal(err)
	}
	if n, warned, err := s.Evaluation(t.Context()); err != nil || n != 0 || warned {
		t.Errorf("in the next month: %d, %v, %v", n, warned, err)
	}
}
