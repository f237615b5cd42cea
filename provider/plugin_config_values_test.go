// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func settingNamed(t *testing.T, attribute string) pluginSetting {
	t.Helper()
	i := slices.IndexFunc(pluginSettings, func(s pluginSetting) bool { return s.attribute == attribute })
	if i < 0 {
		t.Fatalf("there is no setting %s", attribute)
	}
	return pluginSettings[i]
}

func TestSavedValues(t *testing.T) {
	for _, test := range []struct {
		attribute string
		value     attr.Value
		want      any
	}{
		{"tenant_id", types.StringValue("demo.example"), "demo.example"},
		{"billing_model", types.StringValue(metered), false},
		{"billing_model", types.StringValue(evaluation), true},
		{"sync_reactions", types.BoolValue(true), true},
		{"sync_users", types.Int64Value(60), int64(60)},
		{"enabled_teams", setOf([]string{"red", "blue"}), "blue,red"},
		{"enabled_teams", setOf(nil), ""},
	} {
		var diags diag.Diagnostics
		if got := settingNamed(t, test.attribute).saved(t.Context(), test.value, &diags); got != test.want || diags.HasError() {
			t.Errorf("%s = %s is saved as %v, want %v %v", test.attribute, test.value, got, test.want, diags)
		}
	}
}

func TestConfigValuesKnowWhatTheyManage(t *testing.T) {
	values := configValues{}
	for _, s := range pluginSettings {
		values[s.attribute] = s.nullOf()
		if s.kind == secretSetting {
			values[s.versionAttribute()] = types.Int64Null()
		}
	}
	if keys := values.keys(); len(keys) != 0 || !values.isKnown() {
		t.Errorf("nothing is set, managed are %v", keys)
	}
	values["billing_model"] = types.StringValue(metered)
	values["client_secret_wo_version"] = types.Int64Value(1)
	values["certificate_key_wo"] = types.StringValue("a value without its version")
	if keys := values.keys(); !slices.Equal(keys, []string{"clientSecret", "evaluationAPI"}) {
		t.Errorf("managed are %v", keys)
	}
	values["enabled_teams"] = types.SetUnknown(types.StringType)
	if values.isKnown() {
		t.Error("an unknown setting counts as known")
	}
	if keys := configValues(nil).keys(); len(keys) != 0 {
		t.Errorf("without a state, managed are %v", keys)
	}
}

func TestSplitNames(t *testing.T) {
	for text, want := range map[string][]string{"": nil, " , ": nil, "a": {"a"}, "b, a ,": {"b", "a"}} {
		if got := splitNames(text); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestTextValidators(t *testing.T) {
	const secret = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
	for _, test := range []struct {
		validator validator.String
		value     string
		problem   string // "" = accepted
	}{
		{httpsAddress{}, "https://login.example.com", ""},
		{httpsAddress{}, "https://login.example.com:8443/path", ""},
		{httpsAddress{}, "http://127.0.0.1:8080", ""},
		{httpsAddress{}, "http://login.example.com", "must be an https address"},
		{httpsAddress{}, "login.example.com", "must be an https address"},
		{httpsAddress{}, "https://me:hush@login.example.com", "must be an https address"},
		{httpsAddress{}, "https://login.example.com?x=1", "must be an https address"},
		{pemBlocks{"CERTIFICATE"}, "nothing", "BEGIN CERTIFICATE"},
		{pemBlocks{"CERTIFICATE"}, secret, "only CERTIFICATE belongs here"},
		{pemBlocks{"PRIVATE KEY"}, secret, "cannot be read"},
		{durationBetween{time.Hour, longestSecretValidity, "4320h for 180 days"}, "4320h", ""},
		{durationBetween{time.Hour, longestSecretValidity, "4320h for 180 days"}, "17521h", "from 1h to 17520h"},
		{durationBetween{0, longestSecretValidity, "4320h for 180 days"}, "180 days", "from 0h to 17520h"},
	} {
		var resp validator.StringResponse
		test.validator.ValidateString(t.Context(), validator.StringRequest{Path: path.Root("x"), ConfigValue: types.StringValue(test.value)}, &resp)
		var said []string
		for _, d := range resp.Diagnostics {
			said = append(said, d.Detail())
		}
		all := strings.Join(said, "\n")
		if (test.problem == "") != (all == "") || !strings.Contains(all, test.problem) {
			t.Errorf("%T %q: says %q, want %q", test.validator, test.value, all, test.problem)
		}
		if strings.Contains(all, "AAAA") {
			t.Errorf("%T shows the key", test.validator)
		}
	}
}

func TestDurationsAndVersionsCompare(t *testing.T) {
	if !sameDuration("4320h", "4320h0m0s") || sameDuration("1h", "2h") || sameDuration("x", "x") {
		t.Error("durations compare wrongly")
	}
	for _, test := range []struct {
		a, b string
		want bool
	}{{"1.9.0", "1.10.0", true}, {"1.10.0", "1.9.0", false}, {"1.0.0-rc1", "1.0.0", true}, {"1.0.0", "1.0.0", false}, {"", "1.0.0", false}, {"dev", "1.0.0", false}} {
		if got := isOlder(test.a, test.b); got != test.want {
			t.Errorf("isOlder(%q, %q) = %v", test.a, test.b, got)
		}
	}
}
