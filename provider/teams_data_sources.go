// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// teamsLookup is what the data sources that ask the plugin have in common.
type teamsLookup struct{ clients *clients }

// Configure implements datasource.DataSourceWithConfigure.
func (l *teamsLookup) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	l.clients = clientsFrom(req.ProviderData, &resp.Diagnostics)
}

// ask makes a call of the plugin's routes, waiting while the plugin starts.
func (l *teamsLookup) ask(ctx context.Context, diags *diag.Diagnostics, what string, call func(context.Context, *mattermost.Server) error) bool {
	if !l.clients.needMattermost(diags) {
		return false
	}
	server := l.clients.mattermost
	if err := server.WhenReady(ctx, func(ctx context.Context) error { return call(ctx, server) }); err != nil {
		diags.AddError(what+" was not found", err.Error())
		return false
	}
	return true
}

// byIDOrName are the two ways to name something, of which one is given.
func byIDOrName(what string) map[string]schema.Attribute {
	either := []validator.String{stringvalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("name")), stringvalidator.LengthAtLeast(1)}
	return map[string]schema.Attribute{
		"id": schema.StringAttribute{Optional: true, Computed: true, Validators: either,
			MarkdownDescription: fmt.Sprintf("ID of the %s. Give either this or `name`.", what)},
		"name": schema.StringAttribute{Optional: true, Computed: true, Validators: either,
			MarkdownDescription: fmt.Sprintf("Display name of the %s, in any case. It must lead to exactly one.", what)},
	}
}

// teamDataSource is msteamssync_team: a team of Microsoft Teams.
type teamDataSource struct{ teamsLookup }

var _ datasource.DataSourceWithConfigure = (*teamDataSource)(nil)

func newTeamDataSource() datasource.DataSource { return &teamDataSource{} }

func (d *teamDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_team"
}

func (d *teamDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A team of Microsoft Teams, found by its name or ID. The plugin asks Microsoft Graph as its own application, so it has to be installed and configured, and Azure credentials of the provider are not needed. Some old teams that nobody used for long lack the mark by which Graph finds teams; give their ID.",
		Attributes:          byIDOrName("team"),
	}
}

type teamModel struct {
	ID   types.String `tfsdk:"id"`
	Name types.String `tfsdk:"name"`
}

func (d *teamDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model teamModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var team mattermost.TeamsTeam
	found := d.ask(ctx, &resp.Diagnostics, "The Teams team", func(ctx context.Context, server *mattermost.Server) (err error) {
		if model.ID.IsNull() {
			team, err = server.TeamsTeamByName(ctx, model.Name.ValueString())
		} else {
			team, err = server.TeamsTeamByID(ctx, model.ID.ValueString())
		}
		return err
	})
	if found {
		resp.Diagnostics.Append(resp.State.Set(ctx, teamModel{ID: types.StringValue(team.ID), Name: keptSpelling(model.Name, team.DisplayName)})...)
	}
}

// keptSpelling is a name as the configuration spells it, or as it is where the configuration has none.
func keptSpelling(configured types.String, found string) types.String {
	if configured.IsNull() {
		return types.StringValue(found)
	}
	return configured
}

// channelDataSource is msteamssync_channel: a channel of Microsoft Teams.
type channelDataSource struct{ teamsLookup }

var _ datasource.DataSourceWithConfigure = (*channelDataSource)(nil)

func newChannelDataSource() datasource.DataSource { return &channelDataSource{} }

func (d *channelDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_channel"
}

func (d *channelDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := byIDOrName("channel")
	attributes["team_id"] = schema.StringAttribute{Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		MarkdownDescription: "ID of the Teams team that has the channel."}
	attributes["membership_type"] = schema.StringAttribute{Computed: true, MarkdownDescription: "`standard`, `private` or `shared`."}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A channel of Microsoft Teams, found by its name or ID. The plugin asks Microsoft Graph as its own application, so it has to be installed and configured.",
		Attributes:          attributes,
	}
}

type channelModel struct {
	TeamID         types.String `tfsdk:"team_id"`
	ID             types.String `tfsdk:"id"`
	Name           types.String `tfsdk:"name"`
	MembershipType types.String `tfsdk:"membership_type"`
}

func (d *channelDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model channelModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var channel mattermost.TeamsChannel
	found := d.ask(ctx, &resp.Diagnostics, "The Teams channel", func(ctx context.Context, server *mattermost.Server) (err error) {
		if model.ID.IsNull() {
			channel, err = server.TeamsChannelByName(ctx, model.TeamID.ValueString(), model.Name.ValueString())
		} else {
			channel, err = server.TeamsChannelByID(ctx, model.TeamID.ValueString(), model.ID.ValueString())
		}
		return err
	})
	if found {
		resp.Diagnostics.Append(resp.State.Set(ctx, channelModel{
			TeamID: model.TeamID, ID: types.StringValue(channel.ID), Name: keptSpelling(model.Name, channel.DisplayName), MembershipType: types.StringValue(channel.Membership),
		})...)
	}
}
