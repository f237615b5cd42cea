// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// readinessDataSource is msteamssync_readiness.
type readinessDataSource struct{ clients *clients }

var _ datasource.DataSourceWithConfigure = (*readinessDataSource)(nil)

func newReadinessDataSource() datasource.DataSource { return &readinessDataSource{} }

// defaultCredentialDays is how long a credential must still be valid unless the configuration says otherwise.
const defaultCredentialDays = 30

type readinessModel struct {
	ClientID             types.String `tfsdk:"client_id"`
	BotUserPrincipalName types.String `tfsdk:"bot_user_principal_name"`
	CredentialDays       types.Int64  `tfsdk:"credential_days"`
	SiteURL              siteURLValue `tfsdk:"site_url"`

	Ready   types.Bool           `tfsdk:"ready"`
	Checks  []readinessCheckItem `tfsdk:"checks"`
	Skipped types.Set            `tfsdk:"skipped"`
}

type readinessCheckItem struct {
	Check  types.String `tfsdk:"check"`
	OK     types.Bool   `tfsdk:"ok"`
	Detail types.String `tfsdk:"detail"`
	Fix    types.String `tfsdk:"fix"`
}

func (d *readinessDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_readiness"
}

func (d *readinessDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.clients = clientsFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *readinessDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	var list strings.Builder
	for _, check := range readinessChecks() {
		fmt.Fprintf(&list, "* `%s`: %s.\n", check.name, check.inOrder)
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Whether everything that a bridge needs is in order on both sides, made for `check` blocks. It never fails: a side that is down, or whose credentials are not known yet, is not in order. " +
			"Checks of a side for which the provider has no credentials are skipped, because another team runs it. The checks are:\n\n" + strings.TrimSpace(list.String()),
		Attributes: map[string]schema.Attribute{
			"client_id": schema.StringAttribute{Optional: true,
				Validators:          []validator.String{stringvalidator.RegexMatches(guidPattern, "it must be a GUID: the application (client) ID, not the object ID or a name")},
				MarkdownDescription: "Application (client) ID of the bridge's registration. Default: the one in the plugin's settings."},
			"bot_user_principal_name": schema.StringAttribute{Optional: true,
				MarkdownDescription: "User principal name of the bot account. Default: the first bot that is connected in the plugin."},
			"credential_days": schema.Int64Attribute{Optional: true,
				Validators:          []validator.Int64{int64validator.AtLeast(0)},
				MarkdownDescription: "How many days a credential must still be valid. Default: 30."},
			"site_url": schema.StringAttribute{Optional: true, CustomType: siteURLType{},
				MarkdownDescription: "Site URL of the Mattermost server, https. Default: what the server says; without Mattermost credentials the check `redirect_uri` needs it."},

			"ready": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether all checks that were made are in order, and at least one was made."},
			"checks": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "The checks that were made, in the order in which they are best mended.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"check":  text("Name of the check."),
					"ok":     schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether it is in order; false also if that cannot be found out."},
					"detail": text("What was found."),
					"fix":    text("What to do about it; empty if it is in order."),
				}}},
			"skipped": schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Names of the checks that were not made for lack of credentials for their side."},
		},
	}
}

func (d *readinessDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model readinessModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r := readiness{
		clients: d.clients, now: time.Now(), days: defaultCredentialDays,
		siteURL: model.SiteURL.ValueString(), clientID: model.ClientID.ValueString(), bot: model.BotUserPrincipalName.ValueString(),
	}
	if !model.CredentialDays.IsNull() {
		r.days = model.CredentialDays.ValueInt64()
	}
	ready, skipped := true, []string{}
	model.Checks = []readinessCheckItem{}
	for _, check := range readinessChecks() {
		f := check.look(ctx, &r)
		if f.skipped {
			skipped = append(skipped, check.name)
			continue
		}
		ready = ready && f.ok
		model.Checks = append(model.Checks, readinessCheckItem{
			types.StringValue(check.name), types.BoolValue(f.ok), types.StringValue(strings.TrimSpace(f.detail)), types.StringValue(f.fix),
		})
	}
	model.Ready, model.Skipped = types.BoolValue(ready && len(model.Checks) > 0), setOf(skipped)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
