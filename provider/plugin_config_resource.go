// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// pluginConfigResource is msteamssync_plugin_config: the plugin's settings, each an attribute, null = not managed.
type pluginConfigResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure      = (*pluginConfigResource)(nil)
	_ resource.ResourceWithImportState    = (*pluginConfigResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*pluginConfigResource)(nil)
	_ resource.ResourceWithValidateConfig = (*pluginConfigResource)(nil)
)

func newPluginConfigResource() resource.Resource { return &pluginConfigResource{} }

func (r *pluginConfigResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_plugin_config"
}

func (r *pluginConfigResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

func (r *pluginConfigResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"id": schema.StringAttribute{Computed: true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "The plugin id, `com.mattermost.msteams-sync`."},
		"site_url": schema.StringAttribute{Optional: true, CustomType: siteURLType{},
			MarkdownDescription: "The site URL that everything else was set up for. It is compared with the server's own (ServiceSettings.SiteURL) and never written: while the two differ, every plan shows a change here."},
		"managed_keys": schema.SetAttribute{Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Keys of the settings that this resource manages. They are written to the plugin's setting `terraformManagedKeys`, so that the System Console can say so."},
	}
	for _, s := range pluginSettings {
		maps.Copy(attributes, s.schemaAttributes())
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The plugin's settings on the Mattermost server. A setting that is not given is not managed: it keeps whatever value it has. " +
			"A managed setting that somebody changes or removes shows as a planned change. The plugin has to be installed first: let this resource depend on `msteamssync_plugin`. " +
			"`encryptionKey` and `webhookSecret` belong to `msteamssync_plugin`, the client secret to `msteamssync_client_secret` or to `client_secret_wo`.",
		Attributes: attributes,
	}
}

// ValidateConfig checks what no single attribute can.
func (r *pluginConfigResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var cloud, login, graph types.String
	for name, target := range map[string]*types.String{"cloud": &cloud, "login_url": &login, "graph_url": &graph} {
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(name), target)...)
	}
	if cloud.ValueString() == customCloud && (login.IsNull() || graph.IsNull()) {
		resp.Diagnostics.AddAttributeError(path.Root("cloud"), "Addresses are missing",
			"cloud = \"custom\" takes its addresses from login_url and graph_url: give both.")
	}
}

// ModifyPlan says which keys will be managed.
func (r *pluginConfigResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || !r.clients.canPlanMattermost(&resp.Diagnostics) {
		return
	}
	plan := valuesOf(ctx, req.Plan, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	keys := types.SetUnknown(types.StringType)
	if plan.isKnown() {
		keys = setOf(plan.keys())
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("managed_keys"), keys)...)
}

func (r *pluginConfigResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	r.write(ctx, req.Plan, req.Config, nil, &resp.State, resp.Private, &resp.Diagnostics)
}

func (r *pluginConfigResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	prior := valuesOf(ctx, req.State, &resp.Diagnostics)
	r.write(ctx, req.Plan, req.Config, prior, &resp.State, resp.Private, &resp.Diagnostics)
}

