// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
)

// stub is what a test needs of a server that the real one cannot be made to do on demand: answer with an error, or lose a
// write. What the API really does is tested on the real server, in the provider's acceptance tests.
type stub struct {
	mu      sync.Mutex
	answers map[string]http.HandlerFunc // by "METHOD /path below /api/v4"
	plugins map[string]pluginSettings
	saves   int
	lose    int // how many saves are lost to somebody else
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v4")
	if answer, ok := s.answers[call]; ok {
		answer(w, r)
		return
	}
	switch call {
	case "GET /config":
		w.Header().Set("X-Version-Id", "11.1.0.11.1.0.abc.false")
		_ = json.NewEncoder(w).Encode(map[string]any{"PluginSettings": map[string]any{"Plugins": s.plugins}})
	case "PUT /config/patch":
		var patch struct {
			PluginSettings struct{ Plugins map[string]pluginSettings }
		}
		_ = json.NewDecoder(r.Body).Decode(&patch)
		if s.saves++; s.saves > s.lose {
			s.plugins = patch.PluginSettings.Plugins
		}
		_, _ = w.Write([]byte("{}"))
	case "GET /plugins":
		_, _ = w.Write([]byte(`{"active": [], "inactive": []}`))
	default:
		http.NotFound(w, r)
	}
}

func (s *stub) connect(t *testing.T) *Server {
	t.Helper()
	listener := httptest.NewServer(s)
	t.Cleanup(listener.Close)
	return connectTo(t, Config{URL: listener.URL, Token: "hush-token"})
}

func connectTo(t *testing.T, cfg Config) *Server {
	t.Helper()
	cfg.Policy = consistency.Policy{Clock: hurried{}}
	server, err := Connect(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// hurried is a clock whose sleeps take no time.
type hurried struct{}

func (hurried) Now() time.Time { return time.Now() }

func (hurried) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func refuse(status int, id, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"id": id, "message": message, "request_id": "req1", "status_code": status})
	}
}

func setOne(Settings) (Edit, error) { return Edit{Set: map[string]any{"syncUsers": 7}}, nil }

func TestEditIsSavedAgainWhenSomebodyElseOverwritesIt(t *testing.T) {
	s := &stub{lose: 2, plugins: map[string]pluginSettings{"com.example.other": {"Key": json.RawMessage("12345678901234567890")}}}
	if _, err := s.connect(t).EditSettings(t.Context(), setOne); err != nil {
		t.Fatal(err)
	}
	if s.saves != 3 || string(s.plugins[catalog.PluginID]["syncusers"]) != "7" {
		t.Errorf("after %d saves: %v", s.saves, s.plugins)
	}
	if string(s.plugins["com.example.other"]["Key"]) != "12345678901234567890" {
		t.Errorf("the other plugin's value went back as %s", s.plugins["com.example.other"]["Key"])
	}
}

func TestEditGivesUp(t *testing.T) {
	s := &stub{lose: 1000}
	_, err := s.connect(t).EditSettings(t.Context(), setOne)
	if err == nil || s.saves != maxSaves || !strings.Contains(err.Error(), "syncUsers") || !strings.Contains(err.Error(), "ReadOnlyConfig") {
		t.Errorf("after %d saves: %v", s.saves, err)
	}
}

func TestEditThatChangesNothingSavesNothing(t *testing.T) {
	s := &stub{plugins: map[string]pluginSettings{catalog.PluginID: {"syncusers": json.RawMessage("7.0")}}}
	if _, err := s.connect(t).EditSettings(t.Context(), setOne); err != nil || s.saves != 0 {
		t.Errorf("%d saves, %v", s.saves, err)
	}
}

