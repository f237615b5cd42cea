// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/requestlog"
)

// tokens is an Authenticator that knows callers by name.
type tokens map[string]graph.Caller

func (k tokens) Authenticate(token string) (graph.Caller, error) {
	caller, ok := k[token]
	if !ok {
		return graph.Caller{}, graph.Unauthenticated("unknown token")
	}
	return caller, nil
}

var callers = tokens{
	"all":    {AppID: "app", Roles: []string{"Application.ReadWrite.All", "Directory.Read.All", "ChannelMessage.Read.All", "User.Read.All"}},
	"none":   {AppID: "app"},
	"reader": {AppID: "app", Roles: []string{"User.ReadBasic.All"}},
	"user":   {AppID: "app", UserID: "alex", Scopes: []string{"ChannelMessage.Read.All"}},
}

// front serves the routes of a test and records requests.
type front struct {
	*graph.Front
	log     *requestlog.Log
	handler http.Handler
}

func newFront() *front {
	c := clock.New()
	f := &front{Front: graph.NewFront(callers, c, nil), log: requestlog.New(c)}
	f.handler = f.log.Middleware(f.Front)
	return f
}

type answer struct {
	*httptest.ResponseRecorder
	body map[string]any
}

func (a answer) failure() (code, message string) {
	e, _ := a.body["error"].(map[string]any)
	code, _ = e["code"].(string)
	message, _ = e["message"].(string)
	return code, message
}

func (f *front) do(t *testing.T, token, method, target string, body io.Reader, headers ...string) answer {
	t.Helper()
	request := httptest.NewRequest(method, target, body)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	out := answer{ResponseRecorder: httptest.NewRecorder()}
	f.handler.ServeHTTP(out.ResponseRecorder, request)
	if out.Body.Len() > 0 && strings.HasPrefix(out.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(out.Body.Bytes(), &out.body); err != nil {
			t.Fatalf("%s %s: %v", method, target, err)
		}
	}
	return out
}

func show(call *graph.Call) (*graph.Response, error) {
	return graph.OK(map[string]any{"pattern": call.Pattern, "path": call.Path, "version": call.Version, "collection": call.Collection}), nil
}

func TestRouting(t *testing.T) {
	f := newFront()
	f.Handle("GET", "/applications", show, graph.Collection("applications"))
	f.Handle("GET", "/applications/{app-object-id}", show)
	f.Handle("GET", "/users/{user-id}", show)
	f.Handle("GET", "/teams/{team-id}/channels/{channel-id}/messages/{message-id}", show)
	f.Handle("GET", "/teams/{team-id}/channels/{channel-id}/messages/delta", show, graph.SameAs("GET /teams/{team-id}/channels/{channel-id}/messages"))
	f.Handle("GET", "/directory/deletedItems/microsoft.graph.user", show, graph.NoPermission())
	for target, want := range map[string]map[string]string{
		"/v1.0/applications/1":                               {"app-object-id": "1"},
		"/beta/applications('1')":                            {"app-object-id": "1"},
		"/v1.0/applications(appId='1')":                      {"app-object-id": "appId='1'"},
		"/v1.0/APPLICATIONS/1":                               {"app-object-id": "1"},
		"/v1.0/users/a%40b.example":                          {"user-id": "a@b.example"},
		"/v1.0/users('o''neil@b.example')":                   {"user-id": "o'neil@b.example"},
		"/v1.0/teams('t')/channels('19:c@x')/messages('1')":  {"team-id": "t", "channel-id": "19:c@x", "message-id": "1"},
		"/v1.0/teams/t/channels/19%3Ac%40x/messages/1":       {"team-id": "t", "channel-id": "19:c@x", "message-id": "1"},
		"/v1.0/teams/t/channels/c/messages/delta":            {"team-id": "t", "channel-id": "c"},
		"/v1.0/teams/t/channels/c/messages/delta()":          {"team-id": "t", "channel-id": "c"},
		"/v1.0/directory/deletedItems/graph.user":            {},
		"/v1.0/directory/deletedItems/microsoft.graph.user/": {},
	} {
		got := f.do(t, "all", "GET", target, nil)
		raw, _ := json.Marshal(got.body["path"])
		wanted, _ := json.Marshal(want)
		if got.Code != http.StatusOK || string(raw) != string(wanted) {
			t.Errorf("%s = %d %v, want %s", target, got.Code, got.body, wanted)
		}
	}
	if pattern, collection := f.Pattern(httptest.NewRequest("GET", "/v1.0/applications", nil)); pattern != "/applications" || collection != "applications" {
		t.Errorf("Pattern = %q, %q", pattern, collection)
	}
	if code, _ := f.do(t, "all", "GET", "/v1.0/nothing", nil).failure(); code != "NotFound" {
		t.Errorf("unknown path: %s", code)
	}
	if got := f.do(t, "all", "DELETE", "/v1.0/applications", nil); got.Code != http.StatusMethodNotAllowed {
		t.Errorf("unknown method: %d", got.Code)
	}
	if got := f.do(t, "all", "GET", "/v2.0/applications", nil); got.Code != http.StatusNotFound {
		t.Errorf("unknown version: %d", got.Code)
	}
	defer func() {
		if recover() == nil {
			t.Error("the same route was registered twice")
		}
	}()
	f.Handle("GET", "/applications/{other}", show)
}

