// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/governor"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// warden is a governor that a test opens and shuts.
type warden struct {
	mu     sync.Mutex
	shut   map[bridge.ConversationID]bool
	wakes  map[bridge.Lane]func()
	asked  []bridge.Call
	choose func(bridge.Call) int
	open   int // permits that were neither dropped nor used
}

type ticket struct {
	*warden
	choice int
}

func (w *warden) Ask(_ context.Context, call bridge.Call, wake func()) (bridge.Permit, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, call)
	if w.shut[call.In.ID] {
		if w.wakes == nil {
			w.wakes = map[bridge.Lane]func(){}
		}
		w.wakes[call.Asker] = wake
		return nil, false
	}
	w.open++
	t := ticket{warden: w}
	if w.choose != nil {
		t.choice = w.choose(call)
	}
	return t, true
}

func (w *warden) Withdraw(lane bridge.Lane) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.wakes, lane)
}

func (w *warden) release(in bridge.ConversationID) {
	w.mu.Lock()
	delete(w.shut, in)
	var wakes []func()
	for lane, wake := range w.wakes {
		if lane.Conversation == in {
			wakes = append(wakes, wake)
			delete(w.wakes, lane)
		}
	}
	w.mu.Unlock()
	for _, wake := range wakes {
		wake()
	}
}

func (w *warden) questions(in bridge.ConversationID) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, call := range w.asked {
		if call.In.ID == in {
			n++
		}
	}
	return n
}

func (t ticket) Choice() int                              { return t.choice }
func (t ticket) With(ctx context.Context) context.Context { return ctx }
func (t ticket) Drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open--
}

var elsewhere = bridge.Conversation{ID: "19:two@thread.tacv2", Team: "team"}

func (s *site) warded(w *warden) {
	s.governor = func(*store.Store) (bridge.Governor, bridge.Teams) { return w, s.teams }
}

// TestALaneThatWaitsForItsTurnBlocksNoOther, although there is one worker only; and it keeps its order.
func TestALaneThatWaitsForItsTurnBlocksNoOther(t *testing.T) {
	s := newSite(t)
	w := &warden{shut: map[bridge.ConversationID]bool{chat.ID: true}}
	s.warded(w)
	s.tuning.Workers = 1
	s.tuning.Lease, s.tuning.SendTimeout = time.Minute, 40*time.Second // longer than the test waits
	n := s.start()
	if _, err := n.Links().Create(t.Context(), bridge.Link{Channel: "second", Conversation: elsewhere, Creator: alexMM}); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		s.writePost("", alexMM, fmt.Sprint("held ", i))
	}
	s.eventually("the lane has asked", func() bool { return w.questions(chat.ID) > 0 })
	s.hook(s.mattermost.write("second", "", alexMM, "free"))
	s.eventually("the other lane has sent", func() bool { return slices.Equal(s.teams.texts(), []string{"free"}) })
	if asked := w.questions(chat.ID); asked > 10 {
		t.Errorf("the lane that waits asked %d times", asked)
	}
	w.release(chat.ID)
	s.eventually("all have been sent, in order", func() bool {
		return slices.Equal(s.teams.texts(), []string{"free", "held 0", "held 1", "held 2"})
	})
	s.quiet()
	if w.open != 0 {
		t.Errorf("%d permits were kept", w.open)
	}
}

