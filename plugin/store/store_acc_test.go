// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

func TestOpenMigratesOnceHoweverManyNodesStart(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	var nodes sync.WaitGroup
	for i := range 4 {
		nodes.Go(func() {
			s, err := store.Open(t.Context(), dsn, store.Options{Node: fmt.Sprint(i), MaxConnections: 2})
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	nodes.Wait()
	s := storetest.Open(t, dsn, "node")
	var applied, distinct int
	if err := s.Pool().QueryRow(t.Context(), "SELECT count(*), count(DISTINCT version) FROM msteamssync.migrations").Scan(&applied, &distinct); err != nil {
		t.Fatal(err)
	}
	if applied == 0 || applied != distinct {
		t.Errorf("%d migrations applied, %d different ones", applied, distinct)
	}
}

func TestOpenTakesMattermostsDataSource(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	separator := "?"
	if strings.Contains(dsn, "?") {
		separator = "&"
	}
	storetest.Open(t, dsn+separator+"connect_timeout=10&binary_parameters=yes", "node")
}

func TestOpenSaysHowToMend(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	newer := storetest.Open(t, dsn, "node")
	if _, err := newer.Pool().Exec(t.Context(), "INSERT INTO msteamssync.migrations (version, name) VALUES (9999, 'future')"); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ dsn, want string }{
		"MySQL":          {"mmuser:secret@tcp(localhost:3306)/mattermost", "not PostgreSQL"},
		"newer schema":   {dsn, "install the newer plugin"},
		"nobody listens": {"postgres://mmuser:top-secret@127.0.0.1:1/mattermost?connect_timeout=2", "connect to Mattermost's database"},
	} {
		s, err := store.Open(t.Context(), test.dsn, store.Options{Node: "node"})
		if err == nil {
			s.Close()
			t.Errorf("%s: no error", name)
			continue
		}
		if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret@") {
			t.Errorf("%s: error %q, want one with %q and without the password", name, err, test.want)
		}
	}
}

func TestOpenWithoutTheRightToCreateTheSchema(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	owner, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(context.Background())
	database := owner.Config().Database
	if _, err := owner.Exec(t.Context(), "REVOKE CREATE ON DATABASE "+database+" FROM CURRENT_USER"); err != nil {
		t.Fatal(err)
	}
	if s, err := store.Open(t.Context(), dsn, store.Options{Node: "node"}); err == nil {
		s.Close()
		t.Error("no error")
	} else if !strings.Contains(err.Error(), "CREATE SCHEMA msteamssync") {
		t.Errorf("error %q does not say what to run", err)
	}
}

func link(channel bridge.ChannelID, conversation bridge.ConversationID) bridge.Link {
	return bridge.Link{
		ID: string(channel), Channel: channel, MattermostTeam: "mm-team", Creator: "creator",
		Conversation: bridge.Conversation{ID: conversation, Team: "team"}, CreatedAt: time.Now().UTC().Truncate(time.Millisecond),
	}
}

func TestLinksAreUniqueOnBothSides(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	first := link("c1", "19:one")
	if err := s.CreateLink(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]bridge.Link{"channel": link("c1", "19:two"), "conversation": link("c2", "19:one")} {
		l.ID = name
		err := s.CreateLink(t.Context(), l)
		conflict, ok := errors.AsType[*bridge.LinkConflict](err)
		if !ok || conflict.Holder.ID != first.ID {
			t.Errorf("the same %s: error %v, want a conflict with the first link", name, err)
		}
	}
	got, found, err := s.LinkOf(t.Context(), "19:one")
	if err != nil || !found || !got.CreatedAt.Equal(first.CreatedAt) || got.Conversation != first.Conversation {
		t.Errorf("LinkOf = %+v, %v, %v", got, found, err)
	}
	if _, found, err := s.DeleteLink(t.Context(), "c1"); err != nil || !found {
		t.Errorf("DeleteLink = %v, %v", found, err)
	}
	if _, found, err := s.DeleteLink(t.Context(), "c1"); err != nil || found {
		t.Errorf("deleting again = %v, %v", found, err)
	}
	if err := s.CreateLink(t.Context(), link("c2", "19:one")); err != nil {
		t.Errorf("linking what was unlinked: %v", err)
	}
}

func TestSignalsReachOtherNodesAndSurviveALostConnection(t *testing.T) {
	dsn := storetest.NewDatabase(t)
	one, two := storetest.Open(t, dsn, "one"), storetest.Open(t, dsn, "two")
	lanes, missed := make(chan bridge.Lane, 10), make(chan struct{}, 10)
	two.OnLane(func(lane bridge.Lane, _ time.Duration, lost bool) {
		if lost {
			missed <- struct{}{}
			return
		}
		lanes <- lane
	})
	links := make(chan struct{}, 10)
	two.OnLinks(func() { links <- struct{}{} })

	<-links // both are told once that they may have missed something
	<-missed
	if err := one.CreateLink(t.Context(), link("c", "19:one two")); err != nil {
		t.Fatal(err)
	}
	<-links
	arrive(t, one, "19:one two", "", "1")
	if got, want := <-lanes, (bridge.Lane{Conversation: "19:one two", Direction: bridge.Inbound}); got != want {
		t.Errorf("woken for %+v, want %+v", got, want)
	}

	if _, err := one.Pool().Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE application_name = 'msteams-sync listens two' AND query LIKE 'LISTEN%'`); err != nil {
		t.Fatal(err)
	}
	<-missed
	arrive(t, one, "19:one two", "", "2")
	<-lanes
}

func arrive(t *testing.T, s *store.Store, c bridge.ConversationID, root, id bridge.TeamsMessageID) {
	t.Helper()
	err := s.Accept(t.Context(), []bridge.Arrival{{Ref: ref(c, root, id), Kind: bridge.Create, SourceAt: time.Now()}}, 0)
	if err != nil {
		t.Fatal(err)
	}
}

func ref(c bridge.ConversationID, root, id bridge.TeamsMessageID) bridge.MessageRef {
	return bridge.MessageRef{Conversation: bridge.Conversation{ID: c, Team: "team"}, Root: root, ID: id}
}
