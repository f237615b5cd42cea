// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// clock stands still unless it is moved, so that ids and times are known.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

const (
	tenant = "11111111-1111-4111-8111-111111111111"
	alex   = "alex@demo.example"
	blake  = "blake@demo.example"
	guest  = "guest@demo.example"      // in the directory, not in the team
	poor   = "unlicensed@demo.example" // in the team, no licence
)

func people(idOrUPN string) (teams.Person, bool) {
	name, _, isUPN := strings.Cut(idOrUPN, "@")
	if !isUPN {
		name = strings.TrimPrefix(idOrUPN, "id-")
	}
	switch name {
	case "alex", "blake", "guest", "unlicensed", "admin":
		return teams.Person{ID: "id-" + name, DisplayName: strings.ToUpper(name[:1]) + name[1:] + " Demo",
			UserPrincipalName: name + "@demo.example", TenantID: tenant, Licensed: name != "unlicensed"}, true
	}
	return teams.Person{}, false
}

type world struct {
	*teams.State
	clock   *clock
	bridge  teams.Place
	changes []teams.Change
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{clock: &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}}
	w.State = teams.New(w.clock, tenant, people)
	must(t, w.Load(teams.DefaultSeed()))
	team := w.Teams()[0]
	must(t, w.AddMember(team.ID, poor, teams.Member))
	channels, err := w.Channels(team.ID)
	must(t, err)
	w.bridge = teams.Place{Team: team.ID, Channel: channels[1].ID}
	w.Observe(func(c teams.Change) { w.changes = append(w.changes, c) })
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) post(t *testing.T, as string, root teams.MessageID, html string) *teams.Message {
	t.Helper()
	m, err := w.Post(as, w.bridge, root, teams.Draft{Body: teams.HTML(html)})
	must(t, err)
	return m
}

func wantKind(t *testing.T, err error, kind teams.Kind) {
	t.Helper()
	var refusal *teams.Error
	if !errors.As(err, &refusal) || refusal.Kind != kind {
		t.Errorf("got %v, want an error of kind %d", err, kind)
	}
}

func TestSeed(t *testing.T) {
	w := newWorld(t)
	channels, _ := w.Channels(w.bridge.Team)
	if len(channels) != 2 || channels[0].DisplayName != "General" || channels[1].DisplayName != "Bridge" {
		t.Errorf("channels: %+v", channels)
	}
	if joined := w.JoinedTeams("id-alex"); len(joined) != 1 || joined[0].DisplayName != "Demo Team" {
		t.Errorf("joined: %+v", joined)
	}
	if joined := w.JoinedTeams("id-guest"); len(joined) != 0 {
		t.Errorf("a stranger joined %+v", joined)
	}
	_, err := w.AddChannel(w.bridge.Team, "", "bridge", "")
	wantKind(t, err, teams.Conflict)
}

func TestPostHasTheShapeOfGraph(t *testing.T) {
	w := newWorld(t)
	root := w.post(t, alex, "", "hello <b>you</b>")
	reply := w.post(t, blake, root.ID, "hi")
	data, err := json.Marshal(reply)
	must(t, err)
	var got map[string]any
	must(t, json.Unmarshal(data, &got))
	for _, key := range []string{"id", "replyToId", "etag", "messageType", "createdDateTime", "lastModifiedDateTime",
		"lastEditedDateTime", "deletedDateTime", "subject", "summary", "chatId", "importance", "locale", "webUrl", "from",
		"body", "attachments", "mentions", "reactions", "channelIdentity", "policyViolation", "eventDetail"} {
		if _, ok := got[key]; !ok {
			t.Errorf("the message has no %s", key)
		}
	}
	if got["replyToId"] != string(root.ID) || got["locale"] != "en-us" || got["messageType"] != "message" {
		t.Errorf("message: %s", data)
	}
	user := got["from"].(map[string]any)["user"].(map[string]any)
	if user["displayName"] != "Blake Demo" || user["userIdentityType"] != "aadUser" || user["tenantId"] != tenant {
		t.Errorf("from.user: %v", user)
	}
	if root.Text() != "<p>hello <b>you</b></p>" {
		t.Errorf("body %q", root.Text())
	}
	if created := root.CreatedAt.Time().UnixMilli(); string(root.ID) != "1795435200000" || created != 1795435200000 {
		t.Errorf("id %s, created %d", root.ID, created)
	}
	if !strings.Contains(*reply.WebURL, "parentMessageId="+string(root.ID)) {
		t.Errorf("webUrl %s", *reply.WebURL)
	}
}

