// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package chats

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// world is both sides and the table, in memory. People are connected when their name begins with c, mirrored with m, and
// have an account that cannot send with l; of locals (u) and strangers (s) nobody knows the other side. The Teams user of
// name is "t-name".
type world struct {
	settings config.Settings
	chats    []teams.Chat
	made     []string // chats that were made
	failMake error
	hidden   bool // a chat that was made is not listed yet
	talk     mattermost.Talk
	teams    []mattermost.TeamOf
	calls    []string
	kept     map[bridge.ConversationID]store.Chat
	attempt  *attempt
	prompted map[string]bool
	linked   map[bridge.ConversationID]bool

	failRead    error
	failJoin    error
	teamless    bridge.UserID // who is in no team
	whispered   string
	withinTeams bool
}

type attempt struct {
	at    time.Time
	looks int
}

func newWorld(t *testing.T) (*world, *Chats) {
	t.Helper()
	w := &world{
		settings: config.Settings{SyncDirectMessages: true, SyncGroupMessages: true}, kept: map[bridge.ConversationID]store.Chat{},
		prompted: map[string]bool{}, linked: map[bridge.ConversationID]bool{}, teams: []mattermost.TeamOf{{ID: "1", Name: "alpha"}, {ID: "2", Name: "beta"}},
	}
	return w, New(Config{
		Store: table{w}, Mattermost: w, Accounts: w, People: w, Log: slog.New(slog.DiscardHandler),
		Current:    func() (Current, error) { return Current{w.settings, w}, nil },
		Switches:   func() (bool, bool) { return w.settings.SyncDirectMessages, w.settings.SyncGroupMessages },
		IsLinked:   func(id bridge.ConversationID) bool { return w.linked[id] },
		ConnectURL: func() string { return "https://chat.example.com/connect" },
	})
}

func (w *world) did(format string, args ...any) {
	w.calls = append(w.calls, fmt.Sprintf(format, args...))
}

func (w *world) Chat(_ context.Context, id bridge.ConversationID) (teams.Chat, error) {
	if w.failRead != nil {
		return teams.Chat{}, w.failRead
	}
	for _, c := range w.chats {
		if c.ID == id {
			return c, nil
		}
	}
	return teams.Chat{}, &bridge.Failure{Class: bridge.NotFound}
}

func (w *world) ChatsOf(context.Context, bridge.AccountID) ([]teams.Chat, error) {
	if w.hidden {
		return nil, nil
	}
	return slices.Clone(w.chats), nil
}

func (w *world) CreateChat(_ context.Context, as bridge.AccountID, kind string, people []bridge.TeamsUserID) (bridge.ConversationID, error) {
	id := bridge.ConversationID(fmt.Sprintf("made-%d", len(w.made)+1))
	if w.failMake == nil || bridge.ClassOf(w.failMake) == bridge.Unknown {
		w.made = append(w.made, fmt.Sprintf("%s as %s: %v", kind, as, people))
		chat := teams.Chat{ID: id, Type: kind, CreatedAt: time.Now()}
		for _, p := range people {
			chat.Members = append(chat.Members, teams.ChatMember{User: p})
		}
		w.chats = append(w.chats, chat)
	}
	return id, w.failMake
}

func (w *world) OfUser(_ context.Context, user bridge.UserID) (bridge.Account, bool, error) {
	return bridge.Account{ID: bridge.AccountID("a-" + user), MattermostUser: user, TeamsUser: bridge.TeamsUserID("t-" + user)}, strings.HasPrefix(string(user), "c"), nil
}

func (w *world) OfTeamsUser(_ context.Context, user bridge.TeamsUserID) (bridge.Account, bool, error) {
	name, _ := strings.CutPrefix(string(user), "t-")
	return bridge.Account{MattermostUser: bridge.UserID(name), TeamsUser: user}, strings.HasPrefix(name, "c") || strings.HasPrefix(name, "l"), nil
}

func (w *world) Bots(context.Context) ([]bridge.Account, error)        { return nil, nil }
func (w *world) ToldLost(context.Context, bridge.UserID) (bool, error) { return false, nil }
func (w *world) WasBot(_ context.Context, user bridge.TeamsUserID) (bool, error) {
	return user == "t-bot", nil
}

func (w *world) UserOf(_ context.Context, user bridge.TeamsUserID) (bridge.UserID, bool, error) {
	name, _ := strings.CutPrefix(string(user), "t-")
	return bridge.UserID(name), strings.ContainsAny(name[:1], "clm"), nil
}

// StandsFor knows people of other organisations, whose names begin with f, by name and organisation only.
func (w *world) StandsFor(ctx context.Context, who bridge.Sender) (bridge.UserID, bool, error) {
	if name, foreign := strings.CutPrefix(string(who.User), "t-f"); foreign && w.settings.SyncGuestUsers && who.Tenant == "theirs" && who.Name != "" {
		return bridge.UserID("f" + name), true, nil
	}
	return w.UserOf(ctx, who.User)
}

