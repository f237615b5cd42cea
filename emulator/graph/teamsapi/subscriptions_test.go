// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph/teamsapi"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

func (c *cloud) subscription(address string, lifetime time.Duration) map[string]any {
	return map[string]any{
		"changeType":               "created,updated,deleted",
		"notificationUrl":          address + "/changes",
		"lifecycleNotificationUrl": address + "/lifecycle",
		"resource":                 c.messages,
		"expirationDateTime":       c.clock.Now().Add(lifetime).Format(time.RFC3339Nano),
		"clientState":              "our-secret",
	}
}

// consent gives the calling application's service principal a role for real, so that the subscription rests on it.
func (c *cloud) consent(t *testing.T, role string) {
	t.Helper()
	client, _ := c.dir.ServicePrincipalByAppID(directory.DemoProvisionerAppID)
	api, _ := c.dir.ServicePrincipalByAppID(catalog.GraphAppID)
	permission, ok := catalog.Lookup(catalog.Application, role)
	if !ok {
		t.Fatalf("no role %s", role)
	}
	if _, err := c.dir.Assign(client.ID, api.ID, permission.ID); err != nil {
		t.Fatal(err)
	}
}

func TestAMessageIsNotified(t *testing.T) {
	c := newCloud(t)
	c.consent(t, "ChannelMessage.Read.All")
	address, items := receiver(t, c)
	created := c.want(t, 201, "app", "POST", "/subscriptions", c.subscription(address, 24*time.Hour))
	if created.text("clientState") != "our-secret" || created.text("notificationContentType") != "application/json" {
		t.Errorf("created: %v", created.body)
	}
	id := c.want(t, 201, alex, "POST", c.messages, html("hello")).text("id")
	item := next(t, items)
	if item["subscriptionId"] != created.text("id") || item["clientState"] != "our-secret" || item["changeType"] != "created" || item["tenantId"] != c.dir.Tenant().ID {
		t.Errorf("item: %v", item)
	}
	// The resource of a notification can be read as it stands.
	if got := c.want(t, 200, "app", "GET", "/"+item["resource"].(string), nil); got.text("id") != id {
		t.Errorf("GET %v: %v", item["resource"], got.body)
	}
	c.want(t, 204, alex, "PATCH", c.messages+"/"+id, html("changed"))
	if item := next(t, items); item["changeType"] != "updated" {
		t.Errorf("item: %v", item)
	}
	c.want(t, 204, alex, "POST", c.messages+"/"+id+"/softDelete", nil)
	if item := next(t, items); item["changeType"] != "deleted" {
		t.Errorf("item: %v", item)
	}
}

func TestSubscriptionLife(t *testing.T) {
	c := newCloud(t)
	address, _ := receiver(t, c)
	body := c.subscription(address, time.Hour)
	id := c.want(t, 201, "app", "POST", "/subscriptions", body).text("id")
	path := "/subscriptions/" + id
	conflict := c.want(t, 409, "app", "POST", "/subscriptions", body)
	if !strings.Contains(conflict.text("error", "message"), id) {
		t.Errorf("conflict: %v", conflict.body)
	}
	if got := c.want(t, 200, "app", "GET", path, nil); got.body["clientState"] != nil {
		t.Errorf("clientState is shown: %v", got.body)
	}
	if got := c.want(t, 200, "app", "GET", "/subscriptions", nil).values(); len(got) != 1 || got[0]["clientState"] != nil {
		t.Errorf("list: %v", got)
	}
	if got := c.want(t, 200, alex, "GET", "/subscriptions", nil).values(); len(got) != 0 {
		t.Errorf("list of a user: %v", got)
	}
	later := c.clock.Now().Add(48 * time.Hour).Truncate(time.Second)
	renewed := c.want(t, 200, "app", "PATCH", path, map[string]any{"expirationDateTime": later.Format(time.RFC3339)})
	if renewed.text("expirationDateTime") != later.Format(time.RFC3339) {
		t.Errorf("renewed: %v, want %v", renewed.body, later)
	}
	c.want(t, 204, "app", "POST", path+"/reauthorize", nil)
	c.want(t, 204, "app", "DELETE", path, nil)
	c.want(t, 404, "app", "GET", path, nil)
	c.want(t, 404, "app", "POST", path+"/reauthorize", nil)
}

