// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/provider"
)

// The demo tenant that the emulator starts with.
const (
	tenantID       = "11111111-1111-4111-8111-111111111111"
	provisionerID  = "22222222-2222-4222-8222-222222222222"
	provisionerKey = "emulator-provisioner-secret"
	subscriptionID = "33333333-3333-4333-8333-333333333333"
)

// inProcess serves the provider to Terraform from this process.
var inProcess = map[string]func() (tfprotov6.ProviderServer, error){
	"msteamssync": providerserver.NewProtocol6WithError(provider.New("0.1.0")()),
}

// azureOnly is a configuration whose provider block holds Azure credentials only.
func azureOnly(cloud *emulator.Server, resources string) string {
	return providerBlock(cloud, "") + resources
}

// providerBlock is the provider block for an emulated cloud; more is put inside it.
func providerBlock(cloud *emulator.Server, more string) string {
	return fmt.Sprintf(`
provider "msteamssync" {
  tenant_id       = %q
  client_id       = %q
  client_secret   = %q
  subscription_id = %q
  endpoints = {
    authority_host   = %q
    graph            = %q
    resource_manager = %q
  }
  ca_certificates = <<-EOT
%sEOT
%s
}
`, tenantID, provisionerID, provisionerKey, subscriptionID, cloud.URL(), cloud.URL(), cloud.URL(), cloud.CAPEM(), more)
}

// portal is somebody else with the same rights, who uses plain HTTP: it changes things behind Terraform's back and looks
// at what Terraform did.
type portal struct {
	t     *testing.T
	cloud *emulator.Server
	token string
}

func openPortal(t *testing.T, cloud *emulator.Server) *portal {
	t.Helper()
	p := &portal{t: t, cloud: cloud}
	answer, err := cloud.HTTPClient().PostForm(cloud.URL()+"/"+tenantID+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {provisionerID}, "client_secret": {provisionerKey}, "scope": {cloud.URL() + "/.default"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var body struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil || body.AccessToken == "" {
		t.Fatalf("the portal cannot log in: HTTP %d %v", answer.StatusCode, err)
	}
	p.token = body.AccessToken
	return p
}

type object = map[string]any

// try sends a request and returns the status and the decoded answer.
func (p *portal) try(method, path string, body any) (int, object) {
	p.t.Helper()
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			p.t.Fatal(err)
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, p.cloud.URL()+path, content)
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+p.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := p.cloud.HTTPClient().Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	answer := object{}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &answer); err != nil {
			p.t.Fatalf("%s %s: %v: %s", method, path, err, text)
		}
	}
	return response.StatusCode, answer
}

// do is try for requests that must succeed.
func (p *portal) do(method, path string, body any) object {
	p.t.Helper()
	status, answer := p.try(method, path, body)
	if status >= http.StatusBadRequest {
		p.t.Fatalf("%s %s: HTTP %d %v", method, path, status, answer)
	}
	return answer
}

// list returns the items of a collection.
func (p *portal) list(path string, query url.Values) []object {
	p.t.Helper()
	if len(query) > 0 {
		path += "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
	}
	var items []object
	for _, item := range p.do(http.MethodGet, path, nil)["value"].([]any) {
		items = append(items, item.(object))
	}
	return items
}

// application finds the one registration with a display name.
func (p *portal) application(displayName string) object {
	p.t.Helper()
	found := p.list("/v1.0/applications", url.Values{"$filter": {"displayName eq '" + displayName + "'"}})
	if len(found) != 1 {
		p.t.Fatalf("%d registrations have the name %q, want 1", len(found), displayName)
	}
	return found[0]
}

// principal finds the service principal of an application.
func (p *portal) principal(appID any) object {
	p.t.Helper()
	return p.do(http.MethodGet, fmt.Sprintf("/v1.0/servicePrincipals(appId='%v')", appID), nil)
}

// updates checks that the plan updates a resource in place and changes exactly the named attributes.
func updates(address string, attributes ...string) plancheck.PlanCheck {
	return planCheck(func(req plancheck.CheckPlanRequest) error {
		for _, change := range req.Plan.ResourceChanges {
			if change.Address != address {
				continue
			}
			if !change.Change.Actions.Update() {
				return fmt.Errorf("%s: planned %v, want an update", address, change.Change.Actions)
			}
			before, _ := change.Change.Before.(map[string]any)
			after, _ := change.Change.After.(map[string]any)
			unknown, _ := change.Change.AfterUnknown.(map[string]any)
			var changed []string
			for name := range before {
				if !reflect.DeepEqual(before[name], after[name]) || unknown[name] == true {
					changed = append(changed, name)
				}
			}
			slices.Sort(changed)
			slices.Sort(attributes)
			if !slices.Equal(changed, attributes) {
				return fmt.Errorf("%s: the plan changes %v, want %v", address, changed, attributes)
			}
			return nil
		}
		return fmt.Errorf("the plan does not mention %s", address)
	})
}

type planCheck func(plancheck.CheckPlanRequest) error

func (c planCheck) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	resp.Error = c(req)
}
