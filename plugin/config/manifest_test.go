// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package config_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestPanelsAreNoSettings: what the web app draws among the settings must not have a default, which the server would store.
func TestPanelsAreNoSettings(t *testing.T) {
	content, err := os.ReadFile("../plugin.json")
	if err != nil {
		t.Fatal(err)
	}
	var declared struct {
		Schema struct {
			Settings []map[string]any
			Sections []any
		} `json:"settings_schema"`
	}
	if err := json.Unmarshal(content, &declared); err != nil {
		t.Fatal(err)
	}
	if len(declared.Schema.Sections) > 0 {
		t.Error("defaults of settings in sections are not loaded")
	}
	panels := 0
	for _, s := range declared.Schema.Settings {
		if s["type"] != "custom" {
			continue
		}
		panels++
		if _, has := s["default"]; has {
			t.Errorf("%s has a default", s["key"])
		}
		for _, setting := range manifest(t).Settings {
			if strings.EqualFold(setting.Key, s["key"].(string)) {
				t.Errorf("%s is read as a setting", setting.Key)
			}
		}
	}
	if panels == 0 {
		t.Error("plugin.json has no panel")
	}
	r := manifest(t).Read(map[string]json.RawMessage{"statuspanel": json.RawMessage(`{"no":"text"}`)}, "")
	if len(r.Problems) > 0 {
		t.Errorf("a value of a panel is a problem: %v", r.Problems)
	}
}
