// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi/httpapitest"
)

// send has user send a request with headers to a handler.
func send(h *httpapi.Handler, user, method, path, body string, headers map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeCaller(httpapi.Caller{User: bridge.UserID(user), Address: "192.0.2.1", RequestID: "server-1"}, w, r)
	return w
}

func TestRequestsHaveIDs(t *testing.T) {
	for given, want := range map[string]string{
		"": "server-1", "build-7.apply_3": "build-7.apply_3", "no spaces": "server-1", "line\nbreak": "server-1", strings.Repeat("x", 65): "server-1",
	} {
		var log bytes.Buffer
		p := parts()
		p.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		w := send(httpapi.New(p), "somebody", "GET", "/api/v1/links", "", map[string]string{"X-Request-Id": given})
		var answer struct{ Code, Message, Detail string }
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		if w.Header().Get("X-Request-Id") != want || answer.Detail != "request "+want {
			t.Errorf("given %q: header %q, detail %q; want %s", given, w.Header().Get("X-Request-Id"), answer.Detail, want)
		}
		for _, logged := range []string{`"request_id":"` + want + `"`, `"server_request_id":"server-1"`, `"status":403`} {
			if !strings.Contains(log.String(), logged) {
				t.Errorf("given %q: the log lacks %s: %s", given, logged, &log)
			}
		}
	}
}

// TestErrorsHaveADetailAlways: the description demands it, so that a client may read it.
func TestErrorsHaveADetailAlways(t *testing.T) {
	description := httpapitest.Read(t)
	for id, want := range map[string]string{"": `"detail":""`, "server-1": `"detail":"request server-1"`} {
		w := httptest.NewRecorder()
		httpapi.New(parts()).ServeCaller(httpapi.Caller{User: "somebody", RequestID: id}, w, httptest.NewRequest("GET", "/api/v1/links", nil))
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("a request with the id %q is answered %s", id, w.Body)
		}
		w.Header().Set("X-Request-Id", "server-1")
		if err := description.Check("GET /api/v1/links", w.Code, w.Header(), w.Body.Bytes()); err != nil {
			t.Error(err)
		}
		if err := description.Check("GET /api/v1/links", w.Code, w.Header(), []byte(`{"code":"forbidden","message":"No."}`)); err == nil {
			t.Error("an error without a detail is as described")
		}
	}
}

func TestADetailNamesMicrosoftsRequestToo(t *testing.T) {
	p := parts()
	p.Links = &links{err: &bridge.Failure{Class: bridge.Permanent, RequestID: "g-1", Err: http.ErrBodyNotAllowed}}
	w := send(httpapi.New(p), "root", "GET", "/api/v1/links", "", nil)
	if !strings.Contains(w.Body.String(), `"detail":"request server-1, Microsoft's request g-1"`) {
		t.Errorf("answers %s", w.Body)
	}
}

func TestWhatIsAllowedIsTold(t *testing.T) {
	for path, want := range map[string]string{
		"/api/v1/links": "GET, HEAD, POST", "/changes": "POST", "/api/v1/account-mappings/u": "PUT, DELETE", "/connect": "GET, HEAD",
	} {
		w := send(httpapi.New(parts()), "root", "OPTIONS", path, "", nil)
		if code, _ := problem(t, w); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != want || code != "method_not_allowed" {
			t.Errorf("OPTIONS %s answers %d %s, Allow %q; want %q", path, w.Code, code, w.Header().Get("Allow"), want)
		}
	}
}

func TestHeadIsGetWithoutABody(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpapi.New(parts()).ServeCaller(httpapi.Caller{User: "root"}, w, r)
	}))
	defer server.Close()
	resp, err := server.Client().Head(server.URL + "/api/v1/links")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.ContentLength <= 0 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		t.Errorf("answers %d, %d bytes, headers %v", resp.StatusCode, resp.ContentLength, resp.Header)
	}
}

