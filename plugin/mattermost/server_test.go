// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// api answers the few calls of the plugin API that a test sets. Its zero value is a server that is gone: over RPC every
// call then returns nothing at all.
type api struct {
	plugin.API
	created *model.Post
	failure *model.AppError
	user    *model.User
	direct  *model.Channel
	asked   []*model.Post
	directs int
	logged  []string
	admins  []*model.User
	config  *model.Config
}

func (a *api) CreatePost(post *model.Post) (*model.Post, *model.AppError) {
	a.asked = append(a.asked, post)
	return a.created, a.failure
}
func (a *api) GetUser(string) (*model.User, *model.AppError)           { return a.user, a.failure }
func (a *api) GetUserByUsername(string) (*model.User, *model.AppError) { return a.user, a.failure }
func (a *api) GetUsers(o *model.UserGetOptions) ([]*model.User, *model.AppError) {
	if o.Role != model.SystemAdminRoleId || !o.Active {
		return nil, nil
	}
	return a.admins, nil
}
func (a *api) GetChannel(string) (*model.Channel, *model.AppError) { return nil, a.failure }
func (a *api) GetTeamsForUser(string) ([]*model.Team, *model.AppError) {
	return []*model.Team{{Name: "red"}, {Name: "blue"}}, a.failure
}
func (a *api) GetDirectChannel(string, string) (*model.Channel, *model.AppError) {
	a.directs++
	return a.direct, a.failure
}
func (a *api) EnsureBotUser(*model.Bot) (string, error) { return "", nil }
func (a *api) LogWarn(message string, fields ...any) {
	line := message
	for _, f := range fields {
		line += " " + f.(string)
	}
	a.logged = append(a.logged, line)
}

func TestAPostIsMadeWithItsMapping(t *testing.T) {
	a := &api{created: &model.Post{Id: "p", ChannelId: "c", UserId: "bot", Message: "hello"}}
	s := mattermost.New(a, nil, "bot")
	post, err := s.CreatePost(t.Context(), bridge.NewPost{Channel: "c", Root: "r", Message: "hello", Mapping: "m"})
	if err != nil || post.ID != "p" || !post.Own {
		t.Errorf("post %+v, %v", post, err)
	}
	if asked := a.asked[0]; asked.UserId != "bot" || asked.RootId != "r" || asked.GetProp(bridge.MappingProp) != "m" {
		t.Errorf("asked for %+v", asked)
	}
	if _, err := s.CreatePost(t.Context(), bridge.NewPost{Channel: "c", Author: "alex"}); err != nil || a.asked[1].UserId != "alex" || len(a.asked[1].GetProps()) != 0 {
		t.Errorf("asked for %+v, %v", a.asked[1], err)
	}
}

func TestWhatAServerErrorMeans(t *testing.T) {
	for status, want := range map[int]bridge.Class{
		400: bridge.Permanent, 403: bridge.Permanent, 404: bridge.NotFound, 413: bridge.Permanent, 429: bridge.Retry, 500: bridge.Retry, 503: bridge.Retry,
	} {
		s := mattermost.New(&api{failure: &model.AppError{StatusCode: status, Message: "no", Id: "api.code"}}, nil, "bot")
		_, err := s.CreatePost(t.Context(), bridge.NewPost{Channel: "c"})
		if bridge.ClassOf(err) != want || !strings.Contains(err.Error(), "api.code") {
			t.Errorf("%d: %v, want class %v", status, err, want)
		}
	}
}

