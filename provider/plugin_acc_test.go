// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

const installed = "msteamssync_plugin.this"

func pluginConfig(bundle, more string) string {
	return fmt.Sprintf("resource \"msteamssync_plugin\" \"this\" {\n  bundle_path = %q\n%s\n}\n", bundle, more)
}

func TestAccPluginLifecycle(t *testing.T) {
	admin := openConsole(t)
	first := trialBundle(t, "1.0.0", "a", nil)
	second := trialBundle(t, "1.1.0", "b", nil)
	otherBuild := trialBundle(t, "1.1.0", "c", nil)
	config := mattermostOnly(pluginConfig(first, ""))
	upgraded := mattermostOnly(pluginConfig(second, "  restart_triggers = { settings = \"1\" }"))
	var secrets [2]any
	keys := func() [2]any { return [2]any{admin.stored()["encryptionkey"], admin.stored()["webhooksecret"]} }
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy: func(*terraform.State) error {
			if version := admin.installed(); version != "" {
				return fmt.Errorf("version %s is still installed", version)
			}
			if keys() != [2]any{} {
				return fmt.Errorf("the generated secrets are left")
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config: config,
				ConfigStateChecks: []statecheck.StateCheck{
					attribute(installed, "id", knownvalue.StringExact(catalog.PluginID)),
					attribute(installed, "version", knownvalue.StringExact("1.0.0")),
					attribute(installed, "build", knownvalue.StringExact("a")),
					attribute(installed, "state", knownvalue.StringExact("running")),
					attribute(installed, "bundle_sha256", knownvalue.NotNull()),
				},
				Check: func(*terraform.State) error {
					secrets = keys()
					for _, secret := range secrets {
						if text, ok := secret.(string); !ok || len(text) != 32 {
							return fmt.Errorf("a generated secret has the wrong form")
						}
					}
					return nil
				},
			},
			{Config: config, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{ // disabled by hand
				PreConfig: func() {
					if _, err := admin.client.DisablePlugin(context.Background(), catalog.PluginID); err != nil {
						t.Fatal(err)
					}
				},
				Config:           config,
				ConfigPlanChecks: plans(updates(installed, "enabled", "state")),
			},
			{ // upgrade, keeping the secrets
				Config:           upgraded,
				ConfigPlanChecks: plans(updates(installed, "build", "bundle_path", "bundle_sha256", "restart_triggers", "version")),
				Check: func(*terraform.State) error {
					if keys() != secrets {
						return fmt.Errorf("the upgrade changed the generated secrets")
					}
					return nil
				},
			},
			{ // another build of the same version was uploaded by hand
				PreConfig:        func() { admin.upload(otherBuild) },
				Config:           upgraded,
				ConfigPlanChecks: plans(updates(installed, "build")),
			},
			{ // an older version by hand
				PreConfig:        func() { admin.upload(first) },
				Config:           upgraded,
				ConfigPlanChecks: plans(updates(installed, "build", "version")),
			},
			{Config: config, ExpectError: regexp.MustCompile("The installed plugin is newer")},
			{ // switched off by configuration
				Config:           mattermostOnly(pluginConfig(second, "  enabled = false\n  restart_triggers = { settings = \"1\" }")),
				ConfigPlanChecks: plans(updates(installed, "enabled", "state")),
			},
			{
				Config:           mattermostOnly(pluginConfig(second, "  enabled = false\n  restart_triggers = { settings = \"1\" }")),
				ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
			},
			{
				ResourceName: installed, ImportState: true, ImportStateId: catalog.PluginID, ImportStateVerify: true,
				ImportStateVerifyIgnore: []string{"bundle_path", "bundle_sha256", "restart_triggers"},
			},
			{ResourceName: installed, ImportState: true, ImportStateId: "com.example.other", ExpectError: regexp.MustCompile("the id of the plugin is")},
			{ // removed by hand
				PreConfig: func() {
					if _, err := admin.client.RemovePlugin(context.Background(), catalog.PluginID); err != nil {
						t.Fatal(err)
					}
				},
				Config:           upgraded,
				ConfigPlanChecks: plans(plancheck.ExpectResourceAction(installed, plancheck.ResourceActionCreate)),
			},
		},
	})
}
