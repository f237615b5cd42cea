// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// graphTokenEphemeral is msteamssync_graph_token. Terraform keeps it in no plan and no state.
type graphTokenEphemeral struct{ clients *clients }

var _ ephemeral.EphemeralResourceWithConfigure = (*graphTokenEphemeral)(nil)

func newGraphTokenEphemeral() ephemeral.EphemeralResource { return &graphTokenEphemeral{} }

type graphTokenModel struct {
	Scope     types.String `tfsdk:"scope"`
	Token     types.String `tfsdk:"token"`
	ExpiresAt types.String `tfsdk:"expires_at"`
}

// defaultScope is the form of a scope that an application can log in for.
var defaultScope = regexp.MustCompile(`^(https|api)://[^\s?#]+/\.default$`)

func (e *graphTokenEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_graph_token"
}

func (e *graphTokenEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.clients = clientsFrom(req.ProviderData, &resp.Diagnostics)
}

func (e *graphTokenEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "An access token for Microsoft Graph of the identity that the provider itself logs in as, for what this provider does not do, such as a check with the `http` data source of another provider. " +
			"It is in no plan, no state and no log. Terraform opens it in every plan and every apply; it is valid for about an hour and cannot be revoked.",
		Attributes: map[string]schema.Attribute{
			"scope": schema.StringAttribute{Optional: true,
				Validators:          []validator.String{stringvalidator.RegexMatches(defaultScope, "it must end in /.default, such as https://graph.microsoft.com/.default: an application gets all permissions that it was granted, or none")},
				MarkdownDescription: "What the token is for: the address of an API and `/.default`. Default: Microsoft Graph of the provider's cloud."},
			"token":      schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The access token, for the header `Authorization: Bearer`."},
			"expires_at": schema.StringAttribute{Computed: true, MarkdownDescription: "When the token expires, in RFC 3339."},
		},
	}
}

func (e *graphTokenEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model graphTokenModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !e.clients.needEntra(&resp.Diagnostics) {
		return
	}
	token, err := e.clients.entra.AccessToken(ctx, model.Scope.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("There is no access token", err.Error())
		return
	}
	model.Token, model.ExpiresAt = types.StringValue(token.Text), types.StringValue(timeText(token.Expires))
	resp.Diagnostics.Append(resp.Result.Set(ctx, model)...)
}