// TestAServerThatIsGoneIsAnError: the API then returns neither a result nor an error.
func TestAServerThatIsGoneIsAnError(t *testing.T) {
	s := mattermost.New(&api{}, nil, "bot")
	_, postErr := s.CreatePost(t.Context(), bridge.NewPost{Channel: "c"})
	if bridge.ClassOf(postErr) != bridge.Unknown {
		t.Errorf("a post: %v, want an unknown outcome", postErr)
	}
	_, userErr := s.User(t.Context(), "alex")
	_, channelErr := s.Channel(t.Context(), "c")
	_, botErr := mattermost.EnsureBot(&api{})
	for what, err := range map[string]error{"user": userErr, "channel": channelErr, "message": s.Notify(t.Context(), "alex", "x"), "bot": botErr} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

func TestAUserIsFoundByName(t *testing.T) {
	for name, c := range map[string]struct {
		api   *api
		known bool
		fails bool
	}{
		"known":   {&api{user: &model.User{Id: "u", Username: "alex"}}, true, false},
		"deleted": {&api{user: &model.User{Id: "u", DeleteAt: 1}}, false, false},
		"unknown": {&api{failure: &model.AppError{StatusCode: 404}}, false, false},
		"error":   {&api{failure: &model.AppError{StatusCode: 500}}, false, true},
		"gone":    {&api{}, false, true},
	} {
		user, known, err := mattermost.New(c.api, nil, "bot").UserByName(t.Context(), "alex")
		if known != c.known || (err != nil) != c.fails || known && user.ID != "u" {
			t.Errorf("%s: %+v, %v, %v", name, user, known, err)
		}
	}
}

func TestPostsAreClassified(t *testing.T) {
	s := mattermost.New(&api{}, nil, "bot")
	for name, c := range map[string]struct {
		post *model.Post
		want func(bridge.Post) bool
	}{
		"plain":    {&model.Post{UserId: "alex"}, func(p bridge.Post) bool { return !p.System && !p.Own && p.Mapping == "" && p.AuthorName == "" }},
		"join":     {&model.Post{Type: model.PostTypeJoinChannel}, func(p bridge.Post) bool { return p.System }},
		"custom":   {&model.Post{Type: "custom_poll"}, func(p bridge.Post) bool { return !p.System }},
		"own":      {&model.Post{UserId: "bot"}, func(p bridge.Post) bool { return p.Own }},
		"mapped":   {&model.Post{Props: model.StringInterface{bridge.MappingProp: "m"}}, func(p bridge.Post) bool { return p.Mapping == "m" }},
		"webhook":  {&model.Post{Props: model.StringInterface{"from_webhook": "true", "override_username": "CI"}}, func(p bridge.Post) bool { return p.AuthorName == "CI" }},
		"foreign":  {&model.Post{UserId: "alex", Props: model.StringInterface{"msteams_sync_bot": true}}, func(p bridge.Post) bool { return p.Foreign && !p.Own && p.Mapping == "" }},
		"pretends": {&model.Post{Props: model.StringInterface{"override_username": "CI"}}, func(p bridge.Post) bool { return p.AuthorName == "" }},
	} {
		if got := s.ToBridge(c.post); !c.want(got) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestPeople(t *testing.T) {
	for _, c := range []struct {
		user *model.User
		want bridge.User
	}{
		{&model.User{Username: "alex", Email: "alex@demo.example", Roles: "system_user"}, bridge.User{ID: "u", Username: "alex", DisplayName: "alex", Email: "alex@demo.example"}},
		{&model.User{Username: "alex", FirstName: "Alex", LastName: "Demo", Roles: "system_user system_admin"}, bridge.User{ID: "u", Username: "alex", DisplayName: "Alex Demo", SystemAdmin: true}},
		{&model.User{Username: "alex", Nickname: "Lex", FirstName: "Alex", Roles: "system_guest"}, bridge.User{ID: "u", Username: "alex", DisplayName: "Lex", Guest: true}},
		{&model.User{Username: "ci", IsBot: true}, bridge.User{ID: "u", Username: "ci", DisplayName: "ci", Bot: true}},
	} {
		got, err := mattermost.New(&api{user: c.user}, nil, "bot").User(t.Context(), "u")
		if err != nil || got != c.want {
			t.Errorf("%+v, %v; want %+v", got, err, c.want)
		}
	}
	names, err := mattermost.New(&api{}, nil, "bot").TeamNames(t.Context(), "u")
	if err != nil || strings.Join(names, " ") != "red blue" {
		t.Errorf("teams %v, %v", names, err)
	}
}

func TestNotifyOpensTheChannelOnce(t *testing.T) {
	a := &api{direct: &model.Channel{Id: "d"}, created: &model.Post{}}
	s := mattermost.New(a, nil, "bot")
	for range 2 {
		if err := s.Notify(t.Context(), "alex", "hello"); err != nil {
			t.Fatal(err)
		}
	}
	if a.directs != 1 || len(a.asked) != 2 || a.asked[1].ChannelId != "d" || a.asked[1].UserId != "bot" {
		t.Errorf("%d channels opened, asked for %+v", a.directs, a.asked)
	}
}

func TestAnOfferIsALink(t *testing.T) {
	a := &api{direct: &model.Channel{Id: "d"}, created: &model.Post{}}
	if err := mattermost.New(a, nil, "bot").Offer(t.Context(), "alex", "Connect, please.", "Connect", "https://chat.example.com/connect"); err != nil {
		t.Fatal(err)
	}
	post := a.asked[0]
	button := post.Attachments()
	if post.Message != "Connect, please." || len(button) != 1 || button[0].Title != "Connect" || button[0].TitleLink != "https://chat.example.com/connect" || !strings.Contains(button[0].Fallback, "https://") {
		t.Errorf("sent %+v with %+v", post, button)
	}
}

func TestSystemAdminsAreNotified(t *testing.T) {
	a := &api{direct: &model.Channel{Id: "d"}, created: &model.Post{}, admins: []*model.User{{Id: "root"}, {Id: "robot", IsBot: true}, {Id: "other", Locale: "de"}}}
	careful := mattermost.Notice{Text: texts.New("You are connected"), Label: texts.New("Open the plugin's settings"), Address: "https://chat.example.com/admin_console"}
	if err := mattermost.New(a, nil, "bot").NotifySystemAdmins(t.Context(), careful); err != nil {
		t.Fatal(err)
	}
	if len(a.asked) != 2 || a.asked[0].Message != "You are connected" || a.asked[1].Message != "Sie sind verbunden" {
		t.Fatalf("sent %+v; want one to each of the two people, in their language", a.asked)
	}
	if button := a.asked[1].Attachments(); len(button) != 1 || button[0].Title != "Plugin-Einstellungen öffnen" || button[0].TitleLink != careful.Address {
		t.Errorf("button %+v", button)
	}
	careful.Address = ""
	if err := mattermost.New(a, nil, "bot").NotifySystemAdmins(t.Context(), careful); err != nil || len(a.asked[2].Attachments()) != 0 {
		t.Errorf("without an address: %v, %+v", err, a.asked[2])
	}
	a = &api{admins: []*model.User{{Id: "root"}}, failure: &model.AppError{StatusCode: 500}}
	if err := mattermost.New(a, nil, "bot").NotifySystemAdmins(t.Context(), careful); err == nil {
		t.Error("nobody was told, and there is no error")
	}
}

func TestTheLogKeepsFields(t *testing.T) {
	a := &api{}
	log := mattermost.NewLog(a).With("node", 7).WithGroup("graph")
	log.Warn("slow", "status", 429, slog.Any("error", nil))
	if want := "slow node 7 graph.status 429 graph.error <nil>"; len(a.logged) != 1 || a.logged[0] != want {
		t.Errorf("logged %q, want %q", a.logged, want)
	}
}

func (a *api) GetConfig() *model.Config { return a.config }

// sockets is a server that sends websocket events.
type sockets struct {
	api
	license *model.License
	sent    []*model.WebsocketBroadcast
}

func (s *sockets) GetLicense() *model.License { return s.license }
func (s *sockets) GetConfig() *model.Config   { return s.config }
func (s *sockets) PublishWebSocketEvent(_ string, _ map[string]any, to *model.WebsocketBroadcast) {
	s.sent = append(s.sent, to)
}

// TestEventsReachOtherNodes: the plugin tells them, unless the server does.
func TestEventsReachOtherNodes(t *testing.T) {
	cluster := func(enable bool) *model.Config {
		return &model.Config{ClusterSettings: model.ClusterSettings{Enable: &enable}}
	}
	for name, c := range map[string]struct {
		license *model.License
		config  *model.Config
		told    int
	}{
		"without a licence":     {nil, cluster(true), 2},
		"not in a cluster":      {&model.License{}, cluster(false), 2},
		"in a licensed cluster": {&model.License{}, cluster(true), 0},
		"of which nothing is known, as the server is gone": {nil, nil, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := &sockets{api: api{config: c.config}, license: c.license}
			server := mattermost.New(s, nil, "bot")
			var told []mattermost.Event
			server.Elsewhere = func(e mattermost.Event) { told = append(told, e) }
			server.Publish("user_connected", "alex", nil)
			server.PublishToChannel("channel_linked", "town", map[string]any{"channel_id": "town"})
			server.PublishHere(mattermost.Event{Name: "link_mark", Channel: "town"})
			if len(told) != c.told || len(told) > 0 && (told[0].User != "alex" || told[1].Channel != "town" || told[1].Data["channel_id"] != "town") {
				t.Errorf("others are told %+v", told)
			}
			if len(s.sent) != 3 || s.sent[0].UserId != "alex" || s.sent[1].ChannelId != "town" || s.sent[2].ChannelId != "town" {
				t.Errorf("sent here to %+v", s.sent)
			}
		})
	}
}

// Calls of the plugin API cannot be cut off. A process that was paused between its intent and the call must not make it: another
// one may have made it since.
func TestNothingIsChangedWhenTheTimeIsOver(t *testing.T) {
	server := mattermost.New(nil, nil, "bot") // any call ends in a panic
	over, cancel := context.WithCancel(t.Context())
	cancel()
	reaction := bridge.PostReaction{User: "user", Emoji: "👍"}
	for name, call := range map[string]func() error{
		"create a post": func() error {
			_, err := server.CreatePost(over, bridge.NewPost{Channel: "channel", Message: "text"})
			return err
		},
		"edit a post":          func() error { _, err := server.UpdatePost(over, "post", "text"); return err },
		"edit a post's files":  func() error { _, err := server.UpdatePostFiles(over, "post", "text", nil); return err },
		"delete a post":        func() error { return server.DeletePost(over, "post") },
		"add a reaction":       func() error { return server.AddReaction(over, "post", reaction) },
		"take a reaction away": func() error { return server.RemoveReaction(over, "post", reaction) },
	} {
		err := call()
		if bridge.ClassOf(err) != bridge.Retry || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want a failure that may be repeated", name, err)
		}
	}
}