func TestWhoMayWrite(t *testing.T) {
	w := newWorld(t)
	draft := teams.Draft{Body: teams.Text("x")}
	for as, kind := range map[string]teams.Kind{guest: teams.Forbidden, poor: teams.Forbidden, "nobody@demo.example": teams.NotFound} {
		_, err := w.Post(as, w.bridge, "", draft)
		wantKind(t, err, kind)
	}
	m := w.post(t, alex, "", "mine")
	_, err := w.Edit(blake, m.Ref(), teams.Edit{Body: &draft.Body})
	wantKind(t, err, teams.Forbidden)
	_, err = w.Delete(blake, m.Ref())
	wantKind(t, err, teams.Forbidden)
	_, err = w.Post(alex, w.bridge, "17", draft)
	wantKind(t, err, teams.NotFound)
	_, err = w.Post(alex, teams.Place{Team: w.bridge.Team, Channel: "19:no@thread.tacv2"}, "", draft)
	wantKind(t, err, teams.NotFound)
	_, err = w.React(guest, m.Ref(), "👍")
	wantKind(t, err, teams.Forbidden)
	if len(w.changes) != 1 {
		t.Errorf("refused writes were announced: %+v", w.changes)
	}
}

func TestDraftsAreChecked(t *testing.T) {
	w := newWorld(t)
	ofBlake := teams.Mentioned{User: &teams.Identity{ID: "id-blake"}}
	of := func(who teams.Mentioned) teams.Draft {
		return teams.Draft{Body: teams.HTML(`<at id="0">N</at>`), Mentions: []teams.Mention{{MentionText: "N", Mentioned: who}}}
	}
	at := func(id int) []teams.Mention {
		return []teams.Mention{{ID: id, MentionText: "Blake", Mentioned: ofBlake}}
	}
	for name, c := range map[string]struct {
		draft teams.Draft
		kind  teams.Kind
	}{
		"no body":                 {teams.Draft{}, teams.Invalid},
		"unknown content type":    {teams.Draft{Body: teams.Body{ContentType: "markdown", Content: new(string)}}, teams.Invalid},
		"unknown importance":      {teams.Draft{Body: teams.Text("x"), Importance: "low"}, teams.Invalid},
		"mention without a place": {teams.Draft{Body: teams.HTML("x"), Mentions: at(0)}, teams.Invalid},
		"place without a mention": {teams.Draft{Body: teams.HTML(`<at id="1">B</at>`), Mentions: nil}, teams.Invalid},
		"mention of nobody":       {of(teams.Mentioned{}), teams.Invalid},
		"mention of two":          {of(teams.Mentioned{User: ofBlake.User, Tag: &teams.Identity{ID: "t"}}), teams.Invalid},
		"mention of some place":   {of(teams.Mentioned{Conversation: &teams.Conversation{ID: "c", Type: "room"}}), teams.Invalid},
		"two with one number":     {teams.Draft{Body: teams.HTML(`<at id="0">N</at>`), Mentions: append(at(0), at(0)...)}, teams.Invalid},
		"mention of a stranger": {teams.Draft{Body: teams.HTML(`<at id="0">N</at>`), Mentions: []teams.Mention{
			{MentionText: "N", Mentioned: teams.Mentioned{User: &teams.Identity{ID: "nobody"}}}}}, teams.Invalid},
		"attachment not placed": {teams.Draft{Body: teams.HTML("x"), Attachments: []teams.Attachment{{ID: "a"}}}, teams.Invalid},
		"over 28 KB":            {teams.Draft{Body: teams.Text(strings.Repeat("x", teams.MaxMessageBytes+1))}, teams.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Post(alex, w.bridge, "", c.draft)
			wantKind(t, err, c.kind)
		})
	}
	if _, err := w.Post(alex, w.bridge, "", teams.Draft{Body: teams.Text(strings.Repeat("x", teams.MaxMessageBytes))}); err != nil {
		t.Errorf("a message of just the limit: %v", err)
	}
	if _, err := w.Post(alex, w.bridge, "", teams.Draft{Body: teams.HTML(`<at id="0">Blake</at>`), Mentions: at(0)}); err != nil {
		t.Errorf("a mention: %v", err)
	}
}

