// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// endpoint is a server that answers for Entra and Graph as a test wants.
type endpoint struct {
	*httptest.Server
	connections atomic.Int32
	graph       http.HandlerFunc
}

func newEndpoint(t *testing.T, graph http.HandlerFunc) *endpoint {
	t.Helper()
	e := &endpoint{graph: graph}
	e.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"token_type":"Bearer","access_token":"x","expires_in":3600}`)
			return
		}
		e.graph(w, r)
	}))
	e.EnableHTTP2 = true
	e.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			e.connections.Add(1)
		}
	}
	e.StartTLS()
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) client(t *testing.T, change ...func(*teams.Config)) *teams.Client {
	t.Helper()
	trusted := x509.NewCertPool()
	trusted.AddCert(e.Certificate())
	config := teams.Config{LoginURL: e.URL, GraphURL: e.URL, TenantID: "tenant", ClientID: "app", ClientSecret: "secret", Trusted: trusted}
	for _, f := range change {
		f(&config)
	}
	c := teams.New(config)
	t.Cleanup(c.Close)
	return c
}

// TestCallsShareAConnection of HTTP/2.
func TestCallsShareAConnection(t *testing.T) {
	var old atomic.Int32
	e := newEndpoint(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			old.Add(1)
		}
		fmt.Fprint(w, `{"id":"team"}`)
	})
	c := e.client(t)
	if _, err := c.Team(t.Context(), "team"); err != nil {
		t.Fatal(err)
	}
	before := e.connections.Load()
	var callers sync.WaitGroup
	for range 50 {
		callers.Go(func() {
			if _, err := c.Team(t.Context(), "team"); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	if more := e.connections.Load() - before; more > 0 || old.Load() > 0 {
		t.Errorf("50 calls made %d connections, %d calls were not HTTP/2", more, old.Load())
	}
}

// TestRetryAfterIsReadInBothForms, on 429 and 503.
func TestRetryAfterIsReadInBothForms(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		for form, c := range map[string]struct {
			header      string
			least, most time.Duration
		}{
			"seconds":  {"3600", time.Hour, time.Hour},
			"fraction": {"3600.5", time.Hour, time.Hour + time.Second},
			"date":     {time.Now().Add(2 * time.Hour).UTC().Format(http.TimeFormat), time.Hour, 2 * time.Hour},
			"past":     {time.Now().Add(-2 * time.Hour).UTC().Format(http.TimeFormat), 0, 0},
			"nonsense": {"soon", 0, 0},
			"none":     {"", 0, 0},
		} {
			t.Run(fmt.Sprint(status, " ", form), func(t *testing.T) {
				e := newEndpoint(t, func(w http.ResponseWriter, _ *http.Request) {
					if c.header != "" {
						w.Header().Set("Retry-After", c.header)
					}
					w.Header().Set("request-id", "id-1")
					w.WriteHeader(status)
					fmt.Fprint(w, `{"error":{"code":"Busy","message":"later"}}`)
				})
				_, err := e.client(t, func(c *teams.Config) { c.Tokens = anyone{} }).Send(t.Context(), alex, bridge.Conversation{ID: "c", Team: "t"}, "", html("x"))
				f, ok := errors.AsType[*bridge.Failure](err)
				if !ok || f.RetryAfter < c.least || f.RetryAfter > c.most || f.Status != status || f.Code != "Busy" || f.RequestID != "id-1" {
					t.Errorf("%+v", err)
				}
			})
		}
	}
}

// anyone has a token.
type anyone struct{}

func (anyone) Token(context.Context, bridge.AccountID) (string, time.Time, error) {
	return "token", time.Now(), nil
}
func (anyone) Forget(bridge.AccountID, string) {}

// porter is a gate that writes down who passes.
type porter struct {
	mu      sync.Mutex
	entered []teams.Request
	left    []string
	refuse  error
}

func (p *porter) Enter(_ context.Context, r teams.Request) (teams.Pass, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse != nil {
		return nil, p.refuse
	}
	p.entered = append(p.entered, r)
	return p, nil
}

func (p *porter) Leave(status int, retryAfter time.Duration, scope string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = append(p.left, fmt.Sprint(status, " ", retryAfter, " ", scope))
}

// TestEachRequestPassesTheGate, also a repeated one, and tells how it was answered.
func TestEachRequestPassesTheGate(t *testing.T) {
	busy := true
	e := newEndpoint(t, func(w http.ResponseWriter, r *http.Request) {
		if busy {
			busy = false
			w.Header().Set("Retry-After", "3600")
			w.Header().Set("x-ms-throttle-scope", "Tenant_Application/Read/app/tenant")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		fmt.Fprint(w, `{"id":"channel"}`)
	})
	gate := &porter{}
	c := e.client(t, func(c *teams.Config) { c.Gate, c.Tokens = gate, anyone{} })
	// The gate waits as Graph says; the client does not do so once more.
	if _, err := c.Channel(t.Context(), alex.ID, "the team", "the channel"); err != nil {
		t.Fatal(err)
	}
	want := teams.Request{Application: "app/tenant", Method: "GET", Route: "/teams/{team-id}/channels/{channel-id}", Resource: "the channel", As: alex.ID}
	if len(gate.entered) != 2 || gate.entered[0] != want || gate.entered[1] != want {
		t.Errorf("entered %+v", gate.entered)
	}
	if fmt.Sprint(gate.left) != "[429 1h0m0s Tenant_Application/Read/app/tenant 200 0s ]" {
		t.Errorf("left %q", gate.left)
	}
	gate.refuse = &bridge.Failure{Class: bridge.Retry, RetryAfter: time.Hour, Err: errors.New("full")}
	if _, err := c.Channel(t.Context(), alex.ID, "the team", "the channel"); !errors.Is(err, gate.refuse) {
		t.Errorf("past the gate: %v", err)
	}
}

// TestRoutesOfCalls: what the bridge asks for is what the client then does.
func TestRoutesOfCalls(t *testing.T) {
	e := newEndpoint(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) })
	gate := &porter{}
	c := e.client(t, func(c *teams.Config) { c.Gate, c.Tokens = gate, anyone{} })
	for _, in := range []bridge.Conversation{{ID: "c", Team: "t"}, {ID: "chat"}} {
		for _, root := range []bridge.TeamsMessageID{"", "1"} {
			ref := bridge.MessageRef{Conversation: in, Root: root, ID: "2"}
			for action, call := range map[bridge.Action]func() error{
				bridge.ToSend:   func() error { _, err := c.Send(t.Context(), alex, in, root, html("x")); return err },
				bridge.ToEdit:   func() error { return c.Edit(t.Context(), alex, ref, html("x")) },
				bridge.ToDelete: func() error { return c.Delete(t.Context(), alex, ref) },
				bridge.ToReact:  func() error { return c.React(t.Context(), alex, ref, "x", true) },
				bridge.ToRead:   func() error { _, err := c.Message(t.Context(), ref); return err },
				bridge.ToList:   func() error { _, err := c.Recent(t.Context(), in, root, time.Now()); return err },
			} {
				gate.entered = nil
				if err := call(); err != nil {
					t.Fatal(action, err)
				}
				method, route := teams.RouteOf(bridge.Call{Action: action, In: in, Root: root})
				if got := gate.entered[0]; got.Method != method || got.Route != route || got.Resource != string(in.ID) {
					t.Errorf("%s in %+v under %q: asked for %s %s, made %+v", action, in, root, method, route, got)
				}
			}
		}
	}
}

// TestRecentSaysWhenItIsCutShort: a list that never ends is read in part, and what was read is returned.
func TestRecentSaysWhenItIsCutShort(t *testing.T) {
	var pages atomic.Int32
	var page strings.Builder
	for i := range 50 {
		if i > 0 {
			page.WriteString(",")
		}
		fmt.Fprintf(&page, `{"id":"%d","createdDateTime":"2026-01-02T00:00:00Z","lastModifiedDateTime":"2026-01-02T00:00:00Z"}`, i)
	}
	var e *endpoint
	e = newEndpoint(t, func(w http.ResponseWriter, _ *http.Request) {
		pages.Add(1)
		fmt.Fprintf(w, `{"value":[%s],"@odata.nextLink":"%s/v1.0/next"}`, page.String(), e.URL)
	})
	since := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	found, err := e.client(t).Recent(t.Context(), bridge.Conversation{ID: "c", Team: "t"}, "", since)
	if !errors.Is(err, bridge.ErrCutShort) || len(found) != 10_000 || pages.Load() != 200 {
		t.Errorf("%d messages of %d pages, %v", len(found), pages.Load(), err)
	}
}

// TestACallThatWasCutOffMayHaveHappened, also when it does not look as if it had been sent: the transport may still be at it.
func TestACallThatWasCutOffMayHaveHappened(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		if c, err := listener.Accept(); err == nil {
			defer c.Close()
			cancel() // in the middle of the handshake
			<-t.Context().Done()
		}
	}()
	c := teams.New(teams.Config{LoginURL: "https://" + listener.Addr().String(), GraphURL: "https://" + listener.Addr().String(), TenantID: "t", ClientID: "app", Tokens: anyone{}})
	t.Cleanup(c.Close)
	_, err = c.Send(ctx, alex, bridge.Conversation{ID: "c", Team: "t"}, "", html("x"))
	if bridge.ClassOf(err) != bridge.Unknown {
		t.Errorf("%v is of class %v", err, bridge.ClassOf(err))
	}
}
