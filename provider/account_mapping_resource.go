// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// accountMappingResource is msteamssync_account_mapping: a Teams account that a user may connect although its e-mail
// address is another one.
type accountMappingResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure   = (*accountMappingResource)(nil)
	_ resource.ResourceWithImportState = (*accountMappingResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*accountMappingResource)(nil)
)

func newAccountMappingResource() resource.Resource { return &accountMappingResource{} }

type accountMappingModel struct {
	ID                     types.String `tfsdk:"id"`
	MattermostUser         types.String `tfsdk:"mattermost_user"`
	TeamsUser              types.String `tfsdk:"teams_user"`
	TeamsUserID            types.String `tfsdk:"teams_user_id"`
	TeamsUserPrincipalName types.String `tfsdk:"teams_user_principal_name"`
}

func (r *accountMappingResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_account_mapping"
}

func (r *accountMappingResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

func (r *accountMappingResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	same := []planmodifier.String{keepEqual(func(a, b string) bool { return userSpelling(a) == userSpelling(b) })}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A pair of a Mattermost user and a Microsoft Teams account that may be connected although their e-mail addresses differ. " +
			"The user can then connect this account and no other, and nobody else can connect it. The user still has to log in at Microsoft. " +
			"Destroying the resource takes the approval back; what is connected stays connected.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the Mattermost user."},
			"mattermost_user": schema.StringAttribute{Required: true, Validators: notEmpty, PlanModifiers: same,
				MarkdownDescription: "User name, e-mail address or ID of the Mattermost user. Another user replaces the pair."},
			"teams_user": schema.StringAttribute{Required: true, Validators: notEmpty, PlanModifiers: same,
				MarkdownDescription: "User principal name or object ID of the Microsoft Teams account."},
			"teams_user_id":             schema.StringAttribute{Computed: true, MarkdownDescription: "Object ID of the Microsoft Teams account."},
			"teams_user_principal_name": schema.StringAttribute{Computed: true, MarkdownDescription: "User principal name of the account when it was approved."},
		},
	}
}

// ModifyPlan replaces the pair when the name leads to another user now, and promises new ids when the account changes.
func (r *accountMappingResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || req.State.Raw.IsNull() {
		return
	}
	var plan, state accountMappingModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.ID = r.userID(ctx, plan.MattermostUser, state, &resp.Diagnostics); !plan.ID.Equal(state.ID) {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("mattermost_user"), path.Root("id"))
	}
	plan.TeamsUserID, plan.TeamsUserPrincipalName = state.TeamsUserID, state.TeamsUserPrincipalName
	if !plan.TeamsUser.Equal(state.TeamsUser) && !isAccount(plan.TeamsUser.ValueString(), state) {
		plan.TeamsUserID, plan.TeamsUserPrincipalName = types.StringUnknown(), types.StringUnknown()
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// userID is the user that a name leads to now. Without an answer of the server it is the one in the state.
func (r *accountMappingResource) userID(ctx context.Context, written types.String, state accountMappingModel, diags *diag.Diagnostics) types.String {
	if written.IsUnknown() {
		return types.StringUnknown()
	}
	if r.clients == nil || r.clients.mattermost == nil {
		return state.ID
	}
	user, err := r.clients.mattermost.User(ctx, written.ValueString())
	switch {
	case mattermost.IsNotFound(err):
		diags.AddAttributeError(path.Root("mattermost_user"), "The Mattermost user was not found",
			fmt.Sprintf("%s The pair is of the user with the id %s; if that user was renamed, write the new name.", err, state.ID.ValueString()))
		return state.ID
	case err != nil:
		return state.ID // apply will say so
	}
	return types.StringValue(user.ID)
}

// isAccount says whether a user principal name or object id names the account in the state.
func isAccount(written string, state accountMappingModel) bool {
	return strings.EqualFold(written, state.TeamsUserID.ValueString()) || strings.EqualFold(written, state.TeamsUserPrincipalName.ValueString())
}

func (r *accountMappingResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan accountMappingModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	server := r.clients.mattermost
	user, err := server.User(ctx, plan.MattermostUser.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("mattermost_user"), "The Mattermost user was not found", err.Error())
		return
	}
	var before mattermost.AccountMapping
	err = server.WhenReady(ctx, func(ctx context.Context) (err error) {
		before, _, err = server.AccountMapping(ctx, user.ID)
		return err
	})
	if err != nil {
		resp.Diagnostics.AddError("The approved accounts cannot be read", err.Error())
		return
	}
	plan.ID = types.StringValue(user.ID)
	if !r.write(ctx, &plan, &resp.Diagnostics) {
		return
	}
	if before.TeamsUserID != "" && before.TeamsUserID != plan.TeamsUserID.ValueString() {
		resp.Diagnostics.AddAttributeWarning(path.Root("teams_user"), "Another account was approved for the user",
			fmt.Sprintf("%s was approved for %s and is not any more.", before.UserPrincipalName, user.Username))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *accountMappingResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan accountMappingModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needMattermost(&resp.Diagnostics) || !r.write(ctx, &plan, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// write approves the pair.
func (r *accountMappingResource) write(ctx context.Context, plan *accountMappingModel, diags *diag.Diagnostics) bool {
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	kept, err := r.clients.mattermost.PutAccountMapping(ctx, plan.ID.ValueString(), plan.TeamsUser.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("teams_user"), "The account was not approved", err.Error())
		return false
	}
	plan.TeamsUserID = types.StringValue(kept.TeamsUserID)
	if plan.TeamsUserPrincipalName.IsUnknown() {
		plan.TeamsUserPrincipalName = types.StringValue(kept.UserPrincipalName)
	}
	return true
}

func (r *accountMappingResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state accountMappingModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.canRefreshMattermost(&resp.Diagnostics) {
		return
	}
	importing := state.TeamsUser.IsNull()
	kept, found, err := r.clients.mattermost.AccountMapping(ctx, state.ID.ValueString())
	switch {
	case err != nil && !importing && keptWhileDown(&resp.Diagnostics, "The approved account of "+state.MattermostUser.ValueString(), err):
		return
	case err != nil:
		resp.Diagnostics.AddError("The approved account cannot be read", err.Error())
		return
	case !found && importing:
		resp.Diagnostics.AddError("There is no pair to import", fmt.Sprintf("No Teams account is approved for the Mattermost user %s.", state.MattermostUser.ValueString()))
		return
	case !found:
		resp.State.RemoveResource(ctx)
		return
	}
	state.TeamsUserID, state.TeamsUserPrincipalName = types.StringValue(kept.TeamsUserID), types.StringValue(kept.UserPrincipalName)
	if importing || !isAccount(state.TeamsUser.ValueString(), state) {
		state.TeamsUser = types.StringValue(kept.UserPrincipalName)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *accountMappingResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state accountMappingModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	err := r.clients.mattermost.DeleteAccountMapping(ctx, state.ID.ValueString())
	if err != nil && !leftBehind(&resp.Diagnostics, "The approved account", err) {
		resp.Diagnostics.AddError("The approved account was not withdrawn", err.Error())
	}
}

// ImportState takes the user name, e-mail address or id of the Mattermost user.
func (r *accountMappingResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	user, err := r.clients.mattermost.User(ctx, strings.TrimSpace(req.ID))
	if err != nil {
		resp.Diagnostics.AddError("The user to import was not found", fmt.Sprintf("%q is not the user name, e-mail address or id of a Mattermost user.\n\n%s", req.ID, err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), user.ID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("mattermost_user"), strings.TrimSpace(req.ID))...)
}
