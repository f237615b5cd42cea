// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// applicationResource is msteamssync_application: an app registration and its service principal, which are 1:1.
type applicationResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure   = (*applicationResource)(nil)
	_ resource.ResourceWithImportState = (*applicationResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*applicationResource)(nil)
	_ resource.ResourceWithIdentity    = (*applicationResource)(nil)
	_ resource.ResourceWithMoveState   = (*applicationResource)(nil)
)

func newApplicationResource() resource.Resource { return &applicationResource{} }

func (r *applicationResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_application"
}

func (r *applicationResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

// applicationIdentity is what tells one registration from another.
type applicationIdentity struct {
	TenantID types.String `tfsdk:"tenant_id"`
	ClientID types.String `tfsdk:"client_id"`
}

func (r *applicationResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"tenant_id": identityschema.StringAttribute{OptionalForImport: true, Description: "Directory (tenant) ID."},
		"client_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Application (client) ID."},
	}}
}

// applicationIdentity is the identity of what belongs to one application.
func (c *clients) applicationIdentity(clientID types.String) applicationIdentity {
	return applicationIdentity{c.tenant(), clientID}
}

func (r *applicationResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan applicationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	want := plan.application(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()

	app, reused, err := r.register(ctx, plan, want, &resp.Diagnostics)
	if err != nil {
		addRegistrationError(&resp.Diagnostics, "The application was not registered", err)
		return
	}
	want.ObjectID = app.ObjectID
	plan.ID, plan.ClientID = types.StringValue(string(app.ObjectID)), types.StringValue(string(app.ClientID))
	plan.ServicePrincipalObjectID = types.StringNull()
	plan.RedirectURIs = setOf(want.RedirectURIs)
	keep := func(unfinished string) {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, r.clients.applicationIdentity(plan.ClientID))...)
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, createdKey, createdNow())...)
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, unfinishedKey, []byte(unfinished))...)
	}
	if reused {
		// Not in the state before it is what the plan says: a failure would taint it, and the next apply delete what somebody
		// else may use. It is found again instead.
		if err := r.clients.entra.UpdateApplication(ctx, want); err != nil {
			addRegistrationError(&resp.Diagnostics, "The application was not changed", err)
			return
		}
	} else {
		keep("true") // before anything waits: whatever goes wrong from here on, Terraform knows the registration
	}
	principal, err := r.ensurePrincipal(ctx, app.ClientID)
	if err != nil {
		resp.Diagnostics.AddError("The application has no service principal yet",
			fmt.Sprintf("The application is registered with client id %s, but its service principal could not be made. The next apply goes on with this registration, so the client id stays.\n\n%s", app.ClientID, err))
		return
	}
	if !r.setOwners(ctx, plan, &resp.Diagnostics) {
		return
	}
	plan.ServicePrincipalObjectID = types.StringValue(string(principal.ObjectID))
	keep("false")
}

// setOwners writes the owners last, because it may take the right to change the registration from whom it runs as.
func (r *applicationResource) setOwners(ctx context.Context, plan applicationModel, diags *diag.Diagnostics) bool {
	if plan.Owners.IsNull() {
		return true
	}
	if err := r.clients.entra.SetOwners(ctx, entra.ObjectID(plan.ID.ValueString()), itemsOf(ctx, plan.Owners, diags)); err != nil {
		diags.AddAttributeError(path.Root("owners"), "The owners were not set completely",
			"Each owner must be the object id of a user or of a service principal of this tenant; the object id of an app registration is another one.\n\n"+err.Error())
		return false
	}
	return true
}

// ensurePrincipal makes the service principal, or adopts the one that is there, enabled and open to everybody.
func (r *applicationResource) ensurePrincipal(ctx context.Context, id entra.ClientID) (entra.ServicePrincipal, error) {
	principal, err := r.clients.entra.CreateServicePrincipal(ctx, id)
	if err != nil || principal.Enabled && !principal.AssignmentRequired {
		return principal, err
	}
	principal.Enabled, principal.AssignmentRequired = true, false
	return principal, r.clients.entra.UpdateServicePrincipal(ctx, principal)
}

func (r *applicationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state applicationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.clients.canRefreshEntra(&resp.Diagnostics) {
		r.refresh(ctx, req, resp, &state)
	}
	// Also when the resource has left the state: the framework asks for the identity in any case.
	if !isIdentified(req.Identity) {
		resp.Diagnostics.Append(resp.Identity.Set(ctx, r.clients.applicationIdentity(state.ClientID))...)
	}
}