// TestOtherSitesMaySendNothing: what browsers say about the page that sends a request decides.
func TestOtherSitesMaySendNothing(t *testing.T) {
	const site = "https://chat.example.com"
	for _, c := range []struct {
		method, path string
		headers      map[string]string
		refused      bool
	}{
		{"PUT", "/api/v1/whitelist", nil, false}, // no browser
		{"PUT", "/api/v1/whitelist", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": site}, false},
		{"PUT", "/api/v1/whitelist", map[string]string{"Origin": site}, false}, // an old browser, through a proxy that changes the host
		{"PUT", "/api/v1/whitelist", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, true},
		{"PUT", "/api/v1/whitelist", map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "https://other.example.com"}, true},
		{"PUT", "/api/v1/whitelist", map[string]string{"Origin": "https://evil.example"}, true},
		{"GET", "/api/v1/whitelist", map[string]string{"Sec-Fetch-Site": "cross-site"}, false}, // changes nothing
		{"POST", "/changes", map[string]string{"Sec-Fetch-Site": "cross-site"}, false},         // does not go by the session
	} {
		w := send(httpapi.New(parts()), "root", c.method, c.path, `{"users":[]}`, c.headers)
		refused := w.Code == http.StatusForbidden && strings.Contains(w.Body.String(), `"cross_origin"`)
		if refused != c.refused || !refused && w.Code >= http.StatusBadRequest {
			t.Errorf("%s %s with %v answers %d %s", c.method, c.path, c.headers, w.Code, w.Body)
		}
	}
}

// TestNoOtherSiteHasABotConnected: the log-in that follows could be somebody else's.
func TestNoOtherSiteHasABotConnected(t *testing.T) {
	for _, c := range []struct {
		path, from string
		want       int
	}{
		{"/connect?bot=true", "cross-site", http.StatusForbidden},
		{"/connect?bot=true", "same-site", http.StatusForbidden},
		{"/connect?bot=true", "same-origin", http.StatusSeeOther},
		{"/connect?bot=true", "none", http.StatusSeeOther},
		{"/connect?bot=true", "", http.StatusSeeOther},
		{"/connect", "cross-site", http.StatusSeeOther},
	} {
		p := parts()
		l := &logins{}
		p.Accounts = l
		w := send(httpapi.New(p), "root", "GET", c.path, "", map[string]string{"Sec-Fetch-Site": c.from})
		if w.Code != c.want || (l.begun.User != "") != (c.want == http.StatusSeeOther) {
			t.Errorf("%s from %q answers %d, want %d", c.path, c.from, w.Code, c.want)
		}
	}
}

func TestTooManyRequestsAreToldToWait(t *testing.T) {
	h := httpapi.New(parts())
	for range 100_000 { // the allowance grows meanwhile, far more slowly than this
		w := send(h, "somebody", "GET", "/connection-status", "", nil)
		if w.Code == http.StatusOK {
			continue
		}
		if code, _ := problem(t, w); w.Code != http.StatusTooManyRequests || code != "too_many_requests" || w.Header().Get("Retry-After") != "1" {
			t.Errorf("answers %d %s, Retry-After %q", w.Code, code, w.Header().Get("Retry-After"))
		}
		return
	}
	t.Fatal("no request was refused")
}

// TestWhoIsRefusedHasNoAdminsAllowance: the limit is asked after who may do what, and whoever may not is told so until then.
func TestWhoIsRefusedHasNoAdminsAllowance(t *testing.T) {
	h := httpapi.New(parts())
	for n := range 100_000 {
		w := send(h, "somebody", "GET", "/api/v1/links", "", nil)
		if w.Code == http.StatusForbidden {
			continue
		}
		if w.Code != http.StatusTooManyRequests || n < 500 || n >= 2000 { // 50 a second come back meanwhile
			t.Errorf("request %d answers %d", n, w.Code)
		}
		if w := send(h, "root", "GET", "/api/v1/links", "", nil); w.Code != http.StatusOK {
			t.Errorf("a system admin is answered %d", w.Code)
		}
		return
	}
	t.Fatal("no request was refused")
}

// TestRefusedDeliveriesAreJSON: the intake says a status alone.
func TestRefusedDeliveriesAreJSON(t *testing.T) {
	for status, want := range map[int]string{400: "bad_request", 413: "too_large", 503: "not_ready", 500: "internal"} {
		p := parts()
		p.Changes = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte("plain text"))
		})
		w := send(httpapi.New(p), "", "POST", "/changes", "", nil)
		if code, _ := problem(t, w); w.Code != status || code != want {
			t.Errorf("a refusal with %d answers %d %s", status, w.Code, code)
		}
	}
}

func TestProgramsGetNoPages(t *testing.T) {
	for accept, want := range map[string]string{
		"": "text/html", "text/html,application/xhtml+xml,*/*;q=0.8": "text/html", "application/json": "application/json",
	} {
		w := send(httpapi.New(parts()), "", "GET", "/connect", "", map[string]string{"Accept": accept})
		if w.Code != http.StatusUnauthorized || !strings.HasPrefix(w.Header().Get("Content-Type"), want) {
			t.Errorf("Accept %q: answers %d %s", accept, w.Code, w.Header().Get("Content-Type"))
		}
	}
}
