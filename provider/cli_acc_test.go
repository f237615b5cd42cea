// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
)

// newAzureCLI declares all of the Azure half, with every credential in the environment.
func newAzureCLI(t *testing.T, cloud *emulator.Server, botPassword string) *cli {
	t.Helper()
	c := newCLI(t, `
terraform {
  required_providers {
    msteamssync = { source = "msteamssync/msteamssync" }
  }
}
variable "bot_password" {
  type      = string
  ephemeral = true
}
provider "msteamssync" {
  endpoints = {
    authority_host   = "`+cloud.URL()+`"
    graph            = "`+cloud.URL()+`"
    resource_manager = "`+cloud.URL()+`"
  }
}
`+meteredConfig("")+`
resource "msteamssync_admin_consent" "this" { client_id = msteamssync_application.this.client_id }
resource "msteamssync_bot_user" "this" {
  user_principal_name = "bridge@demo.example"
  display_name        = "Bridge"
  usage_location      = "US"
  license_skus        = ["TEAMS_ENTERPRISE"]
  password_wo         = var.bot_password
  password_wo_version = 1
}`)
	ca := filepath.Join(c.folder, "ca.pem")
	if err := cloud.WriteCA(ca); err != nil {
		t.Fatal(err)
	}
	c.environment = append(c.environment,
		"ARM_TENANT_ID="+tenantID, "ARM_CLIENT_ID="+provisionerID, "ARM_CLIENT_SECRET="+provisionerKey, "ARM_SUBSCRIPTION_ID="+subscriptionID,
		"ARM_CA_CERTIFICATES_PATH="+ca, "TF_VAR_bot_password="+botPassword)
	return c
}

// cli runs Terraform in a folder of its own with the provider built from this source.
type cli struct {
	t           *testing.T
	folder      string
	program     string // the provider
	environment []string
	output      bytes.Buffer
}

func newCLI(t *testing.T, config string) *cli {
	t.Helper()
	c := &cli{t: t, folder: t.TempDir()}
	plugins := t.TempDir()
	c.program = filepath.Join(plugins, "terraform-provider-msteamssync")
	build := exec.Command("go", "build", "-o", c.program, "github.com/msteamssync/terraform-provider-msteamssync")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the provider: %v\n%s", err, out)
	}
	settings := filepath.Join(plugins, "settings.tfrc")
	c.write(settings, `provider_installation {
  dev_overrides { "msteamssync/msteamssync" = "`+plugins+`" }
  direct {}
}`)
	c.write(filepath.Join(c.folder, "main.tf"), config)
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") && !strings.HasPrefix(variable, "ARM_") && !strings.HasPrefix(variable, "MM_") {
			c.environment = append(c.environment, variable)
		}
	}
	c.environment = append(c.environment, "TF_CLI_CONFIG_FILE="+settings, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1",
		"TF_LOG=trace", "TF_LOG_PATH="+filepath.Join(c.folder, "trace.log"))
	return c
}

func (c *cli) write(file, text string) {
	c.t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cli) run(arguments ...string) {
	c.t.Helper()
	command := exec.CommandContext(c.t.Context(), os.Getenv("TF_ACC_TERRAFORM_PATH"), arguments...)
	command.Dir, command.Env = c.folder, c.environment
	out, err := command.CombinedOutput()
	c.output.Write(out)
	if err != nil {
		c.t.Fatalf("terraform %s: %v\n%s", strings.Join(arguments, " "), err, out)
	}
}

var colour = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// unwrapped undoes Terraform's colours, frames and line breaks in messages.
func unwrapped(output string) string {
	var words []string
	for word := range strings.FieldsSeq(colour.ReplaceAllString(output, "")) {
		if word != "│" {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// fails is run for a command that must not succeed. It returns what Terraform said, in one line.
func (c *cli) fails(arguments ...string) string {
	c.t.Helper()
	command := exec.CommandContext(c.t.Context(), os.Getenv("TF_ACC_TERRAFORM_PATH"), arguments...)
	command.Dir, command.Env = c.folder, c.environment
	out, err := command.CombinedOutput()
	c.output.Write(out)
	if err == nil {
		c.t.Fatalf("terraform %s succeeded:\n%s", strings.Join(arguments, " "), out)
	}
	return unwrapped(string(out))
}
