// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph/teamsapi"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/web"
)

const alex = "alex@demo.example"

type site struct {
	*httptest.Server
	teams *teams.State
	place teams.Place
}

func newSite(t *testing.T) *site {
	t.Helper()
	now := clock.New()
	dir, err := directory.New(now, directory.DefaultSeed())
	if err != nil {
		t.Fatal(err)
	}
	s := &site{teams: teams.New(now, dir.Tenant().ID, teamsapi.PeopleOf(dir))}
	if err := s.teams.Load(teams.DefaultSeed()); err != nil {
		t.Fatal(err)
	}
	team := s.teams.Teams()[0]
	channels, err := s.teams.Channels(team.ID)
	if err != nil {
		t.Fatal(err)
	}
	s.place = teams.Place{Team: team.ID, Channel: channels[1].ID}
	subs := notify.New(notify.Config{Clock: now})
	t.Cleanup(subs.Close)
	s.Server = httptest.NewServer(web.Handler(web.Parts{Clock: now, Directory: dir, Teams: s.teams, Subscriptions: subs}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) get(t *testing.T, etag string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/?channel="+url.QueryEscape(string(s.place.Channel)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestPageShowsTeamsMessagesAndApplications(t *testing.T) {
	s := newSite(t)
	root, err := s.teams.Post(alex, s.place, "", teams.Draft{Body: teams.HTML(`hello <b>you</b>`)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.teams.Post("blake@demo.example", s.place, root.ID, teams.Draft{Body: teams.Text(`1 < 2 <script>`)}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.teams.React(alex, root.Ref(), "👍"); err != nil {
		t.Fatal(err)
	}
	response, body := s.get(t, "")
	for _, want := range []string{"Demo Team", "Bridge", "hello <b>you</b>", "1 &lt; 2 &lt;script&gt;", "Blake Demo", "👍 1", "Demo Provisioner", directory.DemoProvisionerAppID, "User.ReadWrite.All", `data-root="` + string(root.ID)} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if strings.Contains(body, directory.DemoProvisionerSecret) {
		t.Error("the page shows a secret")
	}
	if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy %q", policy)
	}
}

func TestPageShowsChats(t *testing.T) {
	s := newSite(t)
	chat, err := s.teams.CreateChat(teams.ChatDraft{Type: teams.OneOnOne, Members: []teams.ChatMember{{Person: teams.Person{ID: alex}}, {Person: teams.Person{ID: "blake@demo.example"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.teams.Post(alex, teams.Place{Chat: chat.ID}, "", teams.Draft{Body: teams.HTML("between <i>us</i>")}); err != nil {
		t.Fatal(err)
	}
	if _, body := s.get(t, ""); !strings.Contains(body, ">Alex Demo, Blake Demo</a>") || strings.Contains(body, "between") || !strings.Contains(body, `data-do="reply"`) && strings.Contains(body, "data-id") {
		t.Error("the channel's page does not name the chat, or shows it")
	}
	response, err := http.Get(s.URL + "/?chat=" + url.QueryEscape(string(chat.ID)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	body := string(content)
	for _, want := range []string{"Chats › Alex Demo, Blake Demo", "between <i>us</i>", `data-chat="` + string(chat.ID), "Blake Demo (blake@demo.example)", `data-do="edit"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if strings.Contains(body, `data-do="reply"`) {
		t.Error("chats have no replies")
	}
}

func TestPageSaysWhenNothingHasChanged(t *testing.T) {
	s := newSite(t)
	first, _ := s.get(t, "")
	etag := first.Header.Get("ETag")
	if again, _ := s.get(t, etag); again.StatusCode != http.StatusNotModified {
		t.Errorf("status %d without news", again.StatusCode)
	}
	m, err := s.teams.Post(alex, s.place, "", teams.Draft{Body: teams.HTML("news")})
	if err != nil {
		t.Fatal(err)
	}
	if again, body := s.get(t, etag); again.StatusCode != http.StatusOK || !strings.Contains(body, "news") {
		t.Errorf("status %d with news", again.StatusCode)
	}
	if _, err := s.teams.Delete(alex, m.Ref()); err != nil {
		t.Fatal(err)
	}
	if _, body := s.get(t, ""); strings.Contains(body, "<p>news</p>") || !strings.Contains(body, "has been deleted") {
		t.Error("a deleted message is shown")
	}
}

func TestPageCanOnlyBeRead(t *testing.T) {
	s := newSite(t)
	response, err := http.Post(s.URL+"/", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("status %d", response.StatusCode)
	}
}
