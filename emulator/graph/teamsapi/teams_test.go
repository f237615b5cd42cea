// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi_test

import (
	"net/url"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

func TestTeamsAndChannels(t *testing.T) {
	c := newCloud(t)
	joined := c.want(t, 200, alex, "GET", "/me/joinedTeams", nil).values()
	if len(joined) != 1 || joined[0]["displayName"] != "Demo Team" {
		t.Fatalf("joined teams: %v", joined)
	}
	team := joined[0]["id"].(string)
	if got := c.want(t, 200, "app", "GET", "/users/"+blake+"/joinedTeams", nil).values(); len(got) != 1 {
		t.Errorf("joined teams of Blake: %v", got)
	}
	channels := c.want(t, 200, alex, "GET", "/teams/"+team+"/channels", nil).values()
	if len(channels) != 2 || channels[1]["displayName"] != "Bridge" {
		t.Errorf("channels: %v", channels)
	}
	filter := url.Values{"$filter": {"displayName eq 'Bridge'"}}.Encode()
	if got := c.want(t, 200, alex, "GET", "/teams/"+team+"/channels?"+filter, nil).values(); len(got) != 1 {
		t.Errorf("channels named Bridge: %v", got)
	}
	if got := c.want(t, 200, alex, "GET", "/teams/"+team+"/primaryChannel", nil); got.text("displayName") != "General" {
		t.Errorf("primary channel: %v", got.body)
	}
	channel := c.want(t, 200, "app", "GET", "/teams('"+team+"')/channels('"+channels[1]["id"].(string)+"')?$select=displayName", nil)
	if channel.text("displayName") != "Bridge" || channel.text("id") != "" {
		t.Errorf("channel: %v", channel.body)
	}
	c.want(t, 404, "app", "GET", "/teams/"+team+"/channels/19:none@thread.tacv2", nil)
	c.want(t, 404, "app", "GET", "/teams/00000000-0000-4000-8000-000000000000", nil)
}

func TestMembersComeFromTheGroup(t *testing.T) {
	c := newCloud(t)
	path := "/groups/" + string(c.place.Team)
	if got := c.want(t, 200, "app", "GET", path, nil); got.text("displayName") != "Demo Team" {
		t.Errorf("group: %v", got.body)
	}
	members := c.want(t, 200, "app", "GET", path+"/members", nil).values()
	if len(members) != 3 || members[0]["@odata.type"] != "#microsoft.graph.user" || members[0]["userPrincipalName"] == nil {
		t.Errorf("members: %v", members)
	}
	// The guide's permissions do not open the team's own member list.
	if got := c.want(t, 403, "app", "GET", "/teams/"+string(c.place.Team)+"/members", nil); got.code() != "Forbidden" {
		t.Errorf("team members: %v", got.body)
	}
	c.roles = append(c.roles, "TeamMember.Read.All")
	people := c.want(t, 200, "app", "GET", "/teams/"+string(c.place.Team)+"/members", nil).values()
	owners := 0
	for _, p := range people {
		owners += len(p["roles"].([]any))
	}
	if len(people) != 3 || owners != 1 {
		t.Errorf("team members: %v", people)
	}
	byID := url.Values{"$filter": {"id in ('" + string(c.place.Team) + "','x')"}}.Encode()
	if got := c.want(t, 200, "app", "GET", "/groups?"+byID, nil).values(); len(got) != 1 {
		t.Errorf("groups by id: %v", got)
	}
	for filter, want := range map[string]int{
		"displayName eq 'DEMO team' and resourceProvisioningOptions/Any(x:x eq 'Team')": 1,
		"resourceProvisioningOptions/Any(x:x eq 'Team') and displayName eq 'Demo Team'": 1,
		"displayName eq 'Nobody''s' and resourceProvisioningOptions/Any(x:x eq 'Team')": 0,
	} {
		if got := c.want(t, 200, "app", "GET", "/groups?"+url.Values{"$filter": {filter}}.Encode(), nil).values(); len(got) != want {
			t.Errorf("%s: %v", filter, got)
		}
	}
	c.want(t, 400, "app", "GET", "/groups?"+url.Values{"$filter": {"noSuchProperty eq true"}}.Encode(), nil)
}

func TestStrangersSeeNothing(t *testing.T) {
	c := newCloud(t)
	if err := c.teams.RemoveMember(c.place.Team, blake); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/teams/" + string(c.place.Team), "/teams/" + string(c.place.Team) + "/channels", c.messages} {
		if got := c.want(t, 403, blake, "GET", path, nil); got.code() != "Forbidden" {
			t.Errorf("%s: %v", path, got.body)
		}
	}
	c.want(t, 403, blake, "POST", c.messages, html("x"))
}

func TestPostingNeedsALicence(t *testing.T) {
	c := newCloud(t)
	sku := c.dir.SKUs()[0].SKUID
	if _, err := c.dir.AssignLicenses(alex, nil, []string{sku}); err != nil {
		t.Fatal(err)
	}
	c.want(t, 403, alex, "POST", c.messages, html("x"))
	if _, err := c.dir.AssignLicenses(alex, []directory.AssignedLicense{{SKUID: sku}}, nil); err != nil {
		t.Fatal(err)
	}
	c.want(t, 201, alex, "POST", c.messages, html("x"))
}
