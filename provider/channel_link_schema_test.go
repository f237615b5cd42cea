// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestChannelLinkTakesOneFormOfEachSide: a module hands on both forms, of which one is null; what is not known yet may turn
// out to be that.
func TestChannelLinkTakesOneFormOfEachSide(t *testing.T) {
	const unknown = "?"
	p := speak(t)
	schema := p.schemas.ResourceSchemas["msteamssync_channel_link"]
	kind := schema.ValueType().(tftypes.Object)
	for name, test := range map[string]struct {
		given   map[string]string
		refused bool
	}{
		"names":                      {given: map[string]string{"mattermost_team": "a", "mattermost_channel": "b", "teams_team": "c", "teams_channel": "d"}},
		"ids":                        {given: map[string]string{"mattermost_channel_id": "a", "teams_team_id": "b", "teams_channel_id": "c"}},
		"ids and names":              {given: map[string]string{"mattermost_channel_id": "a", "teams_team": "b", "teams_channel": "c"}},
		"nothing known":              {given: map[string]string{"mattermost_channel_id": unknown, "mattermost_team": unknown, "mattermost_channel": unknown, "teams_team_id": unknown, "teams_channel_id": unknown, "teams_team": unknown, "teams_channel": unknown}},
		"names, and ids not known":   {given: map[string]string{"mattermost_channel_id": unknown, "mattermost_team": "a", "mattermost_channel": "b", "teams_team": "c", "teams_channel": "d"}},
		"both forms":                 {given: map[string]string{"mattermost_channel_id": "a", "mattermost_team": "a", "mattermost_channel": "b", "teams_team": "c", "teams_channel": "d"}, refused: true},
		"half a form":                {given: map[string]string{"mattermost_team": "a", "teams_team": "c", "teams_channel": "d"}, refused: true},
		"half a form, rest unknown":  {given: map[string]string{"mattermost_team": "a", "mattermost_channel": unknown, "teams_team": "c", "teams_channel": "d"}},
		"halves of two forms":        {given: map[string]string{"mattermost_channel_id": "a", "teams_team_id": "b", "teams_channel": "d"}, refused: true},
		"nothing":                    {refused: true},
		"an id beside unknown names": {given: map[string]string{"mattermost_channel_id": "a", "mattermost_team": "b", "mattermost_channel": unknown, "teams_team": "c", "teams_channel": "d"}, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			values := map[string]tftypes.Value{}
			for attribute, of := range kind.AttributeTypes {
				switch value, ok := test.given[attribute]; {
				case !ok:
					values[attribute] = tftypes.NewValue(of, nil)
				case value == unknown:
					values[attribute] = tftypes.NewValue(of, tftypes.UnknownValue)
				default:
					values[attribute] = tftypes.NewValue(of, value)
				}
			}
			config, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, values))
			if err != nil {
				t.Fatal(err)
			}
			answer, err := p.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: "msteamssync_channel_link", Config: &config})
			if err != nil {
				t.Fatal(err)
			}
			if said := failures(answer.Diagnostics); test.refused != strings.Contains(said, "One form is needed") {
				t.Errorf("refused: want %v, got %q", test.refused, said)
			}
		})
	}
}