// TestAWaitingLaneStaysWithItsNode for longer than a lease, and goes to another one at once when the node stops.
func TestAWaitingLaneStaysWithItsNode(t *testing.T) {
	s := newSite(t)
	s.tuning.Lease = 600 * time.Millisecond
	w := &warden{shut: map[bridge.ConversationID]bool{chat.ID: true}}
	s.warded(w)
	first := s.start()
	s.writePost("", alexMM, "held")
	s.eventually("the lane has asked", func() bool { return w.questions(chat.ID) > 0 })
	other := storetest.Open(t, s.dsn, "other")
	lane := bridge.Lane{Conversation: chat.ID, Direction: bridge.Outbound}
	s.eventually("it has asked again, and renewed its lease", func() bool { return w.questions(chat.ID) > 6 })
	if _, mine, err := other.Claim(t.Context(), lane, time.Second); err != nil || mine {
		t.Fatalf("another node got the lane: %v, %v", mine, err)
	}
	s.stop(first)
	lease, mine, err := other.Claim(t.Context(), lane, time.Second)
	if err != nil || !mine || lease.TookOver {
		t.Fatalf("the lane was not given back: %+v, %v, %v", lease, mine, err)
	}
	if err := other.Release(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
	w.release(chat.ID)
	s.start()
	s.settle([]string{"alex: held"}, []string{"held"})
}

// TestReadsAndChangesAskToo, as the account that makes the call.
func TestReadsAndChangesAskToo(t *testing.T) {
	s := newSite(t)
	w := &warden{}
	s.warded(w)
	s.start()
	m := s.writeInTeams("", blake, "<p>hello</p>")
	p := s.writePost("", alexMM, "mine")
	s.quiet()
	s.editPost(p.ID, "mine, edited")
	s.quiet()
	s.reactToPost(p.ID, alexMM, "👍", true)
	s.quiet()
	s.deletePost(p.ID)
	s.quiet()
	want := map[bridge.Action]bridge.AccountID{bridge.ToRead: "", bridge.ToSend: alex.ID, bridge.ToEdit: alex.ID, bridge.ToReact: alex.ID, bridge.ToDelete: alex.ID}
	got := map[bridge.Action]bridge.AccountID{}
	for _, call := range w.asked {
		got[call.Action] = ""
		if len(call.As) > 0 {
			got[call.Action] = call.As[0].ID
		}
	}
	for action, as := range want {
		if account, asked := got[action]; !asked || account != as {
			t.Errorf("%s was asked for: %v, as %q, want as %q", action, asked, account, as)
		}
	}
	if m.Ref.ID == "" || w.open != 0 {
		t.Errorf("%d permits were kept", w.open)
	}
}

// TestAnyBotWillDo: who has no account speaks through the bot that the governor chooses. A bot that Teams refused comes
// last for a while.
func TestAnyBotWillDo(t *testing.T) {
	s := newSite(t)
	second := bridge.Account{ID: "b2", Bot: true, TeamsUser: "teams-bot2", DisplayName: "Bridge 2"}
	s.people.bots = append(s.people.bots, second)
	w := &warden{choose: func(call bridge.Call) int { return len(call.As) - 1 }}
	s.warded(w)
	s.teams.sends.set(once(failsBefore, &bridge.Failure{Class: bridge.UserAction, Status: 403}))
	s.start()
	for i := range 3 {
		s.writePost("", blakeMM, fmt.Sprint(i))
	}
	s.quiet()
	senders := map[bridge.TeamsUserID]int{}
	for _, m := range s.teams.messages {
		senders[m.From.User]++
	}
	if len(senders) != 1 || s.teams.sends.count() != 4 {
		t.Errorf("sent by %v in %d sends", senders, s.teams.sends.count())
	}
	if first := w.asked[0]; len(first.As) != 2 {
		t.Errorf("asked for %+v", first.As)
	}
}

// limited is Teams behind Graph's limits: the emulator's buckets.
type limited struct {
	*teamsSide
	gate   teams.Gate
	limits *faults.Limits
	mu     *sync.Mutex
	tally  *[2]int // answered, throttled
}

func (l limited) Send(ctx context.Context, as bridge.Account, to bridge.Conversation, root bridge.TeamsMessageID, message bridge.Outgoing) (bridge.TeamsMessage, error) {
	method, route := teams.RouteOf(bridge.Call{Action: bridge.ToSend, In: to, Root: root})
	pass, err := l.gate.Enter(ctx, teams.Request{Application: "app", Method: method, Route: route, Resource: string(to.ID), As: as.ID})
	if err != nil {
		return bridge.TeamsMessage{}, err
	}
	_, refused := l.limits.Take(&graph.Call{
		Request: &http.Request{Method: method}, Path: map[string]string{"channel-id": string(to.ID)},
		Caller: graph.Caller{AppID: "app", TenantID: "tenant", UserID: string(as.TeamsUser)},
	}, route)
	l.mu.Lock()
	defer l.mu.Unlock()
	if refused != nil {
		l.tally[1]++
		pass.Leave(429, refused.RetryAfter, "")
		return bridge.TeamsMessage{}, &bridge.Failure{Class: bridge.Retry, Status: 429, RetryAfter: refused.RetryAfter}
	}
	l.tally[0]++
	m, err := l.teamsSide.Send(ctx, as, to, root, message)
	pass.Leave(201, 0, "")
	return m, err
}

var lastNumbers = regexp.MustCompile(`[0-9]+ [0-9]+$`)

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

// TestTwoGovernedNodesOneOfThemDies: posts come in over both nodes; one dies. All are sent, in order, once, within the
// limits.
func TestTwoGovernedNodesOneOfThemDies(t *testing.T) {
	s := newSite(t)
	s.teams.silent = true
	limits := faults.NewLimits(wallClock{}, func() int { return 1 })
	limits.Enable(true)
	var mu sync.Mutex
	var tally [2]int
	s.governor = func(ledger *store.Store) (bridge.Governor, bridge.Teams) {
		g := governor.New(governor.Config{Ledger: ledger, Application: func() string { return "app" }, Log: storetest.Log(t, "governor")})
		t.Cleanup(g.Stop)
		return g, limited{s.teams, g, limits, &mu, &tally}
	}
	first, doomed := s.start(), s.start()
	const channels, messages = 8, 6
	for c := 1; c < channels; c++ {
		link := bridge.Link{Channel: bridge.ChannelID(fmt.Sprint("c", c)), Conversation: bridge.Conversation{ID: bridge.ConversationID(fmt.Sprint("19:", c)), Team: "team"}}
		if _, err := first.Links().Create(t.Context(), link); err != nil {
			t.Fatal(err)
		}
	}
	s.eventually("both nodes know the links", func() bool { return len(doomed.Links().All()) == channels })
	for c := 3; c < channels; c++ {
		user := fmt.Sprint("author", c)
		s.people.connect(bridge.Account{ID: bridge.AccountID(user), MattermostUser: bridge.UserID(user), TeamsUser: bridge.TeamsUserID("teams-" + user)})
	}
	for m := range messages {
		for c := range channels {
			in, author := bridge.ChannelID(fmt.Sprint("c", c)), bridge.UserID(fmt.Sprint("author", c))
			if c == 0 {
				in = channel
			}
			// Who has no account speaks through the one bot: three channels share it.
			if c < 3 {
				author = blakeMM
			}
			s.hook(s.mattermost.write(in, "", author, fmt.Sprintf("%d %d", c, m)))
		}
	}
	s.eventually("work has begun", func() bool { mu.Lock(); defer mu.Unlock(); return tally[0] > channels })
	s.crash(doomed)
	s.quiet()
	next := map[string]int{}
	for _, m := range s.teams.messages {
		var c, n int
		if _, err := fmt.Sscanf(lastNumbers.FindString(markup.Canonical(m.HTML)), "%d %d", &c, &n); err != nil {
			t.Fatal(m.HTML, err)
		}
		if n != next[fmt.Sprint(c)] {
			t.Errorf("channel %d: no. %d came when %d was next", c, n, next[fmt.Sprint(c)])
		}
		next[fmt.Sprint(c)]++
	}
	if len(s.teams.messages) != channels*messages {
		t.Errorf("%d messages, want %d", len(s.teams.messages), channels*messages)
	}
	if tally[1]*20 > tally[0] {
		t.Errorf("Graph refused %d of %d", tally[1], tally[0])
	}
}
