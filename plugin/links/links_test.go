// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package links_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// world is a server, a tenant and the links between them, all in memory. chief is an admin of the channel town, root of
// the system; both chief and plain are connected, but plain may do nothing.
type world struct {
	locale    string // everybody's
	settings  config.Settings
	all       []bridge.Link
	unseen    bool   // Teams does not show the channel
	called    string // the Teams channel; empty for Bridge
	forbidden bool   // Teams does not let the account read
	changed   int
	resynced  []bridge.ConversationID
	audited   []string
	requests  []store.LinkRequest
	told      []string   // direct messages and events
	mu        sync.Mutex // of known, which several write at a time
	known     map[bridge.ConversationID]store.TeamsName
	health    bridge.Health
	searching map[bridge.ConversationID]bool
}

func (w *world) ByChannel(id bridge.ChannelID) (bridge.Link, bool) {
	for _, l := range w.all {
		if l.Channel == id {
			return l, true
		}
	}
	return bridge.Link{}, false
}

// audit writes down what the store would.
func (w *world) audit(ctx context.Context, channel bridge.ChannelID) {
	if note, found := store.NoteIn(ctx); found {
		w.audited = append(w.audited, string(note.Actor)+" "+note.Action+" "+string(channel)+" via "+note.Detail["via"])
	}
}
func (w *world) Channels() []bridge.Link { return w.all }
func (w *world) Create(ctx context.Context, link bridge.Link) (bridge.Link, error) {
	for _, l := range w.all {
		if l.Channel == link.Channel || l.Conversation.ID == link.Conversation.ID {
			return bridge.Link{}, &bridge.LinkConflict{Holder: l}
		}
	}
	if link.Request != "" {
		if _, found, _ := w.DropLinkRequest(context.Background(), link.Request); !found {
			return bridge.Link{}, bridge.ErrNoRequest
		}
	}
	w.all = append(w.all, link)
	w.audit(ctx, link.Channel)
	return link, nil
}
func (w *world) Delete(ctx context.Context, id bridge.ChannelID) (bridge.Link, bool, error) {
	link, found := w.ByChannel(id)
	if found {
		w.all = nil
		w.audit(ctx, id)
	}
	return link, found, nil
}

var channels = map[bridge.ChannelID]mattermost.Channel{
	"town":  {ID: "town", Team: "t1", TeamName: "red", Name: "Town", Open: true},
	"other": {ID: "other", Team: "t1", TeamName: "red", Name: "Other", Open: true},
	"quiet": {ID: "quiet", Team: "t1", TeamName: "red", Name: "Quiet"}, // private; only root and member are in it
	"old":   {ID: "old", Team: "t1", TeamName: "red", Name: "Old", Archived: true},
	"dm":    {ID: "dm", Direct: true},
	"blue":  {ID: "blue", Team: "t2", TeamName: "blue", Name: "Blue"},
}

type people struct{ *world }

