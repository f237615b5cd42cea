// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestAccExamplesAreValid: what the documentation shows, Terraform takes.
func TestAccExamplesAreValid(t *testing.T) {
	files, err := filepath.Glob("../examples/*/*/*.tf")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, "../examples/provider/provider.tf")
	cli := newCLI(t, `
terraform {
  required_providers {
    msteamssync = { source = "msteamssync/msteamssync" }
  }
}`)
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			versions, example := filepath.Join(cli.folder, "main.tf"), filepath.Join(cli.folder, "example.tf")
			if filepath.Base(file) == "provider.tf" { // it declares the provider itself
				if err := os.Remove(versions); err != nil {
					t.Fatal(err)
				}
			}
			cli.write(example, string(text))
			cli.t = t
			cli.run("validate")
		})
	}
}
