//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package rest_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// plain sends a request past the comparison with the description, for what is not in it.
func plain(t *testing.T, user *stack.User, method, path, body string, header http.Header) answer {
	t.Helper()
	if header == nil {
		header = http.Header{}
	}
	if user != nil {
		header.Set("Authorization", "Bearer "+user.Client.AuthToken)
	}
	return send(t, shared.Mattermost.HTTPClient().Transport, method, path, body, header)
}

// code reads an error.
func code(t *testing.T, a answer) string {
	t.Helper()
	var e struct{ Code, Message, Detail string }
	if err := json.Unmarshal(a.body, &e); err != nil || e.Message == "" || e.Detail == "" {
		t.Errorf("%d %q is no error of ours: %v", a.status, a.body, err)
	}
	return e.Code
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	if got := plain(t, shared.root, "GET", "/api/v1/nothing", "", nil); got.status != http.StatusNotFound || code(t, got) != "not_found" {
		t.Errorf("an unknown address answers %d %s", got.status, got.body)
	}
	got := plain(t, shared.root, "DELETE", "/api/v1/links", "", nil)
	if got.status != http.StatusMethodNotAllowed || code(t, got) != "method_not_allowed" || got.header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("an unknown method answers %d %s, Allow %q", got.status, got.body, got.header.Get("Allow"))
	}
	if got := plain(t, shared.root, "HEAD", "/api/v1/links", "", nil); got.status != http.StatusOK || len(got.body) > 0 || got.header.Get("Content-Type") == "" {
		t.Errorf("HEAD answers %d %q, %v", got.status, got.body, got.header)
	}
	if got := plain(t, shared.somebody, "HEAD", "/api/v1/links", "", nil); got.status != http.StatusForbidden {
		t.Errorf("HEAD as a user answers %d", got.status)
	}
}

func TestARequestsIDIsInAnswerAndLog(t *testing.T) {
	const id = "apply-42.links_3"
	got := plain(t, shared.somebody, "GET", "/api/v1/links", "", http.Header{"X-Request-Id": {id}})
	if got.header.Get("X-Request-Id") != id || !strings.Contains(string(got.body), `"detail":"request `+id+`"`) {
		t.Errorf("answers %v %s", got.header, got.body)
	}
	eventually(t, func() error {
		if !strings.Contains(shared.Mattermost.Logs(), id) {
			return errors.New("the server's log lacks the request's id")
		}
		return nil
	})
}

// TestSessionsOfBrowsers: what the server demands of a cookie session, and what the plugin demands besides.
func TestSessionsOfBrowsers(t *testing.T) {
	session, _, err := shared.Mattermost.Client().GetMe(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	cookies := logIn(t, session.Username)
	var csrf string
	var pairs []string
	for _, c := range cookies {
		pairs = append(pairs, c.Name+"="+c.Value)
		if c.Name == "MMCSRF" {
			csrf = c.Value
		}
	}
	if csrf == "" {
		t.Fatalf("no token among %v", cookies)
	}
	const path, body = "/api/v1/whitelist", `{"users":[]}`
	for name, c := range map[string]struct {
		method string
		header http.Header
		want   int
	}{
		"a read needs no token":                 {"GET", nil, 200},
		"a write without the token is nobody's": {"PUT", nil, 401},
		"a wrong token too":                     {"PUT", http.Header{"X-Csrf-Token": {"wrong"}}, 401},
		"a form's field is no way around":       {"PUT", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, 401},
		"with the token":                        {"PUT", http.Header{"X-Csrf-Token": {csrf}}, 200},
		"with the token from this site's page":  {"PUT", http.Header{"X-Csrf-Token": {csrf}, "Sec-Fetch-Site": {"same-origin"}, "Origin": {shared.Mattermost.URL}}, 200},
		"from another site's page":              {"PUT", http.Header{"X-Csrf-Token": {csrf}, "Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}, 403},
		"from an old browser, another site":     {"PUT", http.Header{"X-Csrf-Token": {csrf}, "Origin": {"https://evil.example"}}, 403},
	} {
		header := c.header.Clone()
		if header == nil {
			header = http.Header{}
		}
		header.Set("Cookie", strings.Join(pairs, "; "))
		if got := plain(t, nil, c.method, path, body, header); got.status != c.want {
			t.Errorf("%s: answers %d, want %d: %s", name, got.status, c.want, got.body)
		}
	}
}

// logIn logs in as a browser does.
func logIn(t *testing.T, user string) []*http.Cookie {
	t.Helper()
	body, err := json.Marshal(map[string]string{"login_id": user, "password": shared.Mattermost.AdminPassword})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, shared.Mattermost.URL+"/api/v4/users/login", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Requested-With", "XMLHttpRequest")
	resp, err := shared.Mattermost.HTTPClient().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.Cookies()
}

func TestWhoAsksTooOftenWaits(t *testing.T) {
	user, err := shared.Mattermost.NewUser(t.Context(), "hasty")
	if err != nil {
		t.Fatal(err)
	}
	for n := range 20_000 { // the allowance is 500, and grows by 50 a second
		got := plain(t, user, "GET", "/needsConnect", "", nil)
		if got.status == http.StatusOK {
			continue
		}
		if got.status != http.StatusTooManyRequests || code(t, got) != "too_many_requests" || got.header.Get("Retry-After") != "1" {
			t.Errorf("request %d answers %d %s, Retry-After %q", n, got.status, got.body, got.header.Get("Retry-After"))
		}
		if n < 500 {
			t.Errorf("request %d is refused already", n)
		}
		if got := plain(t, shared.reader, "GET", "/needsConnect", "", nil); got.status != http.StatusOK {
			t.Errorf("somebody else is answered %d", got.status)
		}
		return
	}
	t.Error("no request was refused")
}

// TestGraphIsNotKeptWaiting: many deliveries from one address, as after an outage.
func TestGraphIsNotKeptWaiting(t *testing.T) {
	const deliveries = 3000
	address := catalog.PluginURL(shared.Mattermost.URL, "/changes")
	var next, taken atomic.Int64
	var senders sync.WaitGroup
	for range 8 {
		senders.Go(func() {
			for next.Add(1) <= deliveries {
				resp, err := shared.Mattermost.HTTPClient().Post(address, "application/json", strings.NewReader(`{"value":[]}`))
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close()
				if resp.StatusCode == http.StatusAccepted {
					taken.Add(1)
				}
			}
		})
	}
	senders.Wait()
	if taken.Load() != deliveries {
		t.Errorf("%d of %d deliveries were taken", taken.Load(), deliveries)
	}
}