func TestEditWarnsOnceAboutSettingsThatTheServerHides(t *testing.T) {
	s := &stub{answers: map[string]http.HandlerFunc{
		"GET /plugins": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"active": [{"id": "com.example.plain"}], "inactive": []}`))
		},
	}}
	server := s.connect(t)
	warnings, err := server.EditSettings(t.Context(), setOne)
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "com.example.plain") {
		t.Errorf("first edit: %v, %v", warnings, err)
	}
	warnings, err = server.EditSettings(t.Context(), func(Settings) (Edit, error) { return Edit{Clear: []string{"syncUsers"}}, nil })
	if err != nil || len(warnings) != 0 {
		t.Errorf("second edit: %v, %v", warnings, err)
	}
	if _, there := s.plugins[catalog.PluginID]; there {
		t.Error("an entry without settings is left")
	}
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	for name, test := range map[string]struct {
		call   string
		answer http.HandlerFunc
		do     func(*Server) error
		want   []string
	}{
		"wrong token": {"GET /config", refuse(401, "api.context.session_expired.app_error", "Invalid or expired session."),
			func(s *Server) error { _, err := s.Facts(t.Context()); return err }, []string{"mattermost.token is wrong", "HTTP 401", "req1"}},
		"not an admin": {"PUT /config/patch", refuse(403, "api.context.permissions.app_error", "You do not have the appropriate permissions."),
			func(s *Server) error { _, err := s.EditSettings(t.Context(), setOne); return err }, []string{"system admin", "HTTP 403"}},
		"uploads off": {"POST /plugins", refuse(501, "app.plugin.upload_disabled.app_error", "Plugins and/or plugin uploads have been disabled."),
			func(s *Server) error { return s.Install(t.Context(), strings.NewReader("bundle")) }, []string{"EnableUploads", "RequirePluginSignature"}},
		"bundle too large": {"POST /plugins", refuse(413, "api.plugin.upload.file_too_large.app_error", "Too large."),
			func(s *Server) error { return s.Install(t.Context(), strings.NewReader("bundle")) }, []string{"MaxFileSize"}},
		"a log-in page": {"GET /config", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403); _, _ = w.Write([]byte("<html>")) },
			func(s *Server) error { _, err := s.Facts(t.Context()); return err }, []string{"not Mattermost's", "HTTP 403"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.do((&stub{answers: map[string]http.HandlerFunc{test.call: test.answer}}).connect(t))
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error = %q, want %q in it", err, part)
				}
			}
			if strings.Contains(err.Error(), "hush-token") {
				t.Errorf("the error shows the token: %v", err)
			}
		})
	}
}

func TestUnreachableServersAreExplained(t *testing.T) {
	plain := httptest.NewServer(&stub{})
	t.Cleanup(plain.Close)
	secure := httptest.NewTLSServer(&stub{})
	t.Cleanup(secure.Close)
	closed := httptest.NewServer(&stub{})
	closed.Close()
	for name, test := range map[string]struct{ url, want string }{
		"nobody listens":      {closed.URL, "cannot be reached"},
		"unknown authority":   {secure.URL, "ca_certificates"},
		"TLS to a plain port": {strings.Replace(plain.URL, "http://", "https://", 1), "does not speak TLS"},
	} {
		server := connectTo(t, Config{URL: test.url, LoginID: "admin", Password: "hush-password"})
		_, err := server.Facts(t.Context())
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), test.want) || e.Mend == "" {
			t.Errorf("%s: error = %v, want %q in it", name, err, test.want)
		} else if strings.Contains(err.Error(), "hush-password") {
			t.Errorf("%s: the error shows the password", name)
		}
	}
}

func TestConnectChecksItsConfiguration(t *testing.T) {
	for want, cfg := range map[string]Config{
		"is not an http(s) URL":     {URL: "chat.example.com", Token: "t"},
		"must not hold a user name": {URL: "https://me:hush@chat.example.com", Token: "t"},
		"no Mattermost credentials": {URL: "https://chat.example.com"},
		"password is missing":       {URL: "https://chat.example.com", LoginID: "admin"},
	} {
		if _, err := Connect(cfg); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("error = %v, want %q in it", err, want)
		}
	}
	for given, want := range map[string]string{
		"https://Chat.Example.com/":        "https://chat.example.com",
		"https://example.com/chat/api/v4/": "https://example.com/chat",
	} {
		if server, err := Connect(Config{URL: given, Token: "t"}); err != nil || server.URL() != want {
			t.Errorf("%s: %v, %v", given, server.URL(), err)
		}
	}
}

func TestFactsNameObstacles(t *testing.T) {
	facts := Facts{url: "https://chat.example.com", Version: "7.8.10", Database: "mysql", pluginsOff: true, uploadsOff: true, signatures: true, SiteURL: "http://chat.example.com"}
	all := strings.Join(append(append(facts.Obstacles("8.0.1"), facts.UploadObstacles()...), facts.SiteURLProblem()), "\n")
	for _, want := range []string{"7.8.10", "8.0.1 or newer", "PostgreSQL", "PluginSettings.Enable ", "EnableUploads", "RequirePluginSignature", "must start with https"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing in:\n%s", want, all)
		}
	}
	fine := Facts{Version: "10.11.0", Database: "postgres", SiteURL: "https://chat.example.com"}
	if found := append(fine.Obstacles("8.0.1"), fine.UploadObstacles()...); len(found) > 0 || fine.SiteURLProblem() != "" {
		t.Errorf("obstacles on a fine server: %v", found)
	}
	for header, want := range map[string]string{"11.1.0.11.1.0.abc.true": "11.1.0", "9.9.0.dev..false": "9.9.0", "": "", "dev": ""} {
		if got := serverVersion(header); got != want {
			t.Errorf("%q: version %q, want %q", header, got, want)
		}
	}
}

func TestPluginStateIsTheWorstNode(t *testing.T) {
	for want, states := range map[State][]State{Running: {Running, Running}, Starting: {Running, Starting}, Stopped: {Stopped, Running}, Failed: {Running, Failed, Stopped}} {
		p := Plugin{Switched: true}
		for _, state := range states {
			p.Nodes = append(p.Nodes, Node{State: state})
		}
		if p.State() != want {
			t.Errorf("%v: %s", states, p.State())
		}
	}
	if (Plugin{}).State() != Unavailable || (Plugin{Switched: true}).State() != Stopped {
		t.Error("a server without nodes, or without plugins, has the wrong state")
	}
}

func TestPluginThatDoesNotAnswerIsDown(t *testing.T) {
	route := "POST /plugins/" + catalog.PluginID + routeFingerprints
	page := func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusNotFound) }
	if _, err := (&stub{answers: map[string]http.HandlerFunc{route: page}}).connect(t).Fingerprints(t.Context(), []byte("salt")); !errors.Is(err, ErrPluginDown) {
		t.Errorf("a page of the server's: %v", err)
	}
	forbidden := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"code": "forbidden", "message": "for system admins only"}`))
	}
	_, err := (&stub{answers: map[string]http.HandlerFunc{route: forbidden}}).connect(t).Fingerprints(t.Context(), []byte("salt"))
	if errors.Is(err, ErrPluginDown) || err == nil || !strings.Contains(err.Error(), "for system admins only") {
		t.Errorf("a refusal of the plugin's: %v", err)
	}
	answer := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write([]byte(`{"fingerprints": {"clientSecret": "00"}}`))
	}
	sums, err := (&stub{answers: map[string]http.HandlerFunc{route: answer}}).connect(t).Fingerprints(t.Context(), []byte("salt"))
	if err != nil || !maps.Equal(sums, map[string]string{"clientSecret": "00"}) {
		t.Errorf("an answer: %v, %v", sums, err)
	}
}

// TestThePluginIsAskedAgainWhenItSays: a run that makes hundreds of links asks more often than the plugin lets anybody.
func TestThePluginIsAskedAgainWhenItSays(t *testing.T) {
	asked := 0
	s := &stub{answers: map[string]http.HandlerFunc{
		"GET /plugins/" + catalog.PluginID + "/api/v1/bots": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if asked++; asked < 3 {
				w.Header().Set("Retry-After", "1")
				w.WriteHeader(http.StatusTooManyRequests)
				_, _ = w.Write([]byte(`{"code":"too_many_requests","message":"These are too many requests at a time."}`))
				return
			}
			_, _ = w.Write([]byte(`{"bots":[{"id":"b"}]}`))
		},
	}}
	bots, err := s.connect(t).Bots(t.Context())
	if err != nil || len(bots) != 1 || asked != 3 {
		t.Errorf("asked %d times: %v, %v", asked, bots, err)
	}
}
