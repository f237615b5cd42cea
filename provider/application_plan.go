// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// unfinishedKey is where the private state keeps whether a create has not come to its end. Such a registration is
// tainted, and deletion_protection does not hold it. Terraform does not hand the private state to the deletion of a
// tainted object, so the state shows it too: it names no service principal.
const unfinishedKey = "unfinished"

// ModifyPlan refuses to destroy what is protected, and plans the redirect URIs and a service principal for a
// registration that has lost it.
func (r *applicationResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	defer r.clients.preflight(ctx, req, resp, applicationNeeds)
	if req.Plan.Raw.IsNull() {
		var state applicationModel
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if !resp.Diagnostics.HasError() {
			state.checkDeletion(&resp.Diagnostics)
		}
		return
	}
	var plan applicationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	uris := types.SetUnknown(types.StringType)
	if !plan.SiteURL.IsUnknown() && isFullyKnown(plan.ExtraRedirectURIs) {
		uris = setOf(plan.redirectURIs(ctx, &resp.Diagnostics))
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("redirect_uris"), uris)...)
	if req.State.Raw.IsNull() {
		return
	}
	var state applicationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	warnReported(ctx, state.ForeignCredentials, plan.ForeignCredentials, "foreign_credentials", "The application has credentials that nothing declares",
		"Whoever holds one can log in as the application. Remove it in the portal under App registrations, Certificates & secrets.", &resp.Diagnostics)
	if state.ServicePrincipalObjectID.IsNull() {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("service_principal_object_id"), types.StringUnknown())...)
	}
}

// checkDeletion refuses to delete a protected registration, unless it is half-made.
func (m applicationModel) checkDeletion(diags *diag.Diagnostics) bool {
	if !m.DeletionProtection.ValueBool() || m.ServicePrincipalObjectID.IsNull() {
		return true
	}
	diags.AddAttributeError(path.Root("deletion_protection"), "The application is protected from deletion",
		"The registration "+m.DisplayName.ValueString()+" with the client id "+m.ClientID.ValueString()+" has deletion_protection = true. "+
			"To delete or replace it, set deletion_protection = false, apply that, and then destroy it.")
	return false
}

func isUnfinished(ctx context.Context, private privateState) (unfinished bool) {
	if value, problems := private.GetKey(ctx, unfinishedKey); !problems.HasError() && len(value) > 0 {
		_ = json.Unmarshal(value, &unfinished) // unreadable: it is finished
	}
	return unfinished
}
