// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

type adminConsentModel struct {
	ClientID                 types.String `tfsdk:"client_id"`
	Delegated                types.Set    `tfsdk:"delegated"`
	Application              types.Set    `tfsdk:"application"`
	ForeignUserGrants        types.Set    `tfsdk:"foreign_user_grants"`
	ServicePrincipalObjectID types.String `tfsdk:"service_principal_object_id"`
}

// userGrantPattern is <user object id>:<scope>.
var userGrantPattern = regexp.MustCompile(`^(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:\S+$`)

// IdentitySchema is the application's, because an application has one consent.
func (r *adminConsentResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"tenant_id": identityschema.StringAttribute{OptionalForImport: true, Description: "Directory (tenant) ID."},
		"client_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Application (client) ID."},
	}}
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
			"A grant that is there when the resource is made is adopted, with a warning if it held other permissions. What single users have granted for themselves is reported and left alone.",
		Attributes: map[string]schema.Attribute{
			"client_id": schema.StringAttribute{Required: true,
				PlanModifiers:       []planmodifier.String{keepEqual(strings.EqualFold), stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "Application (client) ID of the application. Another one replaces the resource."},
			"delegated": permissions(catalog.Delegated, delegatedSpelling, true,
				"Names of the delegated permissions to grant for all users. Default: the set-up guide's 13."),
			"application": permissions(catalog.Application, applicationSpelling, false,
				"Names of the application permissions to grant; one that the provider does not know by name is written `id:GUID`. Default: the set-up guide's 7."),
			"foreign_user_grants": schema.SetAttribute{
				ElementType: types.StringType, Optional: true, Computed: true, Default: setdefault.StaticValue(setOf(nil)),
				PlanModifiers: []planmodifier.Set{keepSpelling(strings.ToLower)},
				Validators:    []validator.Set{setvalidator.ValueStringsAre(stringvalidator.RegexMatches(userGrantPattern, "it must be the object ID of a user, a colon and the name of a permission, such as 01234567-89ab-4def-8123-456789abcdef:Mail.Read"))},
				MarkdownDescription: "Microsoft Graph permissions that single users have granted the application for themselves, each written as the user's object ID, a colon and the name of the permission. " +
					"One that is not listed here shows as a change in every plan, `-detailed-exitcode` says 2, until it is revoked in Entra or listed; an apply revokes nothing. Default: none."},
			"service_principal_object_id": schema.StringAttribute{Computed: true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Object ID of the application's service principal, which holds the consent."},
		},
	}
}

// ModifyPlan says what users have granted for themselves, and says at plan time what a caller's own GUID mix-up would only show after waiting for replication.
func (r *adminConsentResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	defer r.clients.preflight(ctx, req, resp, adminConsentNeeds)
	if req.Plan.Raw.IsNull() {
		return
	}
	var id types.String
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("client_id"), &id)...)
	if !req.State.Raw.IsNull() {
		var found, listed types.Set
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("foreign_user_grants"), &found)...)
		resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("foreign_user_grants"), &listed)...)
		warnReported(ctx, found, listed, "foreign_user_grants", "Users have granted permissions for themselves",
			"Revoke it in the portal under Enterprise applications, Permissions, User consent, or through Microsoft Graph.", &resp.Diagnostics)
	}
	if id.IsUnknown() || id.IsNull() {
		return
	}
	if _, err := uuid.Parse(id.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("client_id"), "Invalid client id",
			fmt.Sprintf("%q is not a GUID. Use the application (client) id, for example msteamssync_application.this.client_id.", id.ValueString()))
	}
}
