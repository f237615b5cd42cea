// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package admin_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/admin"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph/teamsapi"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/requestlog"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// bench is the API over HTTP with everything that it steers.
type bench struct {
	*httptest.Server
	admin.Parts
	resets int
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{}
	b.Clock = clock.New()
	b.Requests = requestlog.New(b.Clock)
	var err error
	if b.Directory, err = directory.New(b.Clock, directory.DefaultSeed()); err != nil {
		t.Fatal(err)
	}
	if b.Tokens, err = entra.New(b.Directory, b.Clock, "https://127.0.0.1"); err != nil {
		t.Fatal(err)
	}
	b.Teams = teams.New(b.Clock, b.Directory.Tenant().ID, teamsapi.PeopleOf(b.Directory))
	if err := b.Teams.Load(teams.DefaultSeed()); err != nil {
		t.Fatal(err)
	}
	b.Faults, b.Limits = faults.New(b.Clock), faults.NewLimits(b.Clock, func() int { return 1 })
	b.Subscriptions = notify.New(notify.Config{Clock: b.Clock})
	t.Cleanup(b.Subscriptions.Close)
	b.Reset = func() error { b.resets++; return nil }
	b.Server = httptest.NewServer(b.Requests.Middleware(admin.Handler(b.Parts)))
	t.Cleanup(b.Close)
	return b
}

// call sends a request below /_emulator and decodes the answer into v, if given.
func (b *bench) call(t *testing.T, status int, method, path, body string, v any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, b.URL+admin.Root+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != status {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, response.StatusCode, status, data)
	}
	if v != nil {
		if err := json.Unmarshal(data, v); err != nil {
			t.Fatalf("%s %s answered %q: %v", method, path, data, err)
		}
	}
}

func (b *bench) channel(t *testing.T) string {
	t.Helper()
	var list []struct {
		ID       string
		Channels []struct{ ID, DisplayName string }
		Members  []struct{ UserID, Role string }
	}
	b.call(t, 200, "GET", "/teams", "", &list)
	if len(list) != 1 || len(list[0].Channels) != 2 || len(list[0].Members) != 3 {
		t.Fatalf("teams: %+v", list)
	}
	return "/teams/" + list[0].ID + "/channels/" + url.PathEscape(list[0].Channels[1].ID)
}

func TestActAsSomebody(t *testing.T) {
	b := newBench(t)
	messages := b.channel(t) + "/messages"
	var root, reply, changed teams.Message
	b.call(t, 201, "POST", messages, `{"as": "alex@demo.example", "content": "hello"}`, &root)
	b.call(t, 201, "POST", messages, `{"as": "blake@demo.example", "content": "hi", "contentType": "text", "replyTo": "`+string(root.ID)+`", "id": "77"}`, &reply)
	if root.Text() != "<p>hello</p>" || reply.Text() != "hi" || reply.ID != "77" || *reply.ReplyToID != root.ID {
		t.Errorf("written: %+v, %+v", root, reply)
	}
	one, two := messages+"/"+string(root.ID), messages+"/"+string(root.ID)+"/replies/77"
	b.call(t, 200, "PATCH", one, `{"as": "alex@demo.example", "content": "changed"}`, &changed)
	if changed.Text() != "<p>changed</p>" {
		t.Errorf("edited: %+v", changed)
	}
	b.call(t, 201, "POST", two+"/reactions", `{"as": "alex@demo.example", "emoji": "👍"}`, &changed)
	if len(changed.Reactions) != 1 {
		t.Errorf("reacted: %+v", changed)
	}
	b.call(t, 200, "DELETE", two+"/reactions?as=alex@demo.example&emoji="+url.QueryEscape("👍"), "", nil)
	b.call(t, 200, "DELETE", two+"?as=blake@demo.example", "", &changed)
	if changed.DeletedAt == nil {
		t.Errorf("deleted: %+v", changed)
	}
	b.call(t, 201, "POST", two+"/undelete", `{"as": "blake@demo.example"}`, nil)
	var threads []struct {
		teams.Message
		Replies []teams.Message
	}
	b.call(t, 200, "GET", messages, "", &threads)
	if len(threads) != 1 || len(threads[0].Replies) != 1 || len(threads[0].Replies[0].Reactions) != 0 || threads[0].Replies[0].DeletedAt != nil {
		t.Errorf("threads: %+v", threads)
	}
	b.call(t, 403, "DELETE", one+"?as=blake@demo.example", "", nil)
	b.call(t, 404, "POST", messages, `{"as": "nobody@demo.example", "content": "x"}`, nil)
	b.call(t, 400, "POST", messages, `{"as": "alex@demo.example", "contents": "misspelt"}`, nil)
	b.call(t, 400, "POST", messages, ``, nil)
}

