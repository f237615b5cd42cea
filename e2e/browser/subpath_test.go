//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package browser_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
)

// TestUnderAPath: a Mattermost that is installed at https://…/chat, as the server, the plugin and the web app see it.
func TestUnderAPath(t *testing.T) {
	ctx := t.Context()
	const path = "/chat"
	s, err := stack.Start(ctx, stack.Options{MattermostPath: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			s.WriteLogs(os.Stderr)
		}
		if err := s.Stop(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	})
	app, err := s.RegisterApplication()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.InstallPlugin(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.ConfigurePlugin(ctx, app, map[string]any{"enforceconnectedusers": true}); err != nil {
		t.Fatal(err)
	}
	alex, err := s.Mattermost.NewUser(ctx, "alex")
	if err != nil {
		t.Fatal(err)
	}
	run(t, folder(t, "host"), []string{"HOST_BASE=" + path}, filepath.Join("node_modules", ".bin", "vite"), "build",
		"--logLevel", "warn", "--emptyOutDir", "false", "--outDir", filepath.Join(s.Mattermost.Dir, "client"))
	who := stack.DemoCredentials(alex.Username)
	run(t, folder(t, "browser"), []string{
		"MM_URL=" + s.Mattermost.URL, "MM_USER=" + alex.Username, "MM_PASSWORD=" + alex.Password, "TEAMS_LOGIN=" + who.Login, "TEAMS_PASSWORD=" + who.Password,
		"MM_ADMIN=" + s.Mattermost.AdminUser, "MM_ADMIN_PASSWORD=" + s.Mattermost.AdminPassword,
		"PICTURES=" + filepath.Join(folder(t, "out"), "subpath"),
	}, "node", "--test", "--test-reporter=spec", filepath.Join("specs", "subpath.test.mjs"))
}
