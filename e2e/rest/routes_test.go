//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package rest_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/signin"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
)

// TestRoutes calls every route as everybody, with good and with bad requests, and compares all answers with openapi.yaml.
func TestRoutes(t *testing.T) {
	d := newDescribedAnswers(t)
	testRoles(t, d)
	testBadRequests(t, d)
	testGoodRequests(t, d)
	for _, route := range httpapi.Routes() {
		name := route.Method + " " + route.Path
		var good, bad bool
		for status := range d.seen[name] {
			good, bad = good || status < http.StatusBadRequest, bad || status >= http.StatusBadRequest
		}
		if !good || !bad {
			t.Errorf("%s was seen to answer %v; a success and a refusal are wanted: add what is missing to this test", name, d.seen[name])
		}
	}
}

var pathValue = regexp.MustCompile(`\{\w+\}`)

// somewhere fills a path in: with the channel and the post that there are, else with what there is not.
func somewhere(path string) string {
	path = strings.NewReplacer("{channel_id}", shared.channel.Id, "{post_id}", shared.post.Id).Replace(path)
	return pathValue.ReplaceAllString(path, "nothing")
}

// ofAuthors are the routes about a post that are for its author and system admins alone: shared.post is reader's.
var ofAuthors = map[string]bool{"POST /api/v1/posts/{post_id}/retry": true}

// neverBots are the routes that a bot account of Mattermost is refused although it is a user.
var neverBots = map[string]bool{"GET /connect": true}

// asked returns a request that gets as far as the question who may ask.
func asked(name string) string {
	if name == "POST /api/v1/links" { // the channel is in the body
		return `{"channel_id":"` + shared.channel.Id + `","teams_team_id":"nothing","teams_channel_id":"nothing"}`
	}
	return "{}"
}

// testRoles tries every route as everybody. Who may call it is answered about the request itself, for which {} is
// rarely right.
func testRoles(t *testing.T, d *describedAnswers) {
	callers := []struct {
		role httpapi.Role
		user *stack.User
	}{
		{httpapi.Anonymous, nil}, {httpapi.User, shared.somebody}, {httpapi.ChannelReader, shared.reader},
		{httpapi.ChannelAdmin, shared.chief}, {httpapi.SystemAdmin, shared.root},
		{httpapi.ChannelReader, shared.guest}, {httpapi.ChannelReader, shared.robot}, // no more than any other member
	}
	for _, route := range httpapi.Routes() {
		name := route.Method + " " + route.Path
		body := ""
		if route.MaxBody > 0 {
			body = asked(name)
		}
		for _, c := range callers {
			got := d.ask(c.user, route.Method, somewhere(route.Path), body)
			refused := got.status == http.StatusUnauthorized || got.status == http.StatusForbidden
			if refused && strings.Contains(string(got.body), `"not_connected"`) {
				refused = false // who has no Teams account yet may ask all the same
			}
			switch {
			case c.user == shared.robot && neverBots[name]:
				if got.status != http.StatusForbidden {
					t.Errorf("%s as a bot answers %d %s", name, got.status, got.body)
				}
			case c.role >= route.Role:
				if refused && !(ofAuthors[name] && c.user != shared.reader && c.user != shared.root) {
					t.Errorf("%s as %s answers %d %s", name, c.role, got.status, got.body)
				}
			case c.role == httpapi.Anonymous:
				if got.status != http.StatusUnauthorized {
					t.Errorf("%s as nobody answers %d %s", name, got.status, got.body)
				}
			case got.status != http.StatusForbidden:
				t.Errorf("%s as %s answers %d %s", name, c.role, got.status, got.body)
			}
		}
	}
}

