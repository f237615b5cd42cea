// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// sentence ends like one; a description may end with a list of sentences.
var sentence = regexp.MustCompile("(?s)^[\"`A-Z].*[.]$")

// TestEverythingIsDescribed: each element of each schema says in full sentences what it is.
func TestEverythingIsDescribed(t *testing.T) {
	p := speak(t)
	all := map[string]map[string]*tfprotov6.Schema{
		"resource": p.schemas.ResourceSchemas, "data source": p.schemas.DataSourceSchemas, "ephemeral resource": p.schemas.EphemeralResourceSchemas,
		"list": p.schemas.ListResourceSchemas, "provider": {"block": p.schemas.Provider}, "action": {},
	}
	for name, action := range p.schemas.ActionSchemas {
		all["action"][name] = action.Schema
	}
	described := func(where, text string) {
		if !sentence.MatchString(text) {
			t.Errorf("%s is not described in full sentences: %q", where, text)
		}
	}
	var attributes func(string, []*tfprotov6.SchemaAttribute)
	attributes = func(where string, list []*tfprotov6.SchemaAttribute) {
		for _, attribute := range list {
			described(where+"."+attribute.Name, attribute.Description)
			if attribute.NestedType != nil {
				attributes(where+"."+attribute.Name, attribute.NestedType.Attributes)
			}
		}
	}
	for kind, schemas := range all {
		for name, schema := range schemas {
			where := fmt.Sprintf("%s %s", kind, name)
			described(where, schema.Block.Description)
			attributes(where, schema.Block.Attributes)
		}
	}
	for name, function := range p.schemas.Functions {
		described("function "+name, function.Description)
		for _, parameter := range function.Parameters {
			described("function "+name+"("+parameter.Name+")", parameter.Description)
		}
		if variadic := function.VariadicParameter; variadic != nil {
			described("function "+name+"("+variadic.Name+"…)", variadic.Description)
		}
	}
}

// TestForeignStateIsNotTakenOver: an object of a type that has nothing to do with it is refused by every resource.
func TestForeignStateIsNotTakenOver(t *testing.T) {
	p := speak(t)
	for name := range p.schemas.ResourceSchemas {
		_, _, problem := p.move(name, source{provider: "registry.terraform.io/example/example", kind: "example_thing", state: map[string]any{"id": "1"}})
		if problem == "" {
			t.Errorf("%s takes over an example_thing", name)
		}
	}
}
