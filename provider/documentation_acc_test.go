// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"reflect"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/schemajson"
)

// TestAccSchemaIsWhatTerraformPrints compares the document that the documentation is made from with Terraform's own, in
// the parts that every supported Terraform knows.
func TestAccSchemaIsWhatTerraformPrints(t *testing.T) {
	c := newCLI(t, `
terraform {
  required_providers {
    msteamssync = { source = "msteamssync/msteamssync" }
  }
}`)
	command := exec.CommandContext(t.Context(), os.Getenv("TF_ACC_TERRAFORM_PATH"), "providers", "schema", "-json")
	command.Dir, command.Env = c.folder, c.environment
	printed, err := command.Output()
	if err != nil {
		t.Fatalf("terraform providers schema: %v", err)
	}
	ours, err := json.Marshal(schemajson.Schemas{FormatVersion: "1.0", Providers: map[string]*schemajson.Provider{"msteamssync": declared(t)}})
	if err != nil {
		t.Fatal(err)
	}
	want, got := onlyProvider(t, printed), onlyProvider(t, ours)
	for _, part := range []string{"provider", "resource_schemas", "data_source_schemas", "ephemeral_resource_schemas", "functions"} {
		if _, declares := got[part]; !declares && want[part] == nil {
			continue
		}
		for path, difference := range differences(part, want[part], got[part]) {
			t.Errorf("%s: %s", path, difference)
		}
	}
}

func onlyProvider(t *testing.T, document []byte) map[string]any {
	t.Helper()
	var schemas struct {
		Providers map[string]map[string]any `json:"provider_schemas"`
	}
	if err := json.Unmarshal(document, &schemas); err != nil {
		t.Fatal(err)
	}
	for _, p := range schemas.Providers {
		return p
	}
	t.Fatal("the document names no provider")
	return nil
}

// differences returns what differs, by path.
func differences(path string, want, got any) map[string]string {
	a, aIsObject := want.(map[string]any)
	b, bIsObject := got.(map[string]any)
	found := map[string]string{}
	switch {
	case aIsObject && bIsObject:
		for key := range a {
			for p, d := range differences(path+"."+key, a[key], b[key]) {
				found[p] = d
			}
		}
		for key := range b {
			if _, ok := a[key]; !ok {
				found[path+"."+key] = "Terraform does not print it"
			}
		}
	case !reflect.DeepEqual(want, got):
		wanted, _ := json.Marshal(want)
		gotten, _ := json.Marshal(got)
		found[path] = "Terraform prints " + string(wanted) + ", we print " + string(gotten)
	}
	return found
}
