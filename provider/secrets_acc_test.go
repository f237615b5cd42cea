// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
)

// TestAccNoSecretIsWrittenDown runs the built provider under the real CLI, with everything logged, and searches all that
// it leaves behind.
func TestAccNoSecretIsWrittenDown(t *testing.T) {
	const botPassword = "Bridge-Pass-7391"
	cloud := emulator.Start(t)
	cli := newAzureCLI(t, cloud, botPassword)
	cli.run("plan", "-out=plan")
	cli.run("apply", "plan")
	cli.run("plan", "-detailed-exitcode") // 0: nothing to do
	cli.run("show", "-json")

	if trace := cli.leftovers()["trace.log"]; !bytes.Contains(trace, []byte("Microsoft Graph: ")) {
		t.Error("the trace log does not hold the provider's own lines, so searching it proves little")
	}
	token := strings.TrimPrefix(openPortal(t, cloud).token, "eyJ")[:40] // the header of each of the emulator's tokens
	for file, content := range cli.leftovers() {
		for name, secret := range map[string]string{"client secret": provisionerKey, "bot password": botPassword, "access token": token} {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds the %s", file, name)
			}
		}
	}
	cli.run("destroy", "-auto-approve")
	for _, request := range cloud.Requests() {
		for _, secret := range []string{provisionerKey, botPassword} {
			if strings.Contains(request.Query+request.Body, secret) {
				t.Errorf("the emulator's request log shows a secret in %s %s", request.Method, request.Path)
			}
		}
	}
}

// TestAccPlanReadsLittle: a plan reads each object once. A batch counts as one request; log-in does not count.
func TestAccPlanReadsLittle(t *testing.T) {
	cloud := emulator.Start(t)
	cli := newAzureCLI(t, cloud, "Bridge-Pass-1")
	count := func() (total int, calls []string) {
		for _, request := range cloud.Requests() {
			if request.Parent == "" && !strings.Contains(request.Path, "/oauth2/") && !strings.Contains(request.Path, "/.well-known/") {
				calls = append(calls, fmt.Sprintf("%s %s %d", request.Method, request.Path, request.Status))
			}
		}
		cloud.RequestLog().Reset()
		return len(calls), calls
	}
	cli.run("apply", "-auto-approve")
	if n, calls := count(); n > 25 {
		t.Errorf("apply made %d requests, want at most 25:\n%s", n, strings.Join(calls, "\n"))
	}
	cli.run("plan", "-detailed-exitcode")
	if n, calls := count(); n > 8 {
		t.Errorf("plan made %d requests, want at most 8:\n%s", n, strings.Join(calls, "\n"))
	}
}

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
	environment []string
	output      bytes.Buffer
}

func newCLI(t *testing.T, config string) *cli {
	t.Helper()
	c := &cli{t: t, folder: t.TempDir()}
	plugins := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(plugins, "terraform-provider-msteamssync"), "github.com/msteamssync/terraform-provider-msteamssync")
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

// leftovers are all files of the folder but the certificate, the parts of the plan file, and what Terraform printed.
func (c *cli) leftovers() map[string][]byte {
	c.t.Helper()
	found := map[string][]byte{"the output": c.output.Bytes()}
	entries, err := os.ReadDir(c.folder)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		content, err := os.ReadFile(filepath.Join(c.folder, entry.Name()))
		if err != nil {
			c.t.Fatal(err)
		}
		found[entry.Name()] = content
	}
	plan, err := zip.OpenReader(filepath.Join(c.folder, "plan"))
	if err != nil {
		c.t.Fatal(err)
	}
	defer plan.Close()
	for _, part := range plan.File {
		reader, err := part.Open()
		if err != nil {
			c.t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			c.t.Fatal(err)
		}
		found["plan/"+part.Name] = content
	}
	for _, must := range []string{"terraform.tfstate", "trace.log", "plan/tfplan"} {
		if len(found[must]) == 0 {
			c.t.Fatalf("there is no %s to search", must)
		}
	}
	return found
}