func TestPermissions(t *testing.T) {
	f := newFront()
	f.Handle("GET", "/applications", show)
	f.Handle("GET", "/teams/{team-id}/channels/{channel-id}/messages", show)
	f.Handle("POST", "/teams/{team-id}/channels/{channel-id}/messages/{message-id}/setReaction", show)
	f.Handle("GET", "/free", show)
	for name, test := range map[string]struct {
		token, method, path string
		status              int
		code, message       string
	}{
		"no token":         {"", "GET", "/applications", 401, "InvalidAuthenticationToken", "Access token is empty."},
		"bad token":        {"forged", "GET", "/applications", 401, "InvalidAuthenticationToken", "unknown token"},
		"directory":        {"none", "GET", "/applications", 403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."},
		"directory held":   {"all", "GET", "/applications", 200, "", ""},
		"teams, app":       {"reader", "GET", "/teams/t/channels/c/messages", 403, "Forbidden", "Missing role permissions on the request. API requires one of 'ChannelMessage.Read.All, Group.Read.All, Group.ReadWrite.All'. Roles on the request 'User.ReadBasic.All'."},
		"teams, user":      {"user", "POST", "/teams/t/channels/c/messages/1/setReaction", 403, "Forbidden", "Missing scope permissions on the request. API requires one of 'ChannelMessage.Send'. Scopes on the request 'ChannelMessage.Read.All'."},
		"teams, user held": {"user", "GET", "/teams/t/channels/c/messages", 200, "", ""},
		"user context":     {"all", "POST", "/teams/t/channels/c/messages/1/setReaction", 403, "Forbidden", "Requested API is not supported in application-only context"},
		"not in catalogue": {"none", "GET", "/free", 200, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := f.do(t, test.token, test.method, "/v1.0"+test.path, nil)
			code, message := got.failure()
			if got.Code != test.status || code != test.code || message != test.message {
				t.Errorf("got %d %s %q", got.Code, code, message)
			}
		})
	}
}

func TestErrorsAndHeadersLookLikeGraphs(t *testing.T) {
	f := newFront()
	f.Handle("GET", "/slow", func(*graph.Call) (*graph.Response, error) { return nil, graph.Throttled(1500 * time.Millisecond) })
	got := f.do(t, "all", "GET", "/v1.0/slow", nil, "client-request-id", "mine")
	if got.Code != http.StatusTooManyRequests || got.Header().Get("Retry-After") != "2" {
		t.Errorf("%d, Retry-After %q", got.Code, got.Header().Get("Retry-After"))
	}
	inner, _ := got.body["error"].(map[string]any)["innerError"].(map[string]any)
	if inner["code"] != "429" || inner["client-request-id"] != "mine" || inner["request-id"] != got.Header().Get("request-id") || inner["date"] == "" {
		t.Errorf("innerError = %v", inner)
	}
	for _, name := range []string{"request-id", "client-request-id", "x-ms-ags-diagnostic", "OData-Version", "Strict-Transport-Security"} {
		if got.Header().Get(name) == "" {
			t.Errorf("no header %s", name)
		}
	}
	if entries := f.log.Requests(); entries[0].ID != inner["request-id"] || entries[0].Route != "/slow" || entries[0].AppID != "app" {
		t.Errorf("recorded %+v", entries[0])
	}
}

