// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// settings is the provider block after environment variables and defaults.
type settings struct {
	tenantID, clientID                      string
	clientSecret                            string
	certificate                             []byte
	certificatePassword                     string
	oidcToken, oidcTokenFile                string
	oidcRequestURL, oidcRequestToken        string
	useCLI                                  bool
	cloud                                   catalog.Cloud
	customCloud                             bool
	subscriptionID                          string
	caCertificates                          []byte
	mattermostURL, token, loginID, password string
	timeout                                 time.Duration
	azureUnknown, mattermostUnknown         []string
}

// resolver reads arguments: the configuration first, then the environment. Unknown ones are noted by name.
type resolver struct {
	getenv  func(string) string
	diags   *diag.Diagnostics
	unknown []string
}

func (r *resolver) text(value types.String, name string, environment ...string) string {
	if value.IsUnknown() {
		r.unknown = append(r.unknown, name)
		return ""
	}
	if !value.IsNull() {
		return value.ValueString()
	}
	for _, variable := range environment {
		if found := r.getenv(variable); found != "" {
			return found
		}
	}
	return ""
}

func (r *resolver) truth(value types.Bool, name, environment string) bool {
	if value.IsUnknown() {
		r.unknown = append(r.unknown, name)
		return false
	}
	if !value.IsNull() {
		return value.ValueBool()
	}
	text := r.getenv(environment)
	if text == "" {
		return false
	}
	on, err := strconv.ParseBool(text)
	if err != nil {
		r.diags.AddError("Invalid environment variable", fmt.Sprintf("%s is %q; it must be true or false.", environment, text))
	}
	return on
}

// file returns the text of an argument, or what stands in the file that the other argument names.
func (r *resolver) file(text, file string, at path.Path) []byte {
	if text != "" || file == "" {
		return []byte(text)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		r.diags.AddAttributeError(at, "File cannot be read", err.Error())
	}
	return content
}

// address checks an override: https, or http on loopback where plain allows it.
func (r *resolver) address(value, name string, plain bool) string {
	if value == "" {
		return ""
	}
	at := path.Root("endpoints").AtName(name)
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		r.diags.AddAttributeError(at, "Invalid address", fmt.Sprintf("%q is not an address like https://host.example:8443.", value))
		return ""
	}
	if u.Scheme == "https" || u.Scheme == "http" && plain && isLoopback(u.Hostname()) {
		return strings.TrimRight(value, "/")
	}
	if plain {
		r.diags.AddAttributeError(at, "Insecure address", fmt.Sprintf("%q must start with https://, because access tokens are sent to it; http is for loopback addresses only.", value))
	} else {
		r.diags.AddAttributeError(at, "Insecure address", fmt.Sprintf("%q must start with https://, because credentials are sent to it.", value))
	}
	return ""
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// resolve turns the provider block into settings.
func resolve(ctx context.Context, m providerModel, getenv func(string) string, diags *diag.Diagnostics) settings {
	r := &resolver{getenv: getenv, diags: diags}
	var s settings

	timeout := r.text(m.ConsistencyTimeout, "consistency_timeout")
	if timeout != "" {
		var err error
		if s.timeout, err = time.ParseDuration(timeout); err != nil || s.timeout <= 0 {
			diags.AddAttributeError(path.Root("consistency_timeout"), "Invalid duration", fmt.Sprintf("%q is not a positive duration such as 90s or 5m.", timeout))
		}
	}
	s.caCertificates = r.file(r.text(m.CACertificates, "ca_certificates"),
		r.text(m.CACertificatesPath, "ca_certificates_path", "ARM_CA_CERTIFICATES_PATH"), path.Root("ca_certificates_path"))
	shared := r.unknown

	r.unknown = nil
	r.azure(ctx, m, &s)
	s.azureUnknown = append(r.unknown, shared...)

	r.unknown = nil
	var server mattermostModel
	if m.Mattermost.IsUnknown() {
		r.unknown = append(r.unknown, "mattermost")
	} else if !m.Mattermost.IsNull() {
		diags.Append(m.Mattermost.As(ctx, &server, basetypes.ObjectAsOptions{})...)
	}
	s.mattermostURL = r.text(server.URL, "mattermost.url", "MM_URL")
	s.token = r.text(server.Token, "mattermost.token", "MM_TOKEN")
	s.loginID = r.text(server.LoginID, "mattermost.login_id", "MM_LOGIN_ID")
	s.password = r.text(server.Password, "mattermost.password", "MM_PASSWORD")
	s.mattermostUnknown = append(r.unknown, shared...)
	return s
}