func (people) Channel(_ context.Context, id bridge.ChannelID) (mattermost.Channel, error) {
	if c, ok := channels[id]; ok {
		return c, nil
	}
	return mattermost.Channel{}, &bridge.Failure{Class: bridge.NotFound, Err: errors.New("no such channel")}
}
func (people) ChannelAdmin(user bridge.UserID, id bridge.ChannelID) bool {
	return user == "root" || user == "chief" || user == "stranger"
}
func (people) SystemAdmin(user bridge.UserID) bool { return user == "root" }
func (p people) ChannelReader(user bridge.UserID, id bridge.ChannelID) bool {
	return p.member(user, id)
}
func (people) member(user bridge.UserID, id bridge.ChannelID) bool {
	return channels[id].Open || user == "root" || user == "member"
}
func (p people) Knows(user bridge.UserID, channel mattermost.Channel) bool {
	return channel.Open || p.member(user, channel.ID)
}
func (p people) User(_ context.Context, id bridge.UserID) (bridge.User, error) {
	return bridge.User{ID: id, Username: string(id), Locale: p.locale}, nil
}
func (people) ChannelsOf(_ context.Context, ids []bridge.ChannelID) (map[bridge.ChannelID]mattermost.Channel, error) {
	found := map[bridge.ChannelID]mattermost.Channel{}
	for _, id := range ids {
		found[id] = channels[id]
	}
	return found, nil
}
func (p people) MemberOf(_ context.Context, user bridge.UserID, ids []bridge.ChannelID) (map[bridge.ChannelID]bool, error) {
	in := map[bridge.ChannelID]bool{}
	for _, id := range ids {
		in[id] = p.member(user, id)
	}
	return in, nil
}
func (people) ChannelsNamed(_ context.Context, _ bridge.UserID, text string) ([]mattermost.Channel, error) {
	var found []mattermost.Channel
	for _, id := range []bridge.ChannelID{"blue", "other", "town"} {
		if strings.Contains(channels[id].Name, text) {
			found = append(found, channels[id])
		}
	}
	return found, nil
}
func (p people) Notify(_ context.Context, user bridge.UserID, text string) error {
	p.told = append(p.told, "to "+string(user)+": "+text)
	return nil
}
func (p people) NotifySystemAdmins(_ context.Context, notice mattermost.Notice) error {
	p.told = append(p.told, fmt.Sprintf("to all system admins: %s [%s](%s)", notice.Text, notice.Label, notice.Address))
	return nil
}
func (p people) PublishToChannel(event string, channel bridge.ChannelID, payload map[string]any) {
	p.told = append(p.told, fmt.Sprint(event, " ", channel, " ", payload["teams_channel_id"]))
}

func (w *world) RequestLink(ctx context.Context, wanted store.LinkRequest) (store.LinkRequest, error) {
	for _, r := range w.requests {
		if r.Channel == wanted.Channel && r.Conversation == wanted.Conversation {
			return r, nil
		}
		if r.Channel == wanted.Channel || r.Conversation == wanted.Conversation {
			return store.LinkRequest{}, &store.RequestConflict{Holder: r}
		}
	}
	w.requests = append(w.requests, wanted)
	w.audit(ctx, wanted.Channel)
	return wanted, nil
}
func (w *world) LinkRequests(context.Context) ([]store.LinkRequest, error) { return w.requests, nil }
func (w *world) DropLinkRequest(ctx context.Context, id string) (store.LinkRequest, bool, error) {
	for i, r := range w.requests {
		if r.ID == id {
			w.requests = slices.Delete(slices.Clone(w.requests), i, i+1)
			w.audit(ctx, r.Channel)
			return r, true, nil
		}
	}
	return store.LinkRequest{}, false, nil
}
func (w *world) TeamsNames(context.Context) (map[bridge.ConversationID]store.TeamsName, error) {
	return maps.Clone(w.known), nil
}
func (w *world) NoteTeamsName(_ context.Context, conversation bridge.ConversationID, team, channel string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known[conversation] = store.TeamsName{Conversation: conversation, Team: team, Channel: channel, SeenAt: time.Now()}
	return nil
}

type accounts struct{ bridge.Accounts }

func (accounts) OfUser(_ context.Context, user bridge.UserID) (bridge.Account, bool, error) {
	return bridge.Account{ID: bridge.AccountID(user)}, user == "chief" || user == "plain", nil
}

type graph struct{ *world }

