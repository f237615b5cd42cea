// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build e2e

package plugin_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/service"
)

// All tests share one server with the plugin; they run in the order in which they stand here, from empty settings on.
var (
	shared *stack.Stack
	app    stack.Registration
	town   *model.Channel
	alex   *stack.User
)

func TestMain(m *testing.M) {
	os.Exit(stack.Run(m, stack.Options{}, func(s *stack.Stack) {
		shared = s
		s.Emulator.Subscriptions().SetSettings(notify.Settings{RetryBase: 50 * time.Millisecond, RetryMax: time.Second})
		if err := setUp(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "The plugin was not set up:", err)
			s.WriteLogs(os.Stderr)
			_ = s.Stop(context.Background())
			os.Exit(1)
		}
	}))
}

func setUp(ctx context.Context) (err error) {
	if err := shared.InstallPlugin(ctx); err != nil {
		return err
	}
	if app, err = shared.RegisterApplication(); err != nil {
		return err
	}
	if alex, err = shared.Mattermost.NewUser(ctx, "alex"); err != nil {
		return err
	}
	team, err := shared.Mattermost.NewTeam(ctx, "red", shared.Mattermost.Admin(), alex)
	if err != nil {
		return err
	}
	town, err = shared.Mattermost.NewChannel(ctx, team.Id, "town", shared.Mattermost.Admin(), alex)
	return err
}

// ask makes a request to the plugin with the user's token, or without one.
func ask(t *testing.T, user *stack.User, method, route string, body any) (int, []byte) {
	t.Helper()
	var content io.Reader
	if body != nil {
		document, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.NewReader(document)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, catalog.PluginURL(shared.Mattermost.URL, route), content)
	if err != nil {
		t.Fatal(err)
	}
	if user != nil {
		r.Header.Set("Authorization", "Bearer "+user.Client.AuthToken)
	}
	return send(t, r)
}

func send(t *testing.T, r *http.Request) (int, []byte) {
	t.Helper()
	response, err := shared.Mattermost.HTTPClient().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, answer
}

func status(t *testing.T) service.Status {
	t.Helper()
	code, answer := ask(t, shared.Mattermost.Admin(), http.MethodGet, "/api/v1/status", nil)
	if code != http.StatusOK {
		t.Fatalf("status answers %d: %s", code, answer)
	}
	var s service.Status
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

// eventually waits until check is content.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := process.Until(ctx, func(context.Context) error { return check() }); err != nil {
		t.Fatal(err)
	}
}

// configure writes settings and waits until the plugin is in the state.
func configure(t *testing.T, state service.State, settings map[string]any) service.Status {
	t.Helper()
	if err := shared.ConfigurePlugin(t.Context(), app, settings); err != nil {
		t.Fatal(err)
	}
	var s service.Status
	eventually(t, func() error {
		if s = status(t); s.State != state {
			return fmt.Errorf("state %s: %v %v %s", s.State, s.MissingKeys, s.Problems, s.Error)
		}
		return nil
	})
	return s
}

func TestItRunsWithoutSettingsAndSaysWhatIsMissing(t *testing.T) {
	s := status(t)
	if s.State != service.NotConfigured || s.Bridging || s.Version == "" || s.Error != "" {
		t.Errorf("status %+v", s)
	}
	if want := []string{"tenantId", "clientId", "clientSecret", "encryptionKey"}; !slices.Equal(s.MissingKeys, want) {
		t.Errorf("missing %v, want %v", s.MissingKeys, want)
	}
	answer, err := shared.Command(t.Context(), shared.Mattermost.Admin(), town.Id, "/msteams-sync status")
	if err != nil || !strings.Contains(answer, "not_configured") || !strings.Contains(answer, "clientSecret") {
		t.Errorf("the command answers %q, %v", answer, err)
	}
	for route, want := range map[string]string{"/connect": "not configured yet", "/oauth-redirect?state=x": "not configured yet"} {
		if code, page := ask(t, alex, http.MethodGet, route, nil); code != http.StatusServiceUnavailable || !strings.Contains(string(page), want) {
			t.Errorf("%s answers %d: %s", route, code, page)
		}
	}
	if code, answer := ask(t, alex, http.MethodGet, "/needsConnect", nil); code != http.StatusOK || !strings.Contains(string(answer), `"needsConnect":false`) {
		t.Errorf("needsConnect answers %d: %s", code, answer)
	}
}