// WithAddress knows m1@demo.example and the like.
func (w *world) WithAddress(ctx context.Context, address string) (bridge.UserID, bool, error) {
	w.did("address %s", address)
	name, ours := strings.CutSuffix(address, "@demo.example")
	user, known, err := w.UserOf(ctx, bridge.TeamsUserID("t-"+name))
	return user, ours && known, err
}

func (w *world) AuthorOf(ctx context.Context, from bridge.Sender, _ bridge.Link) (bridge.UserID, bool, error) {
	return w.UserOf(ctx, from.User)
}

func (w *world) PersonOf(_ context.Context, user bridge.UserID) (bridge.Person, bool, error) {
	return bridge.Person{ID: bridge.TeamsUserID("t-" + user)}, strings.ContainsAny(string(user[:1]), "clm"), nil
}

func (w *world) Mirrored(_ context.Context, user bridge.UserID) (bool, error) {
	return strings.HasPrefix(string(user), "m"), nil
}

func (w *world) Talk(context.Context, bridge.ChannelID) (mattermost.Talk, error) {
	w.did("talk")
	return w.talk, nil
}

func (w *world) Members(context.Context, bridge.ChannelID) ([]bridge.UserID, error) {
	return w.talk.Members, nil
}

func (w *world) DirectMessage(_ context.Context, a, b bridge.UserID) (bridge.ChannelID, error) {
	return bridge.ChannelID(fmt.Sprintf("direct %s %s", a, b)), nil
}

func (w *world) GroupMessage(_ context.Context, people []bridge.UserID) (bridge.ChannelID, error) {
	return bridge.ChannelID(fmt.Sprintf("group %v", people)), nil
}

func (w *world) PrivateChannel(_ context.Context, team, name, displayName, _ string) (bridge.ChannelID, error) {
	w.did("channel %q", displayName)
	if !strings.HasPrefix(name, "msteams-") || len(name) > 64 {
		return "", errors.New("no name for a channel: " + name)
	}
	return bridge.ChannelID("private in " + team), nil
}

func (w *world) SetMembers(_ context.Context, _ bridge.ChannelID, people []bridge.UserID) error {
	w.did("members %v", people)
	return nil
}

func (w *world) SharedTeams(_ context.Context, people []bridge.UserID) ([]mattermost.TeamOf, error) {
	if slices.Contains(people, w.teamless) {
		return nil, nil
	}
	return slices.Clone(w.teams), nil
}

func (w *world) Join(_ context.Context, user bridge.UserID, team string, _ bridge.ChannelID) error {
	w.did("join %s to %s", user, team)
	return w.failJoin
}

func (w *world) RemoveMember(_ context.Context, _ bridge.ChannelID, user bridge.UserID) error {
	w.did("remove %s", user)
	return nil
}

func (w *world) AddChatMember(_ context.Context, as bridge.AccountID, _ bridge.ConversationID, person bridge.TeamsUserID) error {
	w.did("add %s as %s", person, as)
	return nil
}

func (w *world) Say(_ context.Context, id bridge.ChannelID, text string) error {
	w.did("say in %s: %s", id, text)
	return nil
}

func (w *world) Whisper(_ context.Context, user bridge.UserID, _ bridge.ChannelID, text string) {
	w.did("whisper to %s", user)
	w.whispered = text
}

func (w *world) User(_ context.Context, id bridge.UserID) (bridge.User, error) {
	return bridge.User{ID: id, Username: string(id), Guest: strings.HasSuffix(string(id), "guest")}, nil
}

func (w *world) UserByName(_ context.Context, name string) (bridge.User, bool, error) {
	return bridge.User{ID: bridge.UserID(name), Username: name}, !strings.HasPrefix(name, "s"), nil
}

func (w *world) WithinTeamsOnly() bool { return w.withinTeams }

func (w *world) Notify(_ context.Context, user bridge.UserID, _ string) error {
	w.did("notify %s", user)
	return nil
}

func (w *world) KeepChat(_ context.Context, c store.Chat) (bool, error) {
	tell := c.NotCarried != "" && w.kept[c.Conversation].NotCarried != c.NotCarried
	w.kept[c.Conversation] = c
	return tell, nil
}

func (w *world) ChatAttempt(context.Context, bridge.ChannelID) (time.Time, int, bool, error) {
	if w.attempt == nil {
		return time.Time{}, 0, false, nil
	}
	return w.attempt.at, w.attempt.looks, true, nil
}

func (w *world) BeginChat(context.Context, bridge.ChannelID) error {
	w.attempt = &attempt{at: time.Now()}
	return nil
}

func (w *world) LookedForChat(context.Context, bridge.ChannelID) error {
	w.attempt.looks++
	return nil
}

func (w *world) EndChat(context.Context, bridge.ChannelID) error {
	w.attempt = nil
	return nil
}

func (w *world) ChatsSince(context.Context, bool) (time.Time, error) { return time.Time{}, nil }

