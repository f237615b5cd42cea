// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
)

// verifyConnectionAction is msteamssync_verify_connection: it has the plugin try out both directions of its connection.
type verifyConnectionAction struct{ clients *clients }

var _ action.ActionWithConfigure = (*verifyConnectionAction)(nil)

func newVerifyConnectionAction() action.Action { return &verifyConnectionAction{} }

func (a *verifyConnectionAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_verify_connection"
}

func (a *verifyConnectionAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.clients = clientsFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *verifyConnectionAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Has the plugin try out its connection with Microsoft in both directions: a new token for its tenant, client and secret, and the handshake of change notifications at its own public address. " +
			"What does not work is an error that says how to mend it, so that a run that invokes the action after a change stops there.",
	}
}

// verifications are the checks of readiness that take the plugin to try something out.
var verifications = []struct {
	doing, failed string
	look          func(context.Context, *readiness) finding
}{
	{"Asking Microsoft for a token", "The plugin's credentials do not work", verifyCredentials},
	{"Calling the plugin's public address", "The plugin's public address does not work", checkWebhook},
}

func verifyCredentials(ctx context.Context, r *readiness) finding {
	if f, ok := r.needPlugin(ctx); !ok {
		return f
	}
	return r.tokenCheck(ctx)
}

func (a *verifyConnectionAction) Invoke(ctx context.Context, _ action.InvokeRequest, resp *action.InvokeResponse) {
	if !a.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	r := &readiness{clients: a.clients}
	for _, v := range verifications {
		resp.SendProgress(action.InvokeProgressEvent{Message: v.doing})
		found := v.look(ctx, r)
		if r.server.err != nil {
			resp.Diagnostics.AddError("The Mattermost server cannot be read", r.server.err.Error())
			return
		}
		if !found.ok {
			resp.Diagnostics.AddError(v.failed, found.detail+"\n\n"+found.fix)
			continue
		}
		resp.SendProgress(action.InvokeProgressEvent{Message: found.detail})
	}
}
