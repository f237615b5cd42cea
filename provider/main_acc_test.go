// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
)

// shared is the stack that the tests of the Mattermost half run on: one server, so they are not parallel.
var (
	shared    *stack.Stack
	auditFile string // what Mattermost notes for auditors
)

// TestMain starts the stack once. The Azure half's tests start an emulator each.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "msteamssync-provider-acc-")
	if err == nil {
		err = prepare(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "The acceptance tests cannot start:", err)
		os.Exit(1)
	}
	// The site URL is set over the API: what the environment sets, nobody could change afterwards.
	auditFile = filepath.Join(dir, "audit.log")
	options := stack.Options{MattermostEnv: map[string]string{
		"MM_SERVICESETTINGS_SITEURL":                    "",
		"MM_EXPERIMENTALAUDITSETTINGS_FILEENABLED":      "true",
		"MM_EXPERIMENTALAUDITSETTINGS_FILENAME":         auditFile,
		"MM_EXPERIMENTALAUDITSETTINGS_FILEMAXQUEUESIZE": "10000",
	}}
	code := stack.Run(m, options, func(s *stack.Stack) {
		shared = s
		if err := setSiteURL(context.Background(), s.Mattermost.URL); err != nil {
			panic(err)
		}
	})
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// prepare makes Terraform work offline and builds the plugin that the tests install.
func prepare(dir string) error {
	terraform := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if terraform == "" {
		var err error
		if terraform, err = exec.LookPath("terraform"); err != nil {
			return fmt.Errorf("%w; 'make test-acc' builds OpenTofu where terraform is missing", err)
		}
	}
	configuration := filepath.Join(dir, "terraformrc") // OpenTofu warns about a file that is missing
	if err := os.WriteFile(configuration, nil, 0o600); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"TF_ACC": "1", "TF_ACC_TERRAFORM_PATH": terraform, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": configuration,
	} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return buildTrialPlugin(dir)
}

// setSiteURL changes the address that the server believes to have.
func setSiteURL(ctx context.Context, address string) error {
	body := fmt.Sprintf(`{"ServiceSettings":{"SiteURL":%q}}`, address)
	response, err := shared.Mattermost.Client().DoAPIPut(ctx, "/config/patch", body)
	if err != nil {
		return fmt.Errorf("set the site URL: %w", err)
	}
	return response.Body.Close()
}
