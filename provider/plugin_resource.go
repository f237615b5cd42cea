// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/mod/semver"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/bundle"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// pluginResource is msteamssync_plugin: the plugin's presence on the server, its two generated secrets, and that it runs.
// A server has one such plugin, so creating is adopting: what is there already is kept as far as it is right.
type pluginResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure   = (*pluginResource)(nil)
	_ resource.ResourceWithImportState = (*pluginResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*pluginResource)(nil)
)

func newPluginResource() resource.Resource { return &pluginResource{} }

func (r *pluginResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_plugin"
}

func (r *pluginResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

// Create leaves nothing in the state when it fails: a tainted plugin would be removed together with its encryption key,
// while creating again simply goes on.
func (r *pluginResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan pluginModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	r.reach(ctx, &plan, pluginModel{}, resp.Private, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

func (r *pluginResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state pluginModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	r.reach(ctx, &plan, state, resp.Private, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

// reach brings the server to what plan says and fills in what plan leaves open. prior is empty on create.
func (r *pluginResource) reach(ctx context.Context, plan *pluginModel, prior pluginModel, private privateWriter, diags *diag.Diagnostics) {
	server := r.clients.mattermost
	facts, err := server.Facts(ctx)
	if err != nil {
		diags.AddError("The Mattermost server cannot be read", err.Error())
		return
	}
	if problem := facts.SiteURLProblem(); problem != "" {
		diags.AddWarning("The server's site URL does not work for the bridge", problem)
	}
	now, err := server.Plugin(ctx)
	if err != nil {
		diags.AddError("The plugin's state cannot be read", err.Error())
		return
	}
	uploaded := false
	if plan.needsUpload(now, prior) {
		r.upload(ctx, plan, now, facts, private, diags)
		uploaded = true
	} else if obstacles := facts.Obstacles(""); len(obstacles) > 0 {
		diags.AddError("The plugin cannot work on this server", strings.Join(obstacles, "\n"))
	}
	if diags.HasError() {
		return
	}
	secrets := r.writeGenerated(ctx, diags)
	if diags.HasError() {
		return
	}
	restart := !uploaded && now.Enabled && prior.restartsFor(*plan, now)
	r.switchTo(ctx, plan, restart, diags)
	if diags.HasError() {
		return
	}
	r.settleGenerated(ctx, secrets, private, diags)
	if prior.GeneratedSecrets.ValueString() == secretsReplaced {
		warnReplaced(diags)
	}
	plan.ID = types.StringValue(catalog.PluginID)
}

// needsUpload compares what the server has with what the plan wants. Without a build digest two bundles of one version
// cannot be told apart, and then only the bundle that Terraform itself installed counts as the same.
func (m pluginModel) needsUpload(now mattermost.Plugin, prior pluginModel) bool {
	if !now.Installed || m.Version.IsUnknown() || now.Version != m.Version.ValueString() || now.Build != m.Build.ValueString() {
		return true
	}
	return now.Build == "" && !strings.EqualFold(prior.BundleSHA256.ValueString(), m.BundleSHA256.ValueString())
}

// restartsFor says whether going from m to plan has to restart a plugin that is enabled anyway.
func (m pluginModel) restartsFor(plan pluginModel, now mattermost.Plugin) bool {
	triggered := !m.ID.IsNull() && !m.RestartTriggers.Equal(plan.RestartTriggers)
	return triggered || now.State() != mattermost.Running
}

func (r *pluginResource) upload(ctx context.Context, plan *pluginModel, now mattermost.Plugin, facts mattermost.Facts, private privateWriter, diags *diag.Diagnostics) {
	source, err := r.bundleOf(ctx, *plan)
	if err != nil {
		diags.AddAttributeError(plan.bundlePath(), "The plugin bundle cannot be used", err.Error())
		return
	}
	checkDigest(*plan, source, diags)
	if !plan.AllowDowngrade.ValueBool() && isOlder(source.Manifest.Version, now.Version) {
		refuseDowngrade(diags, now.Version, source.Manifest.Version)
	}
	if obstacles := append(facts.Obstacles(source.Manifest.MinServerVersion), facts.UploadObstacles()...); len(obstacles) > 0 {
		diags.AddError("The plugin cannot be installed on this server", strings.Join(obstacles, "\n"))
	}
	if diags.HasError() {
		return
	}
	if err := r.clients.mattermost.Install(ctx, source.Reader()); err != nil {
		diags.AddError("The plugin was not installed", err.Error())
		return
	}
	if plan.BundleSHA256.IsUnknown() {
		plan.BundleSHA256 = types.StringValue(source.SHA256)
	}
	plan.Version = types.StringValue(source.Manifest.Version)
	plan.Build = types.StringValue(mattermost.Build(source.Manifest))
	diags.Append(rememberInstalled(ctx, private, source)...)
}

// switchTo enables or disables the plugin and waits until that has happened on every node.
func (r *pluginResource) switchTo(ctx context.Context, plan *pluginModel, restart bool, diags *diag.Diagnostics) {
	server := r.clients.mattermost
	if restart || !plan.Enabled.ValueBool() {
		if err := server.Disable(ctx); err != nil {
			diags.AddError("The plugin was not disabled", err.Error())
			return
		}
	}
	if !plan.Enabled.ValueBool() {
		plan.State = types.StringValue(string(mattermost.Stopped))
		return
	}
	if err := server.Enable(ctx); err != nil {
		diags.AddError("The plugin was not enabled", err.Error())
		return
	}
	if err := server.AwaitRunning(ctx, plan.Version.ValueString()); err != nil {
		diags.AddError("The plugin does not run", err.Error())
		return
	}
	plan.State = types.StringValue(string(mattermost.Running))
}

func (r *pluginResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state pluginModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.canRefreshMattermost(&resp.Diagnostics) {
		return
	}
	now, err := r.clients.mattermost.Plugin(ctx)
	if err != nil {
		resp.Diagnostics.AddError("The plugin's state cannot be read", err.Error())
		return
	}
	switch {
	case !now.Switched:
		resp.Diagnostics.AddWarning("Plugins are switched off on the server",
			"The server does not say which plugins it has while PluginSettings.Enable is false, so the state is kept as it is.")
		return
	case !now.Installed && state.Version.IsNull(): // import
		resp.Diagnostics.AddError("The plugin is not installed", fmt.Sprintf("%s has no plugin %s to import. Leave the import out: the resource installs it.", r.clients.mattermost.URL(), catalog.PluginID))
		return
	case !now.Installed:
		resp.State.RemoveResource(ctx)
		return
	}
	if state.Version.IsNull() { // import
		state.AllowDowngrade = types.BoolValue(false)
		if source, err := bundle.Embedded(); err == nil && !(pluginModel{
			Version: types.StringValue(source.Manifest.Version), Build: types.StringValue(mattermost.Build(source.Manifest)),
		}).needsUpload(now, state) {
			state.BundleSHA256 = types.StringValue(source.SHA256)
			resp.Diagnostics.Append(rememberInstalled(ctx, resp.Private, source)...)
		}
	}
	state.ID = types.StringValue(catalog.PluginID)
	state.Version = types.StringValue(now.Version)
	state.Build = types.StringValue(now.Build)
	state.Enabled = types.BoolValue(now.Enabled)
	state.State = types.StringValue(string(now.State()))
	state.GeneratedSecrets = types.StringValue(r.generatedState(ctx, req.Private, &resp.Diagnostics))
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *pluginResource) Delete(ctx context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	if !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	server := r.clients.mattermost
	if err := server.Disable(ctx); err != nil && !mattermost.IsNotFound(err) {
		resp.Diagnostics.AddError("The plugin was not disabled", err.Error())
		return
	}
	// While it is installed, because the server hides the settings of a plugin that is not.
	warnings, err := server.EditSettings(ctx, func(mattermost.Settings) (mattermost.Edit, error) {
		return mattermost.Edit{Clear: generatedKeys}, nil
	})
	warnAll(&resp.Diagnostics, warnings)
	if err != nil {
		resp.Diagnostics.AddError("The plugin's secrets were not removed", err.Error())
		return
	}
	if err := server.Remove(ctx); err != nil {
		resp.Diagnostics.AddError("The plugin was not removed", err.Error())
	}
}

func (r *pluginResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if req.ID != catalog.PluginID {
		resp.Diagnostics.AddError("Unknown plugin id", fmt.Sprintf("%q cannot be imported; the id of the plugin is %s.", req.ID, catalog.PluginID))
		return
	}
	resource.ImportStatePassthroughID(ctx, path.Root("id"), req, resp)
}

// isOlder says whether version a comes before b. What is not a version is not older.
func isOlder(a, b string) bool {
	return semver.IsValid("v"+a) && semver.IsValid("v"+b) && semver.Compare("v"+a, "v"+b) < 0
}

func refuseDowngrade(diags *diag.Diagnostics, installed, offered string) {
	diags.AddAttributeError(path.Root("allow_downgrade"), "The installed plugin is newer",
		fmt.Sprintf("The server has version %s, the bundle is %s. Set allow_downgrade = true to replace it nevertheless.", installed, offered))
}

// warnAll shows what the configuration writer wants to tell the user.
func warnAll(diags *diag.Diagnostics, warnings []string) {
	for _, warning := range warnings {
		diags.AddWarning("Settings of other plugins", warning)
	}
}
