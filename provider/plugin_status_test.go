// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestWhatThePluginTellsIsShown: settings that wait, and what became of a predecessor's data, need more than a server to come
// about.
func TestWhatThePluginTellsIsShown(t *testing.T) {
	var status pluginStatus
	if err := json.Unmarshal([]byte(`{
		"state": "running", "client_certificate_expires_at": "2027-01-02T03:04:05Z",
		"pending_settings": {"since": "2026-11-25T10:00:00Z", "keys": ["clientSecret"], "error": "AADSTS7000215"},
		"queues": {"outbound": {"pending": 1, "parked": 2, "dead": 3, "oldest_age_seconds": 4, "oldest_parked_age_seconds": 172800}},
		"subscriptions": [{"state": "active", "certificate_id": "abc", "outdated": "another billing model"}],
		"take_over": {"state": "done", "began_at": "2026-11-25T10:00:00Z", "finished_at": "2026-11-25T10:01:00Z", "links": 3, "messages": 70000,
			"left": [{"what": "account", "reason": "the token cannot be read", "count": 2, "examples": ["alex"]}]}
	}`), &status); err != nil {
		t.Fatal(err)
	}
	state := show(t, status)
	for _, c := range []struct {
		at   path.Path
		want string
	}{
		{path.Root("pending_settings").AtName("error"), "AADSTS7000215"},
		{path.Root("client_certificate_expires_at"), "2027-01-02T03:04:05Z"},
		{path.Root("take_over").AtName("state"), "done"},
		{path.Root("take_over").AtName("finished_at"), "2026-11-25T10:01:00Z"},
		{path.Root("subscriptions").AtListIndex(0).AtName("outdated"), "another billing model"},
	} {
		var got string
		if diags := state.GetAttribute(t.Context(), c.at, &got); diags.HasError() || got != c.want {
			t.Errorf("%s is %q, want %q: %v", c.at, got, c.want, diags)
		}
	}
	var messages int64
	if diags := state.GetAttribute(t.Context(), path.Root("take_over").AtName("messages"), &messages); diags.HasError() || messages != 70000 {
		t.Errorf("%d messages, %v", messages, diags)
	}
	var left []leftOver
	if diags := state.GetAttribute(t.Context(), path.Root("take_over").AtName("left"), &left); diags.HasError() || len(left) != 1 || left[0].Count != 2 || left[0].Examples[0] != "alex" {
		t.Errorf("left %+v, %v", left, diags)
	}
	var parked float64
	if diags := state.GetAttribute(t.Context(), path.Root("queues").AtMapKey("outbound").AtName("oldest_parked_age_seconds"), &parked); diags.HasError() || parked != 172800 {
		t.Errorf("parked for %v s, %v", parked, diags)
	}
	for _, at := range []string{"pending_settings", "take_over"} {
		var nothing types.Object
		if diags := show(t, pluginStatus{}).GetAttribute(t.Context(), path.Root(at), &nothing); diags.HasError() || !nothing.IsNull() {
			t.Errorf("%s of a plugin that does not answer: %v, %v", at, nothing, diags)
		}
	}
}

// show makes a state of the data source from a status.
func show(t *testing.T, status pluginStatus) tfsdk.State {
	t.Helper()
	var shape datasource.SchemaResponse
	newPluginStatusDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &shape)
	state := tfsdk.State{Schema: shape.Schema, Raw: tftypes.NewValue(shape.Schema.Type().TerraformType(t.Context()), nil)}
	if diags := state.Set(t.Context(), status); diags.HasError() {
		t.Fatal(diags)
	}
	return state
}