// TestGuestsAndBotsAreNeverAskedToConnect: the prompt would lock them out.
func TestGuestsAndBotsAreNeverAskedToConnect(t *testing.T) {
	if err := shared.configure(t.Context(), map[string]any{"enforceconnectedusers": true}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		user *stack.User
		want bool
	}{
		"a user": {shared.somebody, true}, "a guest": {shared.guest, false}, "a bot": {shared.robot, false}, "a system admin": {shared.root, false},
	} {
		got := plain(t, c.user, "GET", "/needsConnect", "", nil)
		if got.status != http.StatusOK || strings.Contains(string(got.body), `"needsConnect":true`) != c.want {
			t.Errorf("%s is answered %d %s", name, got.status, got.body)
		}
	}
	me, _, err := shared.guest.Client.GetMe(t.Context(), "")
	if err != nil || !me.IsGuest() {
		t.Errorf("the guest is %+v, %v", me, err)
	}
	if err := shared.configure(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

// testBadRequests sends every route that takes a body what it cannot take.
func testBadRequests(t *testing.T, d *describedAnswers) {
	for _, route := range httpapi.Routes() {
		if route.MaxBody == 0 {
			continue
		}
		name, path := route.Method+" "+route.Path, somewhere(route.Path)
		for body, want := range map[string]int{"no JSON": http.StatusBadRequest, `{"x":"` + strings.Repeat("x", int(route.MaxBody)) + `"}`: http.StatusRequestEntityTooLarge} {
			if got := d.ask(shared.root, route.Method, path, body); got.status != want {
				t.Errorf("%s with %.20q… answers %d, want %d: %s", name, body, got.status, want, got.body)
			}
		}
	}
}

// testGoodRequests walks through what can be done, one thing after the other.
func testGoodRequests(t *testing.T, d *describedAnswers) {
	w := &shared
	good := func(user *stack.User, want int, method, path, body string) answer {
		t.Helper()
		got := d.ask(user, method, path, body)
		if got.status != want {
			t.Errorf("%s %s answers %d, want %d: %s", method, path, got.status, want, got.body)
		}
		return got
	}

	// Notifications.
	for _, path := range []string{"/changes", "/lifecycle"} {
		good(nil, http.StatusOK, "POST", path+"?validationToken=Validation%3A+Testing", "")
		good(nil, http.StatusAccepted, "POST", path, `{"value":[]}`)
	}

	// An account.
	good(w.reader, http.StatusOK, "GET", "/needsConnect", "")
	good(w.reader, http.StatusOK, "GET", "/connection-status", "")
	d.connect(t, w.reader, stack.DemoCredentials("blake"))
	good(w.reader, http.StatusOK, "GET", "/api/v1/my/connection", "")
	good(w.root, http.StatusOK, "GET", "/api/v1/connected-users?page=0&per_page=1", "")
	good(w.root, http.StatusOK, "GET", "/api/v1/connected-users?format=csv", "")
	good(w.root, http.StatusBadRequest, "GET", "/api/v1/connected-users?format=pdf", "")
	if got := good(w.reader, http.StatusOK, "GET", "/connection-status", ""); got.field(t, "email") != w.reader.Email {
		t.Errorf("connected with %s", got.body)
	}

	// What there is, and whether it works.
	good(w.root, http.StatusOK, "GET", "/api/v1/metrics", "")
	good(w.root, http.StatusOK, "POST", "/api/v1/config/fingerprints", `{"salt":"`+base64.StdEncoding.EncodeToString(make([]byte, 16))+`"}`)
	good(w.root, http.StatusOK, "POST", "/api/v1/checks/credentials", "")
	good(w.root, http.StatusOK, "POST", "/api/v1/checks/webhook", "")
	if got := good(w.root, http.StatusOK, "POST", "/api/v1/checks/consent", ""); got.field(t, "code") != "no_account" {
		t.Errorf("without an account it is found that %s", got.body)
	}

	// Certificates.
	made := good(w.root, http.StatusCreated, "POST", "/api/v1/certificates", `{"subject":"CN=Sync","valid_for_seconds":86400}`)
	good(w.root, http.StatusOK, "GET", "/api/v1/certificates", "")
	good(w.root, http.StatusNoContent, "DELETE", "/api/v1/certificates/"+made.field(t, "id"), "")
	good(w.root, http.StatusNotFound, "DELETE", "/api/v1/certificates/"+made.field(t, "id"), "")

	// Teams and channels.
	team := "/api/v1/teams/" + url.PathEscape(string(w.place.Team))
	good(w.root, http.StatusOK, "GET", "/api/v1/teams", "")
	good(w.root, http.StatusOK, "GET", team, "")
	good(w.root, http.StatusOK, "GET", team+"/channels?name=REST", "")
	good(w.root, http.StatusNotFound, "GET", "/api/v1/teams/00000000-0000-4000-8000-000000000000/channels", "")

	// A bot.
	bot := good(w.root, http.StatusCreated, "POST", "/api/v1/bots", `{"username":"`+w.bot.Login+`","password":"`+w.bot.Password+`"}`)
	good(w.root, http.StatusUnprocessableEntity, "POST", "/api/v1/bots", `{"username":"`+w.bot.Login+`","password":"wrong"}`)
	good(w.root, http.StatusOK, "GET", "/api/v1/bots", "")
	if got := good(w.root, http.StatusOK, "POST", "/api/v1/checks/consent", ""); !strings.Contains(string(got.body), `"ok":true`) {
		t.Errorf("as the bot it is found that %s", got.body)
	}

	// A link.
	link := `{"channel_id":"` + w.channel.Id + `","teams_team_id":"` + string(w.place.Team) + `","teams_channel_id":"` + string(w.place.Channel) + `"}`
	good(w.root, http.StatusCreated, "POST", "/api/v1/links", link)
	good(w.root, http.StatusConflict, "POST", "/api/v1/links", link)
	good(w.root, http.StatusOK, "GET", "/api/v1/links", "")
	good(w.chief, http.StatusAccepted, "POST", "/api/v1/links/"+w.channel.Id+"/resync", "")
	good(w.reader, http.StatusOK, "GET", "/api/v1/posts/"+w.post.Id+"/sync", "")
	good(w.reader, http.StatusNotFound, "GET", "/api/v1/posts/"+w.channel.Id+"/sync", "")
	good(w.reader, http.StatusOK, "POST", "/api/v1/posts/sync", `{"post_ids":["`+w.post.Id+`"]}`)
	good(w.reader, http.StatusOK, "GET", "/api/v1/my/linked-channels", "")

	// Who writes in a linked channel without an account is invited to connect one.
	if _, _, err := w.chief.Client.CreatePost(t.Context(), &model.Post{ChannelId: w.channel.Id, Message: "Another."}); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if got := good(w.root, http.StatusOK, "GET", "/api/v1/invites", ""); !strings.Contains(string(got.body), w.chief.ID) {
			return fmt.Errorf("the invitations are %s", got.body)
		}
		return nil
	})
	good(w.root, http.StatusNoContent, "DELETE", "/api/v1/invites/"+w.chief.ID, "")

	good(w.root, http.StatusOK, "GET", "/api/v1/dead-letters?limit=5", "")
	good(w.root, http.StatusBadRequest, "GET", "/api/v1/dead-letters?limit=many", "")
	good(w.root, http.StatusAccepted, "POST", "/api/v1/dead-letters/retry", `{"channel_id":"`+w.channel.Id+`"}`)
	if got := good(w.root, http.StatusOK, "GET", "/api/v1/status", ""); got.field(t, "state") != "running" {
		t.Errorf("the status is %s", got.body)
	}
	good(w.root, http.StatusNoContent, "DELETE", "/api/v1/links/"+w.channel.Id, "")
	good(w.root, http.StatusNoContent, "DELETE", "/api/v1/bots/"+bot.field(t, "id"), "")

	// A link that a channel admin makes, with a system admin's approval.
	if err := w.configure(t.Context(), map[string]any{"linkapprovalrequired": true}); err != nil {
		t.Fatal(err)
	}
	d.connect(t, w.chief, stack.DemoCredentials("casey"))
	good(w.chief, http.StatusOK, "GET", "/api/v1/my/channels?q=rest", "")
	good(w.chief, http.StatusOK, "GET", "/api/v1/my/teams?q=de", "")
	good(w.chief, http.StatusOK, "GET", "/api/v1/my/teams/"+url.PathEscape(string(w.place.Team))+"/channels", "")
	for _, path := range []string{"links", "channels", "teams", "teams/x/channels"} {
		good(w.chief, http.StatusBadRequest, "GET", "/api/v1/my/"+path+"?page=-1", "")
	}
	mine := "/api/v1/my/channels/" + w.channel.Id + "/link"
	good(w.reader, http.StatusOK, "GET", mine, "")
	asked := good(w.chief, http.StatusAccepted, "POST", "/api/v1/links", link)
	good(w.reader, http.StatusOK, "GET", "/api/v1/my/links?q=rest", "")
	good(w.root, http.StatusOK, "GET", "/api/v1/link-requests", "")
	good(w.root, http.StatusNoContent, "POST", "/api/v1/link-requests/"+asked.field(t, "id")+"/refuse", `{"reason":"Not yet."}`)
	good(w.root, http.StatusNotFound, "POST", "/api/v1/link-requests/"+asked.field(t, "id")+"/approve", "")
	asked = good(w.chief, http.StatusAccepted, "POST", "/api/v1/links", link)
	good(w.root, http.StatusCreated, "POST", "/api/v1/link-requests/"+asked.field(t, "id")+"/approve", "")
	good(w.reader, http.StatusOK, "GET", mine, "")
	good(w.reader, http.StatusOK, "GET", "/api/v1/my/links?q=rest", "")
	good(w.chief, http.StatusNoContent, "DELETE", "/api/v1/links/"+w.channel.Id, "")
	good(w.root, http.StatusOK, "GET", "/api/v1/links/audit?channel_id="+w.channel.Id, "")
	good(w.root, http.StatusBadRequest, "GET", "/api/v1/links/audit?page=x", "")

	// Who may connect.
	good(w.root, http.StatusOK, "PUT", "/api/v1/whitelist", `{"users":["`+w.reader.Email+`"]}`)
	good(w.root, http.StatusOK, "GET", "/api/v1/whitelist", "")
	good(w.root, http.StatusOK, "GET", "/api/v1/whitelist?format=csv", "")
	d.upload(t, "/api/v1/whitelist", "email\n"+w.reader.Email+"\nno such thing\n", http.StatusOK)
	d.upload(t, "/api/v1/whitelist", "\n", http.StatusBadRequest)
	mapping := "/api/v1/account-mappings/" + w.chief.ID
	good(w.root, http.StatusOK, "PUT", mapping, `{"teams_user":"`+w.bot.Login+`"}`)
	good(w.root, http.StatusOK, "GET", "/api/v1/account-mappings", "")
	good(w.root, http.StatusNoContent, "DELETE", mapping, "")
	good(w.reader, http.StatusOK, "POST", "/api/v1/my/disconnect", "")
	good(w.root, http.StatusNoContent, "DELETE", "/api/v1/connected-users/"+w.chief.ID, "")
	good(w.root, http.StatusNotFound, "DELETE", "/api/v1/connected-users/"+w.chief.ID, "")
}

