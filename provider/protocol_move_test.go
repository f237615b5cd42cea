// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"
)

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
