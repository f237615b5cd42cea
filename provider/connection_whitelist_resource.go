// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
)

// connectionWhitelistResource is msteamssync_connection_whitelist: who may connect while that is restricted. A server has
// one list.
type connectionWhitelistResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure   = (*connectionWhitelistResource)(nil)
	_ resource.ResourceWithImportState = (*connectionWhitelistResource)(nil)
)

func newConnectionWhitelistResource() resource.Resource { return &connectionWhitelistResource{} }

type connectionWhitelistModel struct {
	ID    types.String `tfsdk:"id"`
	Users types.Set    `tfsdk:"users"`
}

// userSpelling makes a user name or e-mail address in any case, with or without the @ before a user name, the same.
var userSpelling spelling = func(written string) string {
	return strings.ToLower(strings.TrimPrefix(strings.TrimSpace(written), "@"))
}

func (r *connectionWhitelistResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_connection_whitelist"
}

func (r *connectionWhitelistResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

func (r *connectionWhitelistResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The users who may connect a Microsoft Teams account while `connected_users_restricted` of `msteamssync_plugin_config` is true. " +
			"The list belongs to this resource as a whole: what somebody adds or takes away shows as a planned change. Users who are connected stay connected. Destroying the resource empties the list.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "The plugin id, `com.mattermost.msteams-sync`."},
			"users": schema.SetAttribute{ElementType: types.StringType, Required: true,
				PlanModifiers: []planmodifier.Set{keepSpelling(userSpelling)},
				Validators: []validator.Set{setvalidator.ValueStringsAre(stringvalidator.RegexMatches(regexp.MustCompile(`^[^\s,]+$`),
					"must be an e-mail address or a user name"))},
				MarkdownDescription: "E-mail addresses or user names of Mattermost users, in any case. An empty set lets nobody connect."},
		},
	}
}

func (r *connectionWhitelistResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan connectionWhitelistModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	var before []string
	err := r.clients.mattermost.WhenReady(ctx, func(ctx context.Context) (err error) {
		before, err = r.clients.mattermost.Whitelist(ctx)
		return err
	})
	if err != nil {
		resp.Diagnostics.AddError("The whitelist cannot be read", err.Error())
		return
	}
	if len(before) > 0 && !userSpelling.sameItems(before, itemsOf(ctx, plan.Users, &resp.Diagnostics)) {
		resp.Diagnostics.AddAttributeWarning(path.Root("users"), "A whitelist was replaced", fmt.Sprintf("Before, it held %s.", strings.Join(before, ", ")))
	}
	if r.write(ctx, &plan, &resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

func (r *connectionWhitelistResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan connectionWhitelistModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needMattermost(&resp.Diagnostics) || !r.write(ctx, &plan, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *connectionWhitelistResource) write(ctx context.Context, plan *connectionWhitelistModel, diags *diag.Diagnostics) bool {
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	plan.ID = types.StringValue(catalog.PluginID)
	if err := r.clients.mattermost.SetWhitelist(ctx, userSpelling.normal(itemsOf(ctx, plan.Users, diags))); err != nil {
		diags.AddAttributeError(path.Root("users"), "The whitelist was not written", err.Error())
	}
	return !diags.HasError()
}

func (r *connectionWhitelistResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state connectionWhitelistModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.canRefreshMattermost(&resp.Diagnostics) {
		return
	}
	users, err := r.clients.mattermost.Whitelist(ctx)
	if err != nil && !state.Users.IsNull() && keptWhileDown(&resp.Diagnostics, "The whitelist", err) {
		return
	}
	if err != nil {
		resp.Diagnostics.AddError("The whitelist cannot be read", err.Error())
		return
	}
	state.Users = userSpelling.refresh(ctx, state.Users, users, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *connectionWhitelistResource) Delete(ctx context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	if !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	err := r.clients.mattermost.SetWhitelist(ctx, nil)
	if err != nil && !leftBehind(&resp.Diagnostics, "The whitelist", err) {
		resp.Diagnostics.AddError("The whitelist was not emptied", err.Error())
	}
}

func (r *connectionWhitelistResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	importByPluginID(ctx, req, resp)
}
