// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// bridge is an application with the set-up guide's permissions, and what it sees of the cloud: real tokens, real TLS.
type bridge struct {
	*emulator.Server
	app      *http.Client // acts for itself
	messages string       // address of the demo channel's messages
	place    teams.Place
	items    chan map[string]any // notifications received
	receiver string              // address that receives them
}

const (
	bridgeAppID    = "66666666-6666-4666-8666-666666666666"
	bridgeSecret   = "bridge-secret-of-the-test"
	bridgeRedirect = "https://127.0.0.1/oauth-redirect"
)

func newBridge(t *testing.T) *bridge {
	t.Helper()
	seed := emulator.DefaultSeed()
	seed.Directory.Applications = append(seed.Directory.Applications, directory.ApplicationSeed{
		AppID: bridgeAppID, DisplayName: "Bridge", Secret: bridgeSecret, RedirectURIs: []string{bridgeRedirect},
		Roles: catalog.Guide(catalog.Application), Scopes: catalog.Guide(catalog.Delegated),
	})
	b := &bridge{Server: emulator.Start(t, emulator.Config{Seed: &seed, Log: t.Output()}), items: make(chan map[string]any, 1000)}
	config := clientcredentials.Config{
		ClientID: bridgeAppID, ClientSecret: bridgeSecret, TokenURL: b.endpoint().TokenURL, Scopes: []string{b.URL() + "/.default"},
	}
	b.app = config.Client(b.context(t))
	team := b.Teams().Teams()[0]
	channels, err := b.Teams().Channels(team.ID)
	if err != nil {
		t.Fatal(err)
	}
	b.place = teams.Place{Team: team.ID, Channel: channels[1].ID}
	b.messages = fmt.Sprintf("%s/v1.0/teams/%s/channels/%s/messages", b.URL(), team.ID, channels[1].ID)
	b.receiver = b.listen(t)
	return b
}

func (b *bridge) endpoint() oauth2.Endpoint {
	base := b.URL() + "/" + directory.DemoTenantID + "/oauth2/v2.0"
	return oauth2.Endpoint{AuthURL: base + "/authorize", TokenURL: base + "/token", AuthStyle: oauth2.AuthStyleInParams}
}

// context makes oauth2 use a client that trusts the emulator.
func (b *bridge) context(t *testing.T) context.Context {
	return context.WithValue(t.Context(), oauth2.HTTPClient, b.HTTPClient())
}

// as signs a user in on the log-in page and returns a client that acts for them.
func (b *bridge) as(t *testing.T, login string) *http.Client {
	t.Helper()
	config := oauth2.Config{
		ClientID: bridgeAppID, ClientSecret: bridgeSecret, Endpoint: b.endpoint(), RedirectURL: bridgeRedirect,
		Scopes: []string{b.URL() + "/.default", "offline_access"},
	}
	verifier := oauth2.GenerateVerifier()
	page := config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier))
	browser := &http.Client{Transport: b.HTTPClient().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.PostForm(page, url.Values{"login": {login}, "password": {directory.DemoPassword}, "action": {"login"}})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	target, err := response.Location()
	if err != nil {
		t.Fatalf("sign-in answered %s: %v", response.Status, err)
	}
	token, err := config.Exchange(b.context(t), target.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	return config.Client(b.context(t), token)
}

// listen receives notifications with a certificate of the emulator's authority.
func (b *bridge) listen(t *testing.T) string {
	t.Helper()
	certificate, key, err := b.IssueCertificate("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token := r.URL.Query().Get("validationToken"); token != "" {
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, token)
			return
		}
		var body struct{ Value []map[string]any }
		if json.NewDecoder(r.Body).Decode(&body) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for _, item := range body.Value {
			b.items <- item
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func (b *bridge) subscribe(t *testing.T) {
	t.Helper()
	status, body := send(t, b.app, "POST", b.URL()+"/v1.0/subscriptions", map[string]any{
		"changeType": "created,updated,deleted", "notificationUrl": b.receiver, "lifecycleNotificationUrl": b.receiver, "clientState": "state",
		"resource": strings.TrimPrefix(b.messages, b.URL()+"/v1.0"), "expirationDateTime": b.Clock().Now().Add(71 * time.Hour),
	})
	if status != http.StatusCreated {
		t.Fatalf("subscribe: %d %v", status, body)
	}
}

// received waits for the next n notifications.
func (b *bridge) received(t *testing.T, n int) (items []map[string]any) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for range n {
		select {
		case item := <-b.items:
			items = append(items, item)
		case <-deadline:
			t.Fatalf("%d of %d notifications came: %v", len(items), n, items)
		}
	}
	return items
}

// send returns status 0 for a dropped connection.
func send(t *testing.T, client *http.Client, method, address string, body any) (int, map[string]any) {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		t.Log(err)
		return 0, nil
	}
	defer response.Body.Close()
	var answer map[string]any
	_ = json.NewDecoder(response.Body).Decode(&answer) // 204 has none
	return response.StatusCode, answer
}

