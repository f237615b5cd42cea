// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package links

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// asked counts how often Graph is asked for a team's name.
type asked struct {
	Graph
	times atomic.Int32
	err   error
	slow  time.Duration
}

func (a *asked) Team(context.Context, bridge.TeamID) (teams.Team, error) {
	a.times.Add(1)
	time.Sleep(a.slow) // in the bubble's time
	return teams.Team{DisplayName: "Demo Team"}, a.err
}

func (a *asked) Channel(context.Context, bridge.AccountID, bridge.TeamID, bridge.ConversationID) (teams.Channel, error) {
	return teams.Channel{DisplayName: "Bridge"}, nil
}

type forgetful struct{ Names }

func (forgetful) NoteTeamsName(context.Context, bridge.ConversationID, string, string) error {
	return nil
}

func linksThatAsk(graph *asked) *Links {
	return New(Config{Names: forgetful{}, Log: slog.New(slog.DiscardHandler), Current: func() (Current, error) { return Current{Graph: graph}, nil }})
}

func (l *Links) list() map[bridge.ConversationID]store.TeamsName {
	known := map[bridge.ConversationID]store.TeamsName{}
	l.refreshNames(context.Background(), known, []bridge.Conversation{{ID: "19:x", Team: "t"}})
	return known
}

func TestARefusedNameIsNotAskedForByEveryList(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		wait time.Duration
	}{
		"refused": {&bridge.Failure{Class: bridge.UserAction, Err: errors.New("no")}, refusedFor},
		"gone":    {&bridge.Failure{Class: bridge.NotFound, Err: errors.New("no")}, refusedFor},
		"failed":  {&bridge.Failure{Class: bridge.Retry, Err: errors.New("later")}, failedFor},
	} {
		synctest.Test(t, func(t *testing.T) {
			graph := &asked{err: c.err}
			l := linksThatAsk(graph)
			for range 3 {
				l.list()
			}
			time.Sleep(c.wait - time.Second)
			l.list()
			if n := graph.times.Load(); n != 1 {
				t.Errorf("%s: asked %d times, want once", name, n)
			}
			time.Sleep(time.Second)
			graph.err = nil
			if known := l.list(); known["19:x"].Channel != "Bridge" || graph.times.Load() != 2 {
				t.Errorf("%s: %v after %d times", name, known, graph.times.Load())
			}
		})
	}
}

func TestListsAskForANameTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		graph := &asked{slow: time.Second}
		l := linksThatAsk(graph)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if known := l.list(); known["19:x"].Team != "Demo Team" {
					t.Errorf("known is %v", known)
				}
			})
		}
		all.Wait()
		if n := graph.times.Load(); n != 1 {
			t.Errorf("asked %d times, want once", n)
		}
	})
}

func TestListsCountTheQueuesTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times atomic.Int32
		count := func(context.Context) (bridge.Health, error) {
			n := times.Add(1)
			time.Sleep(time.Second)
			if n == 1 {
				return bridge.Health{}, errors.New("down")
			}
			return bridge.Health{Links: make([]bridge.LinkHealth, n)}, nil
		}
		m := &healthMemory{}
		if _, err := m.get(t.Context(), count); err == nil {
			t.Error("a failure is no answer")
		}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if health, err := m.get(t.Context(), count); err != nil || len(health.Links) != 2 {
					t.Errorf("%d links, %v", len(health.Links), err)
				}
			})
		}
		all.Wait()
		if health, err := m.get(t.Context(), count); err != nil || len(health.Links) != 2 || times.Load() != 2 {
			t.Errorf("a moment later %d links, %v, counted %d times", len(health.Links), err, times.Load())
		}
		time.Sleep(healthAge)
		if health, err := m.get(t.Context(), count); err != nil || len(health.Links) != 3 {
			t.Errorf("later %d links, %v", len(health.Links), err)
		}
	})
}
