// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
)

// pluginStub is a server whose plugin is in a state that the real one is in for moments only.
func pluginStub(enabled bool, state *int, answer http.HandlerFunc) *stub {
	write := func(document any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(document) }
	}
	return &stub{answers: map[string]http.HandlerFunc{
		"GET /config": write(map[string]any{"PluginSettings": map[string]any{
			"Enable": true, "PluginStates": map[string]any{catalog.PluginID: map[string]any{"Enable": enabled}},
		}}),
		"GET /plugins": write(map[string]any{"active": []any{map[string]any{"id": catalog.PluginID, "version": "0.1.0"}}, "inactive": []any{}}),
		"GET /plugins/statuses": func(w http.ResponseWriter, _ *http.Request) {
			_ = json.NewEncoder(w).Encode([]model.PluginStatus{{PluginId: catalog.PluginID, Version: "0.1.0", State: *state}})
		},
		"GET /plugins/" + catalog.PluginID + "/api/v1/links": answer,
	}}
}

func page(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
	}
}

func says(status int, document string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(document))
	}
}

const (
	notReady = `{"code": "not_ready", "message": "The plugin is not configured yet."}`
	noRoute  = `{"code": "not_found", "message": "There is no such address."}`
)

// askLinks lists the links as soon as the plugin can answer.
func askLinks(t *testing.T, s *stub, timeout time.Duration) error {
	t.Helper()
	server := s.connect(t)
	server.policy = consistency.Policy{Clock: hurried{}, Timeout: timeout}
	return server.WhenReady(t.Context(), func(ctx context.Context) error {
		_, err := server.Links(ctx)
		return err
	})
}

// TestWhenReadyWaits: for a plugin that starts, and for one that has only just got its settings.
func TestWhenReadyWaits(t *testing.T) {
	state := model.PluginStateStarting
	calls := 0
	answers := []http.HandlerFunc{page(404), page(502), says(503, notReady), says(503, notReady), says(200, `{"links": []}`)}
	s := pluginStub(true, &state, func(w http.ResponseWriter, r *http.Request) {
		if calls == 1 {
			state = model.PluginStateRunning
		}
		answers[min(calls, len(answers)-1)](w, r)
		calls++
	})
	if err := askLinks(t, s, time.Minute); err != nil || calls < len(answers) {
		t.Errorf("after %d calls: %v", calls, err)
	}
}

// TestWhenReadySaysWhatIsInTheWay: where waiting does not help, and when it took too long.
func TestWhenReadySaysWhatIsInTheWay(t *testing.T) {
	for name, test := range map[string]struct {
		enabled bool
		state   int
		answer  http.HandlerFunc
		says    []string
		down    bool
	}{
		"not configured": {true, model.PluginStateRunning, says(503, notReady), []string{"gave up", "not configured yet", "msteamssync_plugin_config"}, true},
		"disabled":       {false, model.PluginStateNotRunning, page(404), []string{"installed but disabled"}, true},
		"failed":         {true, model.PluginStateFailedToStart, page(502), []string{"does not run, its state is failed"}, true},
		"foreign plugin": {true, model.PluginStateRunning, page(404), []string{"version 0.1.0", "update msteamssync_plugin"}, true},
		"older":          {true, model.PluginStateRunning, says(404, noRoute), []string{"does not know GET /api/v1/links", "update msteamssync_plugin"}, true},
		"older method":   {true, model.PluginStateRunning, says(405, `{"code": "method_not_allowed", "message": "x"}`), []string{"update msteamssync_plugin"}, true},
		"no admin":       {true, model.PluginStateRunning, says(403, `{"code": "forbidden", "message": "Only system admins may do this."}`), []string{"role system admin"}, false},
		"setting":        {true, model.PluginStateRunning, says(403, `{"code": "forbidden", "message": "Linking is switched off."}`), []string{"Linking is switched off"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			// A clock that does not move lets a short limit run out after a few calls.
			err := askLinks(t, pluginStub(test.enabled, &test.state, test.answer), 50*time.Millisecond)
			if err == nil || IsDown(err) != test.down {
				t.Fatalf("down is %v: %v", IsDown(err), err)
			}
			for _, text := range test.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%v does not say %q", err, text)
				}
			}
			if name == "setting" && strings.Contains(err.Error(), "system admin") {
				t.Errorf("%v blames the account", err)
			}
		})
	}
}

// TestDeletingWhatIsGoneIsDone: but a route that the plugin does not know deletes nothing.
func TestDeletingWhatIsGoneIsDone(t *testing.T) {
	state := model.PluginStateRunning
	for document, done := range map[string]bool{`{"code": "not_found", "message": "This channel is not linked."}`: true, noRoute: false} {
		s := pluginStub(true, &state, nil)
		s.answers["DELETE /plugins/"+catalog.PluginID+"/api/v1/links/c"] = says(404, document)
		if err := s.connect(t).DeleteLink(t.Context(), "c"); (err == nil) != done {
			t.Errorf("%s: %v", document, err)
		}
	}
}

func TestNamesThatLeadNowhereAreErrors(t *testing.T) {
	state := model.PluginStateRunning
	s := pluginStub(true, &state, nil)
	s.answers["GET /plugins/"+catalog.PluginID+"/api/v1/teams"] = says(200, `{"teams": [{"id": "b"}, {"id": "a"}]}`)
	_, err := s.connect(t).TeamsTeamByName(t.Context(), "Twice")
	named, ok := errors.AsType[*NameError](err)
	if !ok || len(named.IDs) != 2 || !strings.Contains(err.Error(), "a, b") {
		t.Errorf("error %v", err)
	}
}
