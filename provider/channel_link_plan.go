// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// ModifyPlan looks names up, so that the plan shows which channels they lead to now, and replaces a link whose channels
// change.
func (r *channelLinkResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, config, state channelLinkModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		refuseWhenProtected(&resp.Diagnostics, state, "destroyed")
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.planIDs(ctx, config, state, &plan, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !req.State.Raw.IsNull() {
		for name, change := range map[string][2]types.String{
			"mattermost_channel_id": {state.MattermostChannelID, plan.MattermostChannelID},
			"teams_team_id":         {state.TeamsTeamID, plan.TeamsTeamID},
			"teams_channel_id":      {state.TeamsChannelID, plan.TeamsChannelID},
		} {
			if !change[0].Equal(change[1]) {
				resp.RequiresReplace = append(resp.RequiresReplace, path.Root(name))
			}
		}
		if len(resp.RequiresReplace) > 0 {
			refuseWhenProtected(&resp.Diagnostics, state, "replaced")
			plan.ID, plan.CreatedAt = types.StringUnknown(), types.StringUnknown()
		} else {
			warnOfBackfill(&resp.Diagnostics, "backfill_days", state, state.BackfillDays, plan.BackfillDays)
			warnOfBackfill(&resp.Diagnostics, "backfill_to_teams_days", state, state.BackfillToTeamsDays, plan.BackfillToTeamsDays)
		}
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// warnOfBackfill says that a number of days that changes for a link that exists brings nothing along.
func warnOfBackfill(diags *diag.Diagnostics, attribute string, state channelLinkModel, before, after types.Int64) {
	if after.ValueInt64() > 0 && !after.Equal(before) {
		diags.AddAttributeWarning(path.Root(attribute), "No messages are brought along",
			fmt.Sprintf("The link of the Mattermost channel %s exists, and older messages are brought along only when a link is made. Destroy the link and make it again, if this is what you want.", state.MattermostChannelID.ValueString()))
	}
}

func refuseWhenProtected(diags *diag.Diagnostics, state channelLinkModel, what string) {
	if state.DeletionProtection.ValueBool() {
		diags.AddAttributeError(path.Root("deletion_protection"), "The link is protected",
			fmt.Sprintf("The link of the Mattermost channel %s with the Teams channel %s would be %s, but deletion_protection is true. Set it to false and apply that first, if this is what you want.",
				state.MattermostChannelID.ValueString(), state.TeamsChannelID.ValueString(), what))
	}
}

// planIDs plans the ids that the names lead to. What cannot be looked up now is known after apply on create, and stays as
// it is otherwise.
func (r *channelLinkResource) planIDs(ctx context.Context, config, state channelLinkModel, plan *channelLinkModel, diags *diag.Diagnostics) {
	if config.MattermostChannelID.IsNull() {
		plan.MattermostChannelID = types.StringUnknown()
		if known(config.MattermostTeam, config.MattermostChannel) && r.canLookUp() {
			channel, err := r.mattermostChannel(ctx, config)
			switch {
			case err == nil:
				plan.MattermostChannelID = types.StringValue(channel)
			case !r.unresolved(diags, path.Root("mattermost_channel"), state, err):
				plan.MattermostChannelID = keptID(state.MattermostChannelID)
			}
		}
	}
	if config.TeamsChannelID.IsNull() {
		plan.TeamsTeamID, plan.TeamsChannelID = types.StringUnknown(), types.StringUnknown()
		if known(config.TeamsTeam, config.TeamsChannel) && r.canLookUp() {
			team, channel, err := r.teamsChannel(ctx, config)
			switch {
			case err == nil:
				plan.TeamsTeamID, plan.TeamsChannelID = types.StringValue(team), types.StringValue(channel)
			case !r.unresolved(diags, path.Root("teams_channel"), state, err):
				plan.TeamsTeamID, plan.TeamsChannelID = keptID(state.TeamsTeamID), keptID(state.TeamsChannelID)
			}
		}
	}
}

func known(values ...types.String) bool {
	for _, v := range values {
		if v.IsNull() || v.IsUnknown() {
			return false
		}
	}
	return true
}

func (r *channelLinkResource) canLookUp() bool {
	return r.clients != nil && r.clients.mattermost != nil
}

// keptID is the id in the state, or unknown for a link that is still to be made.
func keptID(inState types.String) types.String {
	if inState.IsNull() {
		return types.StringUnknown()
	}
	return inState
}

// unresolved reports whether a name that leads nowhere is an error of the plan: it is for a link that exists, and for a
// name of several things. A new link's channels may be made in the same run; a side that does not answer decides nothing.
func (r *channelLinkResource) unresolved(diags *diag.Diagnostics, at path.Path, state channelLinkModel, err error) bool {
	named, ofTeams := errors.AsType[*mattermost.NameError](err)
	missing := ofTeams && len(named.IDs) == 0 || !ofTeams && mattermost.IsNotFound(err) && !mattermost.IsDown(err)
	switch {
	case ofTeams && len(named.IDs) > 0, missing && !state.ID.IsNull():
		diags.AddAttributeError(at, "The name does not lead to one channel", err.Error()+"."+renamedHint(state))
		return true
	case !mattermost.IsDown(err) && !state.ID.IsNull():
		diags.AddAttributeWarning(at, "The name was not looked up", err.Error())
	}
	return false
}

// renamedHint says what a link that exists is linked with, in case one of its channels was renamed.
func renamedHint(state channelLinkModel) string {
	if state.ID.IsNull() {
		return ""
	}
	return fmt.Sprintf(" The link joins the Mattermost channel %s with the Teams channel %s of team %s; if one of them was renamed, write its new name.",
		state.MattermostChannelID.ValueString(), state.TeamsChannelID.ValueString(), state.TeamsTeamID.ValueString())
}

func (r *channelLinkResource) mattermostChannel(ctx context.Context, m channelLinkModel) (id string, err error) {
	team, name := m.MattermostTeam.ValueString(), m.MattermostChannel.ValueString()
	channel, err := r.clients.mattermost.ChannelByName(ctx, team, name)
	if mattermost.IsNotFound(err) {
		return "", &mattermost.NameError{What: "Mattermost channel", Name: team + "/" + name}
	}
	return channel.ID, err
}

func (r *channelLinkResource) teamsChannel(ctx context.Context, m channelLinkModel) (team, channel string, err error) {
	t, err := r.clients.mattermost.TeamsTeamByName(ctx, m.TeamsTeam.ValueString())
	if err != nil {
		return "", "", err
	}
	c, err := r.clients.mattermost.TeamsChannelByName(ctx, t.ID, m.TeamsChannel.ValueString())
	return t.ID, c.ID, err
}
