// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
)

// Options of a server.
type Options struct {
	Fsync bool // survive a crash of the machine; slower. A crash of the server process alone loses nothing either way
	Port  int  // 0 = a free one
}

// The roles of a fresh server. Its only client address is loopback and its life is a test run.
const (
	superuser = "postgres"
	owner     = "mmuser"
	password  = "loopback-only"
)

// Server is a running PostgreSQL.
type Server struct {
	DSN string // of database "mattermost", as its owner, who is no superuser

	port    int
	options Options
	dir     string // everything below is removed by Close
	bin     string
	user    *process.User
	process *process.Process
}

// Start makes a fresh cluster with one database, mattermost, and returns when it takes connections.
func Start(ctx context.Context, options Options) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	s := &Server{options: options, bin: bin, port: options.Port}
	if s.port == 0 {
		if s.port, err = process.FreePort(); err != nil {
			return nil, err
		}
	}
	s.DSN = s.dsn(owner, "mattermost")
	if s.dir, err = os.MkdirTemp("", "msteamssync-postgres-"); err != nil {
		return nil, fmt.Errorf("make a directory for PostgreSQL: %w", err)
	}
	if err := s.bootstrap(ctx); err != nil {
		return nil, errors.Join(err, s.Close(context.WithoutCancel(ctx)))
	}
	return s, nil
}

func (s *Server) bootstrap(ctx context.Context) error {
	if os.Geteuid() == 0 {
		user, err := process.LookupUser("postgres", "nobody")
		if err != nil {
			return fmt.Errorf("PostgreSQL does not run as root: %w", err)
		}
		s.user = user
		if err := os.Chown(s.dir, int(user.UID), int(user.GID)); err != nil {
			return fmt.Errorf("hand PostgreSQL's directory to user %s: %w", user.Name, err)
		}
	}
	if err := s.initdb(ctx); err != nil {
		return err
	}
	if err := s.Start(ctx); err != nil {
		return err
	}
	admin, err := pgx.Connect(ctx, s.dsn(superuser, "postgres"))
	if err != nil {
		return fmt.Errorf("connect to the new PostgreSQL: %w", err)
	}
	defer admin.Close(ctx)
	if _, err := admin.Exec(ctx, "CREATE ROLE "+owner+" LOGIN CREATEDB PASSWORD '"+password+"'"); err != nil {
		return fmt.Errorf("create role %s: %w", owner, err)
	}
	if _, err := admin.Exec(ctx, "CREATE DATABASE mattermost OWNER "+owner); err != nil {
		return fmt.Errorf("create database mattermost: %w", err)
	}
	return nil
}

func (s *Server) initdb(ctx context.Context) error {
	passwordFile := filepath.Join(s.dir, "password")
	if err := os.WriteFile(passwordFile, []byte(password), 0o600); err != nil {
		return fmt.Errorf("write the password file for initdb: %w", err)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, "initdb"),
		"--pgdata="+s.data(), "--username="+superuser, "--pwfile="+passwordFile, "--auth=scram-sha-256",
		"--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	cmd.Dir, cmd.Env = s.dir, environment()
	if s.user != nil {
		if err := os.Chown(passwordFile, int(s.user.UID), int(s.user.GID)); err != nil {
			return fmt.Errorf("hand the password file to user %s: %w", s.user.Name, err)
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: s.user.UID, Gid: s.user.GID}}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// Start runs the stopped or killed server again, on the same address and data.
func (s *Server) Start(ctx context.Context) error {
	onOff := map[bool]string{true: "on", false: "off"}[s.options.Fsync]
	p, err := process.Start(process.Command{
		Path: filepath.Join(s.bin, "postgres"),
		Args: []string{
			"-D", s.data(),
			"-c", fmt.Sprintf("port=%d", s.port),
			"-c", "listen_addresses=127.0.0.1",
			"-c", "unix_socket_directories=",
			"-c", "fsync=" + onOff,
			"-c", "synchronous_commit=" + onOff,
			"-c", "full_page_writes=" + onOff,
			"-c", "max_connections=300",
			"-c", "timezone=UTC",
		},
		Env: environment(), Dir: s.dir, User: s.user, LogFile: s.LogFile(),
		StopSignal: syscall.SIGINT, // "fast shutdown": sessions are ended, data is written
	})
	if err != nil {
		return err
	}
	s.process = p
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := p.WaitReady(ctx, s.ping); err != nil {
		return fmt.Errorf("%w; its log ends with:\n%s", err, process.Tail(s.LogFile(), 30))
	}
	return nil
}

func (s *Server) ping(ctx context.Context) error {
	c, err := pgx.Connect(ctx, s.dsn(superuser, "postgres"))
	if err != nil {
		return err
	}
	return c.Close(ctx)
}

// Stop ends the server and keeps its data.
func (s *Server) Stop(ctx context.Context) {
	if s.process != nil {
		s.process.Stop(ctx)
	}
}

// Kill ends the server at once, as a crash would; Start recovers its data.
func (s *Server) Kill() {
	if s.process == nil {
		return
	}
	// Each of its sessions leads a process group of its own and ends when it notices that the server is gone; until the
	// last one has, a new server refuses to start on the same data. A stopped server opens no more of them meanwhile.
	_ = syscall.Kill(s.process.Pid(), syscall.SIGSTOP)
	sessions := process.Children(s.process.Pid())
	s.process.Kill()
	for _, pid := range sessions {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	process.AwaitEnd(sessions, 10*time.Second)
}

// Close stops the server and removes its data. Closing twice does nothing.
func (s *Server) Close(ctx context.Context) error {
	s.Stop(ctx)
	if err := os.RemoveAll(s.dir); err != nil {
		return fmt.Errorf("remove PostgreSQL's directory: %w", err)
	}
	return nil
}

// NewDatabase makes an empty database and returns its data source. The role is the one of Server.DSN.
func (s *Server) NewDatabase(ctx context.Context, name string) (dsn string, err error) {
	c, err := pgx.Connect(ctx, s.DSN)
	if err != nil {
		return "", fmt.Errorf("connect to make database %s: %w", name, err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return "", fmt.Errorf("create database %s: %w", name, err)
	}
	return s.dsn(owner, name), nil
}

// LogFile is where the server's log is.
func (s *Server) LogFile() string { return filepath.Join(s.dir, "postgres.log") }

// Pid is the postmaster's process id.
func (s *Server) Pid() int { return s.process.Pid() }

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) dsn(role, database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(role, password),
		Host: fmt.Sprintf("127.0.0.1:%d", s.port), Path: database,
		RawQuery: "sslmode=disable&connect_timeout=10",
	}
	return u.String()
}

// environment is ours without the PG* variables, which would speak for another server.
func environment() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PG") {
			env = append(env, v)
		}
	}
	return append(env, "LC_ALL=C")
}
