// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// longestBackfill is what the plugin takes, in days.
const longestBackfill = 240

// channelLinkModel is the state of msteamssync_channel_link. The ids are always there; the names are those of the
// configuration.
type channelLinkModel struct {
	ID                  types.String `tfsdk:"id"`
	MattermostChannelID types.String `tfsdk:"mattermost_channel_id"`
	MattermostTeam      types.String `tfsdk:"mattermost_team"`
	MattermostChannel   types.String `tfsdk:"mattermost_channel"`
	TeamsTeamID         types.String `tfsdk:"teams_team_id"`
	TeamsChannelID      types.String `tfsdk:"teams_channel_id"`
	TeamsTeam           types.String `tfsdk:"teams_team"`
	TeamsChannel        types.String `tfsdk:"teams_channel"`
	BackfillDays        types.Int64  `tfsdk:"backfill_days"`
	BackfillToTeamsDays types.Int64  `tfsdk:"backfill_to_teams_days"`
	DeletionProtection  types.Bool   `tfsdk:"deletion_protection"`
	CreatedAt           types.String `tfsdk:"created_at"`
}

func (r *channelLinkResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	id := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Computed: true, Validators: notEmpty, MarkdownDescription: description}
	}
	name := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Validators: notEmpty, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A link between a Mattermost channel and a channel of Microsoft Teams: messages travel both ways from its creation on. " +
			"Each side is given either by ids or by names. Names are looked up in every plan, so a channel that was deleted and made again under the same name shows as a replacement. " +
			"The plugin must be configured: let this resource depend on `msteamssync_plugin_config`.",
		Attributes: map[string]schema.Attribute{
			"id":                    schema.StringAttribute{Computed: true, PlanModifiers: kept, MarkdownDescription: "ID of the link."},
			"mattermost_channel_id": id("ID of the Mattermost channel. Give either this or `mattermost_team` and `mattermost_channel`. A change replaces the link."),
			"mattermost_team":       name("Name of the Mattermost channel's team as in its address, such as `engineering`; not the display name."),
			"mattermost_channel":    name("Name of the Mattermost channel as in its address, such as `town-square`; not the display name."),
			"teams_team_id":         id("ID of the team in Microsoft Teams (`groupId` in a link that Teams copies). Give either this and `teams_channel_id`, or `teams_team` and `teams_channel`. A change replaces the link."),
			"teams_channel_id":      id("ID of the channel in Microsoft Teams, like `19:…@thread.tacv2`. A change replaces the link."),
			"teams_team":            name("Display name of the team in Microsoft Teams, in any case. It must lead to exactly one team."),
			"teams_channel":         name("Display name of the channel in Microsoft Teams, in any case."),
			"backfill_days": schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.Between(0, longestBackfill)},
				MarkdownDescription: "Messages of the last so many days are brought along from Microsoft Teams when the link is made, from 0 to 240; in the background, with their own times and after everything else. " +
					"It counts only then: a change for a link that exists changes nothing and replaces nothing, and the link does not say what it was made with. Default: none."},
			"backfill_to_teams_days": schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.Between(0, longestBackfill)},
				MarkdownDescription: "Posts of the last so many days are brought along to Microsoft Teams when the link is made, from 0 to 240; in the background and after everything else, at most one in 1.2 seconds. " +
					"Teams takes no time but the present one: they are new messages there, of which people are notified, and each begins with the time at which it was written. It counts only when the link is made, like `backfill_days`. Default: none."},
			"deletion_protection": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "True refuses to destroy or replace the link, until an apply has set it to false. Default: false."},
			"created_at": schema.StringAttribute{Computed: true, PlanModifiers: kept, MarkdownDescription: "When the link was made, RFC 3339; older messages are not carried, except by `backfill_days` and `backfill_to_teams_days`."},
		},
	}
}

// channelLinkIdentity is what tells one link from another: a Mattermost channel has one link.
type channelLinkIdentity struct {
	MattermostChannelID types.String `tfsdk:"mattermost_channel_id"`
}

func (r *channelLinkResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"mattermost_channel_id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the Mattermost channel."},
	}}
}

// ValidateConfig wants each side in exactly one form. Values that are not known yet, as in a module before its input, may be
// given or null.
func (r *channelLinkResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config channelLinkModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	oneForm(&resp.Diagnostics, "mattermost_channel_id", "mattermost_channel_id, or mattermost_team and mattermost_channel",
		[]types.String{config.MattermostChannelID}, []types.String{config.MattermostTeam, config.MattermostChannel})
	oneForm(&resp.Diagnostics, "teams_channel_id", "teams_team_id and teams_channel_id, or teams_team and teams_channel",
		[]types.String{config.TeamsTeamID, config.TeamsChannelID}, []types.String{config.TeamsTeam, config.TeamsChannel})
}

func oneForm(diags *diag.Diagnostics, at, forms string, ids, names []types.String) {
	given := func(values []types.String) (known, unknown int) {
		for _, v := range values {
			switch {
			case v.IsUnknown():
				unknown++
			case !v.IsNull():
				known++
			}
		}
		return known, unknown
	}
	byID, mayID := given(ids)
	byName, mayName := given(names)
	whole := func(known, unknown, all int) bool { return known+unknown == all }
	if byID == 0 && whole(byName, mayName, len(names)) || byName == 0 && whole(byID, mayID, len(ids)) {
		return
	}
	diags.AddAttributeError(path.Root(at), "One form is needed", fmt.Sprintf("Give exactly one of: %s.", forms))
}

func (m channelLinkModel) identity() channelLinkIdentity {
	return channelLinkIdentity{m.MattermostChannelID}
}

func (m channelLinkModel) backfill() mattermost.Backfill {
	return mattermost.Backfill{FromTeams: m.BackfillDays.ValueInt64(), ToTeams: m.BackfillToTeamsDays.ValueInt64()}
}

func (m channelLinkModel) link() mattermost.Link {
	return mattermost.Link{ChannelID: m.MattermostChannelID.ValueString(), TeamsTeamID: m.TeamsTeamID.ValueString(), TeamsChannelID: m.TeamsChannelID.ValueString()}
}

// show takes over what the plugin says about the link.
func (m *channelLinkModel) show(l mattermost.Link) {
	m.ID, m.CreatedAt = types.StringValue(l.ID), types.StringValue(l.CreatedAt)
	m.MattermostChannelID, m.TeamsTeamID, m.TeamsChannelID = types.StringValue(l.ChannelID), types.StringValue(l.TeamsTeamID), types.StringValue(l.TeamsChannelID)
}