func TestWhatMayBeWatched(t *testing.T) {
	c := newCloud(t)
	address, _ := receiver(t, c)
	try := func(as, resource string) answer {
		body := c.subscription(address, time.Hour)
		body["resource"] = resource
		return c.call(t, as, "POST", "/subscriptions", body)
	}
	for name, step := range map[string]struct {
		as, resource string
		roles        []string
		status       int
	}{
		"all channels as a user":    {alex, "/teams/getAllMessages", nil, 403},
		"a channel as a user":       {alex, c.messages, nil, 201},
		"without the role":          {"app", c.messages, []string{"User.Read.All"}, 403},
		"a write role does not do":  {"app", c.messages, []string{"Group.ReadWrite.All"}, 403},
		"all channels":              {"app", "/teams/getAllMessages?model=B", []string{"ChannelMessage.Read.All"}, 201},
		"all chats":                 {"app", "/chats/getAllMessages", []string{"Chat.Read.All"}, 201},
		"a channel that is not":     {"app", "/teams/" + string(c.place.Team) + "/channels/19:no@thread.tacv2/messages", []string{"ChannelMessage.Read.All"}, 404},
		"something else":            {"app", "/me/mailFolders", nil, 400},
		"nothing":                   {"app", "", nil, 400},
		"with a search on messages": {"app", c.messages + "?$search=x", nil, 400},
	} {
		t.Run(name, func(t *testing.T) {
			if step.roles != nil {
				c.roles = step.roles
			} else {
				c.roles = catalog.Guide(catalog.Application)
			}
			if got := try(step.as, step.resource); got.status != step.status {
				t.Errorf("status %d, want %d: %v", got.status, step.status, got.body)
			}
		})
	}
}

func TestRevokedRolePausesASubscription(t *testing.T) {
	c := newCloud(t)
	c.consent(t, "ChannelMessage.Read.All")
	address, items := receiver(t, c)
	c.want(t, 201, "app", "POST", "/subscriptions", c.subscription(address, 24*time.Hour))
	for _, a := range c.dir.Assignments() {
		permission, _ := catalog.Lookup(catalog.Application, "ChannelMessage.Read.All")
		if a.AppRoleID == permission.ID {
			if err := c.dir.Unassign(a.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.subs.Sweep()
	if item := next(t, items); item["lifecycleEvent"] != "reauthorizationRequired" {
		t.Errorf("item: %v", item)
	}
	c.fill(t, "", 1)
	c.consent(t, "ChannelMessage.Read.All")
	c.subs.Sweep()
	if item := next(t, items); item["changeType"] != "created" {
		t.Errorf("item: %v", item)
	}
}

func TestTokensAreWithheldFromWhoDemandsAnAssignment(t *testing.T) {
	c := newCloud(t)
	withheld := teamsapi.TokensWithheld(c.dir)
	client, ok := c.dir.ServicePrincipalByAppID(directory.DemoProvisionerAppID)
	if !ok || withheld(client.AppID) {
		t.Fatal("withheld from an application that demands nothing")
	}
	if _, err := c.dir.UpdateServicePrincipal(client.ID, directory.Properties{}.Set("appRoleAssignmentRequired", true)); err != nil {
		t.Fatal(err)
	}
	if !withheld(client.AppID) {
		t.Error("not withheld although the change tracking service is not even in the tenant")
	}
	tracking, err := c.dir.CreateServicePrincipal(directory.ChangeTrackingAppID, directory.Properties{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !withheld(client.AppID) {
		t.Error("not withheld although the change tracking service has no role")
	}
	if _, err := c.dir.Assign(tracking.ID, client.ID, "00000000-0000-0000-0000-000000000000"); err != nil {
		t.Fatal(err)
	}
	if withheld(client.AppID) {
		t.Error("withheld although the change tracking service has a role")
	}
}
