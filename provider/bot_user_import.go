// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// botUserIdentity is what tells one account from another; a user principal name can change.
type botUserIdentity struct {
	TenantID types.String `tfsdk:"tenant_id"`
	ObjectID types.String `tfsdk:"object_id"`
}

func (r *botUserResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"tenant_id": identityschema.StringAttribute{OptionalForImport: true, Description: "Directory (tenant) ID."},
		"object_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Object ID of the account."},
	}}
}

func (r *botUserResource) identity(id types.String) botUserIdentity {
	return botUserIdentity{r.clients.tenant(), id}
}

// ImportState takes the user principal name or the object id.
func (r *botUserResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := strings.TrimSpace(req.ID)
	if id == "" {
		var identity botUserIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		id = identity.ObjectID.ValueString()
	}
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	user, err := r.clients.entra.User(ctx, id)
	if err != nil {
		resp.Diagnostics.AddError("The account to import was not found",
			fmt.Sprintf("No user of the tenant has the user principal name or object id %q.\n\n%s", id, err))
		return
	}
	object := types.StringValue(string(user.ObjectID))
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), object)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.identity(object))...)
}

// MoveState takes over azuread_user. The refresh that follows fills in what that resource does not have; its password is
// left behind.
func (r *botUserResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{{StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
		if req.SourceTypeName != "azuread_user" || !strings.HasSuffix(req.SourceProviderAddress, "/hashicorp/azuread") {
			return
		}
		var source struct {
			ID                string `json:"id"`
			ObjectID          string `json:"object_id"`
			UserPrincipalName string `json:"user_principal_name"`
			DisplayName       string `json:"display_name"`
			MailNickname      string `json:"mail_nickname"`
			UsageLocation     string `json:"usage_location"`
			AccountEnabled    bool   `json:"account_enabled"`
		}
		if req.SourceRawState == nil || json.Unmarshal(req.SourceRawState.JSON, &source) != nil || source.ObjectID == "" && source.ID == "" {
			resp.Diagnostics.AddError("The state of azuread_user cannot be moved",
				"It holds no object_id. Take the resource out of the state with a removed block and import the account by its user principal name.")
			return
		}
		if source.ObjectID == "" {
			source.ObjectID = source.ID[strings.LastIndex(source.ID, "/")+1:] // some versions write /users/<object id>
		}
		resp.Diagnostics.Append(resp.TargetState.Set(ctx, botUserModel{
			ID:                types.StringValue(source.ObjectID),
			UserPrincipalName: types.StringValue(source.UserPrincipalName),
			DisplayName:       types.StringValue(source.DisplayName),
			MailNickname:      types.StringValue(source.MailNickname),
			UsageLocation:     types.StringPointerValue(nilIfEmpty(source.UsageLocation)),
			AccountEnabled:    types.BoolValue(source.AccountEnabled),
			LicenseSKUs:       types.SetNull(types.StringType),
		})...)
	}}}
}