func TestChatsAreMadeAndWrittenIn(t *testing.T) {
	b := newBench(t)
	var chat struct {
		ID      string
		Members []string
	}
	b.call(t, 201, "POST", "/chats", `{"chatType": "oneOnOne", "members": ["alex@demo.example", "blake@demo.example"]}`, &chat)
	messages := "/chats/" + url.PathEscape(chat.ID) + "/messages"
	var written, changed teams.Message
	b.call(t, 201, "POST", messages, `{"as": "alex@demo.example", "content": "hello"}`, &written)
	b.call(t, 200, "PATCH", messages+"/"+string(written.ID), `{"as": "alex@demo.example", "content": "changed"}`, &changed)
	b.call(t, 403, "POST", messages, `{"as": "admin@demo.example", "content": "not a member"}`, nil)
	var list []struct {
		ID      string
		Members []string
	}
	b.call(t, 200, "GET", "/chats", "", &list)
	var there []teams.Message
	b.call(t, 200, "GET", messages, "", &there)
	if len(list) != 1 || len(list[0].Members) != 2 || len(there) != 1 || there[0].Text() != "<p>changed</p>" {
		t.Errorf("chats %+v, messages %+v", list, there)
	}
	b.call(t, 404, "GET", "/chats/19:none/messages", "", nil)
}

func TestTeamsCanBeMade(t *testing.T) {
	b := newBench(t)
	var made struct {
		ID       string
		Channels []struct{ ID string }
	}
	b.call(t, 201, "POST", "/teams", `{"displayName": "Second", "channels": [{"displayName": "Ops"}], "owners": ["alex@demo.example"]}`, &made)
	if len(made.Channels) != 2 {
		t.Errorf("made: %+v", made)
	}
	b.call(t, 201, "POST", "/teams/"+made.ID+"/channels", `{"displayName": "More"}`, nil)
	b.call(t, 409, "POST", "/teams/"+made.ID+"/channels", `{"displayName": "ops"}`, nil)
	b.call(t, 204, "PUT", "/teams/"+made.ID+"/members/blake@demo.example", ``, nil)
	b.call(t, 400, "PUT", "/teams/"+made.ID+"/members/blake@demo.example", `{"role": "king"}`, nil)
	if members, _ := b.Teams.Members(teams.TeamID(made.ID)); len(members) != 2 {
		t.Errorf("members: %+v", members)
	}
	b.call(t, 204, "DELETE", "/teams/"+made.ID+"/members/blake@demo.example", ``, nil)
	b.call(t, 200, "PUT", "/message-ids", `{"reuse": true}`, nil)
	if !b.Teams.ReusesReplyIDs() {
		t.Error("ids are not reused")
	}
}

