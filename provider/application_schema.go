// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// applicationModel is the state of msteamssync_application. What is computed with a fixed default is locked: a remote
// change shows as a planned change back, so that plan -detailed-exitcode sees it.
type applicationModel struct {
	ID                       types.String `tfsdk:"id"`
	ClientID                 types.String `tfsdk:"client_id"`
	ServicePrincipalObjectID types.String `tfsdk:"service_principal_object_id"`

	DisplayName            types.String `tfsdk:"display_name"`
	SiteURL                siteURLValue `tfsdk:"site_url"`
	ExtraRedirectURIs      types.Set    `tfsdk:"extra_redirect_uris"`
	SignInAudience         types.String `tfsdk:"sign_in_audience"`
	DelegatedPermissions   types.Set    `tfsdk:"delegated_permissions"`
	ApplicationPermissions types.Set    `tfsdk:"application_permissions"`

	Owners                    types.Set  `tfsdk:"owners"`
	Certificates              types.Set  `tfsdk:"certificates"`
	ForeignCredentials        types.Set  `tfsdk:"foreign_credentials"`
	ManagedSecretDescriptions types.Set  `tfsdk:"managed_secret_descriptions"`
	DeletionProtection        types.Bool `tfsdk:"deletion_protection"`
	RestoreDeleted            types.Bool `tfsdk:"restore_deleted"`

	RedirectURIs              types.Set  `tfsdk:"redirect_uris"`
	SPARedirectURIs           types.Set  `tfsdk:"spa_redirect_uris"`
	PublicClientRedirectURIs  types.Set  `tfsdk:"public_client_redirect_uris"`
	ImplicitAccessTokens      types.Bool `tfsdk:"implicit_access_tokens_enabled"`
	ImplicitIDTokens          types.Bool `tfsdk:"implicit_id_tokens_enabled"`
	PublicClientFlows         types.Bool `tfsdk:"public_client_flows_enabled"`
	ServicePrincipalEnabled   types.Bool `tfsdk:"service_principal_enabled"`
	AppRoleAssignmentRequired types.Bool `tfsdk:"app_role_assignment_required"`
}

var (
	delegatedSpelling   = permissionSpelling(catalog.Delegated)
	applicationSpelling = permissionSpelling(catalog.Application)
)

