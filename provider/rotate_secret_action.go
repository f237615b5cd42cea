// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// rotateSecretAction is the action msteamssync_rotate_secret: a new client secret now, without a change of configuration.
type rotateSecretAction struct{ clients *clients }

var _ action.ActionWithConfigure = (*rotateSecretAction)(nil)

func newRotateSecretAction() action.Action { return &rotateSecretAction{} }

type rotateSecretModel struct {
	ClientID    types.String `tfsdk:"client_id"`
	Description types.String `tfsdk:"description"`
	ValidFor    types.String `tfsdk:"valid_for"`
}

func (a *rotateSecretAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_rotate_secret"
}

func (a *rotateSecretAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Adds a client secret to the app registration, delivers it to the plugin's settings and proves it with a token request. The previous secret stays valid: " +
			"the next refresh of the `msteamssync_client_secret` with the same description takes the new secret over and retires the previous one after its `overlap`. " +
			"Invoke it after a leak or before a maintenance window. It needs Azure and Mattermost credentials and an installed plugin.",
		Attributes: map[string]schema.Attribute{
			"client_id": schema.StringAttribute{Required: true,
				Validators:          []validator.String{stringvalidator.RegexMatches(guidPattern, "it must be a GUID: the application (client) ID, not the object ID or a name")},
				MarkdownDescription: "Application (client) ID of the app registration."},
			"description": schema.StringAttribute{Optional: true,
				Validators:          []validator.String{stringvalidator.LengthBetween(1, 120)},
				MarkdownDescription: "Description of the new secret; the one of the `msteamssync_client_secret` that is to take it over. Default: `" + defaultSecretDescription + "`."},
			"valid_for": schema.StringAttribute{Optional: true,
				Validators:          []validator.String{durationBetween{time.Hour, longestSecretValidity, "4320h for 180 days"}},
				MarkdownDescription: "How long the new secret is valid, in hours as in `4320h`, from `1h` to `17520h`. Default: `4320h`, 180 days."},
		},
	}
}

func (a *rotateSecretAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.clients = clientsFrom(req.ProviderData, &resp.Diagnostics)
}

// Invoke rotates. It removes nothing: what is not needed any more is the resource's to know.
func (a *rotateSecretAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config rotateSecretModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !a.clients.needBoth(&resp.Diagnostics) || !a.clients.checkSecretReceiver(ctx, &resp.Diagnostics) {
		return
	}
	if config.Description.IsNull() {
		config.Description = types.StringValue(defaultSecretDescription)
	}
	if config.ValidFor.IsNull() {
		config.ValidFor = types.StringValue(defaultSecretValidity)
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	client := entra.ClientID(config.ClientID.ValueString())
	minted, _, ok := a.clients.mintSecret(ctx, client, config.Description.ValueString(), lengthOf(config.ValidFor), &resp.Diagnostics)
	if !ok {
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("Added the client secret %s, valid until %s.", minted.KeyID, timeText(minted.End))})
	if !a.clients.handOverSecret(ctx, client, minted, &resp.Diagnostics) {
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: "Delivered it to the plugin's settings and logged in with it."})
}