// upload puts a CSV file as the system admin.
func (d *describedAnswers) upload(t *testing.T, path, file string, want int) {
	t.Helper()
	got := send(t, d, http.MethodPut, path, file, http.Header{"Authorization": {"Bearer " + shared.root.Client.AuthToken}, "Content-Type": {"text/csv"}})
	if got.status != want {
		t.Errorf("a file for %s answers %d, want %d: %s", path, got.status, want, got.body)
	}
}

// eventually waits until a look finds no fault.
func eventually(t *testing.T, look func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := process.Until(ctx, func(context.Context) error { return look() }); err != nil {
		t.Fatal(err)
	}
}

// connect has a browser walk from /connect through Microsoft's pages to /oauth-redirect.
func (d *describedAnswers) connect(t *testing.T, user *stack.User, who signin.Credentials) {
	t.Helper()
	browser, err := signin.NewBrowser(d)
	if err != nil {
		t.Fatal(err)
	}
	if err := browser.SetCookies(shared.Mattermost.URL, &http.Cookie{Name: "MMAUTHTOKEN", Value: user.Client.AuthToken, Path: "/", Secure: true}); err != nil {
		t.Fatal(err)
	}
	page, err := browser.Walk(t.Context(), catalog.PluginURL(shared.Mattermost.URL, "/connect"), who)
	if err != nil || page.Status != http.StatusOK {
		t.Fatalf("connecting %s ended with %d %s: %v", user.Username, page.Status, page.Text, err)
	}
}
