// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// channelLinkResource is msteamssync_channel_link: a Mattermost channel and a Teams channel that are one conversation.
type channelLinkResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure      = (*channelLinkResource)(nil)
	_ resource.ResourceWithIdentity       = (*channelLinkResource)(nil)
	_ resource.ResourceWithImportState    = (*channelLinkResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*channelLinkResource)(nil)
	_ resource.ResourceWithValidateConfig = (*channelLinkResource)(nil)
)

func newChannelLinkResource() resource.Resource { return &channelLinkResource{} }

func (r *channelLinkResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_channel_link"
}

func (r *channelLinkResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

// Create links the channels, or adopts the link when they are linked with each other already.
func (r *channelLinkResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan channelLinkModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	if !r.resolve(ctx, &plan, &resp.Diagnostics) {
		return
	}
	link, ok := r.ensure(ctx, plan.link(), plan.backfill(), &resp.Diagnostics)
	if !ok {
		return
	}
	plan.show(link)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

// resolve looks up the names that the plan could not.
func (r *channelLinkResource) resolve(ctx context.Context, plan *channelLinkModel, diags *diag.Diagnostics) bool {
	if plan.MattermostChannelID.IsUnknown() {
		id, err := r.mattermostChannel(ctx, *plan)
		if err != nil {
			diags.AddAttributeError(path.Root("mattermost_channel"), "The Mattermost channel was not found", err.Error()+". "+channelNameHint)
			return false
		}
		plan.MattermostChannelID = types.StringValue(id)
	}
	if !plan.TeamsChannelID.IsUnknown() {
		return true
	}
	var team, channel string
	err := r.clients.mattermost.WhenReady(ctx, func(ctx context.Context) (err error) {
		team, channel, err = r.teamsChannel(ctx, *plan)
		return err
	})
	if err != nil {
		diags.AddAttributeError(path.Root("teams_channel"), "The Teams channel was not found", err.Error())
		return false
	}
	plan.TeamsTeamID, plan.TeamsChannelID = types.StringValue(team), types.StringValue(channel)
	return true
}

// ensure returns the link that is wanted, made or found. One that is made brings older messages along.
func (r *channelLinkResource) ensure(ctx context.Context, want mattermost.Link, backfill mattermost.Backfill, diags *diag.Diagnostics) (mattermost.Link, bool) {
	server := r.clients.mattermost
	var links []mattermost.Link
	err := server.WhenReady(ctx, func(ctx context.Context) (err error) {
		links, err = server.Links(ctx)
		return err
	})
	if err != nil {
		diags.AddError("The channels were not linked", err.Error())
		return mattermost.Link{}, false
	}
	for _, l := range links {
		switch {
		case l.SameAs(want):
			text := fmt.Sprintf("The link %s, made at %s, now belongs to this resource.", l.ID, l.CreatedAt)
			if backfill != (mattermost.Backfill{}) {
				text += " No older messages are brought along: that happens only when a link is made."
			}
			diags.AddWarning("The channels were linked already", text)
			return l, true
		case l.ChannelID == want.ChannelID, l.TeamsChannelID == want.TeamsChannelID:
			diags.AddError("Another link is in the way", r.explainConflict(ctx, l, want))
			return mattermost.Link{}, false
		}
	}
	made, err := server.CreateLink(ctx, want, backfill)
	if err == nil {
		return made, true
	}
	// The answer may have been lost after the link was made.
	if links, lookErr := server.Links(ctx); lookErr == nil {
		for _, l := range links {
			if l.SameAs(want) {
				return l, true
			}
		}
	}
	diags.AddError("The channels were not linked", err.Error())
	return mattermost.Link{}, false
}

// explainConflict names the link that is in the way, and how to have it declared or removed.
func (r *channelLinkResource) explainConflict(ctx context.Context, holder, want mattermost.Link) string {
	name := holder.ChannelID
	if channel, err := r.clients.mattermost.Channel(ctx, holder.ChannelID); err == nil {
		name = fmt.Sprintf("%s (%s)", channel, channel.ID)
	}
	side := fmt.Sprintf("The Teams channel %s is linked already", want.TeamsChannelID)
	if holder.ChannelID == want.ChannelID {
		side = fmt.Sprintf("The Mattermost channel %s is linked already", name)
	}
	return fmt.Sprintf("%s: the link %s joins the Mattermost channel %s with the Teams channel %s of team %s. Remove it there with /msteams-sync unlink, or import it:\n\n  terraform import msteamssync_channel_link.NAME %s",
		side, holder.ID, name, holder.TeamsChannelID, holder.TeamsTeamID, holder.ChannelID)
}

func (r *channelLinkResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state channelLinkModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.clients.canRefreshMattermost(&resp.Diagnostics) {
		r.refresh(ctx, &state, resp)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
}

func (r *channelLinkResource) refresh(ctx context.Context, state *channelLinkModel, resp *resource.ReadResponse) {
	links, err := r.clients.mattermost.RecentLinks(ctx)
	importing := state.ID.IsNull()
	if err != nil && !importing && keptWhileDown(&resp.Diagnostics, "The link of the Mattermost channel "+state.MattermostChannelID.ValueString(), err) {
		return
	}
	if err != nil {
		resp.Diagnostics.AddError("The channel link cannot be read", err.Error())
		return
	}
	for _, l := range links {
		if l.ChannelID == state.MattermostChannelID.ValueString() {
			state.show(l)
			resp.Diagnostics.Append(resp.State.Set(ctx, *state)...)
			return
		}
	}
	if importing {
		resp.Diagnostics.AddError("There is no link to import", fmt.Sprintf("The Mattermost channel %s is not linked.", state.MattermostChannelID.ValueString()))
		return
	}
	resp.State.RemoveResource(ctx)
}

// Update changes what only Terraform knows: how the channels are named, the protection, and what counts only when a link is made.
func (r *channelLinkResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state channelLinkModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	plan.ID, plan.CreatedAt = state.ID, state.CreatedAt
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *channelLinkResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state channelLinkModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	refuseWhenProtected(&resp.Diagnostics, state, "destroyed")
	if resp.Diagnostics.HasError() || !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	err := r.clients.mattermost.DeleteLink(ctx, state.MattermostChannelID.ValueString())
	if err != nil && !leftBehind(&resp.Diagnostics, "The channel link", err) {
		resp.Diagnostics.AddError("The channels were not unlinked", err.Error())
	}
}

// ImportState takes "<team>/<channel>", the names in the Mattermost channel's address, or the channel's id.
func (r *channelLinkResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := strings.TrimSpace(req.ID)
	if id == "" {
		var identity channelLinkIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		id = identity.MattermostChannelID.ValueString()
	}
	if resp.Diagnostics.HasError() || !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	if team, name, named := strings.Cut(strings.Trim(id, "/"), "/"); named {
		channel, err := r.clients.mattermost.ChannelByName(ctx, team, strings.TrimPrefix(name, "channels/"))
		if err != nil {
			resp.Diagnostics.AddError("The channel to import was not found", fmt.Sprintf("%q is neither <team>/<channel> nor a channel id. %s\n\n%s", req.ID, channelNameHint, err))
			return
		}
		id = channel.ID
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("mattermost_channel_id"), id)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("deletion_protection"), false)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, channelLinkIdentity{types.StringValue(id)})...)
}