func TestFaultsClockAndLimits(t *testing.T) {
	b := newBench(t)
	var rule faults.Rule
	b.call(t, 201, "POST", "/faults", `{"effect": "throttle", "route": "POST /teams/**", "retryAfter": "2s", "next": 3}`, &rule)
	b.call(t, 200, "GET", "/faults/"+rule.ID, "", &rule)
	b.call(t, 400, "POST", "/faults", `{"effect": "explode"}`, nil)
	b.call(t, 204, "DELETE", "/faults/"+rule.ID, "", nil)
	b.call(t, 404, "DELETE", "/faults/"+rule.ID, "", nil)
	b.call(t, 204, "DELETE", "/faults", "", nil)
	b.call(t, 204, "PUT", "/seed", `{"seed": 7}`, nil)
	var at struct{ Offset faults.Duration }
	b.call(t, 201, "POST", "/clock", `{"shift": "90m"}`, &at)
	if b.Clock.Offset().Minutes() != 90 || at.Offset.String() != "1h30m0s" {
		t.Errorf("offset %v, %v", b.Clock.Offset(), at.Offset)
	}
	b.call(t, 201, "POST", "/clock", `{"reset": true}`, nil)
	b.call(t, 400, "POST", "/clock", `{}`, nil)
	if b.Clock.Offset() != 0 {
		t.Errorf("offset %v after reset", b.Clock.Offset())
	}
	b.call(t, 200, "PUT", "/limits", `{"enabled": true}`, nil)
	if !b.Limits.Enabled() {
		t.Error("limits are off")
	}
	b.call(t, 400, "PUT", "/limits", `{}`, nil)
	b.call(t, 200, "PUT", "/delivery", `{"retryBase": "5ms"}`, nil)
	if s := b.Subscriptions.Settings(); s.RetryBase.Milliseconds() != 5 || s.MaxBatch != 50 {
		t.Errorf("delivery: %+v", s)
	}
	b.call(t, 200, "GET", "/deliveries?settled=5s", "", nil)
	b.call(t, 404, "POST", "/subscriptions/none/lifecycle", `{"event": "subscriptionRemoved"}`, nil)
	b.call(t, 404, "DELETE", "/subscriptions/none", "", nil)
}

func TestRequestsAreReadBack(t *testing.T) {
	b := newBench(t)
	response, err := http.Get(b.URL + "/v1.0/users?x=1")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	var list []requestlog.Entry
	b.call(t, 200, "GET", "/requests?method=get&path=/v1.0/", "", &list)
	if len(list) != 1 || list[0].Path != "/v1.0/users" {
		t.Errorf("requests: %+v", list)
	}
	b.call(t, 200, "GET", "/requests?status=599", "", &list)
	if len(list) != 0 {
		t.Errorf("requests with status 599: %+v", list)
	}
	b.call(t, 204, "DELETE", "/requests", "", nil)
	b.call(t, 200, "GET", "/requests", "", &list)
	if len(list) != 0 {
		t.Errorf("left: %+v", list)
	}
}

func TestRevocation(t *testing.T) {
	b := newBench(t)
	const app = directory.DemoProvisionerAppID
	b.call(t, 201, "POST", "/revoke/tokens", `{"appId": "`+app+`", "user": "alex@demo.example", "accessTokens": true}`, nil)
	b.call(t, 400, "POST", "/revoke/tokens", `{}`, nil)
	var revoked struct{ Permissions int }
	b.call(t, 201, "POST", "/revoke/consent", `{"appId": "`+app+`", "kind": "application", "permission": "User.ReadWrite.All"}`, &revoked)
	if revoked.Permissions != 1 {
		t.Errorf("%d permissions revoked", revoked.Permissions)
	}
	client, _ := b.Directory.ServicePrincipalByAppID(app)
	api, _ := b.Directory.ServicePrincipalByAppID("00000003-0000-0000-c000-000000000000")
	if _, err := b.Directory.CreateGrant(directory.Grant{ClientID: client.ID, ConsentType: directory.AllPrincipals, ResourceID: api.ID, Scope: "User.Read Chat.Read"}); err != nil {
		t.Fatal(err)
	}
	b.call(t, 201, "POST", "/revoke/consent", `{"appId": "`+app+`", "kind": "delegated", "permission": "Chat.Read"}`, &revoked)
	if grants := b.Directory.Grants(); revoked.Permissions != 1 || len(grants) != 1 || grants[0].Scope != "User.Read" {
		t.Errorf("%d revoked, left %+v", revoked.Permissions, grants)
	}
	b.call(t, 201, "POST", "/revoke/consent", `{"appId": "`+app+`"}`, &revoked)
	if len(b.Directory.Grants()) != 0 || len(b.Directory.Roles(client.ID, api.ID)) != 0 {
		t.Error("consent is left")
	}
	b.call(t, 404, "POST", "/revoke/consent", `{"appId": "none"}`, nil)
	b.call(t, 400, "PUT", "/issuers", `{"issuer": "https://issuer.example", "keys": {}}`, nil)
	b.call(t, 200, "PUT", "/password-policy", `{"mfaUsers": ["alex@demo.example"]}`, nil)
	b.call(t, 400, "PUT", "/password-policy", `{"mfaUsers": ["nobody"]}`, nil)
}