func TestEditDeleteUndelete(t *testing.T) {
	w := newWorld(t)
	m := w.post(t, alex, "", "one")
	w.clock.add(time.Second)
	body := teams.HTML("two")
	edited, err := w.Edit(alex, m.Ref(), teams.Edit{Body: &body})
	must(t, err)
	if edited.Text() != "<p>two</p>" || edited.EditedAt == nil || edited.ETag == m.ETag || edited.CreatedAt != m.CreatedAt {
		t.Errorf("edited: %+v", edited)
	}
	if m.Text() != "<p>one</p>" {
		t.Error("a message that was handed out has changed")
	}
	deleted, err := w.Delete(alex, m.Ref())
	must(t, err)
	if deleted.From != nil || deleted.Body.Content != nil || deleted.Body.ContentType != "text" || deleted.DeletedAt == nil {
		t.Errorf("deleted: %+v", deleted)
	}
	_, err = w.Edit(alex, m.Ref(), teams.Edit{Body: &body})
	wantKind(t, err, teams.NotFound)
	_, err = w.Delete(alex, m.Ref())
	must(t, err)
	back, err := w.Undelete(alex, m.Ref())
	must(t, err)
	if back.Text() != "<p>two</p>" || back.From == nil || back.DeletedAt != nil {
		t.Errorf("undeleted: %+v", back)
	}
	var kinds []teams.ChangeType
	for _, c := range w.changes {
		kinds = append(kinds, c.Type)
	}
	if got, want := len(kinds), 4; got != want || kinds[1] != teams.Updated || kinds[2] != teams.Deleted || kinds[3] != teams.Updated {
		t.Errorf("announced %v", kinds)
	}
}

func TestReactions(t *testing.T) {
	w := newWorld(t)
	m := w.post(t, alex, "", "one")
	for _, step := range []struct {
		do    func(string, teams.Ref, string) (*teams.Message, error)
		as    string
		emoji string
		left  int
		moved bool
	}{
		{w.React, blake, "👍", 1, true},
		{w.React, blake, "👍", 1, false},
		{w.React, blake, "❤️", 2, true},
		{w.React, alex, "👍", 3, true},
		{w.Unreact, blake, "👍", 2, true},
		{w.Unreact, blake, "👍", 2, false},
	} {
		before, err := w.Message(m.Ref())
		must(t, err)
		after, err := step.do(step.as, m.Ref(), step.emoji)
		must(t, err)
		if len(after.Reactions) != step.left || (after.ETag != before.ETag) != step.moved || (after.ModifiedAt != before.ModifiedAt) != step.moved {
			t.Errorf("%+v: %d reactions, etag %s after %s", step, len(after.Reactions), after.ETag, before.ETag)
		}
	}
	_, err := w.React(blake, m.Ref(), "")
	wantKind(t, err, teams.Invalid)
}

func TestIDsAreUniqueInAChainOnly(t *testing.T) {
	w := newWorld(t)
	one, two := w.post(t, alex, "", "one"), w.post(t, alex, "", "two")
	if one.ID == two.ID {
		t.Fatal("two roots share an id")
	}
	first := w.post(t, blake, one.ID, "a")
	if other := w.post(t, blake, two.ID, "b"); other.ID == first.ID {
		t.Error("ids are reused without being asked for")
	}
	w.ReuseReplyIDs(true)
	again := w.post(t, blake, two.ID, "c")
	if again.ID != first.ID {
		t.Errorf("the reply got id %s, want %s again", again.ID, first.ID)
	}
	m, err := w.Message(again.Ref())
	must(t, err)
	if m.Text() != "<p>c</p>" {
		t.Errorf("the second chain's message is %q", m.Text())
	}
	_, err = w.Post(alex, w.bridge, one.ID, teams.Draft{ID: first.ID, Body: teams.Text("x")})
	wantKind(t, err, teams.Conflict)
}

func TestListsAreNewestFirst(t *testing.T) {
	w := newWorld(t)
	one := w.post(t, alex, "", "one")
	two := w.post(t, alex, "", "two")
	w.post(t, blake, one.ID, "a")
	b := w.post(t, blake, one.ID, "b")
	list, err := w.Messages(w.bridge)
	must(t, err)
	if len(list) != 2 || list[0].ID != two.ID {
		t.Errorf("messages: %+v", list)
	}
	replies, err := w.Replies(w.bridge, one.ID)
	must(t, err)
	if len(replies) != 2 || replies[0].ID != b.ID {
		t.Errorf("replies: %+v", replies)
	}
	w.Clear()
	must(t, w.Load(teams.DefaultSeed()))
	if list, _ := w.Messages(w.bridge); len(list) != 0 {
		t.Error("Clear left messages")
	}
}

