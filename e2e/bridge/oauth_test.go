//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
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

// TestTheLogInIsAskedForAsAgreed: with PKCE (RFC 7636), the exact redirect URI of the registration and the address that must match.
func TestTheLogInIsAskedForAsAgreed(t *testing.T) {
	user := newPerson(t, "lou")
	started := get(t, browser(t, user), catalog.PluginURL(shared.Mattermost.URL, "/connect"))
	authorize, err := url.Parse(started.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	asked := authorize.Query()
	for name, want := range map[string]string{
		"response_type": "code", "code_challenge_method": "S256", "redirect_uri": catalog.PluginURL(shared.Mattermost.URL, catalog.RouteRedirect),
		"client_id": shared.app.ClientID, "login_hint": user.Email,
	} {
		if got := asked[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	// A challenge is the SHA-256 of the verifier, 43 characters of base64 whatever the verifier's length.
	if challenge, state := asked.Get("code_challenge"), asked.Get("state"); len(challenge) != 43 || len(state) < 26 {
		t.Errorf("the challenge is %q, the state %q", challenge, state)
	}
	if cache := started.Header.Get("Cache-Control"); cache != "no-store" {
		t.Errorf("the redirect may be cached: %q", cache)
	}
	cookies := started.Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || !cookies[0].Secure || cookies[0].SameSite != http.SameSiteLaxMode || !strings.HasSuffix(cookies[0].Path, catalog.PluginID) {
		t.Errorf("cookies %v", cookies)
	}
	own := browser(t, user)
	if resp := get(t, own, logIn(t, own, user.Username)); resp.StatusCode != http.StatusOK {
		t.Fatalf("the log-in ends with %s", resp.Status)
	}
	if length := verifierLength(t); length < 43 || length > 128 {
		t.Errorf("the verifier has %d characters, want 43 to 128 (RFC 7636, section 4.1)", length)
	}
}

// verifierLength is that of the verifier with which a code was last redeemed, which is all that the emulator keeps of it.
func verifierLength(t *testing.T) (length int) {
	t.Helper()
	for _, r := range slices.Backward(shared.Emulator.Requests()) {
		form, err := url.ParseQuery(r.Body)
		if err != nil || form.Get("grant_type") != "authorization_code" {
			continue
		}
		kept := form.Get("code_verifier")
		if _, err := fmt.Sscanf(kept, "[redacted, %d characters]", &length); err != nil {
			t.Fatalf("of the verifier %q is kept: %v", kept, err)
		}
		return length
	}
	t.Fatal("no code was redeemed")
	return 0
}

// TestARefusedLogInIsToldToTheWebApp: the page that says why is in a window that whoever waits in the web app may never see.
func TestARefusedLogInIsToldToTheWebApp(t *testing.T) {
	user, other := newPerson(t, "kerry"), newPerson(t, "toni")
	events, others := listen(t, user, "user_connect_failed"), listen(t, other, "user_connect_failed")
	own := browser(t, user)

	// What another browser does to it is none of the web app's business.
	if resp := get(t, browser(t, user), logIn(t, own, "kerry")); resp.StatusCode != http.StatusForbidden {
		t.Errorf("another browser is answered %s", resp.Status)
	}
	if resp := get(t, own, logIn(t, own, "toni")); resp.StatusCode != http.StatusForbidden {
		t.Errorf("with somebody else's account it ends with %s", resp.Status)
	}
	data := heard(t, events, func(map[string]any) bool { return true })
	if message, _ := data["message"].(string); len(data) != 1 || !strings.HasPrefix(message, "The Microsoft Teams account toni@demo.example does not have the e-mail address of your Mattermost account, kerry@demo.example.") {
		t.Errorf("the first event is %v", data)
	}
	select {
	case data := <-others:
		t.Errorf("somebody else is told %v", data)
	default:
	}
}

// TestHostileAnswersOfALogIn: each is a page that says what to do, connects nobody and shows nothing of the log-in.
func TestHostileAnswersOfALogIn(t *testing.T) {
	user, other := newPerson(t, "morgan"), newPerson(t, "nico")
	own, others := browser(t, user), browser(t, other)
	site, err := url.Parse(catalog.PluginURL(shared.Mattermost.URL, "/"))
	if err != nil {
		t.Fatal(err)
	}
	changed := func(address string, change func(url.Values)) string {
		t.Helper()
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		query := u.Query()
		change(query)
		u.RawQuery = query.Encode()
		return u.String()
	}
	const script = "<script>alert(document.domain)</script>"
	for name, c := range map[string]struct {
		with   *http.Client
		status int
		change func(url.Values)
		before func()
	}{
		"without a state":          {own, 400, func(q url.Values) { q.Del("state") }, nil},
		"with an unknown state":    {own, 400, func(q url.Values) { q.Set("state", "AAAAAAAAAAAAAAAAAAAAAAAAAA") }, nil},
		"with a state's beginning": {own, 400, func(q url.Values) { q.Set("state", q.Get("state")[:20]) }, nil},
		"with another user's":      {others, 403, func(url.Values) {}, nil},
		"without a code":           {own, 403, func(q url.Values) { q.Del("code") }, nil},
		"with a made-up code":      {own, 403, func(q url.Values) { q.Set("code", "made-up") }, nil},
		"expired": {own, 400, func(url.Values) {}, func() {
			execute(t, "UPDATE msteamssync.oauth_states SET expires_at = now() - interval '1 second'")
		}},
		"declined": {own, 403, func(q url.Values) {
			q.Del("code")
			q.Set("error", "access_denied")
			q.Set("error_description", "AADSTS65004: "+script)
		}, nil},
		"an error with script": {own, 403, func(q url.Values) {
			q.Del("code")
			q.Set("error", script)
		}, nil},
		"in another session": {own, 403, func(url.Values) {}, func() {
			if _, _, err := user.Client.Login(t.Context(), user.Username, user.Password); err != nil {
				t.Fatal(err)
			}
			own.Jar.SetCookies(site, []*http.Cookie{{Name: "MMAUTHTOKEN", Value: user.Client.AuthToken, Path: "/", Secure: true}})
		}},
		"logged out": {own, 401, func(url.Values) {}, func() {
			own.Jar.SetCookies(site, []*http.Cookie{{Name: "MMAUTHTOKEN", Value: "", Path: "/", MaxAge: -1}})
		}},
	} {
		own.Jar.SetCookies(site, []*http.Cookie{{Name: "MMAUTHTOKEN", Value: user.Client.AuthToken, Path: "/", Secure: true}})
		back := logIn(t, own, "morgan")
		if c.before != nil {
			c.before()
		}
		answer := get(t, c.with, changed(back, c.change))
		page, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != c.status {
			t.Errorf("%s: it answers %s, want %d: %s", name, answer.Status, c.status, page)
		}
		query := changed(back, func(url.Values) {})
		u, _ := url.Parse(query)
		for what, secret := range map[string]string{"the state": u.Query().Get("state"), "the code": u.Query().Get("code"), "the client secret": shared.app.Secret, "a script": script} {
			if strings.Contains(string(page), secret) {
				t.Errorf("%s: the page shows %s: %s", name, what, page)
			}
		}
		policy := answer.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || answer.Header.Get("Cache-Control") != "no-store" ||
			answer.Header.Get("Referrer-Policy") != "no-referrer" || answer.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", name, answer.Header)
		}
	}
	for _, who := range []*stack.User{user, other} {
		var now myConnection
		if as(t, who, http.MethodGet, "/api/v1/my/connection", &now); now.Connected || now.TeamsAccount != nil {
			t.Errorf("%s is connected: %+v", who.Username, now)
		}
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
