// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/bundle"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// installedKey is where the private state keeps which bundle Terraform installed last.
const installedKey = "installed"

// installedBundle lets a plan say which version a bundle has without downloading it again.
type installedBundle struct {
	SHA256  string `json:"sha256"`
	Version string `json:"version"`
	Build   string `json:"build"`
}

// privateWriter is the writing half of the framework's private state.
type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func rememberInstalled(ctx context.Context, private privateWriter, b *bundle.Bundle) diag.Diagnostics {
	value, _ := json.Marshal(installedBundle{SHA256: b.SHA256, Version: b.Manifest.Version, Build: mattermost.Build(b.Manifest)})
	return private.SetKey(ctx, installedKey, value)
}

// bundleOf opens the bundle that the resource names; a download takes place only here.
func (r *pluginResource) bundleOf(ctx context.Context, m pluginModel) (*bundle.Bundle, error) {
	switch {
	case !m.BundlePath.IsNull():
		return bundle.Open(m.BundlePath.ValueString())
	case !m.BundleURL.IsNull():
		return bundle.Download(ctx, r.clients.mattermost.HTTPClient(), m.BundleURL.ValueString(), m.BundleSHA256.ValueString())
	}
	return bundle.Embedded()
}

// bundlePath is the attribute that an error about the bundle belongs to.
func (m pluginModel) bundlePath() path.Path {
	if !m.BundleURL.IsNull() {
		return path.Root("bundle_url")
	}
	return path.Root("bundle_path")
}

func checkDigest(m pluginModel, b *bundle.Bundle, diags *diag.Diagnostics) {
	want := m.BundleSHA256
	if want.IsNull() || want.IsUnknown() || strings.EqualFold(want.ValueString(), b.SHA256) {
		return
	}
	diags.AddAttributeError(path.Root("bundle_sha256"), "The bundle has another digest",
		fmt.Sprintf("The SHA-256 of the bundle is %s, not %s.", b.SHA256, want.ValueString()))
}

// ModifyPlan says which version the plugin will have and that it will run, so that another version, another build or a
// stopped plugin shows as a planned change.
func (r *pluginResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || !r.clients.canPlanMattermost(&resp.Diagnostics) {
		return
	}
	var plan, configuration, state pluginModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &configuration)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	plan.BundleSHA256 = configuration.BundleSHA256
	planned := r.plannedBundle(ctx, plan, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if planned == nil {
		plan.Version, plan.Build = types.StringUnknown(), types.StringUnknown()
		if plan.BundleSHA256.IsNull() {
			plan.BundleSHA256 = types.StringUnknown()
		}
	} else {
		plan.Version, plan.Build = types.StringValue(planned.Version), types.StringValue(planned.Build)
		if plan.BundleSHA256.IsNull() {
			plan.BundleSHA256 = types.StringValue(planned.SHA256)
		}
		if !plan.AllowDowngrade.ValueBool() && isOlder(planned.Version, state.Version.ValueString()) {
			refuseDowngrade(&resp.Diagnostics, state.Version.ValueString(), planned.Version)
		}
	}
	switch {
	case plan.Enabled.IsUnknown():
		plan.State = types.StringUnknown()
	case plan.Enabled.ValueBool():
		plan.State = types.StringValue(string(mattermost.Running))
	default:
		plan.State = types.StringValue(string(mattermost.Stopped))
	}
	plan.GeneratedSecrets = types.StringValue(secretsIntact)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// plannedBundle finds out what the plan's bundle is; nil = not known before the apply.
func (r *pluginResource) plannedBundle(ctx context.Context, plan pluginModel, req resource.ModifyPlanRequest, diags *diag.Diagnostics) *installedBundle {
	if plan.BundlePath.IsUnknown() || plan.BundleURL.IsUnknown() || plan.BundleSHA256.IsUnknown() {
		return nil
	}
	if !plan.BundleURL.IsNull() {
		var last installedBundle
		value, found := req.Private.GetKey(ctx, installedKey)
		diags.Append(found...)
		if len(value) > 0 && json.Unmarshal(value, &last) == nil && strings.EqualFold(last.SHA256, plan.BundleSHA256.ValueString()) {
			return &last
		}
		return nil
	}
	source, err := r.bundleOf(ctx, plan)
	if errors.Is(err, fs.ErrNotExist) { // another resource may write the file during the apply
		return nil
	}
	if err != nil {
		diags.AddAttributeError(plan.bundlePath(), "The plugin bundle cannot be used", err.Error())
		return nil
	}
	checkDigest(plan, source, diags)
	return &installedBundle{SHA256: source.SHA256, Version: source.Manifest.Version, Build: mattermost.Build(source.Manifest)}
}
