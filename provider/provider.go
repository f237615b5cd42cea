// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// New returns the provider's constructor for the plugin server. version is the release, or "dev".
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &msteamssync{version: version} }
}

type msteamssync struct{ version string }

var (
	_ provider.Provider                       = (*msteamssync)(nil)
	_ provider.ProviderWithFunctions          = (*msteamssync)(nil)
	_ provider.ProviderWithEphemeralResources = (*msteamssync)(nil)
	_ provider.ProviderWithListResources      = (*msteamssync)(nil)
	_ provider.ProviderWithActions            = (*msteamssync)(nil)
)

func (p *msteamssync) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName, resp.Version = "msteamssync", p.version
}

// providerModel is the provider block. Every argument has an environment variable; see resolve.
type providerModel struct {
	TenantID                  types.String `tfsdk:"tenant_id"`
	ClientID                  types.String `tfsdk:"client_id"`
	ClientSecret              types.String `tfsdk:"client_secret"`
	ClientCertificate         types.String `tfsdk:"client_certificate"`
	ClientCertificatePath     types.String `tfsdk:"client_certificate_path"`
	ClientCertificatePassword types.String `tfsdk:"client_certificate_password"`
	OIDCToken                 types.String `tfsdk:"oidc_token"`
	OIDCTokenFilePath         types.String `tfsdk:"oidc_token_file_path"`
	UseOIDC                   types.Bool   `tfsdk:"use_oidc"`
	UseCLI                    types.Bool   `tfsdk:"use_cli"`
	Environment               types.String `tfsdk:"environment"`
	SubscriptionID            types.String `tfsdk:"subscription_id"`
	Endpoints                 types.Object `tfsdk:"endpoints"`
	CACertificates            types.String `tfsdk:"ca_certificates"`
	CACertificatesPath        types.String `tfsdk:"ca_certificates_path"`
	Mattermost                types.Object `tfsdk:"mattermost"`
	ConsistencyTimeout        types.String `tfsdk:"consistency_timeout"`
}

type endpointsModel struct {
	AuthorityHost   types.String `tfsdk:"authority_host"`
	Graph           types.String `tfsdk:"graph"`
	ResourceManager types.String `tfsdk:"resource_manager"`
}

type mattermostModel struct {
	URL      types.String `tfsdk:"url"`
	Token    types.String `tfsdk:"token"`
	LoginID  types.String `tfsdk:"login_id"`
	Password types.String `tfsdk:"password"`
}