func (w *world) Tell(_ context.Context, subject string) (bool, error) {
	before := w.prompted[subject]
	w.prompted[subject] = true
	return !before, nil
}

func (w *world) Untell(_ context.Context, subject string) error {
	delete(w.prompted, subject)
	return nil
}

func (w *world) Prompt(_ context.Context, user bridge.UserID, channel bridge.ChannelID, _ time.Duration) (bool, error) {
	key := string(user) + " " + string(channel)
	before := w.prompted[key]
	w.prompted[key] = true
	return !before, nil
}

// The table's Chat and Graph's have one name: the table's is told apart by what is asked first.
type table struct{ *world }

func (t table) Chat(_ context.Context, id bridge.ConversationID) (store.Chat, bool, error) {
	c, ok := t.kept[id]
	return c, ok, nil
}

// in is a chat with these people; guests end with ?, those of other organisations with !.
func in(kind string, people ...string) teams.Chat {
	chat := teams.Chat{ID: "chat", Type: kind, TenantID: "ours"}
	for _, p := range people {
		m := teams.ChatMember{Name: strings.ToUpper(p), TenantID: "ours"}
		if name, guest := strings.CutSuffix(p, "?"); guest {
			p, m.Roles = name, []string{"guest"}
		}
		if name, external := strings.CutSuffix(p, "!"); external {
			p, m.TenantID = name, "theirs"
		}
		m.User = bridge.TeamsUserID("t-" + p)
		chat.Members = append(chat.Members, m)
	}
	return chat
}

