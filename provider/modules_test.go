// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
)

// leftOut are arguments that examples/complete cannot show beside the others, with the reason.
var leftOut = map[string]string{
	"msteamssync_plugin_config.client_secret_wo":         "excludes msteamssync_client_secret; modules/mattermost has it",
	"msteamssync_plugin_config.client_secret_wo_version": "excludes msteamssync_client_secret; modules/mattermost has it",
	"ephemeral msteamssync_graph_token":                  "its value may go nowhere that the example has",
}

// TestCompleteExampleHasEveryOption: each argument of each resource, and each data source.
func TestCompleteExampleHasEveryOption(t *testing.T) {
	p := speak(t)
	blocks := blocksOf(t, "../examples/complete")
	missing := unused(blocks, "resource", p.schemas.ResourceSchemas)
	for name := range p.schemas.DataSourceSchemas {
		if !slices.ContainsFunc(blocks, func(b *hclsyntax.Block) bool { return b.Type == "data" && b.Labels[0] == name }) {
			missing = append(missing, "data "+name)
		}
	}
	for name := range p.schemas.EphemeralResourceSchemas {
		missing = append(missing, "ephemeral "+name)
	}
	report(t, missing, leftOut)
}

// TestModulesHaveEveryOption: what a resource has can be given to a module.
func TestModulesHaveEveryOption(t *testing.T) {
	p := speak(t)
	var blocks hclsyntax.Blocks
	for _, module := range []string{"azure", "mattermost", "msteams-sync"} {
		blocks = append(blocks, blocksOf(t, "../modules/"+module)...)
	}
	report(t, unused(blocks, "resource", p.schemas.ResourceSchemas), nil)
}

// TestModulesCheckWhatTheyAreGiven: every variable has a type and a description, and says what it accepts unless its type
// does. What a module hands to one of its own modules, it has a variable for.
func TestModulesCheckWhatTheyAreGiven(t *testing.T) {
	variables := map[string][]string{}
	for _, module := range []string{"azure", "mattermost", "msteams-sync"} {
		for _, b := range blocksOf(t, "../modules/"+module) {
			if b.Type != "variable" {
				continue
			}
			name, attributes := module+" "+b.Labels[0], b.Body.Attributes
			variables[module] = append(variables[module], b.Labels[0])
			if attributes["type"] == nil || attributes["description"] == nil {
				t.Errorf("%s has no type or no description", name)
				continue
			}
			validated := slices.ContainsFunc(b.Body.Blocks, func(inner *hclsyntax.Block) bool { return inner.Type == "validation" })
			if kind := hcl.ExprAsKeyword(attributes["type"].Expr); !validated && kind != "bool" {
				t.Errorf("%s accepts anything", name)
			}
		}
	}
	passedOver := []string{ // what the whole bridge settles itself
		"certificates", "managed_secret_descriptions", "client_id", "client_secret", "client_secret_version", "settings_after", "bot_user_principal_name",
	}
	for _, half := range []string{"azure", "mattermost"} {
		for _, name := range variables[half] {
			if !slices.Contains(variables["msteams-sync"], name) && !slices.Contains(passedOver, name) {
				t.Errorf("msteams-sync does not hand on %s of %s", name, half)
			}
		}
	}
}

// TestTheModuleProtectsFromDeletion: who says nothing is protected.
func TestTheModuleProtectsFromDeletion(t *testing.T) {
	for _, b := range blocksOf(t, "../modules/msteams-sync") {
		if b.Type != "variable" || b.Labels[0] != "deletion_protection" {
			continue
		}
		given := b.Body.Attributes["default"]
		if given == nil {
			t.Fatal("deletion_protection has no default")
		}
		if value, diags := given.Expr.Value(nil); diags.HasErrors() || value.IsNull() || !value.RawEquals(cty.True) {
			t.Errorf("deletion_protection is %#v by default: %v", value, diags)
		}
		return
	}
	t.Error("the module has no variable deletion_protection")
}

func blocksOf(t *testing.T, folder string) (all hclsyntax.Blocks) {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.tf")
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v, %v", folder, files, err)
	}
	for _, file := range files {
		all = append(all, parse(t, file)...)
	}
	return all
}

// unused are the arguments of the schemas that no block of the kind gives.
func unused(blocks hclsyntax.Blocks, kind string, schemas map[string]*tfprotov6.Schema) (missing []string) {
	given := map[string]bool{}
	for _, b := range blocks {
		if b.Type != kind {
			continue
		}
		for name := range b.Body.Attributes {
			given[b.Labels[0]+"."+name] = true
		}
	}
	for name, schema := range schemas {
		for _, attribute := range schema.Block.Attributes {
			if argument := name + "." + attribute.Name; (attribute.Required || attribute.Optional) && !given[argument] {
				missing = append(missing, argument)
			}
		}
	}
	return missing
}

// report fails with what is missing and not excused, and with what is excused and there.
func report(t *testing.T, missing []string, excused map[string]string) {
	t.Helper()
	slices.Sort(missing)
	var problems []string
	for _, name := range missing {
		if excused[name] == "" {
			problems = append(problems, name)
		}
	}
	for name, reason := range excused {
		if !slices.Contains(missing, name) {
			problems = append(problems, fmt.Sprintf("%s is there, although it is said to be left out because it %s", name, reason))
		}
	}
	if len(problems) > 0 {
		t.Errorf("missing:\n  %s", strings.Join(problems, "\n  "))
	}
}
