// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package process_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
)

// shell starts a shell script and waits until it has written "ready" to its log.
func shell(t *testing.T, script string, c process.Command) (*process.Process, string) {
	t.Helper()
	c.Path, c.Args = "/bin/sh", []string{"-c", script}
	c.LogFile = filepath.Join(t.TempDir(), "log")
	p, err := process.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	waitFor(t, p, func() bool { return strings.Contains(process.Tail(c.LogFile, 50), "ready") })
	return p, c.LogFile
}

func waitFor(t *testing.T, p *process.Process, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := p.WaitReady(ctx, func(context.Context) error {
		if !ok() {
			return errors.New("not yet")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestStopIsOrderly(t *testing.T) {
	p, log := shell(t, `trap 'echo bye; exit 0' TERM; echo ready; sleep 60 & wait`, process.Command{})
	if !p.Stop(t.Context()) {
		t.Error("the process had to be killed")
	}
	if got := process.Tail(log, 1); got != "bye" {
		t.Errorf("last line of the log = %q, want bye", got)
	}
	if !p.Stop(t.Context()) {
		t.Error("stopping twice must do nothing")
	}
}

func TestStopKillsAfterTheDeadline(t *testing.T) {
	p, _ := shell(t, `trap '' TERM; echo ready; exec sleep 60`, process.Command{StopWithin: time.Millisecond})
	if p.Stop(t.Context()) {
		t.Error("a process that ignores the signal was reported as ended by itself")
	}
	<-p.Done()
}

func TestKillTakesGrandchildrenAlong(t *testing.T) {
	p, log := shell(t, `sleep 60 & echo $!; echo ready; wait`, process.Command{})
	child, err := strconv.Atoi(strings.Fields(process.Tail(log, 2))[0])
	if err != nil {
		t.Fatal(err)
	}
	p.Kill()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := process.Until(ctx, func(context.Context) error {
		// Without a parent it may stay a zombie until its new parent reaps it; a zombie runs nothing.
		if err := syscall.Kill(child, 0); err == nil && !zombie(child) {
			return fmt.Errorf("grandchild %d still runs", child)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func zombie(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || strings.Contains(string(stat), ") Z ")
}

func TestWaitReadySaysThatTheProcessEnded(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	p, err := process.Start(process.Command{Path: "/bin/sh", Args: []string{"-c", "exit 3"}, LogFile: log})
	if err != nil {
		t.Fatal(err)
	}
	err = p.WaitReady(t.Context(), func(context.Context) error { return errors.New("no answer") })
	if !errors.Is(err, process.ErrEnded) || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("error = %v, want that it ended with exit status 3", err)
	}
}

func TestTail(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(file, []byte("one\ntwo\nthree\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{1: "three", 2: "two\nthree", 9: "one\ntwo\nthree"} {
		if got := process.Tail(file, n); got != want {
			t.Errorf("Tail(%d) = %q, want %q", n, got, want)
		}
	}
	if got := process.Tail(file+"x", 1); !strings.Contains(got, "no log") {
		t.Errorf("Tail of a missing file = %q", got)
	}
}
