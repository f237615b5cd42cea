// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

type normalizeSiteURLFunction struct{}

func newNormalizeSiteURLFunction() function.Function { return normalizeSiteURLFunction{} }

func (normalizeSiteURLFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "normalize_site_url"
}

func (normalizeSiteURLFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "A Mattermost site URL in one spelling",
		MarkdownDescription: "Returns a Mattermost site URL in the one spelling that the provider compares: scheme and host in lower case, without the default port and without a slash at the end. " +
			"Anything but https is an error, except http for localhost, because Microsoft Graph notifies https addresses only.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "url", MarkdownDescription: "Site URL of the Mattermost server, https.",
		}},
		Return: function.StringReturn{},
	}
}

func (normalizeSiteURLFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var siteURL string
	resp.Error = req.Arguments.Get(ctx, &siteURL)
	if resp.Error != nil {
		return
	}
	normal, err := catalog.NormalizeSiteURL(siteURL)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, normal)
}
