// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package terraform

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCopyTreeLeavesStateBehind(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	for _, file := range []string{"main.tf", "sub/variables.tf", "terraform.tfstate", "terraform.tfstate.backup", ".terraform.lock.hcl", ".terraform/providers/x"} {
		path := filepath.Join(from, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := copyTree(from, to); err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := filepath.WalkDir(to, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			relative, _ := filepath.Rel(to, path)
			got = append(got, relative)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"main.tf", "sub/variables.tf"}; !slices.Equal(got, want) {
		t.Errorf("copied %v, want %v", got, want)
	}
}

func TestEnvironmentKeepsTheCallersTenantOut(t *testing.T) {
	for _, name := range []string{"TF_LOG", "TF_VAR_site_url", "ARM_TENANT_ID", "AZURE_CLIENT_ID", "MM_TOKEN"} {
		t.Setenv(name, "of the caller")
	}
	w := &Workspace{root: t.TempDir()}
	env := w.environment(map[string]string{"MM_TOKEN": "of the demo"})
	for _, variable := range env {
		if strings.HasSuffix(variable, "=of the caller") {
			t.Errorf("%s reaches Terraform", variable)
		}
	}
	if !slices.Contains(env, "MM_TOKEN=of the demo") || !slices.Contains(env, "CHECKPOINT_DISABLE=1") {
		t.Errorf("environment = %v", env)
	}
}

func TestAShellCanReadTheEnvironment(t *testing.T) {
	w := &Workspace{root: t.TempDir()}
	w.env = w.environment(map[string]string{"TF_VAR_text": "it's\ntwo lines"})
	file := filepath.Join(t.TempDir(), "env")
	if err := w.WriteEnvironment(file); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "/bin/sh", "-c", ". "+file+` && printf %s "$TF_VAR_text"`).CombinedOutput()
	if err != nil || string(out) != "it's\ntwo lines" {
		t.Errorf("the shell read %q, %v", out, err)
	}
}

func TestWhatIsMissingIsSaidWithTheTargetThatMakesIt(t *testing.T) {
	options := Options{Binary: filepath.Join(t.TempDir(), "terraform"), Dir: t.TempDir()}
	if _, err := New(t.Context(), options); err == nil || !strings.Contains(err.Error(), "make terraform") {
		t.Errorf("without Terraform, error = %v", err)
	}
	w := &Workspace{root: t.TempDir()}
	if err := w.Install(providerSource, "0.1.0", filepath.Join(t.TempDir(), "provider")); err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("without a provider, error = %v", err)
	}
}
