//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/subscriptions"
)

// asked answers one of the plugin's routes into v, and returns the status.
func asked(t *testing.T, token, route string, v any) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, catalog.PluginURL(shared.Mattermost.URL, route), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	resp, err := shared.Mattermost.HTTPClient().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		if err := json.NewDecoder(resp.Body).Decode(v); err != nil {
			t.Fatal(err)
		}
	}
	return resp.StatusCode
}

// oneForAll has one subscription cover all channels while the test runs.
func oneForAll(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		if err := shared.ConfigurePlugin(context.WithoutCancel(t.Context()), shared.app, shared.settings); err != nil {
			t.Error(err)
		}
	})
	settings := maps.Clone(shared.settings)
	settings["tenantsubscriptionfrom"] = 1
	if err := shared.ConfigurePlugin(t.Context(), shared.app, settings); err != nil {
		t.Fatal(err)
	}
}

func waitForResources(t *testing.T, want func(resources []string) bool) {
	t.Helper()
	eventually(t, func(context.Context) error {
		var resources []string
		for _, s := range shared.Emulator.Subscriptions().All() {
			if s.ApplicationID == shared.app.ClientID { // those of an application that is no longer in use end by themselves
				resources = append(resources, s.Resource)
			}
		}
		if !want(resources) {
			return fmt.Errorf("Graph has %v", resources)
		}
		return nil
	})
}

// TestOneSubscriptionTakesOverAndGivesBack while people write: nothing is lost, nothing comes twice.
func TestOneSubscriptionTakesOverAndGivesBack(t *testing.T) {
	l := newLink(t)
	const n = 5 // the governor has a channel's messages read once a second
	say := func(from int) {
		for i := range n {
			l.say(t, "blake@demo.example", "", fmt.Sprintf("<p>number %03d</p>", from+i))
		}
	}
	say(0)
	oneForAll(t)
	say(n)
	waitForResources(t, func(r []string) bool { return len(r) == 1 && r[0] == "/teams/getAllMessages" })
	say(2 * n)
	if err := shared.ConfigurePlugin(t.Context(), shared.app, shared.settings); err != nil {
		t.Fatal(err)
	}
	say(3 * n)
	waitForResources(t, func(r []string) bool {
		return len(r) > 0 && !strings.Contains(strings.Join(r, " "), "getAllMessages")
	})
	say(4 * n)
	l.waitForAll(t, 5*n, 5*n)
	if posts, messages := l.counts(t); posts != 5*n || messages != 5*n {
		t.Errorf("%d posts of %d messages; want %d of both", posts, messages, 5*n)
	}
}

func TestAPostTellsHowFarItIs(t *testing.T) {
	l := newLink(t)
	outsider := newPerson(t, "outsider")
	written := l.write(t, shared.alex, "", "how far am I")
	l.message(t, "how far am I")
	l.say(t, "blake@demo.example", "", "<p>and I</p>")
	for post, direction := range map[*model.Post]string{written: "outbound", l.post(t, "and I"): "inbound"} {
		route := "/api/v1/posts/" + post.Id + "/sync"
		eventually(t, func(context.Context) error {
			var sync struct {
				State, Direction, Reason string
				Messages                 []struct{ ID string }
			}
			if code := asked(t, shared.alex.Client.AuthToken, route, &sync); code != http.StatusOK || sync.State != "synced" || sync.Direction != direction || len(sync.Messages) != 1 {
				return fmt.Errorf("%s answers %d %+v", route, code, sync)
			}
			return nil
		})
		if code := asked(t, outsider.Client.AuthToken, route, nil); code != http.StatusForbidden {
			t.Errorf("somebody who may not read the channel is answered %d", code)
		}
	}
	if code := asked(t, shared.alex.Client.AuthToken, "/api/v1/posts/"+model.NewId()+"/sync", nil); code != http.StatusNotFound {
		t.Errorf("an unknown post is answered %d", code)
	}
}

// TestSystemAdminsAreWarnedOfTheBudget: what channels say that are not linked counts too.
func TestSystemAdminsAreWarnedOfTheBudget(t *testing.T) {
	newLink(t) // without a link there is no subscription
	oneForAll(t)
	waitForResources(t, func(r []string) bool { return len(r) == 1 && r[0] == "/teams/getAllMessages" })
	elsewhere, err := shared.Emulator.Teams().AddChannel(shared.teamsTeam.ID, "", "elsewhere", "")
	if err != nil {
		t.Fatal(err)
	}
	var status struct {
		Evaluation struct{ Messages, Budget int }
	}
	asked(t, shared.Mattermost.AdminToken, "/api/v1/status", &status)
	for i := range subscriptions.Budget*8/10 - status.Evaluation.Messages {
		place := teams.Place{Team: shared.teamsTeam.ID, Channel: elsewhere.ID}
		if _, err := shared.Emulator.Teams().Post("blake@demo.example", place, "", teams.Draft{Body: teams.HTML(fmt.Sprintf("<p>%d</p>", i))}); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, func(ctx context.Context) error {
		text, err := fromTheBot(ctx, shared.Mattermost.Admin())
		if err != nil || !strings.Contains(text, "the evaluation model of the Teams APIs allows 500") {
			return fmt.Errorf("the bot wrote %q to the system admin, %w", text, err)
		}
		return nil
	})
	asked(t, shared.Mattermost.AdminToken, "/api/v1/status", &status)
	if status.Evaluation.Messages < 400 || status.Evaluation.Budget != 500 {
		t.Errorf("the status says %+v", status.Evaluation)
	}
}

// fromTheBot is all that the plugin's bot wrote to somebody.
func fromTheBot(ctx context.Context, user *stack.User) (string, error) {
	bot, _, err := shared.Mattermost.Client().GetUserByUsername(ctx, "msteamssync", "")
	if err != nil {
		return "", err
	}
	channel, _, err := shared.Mattermost.Client().CreateDirectChannel(ctx, bot.Id, user.ID)
	if err != nil {
		return "", err
	}
	posts, _, err := shared.Mattermost.Client().GetPostsForChannel(ctx, channel.Id, 0, 100, "", false, false)
	if err != nil {
		return "", err
	}
	var all []string
	for _, post := range posts.Posts {
		all = append(all, post.Message)
	}
	return strings.Join(all, "\n"), nil
}