func (r *resolver) azure(ctx context.Context, m providerModel, s *settings) {
	s.tenantID = r.text(m.TenantID, "tenant_id", "ARM_TENANT_ID", "AZURE_TENANT_ID")
	s.clientID = r.text(m.ClientID, "client_id", "ARM_CLIENT_ID", "AZURE_CLIENT_ID")
	s.clientSecret = r.text(m.ClientSecret, "client_secret", "ARM_CLIENT_SECRET", "AZURE_CLIENT_SECRET")
	s.certificate = r.file(r.text(m.ClientCertificate, "client_certificate"),
		r.text(m.ClientCertificatePath, "client_certificate_path", "ARM_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PATH"),
		path.Root("client_certificate_path"))
	s.certificatePassword = r.text(m.ClientCertificatePassword, "client_certificate_password", "ARM_CLIENT_CERTIFICATE_PASSWORD", "AZURE_CLIENT_CERTIFICATE_PASSWORD")
	s.subscriptionID = r.text(m.SubscriptionID, "subscription_id", "ARM_SUBSCRIPTION_ID", "AZURE_SUBSCRIPTION_ID")
	s.useCLI = r.truth(m.UseCLI, "use_cli", "ARM_USE_CLI")

	// The environment of a CI job often holds a token that the job does not mean for this: it counts only with use_oidc.
	if r.truth(m.UseOIDC, "use_oidc", "ARM_USE_OIDC") {
		s.oidcToken = r.text(m.OIDCToken, "oidc_token", "ARM_OIDC_TOKEN")
		s.oidcTokenFile = r.text(m.OIDCTokenFilePath, "oidc_token_file_path", "ARM_OIDC_TOKEN_FILE_PATH", "AZURE_FEDERATED_TOKEN_FILE")
		s.oidcRequestURL = r.text(types.StringNull(), "", "ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL")
		s.oidcRequestToken = r.text(types.StringNull(), "", "ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
	} else if m.UseOIDC.IsNull() {
		s.oidcToken = r.text(m.OIDCToken, "oidc_token")
		s.oidcTokenFile = r.text(m.OIDCTokenFilePath, "oidc_token_file_path")
	}

	name := r.text(m.Environment, "environment", "ARM_ENVIRONMENT")
	if name == "" {
		name = "public"
	}
	cloud, ok := catalog.CloudByName(name)
	if !ok {
		r.diags.AddAttributeError(path.Root("environment"), "Unknown cloud", fmt.Sprintf("%q is not one of public, usgov, usgovdod and china.", name))
	}
	var overrides endpointsModel
	if m.Endpoints.IsUnknown() {
		r.unknown = append(r.unknown, "endpoints")
	} else if !m.Endpoints.IsNull() {
		r.diags.Append(m.Endpoints.As(ctx, &overrides, basetypes.ObjectAsOptions{})...)
	}
	if login := r.address(r.text(overrides.AuthorityHost, "endpoints.authority_host", "AZURE_AUTHORITY_HOST"), "authority_host", false); login != "" {
		s.customCloud = s.customCloud || login != cloud.LoginURL
		cloud.LoginURL = login
	}
	if graph := r.address(r.text(overrides.Graph, "endpoints.graph", "ARM_MSGRAPH_ENDPOINT"), "graph", true); graph != "" {
		s.customCloud = s.customCloud || graph != cloud.GraphURL
		cloud.GraphURL = graph
	}
	if manager := r.address(r.text(overrides.ResourceManager, "endpoints.resource_manager", "ARM_RESOURCE_MANAGER_ENDPOINT"), "resource_manager", true); manager != "" && manager != cloud.ResourceManagerURL {
		s.customCloud = true
		cloud.ResourceManagerURL, cloud.ResourceManagerAud = manager, manager
	}
	s.cloud = cloud
}