func (g graph) Team(_ context.Context, id bridge.TeamID) (teams.Team, error) {
	return teams.Team{ID: id, DisplayName: "Demo Team"}, nil
}
func (g graph) Channel(context.Context, bridge.AccountID, bridge.TeamID, bridge.ConversationID) (teams.Channel, error) {
	if g.unseen {
		return teams.Channel{}, &bridge.Failure{Class: bridge.NotFound, Err: errors.New("not there")}
	}
	return teams.Channel{DisplayName: cmp.Or(g.called, "Bridge")}, nil
}
func (g graph) TeamsNamed(_ context.Context, name string) ([]teams.Team, error) {
	if g.forbidden {
		return nil, &bridge.Failure{Class: bridge.UserAction, Status: 403, Err: errors.New("Insufficient privileges")}
	}
	return []teams.Team{{ID: "t1", DisplayName: "Demo Team"}, {ID: "t2", DisplayName: "demo team"}, {ID: "t3", DisplayName: "Other"}}, nil
}
func (g graph) TeamsStarting(_ context.Context, text string, most int) ([]teams.Team, error) {
	return []teams.Team{{ID: "t1", DisplayName: fmt.Sprint(text, " up to ", most)}}, nil
}
func (g graph) JoinedTeams(_ context.Context, as bridge.AccountID) ([]teams.Team, error) {
	joined := []teams.Team{{ID: "T-Joined", DisplayName: "Joined by " + string(as)}}
	for i := range 25 {
		joined = append(joined, teams.Team{ID: bridge.TeamID(fmt.Sprint("many-", i)), DisplayName: fmt.Sprintf("many %02d", i)})
	}
	return joined, nil
}
func (g graph) Channels(context.Context, bridge.AccountID, bridge.TeamID) ([]teams.Channel, error) {
	return []teams.Channel{{ID: "19:a", DisplayName: "General"}, {ID: "19:b", DisplayName: "Bridge"}}, nil
}
func (g graph) CanRead(context.Context, bridge.AccountID, bridge.Conversation) error {
	if g.forbidden {
		return &bridge.Failure{Class: bridge.UserAction, Err: errors.New("not a member")}
	}
	return nil
}

func (w *world) links() *links.Links {
	return links.New(links.Config{
		Index: w, Requests: w, Names: w, Mattermost: people{w}, Accounts: accounts{}, Log: slog.New(slog.DiscardHandler), Changed: func() { w.changed++ },
		Resync: func(_ context.Context, conversation bridge.ConversationID) error {
			w.resynced = append(w.resynced, conversation)
			return nil
		},
		Current:   func() (links.Current, error) { return links.Current{Settings: w.settings, Graph: graph{w}}, nil },
		Health:    func(context.Context) (bridge.Health, error) { return w.health, nil },
		Searching: func(context.Context) (map[bridge.ConversationID]bool, error) { return w.searching, nil },
	})
}

func newWorld() *world {
	return &world{settings: config.Settings{SyncLinkedChannels: true, SiteURL: "https://chat.example.com/"}, known: map[bridge.ConversationID]store.TeamsName{}}
}

// by is somebody at the REST interface.
func by(user bridge.UserID) links.Actor { return links.Actor{User: user, Via: links.ViaAPI} }

var conversation = bridge.Conversation{ID: "19:x@thread.tacv2", Team: "teams-team"}

func TestALinkIsMadeAuditedAndAnnounced(t *testing.T) {
	w := newWorld()
	link, err := w.links().Create(t.Context(), by("chief"), "town", conversation, bridge.Backfill{})
	if err != nil || link.Conversation != conversation || link.MattermostTeam != "t1" || link.Creator != "chief" {
		t.Errorf("link %+v, %v", link, err)
	}
	if _, err := w.links().Delete(t.Context(), by("chief"), "town"); err != nil {
		t.Error(err)
	}
	if want := []string{"channel_linked town 19:x@thread.tacv2", "channel_unlinked town 19:x@thread.tacv2"}; !slices.Equal(w.told, want) {
		t.Errorf("told %q, want %q", w.told, want)
	}
	if w.changed != 2 || strings.Join(w.audited, ", ") != "chief link town via api, chief unlink town via api" {
		t.Errorf("announced %d times, audited %v", w.changed, w.audited)
	}
}

// TestTheNameIsKnownWhenPeopleAreTold: their web apps all ask for the list then.
func TestTheNameIsKnownWhenPeopleAreTold(t *testing.T) {
	w := newWorld()
	if _, err := w.links().Create(t.Context(), links.Actor{User: "chief", Via: links.ViaWebApp}, "town", conversation, bridge.Backfill{}); err != nil {
		t.Fatal(err)
	}
	if name := w.known[conversation.ID]; name.Team != "Demo Team" || name.Channel != "Bridge" {
		t.Errorf("its name is known as %+v", name)
	}
}

