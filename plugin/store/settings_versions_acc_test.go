// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

// servers are nodes on one database that report their settings.
type servers struct {
	t   *testing.T
	dsn string
	one *store.Store
}

func newServers(t *testing.T) *servers {
	t.Helper()
	dsn := storetest.NewDatabase(t)
	return &servers{t: t, dsn: dsn, one: storetest.Open(t, dsn, "watch")}
}

// node starts a process on a server.
func (s *servers) node(server string) reporter {
	s.t.Helper()
	return reporter{s.t, server, storetest.Open(s.t, s.dsn, server+"-"+fmt.Sprint(time.Now().UnixNano()))}
}

// pass makes what was reported so far older.
func (s *servers) pass(d time.Duration) {
	s.t.Helper()
	for _, column := range []string{"watching_since", "seen_at"} {
		if _, err := s.one.Pool().Exec(s.t.Context(), "UPDATE msteamssync.settings_nodes SET "+column+" = "+column+" - make_interval(secs => $1)", d.Seconds()); err != nil {
			s.t.Fatal(err)
		}
	}
}

type reporter struct {
	t      *testing.T
	server string
	store  *store.Store
}

const patience = 3 * time.Minute

func (r reporter) report(fingerprint string, changed bool) store.SettingsStanding {
	r.t.Helper()
	standing, err := r.store.ReportSettings(r.t.Context(), store.SettingsReport{Fingerprint: fingerprint, Server: r.server, Changed: changed, Patience: patience})
	if err != nil {
		r.t.Fatal(err)
	}
	return standing
}

func (r reporter) want(behind bool, version int64, fingerprint string, changed bool) {
	r.t.Helper()
	if got := r.report(fingerprint, changed); got.Behind() != behind || got.Version != version {
		r.t.Errorf("%s with %q: %+v, want version %d, behind %v", r.server, fingerprint, got, version, behind)
	}
}

func TestNewerSettingsLeaveOtherNodesBehind(t *testing.T) {
	s := newServers(t)
	told := make(chan string, 10)
	s.one.Subscribe(store.SettingsChannel, func(payload string, missed bool) {
		if missed {
			payload = "listening"
		}
		told <- payload
	})
	if got := <-told; got != "listening" {
		t.Fatalf("told %q first", got)
	}
	one, two := s.node("one"), s.node("two")
	one.want(false, 1, "old", false)
	two.want(false, 1, "old", false)
	one.want(false, 2, "new", true)
	two.want(true, 1, "old", false)
	two.want(false, 2, "new", true) // the same change
	one.want(false, 2, "new", false)
	one.want(false, 3, "old", true) // changed back while it runs
	two.want(true, 2, "new", false)
	for _, want := range []string{"1", "2", "3"} {
		storetest.Eventually(t, "all nodes are told of version "+want, func() bool {
			select {
			case got := <-told:
				return got == want
			default:
				return false
			}
		})
	}
	s.node("two").want(true, 2, "new", false)   // a restart does not make them newer
	s.node("two").want(false, 4, "none", false) // but settings that nobody has had are
	if got := one.report("old", false); !got.Behind() || got.Newest != 4 || got.NewestNode == "" || got.Since.IsZero() {
		t.Errorf("behind %+v", got)
	}
}

// TestOldSettingsComeBackWhenNobodyHasNewerOnes: what was changed back while everything was off is not older for ever.
func TestOldSettingsComeBackWhenNobodyHasNewerOnes(t *testing.T) {
	s := newServers(t)
	one := s.node("one")
	one.want(false, 1, "old", false)
	one.want(false, 2, "new", true)
	two := s.node("two")
	two.want(true, 1, "old", false)
	for range 3 {
		s.pass(patience / 3)
		one.want(false, 2, "new", false)
		two.want(true, 1, "old", false) // somebody has newer ones
	}
	s.pass(patience / 3)
	two.want(true, 1, "old", false) // not for long enough
	s.pass(patience / 3)
	two.want(true, 1, "old", false)
	s.pass(patience / 3)
	two.want(false, 3, "old", false)
	s.node("one").want(true, 2, "new", false)
}

// TestNobodyIsMissingWhileTheDatabaseIsAway: who could not look does not know that nobody has newer settings.
func TestNobodyIsMissingWhileTheDatabaseIsAway(t *testing.T) {
	s := newServers(t)
	one, two := s.node("one"), s.node("two")
	one.want(false, 1, "old", false)
	one.want(false, 2, "new", true)
	two.want(true, 1, "old", false)
	s.pass(2 * patience)
	two.want(true, 1, "old", false)
	one.want(false, 2, "new", false)
	s.pass(patience / 3)
	two.want(true, 1, "old", false)
}

// TestAServerAloneIsNeverBehind: nobody else had what it had before.
func TestAServerAloneIsNeverBehind(t *testing.T) {
	s := newServers(t)
	one := s.node("one")
	one.want(false, 1, "old", false)
	one.want(false, 2, "new", true)
	s.node("one").want(false, 3, "old", false)
	s.node("two").want(true, 2, "new", false)
}

// TestNodesThatChangeAtOnceAgree: one change on all nodes is one version.
func TestNodesThatChangeAtOnceAgree(t *testing.T) {
	s := newServers(t)
	var nodes sync.WaitGroup
	for _, server := range []string{"one", "two", "three"} {
		n := s.node(server)
		nodes.Go(func() {
			standing, err := n.store.ReportSettings(t.Context(), store.SettingsReport{Fingerprint: "new", Server: server, Changed: true, Patience: patience})
			if err != nil || standing.Version != 1 || standing.Behind() {
				t.Errorf("%s: %+v, %v", server, standing, err)
			}
		})
	}
	nodes.Wait()
}