func (r *applicationResource) refresh(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse, state *applicationModel) {
	id, owners := entra.ObjectID(state.ID.ValueString()), !state.Owners.IsNull()
	look := func(ctx context.Context) (entra.Registration, error) {
		return r.clients.entra.Registration(ctx, id, entra.ClientID(state.ClientID.ValueString()), owners)
	}
	found, err := look(ctx)
	if entra.IsNotFound(err) {
		var missing verdict
		missing, err = r.clients.judgeMissing(ctx, req.Private, id, func(ctx context.Context) (err error) {
			found, err = look(ctx)
			return err
		})
		switch {
		case err == nil && missing == gone:
			resp.State.RemoveResource(ctx)
			return
		case err == nil && missing == tooRecent:
			warnTooRecent(&resp.Diagnostics, "The application "+state.DisplayName.ValueString())
			return
		}
	}
	if err != nil {
		resp.Diagnostics.AddError("The application cannot be read", err.Error())
		return
	}
	state.refreshRegistration(ctx, found, &resp.Diagnostics)
	switch {
	case isUnfinished(ctx, req.Private): // the next apply finishes it
	case found.Principal != nil:
		state.refreshPrincipal(*found.Principal)
	default:
		r.principalMissing(ctx, req, resp, state)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// principalMissing keeps a young service principal and plans to make a deleted one again.
func (r *applicationResource) principalMissing(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse, state *applicationModel) {
	if id := entra.ObjectID(state.ServicePrincipalObjectID.ValueString()); id != "" {
		var principal entra.ServicePrincipal
		found, err := r.clients.judgeMissing(ctx, req.Private, id, func(ctx context.Context) (err error) {
			principal, err = r.clients.entra.ServicePrincipal(ctx, id)
			return err
		})
		switch {
		case err != nil:
			resp.Diagnostics.AddError("The application's service principal cannot be read", err.Error())
			return
		case found == tooRecent:
			warnTooRecent(&resp.Diagnostics, "The service principal of "+state.DisplayName.ValueString())
			return
		case found == present:
			state.refreshPrincipal(principal)
			return
		}
	}
	state.ServicePrincipalObjectID = types.StringNull()
	state.ServicePrincipalEnabled = types.BoolValue(false)
	state.AppRoleAssignmentRequired = types.BoolValue(false)
}

func (r *applicationResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state applicationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	want := plan.application(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	want.ObjectID = entra.ObjectID(state.ID.ValueString())
	if err := r.clients.entra.UpdateApplication(ctx, want); err != nil {
		addRegistrationError(&resp.Diagnostics, "The application was not changed", err)
		return
	}
	if err := r.updatePrincipal(ctx, &plan, state); err != nil {
		resp.Diagnostics.AddError("The application's service principal was not changed", err.Error())
		return
	}
	plan.ID, plan.ClientID, plan.RedirectURIs = state.ID, state.ClientID, setOf(want.RedirectURIs)
	if !plan.Owners.Equal(state.Owners) && !r.setOwners(ctx, plan, &resp.Diagnostics) {
		return
	}
	if state.ServicePrincipalObjectID.IsNull() { // the new service principal is young
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, createdKey, createdNow())...)
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, unfinishedKey, []byte("false"))...)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	if !isIdentified(req.Identity) {
		resp.Diagnostics.Append(resp.Identity.Set(ctx, r.clients.applicationIdentity(plan.ClientID))...)
	}
}

func (r *applicationResource) updatePrincipal(ctx context.Context, plan *applicationModel, state applicationModel) error {
	if state.ServicePrincipalObjectID.IsNull() {
		principal, err := r.ensurePrincipal(ctx, entra.ClientID(state.ClientID.ValueString()))
		plan.ServicePrincipalObjectID = types.StringValue(string(principal.ObjectID))
		return err
	}
	plan.ServicePrincipalObjectID = state.ServicePrincipalObjectID
	if state.ServicePrincipalEnabled.ValueBool() && !state.AppRoleAssignmentRequired.ValueBool() {
		return nil
	}
	return r.clients.entra.UpdateServicePrincipal(ctx, entra.ServicePrincipal{
		ObjectID: entra.ObjectID(state.ServicePrincipalObjectID.ValueString()), Enabled: true, AssignmentRequired: false,
	})
}

func (r *applicationResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state applicationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	if !state.checkDeletion(&resp.Diagnostics) {
		return
	}
	if r.clients.entra.Claimed(state.ID.ValueString()) { // replaced with create_before_destroy
		resp.Diagnostics.AddWarning("The application was not deleted",
			"The replacement of this resource has adopted the same registration, because name and site are the same. To get a new client id, delete the registration first: without create_before_destroy, and with restore_deleted = false.")
		return
	}
	if err := r.clients.entra.DeleteApplication(ctx, entra.ObjectID(state.ID.ValueString())); err != nil {
		resp.Diagnostics.AddError("The application was not deleted", err.Error())
	}
}
