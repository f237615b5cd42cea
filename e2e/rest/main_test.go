//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package rest_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"os"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/signin"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// world is what all tests share: one server with the plugin, a channel and people of each kind.
type world struct {
	*stack.Stack
	app       stack.Registration
	secrets   map[string]any // settings that stay, so that what they protect stays readable
	team      *model.Team
	channel   *model.Channel // not linked
	post      *model.Post    // in channel
	teamsTeam teams.Team
	place     teams.Place // a Teams channel that is not linked
	bot       signin.Credentials

	somebody, reader, chief, root *stack.User // reader and chief are members of channel, chief is its admin
	guest, robot                  *stack.User // members of channel: a guest, and a bot account of Mattermost with its token
}

var shared world

func TestMain(m *testing.M) {
	os.Exit(stack.Run(m, stack.Options{MattermostEnv: map[string]string{"MM_SERVICESETTINGS_ENABLEBOTACCOUNTCREATION": "true"}}, func(s *stack.Stack) {
		if err := shared.setUp(context.Background(), s); err != nil {
			fmt.Fprintln(os.Stderr, "The plugin was not set up:", err)
			s.WriteLogs(os.Stderr)
			_ = s.Stop(context.Background())
			os.Exit(1)
		}
	}))
}

func (w *world) setUp(ctx context.Context, s *stack.Stack) error {
	w.Stack, w.root = s, s.Mattermost.Admin()
	var err error
	if w.app, err = s.RegisterApplication(); err != nil {
		return err
	}
	if err := s.InstallPlugin(ctx); err != nil {
		return err
	}
	if err := w.configure(ctx, nil); err != nil {
		return err
	}
	for name, user := range map[string]**stack.User{"alex": &w.somebody, "blake": &w.reader, "casey": &w.chief} {
		if *user, err = s.Mattermost.NewUser(ctx, name); err != nil {
			return err
		}
	}
	if w.guest, err = s.Mattermost.NewGuest(ctx, "gale"); err != nil {
		return err
	}
	if w.robot, err = s.Mattermost.NewBot(ctx, "robot"); err != nil {
		return err
	}
	if w.team, err = s.Mattermost.NewTeam(ctx, "rest", w.root, w.reader, w.chief, w.guest, w.robot); err != nil {
		return err
	}
	if w.channel, err = s.Mattermost.NewChannel(ctx, w.team.Id, "rest", w.reader, w.chief, w.guest, w.robot); err != nil {
		return err
	}
	if _, err := s.Mattermost.Client().UpdateChannelRoles(ctx, w.channel.Id, w.chief.ID, "channel_user channel_admin"); err != nil {
		return fmt.Errorf("make a channel admin: %w", err)
	}
	if w.post, _, err = w.reader.Client.CreatePost(ctx, &model.Post{ChannelId: w.channel.Id, Message: "A post."}); err != nil {
		return fmt.Errorf("post: %w", err)
	}
	w.teamsTeam = s.Emulator.Teams().Teams()[0]
	made, err := s.Emulator.Teams().AddChannel(w.teamsTeam.ID, "", "rest", "")
	if err != nil {
		return err
	}
	w.place, w.bot = teams.Place{Team: w.teamsTeam.ID, Channel: made.ID}, stack.DemoCredentials("bridge")
	for _, name := range []string{"bridge", "casey"} {
		if err := s.NewTeamsUser(w.teamsTeam.ID, name); err != nil {
			return err
		}
	}
	return nil
}

// configure writes settings over those that the tests need, and keeps the secrets.
func (w *world) configure(ctx context.Context, more map[string]any) error {
	if w.secrets == nil {
		w.secrets = map[string]any{"encryptionkey": rand.Text() + rand.Text(), "webhooksecret": rand.Text() + rand.Text()}
	}
	settings := map[string]any{"connectedusersmaxpendinginvites": 5}
	maps.Copy(settings, w.secrets)
	maps.Copy(settings, more)
	return w.ConfigurePlugin(ctx, w.app, settings)
}
