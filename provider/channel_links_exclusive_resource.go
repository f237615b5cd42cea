// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// channelLinksExclusiveResource is msteamssync_channel_links_exclusive: the whole list of links, so that one that somebody
// adds shows in a plan.
type channelLinksExclusiveResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure   = (*channelLinksExclusiveResource)(nil)
	_ resource.ResourceWithImportState = (*channelLinksExclusiveResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*channelLinksExclusiveResource)(nil)
)

func newChannelLinksExclusiveResource() resource.Resource { return &channelLinksExclusiveResource{} }

// What becomes of links that are not listed.
const (
	removeUnmanaged = "remove"
	reportUnmanaged = "report"
)

type channelLinksExclusiveModel struct {
	ID             types.String `tfsdk:"id"`
	LinkIDs        types.Set    `tfsdk:"link_ids"`
	Unmanaged      types.String `tfsdk:"unmanaged"`
	UnmanagedLinks types.Set    `tfsdk:"unmanaged_links"`
}

func (r *channelLinksExclusiveResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_channel_links_exclusive"
}

func (r *channelLinksExclusiveResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

func (r *channelLinksExclusiveResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The whole list of channel links on a server. A link that is not listed, because somebody made it with `/msteams-sync link`, shows as a planned change. " +
			"Declare it once per server. Destroying the resource leaves all links as they are.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "The plugin id, `com.mattermost.msteams-sync`."},
			"link_ids": schema.SetAttribute{ElementType: types.StringType, Required: true,
				MarkdownDescription: "IDs of the links that there may be, or of their Mattermost channels. An empty set means that there may be none."},
			"unmanaged": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(removeUnmanaged),
				Validators:          []validator.String{stringvalidator.OneOf(removeUnmanaged, reportUnmanaged)},
				MarkdownDescription: "What apply does with a link that is not listed: `remove` unlinks its channels; `report` leaves it, and every plan shows it until it is removed or listed. Default: `remove`."},
			"unmanaged_links": schema.SetAttribute{ElementType: types.StringType, Optional: true, Computed: true, Default: setdefault.StaticValue(setOf(nil)),
				MarkdownDescription: "IDs of the Mattermost channels whose links `link_ids` does not list. Those that are given here are tolerated, and may be gone; any other shows as a change. Default: empty, none is tolerated."},
		},
	}
}

// ModifyPlan names the links that creating the resource removes: there is no state yet that would show them.
func (r *channelLinksExclusiveResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || !req.State.Raw.IsNull() || r.clients == nil || r.clients.mattermost == nil {
		return
	}
	var plan channelLinksExclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !isFullyKnown(plan.LinkIDs) || !isFullyKnown(plan.UnmanagedLinks) || plan.Unmanaged.ValueString() != removeUnmanaged {
		return
	}
	links, err := r.clients.mattermost.Links(ctx)
	if err != nil {
		return // apply will say so
	}
	if extra := plan.toRemove(ctx, links, &resp.Diagnostics); len(extra) > 0 {
		resp.Diagnostics.AddAttributeWarning(path.Root("link_ids"), "Links will be removed",
			fmt.Sprintf("These Mattermost channels are linked and not listed; apply unlinks them: %s.", strings.Join(extra, ", ")))
	}
}

// extra are the Mattermost channels whose links are not listed.
func (m channelLinksExclusiveModel) extra(ctx context.Context, links []mattermost.Link, diags *diag.Diagnostics) []string {
	listed := itemsOf(ctx, m.LinkIDs, diags)
	var extra []string
	for _, l := range links {
		if !slices.Contains(listed, l.ID) && !slices.Contains(listed, l.ChannelID) {
			extra = append(extra, l.ChannelID)
		}
	}
	return extra
}

// toRemove are the extra ones that are not tolerated.
func (m channelLinksExclusiveModel) toRemove(ctx context.Context, links []mattermost.Link, diags *diag.Diagnostics) []string {
	tolerated := itemsOf(ctx, m.UnmanagedLinks, diags)
	return slices.DeleteFunc(m.extra(ctx, links, diags), func(channel string) bool { return slices.Contains(tolerated, channel) })
}

func (r *channelLinksExclusiveResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan channelLinksExclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.reach(ctx, &plan, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *channelLinksExclusiveResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan channelLinksExclusiveModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.reach(ctx, &plan, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// reach unlinks what is not listed and not tolerated, or says that it stays.
func (r *channelLinksExclusiveResource) reach(ctx context.Context, plan *channelLinksExclusiveModel, diags *diag.Diagnostics) bool {
	if !r.clients.needMattermost(diags) {
		return false
	}
	plan.ID = types.StringValue(catalog.PluginID)
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	server := r.clients.mattermost
	var links []mattermost.Link
	err := server.WhenReady(ctx, func(ctx context.Context) (err error) {
		links, err = server.Links(ctx)
		return err
	})
	if err != nil {
		diags.AddError("The links cannot be read", err.Error())
		return false
	}
	extra := plan.toRemove(ctx, links, diags)
	if plan.Unmanaged.ValueString() == reportUnmanaged {
		if len(extra) > 0 {
			diags.AddAttributeWarning(path.Root("unmanaged_links"), "Links are not listed",
				fmt.Sprintf("The links of the Mattermost channels %s stay. Every plan shows them until they are removed, or listed in link_ids or unmanaged_links.", strings.Join(extra, ", ")))
		}
		return true
	}
	for _, channel := range extra {
		if err := server.DeleteLink(ctx, channel); err != nil {
			diags.AddAttributeError(path.Root("unmanaged_links"), "A link was not removed", err.Error())
		}
	}
	return !diags.HasError()
}

func (r *channelLinksExclusiveResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state channelLinksExclusiveModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.canRefreshMattermost(&resp.Diagnostics) {
		return
	}
	importing := state.LinkIDs.IsNull()
	links, err := r.clients.mattermost.RecentLinks(ctx)
	if err != nil && !importing && keptWhileDown(&resp.Diagnostics, "The list of links", err) {
		return
	}
	if err != nil {
		resp.Diagnostics.AddError("The links cannot be read", err.Error())
		return
	}
	if importing {
		var channels []string
		for _, l := range links {
			channels = append(channels, l.ChannelID)
		}
		state.LinkIDs, state.Unmanaged = setOf(channels), types.StringValue(removeUnmanaged)
	}
	state.UnmanagedLinks = withReported(ctx, state.UnmanagedLinks, state.extra(ctx, links, &resp.Diagnostics), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// Delete gives up the list; the links stay.
func (r *channelLinksExclusiveResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

func (r *channelLinksExclusiveResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	importByPluginID(ctx, req, resp)
}

// importByPluginID imports what a server has once.
func importByPluginID(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if req.ID != catalog.PluginID {
		resp.Diagnostics.AddError("Unknown plugin id", fmt.Sprintf("%q cannot be imported; the id of the plugin is %s.", req.ID, catalog.PluginID))
		return
	}
	resource.ImportStatePassthroughID(ctx, path.Root("id"), req, resp)
}
