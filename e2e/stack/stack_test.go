//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package stack_test

import (
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
)

func TestStackStartsAndLeavesNothing(t *testing.T) {
	ctx := t.Context()
	var log strings.Builder
	s, err := stack.Start(ctx, stack.Options{Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(ctx) })

	for name, url := range map[string]string{
		"Mattermost": s.Mattermost.URL + "/api/v4/system/ping",
		"emulator":   s.Emulator.URL() + "/metadata/endpoints?api-version=2022-09-01",
	} {
		resp, err := s.Emulator.HTTPClient().Get(url)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s answers %s", name, resp.Status)
		}
	}
	if !strings.Contains(log.String(), s.Mattermost.URL) {
		t.Errorf("log = %q, want Mattermost's address in it", log.String())
	}

	pids := []int{s.Postgres.Pid(), s.Mattermost.Pid()}
	for range 2 {
		if err := s.Stop(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for _, pid := range pids {
		if syscall.Kill(pid, 0) == nil {
			t.Errorf("process %d still runs", pid)
		}
	}
	if _, err := os.Stat(s.CAFile); err == nil {
		t.Errorf("%s is left", s.CAFile)
	}
}