func TestBadSettingsAreNamedAndTheLastGoodOnesStay(t *testing.T) {
	good := configure(t, service.Running, map[string]any{"terraformmanagedkeys": "tenantId,clientId"})
	if !good.Bridging || good.SettingsSince == nil || !slices.Equal(good.TerraformManagedKeys, []string{"tenantId", "clientId"}) {
		t.Errorf("good %+v", good)
	}
	bad := configure(t, service.BadSettings, map[string]any{"cloud": "moon", "syncusers": "soon"})
	if !bad.Bridging || len(bad.Problems) != 2 || !bad.SettingsSince.Equal(*good.SettingsSince) {
		t.Errorf("bad %+v", bad)
	}
	missing := configure(t, service.NotConfigured, map[string]any{"clientsecret": ""})
	if !missing.Bridging || !slices.Equal(missing.MissingKeys, []string{"clientSecret"}) {
		t.Errorf("missing %+v", missing)
	}
	configure(t, service.Running, nil)
}

func TestAWrongSecretIsNamed(t *testing.T) {
	waitFor := func(state, words string) {
		t.Helper()
		eventually(t, func() error {
			if c := status(t).Credentials; c.State != state || !strings.Contains(c.Error, words) || c.CheckedAt == nil {
				return fmt.Errorf("credentials %+v", c)
			}
			return nil
		})
	}
	configure(t, service.Running, map[string]any{"clientsecret": "wrong-but-well-formed"})
	waitFor("refused", "AADSTS7000215")
	configure(t, service.Running, nil)
	waitFor("accepted", "")
}

func TestFingerprintsTellSecretsApart(t *testing.T) {
	configure(t, service.Running, nil)
	salt := []byte("a salt of the caller's choice")
	code, answer := ask(t, shared.Mattermost.Admin(), http.MethodPost, "/api/v1/config/fingerprints", map[string]string{"salt": base64.StdEncoding.EncodeToString(salt)})
	var got struct{ Fingerprints map[string]string }
	if err := json.Unmarshal(answer, &got); err != nil || code != http.StatusOK {
		t.Fatalf("answers %d %s: %v", code, answer, err)
	}
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(app.Secret))
	if got.Fingerprints["clientSecret"] != hex.EncodeToString(mac.Sum(nil)) {
		t.Error("the fingerprint is not that of the client secret")
	}
	if _, ok := got.Fingerprints["certificateKey"]; ok || got.Fingerprints["encryptionKey"] == "" || got.Fingerprints["webhookSecret"] == "" {
		t.Errorf("fingerprints of %v", got.Fingerprints)
	}
	if bytes.Contains(answer, []byte(app.Secret)) {
		t.Error("the answer holds the secret")
	}
}

func TestWhoMayAskTheRealServer(t *testing.T) {
	for name, c := range map[string]struct {
		user *stack.User
		want int
	}{"nobody": {nil, 401}, "a user": {alex, 403}, "an admin": {shared.Mattermost.Admin(), 200}} {
		if code, answer := ask(t, c.user, http.MethodGet, "/api/v1/status", nil); code != c.want {
			t.Errorf("status for %s answers %d: %s", name, code, answer)
		}
	}
	// The server sets and removes the header itself: sending it is of no use.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, catalog.PluginURL(shared.Mattermost.URL, "/api/v1/status"), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Mattermost-User-Id", shared.Mattermost.Admin().ID)
	if code, _ := send(t, r); code != http.StatusUnauthorized {
		t.Errorf("a made-up header is believed: %d", code)
	}
}

// TestTheServerChecksCSRF: a page of another site can make a browser send the session cookie, but not the token.
func TestTheServerChecksCSRF(t *testing.T) {
	admin := shared.Mattermost.Admin()
	post := func(csrf string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, catalog.PluginURL(shared.Mattermost.URL, "/api/v1/config/fingerprints"), strings.NewReader(`{"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}`))
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: "MMAUTHTOKEN", Value: admin.Client.AuthToken})
		if csrf != "" {
			r.Header.Set("X-CSRF-Token", csrf)
		}
		code, _ := send(t, r)
		return code
	}
	if code := post(""); code != http.StatusUnauthorized {
		t.Errorf("without the token it answers %d", code)
	}
	if code := post("wrong"); code != http.StatusUnauthorized {
		t.Errorf("with a wrong token it answers %d", code)
	}
}

func TestMetricsAreServed(t *testing.T) {
	code, text := ask(t, shared.Mattermost.Admin(), http.MethodGet, "/api/v1/metrics", nil)
	if code != http.StatusOK || !bytes.Contains(text, []byte("msteams_connect_system_plugin_info")) {
		t.Errorf("metrics answer %d: %.200s", code, text)
	}
}