// write saves the planned settings and removes those that prior managed and plan does not.
func (r *pluginConfigResource) write(ctx context.Context, planned tfsdk.Plan, configuration tfsdk.Config, prior configValues,
	state *tfsdk.State, private privateWriter, diags *diag.Diagnostics,
) {
	plan := valuesOf(ctx, planned, diags)
	if diags.HasError() || !r.clients.needMattermost(diags) {
		return
	}
	server := r.clients.mattermost
	now, err := server.Plugin(ctx)
	if err != nil {
		diags.AddError("The plugin's state cannot be read", err.Error())
		return
	}
	if now.Switched && !now.Installed {
		diags.AddError("The plugin is not installed",
			fmt.Sprintf("%s has no plugin %s, and Mattermost keeps no settings of plugins that are not installed. Declare msteamssync_plugin and let this resource depend on it.", server.URL(), catalog.PluginID))
		return
	}
	edit, secrets := editFor(ctx, plan, prior, configuration, diags)
	if diags.HasError() {
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	warnings, err := server.EditSettings(ctx, func(current mattermost.Settings) (mattermost.Edit, error) {
		if _, ours := secrets[clientSecretKey]; ours && current.Has(clientSecretExpiresKey) {
			return edit, fmt.Errorf("the client secret on %s was delivered by msteamssync_client_secret; a secret has one owner: remove that resource or client_secret_wo", server.URL())
		}
		return edit, nil
	})
	warnAll(diags, warnings)
	if err != nil {
		diags.AddError("The settings were not saved", err.Error())
		return
	}
	diags.Append(rememberFingerprints(ctx, private, secrets)...)
	plan["id"], plan["managed_keys"] = types.StringValue(catalog.PluginID), setOf(plan.keys())
	setValues(ctx, state, plan, diags)
	r.compareSiteURL(ctx, plan, diags)
	r.warnOfBadSettings(ctx, now, diags)
}

// editFor turns the plan into an edit. secrets are the write-only values in it, by key.
func editFor(ctx context.Context, plan, prior configValues, configuration tfsdk.Config, diags *diag.Diagnostics) (edit mattermost.Edit, secrets map[string]string) {
	edit.Set = map[string]any{}
	secrets = map[string]string{}
	for _, s := range plan.managed() {
		if s.kind != secretSetting {
			edit.Set[s.key] = s.saved(ctx, plan[s.attribute], diags)
			continue
		}
		if prior != nil && prior[s.versionAttribute()].Equal(plan[s.versionAttribute()]) {
			continue
		}
		var value types.String
		diags.Append(configuration.GetAttribute(ctx, path.Root(s.attribute), &value)...)
		// The plugin trims what it reads, and its fingerprints are of what it reads.
		secret := strings.TrimSpace(value.ValueString())
		edit.Set[s.key], secrets[s.key] = secret, secret
	}
	for _, s := range prior.managed() {
		if plan.marker(s).IsNull() {
			edit.Clear = append(edit.Clear, s.key)
		}
	}
	if keys := plan.keys(); len(keys) > 0 {
		edit.Set[managedKeysKey] = strings.Join(keys, ",")
	} else {
		edit.Clear = append(edit.Clear, managedKeysKey)
	}
	return edit, secrets
}

func (r *pluginConfigResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := valuesOf(ctx, req.State, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	warnings, err := r.clients.mattermost.EditSettings(ctx, func(mattermost.Settings) (mattermost.Edit, error) {
		return mattermost.Edit{Clear: append(state.keys(), managedKeysKey)}, nil
	})
	warnAll(&resp.Diagnostics, warnings)
	if err != nil {
		resp.Diagnostics.AddError("The settings were not removed", err.Error())
	}
}

func (r *pluginConfigResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if req.ID != catalog.PluginID {
		resp.Diagnostics.AddError("Unknown plugin id", fmt.Sprintf("%q cannot be imported; the id of the plugin is %s.", req.ID, catalog.PluginID))
		return
	}
	resource.ImportStatePassthroughID(ctx, path.Root("id"), req, resp)
}

// compareSiteURL warns when the server is reached by users under another address than the declared one.
func (r *pluginConfigResource) compareSiteURL(ctx context.Context, plan configValues, diags *diag.Diagnostics) {
	declared, _ := plan["site_url"].(siteURLValue)
	if declared.IsNull() {
		return
	}
	facts, err := r.clients.mattermost.Facts(ctx)
	if err != nil {
		diags.AddWarning("The server's site URL was not compared", err.Error())
		return
	}
	if !sameSiteURL(facts.SiteURL, declared.ValueString()) {
		diags.AddAttributeWarning(path.Root("site_url"), "The server has another site URL",
			fmt.Sprintf("ServiceSettings.SiteURL is %q, site_url is %q. The provider does not write it: correct one of the two. Until they agree, connecting accounts fails and every plan shows this difference.", facts.SiteURL, declared.ValueString()))
	}
}

// warnOfBadSettings passes on what the running plugin says about its settings.
func (r *pluginConfigResource) warnOfBadSettings(ctx context.Context, now mattermost.Plugin, diags *diag.Diagnostics) {
	if now.State() != mattermost.Running {
		return
	}
	report, err := r.clients.mattermost.Report(ctx)
	if err != nil {
		if !errors.Is(err, mattermost.ErrPluginDown) {
			diags.AddWarning("The plugin's opinion of its settings is not known", err.Error())
		}
		return
	}
	for _, problem := range report.Problems {
		diags.AddAttributeWarning(attributeOf(problem.Key), "The plugin cannot use a setting", problem.Key+" "+problem.Message)
	}
}

// attributeOf is the attribute of a setting's key.
func attributeOf(key string) path.Path {
	for _, s := range pluginSettings {
		if s.key == key {
			return path.Root(s.attribute)
		}
	}
	return path.Root("managed_keys")
}

type valueReader interface {
	Get(ctx context.Context, target any) diag.Diagnostics
}

// valuesOf reads all attributes of a plan or state.
func valuesOf(ctx context.Context, from valueReader, diags *diag.Diagnostics) configValues {
	var object types.Object
	diags.Append(from.Get(ctx, &object)...)
	values := map[string]attr.Value{}
	maps.Copy(values, object.Attributes())
	return values
}

// setValues writes all attributes of a state. Write-only ones are null there.
func setValues(ctx context.Context, state *tfsdk.State, values configValues, diags *diag.Diagnostics) {
	for _, s := range pluginSettings {
		if s.kind == secretSetting {
			values[s.attribute] = types.StringNull()
		}
	}
	object, problems := values.object(state.Schema.Type())
	diags.Append(problems...)
	diags.Append(state.Set(ctx, object)...)
}
