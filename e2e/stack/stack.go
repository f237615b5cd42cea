// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/postgres"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
)

// Names of the parts, so that a test imports one package.
type (
	Postgres   = postgres.Server
	Mattermost = mattermost.Server
	User       = mattermost.User
	Version    = mattermost.Version
)

// The two Mattermost servers that can be built.
const (
	Default = mattermost.Default
	Oldest  = mattermost.Oldest
)

// Options say what to start.
type Options struct {
	Dir               string            // work directory; default a temporary one that Stop removes
	Log               io.Writer         // gets one line per part started; default none
	Fsync             bool              // PostgreSQL writes through to the disk
	ServerVersion     Version           // which Mattermost
	WithoutMattermost bool              // the emulator alone: no PostgreSQL, no Mattermost
	MattermostPort    int               // 0 = a free one
	MattermostEnv     map[string]string // MM_… settings, over the stack's own
	MattermostPath    string            // under which it is installed, e.g. /chat; default at the root
	EmulatorConfig    emulator.Config
	Balanced          bool // a load balancer stands before Mattermost, so that AddNode can add servers

	// A Mattermost server that runs already is used instead of a new one when MattermostURL is given.
	MattermostURL, MattermostToken string
	MattermostCA                   []byte // trusted besides the system's authorities
}

// Stack is a running set of servers. Postgres and Mattermost are nil when Options.WithoutMattermost; Postgres is
// nil when Options.MattermostURL.
type Stack struct {
	Emulator   *emulator.Server
	Postgres   *Postgres
	Mattermost *Mattermost
	CAFile     string // PEM file of the CA that signed the emulator's and Mattermost's certificates

	balancer  *balancer
	more      []*Mattermost // AddNode's
	dir       string
	temporary bool
}

// Start brings up what options ask for and waits for each part by its own ready signal. After an error nothing runs.
func Start(ctx context.Context, options Options) (*Stack, error) {
	s := &Stack{dir: options.Dir}
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "msteamssync-stack-")
		if err != nil {
			return nil, fmt.Errorf("make a work directory: %w", err)
		}
		s.dir, s.temporary = dir, true
	}
	if err := s.start(ctx, options); err != nil {
		return nil, errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
	}
	return s, nil
}

func (s *Stack) start(ctx context.Context, options Options) error {
	log := options.Log
	if log == nil {
		log = io.Discard
	}
	began := time.Now()
	report := func(format string, args ...any) {
		fmt.Fprintf(log, "%s (%.1f s)\n", fmt.Sprintf(format, args...), time.Since(began).Seconds())
		began = time.Now()
	}

	cloud, err := emulator.New(options.EmulatorConfig)
	if err != nil {
		return fmt.Errorf("make the emulator: %w", err)
	}
	if err := cloud.Start(); err != nil {
		return fmt.Errorf("start the emulator: %w", err)
	}
	s.Emulator = cloud
	s.CAFile = filepath.Join(s.dir, "ca.pem")
	if err := os.WriteFile(s.CAFile, cloud.CAPEM(), 0o600); err != nil {
		return fmt.Errorf("write the CA certificate: %w", err)
	}
	report("Microsoft cloud emulator: %s", cloud.URL())
	if options.WithoutMattermost {
		return nil
	}
	if options.MattermostURL != "" {
		s.Mattermost, err = mattermost.Attach(ctx, options.MattermostURL, options.MattermostToken, options.MattermostCA)
		return err
	}

	if s.Postgres, err = postgres.Start(ctx, postgres.Options{Fsync: options.Fsync}); err != nil {
		return err
	}
	report("PostgreSQL: started")

	certificate, key, err := cloud.IssueCertificate("127.0.0.1", "localhost")
	if err != nil {
		return fmt.Errorf("issue Mattermost's certificate: %w", err)
	}
	dir := filepath.Join(s.dir, "mattermost")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make Mattermost's directory: %w", err)
	}
	server := mattermost.Options{
		Dir: dir, Version: options.ServerVersion, DSN: s.Postgres.DSN, Port: options.MattermostPort,
		CertificatePEM: certificate, KeyPEM: key, CAPEM: cloud.CAPEM(), Env: options.MattermostEnv, Path: options.MattermostPath,
	}
	if options.Balanced {
		if s.balancer, err = newBalancer(certificate, key, cloud.RootCAs()); err != nil {
			return err
		}
		if server.Port == 0 {
			if server.Port, err = process.FreePort(); err != nil {
				return err
			}
		}
		server.SiteURL = s.balancer.url
		s.balancer.add(fmt.Sprintf("https://127.0.0.1:%d", server.Port))
	}
	s.Mattermost, err = mattermost.Start(ctx, server)
	if err != nil {
		return err
	}
	report("Mattermost: %s", s.Mattermost.URL)
	return nil
}

// stopMattermostWithin bounds the server's orderly end at tear-down, which can take 15 s and serves nobody there.
const stopMattermostWithin = 5 * time.Second

// Stop ends all parts in the reverse order and removes a temporary work directory. Stopping twice does nothing.
func (s *Stack) Stop(ctx context.Context) error {
	var errs []error
	if s.balancer != nil {
		deadline, cancel := context.WithTimeout(ctx, time.Second)
		errs = append(errs, s.balancer.close(deadline))
		cancel()
	}
	for _, server := range append(s.more, s.Mattermost) {
		if server != nil {
			deadline, cancel := context.WithTimeout(ctx, stopMattermostWithin)
			server.Stop(deadline)
			cancel()
		}
	}
	if s.Postgres != nil {
		errs = append(errs, s.Postgres.Close(ctx))
	}
	if s.Emulator != nil {
		errs = append(errs, s.Emulator.Close())
	}
	if s.temporary {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}

// WriteLogs writes the last lines of every server's log, for people to read after a failure.
func (s *Stack) WriteLogs(w io.Writer) {
	const lines = 200
	if s.Mattermost != nil && s.Mattermost.Dir != "" {
		fmt.Fprintf(w, "--- the last %d lines of Mattermost's log\n%s\n", lines, process.Tail(s.Mattermost.LogFile(), lines))
	}
	if s.Postgres != nil {
		fmt.Fprintf(w, "--- the last %d lines of PostgreSQL's log\n%s\n", lines, process.Tail(s.Postgres.LogFile(), lines))
	}
}