func TestLinksOverREST(t *testing.T) {
	configure(t, service.Running, nil)
	admin := shared.Mattermost.Admin()
	team := shared.Emulator.Teams().Teams()[0]
	channels, err := shared.Emulator.Teams().Channels(team.ID)
	if err != nil {
		t.Fatal(err)
	}
	body := map[string]any{"channel_id": town.Id, "teams_team_id": team.ID, "teams_channel_id": channels[1].ID}
	for name, c := range map[string]struct {
		change map[string]any
		want   int
	}{
		"an unknown channel":       {map[string]any{"channel_id": model.NewId()}, 404},
		"an unknown Teams channel": {map[string]any{"teams_channel_id": "19:none@thread.tacv2"}, 404},
		"a field too many":         {map[string]any{"force": true}, 400},
	} {
		changed := map[string]any{}
		for k, v := range body {
			changed[k] = v
		}
		for k, v := range c.change {
			changed[k] = v
		}
		if code, answer := ask(t, admin, http.MethodPost, "/api/v1/links", changed); code != c.want {
			t.Errorf("%s answers %d: %s", name, code, answer)
		}
	}
	code, answer := ask(t, admin, http.MethodPost, "/api/v1/links", body)
	if code != http.StatusCreated {
		t.Fatalf("linking answers %d: %s", code, answer)
	}
	if code, answer := ask(t, admin, http.MethodPost, "/api/v1/links", body); code != http.StatusConflict {
		t.Errorf("linking twice answers %d: %s", code, answer)
	}
	eventually(t, func() error {
		s := status(t)
		if len(s.Links) != 1 || len(s.Subscriptions) != 1 || s.Subscriptions[0].State != "active" {
			return fmt.Errorf("links %+v, subscriptions %+v", s.Links, s.Subscriptions)
		}
		return nil
	})
	if code, answer := ask(t, admin, http.MethodGet, "/api/v1/links", nil); code != http.StatusOK || !bytes.Contains(answer, []byte(town.Id)) {
		t.Errorf("listing answers %d: %s", code, answer)
	}
	if code, answer := ask(t, admin, http.MethodDelete, "/api/v1/links/"+town.Id, nil); code != http.StatusNoContent {
		t.Errorf("unlinking answers %d: %s", code, answer)
	}
	eventually(t, func() error {
		if left := shared.Emulator.Subscriptions().All(); len(left) != 0 {
			return fmt.Errorf("Graph still has %d subscriptions", len(left))
		}
		return nil
	})
}

func TestCommandsCheckTheirCaller(t *testing.T) {
	for command, want := range map[string]string{
		"/msteams-sync":                   "you can",
		"/msteams-sync dance":             "no command",
		"/msteams-sync show":              "not linked",
		"/msteams-sync unlink":            "channel admins",
		"/msteams-sync link team channel": "channel admins",
		"/msteams-sync link team":         "[team id]",
		"/msteams-sync show-links":        "system admins",
		"/msteams-sync connect-bot":       "system admins",
		"/msteams-sync disconnect-bot":    "system admins",
		"/msteams-sync disconnect":        "not connected",
		"/msteams-sync status":            "not connected",
		"/msteams-sync connect":           "/plugins/com.mattermost.msteams-sync/connect)",
	} {
		answer, err := shared.Command(t.Context(), alex, town.Id, command)
		if err != nil || !strings.Contains(answer, want) {
			t.Errorf("%s answers %q, %v; want %q in it", command, answer, err, want)
		}
	}
}

func TestTheEnforcedPromptAsksWhoIsNotConnected(t *testing.T) {
	configure(t, service.Running, map[string]any{"enforceconnectedusers": true, "allowskipconnectusers": true, "enabledteams": "RED"})
	needs := func(user *stack.User) (r struct{ NeedsConnect, CanSkip bool }) {
		t.Helper()
		code, answer := ask(t, user, http.MethodGet, "/needsConnect", nil)
		if err := json.Unmarshal(answer, &r); err != nil || code != http.StatusOK {
			t.Fatalf("answers %d: %s", code, answer)
		}
		return r
	}
	if r := needs(alex); !r.NeedsConnect || !r.CanSkip {
		t.Errorf("alex: %+v", r)
	}
	if r := needs(shared.Mattermost.Admin()); r.NeedsConnect {
		t.Errorf("the admin: %+v", r)
	}
	if err := shared.Connect(t.Context(), alex, stack.DemoCredentials("alex")); err != nil {
		t.Fatal(err)
	}
	if r := needs(alex); r.NeedsConnect {
		t.Errorf("alex, connected: %+v", r)
	}
	if code, answer := ask(t, alex, http.MethodGet, "/connection-status", nil); code != http.StatusOK || !strings.Contains(string(answer), `"email":"alex@demo.example"`) {
		t.Errorf("connection-status answers %d: %s", code, answer)
	}
}