func message(content string) map[string]any {
	return map[string]any{"body": map[string]any{"contentType": "html", "content": content}}
}

func TestAMessageGoesRound(t *testing.T) {
	b := newBridge(t)
	b.subscribe(t)
	alex := b.as(t, "alex@demo.example")
	status, sent := send(t, alex, "POST", b.messages, message("hello"))
	if status != http.StatusCreated {
		t.Fatalf("post: %d %v", status, sent)
	}
	item := b.received(t, 1)[0]
	status, read := send(t, b.app, "GET", b.URL()+"/v1.0/"+item["resource"].(string), nil)
	if status != http.StatusOK || read["id"] != sent["id"] {
		t.Errorf("read: %d %v", status, read)
	}
	if status, body := send(t, b.app, "POST", b.messages, message("as the application")); status != http.StatusForbidden {
		t.Errorf("an application posted: %d %v", status, body)
	}
	if _, err := b.Teams().Post("blake@demo.example", b.place, teams.MessageID(sent["id"].(string)), teams.Draft{Body: teams.HTML("from Teams")}); err != nil {
		t.Fatal(err)
	}
	if item := b.received(t, 1)[0]; !strings.Contains(item["resource"].(string), "/replies(") {
		t.Errorf("a reply is notified as %v", item)
	}
}

func TestPostIsDroppedAfterItWasCommitted(t *testing.T) {
	b := newBridge(t)
	alex := b.as(t, "alex@demo.example")
	for _, after := range []bool{false, true} {
		b.Faults().Clear()
		if _, err := b.Faults().Add(faults.Rule{Effect: faults.Drop, Route: "POST /teams/*/channels/*/messages", AfterCommit: after, Next: 1}); err != nil {
			t.Fatal(err)
		}
		if status, body := send(t, alex, "POST", b.messages, message(fmt.Sprint("committed: ", after))); status != 0 {
			t.Errorf("an answer came: %d %v", status, body)
		}
	}
	list, err := b.Teams().Messages(b.place)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Text() != "<p>committed: true</p>" {
		t.Errorf("%d messages in the channel", len(list))
	}
	hit := 0
	for _, r := range b.Requests() {
		if strings.HasPrefix(r.Fault, "drop") {
			hit++
		}
	}
	if hit != 2 {
		t.Errorf("the request log shows %d dropped requests", hit)
	}
}

