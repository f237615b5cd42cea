// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

type channelLinkListModel struct {
	TeamsTeamID types.String `tfsdk:"teams_team_id"`
}

// newChannelLinkList is the list resource msteamssync_channel_link.
func newChannelLinkList() list.ListResource {
	return newListing(listing{of: newChannelLinkResource, find: findChannelLinks, schema: schema.Schema{
		MarkdownDescription: "Lists the links between channels of Mattermost and of Microsoft Teams, whoever made them, oldest first.",
		Attributes: map[string]schema.Attribute{
			"teams_team_id": schema.StringAttribute{Optional: true, MarkdownDescription: "Only links with channels of this team in Microsoft Teams. Default: all links."},
		},
	}})
}

func findChannelLinks(ctx context.Context, c *clients, config tfsdk.Config, diags *diag.Diagnostics) iter.Seq2[listedObject, error] {
	var model channelLinkListModel
	diags.Append(config.Get(ctx, &model)...)
	if diags.HasError() || !c.needMattermost(diags) {
		return nil
	}
	team := model.TeamsTeamID.ValueString()
	links := inOneAnswer(func() ([]mattermost.Link, error) { return c.mattermost.Links(ctx) })
	return shown(links, func(link mattermost.Link) (listedObject, bool, error) {
		return listedObject{
			name:     fmt.Sprintf("%s and %s", link.ChannelID, link.TeamsChannelID),
			identity: channelLinkIdentity{types.StringValue(link.ChannelID)},
			importID: link.ChannelID,
		}, team == "" || team == link.TeamsTeamID, nil
	})
}
