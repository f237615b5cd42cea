// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// TestAccUnknownSidesAreLookedAtLater: data sources of a provider whose credentials come out of the same run do not fail
// its plan; the next run looks.
func TestAccUnknownSidesAreLookedAtLater(t *testing.T) {
	openConsole(t)
	const readiness, status = "data.msteamssync_readiness.this", "data.msteamssync_plugin_status.this"
	config := bothSides(`
data "msteamssync_readiness" "this" {}
data "msteamssync_plugin_status" "this" {}
`) + fmt.Sprintf("resource \"terraform_data\" \"token\" {\n  input = %q\n}\n", shared.Mattermost.AdminToken)
	config = strings.Replace(config, fmt.Sprintf("token = %q", shared.Mattermost.AdminToken), "token = terraform_data.token.output", 1)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config, ConfigStateChecks: []statecheck.StateCheck{
			attribute(readiness, "ready", knownvalue.Bool(false)),
			attribute(status, "running", knownvalue.Bool(false)),
		}},
		{Config: config, ConfigStateChecks: []statecheck.StateCheck{
			attribute(readiness, "checks", knownvalue.ListSizeExact(8)),
			attribute(status, "installed", knownvalue.Bool(false)),
		}},
	}})
}
