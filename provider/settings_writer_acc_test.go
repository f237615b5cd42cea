// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"maps"
	"os"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// neighbour is another plugin on the server, with a plain and a secret setting.
const neighbour = "com.example.neighbour"

// installNeighbour installs it and saves its settings.
func installNeighbour(t *testing.T, admin *console) {
	t.Helper()
	bundle := trialBundle(t, "1.0.0", "a", map[string]any{
		"id": neighbour,
		"settings_schema": map[string]any{"settings": []any{
			map[string]any{"key": "Greeting", "type": "text"},
			map[string]any{"key": "Token", "type": "text", "secret": true},
		}},
	})
	file, err := os.Open(bundle)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, _, err := admin.client.UploadPluginForced(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = admin.client.RemovePlugin(context.Background(), neighbour) })
	plugins := admin.plugins()
	if plugins == nil {
		plugins = map[string]map[string]any{}
	}
	plugins[neighbour] = map[string]any{"Greeting": "good morning", "token": "the neighbour's secret", "limit": 12345678901}
	admin.savePlugins(plugins)
}

func neighbourIsWell(t *testing.T, admin *console) {
	t.Helper()
	want := map[string]any{"Greeting": "good morning", "token": "the neighbour's secret", "limit": 12345678901.0}
	if have := admin.storedOf(neighbour); !maps.Equal(have, want) {
		t.Errorf("the other plugin's settings are %v, want %v", have, want)
	}
}

func connect(t *testing.T) *mattermost.Server {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(shared.Emulator.CAPEM())
	server, err := mattermost.Connect(mattermost.Config{URL: shared.Mattermost.URL, Token: shared.Mattermost.AdminToken, RootCAs: roots})
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// TestAccParallelWritersLoseNothing: 20 writers, each with a client of its own as in a provider with aliases, while the
// plugin is uploaded, disabled and enabled. All of these rewrite the same part of the configuration.
func TestAccParallelWritersLoseNothing(t *testing.T) {
	admin := openConsole(t)
	bundle := trialBundle(t, "1.0.0", "a", nil)
	admin.upload(bundle)
	installNeighbour(t, admin)
	var group sync.WaitGroup
	run := func(do func(*mattermost.Server) error) {
		server := connect(t)
		group.Go(func() {
			if err := do(server); err != nil {
				t.Error(err)
			}
		})
	}
	for i := range 20 {
		run(func(server *mattermost.Server) error {
			_, err := server.EditSettings(t.Context(), func(mattermost.Settings) (mattermost.Edit, error) {
				return mattermost.Edit{Set: map[string]any{fmt.Sprintf("Key%02d", i): i}}, nil
			})
			return err
		})
	}
	run(func(server *mattermost.Server) error { return server.Disable(t.Context()) })
	run(func(server *mattermost.Server) error { return server.Enable(t.Context()) })
	run(func(server *mattermost.Server) error {
		file, err := os.Open(bundle)
		if err != nil {
			return err
		}
		defer file.Close()
		return server.Install(t.Context(), file)
	})
	group.Wait()
	stored := admin.stored()
	for i := range 20 {
		if key := fmt.Sprintf("key%02d", i); stored[key] != float64(i) {
			t.Errorf("%s = %v, want %d", key, stored[key], i)
		}
	}
	neighbourIsWell(t, admin)
}

// TestAccWriterLeavesOthersAlone: everything that the provider does to the configuration keeps another plugin's settings,
// also those that the server masks.
func TestAccWriterLeavesOthersAlone(t *testing.T) {
	admin := openConsole(t)
	installNeighbour(t, admin)
	bundle := trialBundle(t, "1.0.0", "a", nil)
	all := pluginConfig(bundle, "") + "resource \"msteamssync_plugin_config\" \"this\" {\n  sync_users = 3\n  client_secret_wo = \"x\"\n  client_secret_wo_version = 1\n  depends_on = [msteamssync_plugin.this]\n}\n"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		Steps: []resource.TestStep{
			{Config: mattermostOnly(all)},
			{PreConfig: func() { neighbourIsWell(t, admin) }, Config: mattermostOnly(all), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
		},
	})
	neighbourIsWell(t, admin) // after destroy
}

// TestAccLostWriteIsDrift: another program that read the settings before an apply and saves them after it undoes that
// apply. Nothing can prevent this; the next plan shows it.
func TestAccLostWriteIsDrift(t *testing.T) {
	admin := openConsole(t)
	admin.upload(trialBundle(t, "1.0.0", "a", nil))
	config := func(n int) string { return mattermostOnly(settingsConfig(fmt.Sprintf("  sync_users = %d", n))) }
	var stale map[string]map[string]any
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		Steps: []resource.TestStep{
			{Config: config(1)},
			{PreConfig: func() { stale = admin.plugins() }, Config: config(2)},
			{
				PreConfig:        func() { admin.savePlugins(stale) },
				Config:           config(2),
				ConfigPlanChecks: plans(updates(settings, "sync_users")),
			},
		},
	})
}
