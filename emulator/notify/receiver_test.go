// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

const tenant = "11111111-1111-4111-8111-111111111111"

var app = notify.Owner{TenantID: tenant, AppID: "app-1", CreatorID: "sp-1"}

var bridge = teams.Place{Team: "t1", Channel: "19:c1@thread.tacv2"}

const channelResource = "/teams/t1/channels/19:c1@thread.tacv2/messages"

// received is one item of a delivery.
type received struct {
	SubscriptionID string  `json:"subscriptionId"`
	TenantID       string  `json:"tenantId"`
	ClientState    *string `json:"clientState"`
	ChangeType     string  `json:"changeType"`
	LifecycleEvent string  `json:"lifecycleEvent"`
	Resource       string  `json:"resource"`
	ResourceData   *struct {
		Type string `json:"@odata.type"`
		Path string `json:"@odata.id"`
		ID   string `json:"id"`
	} `json:"resourceData"`
	EncryptedContent *content `json:"encryptedContent"`
}

// content is the encrypted resource of an item.
type content struct {
	Data          string `json:"data"`
	DataSignature string `json:"dataSignature"`
	DataKey       string `json:"dataKey"`
	CertificateID string `json:"encryptionCertificateId"`
	Thumbprint    string `json:"encryptionCertificateThumbprint"`
}

// receiver is a notification endpoint that answers as it is told.
type receiver struct {
	*httptest.Server
	mu         sync.Mutex
	items      []received
	batches    []int
	tokens     []json.RawMessage // validationTokens of each batch
	handshakes int
	status     func(attempt int) int // nil: always 202
	validate   http.HandlerFunc      // nil: echo
	calls      int
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if token := request.URL.Query().Get("validationToken"); token != "" {
		r.mu.Lock()
		r.handshakes++
		validate := r.validate
		r.mu.Unlock()
		if validate != nil {
			validate(w, request)
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		io.WriteString(w, token)
		return
	}
	var body struct {
		Value            []received
		ValidationTokens json.RawMessage
	}
	if err := json.NewDecoder(request.Body).Decode(&body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if r.status != nil {
		if status := r.status(r.calls); status != http.StatusAccepted {
			w.WriteHeader(status)
			return
		}
	}
	r.items = append(r.items, body.Value...)
	r.batches = append(r.batches, len(body.Value))
	r.tokens = append(r.tokens, body.ValidationTokens)
	w.WriteHeader(http.StatusAccepted)
}

func (r *receiver) got() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received{}, r.items...)
}

// validation returns the validationTokens of each batch as they came.
func (r *receiver) validation() []json.RawMessage {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]json.RawMessage{}, r.tokens...)
}

// bench is a Subscriptions with a receiver that it trusts.
type bench struct {
	*notify.Subscriptions
	*receiver
	clock *clock.Clock
}

func newBench(t *testing.T, change func(*notify.Config)) *bench {
	t.Helper()
	b := &bench{receiver: &receiver{}, clock: clock.New()}
	b.Server = httptest.NewUnstartedServer(b.receiver)
	b.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that must fail
	b.StartTLS()
	t.Cleanup(b.Server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(b.Certificate())
	config := notify.Config{Clock: b.clock, Roots: roots, Settings: notify.Settings{RetryBase: time.Millisecond, HandshakeTime: 5 * time.Second}}
	if change != nil {
		change(&config)
	}
	subs := notify.New(config)
	t.Cleanup(subs.Close)
	b.Subscriptions = subs
	return b
}

func ptr[T any](v T) *T { return &v }

// request is a create call that is accepted; tests spoil it.
func (b *bench) request(lifetime time.Duration) notify.Request {
	return notify.Request{
		ChangeType:               "created,updated,deleted",
		NotificationURL:          b.URL + "/changes?own=1",
		LifecycleNotificationURL: ptr(b.URL + "/lifecycle"),
		Resource:                 channelResource,
		ExpiresAt:                ptr(notify.Time(b.clock.Now().Add(lifetime))),
		ClientState:              ptr("our-secret"),
	}
}

func (b *bench) subscribe(t *testing.T, change func(*notify.Request)) notify.Subscription {
	t.Helper()
	request := b.request(24 * time.Hour)
	if change != nil {
		change(&request)
	}
	sub, err := b.Create(t.Context(), app, request)
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

func (b *bench) change(kind teams.ChangeType, at teams.Place, id teams.MessageID) {
	b.Changed(teams.Change{Type: kind, Ref: teams.Ref{Place: at, ID: id}})
}

func (b *bench) settled(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := b.Settled(ctx); err != nil {
		t.Fatal(err)
	}
}

// attempted waits for the first attempt of any delivery to be over.
func (b *bench) attempted(t *testing.T) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for len(b.Deliveries()) == 0 {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("nothing was attempted")
		}
	}
}

func wantError(t *testing.T, err error, status int, code string) {
	t.Helper()
	var refusal *notify.Error
	if !errors.As(err, &refusal) || refusal.Status != status || refusal.Code != code {
		t.Errorf("got %v, want %d %s", err, status, code)
	}
}
