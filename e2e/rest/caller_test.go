//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package rest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi/httpapitest"
)

// describedAnswers is a transport that compares each answer of the plugin with the description and notes it.
type describedAnswers struct {
	t           *testing.T
	description *httpapitest.Description
	routes      *http.ServeMux

	mu   sync.Mutex
	seen map[string]map[int]bool // statuses by "METHOD path"
}

func newDescribedAnswers(t *testing.T) *describedAnswers {
	d := &describedAnswers{t: t, description: httpapitest.Read(t), routes: http.NewServeMux(), seen: map[string]map[int]bool{}}
	for _, route := range httpapi.Routes() {
		d.routes.Handle(route.Method+" "+route.Path, http.NotFoundHandler())
	}
	return d
}

// RoundTrip implements http.RoundTripper.
func (d *describedAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := shared.Mattermost.HTTPClient().Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	_, path, ours := strings.Cut(r.URL.Path, "/plugins/"+catalog.PluginID)
	if !ours {
		return resp, nil
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	asked := r.Clone(r.Context())
	asked.URL.Path = path
	_, name := d.routes.Handler(asked)
	if err := d.description.Check(name, resp.StatusCode, resp.Header, body); err != nil {
		d.t.Error(err)
	}
	if resp.Header.Get("X-Request-Id") == "" {
		d.t.Errorf("%s answers %d without a request id", name, resp.StatusCode)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.seen[name] == nil {
		d.seen[name] = map[int]bool{}
	}
	d.seen[name][resp.StatusCode] = true
	return resp, nil
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// field reads a field of the first level of a JSON answer.
func (a answer) field(t *testing.T, name string) string {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(a.body, &fields); err != nil {
		t.Fatalf("%s is no JSON: %v", a.body, err)
	}
	value, _ := fields[name].(string)
	return value
}

// ask sends a request as user, nil for nobody, with a bearer token. Redirects are not followed.
func (d *describedAnswers) ask(user *stack.User, method, path, body string) answer {
	header := http.Header{}
	if user != nil {
		header.Set("Authorization", "Bearer "+user.Client.AuthToken)
	}
	return send(d.t, d, method, path, body, header)
}

func send(t *testing.T, transport http.RoundTripper, method, path, body string, header http.Header) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, catalog.PluginURL(shared.Mattermost.URL, path), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	resp, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, content}
}
