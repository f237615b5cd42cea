// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/arm"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// botLogin is the account that Terraform makes for the bridge.
const botLogin = "bridge@demo.example"

// botPassword is made for this run; Terraform gets it as an ephemeral variable and keeps it nowhere.
var botPassword = "Aa1-" + rand.Text()

// environment is what somebody exports before `terraform apply`: who Terraform is on both sides, and the example's
// variables. The addresses and the CA are what makes the emulator a cloud of its own.
func (d *demo) environment() (map[string]string, error) {
	cloud := d.stack.Emulator.URL()
	ca := string(d.stack.Emulator.CAPEM()) + string(d.stack.Mattermost.CAPEM())
	environment := map[string]string{
		"ARM_TENANT_ID":       d.stack.Emulator.Directory().Tenant().ID,
		"ARM_CLIENT_ID":       directory.DemoProvisionerAppID,
		"ARM_CLIENT_SECRET":   directory.DemoProvisionerSecret,
		"ARM_SUBSCRIPTION_ID": arm.DemoSubscriptionID,
		"MM_URL":              d.stack.Mattermost.URL,
		"MM_TOKEN":            d.stack.Mattermost.AdminToken,

		"TF_VAR_site_url":        d.stack.Mattermost.URL,
		"TF_VAR_tenant_id":       d.stack.Emulator.Directory().Tenant().ID,
		"TF_VAR_ca_certificates": ca,
		"TF_VAR_bot_password":    botPassword,
		"TF_VAR_billing_model":   "metered",
	}
	for name, value := range map[string]any{
		"endpoints":       map[string]string{"authority_host": cloud, "graph": cloud, "resource_manager": cloud},
		"bot":             map[string]any{"user_principal_name": botLogin, "display_name": "Mattermost Bridge", "usage_location": "US", "license_skus": []string{"TEAMS_ENTERPRISE"}},
		"metered_billing": map[string]any{"resource_group_name": arm.DemoResourceGroup},
	} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("write the variable %s: %w", name, err)
		}
		environment["TF_VAR_"+name] = string(text)
	}
	return environment, nil
}

func (d *demo) apply(ctx context.Context) error {
	result, err := d.workspace.RunLogged(ctx, "apply", "-auto-approve")
	if err != nil {
		return err
	}
	for line := range strings.Lines(result.Output) {
		if strings.Contains(line, "Creation complete") || strings.HasPrefix(line, "Apply complete") {
			d.note("%s", line)
		}
	}
	return nil
}

// pluginVersion reads the version that provider and plugin share.
func pluginVersion(manifest string) (string, error) {
	content, err := os.ReadFile(manifest)
	if err != nil {
		return "", fmt.Errorf("read the plugin's manifest: %w", err)
	}
	var m struct{ Version string }
	if err := json.Unmarshal(content, &m); err != nil {
		return "", fmt.Errorf("read the plugin's manifest: %w", err)
	}
	return m.Version, nil
}
