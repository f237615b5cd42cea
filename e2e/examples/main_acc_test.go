// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package examples_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/terraform"
)

var (
	shared     *stack.Stack         // one server and one tenant; the tests take turns
	workspaces *terraform.Workspace // the modules, with the provider built from this source
)

// TestMain starts what all examples are applied on.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "msteamssync-examples-")
	if err == nil {
		workspaces, err = prepare(context.Background(), dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "The tests of the examples cannot start:", err)
		os.Exit(1)
	}
	code := stack.Run(m, stack.Options{Balanced: true}, func(s *stack.Stack) { shared = s })
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// providerVersion is what the examples ask for, or newer.
const providerVersion = "0.1.0"

// prepare builds the provider. The plugin bundle inside it is what 'make bundle-host' packed.
func prepare(ctx context.Context, dir string) (*terraform.Workspace, error) {
	binary := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if binary == "" {
		var err error
		if binary, err = exec.LookPath("terraform"); err != nil {
			return nil, fmt.Errorf("%w; 'make test-acc' builds OpenTofu where terraform is missing", err)
		}
	}
	if _, err := stack.Bundle(); err != nil {
		return nil, err
	}
	root, err := repository.Root()
	if err != nil {
		return nil, err
	}
	built := filepath.Join(dir, "provider")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", built, "github.com/msteamssync/terraform-provider-msteamssync").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the provider: %w\n%s", err, out)
	}
	folder := filepath.Join(dir, "workspaces")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, err
	}
	return terraform.New(ctx, terraform.Options{Binary: binary, Provider: built, Version: providerVersion, Source: root, Dir: folder})
}