func TestStateAndReset(t *testing.T) {
	b := newBench(t)
	var state struct{ Users, Teams, Channels int }
	b.call(t, 200, "GET", "/state", "", &state)
	if state.Users != 3 || state.Teams != 1 || state.Channels != 2 {
		t.Errorf("state: %+v", state)
	}
	b.call(t, 204, "POST", "/reset", "", nil)
	if b.resets != 1 {
		t.Errorf("%d resets", b.resets)
	}
}

func TestRoutesAreListed(t *testing.T) {
	b := newBench(t)
	var list []struct{ Method, Path, Does string }
	b.call(t, 200, "GET", "/", "", &list)
	if len(list) < 30 {
		t.Errorf("%d routes", len(list))
	}
	b.call(t, 404, "GET", "/nothing", "", nil)
}

func TestOnlyThisMachineMayCall(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		remote, host, origin string
		status               int
	}{
		"loopback":                   {"127.0.0.1:5", "127.0.0.1:8443", "", 200},
		"loopback, IPv6":             {"[::1]:5", "localhost:8443", "", 200},
		"the emulator's own page":    {"127.0.0.1:5", "127.0.0.1:8443", "https://127.0.0.1:8443", 200},
		"another machine":            {"192.0.2.1:5", "127.0.0.1:8443", "", 403},
		"a name that was rebound":    {"127.0.0.1:5", "evil.example", "", 403},
		"another site's page":        {"127.0.0.1:5", "127.0.0.1:8443", "https://evil.example", 403},
		"a page without an origin":   {"127.0.0.1:5", "127.0.0.1:8443", "null", 403},
		"a page on another own port": {"127.0.0.1:5", "127.0.0.1:8443", "https://127.0.0.1:9", 403},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", admin.Root+"/clock", nil)
			r.RemoteAddr, r.Host = c.remote, c.host
			if c.origin != "" {
				r.Header.Set("Origin", c.origin)
			}
			w := httptest.NewRecorder()
			admin.Handler(b.Parts).ServeHTTP(w, r)
			if w.Code != c.status {
				t.Errorf("status %d, want %d: %s", w.Code, c.status, w.Body)
			}
		})
	}
}

// TestRoutesAreDocumented keeps the README in step with the routes. Routes of one message stand there once, shortened.
func TestRoutesAreDocumented(t *testing.T) {
	b := newBench(t)
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ Method, Path string }
	b.call(t, 200, "GET", "/", "", &list)
	for _, r := range list {
		path := strings.Replace(r.Path, "/messages/{root}/replies/{message}", "/messages/{message}", 1)
		path = strings.Replace(path, admin.Root+"/teams/{team}/channels/{channel}/messages/{message}", "…/messages/{message}", 1)
		path = strings.Replace(path, admin.Root+"/chats/{chat}/messages/{message}", "…/messages/{message}", 1)
		if !strings.Contains(string(readme), "`"+r.Method+" "+path) {
			t.Errorf("README.md does not explain %s %s", r.Method, r.Path)
		}
	}
}
