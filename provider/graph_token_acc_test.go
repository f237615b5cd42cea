// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"bytes"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
)

// TestAccGraphToken: the token works at Microsoft Graph. A provider that echoes its configuration shows it to the test.
func TestAccGraphToken(t *testing.T) {
	cloud := emulator.Start(t)
	factories := map[string]func() (tfprotov6.ProviderServer, error){"msteamssync": inProcess["msteamssync"], "echo": echoprovider.NewProviderServer()}
	config := func(scope string) string {
		return azureOnly(cloud, fmt.Sprintf(`
ephemeral "msteamssync_graph_token" "this" { %s }
provider "echo" { data = ephemeral.msteamssync_graph_token.this }
resource "echo" "this" {}
`, scope))
	}
	works := func(state *terraform.State) error {
		attributes := state.RootModule().Resources["echo.this"].Primary.Attributes
		expires, err := time.Parse(time.RFC3339, attributes["data.expires_at"])
		if err != nil || time.Until(expires) < time.Minute {
			return fmt.Errorf("the token expires at %q", attributes["data.expires_at"])
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, cloud.URL()+"/v1.0/organization", nil)
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer "+attributes["data.token"])
		response, err := cloud.HTTPClient().Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("Microsoft Graph answers the token with HTTP %d", response.StatusCode)
		}
		return nil
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: factories, Steps: []resource.TestStep{
		{Config: config(`scope = "User.Read"`), ExpectError: regexp.MustCompile(`must end in\s+/\.default`)},
		{Config: config(""), Check: works},
		{Config: config(fmt.Sprintf("scope = %q", cloud.URL()+"/.default")), Check: works},
	}})
}

// TestAccGraphTokenIsNotWrittenDown: the token is handed to another provider block, and no plan, state or log holds one.
func TestAccGraphTokenIsNotWrittenDown(t *testing.T) {
	cloud := emulator.Start(t)
	cli := newAzureCLI(t, cloud, "Bridge-Pass-1")
	cli.write(filepath.Join(cli.folder, "main.tf"), `
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
    authority_host = "`+cloud.URL()+`"
    graph          = "`+cloud.URL()+`"
  }
}
ephemeral "msteamssync_graph_token" "this" {}
provider "msteamssync" {
  alias      = "receiver"
  mattermost = { url = "https://chat.example.com", token = ephemeral.msteamssync_graph_token.this.token }
}
data "msteamssync_permissions" "this" { provider = msteamssync.receiver }
output "count" { value = length(data.msteamssync_permissions.this.permissions) }
`)
	cli.run("plan", "-out=plan")
	cli.run("apply", "-auto-approve")
	token := strings.TrimPrefix(openPortal(t, cloud).token, "eyJ")[:40] // the header of each of the emulator's tokens
	for name, content := range cli.leftovers() {
		if bytes.Contains(content, []byte(token)) {
			t.Errorf("%s holds the token", name)
		}
	}
}
