// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package stack

import (
	"context"
	"crypto/tls"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/pki"
)

// balanced is a balancer before servers that answer with their names.
type balanced struct {
	*balancer
	t       *testing.T
	client  *http.Client
	servers map[string]*httptest.Server
	took    map[string]*atomic.Int64 // requests by server
	drop    atomic.Bool              // servers take requests and drop their connections
}

// question is what every request asks.
const question = "Who are you?"

func newBalanced(t *testing.T, names ...string) *balanced {
	t.Helper()
	authority, err := pki.New()
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, err := authority.Issue("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	b := &balanced{t: t, servers: map[string]*httptest.Server{}, took: map[string]*atomic.Int64{}}
	if b.balancer, err = newBalancer(certificate, key, authority.Pool()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.close(context.WithoutCancel(t.Context())) })
	b.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authority.Pool(), MinVersion: tls.VersionTLS12}}}
	t.Cleanup(b.client.CloseIdleConnections)
	for _, name := range names {
		took := new(atomic.Int64)
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			took.Add(1)
			if b.drop.Load() {
				panic(http.ErrAbortHandler)
			}
			if body, err := io.ReadAll(r.Body); err != nil || string(body) != question {
				http.Error(w, "this is not what was asked", http.StatusBadRequest)
				return
			}
			_, _ = io.WriteString(w, name)
		}))
		server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
		server.StartTLS()
		t.Cleanup(server.Close)
		b.servers[name], b.took[name] = server, took
		b.add(server.URL)
	}
	return b
}

// ask makes n requests and counts the answers by server; "" is one that no server gave.
func (b *balanced) ask(n int) map[string]int {
	b.t.Helper()
	answers := map[string]int{}
	for range n {
		resp, err := b.client.Post(b.url, "text/plain", strings.NewReader(question))
		if err != nil {
			b.t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			b.t.Fatal(err)
		}
		if resp.StatusCode != http.StatusOK {
			body = nil
		}
		answers[string(body)]++
	}
	return answers
}

func TestRequestsAreSprayed(t *testing.T) {
	b := newBalanced(t, "one", "two", "three")
	if got, want := b.ask(9), map[string]int{"one": 3, "two": 3, "three": 3}; !maps.Equal(got, want) {
		t.Errorf("answers %v, want %v", got, want)
	}
	b.servers["two"].Close()
	b.ask(3) // the first that goes to it may find a connection that it had, and is lost
	if got := b.ask(9); got["one"]+got["three"] != 9 || got["one"] < 3 || got["three"] < 3 {
		t.Errorf("with one server gone: answers %v", got)
	}
}

// TestWhatReachedAServerIsNotRepeated: it may have had an effect there.
func TestWhatReachedAServerIsNotRepeated(t *testing.T) {
	b := newBalanced(t, "one", "two")
	b.drop.Store(true)
	if got := b.ask(4); got[""] != 4 {
		t.Errorf("answers %v, want none", got)
	}
	if one, two := b.took["one"].Load(), b.took["two"].Load(); one+two != 4 {
		t.Errorf("the servers took %d and %d requests; want 4 together", one, two)
	}
}
