//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// myConnection is what a user is told of the own connection.
type myConnection struct {
	Connected      bool   `json:"connected"`
	CanConnect     bool   `json:"can_connect"`
	NeedsReconnect bool   `json:"needs_reconnect"`
	Reason         string `json:"reason"`
	EmailMustMatch string `json:"email_must_match"`
	TeamsAccount   *struct {
		DisplayName       string `json:"display_name"`
		UserPrincipalName string `json:"user_principal_name"`
	} `json:"teams_account"`
}

// as asks the plugin as a user with a token, and reads a good answer into v.
func as(t *testing.T, user *stack.User, method, route string, v any) (status int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, catalog.PluginURL(shared.Mattermost.URL, route), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+user.Client.AuthToken)
	response, err := shared.Mattermost.HTTPClient().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode < 300 && v != nil {
		if err := json.NewDecoder(response.Body).Decode(v); err != nil {
			t.Fatalf("%s %s answers %s: %v", method, route, response.Status, err)
		}
	}
	return response.StatusCode
}

// join makes somebody a member of the team and of a channel.
func join(t *testing.T, user *stack.User, channel string) {
	t.Helper()
	admin := shared.Mattermost.Client()
	if _, _, err := admin.AddTeamMember(t.Context(), shared.team.Id, user.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := admin.AddChannelMember(t.Context(), channel, user.ID); err != nil {
		t.Fatal(err)
	}
}

// TestPeopleSeeAndEndTheirConnection: over the interface that the prompt, the settings and the sidebar use, while connecting is
// enforced; the slash command says the same.
func TestPeopleSeeAndEndTheirConnection(t *testing.T) {
	l := newLink(t)
	user := newPerson(t, "harper")
	join(t, user, l.channel.Id)
	set(t, map[string]any{"enforceconnectedusers": true})
	var now myConnection
	if as(t, user, http.MethodGet, "/api/v1/my/connection", &now); now.Connected || !now.CanConnect || now.EmailMustMatch != user.Email || now.TeamsAccount != nil {
		t.Errorf("before: %+v", now)
	}
	if err := shared.Connect(t.Context(), user, stack.DemoCredentials("harper")); err != nil {
		t.Fatal(err)
	}
	if as(t, user, http.MethodGet, "/api/v1/my/connection", &now); !now.Connected || now.TeamsAccount == nil || now.TeamsAccount.UserPrincipalName != "harper@demo.example" || now.TeamsAccount.DisplayName != "harper Demo" {
		t.Errorf("connected: %+v", now)
	}
	said := func(want string) {
		t.Helper()
		if answer, err := shared.Command(t.Context(), user, l.channel.Id, "/msteams-sync status"); err != nil || !strings.Contains(answer, want) {
			t.Errorf("the command says %q, %v, want %q", answer, err, want)
		}
	}
	said("`harper@demo.example` of harper Demo")
	// A page of somebody else's cannot do it in the user's browser.
	answer, err := browser(t, user).Post(catalog.PluginURL(shared.Mattermost.URL, "/api/v1/my/disconnect"), "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("without the CSRF token it answers %s", answer.Status)
	}
	said("You are connected")
	now = myConnection{}
	if status := as(t, user, http.MethodPost, "/api/v1/my/disconnect", &now); status != http.StatusOK || now.Connected || now.TeamsAccount != nil || !now.CanConnect {
		t.Errorf("disconnecting answers %d: %+v", status, now)
	}
	said("You are not connected")
}

// TestSystemAdminsEndConnections: with the slash command, over REST, and by deactivating the user; a user alone cannot end that of
// somebody else.
func TestSystemAdminsEndConnections(t *testing.T) {
	l := newLink(t)
	user, root := newPerson(t, "marion"), shared.Mattermost.Admin()
	join(t, user, l.channel.Id)
	connect := func() {
		t.Helper()
		if err := shared.Connect(t.Context(), user, stack.DemoCredentials("marion")); err != nil {
			t.Fatal(err)
		}
	}
	connected := func() bool {
		t.Helper()
		var report struct {
			Users []struct{ Username string }
			Total int
		}
		if status := as(t, root, http.MethodGet, "/api/v1/connected-users?per_page=200", &report); status != http.StatusOK || report.Total > 200 {
			t.Fatalf("the report answers %d, %d users", status, report.Total)
		}
		return slices.ContainsFunc(report.Users, func(u struct{ Username string }) bool { return u.Username == user.Username })
	}
	connect()
	if answer, err := shared.Command(t.Context(), shared.blake, l.channel.Id, "/msteams-sync disconnect-user @marion"); err != nil || !strings.Contains(answer, "Only system admins") {
		t.Errorf("a user is answered %q, %v", answer, err)
	}
	if status := as(t, shared.blake, http.MethodDelete, "/api/v1/connected-users/"+user.ID, nil); status != http.StatusForbidden || !connected() {
		t.Errorf("a user is answered %d", status)
	}
	if answer, err := shared.Command(t.Context(), root, l.channel.Id, "/msteams-sync disconnect-user @marion"); err != nil || !strings.Contains(answer, "`marion@demo.example` of @marion is disconnected") || connected() {
		t.Errorf("the command answers %q, %v", answer, err)
	}
	direct := channelWith(t, user, model.ChannelTypeDirect, "The system admin @"+root.Username+" ended your connection with the Microsoft Teams account marion@demo.example")
	if n := buttons(t, user, direct.Id, "Connect again"); n != 1 {
		t.Errorf("the message has %d buttons that lead to the log-in", n)
	}

	connect()
	if status := as(t, root, http.MethodDelete, "/api/v1/connected-users/"+user.ID, nil); status != http.StatusNoContent || connected() {
		t.Errorf("ending it answers %d", status)
	}
	connect()
	if _, err := root.Client.DeleteUser(t.Context(), user.ID); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(context.Context) error {
		if connected() {
			return errors.New("the deactivated user is connected")
		}
		return nil
	})
}

