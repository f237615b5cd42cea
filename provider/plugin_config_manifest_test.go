// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// manifestSetting is a setting as plugin/plugin.json declares it.
type manifestSetting struct {
	Key     string `json:"key"`
	Type    string `json:"type"`
	Default any    `json:"default"`
	Secret  bool   `json:"secret"`
	Options []struct {
		Value string `json:"value"`
	} `json:"options"`
}

func readManifestSettings(t *testing.T) []manifestSetting {
	t.Helper()
	content, err := os.ReadFile("../plugin/plugin.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		ID             string `json:"id"`
		SettingsSchema struct {
			Settings []manifestSetting `json:"settings"`
		} `json:"settings_schema"`
	}
	if err := json.Unmarshal(content, &manifest); err != nil {
		t.Fatal(err)
	}
	if manifest.ID != catalog.PluginID {
		t.Fatalf("plugin.json declares %s", manifest.ID)
	}
	// The System Console's panels stand among the settings, for the host to draw them there, but have no value: nothing can
	// be declared of them.
	return slices.DeleteFunc(manifest.SettingsSchema.Settings, func(s manifestSetting) bool { return s.Type == "custom" })
}

func TestEverySettingOfTheManifestHasAnAttribute(t *testing.T) {
	declared := map[string]pluginSetting{}
	for _, s := range pluginSettings {
		declared[s.key] = s
	}
	var order []string
	for _, m := range readManifestSettings(t) {
		s, isDeclared := declared[m.Key]
		_, isElsewhere := settingsOwnedElsewhere[m.Key]
		if isDeclared == isElsewhere {
			t.Errorf("%s: has an attribute: %v, belongs elsewhere: %v; exactly one must hold", m.Key, isDeclared, isElsewhere)
		}
		if !isDeclared {
			continue
		}
		delete(declared, m.Key)
		order = append(order, m.Key)
		if problem := s.disagrees(m); problem != "" {
			t.Errorf("%s: %s", m.Key, problem)
		}
	}
	for key := range declared {
		t.Errorf("%s is not a setting of plugin.json", key)
	}
	var listed []string
	for _, s := range pluginSettings {
		listed = append(listed, s.key)
	}
	if !slices.Equal(order, listed) {
		t.Errorf("order of plugin.json: %v\norder of the attributes: %v", order, listed)
	}
}

// disagrees compares an attribute with the manifest's declaration.
func (s pluginSetting) disagrees(m manifestSetting) string {
	types := map[settingKind][]string{
		textSetting: {"text", "longtext"}, boolSetting: {"bool"}, billingSetting: {"bool"}, numberSetting: {"number"},
		choiceSetting: {"dropdown"}, namesSetting: {"text"}, secretSetting: {"text", "longtext"},
	}
	if !slices.Contains(types[s.kind], m.Type) {
		return fmt.Sprintf("type %s is not declared as kind %d", m.Type, s.kind)
	}
	if m.Secret != (s.kind == secretSetting) {
		return fmt.Sprintf("secret: %v in plugin.json, kind %d here", m.Secret, s.kind)
	}
	if s.kind == choiceSetting {
		var options []string
		for _, o := range m.Options {
			options = append(options, o.Value)
		}
		if !slices.Equal(options, s.options) {
			return fmt.Sprintf("options are %v, here %v", options, s.options)
		}
	}
	var want string
	switch value := m.Default.(type) {
	case string:
		want = "empty"
		if value != "" {
			want = "`" + value + "`"
		}
	case bool:
		want = fmt.Sprint(value)
		if s.kind == billingSetting {
			want = "`" + map[bool]string{false: metered, true: evaluation}[value] + "`"
		}
	case float64:
		want = fmt.Sprint(value)
	}
	_, stated, _ := strings.Cut(s.description, "Default: ")
	if stated != want+"." && !strings.HasPrefix(stated, want+", ") {
		return fmt.Sprintf("default is %s, the description says %q", want, stated)
	}
	return ""
}

func TestMattermostSchemasAreValid(t *testing.T) {
	for name, r := range map[string]resource.Resource{"plugin": newPluginResource(), "plugin_config": newPluginConfigResource(), "client_secret": newClientSecretResource(), "client_certificate": newClientCertificateResource()} {
		var resp resource.SchemaResponse
		r.Schema(t.Context(), resource.SchemaRequest{}, &resp)
		resp.Diagnostics.Append(resp.Schema.ValidateImplementation(t.Context())...)
		for _, d := range resp.Diagnostics {
			t.Errorf("%s: %s: %s", name, d.Summary(), d.Detail())
		}
		for attribute, a := range resp.Schema.Attributes {
			if !strings.HasSuffix(a.GetMarkdownDescription(), ".") {
				t.Errorf("%s.%s: the description is not a sentence: %q", name, attribute, a.GetMarkdownDescription())
			}
		}
	}
}
