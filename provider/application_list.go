// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

type applicationListModel struct {
	DisplayNamePrefix types.String `tfsdk:"display_name_prefix"`
	All               types.Bool   `tfsdk:"all"`
}

// newApplicationList is the list resource msteamssync_application.
func newApplicationList() list.ListResource {
	return newListing(listing{of: newApplicationResource, find: findApplications, schema: schema.Schema{
		MarkdownDescription: "Lists the app registrations of the tenant that belong to a bridge, i.e. that list the plugin's redirect URI for some Mattermost server.",
		Attributes: map[string]schema.Attribute{
			"display_name_prefix": schema.StringAttribute{Optional: true, MarkdownDescription: "Only registrations whose name begins like this; upper and lower case do not matter. Default: any name."},
			"all":                 schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether registrations without the plugin's redirect URI are listed too. Default: false."},
		},
	}})
}

func findApplications(ctx context.Context, c *clients, config tfsdk.Config, diags *diag.Diagnostics) iter.Seq2[listedObject, error] {
	var model applicationListModel
	diags.Append(config.Get(ctx, &model)...)
	if diags.HasError() || !c.needEntra(diags) {
		return nil
	}
	return shown(c.entra.Applications(ctx, model.DisplayNamePrefix.ValueString()), func(app entra.Application) (listedObject, bool, error) {
		id := types.StringValue(string(app.ClientID))
		return listedObject{
			name:     fmt.Sprintf("%s (%s)", app.DisplayName, app.ClientID),
			identity: c.applicationIdentity(id),
			importID: id.ValueString(),
		}, model.All.ValueBool() || belongsToBridge(app), nil
	})
}

// belongsToBridge says whether a registration lists the plugin's redirect URI for some server.
func belongsToBridge(app entra.Application) bool {
	suffix := catalog.PluginURL("", catalog.RouteRedirect)
	return slices.ContainsFunc(app.RedirectURIs, func(uri string) bool { return strings.HasSuffix(uri, suffix) })
}
