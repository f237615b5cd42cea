// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph/teamsapi"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

const (
	alex  = "alex@demo.example"
	blake = "blake@demo.example"
	admin = "admin@demo.example"
)

// cloud is Graph's Teams half over HTTP. Bearer tokens are "app" or a user principal name; they carry the permissions
// of the set-up guide unless a test takes some away.
type cloud struct {
	*httptest.Server
	teams    *teams.State
	subs     *notify.Subscriptions
	dir      *directory.State
	faults   *faults.Faults
	clock    *clock.Clock
	scopes   []string
	roles    []string
	messages string // path of the channel's messages
	place    teams.Place
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{clock: clock.New(), scopes: catalog.Guide(catalog.Delegated), roles: catalog.Guide(catalog.Application)}
	var err error
	if c.dir, err = directory.New(c.clock, directory.DefaultSeed()); err != nil {
		t.Fatal(err)
	}
	c.teams = teams.New(c.clock, c.dir.Tenant().ID, teamsapi.PeopleOf(c.dir))
	if err := c.teams.Load(teams.DefaultSeed()); err != nil {
		t.Fatal(err)
	}
	c.faults = faults.New(c.clock)
	front := graph.NewFront(c, c.clock, t.Output())
	c.Server = httptest.NewTLSServer(front)
	t.Cleanup(c.Close)
	roots := x509.NewCertPool()
	roots.AddCert(c.Certificate())
	c.subs = notify.New(notify.Config{Clock: c.clock, Roots: roots, Disturb: c.faults, Authorized: teamsapi.Authorized(c.dir), InChat: teamsapi.InChat(c.dir, c.teams)})
	t.Cleanup(c.subs.Close)
	c.teams.Observe(c.subs.Changed)
	teamsapi.Register(front, teamsapi.Parts{Teams: c.teams, Subscriptions: c.subs, Directory: c.dir, Lag: c.faults})
	team := c.teams.Teams()[0]
	channels, err := c.teams.Channels(team.ID)
	if err != nil {
		t.Fatal(err)
	}
	c.place = teams.Place{Team: team.ID, Channel: channels[1].ID}
	c.messages = "/teams/" + string(team.ID) + "/channels/" + string(channels[1].ID) + "/messages"
	return c
}

// Authenticate implements graph.Authenticator.
func (c *cloud) Authenticate(token string) (graph.Caller, error) {
	app, ok := c.dir.ServicePrincipalByAppID(directory.DemoProvisionerAppID)
	if !ok {
		return graph.Caller{}, graph.Unauthenticated("no application")
	}
	caller := graph.Caller{TenantID: c.dir.Tenant().ID, AppID: app.AppID, ServicePrincipalID: app.ID, Roles: c.roles}
	if token == "app" {
		return caller, nil
	}
	user, ok := c.dir.User(token)
	if !ok {
		return graph.Caller{}, graph.Unauthenticated("no such user")
	}
	caller.UserID, caller.Roles, caller.Scopes = user.ID, nil, c.scopes
	return caller, nil
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   map[string]any
}

func (a answer) code() string {
	failure, _ := a.body["error"].(map[string]any)
	code, _ := failure["code"].(string)
	return code
}

func (a answer) text(path ...string) string {
	var at any = a.body
	for _, name := range path {
		object, _ := at.(map[string]any)
		at = object[name]
	}
	text, _ := at.(string)
	return text
}

func (a answer) values() []map[string]any {
	var out []map[string]any
	list, _ := a.body["value"].([]any)
	for _, item := range list {
		out = append(out, item.(map[string]any))
	}
	return out
}

// call sends a request below /v1.0 (or to an absolute address, as in a nextLink).
func (c *cloud) call(t *testing.T, as, method, path string, body any) answer {
	t.Helper()
	var payload io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		payload = bytes.NewReader(data)
	}
	address := path
	if !strings.HasPrefix(path, "https://") {
		address = c.URL + "/v1.0" + path
	}
	request, err := http.NewRequestWithContext(t.Context(), method, address, payload)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+as)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: response.StatusCode, header: response.Header}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &a.body); err != nil {
			t.Fatalf("%s %s answered %q: %v", method, path, data, err)
		}
	}
	return a
}

// want calls and checks the status.
func (c *cloud) want(t *testing.T, status int, as, method, path string, body any) answer {
	t.Helper()
	a := c.call(t, as, method, path, body)
	if a.status != status {
		t.Fatalf("%s %s as %s: status %d, want %d: %v", method, path, as, a.status, status, a.body)
	}
	return a
}

func html(content string) map[string]any {
	return map[string]any{"body": map[string]any{"contentType": "html", "content": content}}
}

// receiver accepts notifications and hands their items on.
func receiver(t *testing.T, c *cloud) (address string, items chan map[string]any) {
	t.Helper()
	items = make(chan map[string]any, 100)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token := r.URL.Query().Get("validationToken"); token != "" {
			w.Header().Set("Content-Type", "text/plain")
			io.WriteString(w, token)
			return
		}
		var body struct{ Value []map[string]any }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for _, item := range body.Value {
			items <- item
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	server.TLS = c.TLS.Clone() // the certificate that the cloud trusts
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, items
}

func next(t *testing.T, items chan map[string]any) map[string]any {
	t.Helper()
	select {
	case item := <-items:
		return item
	case <-time.After(30 * time.Second):
		t.Fatal("no notification came")
		return nil
	}
}
