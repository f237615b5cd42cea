// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// botUserModel is the state of msteamssync_bot_user. PasswordWO is in the configuration only.
type botUserModel struct {
	ID                types.String `tfsdk:"id"`
	UserPrincipalName types.String `tfsdk:"user_principal_name"`
	DisplayName       types.String `tfsdk:"display_name"`
	MailNickname      types.String `tfsdk:"mail_nickname"`
	UsageLocation     types.String `tfsdk:"usage_location"`
	LicenseSKUs       types.Set    `tfsdk:"license_skus"`
	AccountEnabled    types.Bool   `tfsdk:"account_enabled"`
	PasswordWO        types.String `tfsdk:"password_wo"`
	PasswordWOVersion types.Int64  `tfsdk:"password_wo_version"`

	RestoreDeleted     types.Bool `tfsdk:"restore_deleted"`
	DeletionProtection types.Bool `tfsdk:"deletion_protection"`
}

var (
	upnPattern      = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
	nicknamePattern = regexp.MustCompile(`^[^@\s()\\\[\]";:<>,]{1,64}$`)
	countryPattern  = regexp.MustCompile(`^[A-Z]{2}$`)
)

func (r *botUserResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The Microsoft 365 account that posts in Teams on behalf of people who have not connected an account. It needs a licence that includes Teams; a system admin connects it once with `/msteams-sync connect-bot`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Object ID of the account."},
			"user_principal_name": schema.StringAttribute{Required: true,
				PlanModifiers:       []planmodifier.String{keepEqual(strings.EqualFold)},
				Validators:          []validator.String{stringvalidator.RegexMatches(upnPattern, "must look like bridge@example.com")},
				MarkdownDescription: "User principal name, the log-in name. Its domain must be verified in the tenant."},
			"display_name": schema.StringAttribute{Required: true, Validators: []validator.String{stringvalidator.LengthBetween(1, 256)},
				MarkdownDescription: "Name shown in Teams."},
			"mail_nickname": schema.StringAttribute{Optional: true, Computed: true,
				PlanModifiers:       []planmodifier.String{nicknameFromUPN{}},
				Validators:          []validator.String{stringvalidator.RegexMatches(nicknamePattern, "must be 1 to 64 characters without spaces and @ ( ) \\ [ ] \" ; : < > ,")},
				MarkdownDescription: "Mail alias. Default: what stands before the @ of `user_principal_name`, or the alias that an imported account has."},
			"usage_location": schema.StringAttribute{Optional: true, Computed: true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				Validators:          []validator.String{stringvalidator.RegexMatches(countryPattern, "must be a two-letter country code in capitals, such as US")},
				MarkdownDescription: "Two-letter country code (ISO 3166) that Microsoft asks for before it assigns a licence. Default: not managed, the account's own is shown."},
			"license_skus": schema.SetAttribute{ElementType: types.StringType, Optional: true, Computed: true,
				PlanModifiers:       []planmodifier.Set{setplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Part numbers (such as `TEAMS_ENTERPRISE`) or SKU IDs of the licences that are assigned to the account itself; others are removed, `[]` removes all. What the account has through a group stays and does not count. Default: licences are left alone and shown."},
			"account_enabled": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether the account can sign in. Default: true."},
			"password_wo": schema.StringAttribute{Optional: true, Sensitive: true, WriteOnly: true,
				Validators:          []validator.String{stringvalidator.LengthBetween(8, 256)},
				MarkdownDescription: "Password, write-only: it is in neither state nor plan. Needed to create the account; sent again when `password_wo_version` changes."},
			"password_wo_version": schema.Int64Attribute{Optional: true,
				MarkdownDescription: "Any change of this number sends `password_wo`, which may be left out of plans that change nothing of it."},
			"restore_deleted": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether an account with this `user_principal_name` that was deleted within the last 30 days is restored, with its object ID and its chats, instead of creating another one. A warning says so. Default: true."},
			"deletion_protection": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether a plan that would delete the account fails. Default: false."},
		},
	}
}

// ValidateConfig asks for the country, without which Microsoft assigns no licence.
func (r *botUserResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config botUserModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if len(config.LicenseSKUs.Elements()) > 0 && config.UsageLocation.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("usage_location"), "Usage location is missing",
			"Microsoft assigns licences only to accounts with a usage location. Set usage_location to a two-letter country code such as US.")
	}
}

