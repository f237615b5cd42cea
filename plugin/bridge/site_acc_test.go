// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

const (
	channel bridge.ChannelID = "channel"
	alexMM  bridge.UserID    = "alex"
	blakeMM bridge.UserID    = "blake"
)

var (
	chat    = bridge.Conversation{ID: "19:one@thread.tacv2", Team: "team"}
	alex    = bridge.Account{ID: "a", MattermostUser: alexMM, TeamsUser: "teams-alex", DisplayName: "Alex Demo"}
	bot     = bridge.Account{ID: "b", Bot: true, TeamsUser: "teams-bot", DisplayName: "Bridge"}
	blake   = bridge.Sender{User: "teams-blake", Name: "Blake Demo"}
	asAlex  = bridge.Sender{User: alex.TeamsUser, Name: alex.DisplayName}
	quickly = bridge.Tuning{
		ReorderWindow: 20 * time.Millisecond, Lease: 2 * time.Second, ParkFor: 400 * time.Millisecond, EchoWait: 100 * time.Millisecond,
		Looks:        []time.Duration{30 * time.Millisecond, 30 * time.Millisecond, 30 * time.Millisecond},
		FirstBackoff: 10 * time.Millisecond, LastBackoff: 20 * time.Millisecond, MaxAttempts: 4, NotFoundAttempts: 2,
		ScanEvery: time.Hour, PollEvery: 100 * time.Millisecond,
	}
)

// site is both sides, one database and the engines of its nodes.
type site struct {
	t          *testing.T
	dsn        string
	teams      *teamsSide
	mattermost *mattermostSide
	people     *people
	files      *filesSide
	tally      *tally
	tuning     bridge.Tuning
	linkedAt   time.Time // zero: now
	backfill   time.Time // since when the link brings old messages along; zero: none
	toTeams    time.Time // the same for old posts

	withoutReactions   bool
	withoutFiles       bool
	chats              bridge.Chats // nil: chats are not carried
	withSystemMessages bool
	// governor makes a node's governor and the Teams that its calls go through; nil: no limits.
	governor      func(*store.Store) (bridge.Governor, bridge.Teams)
	notifications bridge.Notifications // nil: every message is fetched
	// wrap is what a node uses in place of its store; nil: the store.
	wrap func(*store.Store) bridge.Store

	mu    sync.Mutex
	nodes []*node
	made  int
}

type node struct {
	*bridge.Engine
	store   *store.Store
	crashed bool
}

// newSite makes a site whose channel is linked; alex has connected an account, blake has not, and there is one bot.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{
		t: t, dsn: storetest.NewDatabase(t), tuning: quickly, tally: &tally{},
		teams:      &teamsSide{},
		mattermost: &mattermostSide{users: map[bridge.UserID]string{alexMM: "Alex Demo", blakeMM: "Blake Demo"}},
		files:      &filesSide{},
		people:     &people{accounts: []bridge.Account{alex}, bots: []bridge.Account{bot}},
	}
	s.files.mattermost = s.mattermost
	s.teams.notify = func(a []bridge.Arrival) { _ = s.receive(a) }
	s.mattermost.hook, s.mattermost.changed, s.mattermost.reacted = s.hook, s.hookChange, s.hookReaction
	return s
}

