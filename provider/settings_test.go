// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	endpointsType = map[string]attr.Type{"authority_host": types.StringType, "graph": types.StringType, "resource_manager": types.StringType}
	serverType    = map[string]attr.Type{"url": types.StringType, "token": types.StringType, "login_id": types.StringType, "password": types.StringType}
)

// block is an empty provider block.
func block() providerModel {
	return providerModel{Endpoints: types.ObjectNull(endpointsType), Mattermost: types.ObjectNull(serverType)}
}

func endpoints(login, graph, manager string) types.Object {
	text := func(s string) attr.Value {
		if s == "" {
			return types.StringNull()
		}
		return types.StringValue(s)
	}
	return types.ObjectValueMust(endpointsType, map[string]attr.Value{"authority_host": text(login), "graph": text(graph), "resource_manager": text(manager)})
}

func environment(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestResolvePrefersTheConfiguration(t *testing.T) {
	var diags diag.Diagnostics
	m := block()
	m.TenantID = types.StringValue("from-config")
	s := resolve(t.Context(), m, environment(map[string]string{
		"ARM_TENANT_ID": "from-env", "AZURE_CLIENT_ID": "azure-id", "ARM_CLIENT_ID": "arm-id", "ARM_CLIENT_SECRET": "s", "MM_URL": "https://mm", "MM_TOKEN": "t", "ARM_USE_CLI": "true",
	}), &diags)
	if diags.HasError() || s.tenantID != "from-config" || s.clientID != "arm-id" || s.clientSecret != "s" || s.mattermostURL != "https://mm" || s.token != "t" || !s.useCLI {
		t.Fatalf("%+v %v", s, diags)
	}
	if s.customCloud || s.cloud.GraphURL != "https://graph.microsoft.com" {
		t.Errorf("the default is the public cloud, got %+v", s.cloud)
	}
}

func TestResolveTakesAmbientTokensOnlyWithUseOIDC(t *testing.T) {
	ambient := map[string]string{"ACTIONS_ID_TOKEN_REQUEST_URL": "https://ci/token", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x", "AZURE_FEDERATED_TOKEN_FILE": "/token"}
	var diags diag.Diagnostics
	if s := resolve(t.Context(), block(), environment(ambient), &diags); s.oidcRequestURL != "" || s.oidcTokenFile != "" {
		t.Errorf("without use_oidc: %+v", s)
	}
	m := block()
	m.UseOIDC = types.BoolValue(true)
	if s := resolve(t.Context(), m, environment(ambient), &diags); s.oidcRequestURL == "" || s.oidcTokenFile != "/token" {
		t.Errorf("with use_oidc: %+v", s)
	}
}

func TestResolveEndpoints(t *testing.T) {
	for name, test := range map[string]struct {
		login, graph, manager string
		says                  string // "" = valid
	}{
		"https everywhere":        {"https://127.0.0.1:1", "https://127.0.0.1:1/", "https://127.0.0.1:1", ""},
		"http on loopback":        {"https://127.0.0.1:1", "http://127.0.0.1:2", "http://localhost:2", ""},
		"http elsewhere":          {"", "http://graph.example", "", "loopback"},
		"http for the log-in":     {"http://127.0.0.1:1", "", "", "credentials are sent"},
		"not an address":          {"", "graph.example", "", "not an address"},
		"a secret in the address": {"", "https://user:pass@graph.example", "", "not an address"},
	} {
		var diags diag.Diagnostics
		m := block()
		m.Endpoints = endpoints(test.login, test.graph, test.manager)
		s := resolve(t.Context(), m, environment(nil), &diags)
		switch {
		case test.says != "":
			if !diags.HasError() || !strings.Contains(diags[0].Detail(), test.says) {
				t.Errorf("%s: %v should say %q", name, diags, test.says)
			}
		case diags.HasError() || !s.customCloud || strings.HasSuffix(s.cloud.GraphURL, "/"):
			t.Errorf("%s: %+v %v", name, s.cloud, diags)
		}
	}
}

func TestUnknownArgumentsAreNotedAndFailNothing(t *testing.T) {
	var diags diag.Diagnostics
	m := block()
	m.ClientSecret, m.Endpoints, m.Mattermost = types.StringUnknown(), types.ObjectUnknown(endpointsType), types.ObjectUnknown(serverType)
	s := resolve(t.Context(), m, environment(nil), &diags)
	if diags.HasError() || !slices.Equal(s.azureUnknown, []string{"client_secret", "endpoints"}) || !slices.Equal(s.mattermostUnknown, []string{"mattermost"}) {
		t.Fatalf("%v %v %v", s.azureUnknown, s.mattermostUnknown, diags)
	}
	c := connect(s, "test", &diags)
	if diags.HasError() || c.entra != nil || c.mattermost != nil {
		t.Fatalf("unknown credentials must neither fail nor connect: %v", diags)
	}
	if c.canRefreshEntra(&diags) || diags.HasError() || diags.WarningsCount() != 1 {
		t.Errorf("a refresh keeps the state with a warning: %v", diags)
	}
	if c.needEntra(&diags) || !strings.Contains(diags.Errors()[0].Detail(), "client_secret") {
		t.Errorf("a change names the unknown arguments: %v", diags)
	}
}

func TestMissingSideSaysWhatIsMissing(t *testing.T) {
	var diags diag.Diagnostics
	c := connect(resolve(t.Context(), block(), environment(nil), &diags), "test", &diags)
	if diags.HasError() {
		t.Fatalf("an empty provider block is fine until a resource needs a side: %v", diags)
	}
	if c.needEntra(&diags) || !strings.Contains(diags[0].Detail(), "ARM_CLIENT_SECRET") {
		t.Errorf("%v", diags)
	}
	if c.needMattermost(&diags) || !strings.Contains(diags[1].Detail(), "MM_TOKEN") {
		t.Errorf("%v", diags)
	}
}

func TestBadArguments(t *testing.T) {
	for name, change := range map[string]func(*providerModel){
		"consistency_timeout": func(m *providerModel) { m.ConsistencyTimeout = types.StringValue("soon") },
		"environment":         func(m *providerModel) { m.Environment = types.StringValue("mars") },
		"client_certificate_path": func(m *providerModel) {
			m.ClientCertificatePath = types.StringValue(filepath.Join(t.TempDir(), "none.pem"))
		},
		"ca_certificates": func(m *providerModel) { m.CACertificates = types.StringValue("not PEM") },
		"client_secret without client_id": func(m *providerModel) {
			m.ClientSecret = types.StringValue("s")
		},
	} {
		var diags diag.Diagnostics
		m := block()
		change(&m)
		if s := resolve(t.Context(), m, environment(nil), &diags); !diags.HasError() {
			connect(s, "test", &diags)
		}
		if !diags.HasError() {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestConsistencyTimeoutAndFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte("pem"), 0o600); err != nil {
		t.Fatal(err)
	}
	var diags diag.Diagnostics
	m := block()
	m.ConsistencyTimeout, m.CACertificatesPath = types.StringValue("90s"), types.StringValue(file)
	s := resolve(t.Context(), m, environment(nil), &diags)
	if diags.HasError() || s.timeout != 90*time.Second || string(s.caCertificates) != "pem" {
		t.Fatalf("%+v %v", s, diags)
	}
}
