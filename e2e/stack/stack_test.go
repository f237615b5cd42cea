//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package stack_test

import (
	"context"
	"encoding/json"
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

// TestTwoServersShareTheWork, and one of them goes on when the other one is killed.
func TestTwoServersShareTheWork(t *testing.T) {
	ctx := t.Context()
	s, err := stack.Start(ctx, stack.Options{Balanced: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.WithoutCancel(ctx)) })
	if err := s.InstallPlugin(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.AddNode(ctx); err != nil {
		t.Fatal(err)
	}
	if nodes := answering(t, s, 6); len(nodes) != 2 {
		t.Errorf("%v answered, want two nodes", nodes)
	}
	if err := s.KillNode(1); err != nil {
		t.Fatal(err)
	}
	answering(t, s, 1) // may find a connection to the dead server
	if nodes := answering(t, s, 6); len(nodes) != 1 || nodes[""] > 0 {
		t.Errorf("%v answered after one server was killed, want the other one", nodes)
	}
	if err := s.KillNode(3); err == nil {
		t.Error("a third server was killed")
	}
}

// answering asks for the plugin's status n times at the balancer and counts the answers by node; "" is none.
func answering(t *testing.T, s *stack.Stack, n int) map[string]int {
	t.Helper()
	nodes := map[string]int{}
	for range n {
		var status struct{ Node string }
		if _, answer, err := s.CallPlugin(t.Context(), http.MethodGet, "/api/v1/status", nil); err == nil {
			_ = json.Unmarshal(answer, &status) // a balancer that reached nobody answers no JSON
		}
		nodes[status.Node]++
	}
	return nodes
}