func (p *msteamssync) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	text := func(description string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: validators}
	}
	secret := func(description string, validators ...validator.String) schema.StringAttribute {
		attribute := text(description, validators...)
		attribute.Sensitive = true
		return attribute
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Declares everything that bridging Mattermost and Microsoft Teams needs: the Entra app registration with consent, credentials and bot account, and the plugin with its settings on the Mattermost server. " +
			"Azure credentials alone serve the Azure resources, Mattermost credentials alone the Mattermost resources.",
		Attributes: map[string]schema.Attribute{
			"tenant_id":     text("Directory (tenant) ID. Environment: `ARM_TENANT_ID` or `AZURE_TENANT_ID`."),
			"client_id":     text("Application (client) ID that Terraform logs in as. Environment: `ARM_CLIENT_ID` or `AZURE_CLIENT_ID`."),
			"client_secret": secret("Client secret that Terraform logs in with. Environment: `ARM_CLIENT_SECRET` or `AZURE_CLIENT_SECRET`."),
			"client_certificate": secret("PEM text with the certificate and the private key that Terraform logs in with.",
				stringvalidator.ConflictsWith(path.MatchRoot("client_certificate_path"))),
			"client_certificate_path":     text("Path of a PEM or PKCS#12 file with that certificate and key. Environment: `ARM_CLIENT_CERTIFICATE_PATH` or `AZURE_CLIENT_CERTIFICATE_PATH`."),
			"client_certificate_password": secret("Password of an encrypted certificate file. Environment: `ARM_CLIENT_CERTIFICATE_PASSWORD` or `AZURE_CLIENT_CERTIFICATE_PASSWORD`."),
			"oidc_token": secret("Federated token (OIDC) that Terraform logs in with. Environment: `ARM_OIDC_TOKEN`.",
				stringvalidator.ConflictsWith(path.MatchRoot("oidc_token_file_path"))),
			"oidc_token_file_path": text("Path of a file with the federated token; it is read at each log-in. Environment: `ARM_OIDC_TOKEN_FILE_PATH` or `AZURE_FEDERATED_TOKEN_FILE`."),
			"use_oidc":             schema.BoolAttribute{Optional: true, MarkdownDescription: "True logs in with a federated token, from `oidc_token`, `oidc_token_file_path`, or asked from the CI system through `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`. Default: false, unless a token is given here. Environment: `ARM_USE_OIDC`."},
			"use_cli":              schema.BoolAttribute{Optional: true, MarkdownDescription: "True logs in as the user of `az login` when nothing else is given. Default: false. Environment: `ARM_USE_CLI`."},
			"environment": text("Microsoft cloud: `public`, `usgov`, `usgovdod` or `china`. Default: `public`. Environment: `ARM_ENVIRONMENT`.",
				stringvalidator.OneOf("public", "usgov", "usgovdod", "china")),
			"subscription_id": text("Azure subscription of `msteamssync_metered_billing`, unless the resource names one. Environment: `ARM_SUBSCRIPTION_ID` or `AZURE_SUBSCRIPTION_ID`."),
			"endpoints": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Addresses that replace those of `environment`, for a proxy or an emulator. Any of them switches off the question to Microsoft whether the log-in address is genuine.",
				Attributes: map[string]schema.Attribute{
					"authority_host":   text("Where to log in, https. Environment: `AZURE_AUTHORITY_HOST`."),
					"graph":            text("Microsoft Graph without the version; https, or http on loopback. Environment: `ARM_MSGRAPH_ENDPOINT`."),
					"resource_manager": text("Azure Resource Manager; https, or http on loopback. It is the audience of its tokens too. Environment: `ARM_RESOURCE_MANAGER_ENDPOINT`."),
				},
			},
			"ca_certificates": text("PEM certificates to trust in addition to the system's, for Microsoft's side and for Mattermost.",
				stringvalidator.ConflictsWith(path.MatchRoot("ca_certificates_path"))),
			"ca_certificates_path": text("Path of a PEM file with those certificates. Environment: `ARM_CA_CERTIFICATES_PATH`."),
			"mattermost": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "The Mattermost server and a system admin's log-in: `token`, or `login_id` with `password`.",
				Attributes: map[string]schema.Attribute{
					"url":      text("Address of the server. Environment: `MM_URL`."),
					"token":    secret("Personal access token of a system admin. Environment: `MM_TOKEN`."),
					"login_id": text("User name or e-mail address of a system admin. Environment: `MM_LOGIN_ID`."),
					"password": secret("Password of that user. Environment: `MM_PASSWORD`."),
				},
			},
			"consistency_timeout": text("How long replication lag in Microsoft's directory and the start of the plugin are waited for, as a duration such as `90s` or `10m`. Default: `5m`."),
		},
	}
}

func (p *msteamssync) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	settings := resolve(ctx, model, os.Getenv, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	c := connect(settings, "terraform-provider-msteamssync/"+p.version, &resp.Diagnostics)
	resp.ResourceData, resp.DataSourceData, resp.EphemeralResourceData, resp.ListResourceData, resp.ActionData = c, c, c, c, c
}

func (p *msteamssync) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		newApplicationResource,
		newAdminConsentResource,
		newBotUserResource,
		newMeteredBillingResource,
		newPluginResource,
		newClientSecretResource,
		newClientCertificateResource,
		newPluginConfigResource,
		newChannelLinkResource,
		newChannelLinksExclusiveResource,
		newConnectionWhitelistResource,
		newAccountMappingResource,
		newBotConnectionResource,
	}
}

func (p *msteamssync) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newPermissionsDataSource,
		newPluginStatusDataSource,
		newTeamDataSource,
		newChannelDataSource,
		newMattermostChannelDataSource,
		newApplicationDataSource,
		newCredentialAuditDataSource,
		newReadinessDataSource,
	}
}

func (p *msteamssync) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		newRedirectURIFunction,
		newNormalizeSiteURLFunction,
		newPermissionIDFunction,
		newRequiredPermissionsFunction,
		newAdminConsentURLFunction,
		newDaysUntilFunction,
	}
}

func (p *msteamssync) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{
		newGraphTokenEphemeral,
	}
}

func (p *msteamssync) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		newApplicationList,
		newAdminConsentList,
		newClientSecretList,
		newBotUserList,
		newMeteredBillingList,
		newChannelLinkList,
	}
}

// Actions are for Terraform 1.14 and newer; older ones do not see them.
func (p *msteamssync) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		newPluginRestartAction,
		newRotateSecretAction,
		newVerifyConnectionAction,
	}
}
