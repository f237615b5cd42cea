// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
)

// pluginRestartAction is msteamssync_plugin_restart, the set-up guide's first advice when something is stuck.
type pluginRestartAction struct{ clients *clients }

var _ action.ActionWithConfigure = (*pluginRestartAction)(nil)

func newPluginRestartAction() action.Action { return &pluginRestartAction{} }

func (a *pluginRestartAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_plugin_restart"
}

func (a *pluginRestartAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.clients = clientsFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *pluginRestartAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Restarts the plugin on every node of the Mattermost server, and waits until it runs everywhere, at most for `consistency_timeout` of the provider. " +
			"Messages that arrive meanwhile are carried afterwards. A plugin that is disabled is left alone, which is an error. " +
			"For restarts that follow from a change use `restart_triggers` of `msteamssync_plugin`.",
	}
}

func (a *pluginRestartAction) Invoke(ctx context.Context, _ action.InvokeRequest, resp *action.InvokeResponse) {
	if !a.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	server := a.clients.mattermost
	now, err := server.Plugin(ctx)
	if err != nil {
		resp.Diagnostics.AddError("The plugin's state cannot be read", err.Error())
		return
	}
	if !now.Switched || !now.Installed || !now.Enabled {
		resp.Diagnostics.AddError("The plugin cannot be restarted", notRunning(now))
		return
	}
	// Once it is disabled it has to be enabled again, whatever the user presses.
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("Stopping the plugin %s on %s", now.Version, server.URL())})
	if err := server.Disable(ctx); err != nil {
		resp.Diagnostics.AddError("The plugin was not disabled", err.Error())
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: "Starting it again"})
	if err := server.Enable(ctx); err != nil {
		resp.Diagnostics.AddError("The plugin was not enabled again",
			"It is disabled now. Invoke the action again, apply msteamssync_plugin, or enable it in System Console > Plugin Management.\n\n"+err.Error())
		return
	}
	if err := server.AwaitRunning(ctx, now.Version); err != nil {
		resp.Diagnostics.AddError("The plugin does not run", err.Error())
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: "The plugin runs on every node"})
}
