// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Command readme tries the README as somebody does who has just found the project: it clones the repository, gives the clone a
// home directory in which nothing is, no caches of Go or npm, and no settings of Terraform, and runs the commands that the README
// names. What would run until Ctrl-C or for half an hour is run in its short form; see tried. The whole has to be done in 25 minutes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
)

// section is the part of the README whose commands are tried.
const section = "Try it: two commands"

// tried is what is run for a command of the README.
var tried = map[string][]string{
	"make demo": {"make", "demo-check"}, // the same, and ends by itself
	"make test": {"make", "test-unit"},  // the other tests have a run of their own
}

func main() {
	within := flag.Duration("within", 25*time.Minute, "how long all commands may take together")
	dry := flag.Bool("dry-run", false, "clone, and print the commands instead of running them")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *within, *dry, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "The README does not hold:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, within time.Duration, dry bool, out io.Writer) (err error) {
	root, err := repository.Root()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		return fmt.Errorf("read the README: %w", err)
	}
	commands, err := plan(string(text))
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "msteamssync-readme-")
	if err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}
	defer func() { err = errors.Join(err, removeAll(dir)) }()
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // PostgreSQL runs as another user when we are root
		return fmt.Errorf("open the directory for PostgreSQL's user: %w", err)
	}
	clone, home := filepath.Join(dir, "clone"), filepath.Join(dir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		return fmt.Errorf("make an empty home: %w", err)
	}
	// Over a URL nothing of the clone is shared with this repository.
	if said, err := exec.CommandContext(ctx, "git", "clone", "--quiet", "--depth=1", "file://"+root, clone).CombinedOutput(); err != nil {
		return fmt.Errorf("clone the repository: %w\n%s", err, said)
	}
	environment := environment(os.Environ(), home, registries(ctx))

	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	began := time.Now()
	for _, command := range commands {
		fmt.Fprintf(out, "==> %s, as: %v\n", command.written, command.run)
		if dry {
			continue
		}
		start := time.Now()
		if err := do(ctx, command.run, clone, environment, out); err != nil {
			if ctx.Err() != nil {
				err = fmt.Errorf("not done within %s", within)
			}
			return fmt.Errorf("%s (as %v) after %.0f s: %w", command.written, command.run, time.Since(start).Seconds(), err)
		}
		fmt.Fprintf(out, "==> done in %.0f s: %s\n", time.Since(start).Seconds(), command.written)
	}
	fmt.Fprintf(out, "readme: %d passed, 0 failed\n", len(commands))
	fmt.Fprintf(out, "all in %.0f s of %.0f\n", time.Since(began).Seconds(), within.Seconds())
	return nil
}

// do runs a command and, when its time is over, ends it with everything that it started.
func do(ctx context.Context, command []string, dir string, environment []string, out io.Writer) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, environment, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	return cmd.Run()
}

// removeAll removes a directory in which Go's module cache may lie, which is read-only.
func removeAll(dir string) error {
	_ = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			_ = os.Chmod(path, 0o700) //nolint:gosec // RemoveAll says what cannot be removed
		}
		return nil
	})
	return os.RemoveAll(dir)
}
