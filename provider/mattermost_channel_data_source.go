// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// mattermostChannelDataSource is msteamssync_mattermost_channel. It needs no plugin.
type mattermostChannelDataSource struct{ teamsLookup }

var _ datasource.DataSourceWithConfigure = (*mattermostChannelDataSource)(nil)

func newMattermostChannelDataSource() datasource.DataSource { return &mattermostChannelDataSource{} }

func (d *mattermostChannelDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_mattermost_channel"
}

func (d *mattermostChannelDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	notEmpty := stringvalidator.LengthAtLeast(1)
	resp.Schema = schema.Schema{
		MarkdownDescription: "A channel of the Mattermost server, found by the names in its address or by its ID.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Optional: true, Computed: true,
				Validators:          []validator.String{notEmpty, stringvalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("channel_name"))},
				MarkdownDescription: "ID of the channel. Give either this or `team_name` and `channel_name`."},
			"team_name": schema.StringAttribute{Optional: true, Computed: true,
				Validators:          []validator.String{notEmpty, stringvalidator.AlsoRequires(path.MatchRoot("channel_name"))},
				MarkdownDescription: "Name of the channel's team as in its address, such as `engineering`; not the display name."},
			"channel_name": schema.StringAttribute{Optional: true, Computed: true,
				Validators:          []validator.String{notEmpty, stringvalidator.AlsoRequires(path.MatchRoot("team_name"))},
				MarkdownDescription: "Name of the channel as in its address, such as `town-square`; not the display name."},
			"display_name": schema.StringAttribute{Computed: true, MarkdownDescription: "Display name of the channel."},
			"team_id":      schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the channel's team; empty for direct and group messages."},
			"private":      schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the channel is private."},
			"archived":     schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the channel is archived. Archived channels are found by their ID only."},
		},
	}
}

type mattermostChannelModel struct {
	ID          types.String `tfsdk:"id"`
	TeamName    types.String `tfsdk:"team_name"`
	ChannelName types.String `tfsdk:"channel_name"`
	DisplayName types.String `tfsdk:"display_name"`
	TeamID      types.String `tfsdk:"team_id"`
	Private     types.Bool   `tfsdk:"private"`
	Archived    types.Bool   `tfsdk:"archived"`
}

func (d *mattermostChannelDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model mattermostChannelModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	var channel mattermost.Channel
	var err error
	if model.ID.IsNull() {
		channel, err = d.clients.mattermost.ChannelByName(ctx, model.TeamName.ValueString(), model.ChannelName.ValueString())
	} else {
		channel, err = d.clients.mattermost.Channel(ctx, model.ID.ValueString())
	}
	if err != nil {
		detail := err.Error()
		if mattermost.IsNotFound(err) && model.ID.IsNull() {
			detail = fmt.Sprintf("%s\n\n%s", channelNameHint, err)
		}
		resp.Diagnostics.AddError("The Mattermost channel was not found", detail)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, mattermostChannelModel{
		ID: types.StringValue(channel.ID), TeamName: keptSpelling(model.TeamName, channel.TeamName), ChannelName: keptSpelling(model.ChannelName, channel.Name),
		DisplayName: types.StringValue(channel.DisplayName), TeamID: types.StringValue(channel.TeamID),
		Private: types.BoolValue(channel.Private), Archived: types.BoolValue(channel.Archived),
	})...)
}

// channelNameHint says which of the names are meant.
const channelNameHint = "Both names are those in the channel's address, https://<server>/<team>/channels/<channel>, not the display names."
