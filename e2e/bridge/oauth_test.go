//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// browser is one that stops at each redirect, so that a test can take an address from one person to another.
func browser(t *testing.T, user *stack.User) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	site, err := url.Parse(shared.Mattermost.URL)
	if err != nil {
		t.Fatal(err)
	}
	jar.SetCookies(site, []*http.Cookie{{Name: "MMAUTHTOKEN", Value: user.Client.AuthToken, Path: "/", Secure: true}})
	return &http.Client{Transport: shared.Mattermost.HTTPClient().Transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func get(t *testing.T, client *http.Client, address string) *http.Response {
	t.Helper()
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// logIn begins to connect user's account and goes through Microsoft's log-in page; it returns the address that Microsoft
// sends the browser back to, which nobody has opened yet.
func logIn(t *testing.T, client *http.Client, login string) string {
	t.Helper()
	started := get(t, client, catalog.PluginURL(shared.Mattermost.URL, "/connect"))
	authorize := started.Header.Get("Location")
	if !strings.HasPrefix(authorize, shared.Emulator.URL()) {
		t.Fatalf("/connect answers %s and leads to %q, want Microsoft's log-in page", started.Status, authorize)
	}
	who := stack.DemoCredentials(login)
	resp, err := client.PostForm(authorize, url.Values{"login": {who.Login}, "password": {who.Password}, "action": {"login"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	back := resp.Header.Get("Location")
	if !strings.HasPrefix(back, catalog.PluginURL(shared.Mattermost.URL, catalog.RouteRedirect)) {
		t.Fatalf("the log-in page answers %s and leads to %q", resp.Status, back)
	}
	return back
}

func TestALogInIsGoodOnceAndForItsOwnBrowserOnly(t *testing.T) {
	user, other := newPerson(t, "erin"), newPerson(t, "finley")
	own := browser(t, user)
	back := logIn(t, own, "erin")

	if resp := get(t, browser(t, other), back); resp.StatusCode < http.StatusBadRequest {
		t.Errorf("another user's browser could finish the log-in: %s", resp.Status)
	}
	if resp := get(t, browser(t, user), logIn(t, own, "erin")); resp.StatusCode < http.StatusBadRequest {
		t.Errorf("another browser of the same user could finish the log-in: %s", resp.Status)
	}
	last := logIn(t, own, "erin")
	if resp := get(t, own, last); resp.StatusCode >= http.StatusBadRequest {
		t.Errorf("the browser that began could not finish the log-in: %s", resp.Status)
	}
	if resp := get(t, own, last); resp.StatusCode < http.StatusBadRequest {
		t.Errorf("a log-in could be finished twice: %s", resp.Status)
	}
}

func TestAnAccountOfSomebodyElseIsRefused(t *testing.T) {
	err := shared.Connect(t.Context(), shared.casey, stack.DemoCredentials("drew"))
	if err == nil || !strings.Contains(err.Error(), "drew@demo.example") {
		t.Errorf("error = %v, want that the e-mail addresses differ", err)
	}
}

func TestAWrongPasswordConnectsNobody(t *testing.T) {
	user := newPerson(t, "gray")
	who := stack.DemoCredentials("gray")
	who.Password = "wrong"
	if err := shared.Connect(t.Context(), user, who); err == nil || !strings.Contains(err.Error(), "AADSTS50126") {
		t.Errorf("error = %v, want Microsoft's own words", err)
	}
}

func TestDisconnectedAuthorsGoThroughTheBot(t *testing.T) {
	l := newLink(t)
	if _, err := shared.Command(t.Context(), shared.blake, l.channel.Id, "/msteams-sync disconnect"); err != nil {
		t.Fatal(err)
	}
	l.write(t, shared.blake, "", "after disconnecting")
	if got := l.message(t, "after disconnecting").From.User.DisplayName; got != "bridge Demo" {
		t.Errorf("the author in Teams is %q, want the bot", got)
	}
	if err := shared.Connect(t.Context(), shared.blake, stack.DemoCredentials("blake")); err != nil {
		t.Fatal(err)
	}
	l.write(t, shared.blake, "", "connected again")
	if got := l.message(t, "connected again").From.User.DisplayName; got != "Blake Demo" {
		t.Errorf("the author in Teams is %q, want Blake Demo", got)
	}
}
