// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package examples_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

const (
	azureModule      = "module.msteams_sync.module.azure."
	mattermostModule = "module.msteams_sync.module.mattermost."
)

// TestAccDriftIsNamed: the example's script against what people change by hand: its exit code, the names, and the report of
// which an issue is made.
func TestAccDriftIsNamed(t *testing.T) {
	pair := newTeams(t, "town")
	e := open(t, "examples/gitops-drift", map[string]any{"channel_links": map[string]any{"town": pair.link("town", "town")}})
	e.run("init")
	e.apply()
	bridging(t)
	e.drift(3, "check.bridge: bot: No bot account is connected in the plugin:…") // all is as declared, and yet not in order
	e.variable("bot", bot())
	e.variable("bot_password", botPassword)
	e.life(func() {
		e.drift(0)
		comment(e)

		app, dir := registration(t), shared.Emulator.Directory()
		alter := func(changes directory.Properties) {
			t.Helper()
			if _, err := dir.UpdateApplication(app.ID, changes); err != nil {
				t.Fatal(err)
			}
		}
		foreign := append(slices.Clone(app.Web.RedirectURIs), "https://attacker.example/oauth-redirect")
		alter(directory.Properties{}.Set("web", map[string]any{"redirectUris": foreign}))
		change(t, "syncreactions", false) // a setting that nobody declared
		e.drift(2, azureModule+"msteamssync_application.this: redirect_uris")
		e.apply()
		e.drift(0)

		change(t, "evaluationapi", false)
		if _, err := dir.UpdateUser("bridge@demo.example", directory.Properties{}.Set("accountEnabled", false)); err != nil {
			t.Fatal(err)
		}
		said := e.drift(2,
			azureModule+"msteamssync_bot_user.this[0]: account_enabled",
			mattermostModule+"msteamssync_plugin_config.this: billing_model")
		if !strings.Contains(said, "- `"+mattermostModule+"msteamssync_plugin_config.this`: billing_model") {
			t.Errorf("the report says:\n%s", said)
		}
		e.apply()
		e.drift(0)
	})
}

// drift runs the script. What it says must be the lines, of which one that ends with … is a beginning. It returns the report.
func (e *example) drift(code int, lines ...string) string {
	e.t.Helper()
	report := filepath.Join(e.t.TempDir(), "drift.md")
	command := exec.CommandContext(e.t.Context(), "bash", "scripts/drift.sh")
	command.Dir, command.Env = e.Dir, append(e.Environ(), "DRIFT_REPORT="+report, "TERRAFORM="+e.Binary())
	var said, problems strings.Builder
	command.Stdout, command.Stderr = &said, &problems
	err := command.Run()
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else if err != nil {
		e.t.Fatal(err)
	}
	have := strings.Split(strings.TrimSuffix(said.String(), "\n"), "\n")
	if len(lines) == 0 {
		lines = []string{""}
	}
	same := slices.EqualFunc(have, lines, func(is, want string) bool {
		start, open := strings.CutSuffix(want, "…")
		return is == want || open && strings.HasPrefix(is, start)
	})
	if got != code || !same {
		e.t.Fatalf("the script ended with %d and said\n%s\nwant %d and\n%s\n%s", got, said.String(), code, strings.Join(lines, "\n"), problems.String())
	}
	text, err := os.ReadFile(report)
	if err != nil {
		e.t.Fatal(err)
	}
	return string(text)
}

// comment is what the pull request gets.
func comment(e *example) {
	e.t.Helper()
	e.run("plan", "-out=plan.tfplan")
	command := exec.CommandContext(e.t.Context(), "bash", "scripts/plan-comment.sh", "plan.tfplan")
	command.Dir, command.Env = e.Dir, append(e.Environ(), "TERRAFORM="+e.Binary())
	out, err := command.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "### Terraform plan\n\n```\n") || !strings.Contains(string(out), "No changes.") || !strings.HasSuffix(string(out), "```\n") {
		e.t.Error(fmt.Errorf("%w: %s", err, out))
	}
}