func (r *applicationResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	permissions := func(kind catalog.Kind, s spelling) schema.SetAttribute {
		return schema.SetAttribute{
			ElementType: types.StringType, Optional: true, Computed: true,
			Default: setdefault.StaticValue(setOf(catalog.Guide(kind))),
			MarkdownDescription: fmt.Sprintf("Names of the %s Microsoft Graph permissions that the registration requests; others are removed. A permission that the provider does not know by name is written `id:GUID`. Default: the set-up guide's %d.",
				kind, len(catalog.Guide(kind))),
			PlanModifiers: []planmodifier.Set{keepSpelling(s)},
			Validators:    []validator.Set{setvalidator.ValueStringsAre(permissionValidator{kind: kind})},
		}
	}
	lockedSet := func(description string) schema.SetAttribute {
		return schema.SetAttribute{ElementType: types.StringType, Computed: true, Default: setdefault.StaticValue(setOf(nil)), MarkdownDescription: description}
	}
	locked := func(value bool, description string) schema.BoolAttribute {
		return schema.BoolAttribute{Computed: true, Default: booldefault.StaticBool(value), MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The app registration that Mattermost signs users in with and calls Microsoft Graph with, and its service principal. " +
			"Redirect URIs of every platform, implicit grant and the requested Microsoft Graph permissions belong to this resource: what somebody adds by hand shows as a planned removal. " +
			"A registration of the same name that has this site's redirect URI already is adopted or, if it was deleted, restored, with a warning.",
		Attributes: map[string]schema.Attribute{
			"id":        schema.StringAttribute{Computed: true, PlanModifiers: kept, MarkdownDescription: "Object ID of the app registration."},
			"client_id": schema.StringAttribute{Computed: true, PlanModifiers: kept, MarkdownDescription: "Application (client) ID."},
			"service_principal_object_id": schema.StringAttribute{Computed: true, PlanModifiers: kept,
				MarkdownDescription: "Object ID of the service principal (enterprise application)."},
			"display_name": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("Mattermost MS Teams Sync"),
				Validators:          []validator.String{stringvalidator.LengthBetween(1, 120)},
				MarkdownDescription: "Name of the app registration. Default: `Mattermost MS Teams Sync`."},
			"site_url": schema.StringAttribute{Required: true, CustomType: siteURLType{}, PlanModifiers: []planmodifier.String{keepEqual(sameSiteURL)},
				MarkdownDescription: "Site URL of the Mattermost server, https. The redirect URI is derived from it."},
			"extra_redirect_uris": schema.SetAttribute{ElementType: types.StringType, Optional: true, Computed: true, Default: setdefault.StaticValue(setOf(nil)),
				Validators:          []validator.Set{setvalidator.ValueStringsAre(redirectURIValidator{})},
				MarkdownDescription: "Redirect URIs of the platform Web besides the one of `site_url`, for example of a second server that shares the registration. Default: none."},
			"sign_in_audience": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("AzureADMyOrg"),
				Validators:          []validator.String{stringvalidator.OneOf("AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount")},
				MarkdownDescription: "Supported account types: `AzureADMyOrg` (single tenant), `AzureADMultipleOrgs`, `AzureADandPersonalMicrosoftAccount` or `PersonalMicrosoftAccount`. Default: `AzureADMyOrg`."},
			"delegated_permissions":   permissions(catalog.Delegated, delegatedSpelling),
			"application_permissions": permissions(catalog.Application, applicationSpelling),

			"owners": schema.SetAttribute{ElementType: types.StringType, Optional: true, PlanModifiers: []planmodifier.Set{keepSpelling(strings.ToLower)},
				Validators: []validator.Set{setvalidator.ValueStringsAre(stringvalidator.RegexMatches(guidPattern, "it must be a GUID: the object ID of a user or of a service principal"))},
				MarkdownDescription: "Object IDs of the users and service principals that own the registration; others are removed, after those that are missing have been added. " +
					"An owner may change the registration without any other right, so the identity that runs Terraform with `Application.ReadWrite.OwnedBy` must be listed. `[]` removes all owners. Default: unmanaged."},
			"certificates": schema.SetAttribute{ElementType: types.StringType, Optional: true, PlanModifiers: []planmodifier.Set{keepSpelling(certificateSpelling)},
				Validators: []validator.Set{setOfCertificates()},
				MarkdownDescription: "PEM certificates (the public part, without the private key) that the application may log in with, for example `certificate_pem` of `msteamssync_client_certificate`; others are removed. " +
					"`[]` removes all certificates. Default: unmanaged, and what is there shows in `foreign_credentials`."},
			"foreign_credentials": schema.SetAttribute{ElementType: types.StringType, Optional: true, Computed: true, Default: setdefault.StaticValue(setOf(nil)),
				PlanModifiers: []planmodifier.Set{keepSpelling(strings.ToLower)},
				MarkdownDescription: "Credentials of the registration that nothing declares: key IDs of client secrets whose description is not among `managed_secret_descriptions`, key IDs of certificates while `certificates` is unmanaged, and `federated:` with the name of a federated credential. " +
					"Whoever holds one can log in as the application. One that is not listed here shows as a change in every plan, `-detailed-exitcode` says 2, until it is removed in Entra or listed; an apply removes nothing. Default: none."},
			"managed_secret_descriptions": schema.SetAttribute{ElementType: types.StringType, Optional: true, Computed: true,
				Default:             setdefault.StaticValue(setOf([]string{defaultSecretDescription})),
				MarkdownDescription: "Descriptions of the client secrets that `msteamssync_client_secret` looks after, so that they are not foreign. Default: that resource's own default, `" + defaultSecretDescription + "`."},
			"deletion_protection": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "True refuses to destroy the registration, because every connected account would have to connect again. Set it to false and apply before a destroy. Default: false."},
			"restore_deleted": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "True makes the create restore a deleted registration with the same name and this site's redirect URI, so that the client ID stays what it was; Entra keeps deleted ones for 30 days. Default: true."},

			"redirect_uris": schema.SetAttribute{ElementType: types.StringType, Computed: true,
				MarkdownDescription: "Redirect URIs of the platform Web: the one of `site_url` and `extra_redirect_uris`. Others are removed."},
			"spa_redirect_uris":              lockedSet("Redirect URIs of the platform Single-page application; there are none, and any is removed."),
			"public_client_redirect_uris":    lockedSet("Redirect URIs of the platform Mobile and desktop applications; there are none, and any is removed."),
			"implicit_access_tokens_enabled": locked(false, "Whether the authorization endpoint issues access tokens (implicit flow); kept false."),
			"implicit_id_tokens_enabled":     locked(false, "Whether the authorization endpoint issues ID tokens (implicit and hybrid flows); kept false."),
			"public_client_flows_enabled":    locked(false, "Whether public client flows are allowed; kept false."),
			"service_principal_enabled":      locked(true, "Whether users can sign in to the application; kept true."),
			"app_role_assignment_required":   locked(false, "Whether only assigned users can sign in; kept false, because true also takes the validation tokens out of change notifications."),
		},
	}
}

// redirectURIs is the whole set that the registration should have.
func (m applicationModel) redirectURIs(ctx context.Context, diags *diag.Diagnostics) []string {
	uris := itemsOf(ctx, m.ExtraRedirectURIs, diags)
	own, err := catalog.RedirectURI(m.SiteURL.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("site_url"), "Invalid site URL", err.Error())
		return uris
	}
	uris = append(uris, own)
	slices.Sort(uris)
	return slices.Compact(uris)
}

