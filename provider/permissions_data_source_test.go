// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"strings"
	"testing"
)

// TestPermissionsAreReadWithoutCredentials: the provider is not even configured.
func TestPermissionsAreReadWithoutCredentials(t *testing.T) {
	p := speak(t)
	read := func(config map[string]any) (names []string, state map[string]any) {
		t.Helper()
		state, problem := p.read("msteamssync_permissions", config)
		if problem != "" {
			t.Fatal(problem)
		}
		for _, item := range state["permissions"].([]any) {
			permission := item.(map[string]any)
			names = append(names, permission["kind"].(string)+" "+permission["name"].(string))
			if permission["id"] == nil || permission["admin_consent"] == nil || permission["guide"] == nil {
				t.Errorf("%v lacks something", permission)
			}
		}
		return names, state
	}
	all, state := read(nil)
	if len(all) < 60 || !slices.Contains(all, "delegated ChannelMessage.Send") {
		t.Errorf("all permissions: %v", all)
	}
	profile := state["profiles"].(map[string]any)["channels"].(map[string]any)
	if !strings.Contains(profile["enables"].(string), "linked channels") || len(profile["application"].([]any)) != 3 {
		t.Errorf("the profile channels: %v", profile)
	}
	if guide, _ := read(map[string]any{"profile": "guide"}); len(guide) != 20 {
		t.Errorf("the guide has %d permissions: %v", len(guide), guide)
	}
	if guide, _ := read(map[string]any{"profile": "guide", "kind": "application"}); len(guide) != 7 {
		t.Errorf("the guide has %d application permissions: %v", len(guide), guide)
	}
	if _, problem := p.read("msteamssync_permissions", map[string]any{"profile": "everything"}); !strings.Contains(problem, "channels") {
		t.Errorf("an unknown profile: %q", problem)
	}
}