// buttons counts the messages of a channel with a button that leads to the log-in.
func buttons(t *testing.T, user *stack.User, channel, label string) (n int) {
	t.Helper()
	posts, _, err := user.Client.GetPostsForChannel(t.Context(), channel, 0, 100, "", false, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, post := range posts.Posts {
		for _, attachment := range post.Attachments() {
			if attachment.Title == label && attachment.TitleLink == catalog.PluginURL(shared.Mattermost.URL, "/connect") {
				n++
			}
		}
	}
	return n
}

// TestWhoeverWritesInALinkedChannelIsInvited: or has the web app open, once; a system admin sees it.
func TestWhoeverWritesInALinkedChannelIsInvited(t *testing.T) {
	l := newLink(t)
	writer, reader := newPerson(t, "jules"), newPerson(t, "kelly")
	join(t, writer, l.channel.Id)
	join(t, reader, l.channel.Id)
	set(t, map[string]any{"connectedusersmaxpendinginvites": 2})
	l.write(t, writer, "", "hello from jules")
	told(t, writer, "You are invited to connect")
	as(t, reader, http.MethodGet, "/api/v1/my/connection", nil)
	direct := channelWith(t, reader, model.ChannelTypeDirect, "Log in at Microsoft as kelly@demo.example")
	if n := buttons(t, reader, direct.Id, "Connect your account"); n != 1 {
		t.Errorf("the invitation has %d buttons that lead to the log-in", n)
	}
	states := func() (states map[string]string) {
		t.Helper()
		var list struct {
			Pending int
			Invites []struct {
				Username string
				State    string
			}
		}
		as(t, shared.Mattermost.Admin(), http.MethodGet, "/api/v1/invites", &list)
		states = map[string]string{"pending": fmt.Sprint(list.Pending)}
		for _, invite := range list.Invites {
			states[invite.Username] = invite.State
		}
		return states
	}
	if now := states(); now["jules"] != "pending" || now["kelly"] != "pending" || now["pending"] != "2" {
		t.Errorf("invitations %v", now)
	}
	if err := shared.Connect(t.Context(), writer, stack.DemoCredentials("jules")); err != nil {
		t.Fatal(err)
	}
	if status := as(t, shared.Mattermost.Admin(), http.MethodDelete, "/api/v1/invites/"+reader.ID, nil); status != http.StatusNoContent {
		t.Errorf("withdrawing answers %d", status)
	}
	if now := states(); now["jules"] != "connected" || now["kelly"] != "withdrawn" || now["pending"] != "0" {
		t.Errorf("invitations %v", now)
	}
}

// TestAnotherEncryptionKeyWhileThePluginRuns: nobody has to connect again, not after a restart either, and what is shown of keys
// is no key.
func TestAnotherEncryptionKeyWhileThePluginRuns(t *testing.T) {
	l := newLink(t)
	settled := func() {
		t.Helper()
		eventually(t, func(ctx context.Context) error {
			status, answer, err := shared.CallPlugin(ctx, http.MethodGet, "/api/v1/encryption-key", nil)
			if err != nil {
				return err
			}
			var keys struct{ Pending, Unreadable int }
			if err := json.Unmarshal(answer, &keys); err != nil || status != http.StatusOK {
				return fmt.Errorf("answers %d %s", status, answer)
			}
			if keys.Pending+keys.Unreadable > 0 {
				return fmt.Errorf("%s", answer)
			}
			if bytes.Contains(answer, []byte(fmt.Sprint(shared.settings["encryptionkey"]))) {
				return errors.New("the answer shows a key")
			}
			return nil
		})
	}
	own := func(text string) {
		t.Helper()
		l.write(t, shared.alex, "", text)
		if from := l.message(t, text).From.User.DisplayName; from != "Alex Demo" {
			t.Errorf("%q comes from %s", text, from)
		}
	}
	settled()
	set(t, map[string]any{"encryptionkey": rand.Text() + rand.Text()})
	settled()
	own("with another key")
	if err := shared.DisablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := shared.EnablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := shared.WaitPlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	settled()
	own("after a restart with another key")
	if status, answer, err := shared.CallPlugin(t.Context(), http.MethodPost, "/api/v1/encryption-key/rotate", nil); err != nil || status != http.StatusAccepted {
		t.Errorf("a rotation answers %d: %s, %v", status, answer, err)
	}
	settled()
	own("with a fresh data key")
	status, report, err := shared.CallPlugin(t.Context(), http.MethodGet, "/api/v1/connected-users?format=csv", nil)
	if err != nil || status != http.StatusOK || !bytes.Contains(report, []byte(",alex@demo.example,")) || !bytes.Contains(report, []byte(",ok,,")) {
		t.Errorf("the report answers %d: %s, %v", status, report, err)
	}
}