// application is what the plan wants the registration to be.
func (m applicationModel) application(ctx context.Context, diags *diag.Diagnostics) entra.Application {
	want := entra.Application{
		DisplayName:    m.DisplayName.ValueString(),
		SignInAudience: m.SignInAudience.ValueString(),
		RedirectURIs:   m.redirectURIs(ctx, diags),
		Delegated:      permissionIDs(catalog.Delegated, itemsOf(ctx, m.DelegatedPermissions, diags)),
		Application:    permissionIDs(catalog.Application, itemsOf(ctx, m.ApplicationPermissions, diags)),
	}
	if !m.Certificates.IsNull() {
		want.Certificates = certificatesOf(itemsOf(ctx, m.Certificates, diags))
	}
	return want
}

// refreshRegistration takes over what the registration is.
func (m *applicationModel) refreshRegistration(ctx context.Context, r entra.Registration, diags *diag.Diagnostics) {
	m.fillDefaults()
	m.refreshApplication(ctx, r.Application, diags)
	if !m.Owners.IsNull() {
		m.Owners = spelling(strings.ToLower).refresh(ctx, m.Owners, texts(r.Owners), diags)
	}
	foreign := r.Foreign(itemsOf(ctx, m.ManagedSecretDescriptions, diags), m.Certificates.IsNull())
	m.ForeignCredentials = withReported(ctx, m.ForeignCredentials, foreign, diags)
	if !m.Certificates.IsNull() {
		m.Certificates = certificateSpelling.refresh(ctx, m.Certificates, pemTexts(r.Certificates), diags)
	}
}

// fillDefaults gives an imported or moved registration what only a configuration says.
func (m *applicationModel) fillDefaults() {
	if m.ManagedSecretDescriptions.IsNull() {
		m.ManagedSecretDescriptions = setOf([]string{defaultSecretDescription})
	}
	if m.DeletionProtection.IsNull() {
		m.DeletionProtection = types.BoolValue(false)
	}
	if m.RestoreDeleted.IsNull() {
		m.RestoreDeleted = types.BoolValue(true)
	}
}

func (m *applicationModel) refreshApplication(ctx context.Context, app entra.Application, diags *diag.Diagnostics) {
	m.ClientID = types.StringValue(string(app.ClientID))
	m.DisplayName, m.SignInAudience = types.StringValue(app.DisplayName), types.StringValue(app.SignInAudience)
	m.DelegatedPermissions = delegatedSpelling.refresh(ctx, m.DelegatedPermissions, permissionNames(catalog.Delegated, app.Delegated), diags)
	m.ApplicationPermissions = applicationSpelling.refresh(ctx, m.ApplicationPermissions, permissionNames(catalog.Application, app.Application), diags)
	m.RedirectURIs, m.SPARedirectURIs, m.PublicClientRedirectURIs = setOf(app.RedirectURIs), setOf(app.SPARedirectURIs), setOf(app.PublicClientRedirectURIs)
	m.ImplicitAccessTokens, m.ImplicitIDTokens = types.BoolValue(app.ImplicitAccessTokens), types.BoolValue(app.ImplicitIDTokens)
	m.PublicClientFlows = types.BoolValue(app.FallbackPublicClient)
	if m.SiteURL.IsNull() { // import: the configuration is not known here, so it is read off the redirect URIs
		m.deriveSiteURL(app.RedirectURIs)
	}
}

func (m *applicationModel) refreshPrincipal(principal entra.ServicePrincipal) {
	m.ServicePrincipalObjectID = types.StringValue(string(principal.ObjectID))
	m.ServicePrincipalEnabled = types.BoolValue(principal.Enabled)
	m.AppRoleAssignmentRequired = types.BoolValue(principal.AssignmentRequired)
}

// deriveSiteURL finds the plugin's redirect URI; the others are extra ones.
func (m *applicationModel) deriveSiteURL(uris []string) {
	suffix := catalog.PluginURL("", catalog.RouteRedirect)
	var extra []string
	for _, uri := range slices.Sorted(slices.Values(uris)) {
		if site, ok := strings.CutSuffix(uri, suffix); ok && m.SiteURL.IsNull() {
			m.SiteURL = newSiteURL(site)
			continue
		}
		extra = append(extra, uri)
	}
	m.ExtraRedirectURIs = setOf(extra)
}

// redirectURIValidator refuses what Entra refuses (Entra docs, "Redirect URI restrictions").
type redirectURIValidator struct{}

func (redirectURIValidator) Description(context.Context) string {
	return "must be an https address, or http for localhost, without wildcard and fragment"
}

func (v redirectURIValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (v redirectURIValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	value := req.ConfigValue.ValueString()
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Fragment != "" || strings.Contains(value, "*") || u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost") {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid redirect URI", fmt.Sprintf("%q %s.", value, v.Description(ctx)))
	}
}
