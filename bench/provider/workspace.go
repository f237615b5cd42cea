// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/arm"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// providerBlock leaves every credential to the environment.
const providerBlock = `
terraform {
  required_providers {
    msteamssync = { source = "msteamssync/msteamssync" }
  }
}
provider "msteamssync" {
  endpoints = {
    authority_host   = %[1]q
    graph            = %[1]q
    resource_manager = %[1]q
  }
}
`

// azureSide declares an application with its 20 permissions and service principal, the consent, a secret, the bot's user
// and the billing account.
func azureSide(s *stack.Stack) string {
	return fmt.Sprintf(providerBlock+`
output "client_id" { value = msteamssync_application.this.client_id }
variable "rotation" { default = "first" }
variable "bot_password" {
  type      = string
  ephemeral = true
}
resource "msteamssync_application" "this" {
  display_name = "Bridge"
  site_url     = %[2]q
}
resource "msteamssync_admin_consent" "this" { client_id = msteamssync_application.this.client_id }
resource "msteamssync_client_secret" "this" {
  client_id         = msteamssync_application.this.client_id
  rotation_triggers = { n = var.rotation }
}
resource "msteamssync_bot_user" "this" {
  user_principal_name = "bridge@demo.example"
  display_name        = "Bridge"
  usage_location      = "US"
  license_skus        = ["TEAMS_ENTERPRISE"]
  password_wo         = var.bot_password
  password_wo_version = 1
}
resource "msteamssync_metered_billing" "this" {
  name                = "bridge"
  resource_group_name = "msteams-sync"
  client_id           = msteamssync_application.this.client_id
}
`, s.Emulator.URL(), s.Mattermost.URL)
}

// nothingToRead starts and configures the same provider.
func nothingToRead(s *stack.Stack) string {
	return fmt.Sprintf(providerBlock+`
resource "msteamssync_application" "this" {
  count        = 0
  display_name = "Bridge"
  site_url     = %[2]q
}
`, s.Emulator.URL(), s.Mattermost.URL)
}

// workspace is a folder with a configuration and the built provider.
type workspace struct {
	dir, terraform string
	env            []string
}

func (b *bench) newWorkspace(root, name, config string) (*workspace, error) {
	w := &workspace{dir: filepath.Join(root, name), terraform: b.terraform}
	overrides, provider := filepath.Join(root, name+".tfrc"), filepath.Join(root, "provider")
	binary, err := filepath.Abs(b.provider)
	if err != nil {
		return nil, fmt.Errorf("find the provider: %w", err)
	}
	if _, err := os.Stat(binary); err != nil {
		return nil, fmt.Errorf("the provider is not built (%w); run 'make provider-host'", err)
	}
	for _, dir := range []string{w.dir, provider} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make a work directory: %w", err)
		}
	}
	if err := os.Symlink(binary, filepath.Join(provider, "terraform-provider-msteamssync")); err != nil && !os.IsExist(err) {
		return nil, fmt.Errorf("put the provider in place: %w", err)
	}
	settings := fmt.Sprintf("provider_installation {\n  dev_overrides { \"msteamssync/msteamssync\" = %q }\n  direct {}\n}\n", provider)
	for file, content := range map[string]string{overrides: settings, filepath.Join(w.dir, "main.tf"): config} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return nil, fmt.Errorf("write the configuration: %w", err)
		}
	}
	for _, variable := range os.Environ() {
		// What the caller's shell says about a tenant, a server or Terraform is not meant for this one.
		if !hasAnyPrefix(variable, "TF_", "ARM_", "AZURE_", "MM_") {
			w.env = append(w.env, variable)
		}
	}
	w.env = append(w.env, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0", "TF_CLI_CONFIG_FILE="+overrides,
		"ARM_TENANT_ID="+directory.DemoTenantID, "ARM_CLIENT_ID="+directory.DemoProvisionerAppID, "ARM_CLIENT_SECRET="+directory.DemoProvisionerSecret,
		"ARM_SUBSCRIPTION_ID="+arm.DemoSubscriptionID, "ARM_CA_CERTIFICATES_PATH="+b.stack.CAFile,
		"MM_URL="+b.stack.Mattermost.URL, "MM_TOKEN="+b.stack.Mattermost.AdminToken, "TF_VAR_bot_password=Bridge-Pass-1")
	return w, nil
}

// run runs a command and returns how long it took, in seconds. Any exit code but 0 is an error.
func (w *workspace) run(ctx context.Context, arguments ...string) (seconds float64, err error) {
	began := time.Now()
	_, err = w.output(ctx, arguments...)
	return time.Since(began).Seconds(), err
}

// output runs a command and returns what it wrote to the standard output.
func (w *workspace) output(ctx context.Context, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, w.terraform, arguments...)
	command.Dir, command.Env = w.dir, w.env
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	var output, complaints bytes.Buffer
	command.Stdout, command.Stderr = &output, &complaints
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("terraform %s: %w\n%s%s", arguments[0], err, output.String(), complaints.String())
	}
	return output.String(), nil
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
