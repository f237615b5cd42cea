// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// lines is an output that a test can wait on.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

func TestRunAnnouncesWhereItIs(t *testing.T) {
	dir := t.TempDir()
	readyFile, caFile := filepath.Join(dir, "ready.json"), filepath.Join(dir, "ca.pem")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	out := make(lines, 16)
	go func() {
		ended <- run(ctx, []string{"--http", "127.0.0.1:0", "--ca-out", caFile, "--ready-file", readyFile}, out, &bytes.Buffer{})
	}()
	var at ready
	deadline := time.After(30 * time.Second)
	for at.URL == "" {
		select {
		case <-out:
		case err := <-ended:
			t.Fatal(err)
		case <-deadline:
			t.Fatal("no ready file after 30 s")
		case <-time.Tick(5 * time.Millisecond):
			if raw, err := os.ReadFile(readyFile); err == nil { // written in one step: whole or not there
				if err := json.Unmarshal(raw, &at); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if !strings.HasPrefix(at.URL, "https://127.0.0.1:") || at.CAFile != caFile || at.PID != os.Getpid() {
		t.Errorf("ready = %+v", at)
	}
	response, err := http.Get(at.HTTPURL + "/common/v2.0/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if raw, err := os.ReadFile(caFile); err != nil || !bytes.Contains(raw, []byte("BEGIN CERTIFICATE")) {
		t.Errorf("CA file: %v", err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestBadCommandLines(t *testing.T) {
	seed := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(seed, []byte(`{"directory": {"tenantId": "x"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for part, args := range map[string][]string{
		"unexpected argument":  {"serve"},
		"not defined":          {"--port", "1"},
		"no such file":         {"--seed", "nowhere.json"},
		"is not a GUID":        {"--seed", seed},
		"loopback":             {"--http", "0.0.0.0:0"},
		"write the ready file": {"--ready-file", filepath.Join(t.TempDir(), "missing", "ready.json")},
		"127.0.0.1:8443":       {"--listen", "nonsense"},
	} {
		var stdout, stderr bytes.Buffer
		if err := run(t.Context(), args, &stdout, &stderr); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v: %v, want %q", args, err, part)
		}
	}
}

func TestPrintedSeedCanBeUsed(t *testing.T) {
	var seed bytes.Buffer
	if err := run(t.Context(), []string{"--print-seed"}, &seed, &seed); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(path, seed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop() // ends right after the start
	if err := run(ctx, []string{"--seed", path}, &bytes.Buffer{}, &bytes.Buffer{}); err != nil {
		t.Error(err)
	}
}
