// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

type adminConsentURLFunction struct{}

func newAdminConsentURLFunction() function.Function { return adminConsentURLFunction{} }

func (adminConsentURLFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "admin_consent_url"
}

func (adminConsentURLFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Where an administrator consents in person",
		MarkdownDescription: "Returns the address at which an administrator of the tenant grants an application everything that its registration requests at Microsoft Graph. " +
			"It is for tenants in which Terraform's own identity may not grant consent; otherwise use `msteamssync_admin_consent`. Entra sends the administrator's browser to the plugin's redirect URI afterwards.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "tenant_id", MarkdownDescription: "Directory (tenant) ID, or a domain name of the tenant. `common` does not work."},
			function.StringParameter{Name: "client_id", MarkdownDescription: "Application (client) ID of the registration."},
			function.StringParameter{Name: "site_url", MarkdownDescription: "Site URL of the Mattermost server, https. The registration must list its redirect URI."},
		},
		VariadicParameter: function.StringParameter{
			Name: "cloud", MarkdownDescription: "Microsoft cloud: `public`, `usgov`, `usgovdod` or `china`; or the log-in address of another one, and then its Microsoft Graph address, which is `https://graph.microsoft.com` if it is left out. Default: `public`.",
		},
		Return: function.StringReturn{},
	}
}

func (adminConsentURLFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var tenant, client, site string
	var where []string
	resp.Error = req.Arguments.Get(ctx, &tenant, &client, &site, &where)
	if resp.Error != nil {
		return
	}
	if !tenantPattern.MatchString(tenant) {
		resp.Error = function.NewArgumentFuncError(0, fmt.Sprintf("%q is neither a directory (tenant) ID nor a domain name of the tenant.", tenant))
		return
	}
	if !guidPattern.MatchString(client) {
		resp.Error = function.NewArgumentFuncError(1, fmt.Sprintf("%q is not an application (client) ID, which is a GUID.", client))
		return
	}
	redirect, err := catalog.RedirectURI(site)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(2, err.Error())
		return
	}
	cloud, err := cloudOf(where)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(3, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, catalog.AdminConsentURL(cloud, tenant, client, redirect))
}

// cloudOf finds a cloud by its name, or makes one of a log-in address and a Microsoft Graph address.
func cloudOf(where []string) (catalog.Cloud, error) {
	public, _ := catalog.CloudByName("public")
	switch len(where) {
	case 0:
		return public, nil
	case 1:
		if named, ok := catalog.CloudByName(where[0]); ok {
			return named, nil
		}
	case 2:
		public.GraphURL = where[1]
	default:
		return public, fmt.Errorf("there are %d arguments for the cloud; give its name, or its log-in address and its Microsoft Graph address", len(where))
	}
	for _, address := range where {
		if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
			return public, fmt.Errorf("%q is neither a cloud (public, usgov, usgovdod, china) nor an address like https://login.example.com", address)
		}
	}
	public.LoginURL, public.GraphURL = strings.TrimRight(where[0], "/"), strings.TrimRight(public.GraphURL, "/")
	return public, nil
}