func TestBatchItemsAreLimitedAndFailOneByOne(t *testing.T) {
	b := newBridge(t)
	alex := b.as(t, "alex@demo.example")
	batch := func() (statuses []int) {
		var requests []map[string]any
		for i := range 3 {
			requests = append(requests, map[string]any{
				"id": fmt.Sprint(i), "method": "POST", "url": strings.TrimPrefix(b.messages, b.URL()+"/v1.0"),
				"headers": map[string]string{"Content-Type": "application/json"}, "body": message(fmt.Sprint(i)),
			})
		}
		status, body := send(t, alex, "POST", b.URL()+"/v1.0/$batch", map[string]any{"requests": requests})
		if status != http.StatusOK {
			t.Fatalf("batch: %d %v", status, body)
		}
		for _, r := range body["responses"].([]any) {
			statuses = append(statuses, int(r.(map[string]any)["status"].(float64)))
		}
		return statuses
	}
	count := func(statuses []int, want int) (n int) {
		for _, s := range statuses {
			if s == want {
				n++
			}
		}
		return n
	}
	b.Limits().Enable(true)
	if got := batch(); count(got, 201) != 1 || count(got, 429) != 2 {
		t.Errorf("with limits, one message per second and user: %v", got)
	}
	b.Limits().Enable(false)
	if _, err := b.Faults().Add(faults.Rule{Effect: faults.Status, Status: 503, Route: "POST /teams/**", Next: 1}); err != nil {
		t.Fatal(err)
	}
	if got := batch(); count(got, 201) != 2 || count(got, 503) != 1 {
		t.Errorf("with one fault: %v", got)
	}
}

func TestDisturbedNotificationsArrive(t *testing.T) {
	b := newBridge(t)
	b.subscribe(t)
	for _, rule := range []faults.Rule{
		{Effect: faults.Duplicate, Delay: faults.Duration(5 * time.Millisecond)},
		{Effect: faults.Reorder, Delay: faults.Duration(20 * time.Millisecond)},
	} {
		if _, err := b.Faults().Add(rule); err != nil {
			t.Fatal(err)
		}
	}
	const n = 50
	for i := range n {
		if _, err := b.Teams().Post("alex@demo.example", b.place, "", teams.Draft{Body: teams.Text(fmt.Sprint(i))}); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[any]int{}
	for _, item := range b.received(t, 2*n) {
		seen[item["resource"]]++
	}
	if len(seen) != n {
		t.Errorf("%d of %d messages were notified", len(seen), n)
	}
	for resource, times := range seen {
		if times != 2 {
			t.Errorf("%v was notified %d times", resource, times)
		}
	}
}

func TestRevokedConsentStopsTheBridge(t *testing.T) {
	b := newBridge(t)
	b.subscribe(t)
	status, body := send(t, b.HTTPClient(), "POST", b.URL()+"/_emulator/revoke/consent", map[string]any{"appId": bridgeAppID, "kind": "application"})
	if status != http.StatusCreated {
		t.Fatalf("revoke: %d %v", status, body)
	}
	if item := b.received(t, 1)[0]; item["lifecycleEvent"] != string(notify.ReauthorizationRequired) {
		t.Errorf("item: %v", item)
	}
	status, body = send(t, b.HTTPClient(), "POST", b.URL()+"/_emulator/revoke/tokens", map[string]any{"appId": bridgeAppID, "accessTokens": true})
	if status != http.StatusCreated {
		t.Fatalf("revoke: %d %v", status, body)
	}
	if status, _ := send(t, b.app, "GET", b.messages, nil); status != http.StatusUnauthorized {
		t.Errorf("a revoked token is answered with %d", status)
	}
}

func TestResetForgetsMessagesAndSubscriptions(t *testing.T) {
	b := newBridge(t)
	b.subscribe(t)
	if _, err := b.Teams().Post("alex@demo.example", b.place, "", teams.Draft{Body: teams.Text("x")}); err != nil {
		t.Fatal(err)
	}
	b.Clock().Shift(time.Hour)
	if status, body := send(t, b.HTTPClient(), "POST", b.URL()+"/_emulator/reset", nil); status != http.StatusNoContent {
		t.Fatalf("reset: %d %v", status, body)
	}
	list, err := b.Teams().Messages(b.place)
	if err != nil || len(list) != 0 || len(b.Subscriptions().All()) != 0 || b.Clock().Offset() != 0 {
		t.Errorf("left: %d messages, %d subscriptions, offset %v, %v", len(list), len(b.Subscriptions().All()), b.Clock().Offset(), err)
	}
}
