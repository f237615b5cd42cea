// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package config

import (
	"encoding/json"
	"fmt"
)

// Manifest is what the plugin's own plugin.json says about it.
type Manifest struct {
	ID       string
	Version  string
	Settings []Setting
}

// Setting is one declared setting.
type Setting struct {
	Key     string
	Type    string // text, longtext, generated, bool, number or dropdown
	Default any
	Secret  bool
	Options []string // values of a dropdown
}

// panel is the type of what the web app draws among the settings: it has no value and is none.
const panel = "custom"

// ReadManifest parses plugin.json.
func ReadManifest(document []byte) (Manifest, error) {
	var m struct {
		ID      string
		Version string
		Schema  struct {
			Settings []struct {
				Key     string
				Type    string
				Default any
				Secret  bool
				Options []struct{ Value string }
			}
		} `json:"settings_schema"`
	}
	if err := json.Unmarshal(document, &m); err != nil {
		return Manifest{}, fmt.Errorf("read the plugin's manifest: %w", err)
	}
	manifest := Manifest{ID: m.ID, Version: m.Version}
	for _, s := range m.Schema.Settings {
		if s.Type == panel {
			continue
		}
		setting := Setting{Key: s.Key, Type: s.Type, Default: s.Default, Secret: s.Secret}
		for _, o := range s.Options {
			setting.Options = append(setting.Options, o.Value)
		}
		manifest.Settings = append(manifest.Settings, setting)
	}
	return manifest, nil
}
