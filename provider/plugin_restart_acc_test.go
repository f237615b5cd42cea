// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

func TestAccPluginRestart(t *testing.T) {
	admin := openConsole(t)
	p := speak(t).configure(mattermostOnlyBlock())
	restart := func() ([]string, string) { return p.invoke("msteamssync_plugin_restart", nil) }
	if _, problem := restart(); !strings.Contains(problem, "The plugin is not installed") {
		t.Errorf("without a plugin: %q", problem)
	}
	admin.upload(trialBundle(t, "1.0.0", "a", nil))
	process := func() any {
		state, problem := p.read("msteamssync_plugin_status", nil)
		if problem != "" || state["running"] != true || state["node"] == nil {
			t.Fatalf("the plugin's status: %v %s", state, problem)
		}
		return state["node"]
	}
	before := process()
	progress, problem := restart()
	if problem != "" || !slices.Contains(progress, "The plugin runs on every node") {
		t.Errorf("restarting: %q, %s", progress, problem)
	}
	if after := process(); after == before {
		t.Errorf("the plugin still runs in the process %v", after)
	}
	if _, err := admin.client.DisablePlugin(context.Background(), catalog.PluginID); err != nil {
		t.Fatal(err)
	}
	if _, problem = restart(); !strings.Contains(problem, "The plugin is disabled") {
		t.Errorf("with a disabled plugin: %q", problem)
	}
	if _, problem = speak(t).configure(azureBlock(shared.Emulator.URL(), shared.Emulator.CAPEM())).invoke("msteamssync_plugin_restart", nil); !strings.Contains(problem, "Mattermost credentials are missing") {
		t.Errorf("without Mattermost credentials: %q", problem)
	}
}