// ModifyPlan asks for the password before anything is created, and keeps a protected account.
func (r *botUserResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	defer r.clients.preflight(ctx, req, resp, botUserNeeds)
	if req.Plan.Raw.IsNull() {
		var state botUserModel
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		state.refuseDeletion(&resp.Diagnostics)
		return
	}
	var password types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("password_wo"), &password)...)
	if req.State.Raw.IsNull() && password.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("password_wo"), "Password is missing",
			"A new account needs a password. It is write-only: give it as an ephemeral variable or resource, so that it stands nowhere.")
	}
	needPasswordOfVersion(ctx, req, &resp.Diagnostics)
	if r.clients == nil || r.clients.entra == nil || req.State.Raw.IsNull() {
		return
	}
	r.keepSkuSpelling(ctx, req, resp)
}

// needPasswordOfVersion adds an error if password_wo_version changes and there is no password to send. A pipeline that only
// looks for drift needs none.
func needPasswordOfVersion(ctx context.Context, req resource.ModifyPlanRequest, diags *diag.Diagnostics) {
	if req.State.Raw.IsNull() || req.Plan.Raw.IsNull() {
		return
	}
	var password types.String
	var before, after types.Int64
	diags.Append(req.Config.GetAttribute(ctx, path.Root("password_wo"), &password)...)
	diags.Append(req.State.GetAttribute(ctx, path.Root("password_wo_version"), &before)...)
	diags.Append(req.Plan.GetAttribute(ctx, path.Root("password_wo_version"), &after)...)
	if password.IsNull() && !after.IsNull() && !after.IsUnknown() && !after.Equal(before) {
		diags.AddAttributeError(path.Root("password_wo"), "Password is missing",
			fmt.Sprintf("password_wo_version changes to %d, which sends the password, but password_wo is not set. Set it, or leave the version as it is.", after.ValueInt64()))
	}
}

// refuseDeletion adds an error if the account is protected.
func (m botUserModel) refuseDeletion(diags *diag.Diagnostics) {
	if m.DeletionProtection.ValueBool() {
		diags.AddAttributeError(path.Root("deletion_protection"), "The bot user is protected from deletion",
			fmt.Sprintf("%s has deletion_protection = true. Set it to false and apply that first, or take the resource out of the state with a removed block.", m.UserPrincipalName.ValueString()))
	}
}

func (m botUserModel) user() entra.User {
	return entra.User{
		ObjectID: entra.ObjectID(m.ID.ValueString()), UserPrincipalName: m.UserPrincipalName.ValueString(), DisplayName: m.DisplayName.ValueString(),
		MailNickname: m.MailNickname.ValueString(), UsageLocation: m.UsageLocation.ValueString(), Enabled: m.AccountEnabled.ValueBool(),
	}
}

// refresh takes over what the account is, but for its licences. What an import or a move does not say gets its default.
func (m *botUserModel) refresh(user entra.User) {
	m.ID = types.StringValue(string(user.ObjectID))
	if !strings.EqualFold(m.UserPrincipalName.ValueString(), user.UserPrincipalName) {
		m.UserPrincipalName = types.StringValue(user.UserPrincipalName)
	}
	m.DisplayName, m.MailNickname = types.StringValue(user.DisplayName), types.StringValue(user.MailNickname)
	m.AccountEnabled = types.BoolValue(user.Enabled)
	m.UsageLocation = types.StringPointerValue(nilIfEmpty(user.UsageLocation))
	if m.RestoreDeleted.IsNull() {
		m.RestoreDeleted = types.BoolValue(true)
	}
	if m.DeletionProtection.IsNull() {
		m.DeletionProtection = types.BoolValue(false)
	}
}

func nilIfEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// nicknameFromUPN plans the default of mail_nickname for a new account.
type nicknameFromUPN struct{}

func (nicknameFromUPN) Description(context.Context) string {
	return "Defaults to the local part of the user principal name."
}

func (m nicknameFromUPN) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (nicknameFromUPN) PlanModifyString(ctx context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if !req.ConfigValue.IsNull() {
		return
	}
	if !req.StateValue.IsNull() {
		resp.PlanValue = req.StateValue
		return
	}
	var upn types.String
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("user_principal_name"), &upn)...)
	if !upn.IsUnknown() && !upn.IsNull() {
		local, _, _ := strings.Cut(upn.ValueString(), "@")
		resp.PlanValue = types.StringValue(local)
	}
}