func TestALinkBringsOldMessagesAlong(t *testing.T) {
	w := newWorld()
	link, err := w.links().Create(t.Context(), by("chief"), "town", conversation, bridge.Backfill{FromTeams: 30, ToTeams: 3})
	if days := time.Since(link.Backfill).Hours() / 24; err != nil || days < 29.9 || days > 30.1 {
		t.Errorf("the messages of the last %f days come along, %v", days, err)
	}
	if days := time.Since(link.BackfillToTeams).Hours() / 24; days < 2.9 || days > 3.1 {
		t.Errorf("the posts of the last %f days come along", days)
	}
	if link, err := newWorld().links().Create(t.Context(), by("chief"), "town", conversation, bridge.Backfill{}); err != nil || !link.Backfill.IsZero() || !link.BackfillToTeams.IsZero() {
		t.Errorf("without being asked for messages come along since %v, %v", link.Backfill, err)
	}
	for _, days := range []int{-1, 241} {
		for _, backfill := range []bridge.Backfill{{FromTeams: days}, {ToTeams: days}} {
			if _, err := newWorld().links().Create(t.Context(), by("chief"), "town", conversation, backfill); err == nil || !strings.Contains(err.Error(), "240") {
				t.Errorf("%+v: %v", backfill, err)
			}
		}
	}
}

func TestWhoMayResyncWhat(t *testing.T) {
	w := newWorld()
	refused := func(user bridge.UserID, code refusal.Code) {
		t.Helper()
		if r, ok := errors.AsType[*refusal.Refusal](second(w.links().Resync(t.Context(), user, "town"))); !ok || r.Code != code {
			t.Errorf("%s: %v, want %s", user, r, code)
		}
	}
	refused("chief", refusal.NotFound)
	if _, err := w.links().Create(t.Context(), by("chief"), "town", conversation, bridge.Backfill{}); err != nil {
		t.Fatal(err)
	}
	refused("plain", refusal.Forbidden)
	for _, user := range []bridge.UserID{"chief", "root"} {
		if _, err := w.links().Resync(t.Context(), user, "town"); err != nil {
			t.Errorf("%s: %v", user, err)
		}
	}
	if len(w.resynced) != 2 || w.resynced[0] != conversation.ID {
		t.Errorf("looked for what was missed in %v", w.resynced)
	}
}

func second(_ bridge.Link, err error) error { return err }