func zipped(text string) *bytes.Buffer {
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	_, _ = writer.Write([]byte(text))
	_ = writer.Close()
	return &out
}

func TestBodies(t *testing.T) {
	f := newFront()
	f.Handle("POST", "/echo", func(call *graph.Call) (*graph.Response, error) {
		var body map[string]any
		if err := call.Decode(&body); err != nil {
			return nil, err
		}
		return graph.OK(body), nil
	})
	for name, test := range map[string]struct {
		body    io.Reader
		headers []string
		status  int
	}{
		"plain":                  {strings.NewReader(`{"a":1}`), nil, 200},
		"gzip":                   {zipped(`{"a":1}`), []string{"Content-Encoding", "gzip"}, 200},
		"plain labelled as gzip": {strings.NewReader(`{"a":1}`), []string{"Content-Encoding", "gzip"}, 400},
		"cut gzip":               {bytes.NewReader(zipped(`{"a":1}`).Bytes()[:20]), []string{"Content-Encoding", "gzip"}, 400},
		"unknown encoding":       {strings.NewReader(`{"a":1}`), []string{"Content-Encoding", "br"}, 415},
		"not JSON":               {strings.NewReader(`a=1`), nil, 400},
		"wrong type":             {strings.NewReader(`{"a":1}`), []string{"Content-Type", "text/plain"}, 400},
		"empty":                  {strings.NewReader(``), nil, 400},
		"too large":              {strings.NewReader(`{"a":"` + strings.Repeat("x", 4<<20) + `"}`), nil, 413},
		"large when unpacked":    {zipped(`{"a":"` + strings.Repeat("x", 4<<20) + `"}`), []string{"Content-Encoding", "gzip"}, 413},
	} {
		t.Run(name, func(t *testing.T) {
			if got := f.do(t, "all", "POST", "/v1.0/echo", test.body, test.headers...); got.Code != test.status {
				t.Errorf("status %d, want %d: %v", got.Code, test.status, got.body)
			}
		})
	}
}

func TestPaging(t *testing.T) {
	f := newFront()
	items := []any{}
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		items = append(items, map[string]any{"id": id, "name": "item " + id, "hidden": true})
	}
	f.Handle("GET", "/items", func(call *graph.Call) (*graph.Response, error) { return graph.Page(call, items, 2, 3) })
	ids := func(a answer) (ids string) {
		list, _ := a.body["value"].([]any)
		for _, item := range list {
			id, _ := item.(map[string]any)["id"].(string)
			ids += id
		}
		return ids
	}
	first := f.do(t, "all", "GET", "https://emulator.example/v1.0/items?$select=id,name&$count=true", nil)
	next, _ := first.body["@odata.nextLink"].(string)
	if ids(first) != "ab" || first.body["@odata.count"] != 5.0 || !strings.HasPrefix(next, "https://emulator.example/v1.0/items?") {
		t.Fatalf("first page = %v", first.body)
	}
	if _, shown := first.body["value"].([]any)[0].(map[string]any)["hidden"]; shown {
		t.Error("$select showed more")
	}
	items = append([]any{map[string]any{"id": "new", "name": "n"}}, items[1:]...) // "a" is gone, "new" is there
	second := f.do(t, "all", "GET", next, nil)
	if _, counted := second.body["@odata.count"]; ids(second) != "cd" || counted {
		t.Errorf("second page = %v", second.body)
	}
	last := f.do(t, "all", "GET", second.body["@odata.nextLink"].(string), nil)
	if _, more := last.body["@odata.nextLink"]; ids(last) != "e" || more {
		t.Errorf("last page = %v", last.body)
	}
	for target, status := range map[string]int{
		"?$top=0": 400, "?$top=x": 400, "?$skiptoken=forged": 400, "?$select=nothing": 400, "?top=3": 200, "?$top=100": 200,
	} {
		if got := f.do(t, "all", "GET", "/v1.0/items"+target, nil); got.Code != status {
			t.Errorf("%s = %d, want %d", target, got.Code, status)
		}
	}
	if got := f.do(t, "all", "GET", "/v1.0/items?$top=100", nil); len(ids(got)) != len("newbc") {
		t.Errorf("$top above the maximum: %s", ids(got))
	}
	if got := f.do(t, "all", "GET", "/beta/items?$select=id,nothing", nil); got.Code != http.StatusOK {
		t.Errorf("beta refuses unknown properties: %d", got.Code)
	}
}
