//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package browser_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
)

var shared *stack.Stack

func TestMain(m *testing.M) {
	os.Exit(stack.Run(m, stack.Options{}, func(s *stack.Stack) { shared = s }))
}

// The three versions of React are those of Mattermost 8 to 10, 11 and 12.
func TestConnectPrompt(t *testing.T) {
	ctx := t.Context()
	app, err := shared.RegisterApplication()
	if err != nil {
		t.Fatal(err)
	}
	if err := shared.InstallPlugin(ctx); err != nil {
		t.Fatal(err)
	}
	if err := shared.ConfigurePlugin(ctx, app, map[string]any{"enforceconnectedusers": true}); err != nil {
		t.Fatal(err)
	}
	alex, err := shared.Mattermost.NewUser(ctx, "alex")
	if err != nil {
		t.Fatal(err)
	}
	team, err := shared.Mattermost.NewTeam(ctx, "browser", alex)
	if err != nil {
		t.Fatal(err)
	}
	channel, _, err := alex.Client.GetChannelByName(ctx, model.DefaultChannelName, team.Id, "")
	if err != nil {
		t.Fatal(err)
	}

	for _, react := range []string{"17", "18", "19"} {
		t.Run("React "+react, func(t *testing.T) {
			serveHostPage(t, react)
			runSpec(t, "connect_prompt.test.mjs", alex, "react-"+react)
			answer, err := shared.Command(ctx, alex, channel.Id, "/msteams-sync disconnect")
			if err != nil {
				t.Fatal(err)
			}
			t.Log(answer)
		})
	}
}

// serveHostPage puts the stand-in host page, built with a version of React, where the server reads its web app.
func serveHostPage(t *testing.T, react string) {
	t.Helper()
	run(t, folder(t, "host"), []string{"HOST_REACT=" + react}, filepath.Join("node_modules", ".bin", "vite"), "build",
		"--logLevel", "warn", "--emptyOutDir", "false", "--outDir", filepath.Join(shared.Mattermost.Dir, "client"))
}

// runSpec runs one spec as user, whose Teams account has the same e-mail address, with further variables.
func runSpec(t *testing.T, name string, user *stack.User, pictures string, further ...string) {
	t.Helper()
	run(t, folder(t, "browser"), append([]string{
		"MM_URL=" + shared.Mattermost.URL, "MM_USER=" + user.Username, "MM_PASSWORD=" + user.Password,
		"TEAMS_LOGIN=" + user.Email, "TEAMS_PASSWORD=" + stack.DemoCredentials(user.Username).Password,
		"PICTURES=" + filepath.Join(folder(t, "out"), pictures),
	}, further...), "node", "--test", "--test-reporter=spec", filepath.Join("specs", name))
}

func folder(t *testing.T, name string) string {
	t.Helper()
	path, err := repository.Path("e2e", name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func run(t *testing.T, dir string, env []string, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s in %s: %v\n%s", filepath.Base(name), filepath.Base(dir), err, out)
	}
	t.Logf("%s", out)
}
