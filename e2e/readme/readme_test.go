// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
)

func TestTheCommandsOfTheREADMEAreKnown(t *testing.T) {
	root, err := repository.Root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands, err := plan(string(text))
	if err != nil {
		t.Fatal(err)
	}
	var written []string
	for _, c := range commands {
		written = append(written, c.written)
		// make -n says whether there is such a target; it builds nothing.
		if said, err := exec.CommandContext(t.Context(), "make", "-C", root, "-n", c.run[1]).CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", c.run, err, said)
		}
	}
	if !slices.Equal(written, []string{"make demo", "make test"}) {
		t.Errorf("the README tries %v", written)
	}
}

func TestPlan(t *testing.T) {
	const good = "# A\n\n## " + section + "\n\ntext\n\n```\nmake demo\n# a comment\n\nmake test\n```\n\n## Other\n\n```\nrm -rf /\n```\n"
	commands, err := plan(good)
	if err != nil || len(commands) != 2 || commands[0].run[1] != "demo-check" || commands[1].run[1] != "test-unit" {
		t.Errorf("commands = %v, %v", commands, err)
	}
	for readme, says := range map[string]string{
		strings.Replace(good, "make test", "make everything", 1): `"make everything" stands in the README`,
		"# A\n\n## Other\n\n```\nmake demo\n```\n":               "no commands",
	} {
		if _, err := plan(readme); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error = %v, want %q in it", err, says)
		}
	}
}

func TestTheEnvironmentIsThatOfANewcomer(t *testing.T) {
	got := environment([]string{
		"PATH=/bin", "HOME=/home/me", "GOCACHE=/cache", "GOMODCACHE=/mod", "npm_config_cache=/npm", "NPM_CONFIG_REGISTRY=https://npm.example",
		"HTTPS_PROXY=http://proxy.example", "MM_TOKEN=secret", "TF_CLI_CONFIG_FILE=/x", "GOFLAGS=-mod=mod", "GOPROXY=https://go.example",
	}, "/empty", map[string]string{"GOSUMDB": "off", "GOPROXY": "https://other.example"})
	want := []string{"GOPROXY=https://go.example", "GOSUMDB=off", "HOME=/empty", "HTTPS_PROXY=http://proxy.example", "NPM_CONFIG_REGISTRY=https://npm.example", "PATH=/bin"}
	if !slices.Equal(got, want) {
		t.Errorf("environment = %v, want %v", got, want)
	}
}

func TestACommandEndsWithWhatItStarted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	pids := filepath.Join(t.TempDir(), "pid")
	written := make(writes, 16)
	ended := make(chan error, 1)
	go func() {
		ended <- do(ctx, []string{"sh", "-c", "tail -f /dev/null & echo $! > " + pids + "; echo started; wait"}, t.TempDir(), os.Environ(), written)
	}()
	<-written
	cancel()
	if err := <-ended; err == nil || errors.Is(err, exec.ErrWaitDelay) {
		t.Errorf("error = %v", err)
	}
	pid, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(pid)))
	if err != nil {
		t.Fatal(err)
	}
	patience, end := context.WithTimeout(t.Context(), time.Minute)
	defer end()
	err = process.Until(patience, func(context.Context) error {
		// A zombie is gone when its new parent looks.
		state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", child))
		if err == nil && !bytes.Contains(state, []byte(") Z ")) {
			return fmt.Errorf("what the command started still runs: %s", state)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// writes tells of each write.
type writes chan struct{}

func (w writes) Write(p []byte) (int, error) {
	w <- struct{}{}
	return len(p), nil
}

func TestADryRunClonesAndPrints(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), time.Minute, true, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"==> make demo, as: [make demo-check]", "==> make test, as: [make test-unit]", "readme: 2 passed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("printed %q, want %q in it", out.String(), want)
		}
	}
}

func TestReadOnlyDirectoriesAreRemoved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	inner := filepath.Join(dir, "module")
	if err := os.MkdirAll(inner, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(inner, "file"), nil, 0o400); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(inner, 0o500); err != nil {
		t.Fatal(err)
	}
	if err := removeAll(dir); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}
