// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// gate stands before the Mattermost server and keeps back the answers to POSTs to the plugin, which have taken effect by
// then, until it is opened.
type gate struct {
	address string
	mu      sync.Mutex
	opened  chan struct{}
	kept    int
}

func newGate(t *testing.T) *gate {
	t.Helper()
	target, err := url.Parse(shared.Mattermost.URL)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{opened: make(chan struct{})}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: shared.Emulator.RootCAs(), MinVersion: tls.VersionTLS12}}
	proxy.ModifyResponse = func(response *http.Response) error {
		if response.Request.Method == http.MethodPost && strings.Contains(response.Request.URL.Path, "/plugins/") {
			g.mu.Lock()
			g.kept++
			opened := g.opened
			g.mu.Unlock()
			<-opened
		}
		return nil
	}
	listener := httptest.NewServer(proxy)
	t.Cleanup(func() { g.open(); listener.Close() })
	g.address = listener.URL
	return g
}

// open lets through what is kept back and what comes.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.opened:
	default:
		close(g.opened)
	}
}

// shut keeps answers back again.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.opened, g.kept = make(chan struct{}), 0
}

// keeps tells whether an answer was kept back since the gate was shut.
func (g *gate) keeps() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.kept > 0
}

// TestAccStoppedBridgeCreateIsTracked: a link and a bot connection that a run makes while it is interrupted are in the
// state, and the next apply adopts them after a kill. Nothing is made twice.
func TestAccStoppedBridgeCreateIsTracked(t *testing.T) {
	b := openBridge(t, nil)
	team, channels := b.teamsTeam(unique("Stopped"), "Bridge")
	town := b.channel("town")
	upn := newBot(t, directory.DemoPassword)
	g := newGate(t)
	c := newCLI(t, fmt.Sprintf(`
terraform {
  required_providers {
    msteamssync = { source = "msteamssync/msteamssync" }
  }
}
resource "msteamssync_channel_link" "this" {
  mattermost_channel_id = %q
  teams_team_id         = %q
  teams_channel_id      = %q
}
resource "msteamssync_bot_connection" "this" {
  user_principal_name = %q
  password_wo         = %q
}
`, town.Id, team, channels["Bridge"], upn, directory.DemoPassword))
	c.environment = append(c.environment, "ARM_CA_CERTIFICATES_PATH="+shared.CAFile, "MM_URL="+g.address, "MM_TOKEN="+shared.Mattermost.AdminToken)
	linkID := func() any {
		for _, link := range listOf(b.do(http.MethodGet, "/api/v1/links", nil), "links") {
			if link["channel_id"] == town.Id {
				return link["id"]
			}
		}
		return nil
	}
	for _, test := range []struct {
		address string
		made    func() any
	}{
		{channelLink, linkID},
		{botConnection, func() any { return b.bots()[upn]["connected_at"] }},
	} {
		there := func() any {
			t.Helper()
			if count := len(b.linked()) + len(b.bots()); count != 1 {
				t.Errorf("there are %d links and bots, want 1", count)
			}
			return test.made()
		}
		arguments := []string{"apply", "-auto-approve", "-target=" + test.address}
		for _, how := range []string{"interrupted", "killed"} {
			t.Run(test.address+" "+how, func(t *testing.T) {
				c.t, b.t = t, t
				_ = os.Remove(filepath.Join(c.folder, "terraform.tfstate"))
				g.shut()
				if how == "killed" {
					c.killedWhen("its answer to be kept back", g.keeps, arguments...)
					g.open()
				} else {
					c.interruptedWhen("its answer to be kept back", g.keeps, g.open, arguments...)
					c.attribute(test.address, "id") // the state has it
				}
				made := there()
				if made == nil {
					t.Fatal("nothing was made")
				}
				c.run(arguments...)
				c.run("plan", "-detailed-exitcode", "-target="+test.address)
				if again := there(); again != made {
					t.Errorf("made was %v, there is %v", made, again)
				}
				c.run("destroy", "-auto-approve", "-target="+test.address)
			})
		}
	}
	c.t, b.t = t, t
}
