// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build e2e

package release_test

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
)

// program is the cheapest of those that ship: it has a third of the packages of the plugin and nothing of the Graph SDK.
const program = "./emulator/cmd/msteams-emulator"

// TestTwoBuildsAreTheSame: the same sources in two directories give the same program. make reproducible does the same with all
// that ships.
func TestTwoBuildsAreTheSame(t *testing.T) {
	root, err := repository.Root()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "tools/reproducible", program)
	cmd.Dir = root
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if !regexp.MustCompile(`^[0-9a-f]{64}  build/msteams-emulator\n$`).Match(said) {
		t.Errorf("it says %q", said)
	}
}

// TestAReleasedProgramNamesNoDirectory: neither that of the sources nor the module cache's.
func TestAReleasedProgramNamesNoDirectory(t *testing.T) {
	root, err := repository.Root()
	if err != nil {
		t.Fatal(err)
	}
	built := filepath.Join(t.TempDir(), "program")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w", "-o", built, program)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false -trimpath")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	content, err := os.ReadFile(built)
	if err != nil {
		t.Fatal(err)
	}
	cache, err := exec.CommandContext(t.Context(), "go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{root, strings.TrimSpace(string(cache))} {
		if strings.Contains(string(content), dir+"/") {
			t.Errorf("the program names %s", dir)
		}
	}
	// What a list of its parts is made of.
	info, err := buildinfo.ReadFile(built)
	if err != nil || len(info.Deps) == 0 {
		t.Errorf("the program does not say what it is made of: %v", err)
	}
}
