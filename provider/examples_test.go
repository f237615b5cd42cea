// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// newerExamples are folders of examples in a language that the oldest supported Terraform does not understand yet.
var newerExamples = []string{"actions", "list-resources"}

// TestNewerExamplesFitTheSchemas: what Terraform cannot validate here is compared with the schemas. Every action and every
// list resource has an example.
func TestNewerExamplesFitTheSchemas(t *testing.T) {
	p := speak(t)
	blocks := map[string]map[string]*tfprotov6.Schema{
		"action": {}, "list": p.schemas.ListResourceSchemas, "resource": p.schemas.ResourceSchemas, "data": p.schemas.DataSourceSchemas,
	}
	for name, action := range p.schemas.ActionSchemas {
		blocks["action"][name] = action.Schema
	}
	shown := map[string]bool{}
	for _, folder := range newerExamples {
		files, err := filepath.Glob("../examples/" + folder + "/*/*")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			for _, block := range parse(t, file) {
				schemas, ok := blocks[block.Type]
				if !ok {
					continue
				}
				schema := schemas[block.Labels[0]]
				if schema == nil {
					t.Errorf("%s: there is no %s %q", file, block.Type, block.Labels[0])
					continue
				}
				shown[block.Type+" "+block.Labels[0]] = true
				fits(t, file, block, schema)
			}
		}
	}
	for _, kind := range []string{"action", "list"} {
		for name := range blocks[kind] {
			if !shown[kind+" "+name] {
				t.Errorf("the %s %s has no example", kind, name)
			}
		}
	}
}

func parse(t *testing.T, file string) hclsyntax.Blocks {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, diags := hclsyntax.ParseConfig(text, file, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return parsed.Body.(*hclsyntax.Body).Blocks
}

// fits compares the arguments of a block with its schema. Those of actions and lists stand in a block config.
func fits(t *testing.T, file string, block *hclsyntax.Block, schema *tfprotov6.Schema) {
	t.Helper()
	body := block.Body
	if block.Type == "action" || block.Type == "list" {
		body = &hclsyntax.Body{}
		for _, inner := range block.Body.Blocks {
			if inner.Type == "config" {
				body = inner.Body
			}
		}
	}
	known := map[string]*tfprotov6.SchemaAttribute{}
	for _, attribute := range schema.Block.Attributes {
		known[attribute.Name] = attribute
		if attribute.Required && body.Attributes[attribute.Name] == nil {
			t.Errorf("%s: %s %s lacks %s", file, block.Type, block.Labels[0], attribute.Name)
		}
	}
	for name := range body.Attributes {
		if attribute := known[name]; name != "depends_on" && name != "provider" && (attribute == nil || !attribute.Optional && !attribute.Required) {
			t.Errorf("%s: %s %s has no argument %s", file, block.Type, block.Labels[0], name)
		}
	}
}