// start adds a node and links the channel if that has not been done.
func (s *site) start() *node {
	s.t.Helper()
	s.mu.Lock()
	s.made++
	name := fmt.Sprintf("node%d", s.made)
	s.mu.Unlock()
	n := &node{store: storetest.Open(s.t, s.dsn, name)}
	var governor bridge.Governor
	var teams bridge.Teams = s.teams
	if s.governor != nil {
		governor, teams = s.governor(n.store)
	}
	var kept bridge.Store = n.store
	if s.wrap != nil {
		kept = s.wrap(n.store)
	}
	n.Engine = bridge.New(bridge.Config{
		Store: kept, Teams: teams, Governor: governor, Mattermost: s.mattermost, Accounts: s.people, People: s.people, Notifications: s.notifications,
		Chats: s.chats, Observer: s.tally, Log: storetest.Log(s.t, name), Tuning: s.tuning, Reactions: func() bool { return !s.withoutReactions },
		TeamsFiles: s.files.inTeams(), MattermostFiles: s.files, Files: func() bool { return !s.withoutFiles },
		SystemMessages: func() bool { return s.withSystemMessages },
	})
	if err := n.Start(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	if len(n.Links().All()) == 0 {
		if _, err := n.Links().Create(s.t.Context(), bridge.Link{Channel: channel, Conversation: chat, Creator: alexMM, CreatedAt: s.linkedAt, Backfill: s.backfill, BackfillToTeams: s.toTeams}); err != nil {
			s.t.Fatal(err)
		}
	}
	s.mu.Lock()
	s.nodes = append(s.nodes, n)
	s.mu.Unlock()
	s.t.Cleanup(func() { s.stop(n) })
	return n
}

// stop ends a node in an orderly way.
func (s *site) stop(n *node) {
	s.remove(n)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := n.Stop(ctx); err != nil && !n.crashed {
		s.t.Error(err)
	}
}

// crash ends a node's ties to the database at once: nothing it does afterwards is recorded, no lane is given back.
func (s *site) crash(n *node) {
	s.remove(n)
	n.crashed = true
	n.store.Close()
}

func (s *site) remove(n *node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nodes = slices.DeleteFunc(s.nodes, func(o *node) bool { return o == n })
}

// any returns one of the running nodes, in turn.
func (s *site) any() *node {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.nodes) == 0 {
		return nil
	}
	s.made++
	return s.nodes[s.made%len(s.nodes)]
}

// receive delivers notifications as Graph does: to one node, again when that fails.
func (s *site) receive(arrivals []bridge.Arrival) error {
	var err error
	for range 100 {
		n := s.any()
		if n == nil {
			return nil // nobody is there; tests that need these deliver them themselves
		}
		if err = n.Receive(context.Background(), arrivals); err == nil {
			return nil
		}
	}
	return err
}

// hook reports a post as the server does: to one node, whatever comes of it.
func (s *site) hook(p bridge.Post) {
	if n := s.any(); n != nil {
		_ = n.PostCreated(context.Background(), p)
	}
}

// writeInTeams makes a message and notifies of it.
func (s *site) writeInTeams(root bridge.TeamsMessageID, from bridge.Sender, html string) bridge.TeamsMessage {
	s.t.Helper()
	m := s.teams.write(bridge.MessageRef{Conversation: chat, Root: root}, from, html)
	if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
		s.t.Error(err)
	}
	return m
}

// writePost makes a post and runs its hook.
func (s *site) writePost(root bridge.PostID, author bridge.UserID, text string) bridge.Post {
	p := s.mattermost.write(channel, root, author, text)
	s.hook(p)
	return p
}

// eventually polls until ok is true.
func (s *site) eventually(what string, ok func() bool) {
	s.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			health, err := s.any().Health(context.Background())
			s.t.Fatalf("not within 30 s: %s\nposts: %q\nmessages: %q\nhealth: %+v %v", what, s.mattermost.texts(), s.teams.texts(), health, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// settle waits until nothing is queued, and checks what each side then shows.
func (s *site) settle(posts, messages []string) {
	s.t.Helper()
	s.quiet()
	if got := s.mattermost.texts(); !slices.Equal(got, posts) {
		s.t.Errorf("Mattermost shows\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(posts, "\n\t"))
	}
	if got := s.teams.texts(); !slices.Equal(got, messages) {
		s.t.Errorf("Teams shows\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(messages, "\n\t"))
	}
}

// quiet waits until nothing is queued.
func (s *site) quiet() {
	s.t.Helper()
	s.eventually("nothing is queued", s.idle)
}

// idle tells whether nothing is queued.
func (s *site) idle() bool {
	n := s.any()
	if n == nil {
		return false
	}
	h, err := n.Health(context.Background())
	return err == nil && h.Inbound.Pending+h.Inbound.Parked+h.Outbound.Pending+h.Outbound.Parked == 0
}
