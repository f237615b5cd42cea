// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// neighbours are what an example may refer to without declaring it, by the words of the reference.
var neighbours = map[string]string{
	"msteamssync_application.this":   `resource "msteamssync_application" "this" { site_url = "https://chat.example.com" }`,
	"msteamssync_admin_consent.this": `resource "msteamssync_admin_consent" "this" { client_id = "44444444-4444-4444-8444-444444444444" }`,
	"msteamssync_bot_user.this": `resource "msteamssync_bot_user" "this" {
  user_principal_name = "bridge@example.com"
  display_name        = "Bridge"
  password_wo         = var.bot_password
  password_wo_version = 1
}`,
	"msteamssync_plugin.this":        `resource "msteamssync_plugin" "this" {}`,
	"msteamssync_plugin_config.this": `resource "msteamssync_plugin_config" "this" {}`,
	"msteamssync_client_secret.this": `resource "msteamssync_client_secret" "this" { client_id = "44444444-4444-4444-8444-444444444444" }`,
	"msteamssync_channel_link.this": `resource "msteamssync_channel_link" "this" {
  mattermost_channel_id = "4xp9fdt77pncbef59f4k1qe83o"
  teams_team            = "Engineering"
  teams_channel         = "General"
}`,
	"var.client_secret": `variable "client_secret" {
  type      = string
  ephemeral = true
}`,
}

// withNeighbours adds what the example refers to.
func withNeighbours(example string) string {
	for reference, declaration := range neighbours {
		head, _, _ := strings.Cut(declaration, "{")
		if strings.Contains(example, reference) && !strings.Contains(example, head) {
			example += "\n" + declaration + "\n"
		}
	}
	return example
}

const versions = `
terraform {
  required_providers {
    msteamssync = { source = "msteamssync/msteamssync" }
  }
}`

// TestAccExamplesAreValid: what the documentation shows, Terraform takes.
func TestAccExamplesAreValid(t *testing.T) {
	files := []string{"../examples/provider/provider.tf"}
	// Actions need a newer Terraform than the oldest that is supported.
	for _, kind := range []string{"resources", "data-sources", "ephemeral-resources", "functions"} {
		found, err := filepath.Glob("../examples/" + kind + "/*/*.tf")
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	cli := newCLI(t, versions)
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if filepath.Base(file) == "import-by-string-id.tf" { // it imports into the resource beside it
				beside, err := os.ReadFile(filepath.Join(filepath.Dir(file), "resource.tf"))
				if err != nil {
					t.Fatal(err)
				}
				text = append(text, beside...)
			}
			if filepath.Base(file) == "provider.tf" { // it declares the provider itself
				cli.write(filepath.Join(cli.folder, "main.tf"), "")
			} else {
				cli.write(filepath.Join(cli.folder, "main.tf"), versions)
			}
			cli.write(filepath.Join(cli.folder, "example.tf"), withNeighbours(string(text)))
			cli.t = t
			cli.run("validate")
		})
	}
}

// TestAccGuidesAreValid: the same for the guides. A snippet that needs other providers or a module is fenced as hcl
// instead of terraform.
func TestAccGuidesAreValid(t *testing.T) {
	guides, err := filepath.Glob("../templates/guides/*.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	cli := newCLI(t, versions)
	server := httptest.NewTLSServer(nil)
	server.Close()
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	for _, file := range []string{"mattermost.pem", "ca.pem"} { // which snippets read
		cli.write(filepath.Join(cli.folder, file), certificate)
	}
	for _, guide := range guides {
		text, err := os.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		for i, snippet := range fenced.FindAllStringSubmatch(string(text), -1) {
			t.Run(fmt.Sprintf("%s/%d", strings.TrimSuffix(filepath.Base(guide), ".md.tmpl"), i+1), func(t *testing.T) {
				cli.t = t
				cli.write(filepath.Join(cli.folder, "example.tf"), withNeighbours(snippet[1]))
				cli.run("validate")
			})
		}
	}
}

var fenced = regexp.MustCompile("(?s)```terraform\n(.*?)\n```")
