// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/terraform"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// demo is one run: what it runs on and what its steps have made.
type demo struct {
	options
	*transcript
	dir       string
	printed   *bytes.Buffer // all that was printed, to look for secrets in
	stack     *stack.Stack
	workspace *terraform.Workspace

	alex, blake  *stack.User
	team         *model.Team
	channel      *model.Channel
	teamsChannel teams.Channel
	place        teams.Place
}

// stopWithin bounds the tear-down after Ctrl-C.
const stopWithin = 30 * time.Second

func run(ctx context.Context, o options) (err error) {
	dir, err := os.MkdirTemp("", "msteamssync-demo-")
	if err != nil {
		return fmt.Errorf("make a work directory: %w", err)
	}
	printed := &bytes.Buffer{}
	d := &demo{options: o, transcript: &transcript{out: tee{os.Stdout, printed}}, dir: dir, printed: printed}
	defer func() {
		err = errors.Join(err, d.tearDown(context.WithoutCancel(ctx), err != nil))
		if o.check {
			d.summary("demo-check")
		}
	}()

	steps := d.setUp()
	if o.check {
		steps = append(steps, d.checks()...)
	}
	for _, s := range steps {
		if err := d.step(ctx, s.what, s.do); err != nil {
			return err
		}
	}
	if o.check {
		return nil
	}
	return d.stay(ctx)
}

type step struct {
	what string
	do   func(context.Context) error
}

func (d *demo) setUp() []step {
	return []step{
		{"start PostgreSQL, Mattermost and the Microsoft cloud emulator", d.start},
		{"terraform init on examples/quickstart, offline, from a filesystem mirror", d.init},
		{"terraform apply: registration, consent, secret, bot, billing, plugin, settings", d.apply},
		{"create people and a channel in Mattermost", d.people},
		{"connect the bot through the real log-in pages", d.connectBot},
		{"connect two users through the real log-in pages", d.connectUsers},
		{"link the channel with /msteams-sync link", d.link},
		{"a message from Mattermost arrives in Teams", d.toTeams},
		{"a message from Teams arrives in Mattermost", d.toMattermost},
	}
}

func (d *demo) start(ctx context.Context) (err error) {
	if err := d.checkPorts(); err != nil {
		return err
	}
	config := emulator.Config{}
	if d.emulatorPort != 0 {
		config.Listen = fmt.Sprintf("127.0.0.1:%d", d.emulatorPort)
	}
	options := stack.Options{
		Dir: d.dir, EmulatorConfig: config, MattermostPort: d.mattermostPort,
		MattermostURL: d.mattermostURL, MattermostToken: d.mattermostToken,
	}
	if d.mattermostCA != "" {
		if options.MattermostCA, err = os.ReadFile(d.mattermostCA); err != nil {
			return fmt.Errorf("read MM_CA_FILE: %w", err)
		}
	}
	if d.stack, err = stack.Start(ctx, options); err != nil {
		return err
	}
	d.note("Mattermost  %s\nemulator    %s", d.stack.Mattermost.URL, d.stack.Emulator.URL())
	return nil
}

// tearDown ends what the run has started. After a failure it first shows what the servers said.
func (d *demo) tearDown(ctx context.Context, failed bool) error {
	ctx, cancel := context.WithTimeout(ctx, stopWithin)
	defer cancel()
	var errs []error
	if d.stack != nil {
		if failed {
			d.stack.WriteLogs(os.Stderr)
		}
		errs = append(errs, d.stack.Stop(ctx))
	}
	return errors.Join(append(errs, os.RemoveAll(d.dir))...)
}

func (d *demo) init(ctx context.Context) error {
	root, err := repository.Root()
	if err != nil {
		return err
	}
	version, err := pluginVersion(filepath.Join(root, "plugin", "plugin.json"))
	if err != nil {
		return err
	}
	dir := filepath.Join(d.dir, "terraform")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make Terraform's directory: %w", err)
	}
	environment, err := d.environment()
	if err != nil {
		return err
	}
	d.workspace, err = terraform.New(ctx, terraform.Options{
		Binary: d.terraform, Provider: d.provider, Version: version, Example: "quickstart", Source: root, Dir: dir, Env: environment,
	})
	if err != nil {
		return err
	}
	_, err = d.workspace.Run(ctx, "init")
	return err
}
