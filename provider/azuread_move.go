// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// azureadAddress ends the address of the provider hashicorp/azuread; the host before it depends on who serves it.
const azureadAddress = "hashicorp/azuread"

// azureadState is what is taken from a state of hashicorp/azuread. Everything else is read from Microsoft Graph in the
// refresh that follows a move.
type azureadState struct {
	ID            string `json:"id"` // a path that ends in an id, such as /applications/GUID; older versions: the id alone
	ObjectID      string `json:"object_id"`
	ClientID      string `json:"client_id"`
	ApplicationID string `json:"application_id"` // the client id, before version 3
	DisplayName   string `json:"display_name"`

	ServicePrincipal string `json:"service_principal_object_id"`
	User             string `json:"user_object_id"`
}

// fromAzuread moves states of the given resource types. take fills in the target, which is empty before.
func fromAzuread(take func(context.Context, azureadState, *resource.MoveStateResponse), types ...string) resource.StateMover {
	return resource.StateMover{StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
		if !strings.HasSuffix("/"+req.SourceProviderAddress, "/"+azureadAddress) || !slices.Contains(types, req.SourceTypeName) {
			return
		}
		var state azureadState
		if err := json.Unmarshal(req.SourceRawState.JSON, &state); err != nil {
			resp.Diagnostics.AddError("The state cannot be moved", fmt.Sprintf("The state of the %s cannot be read: %s", req.SourceTypeName, err))
			return
		}
		take(ctx, state, resp)
	}}
}

// MoveState takes registrations over from hashicorp/azuread. Their service principal is found by the client id.
func (r *applicationResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{fromAzuread(func(ctx context.Context, state azureadState, resp *resource.MoveStateResponse) {
		object, client := state.ObjectID, state.ClientID
		if object == "" {
			object = state.ID[strings.LastIndex(state.ID, "/")+1:]
		}
		if client == "" {
			client = state.ApplicationID
		}
		if !needGUID(&resp.Diagnostics, "object_id", object) || !needGUID(&resp.Diagnostics, "client_id", client) {
			return
		}
		resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root("id"), object)...)
		resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root("client_id"), client)...)
		resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root("display_name"), state.DisplayName)...)
	}, "azuread_application", "azuread_application_registration")}
}

// MoveState takes the tenant-wide grant on Microsoft Graph over from hashicorp/azuread. App roles that are granted
// belong to this resource as well; their azuread_app_role_assignment leaves the state by a removed block.
func (r *adminConsentResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{fromAzuread(func(ctx context.Context, state azureadState, resp *resource.MoveStateResponse) {
		if state.User != "" {
			resp.Diagnostics.AddError("The grant of a single user cannot be moved",
				"The azuread_service_principal_delegated_permission_grant holds what the user "+state.User+" has granted, and msteamssync_admin_consent is about what is granted for everybody. Let it leave the state with a removed block, and list it in foreign_user_grants.")
			return
		}
		if needGUID(&resp.Diagnostics, "service_principal_object_id", state.ServicePrincipal) {
			resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root("service_principal_object_id"), state.ServicePrincipal)...)
		}
	}, "azuread_service_principal_delegated_permission_grant")}
}

func needGUID(diags *diag.Diagnostics, attribute, value string) bool {
	if _, err := uuid.Parse(value); err != nil {
		diags.AddError("The state cannot be moved", fmt.Sprintf("The recorded state has no GUID in %s, but %q. Refresh it with the azuread provider first, or import the object by its client id instead.", attribute, value))
		return false
	}
	return true
}
