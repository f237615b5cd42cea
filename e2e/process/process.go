// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Command says what to run.
type Command struct {
	Path       string
	Args       []string // without the program's name
	Env        []string // complete environment; nil means ours
	Dir        string
	User       *User          // whom to run as; nil means ourselves
	LogFile    string         // gets stdout and stderr, appended
	StopSignal syscall.Signal // asks for an orderly end; default SIGTERM
	StopWithin time.Duration  // after that it is killed; default 10 s
}

// A Process is a running child and everything it has started.
type Process struct {
	command Command
	cmd     *exec.Cmd
	done    chan struct{}
	err     error // why it ended; set before done is closed
}

// Start runs c. The child leads a process group of its own, so that Ctrl-C reaches us alone and we end the children in
// order.
func Start(c Command) (*Process, error) {
	if c.StopSignal == 0 {
		c.StopSignal = syscall.SIGTERM
	}
	if c.StopWithin == 0 {
		c.StopWithin = 10 * time.Second
	}
	log, err := os.OpenFile(c.LogFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of %s: %w", filepath.Base(c.Path), err)
	}
	defer log.Close()

	cmd := exec.Command(c.Path, c.Args...)
	cmd.Env, cmd.Dir = c.Env, c.Dir
	// A file, not a pipe: nothing of ours has to copy, and grandchildren cannot keep Wait from returning.
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = attributes(c)
	if err := spawn(cmd); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Path, err)
	}
	p := &Process{command: c, cmd: cmd, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		// What the child had started and left behind (a server's plugins after a kill) goes with it.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		close(p.done)
	}()
	return p, nil
}

// Pid is the child's process id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Done is closed when the child has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says why the child ended; nil while it runs and after an exit with status 0.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Stop asks the child to end, waits, and kills it when the deadline of its command or of ctx passes. It reports
// whether the child ended by itself; stopping an ended child does nothing.
func (p *Process) Stop(ctx context.Context) (orderly bool) {
	ctx, cancel := context.WithTimeout(ctx, p.command.StopWithin)
	defer cancel()
	select {
	case <-p.done:
		return true
	default:
	}
	_ = p.cmd.Process.Signal(p.command.StopSignal)
	select {
	case <-p.done:
		return true
	case <-ctx.Done():
		p.Kill()
		return false
	}
}

// Kill ends the child and its own children at once, as a crash would, and waits until they are gone.
func (p *Process) Kill() {
	select {
	case <-p.done:
		return
	default:
	}
	_ = syscall.Kill(-p.Pid(), syscall.SIGKILL)
	<-p.done
}

// ErrEnded is wrapped by WaitReady when the child ends before it is ready.
var ErrEnded = errors.New("ended before it was ready")

// WaitReady calls probe until it succeeds, the child ends or ctx is done. The error carries the last answer of probe.
func (p *Process) WaitReady(ctx context.Context, probe func(context.Context) error) error {
	alive, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-p.done:
			cancel(fmt.Errorf("%w (%s)", ErrEnded, p.cmd.ProcessState))
		case <-alive.Done():
		}
	}()
	if err := Until(alive, probe); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(p.command.Path), err)
	}
	return nil
}
