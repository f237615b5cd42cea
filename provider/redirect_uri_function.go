// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

type redirectURIFunction struct{}

func newRedirectURIFunction() function.Function { return redirectURIFunction{} }

func (redirectURIFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "redirect_uri"
}

func (redirectURIFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             "The redirect URI of a Mattermost server",
		MarkdownDescription: "Returns the redirect URI to register in Entra for a Mattermost site URL, for example `https://chat.example.com/plugins/com.mattermost.msteams-sync/oauth-redirect`.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "site_url", MarkdownDescription: "Site URL of the Mattermost server, https.",
		}},
		Return: function.StringReturn{},
	}
}

func (redirectURIFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var siteURL string
	resp.Error = req.Arguments.Get(ctx, &siteURL)
	if resp.Error != nil {
		return
	}
	uri, err := catalog.RedirectURI(siteURL)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, uri)
}
