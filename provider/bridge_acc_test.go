// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// bridge is a server with the real plugin, installed and configured by hand, and a system admin who uses the plugin's own
// interface behind Terraform's back.
type bridge struct {
	*console
	app  stack.Registration
	team *model.Team // of Mattermost
}

func openBridge(t *testing.T, settings map[string]any) *bridge {
	t.Helper()
	b := &bridge{console: openConsole(t)}
	b.upload(realBundle(t))
	var err error
	if b.app, err = shared.RegisterApplication(); err != nil {
		t.Fatal(err)
	}
	b.configure(settings)
	if b.team, err = shared.Mattermost.NewTeam(t.Context(), unique("team")); err != nil {
		t.Fatal(err)
	}
	b.clear()
	t.Cleanup(b.clear)
	return b
}

// unique makes a name that no other test uses.
func unique(name string) string { return name + "-" + strings.ToLower(rand.Text()[:8]) }

// configure writes the plugin's settings and waits until it uses them.
func (b *bridge) configure(settings map[string]any) {
	b.t.Helper()
	if err := shared.ConfigurePlugin(b.t.Context(), b.app, settings); err != nil {
		b.t.Fatal(err)
	}
	eventually(b.t, "the plugin to run", func() bool { return b.pluginStatus().State == "running" })
}

// clear takes away what the plugin keeps in its tables, which outlive it.
func (b *bridge) clear() {
	_, answer := b.try(http.MethodGet, "/api/v1/links", nil)
	for _, link := range listOf(answer, "links") {
		b.try(http.MethodDelete, fmt.Sprintf("/api/v1/links/%v", link["channel_id"]), nil)
	}
	_, answer = b.try(http.MethodGet, "/api/v1/bots", nil)
	for _, bot := range listOf(answer, "bots") {
		b.try(http.MethodDelete, fmt.Sprintf("/api/v1/bots/%v", bot["id"]), nil)
	}
	_, answer = b.try(http.MethodGet, "/api/v1/account-mappings", nil)
	for _, pair := range listOf(answer, "account_mappings") {
		b.try(http.MethodDelete, fmt.Sprintf("/api/v1/account-mappings/%v", pair["mattermost_user_id"]), nil)
	}
	b.try(http.MethodPut, "/api/v1/whitelist", object{"users": []string{}})
}

func listOf(answer object, name string) []object {
	var items []object
	list, _ := answer[name].([]any)
	for _, item := range list {
		items = append(items, item.(object))
	}
	return items
}

// askPlugin calls one of the plugin's routes as the system admin and returns the status. Body and answer may be nil.
func askPlugin(t *testing.T, method, route string, body, answer any) int {
	t.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	// A cleanup runs after the test's context has ended.
	request, err := http.NewRequestWithContext(context.Background(), method, catalog.PluginURL(shared.Mattermost.URL, route), bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+shared.Mattermost.AdminToken)
	response, err := shared.Mattermost.Client().HTTPClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if answer != nil && response.StatusCode != http.StatusNoContent {
		// The server's own page for a plugin that is not there is no JSON.
		if err := json.NewDecoder(response.Body).Decode(answer); err != nil && response.StatusCode < http.StatusBadRequest {
			t.Fatalf("%s %s: HTTP %d: %v", method, route, response.StatusCode, err)
		}
	}
	return response.StatusCode
}

// tellPlugin is askPlugin for a call whose status is known beforehand.
func tellPlugin(t *testing.T, method, route string, want int, body any) {
	t.Helper()
	if status := askPlugin(t, method, route, body, nil); status != want {
		t.Fatalf("%s %s: HTTP %d, want %d", method, route, status, want)
	}
}

// try calls one of the plugin's routes and returns the answer too.
func (b *bridge) try(method, route string, body any) (int, object) {
	b.t.Helper()
	answer := object{}
	status := askPlugin(b.t, method, route, body, &answer)
	return status, answer
}

// do is try for calls that must succeed.
func (b *bridge) do(method, route string, body any) object {
	b.t.Helper()
	status, answer := b.try(method, route, body)
	if status >= http.StatusBadRequest {
		b.t.Fatalf("%s %s: HTTP %d %v", method, route, status, answer)
	}
	return answer
}

// channel makes a Mattermost channel.
func (b *bridge) channel(name string) *model.Channel {
	b.t.Helper()
	channel, err := shared.Mattermost.NewChannel(b.t.Context(), b.team.Id, name)
	if err != nil {
		b.t.Fatal(err)
	}
	return channel
}

// rename gives a Mattermost channel another name in addresses.
func (b *bridge) rename(channel, name string) {
	b.t.Helper()
	if _, _, err := b.client.PatchChannel(b.t.Context(), channel, &model.ChannelPatch{Name: &name}); err != nil {
		b.t.Fatal(err)
	}
}

// teamsTeam makes a Teams team with channels.
func (b *bridge) teamsTeam(name string, channels ...string) (team string, ids map[string]string) {
	b.t.Helper()
	seed := teams.Seed{DisplayName: name, Owners: []string{"admin@demo.example"}}
	for _, channel := range channels {
		seed.Channels = append(seed.Channels, teams.ChannelSeed{DisplayName: channel})
	}
	made, err := shared.Emulator.Teams().Add(seed)
	if err != nil {
		b.t.Fatal(err)
	}
	all, err := shared.Emulator.Teams().Channels(made.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	ids = map[string]string{}
	for _, channel := range all {
		ids[channel.DisplayName] = string(channel.ID)
	}
	return string(made.ID), ids
}

// link links channels by hand.
func (b *bridge) link(channel, team, teamsChannel string) object {
	b.t.Helper()
	return b.do(http.MethodPost, "/api/v1/links", object{"channel_id": channel, "teams_team_id": team, "teams_channel_id": teamsChannel})
}

func (b *bridge) unlink(channel string) {
	b.t.Helper()
	b.do(http.MethodDelete, "/api/v1/links/"+channel, nil)
}

// linked are the Teams channels by the Mattermost channels that they are linked with.
func (b *bridge) linked() map[string]string {
	b.t.Helper()
	links := map[string]string{}
	for _, link := range listOf(b.do(http.MethodGet, "/api/v1/links", nil), "links") {
		links[link["channel_id"].(string)] = link["teams_channel_id"].(string)
	}
	return links
}

// disable switches the plugin off until the test's step is over, and enable on again.
func (b *bridge) disable() {
	b.t.Helper()
	if err := shared.DisablePlugin(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bridge) enable() {
	b.t.Helper()
	if err := shared.EnablePlugin(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	eventually(b.t, "the plugin to run", func() bool { return b.pluginStatus().State == "running" })
}

// enableBare switches a plugin on that has no settings.
func (b *bridge) enableBare() {
	b.t.Helper()
	if err := shared.EnablePlugin(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bridge) remove() {
	b.t.Helper()
	if _, err := b.client.RemovePlugin(b.t.Context(), catalog.PluginID); err != nil {
		b.t.Fatal(err)
	}
}

// words matches text that Terraform may have broken into lines anywhere; … stands for anything.
func words(text string) *regexp.Regexp {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(text), " ", `\s+`)
	return regexp.MustCompile("(?s)" + strings.ReplaceAll(pattern, "…", ".*"))
}

// fails is a step whose configuration is refused with words.
func fails(config, text string) resource.TestStep {
	return resource.TestStep{Config: mattermostOnly(config), ExpectError: words(text)}
}