func TestChanges(t *testing.T) {
	w := newWorld(t)
	ids := func(window teams.Window) (ids []teams.MessageID, delta teams.Delta) {
		t.Helper()
		if window.Limit == 0 {
			window.Limit = 50
		}
		delta, err := w.Changes(w.bridge, window)
		must(t, err)
		for _, m := range delta.Messages {
			ids = append(ids, m.ID)
		}
		return ids, delta
	}
	want := func(got []teams.MessageID, want ...teams.MessageID) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	one, two := w.post(t, alex, "", "one"), w.post(t, alex, "", "two")
	all, delta := ids(teams.Window{})
	want(all, one.ID, two.ID)
	cursor := delta.Cursor
	w.post(t, blake, two.ID, "reply")
	without, _ := ids(teams.Window{Cursor: cursor})
	want(without)
	with, _ := ids(teams.Window{Cursor: cursor, Replies: true})
	want(with, two.ID)
	_, err := w.React(blake, one.Ref(), "👍")
	must(t, err)
	reacted, _ := ids(teams.Window{Cursor: cursor})
	want(reacted, one.ID)
	none, _ := ids(teams.Window{Since: w.clock.Now().Add(time.Hour)})
	want(none)
	// One at a time, with a change between the pages: nothing is missed.
	first, page := ids(teams.Window{Limit: 1})
	want(first, two.ID)
	if !page.More {
		t.Error("the first page says that it is the last")
	}
	three := w.post(t, alex, "", "three")
	second, page := ids(teams.Window{Limit: 1, Cursor: page.Cursor})
	want(second, one.ID)
	third, page := ids(teams.Window{Limit: 1, Cursor: page.Cursor})
	want(third, three.ID)
	if page.More {
		t.Error("the last page says that there is more")
	}
}

func TestApplicationsAndEvents(t *testing.T) {
	w := newWorld(t)
	card := `{"title":"Poll"}`
	app := teams.Application{Name: "Polly"}
	m, err := w.PostAsApplication(app, w.bridge, "", teams.Draft{
		Body: teams.HTML(`<attachment id="1"></attachment>`), Attachments: []teams.Attachment{{ID: "1", ContentType: "application/vnd.microsoft.card.hero", Content: &card}},
	})
	must(t, err)
	if m.From.User != nil || m.From.Application.DisplayName != "Polly" || m.From.Application.ApplicationIdentityType != "bot" || m.WebURL == nil {
		t.Errorf("the application's message is %+v", m)
	}
	// Nobody else changes it.
	body := teams.HTML("mine")
	_, err = w.Edit(alex, m.Ref(), teams.Edit{Body: &body})
	wantKind(t, err, teams.Forbidden)
	_, err = w.Delete(alex, m.Ref())
	wantKind(t, err, teams.Forbidden)
	_, err = w.EditAsApplication(teams.Application{Name: "Other"}, m.Ref(), teams.Edit{Body: &body})
	wantKind(t, err, teams.Forbidden)
	edited, err := w.EditAsApplication(app, m.Ref(), teams.Edit{Body: &body})
	must(t, err)
	if edited.Text() != "<p>mine</p>" || edited.EditedAt == nil {
		t.Errorf("edited, it is %+v", edited)
	}
	event, err := w.Happen(w.bridge, json.RawMessage(`{"@odata.type":"#microsoft.graph.membersAddedEventMessageDetail","members":[]}`))
	must(t, err)
	if event.From != nil || event.Type != "unknownFutureValue" || event.Text() != "<systemEventMessage/>" || len(event.EventDetail) == 0 {
		t.Errorf("the event is %+v", event)
	}
	if _, err := w.Happen(w.bridge, json.RawMessage(`{}`)); err == nil {
		t.Error("an event without a type was taken")
	}
	if len(w.changes) != 3 || w.changes[1].Type != teams.Updated {
		t.Errorf("observers saw %d changes", len(w.changes))
	}
}

func TestReactionsWithEmojiOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	m, err := w.Post(alex, w.bridge, "", teams.Draft{Body: teams.Text("hello")})
	must(t, err)
	for range 2 {
		m, err = w.ReactWithOwn(blake, m.Ref(), "party")
		must(t, err)
	}
	if len(m.Reactions) != 1 || m.Reactions[0].Type != "custom" || *m.Reactions[0].DisplayName != "party" {
		t.Errorf("the reactions are %+v", m.Reactions)
	}
	m, err = w.UnreactWithOwn(blake, m.Ref(), "party")
	must(t, err)
	if len(m.Reactions) != 0 {
		t.Errorf("the reactions are %+v", m.Reactions)
	}
	// Graph sets none: it takes Unicode.
	_, err = w.React(blake, m.Ref(), "custom")
	wantKind(t, err, teams.Invalid)
}