func TestWhoMayLinkWhat(t *testing.T) {
	for name, c := range map[string]struct {
		user    bridge.UserID
		channel bridge.ChannelID
		prepare func(*world)
		code    refusal.Code
		words   string
	}{
		"a plain member":                {"plain", "town", nil, refusal.Forbidden, "channel admins"},
		"nobody's account":              {"stranger", "town", nil, refusal.NotConnected, "/msteams-sync connect"},
		"an unknown channel":            {"chief", "nowhere", nil, refusal.NotFound, "nowhere"},
		"a direct message":              {"chief", "dm", nil, refusal.BadRequest, "Direct"},
		"an archived channel":           {"chief", "old", nil, refusal.Conflict, "archived"},
		"switched off":                  {"chief", "town", func(w *world) { w.settings.SyncLinkedChannels = false }, refusal.Forbidden, "syncLinkedChannels"},
		"another team":                  {"chief", "blue", func(w *world) { w.settings.EnabledTeams = "red" }, refusal.Forbidden, "enabledTeams"},
		"unseen in Teams":               {"chief", "town", func(w *world) { w.unseen = true }, refusal.NotFound, "groupId"},
		"unseen by the app":             {"root", "town", func(w *world) { w.unseen = true }, refusal.NotFound, "groupId"},
		"not a member in Teams":         {"chief", "town", func(w *world) { w.forbidden = true }, refusal.Forbidden, "not a member"},
		"the channel is taken":          {"chief", "town", func(w *world) { w.all = []bridge.Link{{Channel: "town"}} }, refusal.Conflict, "This channel is linked already, with the Teams channel Bridge of team Demo Team"},
		"a team that may not be linked": {"chief", "town", func(w *world) { w.settings.LinkableTeams = "other-team" }, refusal.Forbidden, "linkableTeams"},
		"not even by a system admin":    {"root", "town", func(w *world) { w.settings.LinkableTeams = "other-team" }, refusal.Forbidden, "linkableTeams"},
		"taken by a hidden one":         {"chief", "town", func(w *world) { w.all = []bridge.Link{{Channel: "quiet", Conversation: conversation}} }, refusal.Conflict, "with a channel that you cannot see. Unlink"},
		"taken by a private one":        {"root", "town", func(w *world) { w.all = []bridge.Link{{Channel: "quiet", Conversation: conversation}} }, refusal.Conflict, "the channel Quiet in team red"},
		"the other one is taken":        {"chief", "town", func(w *world) { w.all = []bridge.Link{{Channel: "other", Conversation: conversation}} }, refusal.Conflict, "the channel Other in team red"},
	} {
		w := newWorld()
		if c.prepare != nil {
			c.prepare(w)
		}
		_, err := w.links().Create(t.Context(), by(c.user), c.channel, conversation, bridge.Backfill{})
		r, ok := errors.AsType[*refusal.Refusal](err)
		if !ok || r.Code != c.code || !strings.Contains(r.Message, c.words) {
			t.Errorf("%s: %v, want %s with %q", name, err, c.code, c.words)
		}
		if w.changed != 0 || len(w.audited) != 0 {
			t.Errorf("%s: announced or audited", name)
		}
	}
	w := newWorld()
	if _, err := w.links().Create(t.Context(), by("root"), "town", conversation, bridge.Backfill{}); err != nil {
		t.Errorf("a system admin who is not connected: %v", err)
	}
}

func TestWhoMayUnlink(t *testing.T) {
	w := newWorld()
	w.all = []bridge.Link{{Channel: "town", Conversation: conversation}}
	if _, err := w.links().Delete(t.Context(), by("plain"), "town"); err == nil || len(w.all) != 1 {
		t.Errorf("a plain member: %v", err)
	}
	if _, err := w.links().Delete(t.Context(), by("root"), "other"); err == nil {
		t.Error("an unlinked channel was unlinked")
	}
	w.all = append(w.all, bridge.Link{Channel: "quiet", Conversation: bridge.Conversation{ID: "19:chat@thread.v2"}})
	for _, user := range []bridge.UserID{"chief", "root"} {
		refused(t, "a chat, by "+string(user), second(w.links().Delete(t.Context(), by(user), "quiet")), refusal.BadRequest, "chat of Microsoft Teams")
	}
	if len(w.all) != 2 {
		t.Error("the refused calls unlinked a channel")
	}
}

func TestLookups(t *testing.T) {
	w := &world{}
	l := w.links()
	found, err := l.Teams(t.Context(), "DEMO team")
	if err != nil || len(found) != 2 {
		t.Errorf("teams by name: %v, %v", found, err)
	}
	if all, err := l.Teams(t.Context(), ""); err != nil || len(all) != 3 {
		t.Errorf("all teams: %v, %v", all, err)
	}
	if channels, err := l.Channels(t.Context(), "t1", "bridge"); err != nil || len(channels) != 1 || channels[0].ID != "19:b" {
		t.Errorf("channels by name: %v, %v", channels, err)
	}
	w.forbidden = true
	_, err = l.Teams(t.Context(), "x")
	if r, ok := errors.AsType[*refusal.Refusal](err); !ok || r.Code != refusal.Forbidden || !strings.Contains(r.Message, "Group.Read.All") {
		t.Errorf("without the permission: %v", err)
	}
}