// serverUsers is as much of the plugin's API as reading posts takes, answered by the real server.
type serverUsers struct{ plugin.API }

func (serverUsers) GetUser(id string) (*model.User, *model.AppError) {
	user, _, err := shared.Mattermost.Client().GetUser(context.Background(), id, "")
	if err != nil {
		return nil, model.NewAppError("GetUser", "unknown", nil, err.Error(), http.StatusNotFound)
	}
	return user, nil
}

// TestPostsAreReadFromTheServersTables: our SQL fits the real server's tables.
func TestPostsAreReadFromTheServersTables(t *testing.T) {
	ctx := t.Context()
	pool, err := pgxpool.New(ctx, shared.Postgres.DSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	server := mattermost.New(serverUsers{}, pool, "bot")
	since := time.Now().Add(-time.Minute)
	channel, err := shared.Mattermost.NewChannel(ctx, town.TeamId, "tables", alex)
	if err != nil {
		t.Fatal(err)
	}
	var ids []bridge.PostID
	for i := range 5 {
		post := &model.Post{ChannelId: channel.Id, Message: fmt.Sprint("post ", i)}
		if i == 3 {
			post.AddProp(bridge.MappingProp, "mapping-3")
		}
		created, _, err := alex.Client.CreatePost(ctx, post)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, bridge.PostID(created.Id))
	}
	edited := "edited"
	if _, _, err := alex.Client.PatchPost(ctx, string(ids[0]), &model.PostPatch{Message: &edited}); err != nil {
		t.Fatal(err)
	}
	if _, err := alex.Client.DeletePost(ctx, string(ids[1])); err != nil {
		t.Fatal(err)
	}

	var pages [][]bridge.Post
	cursor := bridge.Cursor{UpdateAt: since.UnixMilli()}
	for {
		page, err := server.PostsAfter(ctx, bridge.ChannelID(channel.Id), cursor, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		pages = append(pages, page)
		cursor = bridge.Cursor{UpdateAt: page[len(page)-1].UpdateAt, ID: page[len(page)-1].ID}
	}
	all := slices.Concat(pages...)
	if !slices.IsSortedFunc(all, func(a, b bridge.Post) int { return int(a.UpdateAt - b.UpdateAt) }) {
		t.Error("not in the order of their changes")
	}
	found := map[bridge.PostID]bridge.Post{}
	system := 0
	for _, p := range all {
		if _, twice := found[p.ID]; twice {
			t.Errorf("%s twice", p.ID)
		}
		found[p.ID] = p
		if p.System {
			system++
		}
	}
	if len(all)-system != len(ids) || system == 0 {
		t.Errorf("%d posts and %d system posts, want %d posts: edit history must not show", len(all)-system, system, len(ids))
	}
	if found[ids[0]].Message != "edited" || found[ids[1]].DeleteAt == 0 || found[ids[3]].Mapping != "mapping-3" || found[ids[2]].Author != bridge.UserID(alex.ID) {
		t.Errorf("found %+v", found)
	}
	p, ok, err := server.FindByMapping(ctx, bridge.ChannelID(channel.Id), "mapping-3", since)
	if err != nil || !ok || p.ID != ids[3] {
		t.Errorf("by mapping: %+v, %v, %v", p, ok, err)
	}
	if _, ok, err := server.FindByMapping(ctx, bridge.ChannelID(channel.Id), "mapping-4", since); err != nil || ok {
		t.Errorf("an unknown mapping: %v, %v", ok, err)
	}
	if p, err := server.Post(ctx, ids[1]); err != nil || p.DeleteAt == 0 {
		t.Errorf("a deleted post: %+v, %v", p, err)
	}
	_, err = server.Post(ctx, "none")
	if f, ok := errors.AsType[*bridge.Failure](err); !ok || f.Class != bridge.NotFound {
		t.Errorf("an unknown post: %v", err)
	}
}

func TestNoSecretInTheLog(t *testing.T) {
	if log := shared.Mattermost.Logs(); strings.Contains(log, app.Secret) {
		t.Error("the server's log holds the client secret")
	}
}
