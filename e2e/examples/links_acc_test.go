// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package examples_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAccChannelLinksFromAFile: lines come, change and go, in both formats; what is protected is kept.
func TestAccChannelLinksFromAFile(t *testing.T) {
	pair := newTeams(t, "town", "releases", "square")
	e := open(t, "examples/channel-links", nil)
	line := func(mattermost, teamsChannel, days string) string {
		return fmt.Sprintf("%s,%s,%s,%s,%s\n", pair.team.Name, mattermost, pair.name, teamsChannel, days)
	}
	csv := func(lines ...string) {
		t.Helper()
		write(t, filepath.Join(e.Dir, "links.csv"), "mattermost_team,mattermost_channel,teams_team,teams_channel,backfill_days\n"+strings.Join(lines, ""))
	}
	linked := func(want map[string]string) {
		t.Helper()
		if links := pair.linked(); !maps.Equal(links, want) {
			t.Errorf("the links are %v, want %v", links, want)
		}
	}
	csv(line("town", "town", "30"))
	e.life(func() {
		csv(line("releases", "releases", ""), line("town", "town", "30")) // in another order
		e.apply()
		e.unchanged()
		linked(map[string]string{"town": "town", "releases": "releases"})

		csv(line("town", "square", ""), line("releases", "releases", ""))
		if said := e.refused("plan"); !strings.Contains(said, "would be replaced, but deletion_protection is true") {
			t.Errorf("the change of a line says: %s", said)
		}
		csv(line("town", "town", ""))
		if said := e.refused("plan"); !strings.Contains(said, "would be destroyed, but deletion_protection is true") {
			t.Errorf("a line that is gone says: %s", said)
		}

		items := ""
		for _, name := range []string{"town", "releases"} {
			items += fmt.Sprintf("- mattermost_team: %s\n  mattermost_channel: %s\n  teams_team: %s\n  teams_channel: %s\n", pair.team.Name, name, pair.name, name)
			if name == "town" {
				items += "  backfill_days: 30\n"
			}
		}
		write(t, filepath.Join(e.Dir, "links.yaml"), items)
		e.variable("links_file", "links.yaml")
		e.unchanged()

		// What nobody declared shows, and stays.
		all, err := shared.Emulator.Teams().Channels(pair.id)
		if err != nil {
			t.Fatal(err)
		}
		for _, channel := range all {
			if channel.DisplayName == "square" {
				body := map[string]string{"channel_id": pair.channels["square"], "teams_team_id": string(pair.id), "teams_channel_id": string(channel.ID)}
				if status, answer, err := shared.CallPlugin(t.Context(), http.MethodPost, "/api/v1/links", body); err != nil || status != http.StatusCreated {
					t.Fatalf("HTTP %d %v: %s", status, err, answer)
				}
			}
		}
		result, err := e.Run(t.Context(), "plan", "-detailed-exitcode")
		if err != nil || result.ExitCode != 2 || !strings.Contains(result.Output, "unmanaged_links") {
			t.Errorf("a link made by hand: %v, exit code %d:\n%s", err, result.ExitCode, result.Output)
		}
		if status, answer, err := shared.CallPlugin(t.Context(), http.MethodDelete, "/api/v1/links/"+pair.channels["square"], nil); err != nil || status >= http.StatusBadRequest {
			t.Fatalf("HTTP %d %v: %s", status, err, answer)
		}
	})
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
