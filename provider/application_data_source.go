// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// applicationDataSource reads any app registration of the tenant with its service principal.
type applicationDataSource struct{ azureDataSource }

var (
	_ datasource.DataSourceWithConfigure        = (*applicationDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*applicationDataSource)(nil)
)

func newApplicationDataSource() datasource.DataSource { return &applicationDataSource{} }

type applicationDataModel struct {
	ClientID    types.String `tfsdk:"client_id"`
	ObjectID    types.String `tfsdk:"object_id"`
	DisplayName types.String `tfsdk:"display_name"`

	SignInAudience            types.String `tfsdk:"sign_in_audience"`
	CreatedAt                 types.String `tfsdk:"created_at"`
	RedirectURIs              types.Set    `tfsdk:"redirect_uris"`
	SPARedirectURIs           types.Set    `tfsdk:"spa_redirect_uris"`
	PublicClientRedirectURIs  types.Set    `tfsdk:"public_client_redirect_uris"`
	ImplicitAccessTokens      types.Bool   `tfsdk:"implicit_access_tokens_enabled"`
	ImplicitIDTokens          types.Bool   `tfsdk:"implicit_id_tokens_enabled"`
	PublicClientFlows         types.Bool   `tfsdk:"public_client_flows_enabled"`
	DelegatedPermissions      types.Set    `tfsdk:"delegated_permissions"`
	ApplicationPermissions    types.Set    `tfsdk:"application_permissions"`
	Owners                    types.Set    `tfsdk:"owners"`
	Certificates              types.Set    `tfsdk:"certificates"`
	ServicePrincipalObjectID  types.String `tfsdk:"service_principal_object_id"`
	ServicePrincipalEnabled   types.Bool   `tfsdk:"service_principal_enabled"`
	AppRoleAssignmentRequired types.Bool   `tfsdk:"app_role_assignment_required"`
}

func (d *applicationDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_application"
}

func (d *applicationDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.ExactlyOneOf(path.MatchRoot("client_id"), path.MatchRoot("object_id"), path.MatchRoot("display_name"))}
}

func (d *applicationDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	guid := []validator.String{stringvalidator.RegexMatches(guidPattern, "it must be a GUID")}
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	truth := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	set := func(description string) schema.SetAttribute {
		return schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "An app registration of the tenant and its service principal, found by exactly one of `client_id`, `object_id` and `display_name`.",
		Attributes: map[string]schema.Attribute{
			"client_id":    schema.StringAttribute{Optional: true, Computed: true, Validators: guid, MarkdownDescription: "Application (client) ID."},
			"object_id":    schema.StringAttribute{Optional: true, Computed: true, Validators: guid, MarkdownDescription: "Object ID of the app registration."},
			"display_name": schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "Name of the app registration. Only one may have it when the registration is looked up by name."},

			"sign_in_audience":               text("Supported account types, such as `AzureADMyOrg`."),
			"created_at":                     text("When the application was registered, RFC 3339 in UTC."),
			"redirect_uris":                  set("Redirect URIs of the platform Web."),
			"spa_redirect_uris":              set("Redirect URIs of the platform Single-page application."),
			"public_client_redirect_uris":    set("Redirect URIs of the platform Mobile and desktop applications."),
			"implicit_access_tokens_enabled": truth("Whether the authorization endpoint issues access tokens (implicit flow)."),
			"implicit_id_tokens_enabled":     truth("Whether the authorization endpoint issues ID tokens (implicit and hybrid flows)."),
			"public_client_flows_enabled":    truth("Whether public client flows are allowed."),
			"delegated_permissions":          set("Names of the delegated Microsoft Graph permissions that the registration requests; `id:GUID` for one that the provider does not know by name."),
			"application_permissions":        set("Names of the application Microsoft Graph permissions that the registration requests; `id:GUID` for one that the provider does not know by name."),
			"owners":                         set("Object IDs of the users and service principals that own the registration."),
			"certificates":                   set("PEM certificates that the application may log in with."),
			"service_principal_object_id":    text("Object ID of the service principal (enterprise application); null when there is none."),
			"service_principal_enabled":      truth("Whether users can sign in to the application; null without a service principal."),
			"app_role_assignment_required":   truth("Whether only assigned users can sign in; null without a service principal."),
		},
	}
}

func (d *applicationDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data applicationDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if !d.ready(&resp.Diagnostics) {
		return
	}
	found, attribute, err := d.find(ctx, data)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root(attribute), "The application was not found", err.Error())
		return
	}
	data.take(found)
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

// find looks the registration up by what the configuration names, and says which attribute that is.
func (d *applicationDataSource) find(ctx context.Context, data applicationDataModel) (found entra.Registration, attribute string, err error) {
	client, object := entra.ClientID(data.ClientID.ValueString()), entra.ObjectID("")
	switch {
	case !data.ObjectID.IsNull():
		attribute = "object_id"
		app, err := d.clients.entra.Application(ctx, entra.ObjectID(data.ObjectID.ValueString()))
		if err != nil {
			return found, attribute, err
		}
		client, object = app.ClientID, app.ObjectID
	case !data.DisplayName.IsNull():
		attribute = "display_name"
		app, err := d.clients.findApplicationByName(ctx, data.DisplayName.ValueString())
		if err != nil {
			return found, attribute, err
		}
		client, object = app.ClientID, app.ObjectID
	default:
		attribute = "client_id"
	}
	found, err = d.clients.entra.Registration(ctx, object, client, true)
	return found, attribute, err
}

func (m *applicationDataModel) take(r entra.Registration) {
	if m.ClientID.IsNull() || !strings.EqualFold(m.ClientID.ValueString(), string(r.ClientID)) {
		m.ClientID = types.StringValue(string(r.ClientID))
	}
	if m.ObjectID.IsNull() || !strings.EqualFold(m.ObjectID.ValueString(), string(r.ObjectID)) {
		m.ObjectID = types.StringValue(string(r.ObjectID))
	}
	if m.DisplayName.IsNull() {
		m.DisplayName = types.StringValue(r.DisplayName)
	}
	m.SignInAudience = types.StringValue(r.SignInAudience)
	m.CreatedAt = types.StringValue(r.Created.UTC().Format(time.RFC3339))
	m.RedirectURIs, m.SPARedirectURIs, m.PublicClientRedirectURIs = setOf(r.RedirectURIs), setOf(r.SPARedirectURIs), setOf(r.PublicClientRedirectURIs)
	m.ImplicitAccessTokens, m.ImplicitIDTokens = types.BoolValue(r.ImplicitAccessTokens), types.BoolValue(r.ImplicitIDTokens)
	m.PublicClientFlows = types.BoolValue(r.FallbackPublicClient)
	m.DelegatedPermissions = setOf(permissionNames(catalog.Delegated, r.Delegated))
	m.ApplicationPermissions = setOf(permissionNames(catalog.Application, r.Application.Application))
	m.Owners, m.Certificates = setOf(texts(r.Owners)), setOf(pemTexts(r.Certificates))
	if r.Principal != nil {
		m.ServicePrincipalObjectID = types.StringValue(string(r.Principal.ObjectID))
		m.ServicePrincipalEnabled = types.BoolValue(r.Principal.Enabled)
		m.AppRoleAssignmentRequired = types.BoolValue(r.Principal.AssignmentRequired)
	}
}
