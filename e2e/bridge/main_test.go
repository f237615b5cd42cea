//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/signin"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// world is what all tests share: one server with the plugin, its people, a bot. Every test links channels of its own.
type world struct {
	*stack.Stack
	team        *model.Team
	teamsTeam   teams.Team
	alex, blake *stack.User // connected
	casey       *stack.User // has no Teams account
	bot         signin.Credentials
	drew        string // user principal name; a member of the Teams team who has no Mattermost account
	app         stack.Registration
	settings    map[string]any // of the plugin, beside what connects it with the emulator; tests that change them change them back
}

var shared world

// lifted is the environment that lifts the governor: Graph's limits of 0.83 sends a second in a channel would be most of what
// these tests wait for. The emulator's are off. What the governor does, bench/bridge, bench/chaos and the tests of
// plugin/governor and plugin/bridge look at.
var lifted = map[string]string{"MSTEAMSSYNC_UNGOVERNED": "1"}

// olga is the object id of somebody of another organisation, who is not mirrored.
const olga = "66666666-6666-4666-8666-666666666666"

func TestMain(m *testing.M) {
	os.Exit(stack.Run(m, stack.Options{MattermostEnv: lifted}, func(s *stack.Stack) {
		if err := shared.setUp(context.Background(), s); err != nil {
			fmt.Fprintln(os.Stderr, "The bridge was not set up:", err)
			s.WriteLogs(os.Stderr)
			_ = s.Stop(context.Background())
			os.Exit(1)
		}
	}))
}

func (w *world) setUp(ctx context.Context, s *stack.Stack) (err error) {
	w.Stack = s
	// Graph waits longer and longer between two attempts; nobody has minutes here.
	s.Emulator.Subscriptions().SetSettings(notify.Settings{RetryBase: 50 * time.Millisecond, RetryMax: time.Second})
	if err := s.InstallPlugin(ctx); err != nil {
		return err
	}
	if w.app, err = s.RegisterApplication(); err != nil {
		return err
	}
	w.settings = map[string]any{"encryptionkey": rand.Text() + rand.Text(), "webhooksecret": rand.Text() + rand.Text()}
	if err := s.ConfigurePlugin(ctx, w.app, w.settings); err != nil {
		return err
	}
	for name, user := range map[string]**stack.User{"alex": &w.alex, "blake": &w.blake, "casey": &w.casey} {
		if *user, err = s.Mattermost.NewUser(ctx, name); err != nil {
			return err
		}
	}
	if w.team, err = s.Mattermost.NewTeam(ctx, "bridge", s.Mattermost.Admin(), w.alex, w.blake, w.casey); err != nil {
		return err
	}
	w.teamsTeam = s.Emulator.Teams().Teams()[0]
	if err := s.Emulator.Teams().AddForeigner(teams.Person{
		ID: olga, DisplayName: "Olga Other", UserPrincipalName: "olga@other.example", TenantID: "77777777-7777-4777-8777-777777777777", Licensed: true,
	}); err != nil {
		return err
	}
	if err := s.Emulator.Teams().AddMember(w.teamsTeam.ID, olga, teams.Member); err != nil {
		return err
	}
	for _, name := range []string{"bridge", "drew"} {
		if err := s.NewTeamsUser(w.teamsTeam.ID, name); err != nil {
			return err
		}
	}
	w.bot, w.drew = stack.DemoCredentials("bridge"), stack.DemoCredentials("drew").Login

	channel, err := s.Mattermost.NewChannel(ctx, w.team.Id, "town", s.Mattermost.Admin())
	if err != nil {
		return err
	}
	if err := s.ConnectBot(ctx, channel.Id, w.bot); err != nil {
		return err
	}
	for _, user := range []*stack.User{w.alex, w.blake} {
		if err := s.Connect(ctx, user, stack.DemoCredentials(user.Username)); err != nil {
			return err
		}
	}
	return nil
}

// newPerson makes <name>@demo.example on both sides, not connected.
func newPerson(t *testing.T, name string) *stack.User {
	t.Helper()
	user, err := shared.Mattermost.NewUser(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if err := shared.NewTeamsUser(shared.teamsTeam.ID, name); err != nil {
		t.Fatal(err)
	}
	return user
}
