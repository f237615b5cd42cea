// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type pluginModel struct {
	ID              types.String `tfsdk:"id"`
	BundlePath      types.String `tfsdk:"bundle_path"`
	BundleURL       types.String `tfsdk:"bundle_url"`
	BundleSHA256    types.String `tfsdk:"bundle_sha256"`
	Enabled         types.Bool   `tfsdk:"enabled"`
	RestartTriggers types.Map    `tfsdk:"restart_triggers"`
	AllowDowngrade  types.Bool   `tfsdk:"allow_downgrade"`
	Version         types.String `tfsdk:"version"`
	Build           types.String `tfsdk:"build"`
	State           types.String `tfsdk:"state"`

	GeneratedSecrets types.String `tfsdk:"generated_secrets"`
}

func (r *pluginResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The sync plugin on the Mattermost server: installed, with its two generated secrets, and running on every node. " +
			"By default it is the bundle inside the provider, so that both have the same version. " +
			"A server that already runs the same build is adopted without an upload, and existing values of `encryptionKey` and `webhookSecret` are kept. " +
			"Destroying the resource removes the plugin and both secrets: accounts have to be connected again after a new installation.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "The plugin id, `com.mattermost.msteams-sync`."},
			"bundle_path": schema.StringAttribute{Optional: true,
				Validators:          []validator.String{stringvalidator.ConflictsWith(path.MatchRoot("bundle_url")), stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "File with the plugin bundle (.tar.gz) to install. Default: the bundle inside the provider."},
			"bundle_url": schema.StringAttribute{Optional: true,
				Validators: []validator.String{
					stringvalidator.AlsoRequires(path.MatchRoot("bundle_sha256")),
					stringvalidator.RegexMatches(regexp.MustCompile(`^https://[^/]+/|^http://(localhost|127\.0\.0\.1|\[::1\])[:/]`), "it must be an https address (http on loopback only)"),
				},
				MarkdownDescription: "Address to download the plugin bundle from, https. It needs `bundle_sha256`."},
			"bundle_sha256": schema.StringAttribute{Optional: true, Computed: true,
				Validators:          []validator.String{stringvalidator.RegexMatches(regexp.MustCompile(`^[0-9a-fA-F]{64}$`), "it must be 64 hexadecimal digits")},
				MarkdownDescription: "SHA-256 of the bundle in hexadecimal. Required with `bundle_url`; otherwise computed, and compared if given."},
			"enabled": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether the plugin is switched on. Default: true."},
			"restart_triggers": schema.MapAttribute{Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Any values; a change disables the plugin and enables it again."},
			"allow_downgrade": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether a bundle that is older than the installed plugin may replace it. Default: false, because an older plugin may not understand a newer one's tables."},
			"version": schema.StringAttribute{Computed: true, MarkdownDescription: "Version of the plugin. Another version on the server shows as a planned change."},
			"build":   schema.StringAttribute{Computed: true, MarkdownDescription: "Digest of the build, which tells two builds of one version apart. Empty for bundles that do not carry one."},
			"generated_secrets": schema.StringAttribute{Computed: true,
				MarkdownDescription: "Whether `encryptionKey` and `webhookSecret` are those of the last apply: `intact`, `missing` (the next apply makes new ones) or `replaced` (the next apply warns and accepts them)."},
			"state": schema.StringAttribute{Computed: true,
				MarkdownDescription: "How the plugin runs: `running`, `starting`, `stopped` or `failed`; on several nodes, the worst of them."},
		},
	}
}
