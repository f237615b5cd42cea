// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// adminConsentResource is msteamssync_admin_consent: all that the tenant as a whole grants one application on Microsoft
// Graph. It is authoritative, so a permission that somebody grants by hand shows as a planned removal.
type adminConsentResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure   = (*adminConsentResource)(nil)
	_ resource.ResourceWithImportState = (*adminConsentResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*adminConsentResource)(nil)
	_ resource.ResourceWithIdentity    = (*adminConsentResource)(nil)
	_ resource.ResourceWithMoveState   = (*adminConsentResource)(nil)
)

func newAdminConsentResource() resource.Resource { return &adminConsentResource{} }

func (r *adminConsentResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_admin_consent"
}

func (r *adminConsentResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

func (m adminConsentModel) consent(ctx context.Context, diags *diag.Diagnostics) entra.Consent {
	var want entra.Consent
	for _, written := range itemsOf(ctx, m.Delegated, diags) {
		want.Delegated = append(want.Delegated, scopeName(written))
	}
	want.Application = permissionIDs(catalog.Application, itemsOf(ctx, m.Application, diags))
	return want
}

func (r *adminConsentResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan adminConsentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	want := plan.consent(ctx, &resp.Diagnostics)
	principal, err := r.clients.entra.AwaitServicePrincipal(ctx, entra.ClientID(plan.ClientID.ValueString()))
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("client_id"), "The application to grant consent to was not found", err.Error())
		return
	}
	plan.ServicePrincipalObjectID = types.StringValue(string(principal.ObjectID))
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.clients.applicationIdentity(plan.ClientID))...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, createdKey, createdNow())...)

	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	before, err := r.clients.entra.SetConsent(ctx, principal.ObjectID, want)
	if err != nil {
		resp.Diagnostics.AddError("Admin consent was not granted completely", err.Error())
		return
	}
	warnAdopted(&resp.Diagnostics, plan.ClientID.ValueString(), before, want)
}

// warnAdopted says what an existing consent held that was not declared, and what it lacked.
func warnAdopted(diags *diag.Diagnostics, clientID string, before, want entra.Consent) {
	if before.IsEmpty() {
		return
	}
	had := append(slices.Clone(before.Delegated), permissionNames(catalog.Application, before.Application)...)
	wanted := append(slices.Clone(want.Delegated), permissionNames(catalog.Application, want.Application)...)
	revoked, added := missingFrom(wanted, had), missingFrom(had, wanted)
	if len(revoked)+len(added) == 0 {
		return
	}
	text := "Application " + clientID + " had admin consent on Microsoft Graph already. It was taken over."
	if len(revoked) > 0 {
		text += " Revoked, because it is not declared: " + strings.Join(revoked, ", ") + "."
	}
	if len(added) > 0 {
		text += " Granted in addition: " + strings.Join(added, ", ") + "."
	}
	diags.AddWarning("Existing admin consent was adopted", text)
}

// missingFrom returns the names that list lacks, sorted.
func missingFrom(list, names []string) []string {
	var missing []string
	for _, name := range names {
		if !slices.ContainsFunc(list, func(have string) bool { return strings.EqualFold(have, name) }) {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	return missing
}

func (r *adminConsentResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state adminConsentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.clients.canRefreshEntra(&resp.Diagnostics) && r.identify(ctx, &state, &resp.Diagnostics) {
		r.refresh(ctx, req, resp, &state)
	}
	// Also when the resource has left the state: the framework asks for the identity in any case.
	if !isIdentified(req.Identity) {
		resp.Diagnostics.Append(resp.Identity.Set(ctx, r.clients.applicationIdentity(state.ClientID))...)
	}
}

// identify fills in the half of application and service principal that an import or a move leaves open.
func (r *adminConsentResource) identify(ctx context.Context, state *adminConsentModel, diags *diag.Diagnostics) bool {
	var principal entra.ServicePrincipal
	var err error
	switch {
	case state.ServicePrincipalObjectID.IsNull(): // import
		principal, err = r.clients.entra.ServicePrincipalByClientID(ctx, entra.ClientID(state.ClientID.ValueString()))
	case state.ClientID.IsNull(): // moved from azuread
		principal, err = r.clients.entra.ServicePrincipal(ctx, entra.ObjectID(state.ServicePrincipalObjectID.ValueString()))
	default:
		return true
	}
	if err != nil {
		diags.AddError("The application's consent cannot be read", err.Error())
		return false
	}
	state.ServicePrincipalObjectID = types.StringValue(string(principal.ObjectID))
	state.ClientID = types.StringValue(string(principal.ClientID))
	return true
}

func (r *adminConsentResource) refresh(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse, state *adminConsentModel) {
	id := entra.ObjectID(state.ServicePrincipalObjectID.ValueString())
	consent, err := r.clients.entra.Consent(ctx, id)
	if entra.IsNotFound(err) {
		var found verdict
		found, err = r.clients.judgeMissing(ctx, req.Private, id, func(ctx context.Context) (err error) {
			consent, err = r.clients.entra.Consent(ctx, id)
			return err
		})
		switch {
		case err == nil && found == gone:
			resp.State.RemoveResource(ctx)
			return
		case err == nil && found == tooRecent:
			warnTooRecent(&resp.Diagnostics, "The consent of application "+state.ClientID.ValueString())
			return
		}
	}
	if err != nil {
		resp.Diagnostics.AddError("The application's consent cannot be read", err.Error())
		return
	}
	state.Delegated = delegatedSpelling.refresh(ctx, state.Delegated, consent.Delegated, &resp.Diagnostics)
	state.Application = applicationSpelling.refresh(ctx, state.Application, permissionNames(catalog.Application, consent.Application), &resp.Diagnostics)
	var users []string
	for _, grant := range consent.Users {
		users = append(users, grant.String())
	}
	state.ForeignUserGrants = withReported(ctx, state.ForeignUserGrants, users, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *adminConsentResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan adminConsentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	want := plan.consent(ctx, &resp.Diagnostics)
	if _, err := r.clients.entra.SetConsent(ctx, entra.ObjectID(plan.ServicePrincipalObjectID.ValueString()), want); err != nil {
		resp.Diagnostics.AddError("Admin consent was not changed completely", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	if !isIdentified(req.Identity) {
		resp.Diagnostics.Append(resp.Identity.Set(ctx, r.clients.applicationIdentity(plan.ClientID))...)
	}
}

// Delete revokes what is granted for everybody. An application that is gone has taken its consent along.
func (r *adminConsentResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state adminConsentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	id := entra.ObjectID(state.ServicePrincipalObjectID.ValueString())
	if err := r.clients.entra.RevokeConsent(ctx, id); err != nil {
		resp.Diagnostics.AddError("Admin consent was not revoked", err.Error())
	}
}

// ImportState takes the application's client id.
func (r *adminConsentResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := strings.TrimSpace(req.ID)
	if id == "" {
		var identity applicationIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		id = identity.ClientID.ValueString()
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if _, err := uuid.Parse(id); err != nil {
		resp.Diagnostics.AddError("Invalid import id", fmt.Sprintf("%q is not a GUID; import with the application (client) id.", id))
		return
	}
	clientID := types.StringValue(strings.ToLower(id))
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("client_id"), clientID)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.clients.applicationIdentity(clientID))...)
}
