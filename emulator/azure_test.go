// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/arm"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

func TestMetadataNeedsAVersion(t *testing.T) {
	c := start(t)
	if code, _ := failure(c.want(t, http.StatusBadRequest, "GET", "/metadata/endpoints", nil)); code != "InvalidApiVersionParameter" {
		t.Error(code)
	}
}

func TestAzureErrorsAndGroups(t *testing.T) {
	c := start(t)
	const sub = "/subscriptions/" + arm.DemoSubscriptionID
	code := func(status int, method, path string, body any) string {
		t.Helper()
		code, _ := failure(c.want(t, status, method, path, body))
		return code
	}
	if got := code(http.StatusBadRequest, "GET", sub, nil); got != "MissingApiVersionParameter" {
		t.Error(got)
	}
	const v = "?api-version=2021-04-01"
	if got := code(http.StatusNotFound, "GET", "/subscriptions/44444444-4444-4444-8444-444444444444"+v, nil); got != "SubscriptionNotFound" {
		t.Error(got)
	}
	if got := code(http.StatusNotFound, "GET", sub+"/providers/Microsoft.Nothing"+v, nil); got != "InvalidResourceNamespace" {
		t.Error(got)
	}
	if got := code(http.StatusNotFound, "GET", sub+"/nothing"+v, nil); got != "InvalidResourceType" {
		t.Error(got)
	}
	c.want(t, http.StatusCreated, "PUT", sub+"/resourceGroups/New"+v, map[string]any{"location": "westeurope", "tags": map[string]string{"a": "b"}})
	c.want(t, http.StatusOK, "GET", sub+"/resourcegroups/new"+v, nil)
	c.want(t, http.StatusConflict, "PUT", sub+"/resourceGroups/New"+v, map[string]any{"location": "eastus"})
	if list := values(c.want(t, http.StatusOK, "GET", sub+"/resourceGroups"+v, nil)); len(list) != 2 {
		t.Errorf("groups = %v", list)
	}
	if got := c.want(t, http.StatusOK, "GET", sub+"/providers/microsoft.graphservices"+v, nil); got["registrationState"] != "NotRegistered" {
		t.Errorf("provider = %v", got)
	}
	if got := c.want(t, http.StatusOK, "POST", sub+"/providers/Microsoft.GraphServices/register"+v, nil); got["registrationState"] != "Registered" {
		t.Errorf("provider = %v", got)
	}
	account := sub + "/resourceGroups/New/providers/Microsoft.GraphServices/accounts/sync?api-version=2023-04-13"
	if got := code(http.StatusBadRequest, "PUT", account, map[string]any{"location": "global", "properties": map[string]any{"appId": arm.DemoSubscriptionID}}); got != "InvalidAppId" {
		t.Error(got)
	}
	created := c.want(t, http.StatusCreated, "PUT", account, map[string]any{"location": "global", "properties": map[string]any{"appId": directory.DemoProvisionerAppID}})
	if created["type"] != "microsoft.graphservices/accounts" || !strings.HasPrefix(created["id"].(string), sub+"/resourceGroups/New/") {
		t.Errorf("account = %v", created)
	}
	if list := values(c.want(t, http.StatusOK, "GET", sub+"/resourceGroups/New/resources"+v, nil)); len(list) != 1 {
		t.Errorf("resources = %v", list)
	}
	if _, ok := c.Azure().Account(arm.DemoSubscriptionID, "new", "SYNC"); !ok {
		t.Error("names are not compared without case")
	}
	if c.Azure().SetProvisioningState(arm.DemoSubscriptionID, "new", "other", "Failed") || !c.Azure().SetProvisioningState(arm.DemoSubscriptionID, "new", "SYNC", "Failed") {
		t.Error("the state of another account was set, or that of this one was not")
	}
	if got := c.want(t, http.StatusOK, "GET", account, nil)["properties"].(map[string]any)["provisioningState"]; got != "Failed" {
		t.Errorf("provisioningState = %v", got)
	}
	c.want(t, http.StatusOK, "DELETE", sub+"/resourceGroups/New"+v, nil)
	other := &cloud{Server: c.Server, token: "nonsense"}
	if got, _ := failure(other.want(t, http.StatusUnauthorized, "GET", sub+v, nil)); got != "InvalidAuthenticationToken" {
		t.Error(got)
	}
}

func TestLinkingNeedsOwnership(t *testing.T) {
	c := start(t)
	reader := c.as(t, "Directory.Read.All")
	caller, err := c.Entra().Authenticate(reader.token)
	if err != nil {
		t.Fatal(err)
	}
	seed := arm.DefaultSeed(caller.AppID)
	c.Azure().Reset(seed)
	reader.token = c.azureToken(t, caller.AppID)
	const v = "?api-version=2021-04-01"
	reader.want(t, http.StatusOK, "POST", "/subscriptions/"+arm.DemoSubscriptionID+"/providers/Microsoft.GraphServices/register"+v, nil)
	account := "/subscriptions/" + arm.DemoSubscriptionID + "/resourceGroups/" + arm.DemoResourceGroup + "/providers/Microsoft.GraphServices/accounts/sync?api-version=2023-04-13"
	body := map[string]any{"location": "global", "properties": map[string]any{"appId": directory.DemoProvisionerAppID}}
	if code, _ := failure(reader.want(t, http.StatusForbidden, "PUT", account, body)); code != "AuthorizationFailed" {
		t.Error(code)
	}
	app, _ := c.Directory().ApplicationByAppID(directory.DemoProvisionerAppID)
	if err := c.Directory().AddApplicationOwner(app.ID, caller.ServicePrincipalID); err != nil {
		t.Fatal(err)
	}
	reader.want(t, http.StatusCreated, "PUT", account, body)
}

// azureToken signs an application in to Azure with a new secret.
func (c *cloud) azureToken(t *testing.T, appID string) string {
	t.Helper()
	app, ok := c.Directory().ApplicationByAppID(appID)
	if !ok {
		t.Fatalf("no application %s", appID)
	}
	secret, err := c.Directory().AddPassword(app.ID, directory.NewPassword{})
	if err != nil {
		t.Fatal(err)
	}
	return c.appToken(t, appID, *secret.SecretText, "https://management.core.windows.net//.default")
}