func TestWhichChannelShowsAChat(t *testing.T) {
	group := []string{"c1", "c2", "m1"}
	nine := []string{"c1", "c2", "m1", "m2", "m3", "m4", "m5", "m6", "m7"}
	selective := config.Settings{SyncDirectMessages: true, SyncGroupMessages: true, SelectiveSync: true}
	remote := selective
	remote.SyncRemoteOnly = true
	guests := config.Settings{SyncDirectMessages: true, SyncGroupMessages: true, SyncGuestUsers: true}
	for name, c := range map[string]struct {
		settings *config.Settings
		chat     teams.Chat
		taken    bridge.ChannelID
		want     bridge.ChannelID
		refused  bridge.Reason
	}{
		"two connected":                      {nil, in(teams.OneOnOne, "c1", "c2"), "", "direct c1 c2", ""},
		"a connected and a mirrored one":     {nil, in(teams.OneOnOne, "c1", "m1"), "", "direct c1 m1", ""},
		"one whose account cannot send":      {nil, in(teams.OneOnOne, "l1", "m1"), "", "direct l1 m1", ""},
		"oneself":                            {nil, in(teams.OneOnOne, "c1"), "", "direct c1 c1", ""},
		"nobody is connected":                {nil, in(teams.OneOnOne, "m1", "m2"), "", "", bridge.Unlinked},
		"a stranger":                         {nil, in(teams.OneOnOne, "c1", "s1"), "", "", bridge.NoAccount},
		"a stranger of another organisation": {nil, in(teams.OneOnOne, "c1", "s1!"), "", "private in 1", ""},
		"the same, direct messages are off":  {&config.Settings{SyncGroupMessages: true}, in(teams.OneOnOne, "c1", "s1!"), "", "", bridge.SwitchedOff},
		"the same in no team":                {&config.Settings{SyncDirectMessages: true, EnabledTeams: "gamma"}, in(teams.OneOnOne, "c1", "s1!"), "", "", bridge.SwitchedOff},
		"a guest":                            {nil, in(teams.OneOnOne, "c1", "m1?"), "", "private in 1", ""},
		"a guest, guests are mirrored":       {&guests, in(teams.OneOnOne, "c1", "m1?"), "", "direct c1 m1", ""},
		"another organisation, mirrored":     {&guests, in(teams.OneOnOne, "c1", "f1!"), "", "direct c1 f1", ""},
		"a group with one, mirrored":         {&guests, in(teams.Group, "c1", "c2", "f1!"), "", "group [c1 c2 f1]", ""},
		"a bot of ours":                      {nil, in(teams.OneOnOne, "c1", "bot"), "", "", bridge.NoAccount},
		"direct messages are off":            {&config.Settings{SyncGroupMessages: true}, in(teams.OneOnOne, "c1", "c2"), "", "", bridge.SwitchedOff},
		"a group":                            {nil, in(teams.Group, group...), "", "group [c1 c2 m1]", ""},
		"a meeting":                          {nil, in(teams.Meeting, group...), "", "group [c1 c2 m1]", ""},
		"group messages are off":             {&config.Settings{SyncDirectMessages: true}, in(teams.Group, group...), "", "", bridge.SwitchedOff},
		"a group whose people have another":  {nil, in(teams.Group, group...), "group [c1 c2 m1]", "private in 1", ""},
		"nine":                               {nil, in(teams.Group, nine...), "", "private in 1", ""},
		"a group of two":                     {nil, in(teams.Group, "c1", "c2"), "", "private in 1", ""},
		"a group with a guest":               {nil, in(teams.Group, "c1", "c2", "m1", "s1?"), "", "private in 1", ""},
		"a group with another organisation":  {nil, in(teams.Group, "c1", "c2", "m1", "s1!"), "", "private in 1", ""},
		"a group with a stranger":            {nil, in(teams.Group, "c1", "c2", "m1", "s1"), "", "", bridge.NoAccount},
		"a team that does not take part":     {&config.Settings{SyncGroupMessages: true, EnabledTeams: "beta"}, in(teams.Group, nine...), "", "private in 2", ""},
		"no team that takes part":            {&config.Settings{SyncGroupMessages: true, EnabledTeams: "gamma"}, in(teams.Group, nine...), "", "", bridge.SwitchedOff},
		"selective, both sides":              {&selective, in(teams.OneOnOne, "c1", "m1"), "", "direct c1 m1", ""},
		"selective, one side":                {&selective, in(teams.OneOnOne, "c1", "c2"), "", "", bridge.SwitchedOff},
		"selective, oneself":                 {&selective, in(teams.OneOnOne, "c1"), "", "direct c1 c1", ""},
		"remote only, both sides":            {&remote, in(teams.Group, "c1", "c2", "m1"), "", "group [c1 c2 m1]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w, chats := newWorld(t)
			if c.settings != nil {
				w.settings = *c.settings
			}
			w.chats = []teams.Chat{c.chat}
			got, err := chats.ChannelOf(t.Context(), "chat", c.taken)
			refused, _ := errors.AsType[*bridge.NotCarried](err)
			switch {
			case c.refused != "" && (refused == nil || refused.Reason != c.refused):
				t.Errorf("got %q, %v, want a refusal because of %s", got, err, c.refused)
			case c.refused != "" && chats.Wants("chat"):
				t.Error("the refusal is not remembered")
			case c.refused == "" && (err != nil || got != c.want):
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

// Who was seen in a chat is kept, and a chat with a channel of its own stays in it.
func TestWhatIsKeptOfAChat(t *testing.T) {
	for kind, want := range map[string]string{teams.OneOnOne: "direct c1 m1", teams.Group: "group [c1 c2 m1]"} {
		w, chats := newWorld(t)
		w.chats = []teams.Chat{in(kind, "c1", "m1")}
		if kind == teams.Group {
			w.chats[0] = in(kind, "c1", "c2", "m1")
		}
		if got, err := chats.ChannelOf(t.Context(), "chat", ""); err != nil || string(got) != want {
			t.Fatalf("%q, %v, want %q", got, err, want)
		}
		if kept := w.kept["chat"]; kept.Kind != kind || len(kept.Members) != len(w.chats[0].Members) {
			t.Errorf("of the %s is kept %+v", kind, kept)
		}
	}
	for own, want := range map[bool]string{true: "private in 1", false: "group [c1 c2 m1]"} {
		w, chats := newWorld(t)
		w.chats = []teams.Chat{in(teams.Group, "c1", "c2", "m1")}
		w.kept["chat"] = store.Chat{Conversation: "chat", OwnChannel: own}
		if got, err := chats.ChannelOf(t.Context(), "chat", ""); err != nil || string(got) != want {
			t.Errorf("with an own channel %v it is %q, %v, want %q", own, got, err, want)
		}
	}
}

// What Microsoft does not know is not carried; what cannot be read now is tried again.
func TestChatsThatCannotBeRead(t *testing.T) {
	w, chats := newWorld(t)
	w.chats = []teams.Chat{in(teams.OneOnOne, "c1", "m1")}
	w.failRead = &bridge.Failure{Class: bridge.Retry, Status: 503, Err: errors.New("later")}
	if _, err := chats.ChannelOf(t.Context(), "chat", ""); !errors.Is(err, w.failRead) || !chats.Wants("chat") {
		t.Errorf("%v; wanted %v", err, chats.Wants("chat"))
	}
	w.failRead = nil
	if got, err := chats.ChannelOf(t.Context(), "chat", ""); err != nil || got != "direct c1 m1" {
		t.Errorf("afterwards it is %q, %v", got, err)
	}
	_, err := chats.ChannelOf(t.Context(), "unknown", "")
	if refused, is := errors.AsType[*bridge.NotCarried](err); !is || refused.Reason != bridge.Unlinked || chats.Wants("unknown") {
		t.Errorf("an unknown one: %v", err)
	}
}

func TestWhoIsToldThatAChatIsNotShown(t *testing.T) {
	w, chats := newWorld(t)
	w.teams = nil
	w.chats = []teams.Chat{in(teams.Group, "c1", "c2", "m1", "s1!")}
	for range 2 {
		if _, err := chats.ChannelOf(t.Context(), "chat", ""); err == nil {
			t.Fatal("a channel in no team")
		}
		chats.Forget()
	}
	if !slices.Equal(w.calls, []string{"notify c1", "notify c2"}) {
		t.Errorf("calls %q, want each connected one told once", w.calls)
	}
}

// A chat of two needs a channel too when nobody stands for the other: it has the other's name, or its owner is told, once.
func TestAOneToOneChatWithAStranger(t *testing.T) {
	w, chats := newWorld(t)
	w.chats = []teams.Chat{in(teams.OneOnOne, "c1", "s1!")}
	if got, err := chats.ChannelOf(t.Context(), "chat", ""); err != nil || got != "private in 1" {
		t.Fatalf("%q, %v", got, err)
	}
	if kept := w.kept["chat"]; !kept.OwnChannel || !slices.Contains(w.calls, `channel "S1!"`) || !slices.Contains(w.calls, "members [c1]") {
		t.Errorf("kept %+v, calls %q", kept, w.calls)
	}
	w, chats = newWorld(t)
	w.teams = nil
	w.chats = []teams.Chat{in(teams.OneOnOne, "c1", "s1!")}
	for range 2 {
		if _, err := chats.ChannelOf(t.Context(), "chat", ""); err == nil {
			t.Fatal("a channel in no team")
		}
		chats.Forget()
	}
	if !slices.Equal(w.calls, []string{"notify c1"}) {
		t.Errorf("calls %q, want the owner told once", w.calls)
	}
}

// Mirrored users are in no team, and become members of the one whose people are in it.
func TestMirroredUsersInAPrivateChannel(t *testing.T) {
	for want, fails := range map[string]error{
		"members [c1 m1 c2 m2 m3 m4 m5 m6 m7]": nil,
		"members [c1 c2]":                      &bridge.Failure{Class: bridge.Permanent, Status: 400, Err: errors.New("the team takes nobody")},
	} {
		w, chats := newWorld(t)
		w.failJoin, w.teamless = fails, "m7"
		w.chats = []teams.Chat{in(teams.Group, "c1", "m1", "c2", "m2", "m3", "m4", "m5", "m6", "m7")}
		if got, err := chats.ChannelOf(t.Context(), "chat", ""); err != nil || got != "private in 1" {
			t.Fatalf("%q, %v", got, err)
		}
		if !slices.Contains(w.calls, "join m7 to 1") || !slices.Contains(w.calls, want) {
			t.Errorf("calls %q, want %q", w.calls, want)
		}
	}
	w, chats := newWorld(t)
	w.failJoin = &bridge.Failure{Class: bridge.Retry, Status: 503, Err: errors.New("later")}
	w.chats = []teams.Chat{in(teams.Group, "c1", "m1", "c2", "s1!")}
	if _, err := chats.ChannelOf(t.Context(), "chat", ""); !errors.Is(err, w.failJoin) {
		t.Errorf("the server is away: %v", err)
	}
}

func TestAPrivateChannelSaysWhatItIs(t *testing.T) {
	w, chats := newWorld(t)
	w.chats = []teams.Chat{in(teams.Meeting, "c1", "c2", "m1", "s1!")}
	w.chats[0].Topic = "Plans for  spring"
	for range 2 {
		if _, err := chats.ChannelOf(t.Context(), "chat", ""); err != nil {
			t.Fatal(err)
		}
	}
	said := slices.DeleteFunc(slices.Clone(w.calls), func(c string) bool { return !strings.HasPrefix(c, "say") })
	if len(said) != 1 || !strings.Contains(said[0], "S1") || !slices.Contains(w.calls, `channel "Plans for spring"`) {
		t.Errorf("calls %q, want one notice with the name of who is not in Mattermost", w.calls)
	}
}

func TestMembersOfAChatChange(t *testing.T) {
	link := bridge.Link{Channel: "group [c1 c2 m1]", Conversation: bridge.Conversation{ID: "chat"}}
	w, chats := newWorld(t)
	w.chats = []teams.Chat{in(teams.Group, "c1", "c2", "m1")}
	w.talk.Members = []bridge.UserID{"c1", "c2", "m1"}
	if got, err := chats.MembersChanged(t.Context(), link); err != nil || got != link.Channel {
		t.Errorf("the same people: %q, %v", got, err)
	}
	w.chats[0] = in(teams.Group, "c1", "c2", "m1", "m2", "s1")
	got, err := chats.MembersChanged(t.Context(), link)
	if err != nil || got != "private in 1" || !slices.Contains(w.calls, "members [c1 c2 m1 m2]") {
		t.Errorf("one more: %q, %v, calls %q", got, err, w.calls)
	}
	link.Channel = got
	w.chats[0] = in(teams.Group, "c1", "m1")
	if got, err := chats.MembersChanged(t.Context(), link); err != nil || got != "private in 1" || !slices.Contains(w.calls, "members [c1 m1]") {
		t.Errorf("one less: %q, %v, calls %q", got, err, w.calls)
	}
}

func TestWhoJoinsTheChannelOfAChat(t *testing.T) {
	for name, c := range map[string]struct {
		user, by bridge.UserID
		want     []string
	}{
		"who is in the chat":             {"c2", "c2", nil},
		"a connected one, by another":    {"c3", "c1", []string{"add t-c3 as a-c1"}},
		"a local":                        {"u1", "c1", []string{"remove u1", "notify c1"}},
		"a connected one, by a local":    {"c3", "u1", []string{"remove c3", "notify u1"}},
		"a connected one, by themself":   {"c3", "c3", []string{"remove c3", "notify c3"}},
		"a connected one, by a lost one": {"c3", "l1", []string{"remove c3", "notify l1"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, chats := newWorld(t)
			w.chats = []teams.Chat{in(teams.Group, "c1", "c2", "l1")}
			w.kept["chat"] = store.Chat{Conversation: "chat", OwnChannel: true}
			if err := chats.Joined(t.Context(), bridge.Link{Channel: "private", Conversation: bridge.Conversation{ID: "chat"}}, c.user, c.by); err != nil || !slices.Equal(w.calls, c.want) {
				t.Errorf("calls %q, %v, want %q", w.calls, err, c.want)
			}
		})
	}
}

func TestWhichChatShowsADirectMessage(t *testing.T) {
	talk := func(people ...bridge.UserID) mattermost.Talk {
		return mattermost.Talk{Direct: len(people) < 3, Group: len(people) > 2, Members: people}
	}
	selective := config.Settings{SyncDirectMessages: true, SelectiveSync: true}
	for name, c := range map[string]struct {
		settings *config.Settings
		talk     mattermost.Talk
		author   bridge.UserID
		made     string
		refused  bridge.Reason
		waits    bool
	}{
		"two connected":                        {nil, talk("c1", "c2"), "c1", "oneOnOne as a-c1: [t-c1 t-c2]", "", false},
		"to a mirrored one":                    {nil, talk("c1", "m1"), "c1", "oneOnOne as a-c1: [t-c1 t-m1]", "", false},
		"to a local":                           {nil, talk("c1", "u1"), "c1", "", bridge.NoAccount, false},
		"of a local to a connected one":        {nil, talk("c1", "u1"), "u1", "", bridge.NoAccount, false},
		"of a local to a mirrored one":         {nil, talk("m1", "u1"), "u1", "", "", true},
		"of one whose account cannot send":     {nil, talk("c1", "l1"), "l1", "", "", true},
		"to oneself":                           {nil, talk("c1"), "c1", "", bridge.Unlinked, false},
		"in a channel":                         {nil, mattermost.Talk{}, "c1", "", bridge.Unlinked, false},
		"of somebody who is not a member":      {nil, talk("c1", "c2"), "c3", "", bridge.NoAccount, false},
		"a group":                              {nil, talk("c1", "c2", "m1"), "c2", "group as a-c2: [t-c1 t-c2 t-m1]", "", false},
		"a group with a local":                 {nil, talk("c1", "c2", "u1"), "c2", "", bridge.NoAccount, false},
		"direct messages are off":              {&config.Settings{SyncGroupMessages: true}, talk("c1", "c2"), "c1", "", bridge.SwitchedOff, false},
		"group messages are off":               {&config.Settings{SyncDirectMessages: true}, talk("c1", "c2", "c3"), "c1", "", bridge.SwitchedOff, false},
		"selective, two who are both here":     {&selective, talk("c1", "c2"), "c1", "", bridge.SwitchedOff, false},
		"selective, one who is not":            {&selective, talk("c1", "m1"), "c1", "oneOnOne as a-c1: [t-c1 t-m1]", "", false},
		"selective, a local to a mirrored one": {&selective, talk("m1", "u1"), "u1", "", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			w, chats := newWorld(t)
			if c.settings != nil {
				w.settings = *c.settings
			}
			w.talk = c.talk
			got, err := chats.ChatOf(t.Context(), "channel", c.author)
			refused, _ := errors.AsType[*bridge.NotCarried](err)
			switch {
			case c.waits && !errors.Is(err, bridge.ErrNoAccount):
				t.Errorf("got %q, %v, want it to wait for the author's account", got, err)
			case c.refused != "" && (refused == nil || refused.Reason != c.refused):
				t.Errorf("got %q, %v, want a refusal because of %s", got, err, c.refused)
			case c.made != "" && (err != nil || !slices.Equal(w.made, []string{c.made})):
				t.Errorf("made %q, %v, want %q", w.made, err, c.made)
			case c.made == "" && len(w.made) > 0:
				t.Errorf("made %q, want none", w.made)
			}
		})
	}
}

func TestAGroupChatIsMadeOnce(t *testing.T) {
	w, chats := newWorld(t)
	w.talk = mattermost.Talk{Group: true, Members: []bridge.UserID{"c1", "c2", "m1"}}
	w.failMake, w.hidden = &bridge.Failure{Class: bridge.Unknown, Err: errors.New("dropped")}, true
	if _, err := chats.ChatOf(t.Context(), "channel", "c1"); bridge.ClassOf(err) != bridge.Unknown {
		t.Fatalf("the answer was dropped: %v", err)
	}
	// The list lags behind.
	for range looksInVain {
		if _, err := chats.ChatOf(t.Context(), "channel", "c1"); err == nil || len(w.made) != 1 {
			t.Fatalf("made %q, %v, want it looked for", w.made, err)
		}
	}
	w.hidden = false
	if got, err := chats.ChatOf(t.Context(), "channel", "c2"); err != nil || got != "made-1" || len(w.made) != 1 {
		t.Errorf("got %q, %v, made %q, want the first one", got, err, w.made)
	}

	// One that was not made is made after enough looks.
	w.chats, w.failMake = nil, nil
	w.attempt = &attempt{at: time.Now().Add(-time.Minute), looks: looksInVain}
	if got, err := chats.ChatOf(t.Context(), "channel", "c2"); err != nil || got != "made-2" || w.attempt != nil {
		t.Errorf("got %q, %v, attempt %v", got, err, w.attempt)
	}
	// One that shows a chat in a private channel is not taken.
	w.linked["made-2"] = true
	if got, err := chats.ChatOf(t.Context(), "channel", "c2"); err != nil || got != "made-3" {
		t.Errorf("got %q, %v, want another chat", got, err)
	}
}

func TestWhoIsPrompted(t *testing.T) {
	w, chats := newWorld(t)
	w.talk = mattermost.Talk{Direct: true, Members: []bridge.UserID{"c1", "u1"}}
	_, _ = chats.ChatOf(t.Context(), "channel", "u1")
	if slices.Contains(w.calls, "whisper to u1") {
		t.Error("prompted although the interval is 0")
	}
	w.settings.PromptIntervalHours = 24
	for range 3 {
		chats.Forget()
		_, _ = chats.ChatOf(t.Context(), "channel", "u1")
	}
	if n := len(slices.DeleteFunc(w.calls, func(c string) bool { return c != "whisper to u1" })); n != 1 {
		t.Errorf("prompted %d times, want once", n)
	}
}

// Somebody who is nobody in Teams keeps a conversation out of it. Whoever would have reached somebody there learns that, once.
func TestWhoIsToldThatAConversationStaysHere(t *testing.T) {
	for name, test := range map[string]struct {
		members []bridge.UserID
		author  bridge.UserID
		told    string
	}{
		"a mirrored one is in it":         {[]bridge.UserID{"c1", "m1", "u1", "u2"}, "c1", "@u1, @u2"},
		"a mirrored one, by a local":      {[]bridge.UserID{"c1", "m1", "u1", "u2"}, "u1", "@u2"},
		"a connected one is in it":        {[]bridge.UserID{"c1", "c2", "u1"}, "c1", "@u1"},
		"a connected one, by a local":     {[]bridge.UserID{"c1", "u1", "u2"}, "u1", ""},
		"nobody else is in Teams":         {[]bridge.UserID{"c1", "u1", "u2"}, "c1", ""},
		"nobody else in a direct message": {[]bridge.UserID{"c1", "u1"}, "c1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w, chats := newWorld(t)
			w.talk = mattermost.Talk{Direct: len(test.members) == 2, Group: len(test.members) > 2, Members: test.members}
			for range 3 {
				chats.Forget()
				_, err := chats.ChatOf(t.Context(), "channel", test.author)
				if refused, is := errors.AsType[*bridge.NotCarried](err); !is || refused.Reason != bridge.NoAccount {
					t.Fatal(err)
				}
			}
			calls := slices.DeleteFunc(slices.Clone(w.calls), func(c string) bool { return !strings.HasPrefix(c, "whisper") })
			if test.told == "" && len(calls) > 0 || test.told != "" && (!slices.Equal(calls, []string{"whisper to " + string(test.author)}) || !strings.Contains(w.whispered, "("+test.told+")")) {
				t.Errorf("%q: %q", calls, w.whispered)
			}
		})
	}
	w, chats := newWorld(t)
	w.settings.SelectiveSync = true
	w.talk = mattermost.Talk{Group: true, Members: []bridge.UserID{"c1", "c2", "u1"}}
	if _, err := chats.ChatOf(t.Context(), "channel", "c1"); err == nil || w.whispered != "" {
		t.Errorf("told %q of what is not selected; %v", w.whispered, err)
	}
}

func TestTheReminderLeadsToTheLogIn(t *testing.T) {
	w, chats := newWorld(t)
	w.settings.PromptIntervalHours = 24
	w.talk = mattermost.Talk{Direct: true, Members: []bridge.UserID{"c1", "u1"}}
	_, _ = chats.ChatOf(t.Context(), "channel", "u1")
	if !strings.Contains(w.whispered, "(https://chat.example.com/connect)") {
		t.Errorf("the reminder is %q", w.whispered)
	}
}

// Who writes to themselves is told once what to do, if it can be done.
func TestNotesToOneself(t *testing.T) {
	for name, test := range map[string]struct {
		user  bridge.UserID
		set   func(*config.Settings)
		times int
	}{
		"with an account":    {"c1", func(*config.Settings) {}, 1},
		"without an account": {"u1", func(*config.Settings) {}, 0},
		"without reminders":  {"c1", func(s *config.Settings) { s.PromptIntervalHours = 0 }, 0},
		"switched off":       {"c1", func(s *config.Settings) { s.SyncDirectMessages = false }, 0},
	} {
		w, chats := newWorld(t)
		w.settings.PromptIntervalHours = 24
		test.set(&w.settings)
		w.talk = mattermost.Talk{Direct: true, Members: []bridge.UserID{test.user}}
		for range 3 {
			chats.Forget()
			if _, err := chats.ChatOf(t.Context(), "channel", test.user); err == nil {
				t.Errorf("%s: it is carried", name)
			}
		}
		if n := strings.Count(strings.Join(w.calls, "\n"), "whisper"); n != test.times || test.times > 0 && w.whispered != noteToSelf {
			t.Errorf("%s: told %d times %q, want %d", name, n, w.whispered, test.times)
		}
	}
}

func TestConversationsAreOpened(t *testing.T) {
	for name, test := range map[string]struct {
		by    bridge.UserID
		names []string
		set   func(*world)
		want  string // the last call, or the refusal
	}{
		"with one":               {"c1", []string{"@M1"}, nil, "direct c1 m1"},
		"with several":           {"c1", []string{"m1", "@m2", "m1"}, nil, "group [c1 m1 m2]"},
		"with oneself":           {"c1", []string{"c1"}, nil, "somebody else"},
		"with nobody":            {"c1", []string{"m1", "s1"}, nil, "no user @s1"},
		"with who is not there":  {"c1", []string{"u1"}, nil, "are in Microsoft Teams"},
		"with too many":          {"c1", []string{"m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"}, nil, "at most 8"},
		"without an account":     {"l1", []string{"m1"}, nil, "Connect your"},
		"switched off":           {"c1", []string{"m1"}, func(w *world) { w.settings.SyncDirectMessages = false }, "switched that off"},
		"a group, switched off":  {"c1", []string{"m1", "m2"}, func(w *world) { w.settings.SyncGroupMessages = false }, "switched that off"},
		"with an address":        {"c1", []string{"@M1@demo.example", "m2"}, nil, "group [c1 m1 m2]"},
		"an unknown address":     {"c1", []string{"m1@other.example"}, nil, "Nobody here stands for"},
		"one's own address":      {"c1", []string{"c1@demo.example"}, nil, "somebody else"},
		"an address, by a guest": {"c1guest", []string{"m1@demo.example"}, nil, "by their user names"},
		"an address, by a local": {"u1", []string{"m1@demo.example"}, nil, "Connect your"},
		"by a guest":             {"c1guest", []string{"m1"}, func(w *world) { w.teams = nil }, "share a team"},
		"by a guest of the team": {"c1guest", []string{"m1"}, nil, "direct c1guest m1"},
		"within teams":           {"c1", []string{"m1"}, func(w *world) { w.teams, w.withinTeams = nil, true }, "share a team"},
	} {
		t.Run(name, func(t *testing.T) {
			w, chats := newWorld(t)
			if test.set != nil {
				test.set(w)
			}
			_, err := chats.Open(t.Context(), test.by, test.names)
			got := strings.Join(w.calls, "\n")
			if err != nil {
				if _, is := errors.AsType[*refusal.Refusal](err); !is || strings.Contains(got, "direct") || strings.Contains(got, "group") {
					t.Errorf("%v after\n%s", err, got)
				}
				got = err.Error()
			} else if !strings.Contains(got, "say in") {
				t.Error("it does not show that it is open")
			}
			if !strings.Contains(got, test.want) {
				t.Errorf("%s, want %q", got, test.want)
			}
		})
	}
}

// TestEachPostOfTheServerAsks: only the first one of a channel may call the server.
func TestEachPostOfTheServerAsks(t *testing.T) {
	w, chats := newWorld(t)
	for range 3 {
		if chats.WantsPosts(t.Context(), "town") {
			t.Error("a channel is no direct message")
		}
	}
	if len(w.calls) != 1 || chats.MayWant("town") {
		t.Errorf("calls %q, may want %v", w.calls, chats.MayWant("town"))
	}
	w.talk = mattermost.Talk{Direct: true, Members: []bridge.UserID{"c1", "u1"}}
	if !chats.WantsPosts(t.Context(), "direct") {
		t.Error("a direct message is not wanted")
	}
	if _, err := chats.ChatOf(t.Context(), "direct", "c1"); err == nil || chats.MayWant("direct") {
		t.Errorf("%v; a refused one is wanted", err)
	}
	chats.Forget()
	if !chats.MayWant("direct") {
		t.Error("a refusal is remembered although it was to be forgotten")
	}
	w.settings.SyncDirectMessages = false
	if chats.MayWant("direct") {
		t.Error("wanted although direct messages are off")
	}
}
