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
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// lossyProxy stands before the Mattermost server. It drops the connection instead of passing on the answer to each POST to
// the plugin, and refuses each other request to it once with 429.
func lossyProxy(t *testing.T) (address string, lost *atomic.Int32) {
	t.Helper()
	target, err := url.Parse(shared.Mattermost.URL)
	if err != nil {
		t.Fatal(err)
	}
	lost = &atomic.Int32{}
	var throttled atomic.Bool
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: shared.Emulator.RootCAs(), MinVersion: tls.VersionTLS12}}
	proxy.ModifyResponse = func(response *http.Response) error {
		if response.Request.Method == http.MethodPost && strings.Contains(response.Request.URL.Path, "/plugins/") {
			lost.Add(1)
			panic(http.ErrAbortHandler)
		}
		return nil
	}
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost && strings.HasPrefix(r.URL.Path, "/plugins/") && throttled.CompareAndSwap(false, true) {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		throttled.Store(false)
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(listener.Close)
	return listener.URL, lost
}

// TestAccLostAnswersLeaveNoOrphans: links and bots whose making went unanswered are found and kept.
func TestAccLostAnswersLeaveNoOrphans(t *testing.T) {
	b := openBridge(t, nil)
	proxy, lost := lossyProxy(t)
	name := unique("Lost")
	_, channels := b.teamsTeam(name, "Bridge")
	town := b.channel("town")
	upn := newBot(t, directory.DemoPassword)
	config := linkByName(b.team.Name, "town", name, "Bridge", "") + fmt.Sprintf(`
resource "msteamssync_bot_connection" "this" {
  user_principal_name = %q
  password_wo         = %q
}`, upn, directory.DemoPassword)
	config = strings.ReplaceAll(config, shared.Mattermost.URL, proxy)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config, Check: func(*terraform.State) error {
			if links := b.linked(); links[town.Id] != channels["Bridge"] || b.bots()[upn]["connected"] != true || lost.Load() != 2 {
				return fmt.Errorf("links %v, bots %v, %d answers lost", links, b.bots(), lost.Load())
			}
			return nil
		}},
		{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
	}})
}
