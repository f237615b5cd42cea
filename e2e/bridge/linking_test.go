//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
)

// TestAChannelAdminLinksOverREST: what the web app does, as alex, who is no system admin.
func TestAChannelAdminLinksOverREST(t *testing.T) {
	l := newChannels(t)
	body := map[string]string{"channel_id": l.channel.Id, "teams_team_id": string(l.place.Team), "teams_channel_id": string(l.place.Channel)}
	if status, answer := asUser(t, shared.blake, http.MethodPost, "/api/v1/links", body); status != http.StatusForbidden {
		t.Errorf("a plain member's link answers %d %s", status, answer)
	}
	if status, answer := asUser(t, shared.alex, http.MethodPost, "/api/v1/links", body); status != http.StatusCreated {
		t.Fatalf("a channel admin's link answers %d %s", status, answer)
	}

	// Everybody in the channel sees it, with its names; its first search for what was missed takes a moment.
	var mine struct {
		Links []struct {
			Channel struct {
				DisplayName string `json:"display_name"`
			}
			TeamsTeamName    string `json:"teams_team_name"`
			TeamsChannelName string `json:"teams_channel_name"`
			State            string
			CanManage        bool `json:"can_manage"`
		}
		Total int
	}
	eventually(t, func(context.Context) error {
		decode(t, shared.blake, "/api/v1/my/links?q="+l.channel.DisplayName, &mine)
		if mine.Total != 1 || mine.Links[0].TeamsTeamName == "" || mine.Links[0].TeamsChannelName != l.channel.Name || mine.Links[0].State != "ok" || mine.Links[0].CanManage {
			return fmt.Errorf("blake sees %+v", mine)
		}
		return nil
	})
	l.subscribed(t)
	l.write(t, shared.alex, "", "through a link made over REST")
	l.message(t, "through a link made over REST")

	if status, answer := asUser(t, shared.alex, http.MethodDelete, "/api/v1/links/"+l.channel.Id, nil); status != http.StatusNoContent {
		t.Fatalf("unlinking answers %d %s", status, answer)
	}

	var audit struct {
		Records []struct{ Action, Via string }
	}
	decode(t, shared.Mattermost.Admin(), "/api/v1/links/audit?channel_id="+l.channel.Id, &audit)
	if len(audit.Records) != 2 || audit.Records[0].Action != "unlink" || audit.Records[1].Action != "link" || audit.Records[1].Via != "api" {
		t.Errorf("written down is %+v", audit.Records)
	}
}

// TestSearchesShowWhatTheCallerSeesInTeams: alex is not in a team that the application sees.
func TestSearchesShowWhatTheCallerSeesInTeams(t *testing.T) {
	hidden, err := shared.Emulator.Teams().AddTeam("", "Hidden Lair", "")
	if err != nil {
		t.Fatal(err)
	}
	var found struct {
		Teams []struct {
			ID          string
			DisplayName string `json:"display_name"`
		}
	}
	decode(t, shared.alex, "/api/v1/my/teams?q=hidden", &found)
	if len(found.Teams) != 0 {
		t.Errorf("alex finds %+v", found.Teams)
	}
	decode(t, shared.Mattermost.Admin(), "/api/v1/my/teams?q=hidden", &found)
	if len(found.Teams) != 1 || found.Teams[0].ID != string(hidden.ID) {
		t.Errorf("a system admin finds %+v", found.Teams)
	}
	if status, answer := asUser(t, shared.alex, http.MethodGet, "/api/v1/my/teams/"+string(hidden.ID)+"/channels", nil); status != http.StatusForbidden {
		t.Errorf("its channels for alex: %d %s", status, answer)
	}
}

// TestOneTeamsChannelIsLinkedByOneOfMany: many channels want the same Teams channel at once.
func TestOneTeamsChannelIsLinkedByOneOfMany(t *testing.T) {
	wanted := newChannels(t).place
	var channels []*link
	for range 6 {
		channels = append(channels, newChannels(t))
	}
	statuses := make([]int, len(channels))
	var linking sync.WaitGroup
	for i, l := range channels {
		linking.Go(func() {
			statuses[i], _ = asUser(t, shared.alex, http.MethodPost, "/api/v1/links",
				map[string]string{"channel_id": l.channel.Id, "teams_team_id": string(wanted.Team), "teams_channel_id": string(wanted.Channel)})
		})
	}
	linking.Wait()
	slices.Sort(statuses)
	if statuses[0] != http.StatusCreated || statuses[1] != http.StatusConflict {
		t.Errorf("the answers are %v, want one 201 and the rest 409", statuses)
	}
}

// TestAConflictHidesWhatTheCallerCannotSee: the channel that holds the link is private, and alex is not in it.
func TestAConflictHidesWhatTheCallerCannotSee(t *testing.T) {
	ctx := t.Context()
	l := newChannels(t)
	secret, _, err := shared.Mattermost.Client().CreateChannel(ctx, &model.Channel{TeamId: shared.team.Id, Name: "secret-" + l.channel.Name, DisplayName: "Takeover Plans", Type: model.ChannelTypePrivate})
	if err != nil {
		t.Fatal(err)
	}
	body := map[string]string{"channel_id": secret.Id, "teams_team_id": string(l.place.Team), "teams_channel_id": string(l.place.Channel)}
	if status, answer := asUser(t, shared.Mattermost.Admin(), http.MethodPost, "/api/v1/links", body); status != http.StatusCreated {
		t.Fatalf("linking answers %d %s", status, answer)
	}
	body["channel_id"] = l.channel.Id
	status, answer := asUser(t, shared.alex, http.MethodPost, "/api/v1/links", body)
	if status != http.StatusConflict || strings.Contains(answer, "Takeover") || !strings.Contains(answer, "a channel that you cannot see") {
		t.Errorf("alex is told %d %s", status, answer)
	}
	if status, answer = asUser(t, shared.Mattermost.Admin(), http.MethodPost, "/api/v1/links", body); status != http.StatusConflict || !strings.Contains(answer, "Takeover Plans") {
		t.Errorf("a system admin is told %d %s", status, answer)
	}
}

// asUser calls a route of the plugin with a user's token.
func asUser(t *testing.T, user *stack.User, method, route string, body any) (int, string) {
	t.Helper()
	status, answer, err := shared.CallPluginAs(t.Context(), user, method, route, body)
	if err != nil {
		t.Error(err)
	}
	return status, string(answer)
}

func decode(t *testing.T, user *stack.User, route string, into any) {
	t.Helper()
	status, answer := asUser(t, user, http.MethodGet, route, nil)
	if err := json.Unmarshal([]byte(answer), into); status != http.StatusOK || err != nil {
		t.Fatalf("%s answers %d %s: %v", route, status, answer, err)
	}
}
