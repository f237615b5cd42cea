// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
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
)

func newAdminConsentResource() resource.Resource { return &adminConsentResource{} }

type adminConsentModel struct {
	ClientID                 types.String `tfsdk:"client_id"`
	Delegated                types.Set    `tfsdk:"delegated"`
	Application              types.Set    `tfsdk:"application"`
	ServicePrincipalObjectID types.String `tfsdk:"service_principal_object_id"`
}

func (r *adminConsentResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_admin_consent"
}

func (r *adminConsentResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

func (r *adminConsentResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	permissions := func(kind catalog.Kind, s spelling, byName bool, description string) schema.SetAttribute {
		return schema.SetAttribute{
			ElementType: types.StringType, Optional: true, Computed: true,
			Default:             setdefault.StaticValue(setOf(catalog.Guide(kind))),
			PlanModifiers:       []planmodifier.Set{keepSpelling(s)},
			Validators:          []validator.Set{setvalidator.ValueStringsAre(permissionValidator{kind: kind, byName: byName})},
			MarkdownDescription: description,
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Admin consent: the Microsoft Graph permissions that the tenant grants an application for everybody. What is granted beyond the two sets shows as a planned removal and is revoked. " +
			"What single users have granted for themselves is left alone.",
		Attributes: map[string]schema.Attribute{
			"client_id": schema.StringAttribute{Required: true,
				PlanModifiers:       []planmodifier.String{keepEqual(strings.EqualFold), stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "Application (client) ID of the application. Another one replaces the resource."},
			"delegated": permissions(catalog.Delegated, delegatedSpelling, true,
				"Names of the delegated permissions to grant for all users. Default: the set-up guide's 13."),
			"application": permissions(catalog.Application, applicationSpelling, false,
				"Names of the application permissions to grant; one that the provider does not know by name is written `id:GUID`. Default: the set-up guide's 7."),
			"service_principal_object_id": schema.StringAttribute{Computed: true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Object ID of the application's service principal, which holds the consent."},
		},
	}
}

// ModifyPlan says at plan time what a caller's own GUID mix-up would only show after waiting for replication.
func (r *adminConsentResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var id types.String
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("client_id"), &id)...)
	if id.IsUnknown() || id.IsNull() {
		return
	}
	if _, err := uuid.Parse(id.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("client_id"), "Invalid client id",
			fmt.Sprintf("%q is not a GUID. Use the application (client) id, for example msteamssync_application.this.client_id.", id.ValueString()))
	}
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
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, createdKey, createdNow())...)

	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	if _, err := r.clients.entra.SetConsent(ctx, principal.ObjectID, want); err != nil {
		resp.Diagnostics.AddError("Admin consent was not granted completely", err.Error())
	}
}

func (r *adminConsentResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state adminConsentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.canRefreshEntra(&resp.Diagnostics) {
		return
	}
	if state.ServicePrincipalObjectID.IsNull() { // import
		principal, err := r.clients.entra.ServicePrincipalByClientID(ctx, entra.ClientID(state.ClientID.ValueString()))
		if err != nil {
			resp.Diagnostics.AddError("The application's consent cannot be read", err.Error())
			return
		}
		state.ServicePrincipalObjectID = types.StringValue(string(principal.ObjectID))
	}
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
	if _, err := uuid.Parse(req.ID); err != nil {
		resp.Diagnostics.AddError("Invalid import id", fmt.Sprintf("%q is not a GUID; import with the application (client) id.", req.ID))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("client_id"), req.ID)...)
}
