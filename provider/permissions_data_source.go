// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// permissionsDataSource is msteamssync_permissions: the catalogue that the provider carries. It asks nobody.
type permissionsDataSource struct{}

func newPermissionsDataSource() datasource.DataSource { return permissionsDataSource{} }

type permissionsModel struct {
	Kind        types.String            `tfsdk:"kind"`
	Profile     types.String            `tfsdk:"profile"`
	Permissions []permissionModel       `tfsdk:"permissions"`
	Profiles    map[string]profileModel `tfsdk:"profiles"`
}

type permissionModel struct {
	Name         types.String `tfsdk:"name"`
	Kind         types.String `tfsdk:"kind"`
	ID           types.String `tfsdk:"id"`
	AdminConsent types.Bool   `tfsdk:"admin_consent"`
	Guide        types.Bool   `tfsdk:"guide"`
	Opens        types.Set    `tfsdk:"opens"`
}

type profileModel struct {
	Enables     types.String `tfsdk:"enables"`
	Delegated   types.Set    `tfsdk:"delegated"`
	Application types.Set    `tfsdk:"application"`
}

func (permissionsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_permissions"
}

func (permissionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	kinds := []string{string(catalog.Delegated), string(catalog.Application)}
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	names := func(description string) schema.SetAttribute {
		return schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The Microsoft Graph permissions that the provider knows, with their ids, and the profiles that say which of them a feature needs. " +
			"It is read from the provider itself: it needs no credentials and no network.\n\n" + profileList(),
		Attributes: map[string]schema.Attribute{
			"kind": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.OneOf(kinds...)},
				MarkdownDescription: "Only permissions of this kind: `delegated` or `application`. Default: both."},
			"profile": schema.StringAttribute{Optional: true, Validators: []validator.String{stringvalidator.OneOf(catalog.ProfileNames()...)},
				MarkdownDescription: "Only permissions of this profile, for example `channels`. Default: all permissions."},
			"permissions": schema.ListNestedAttribute{Computed: true,
				MarkdownDescription: "The permissions, sorted by kind and name.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"name":          text("Name as the portal shows it, for example `ChannelMessage.Send`."),
					"kind":          text("`delegated` for a scope, which acts for a signed-in user, or `application` for an app role, which acts for the application itself."),
					"id":            text("GUID of the scope or app role, the same in every tenant and cloud."),
					"admin_consent": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether only an administrator can grant it."},
					"guide":         schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the set-up guide asks for it."},
					"opens":         names("Calls that the permission opens and the bridge or the provider makes, for example `POST /chats`. `SUBSCRIBE` stands before resources of change notifications and `OAUTH` before parts of a token."),
				}}},
			"profiles": schema.MapNestedAttribute{Computed: true,
				MarkdownDescription: "All profiles by name, whatever the filters say.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"enables":     text("What works with the profile."),
					"delegated":   names("Names of its delegated permissions."),
					"application": names("Names of its application permissions."),
				}}},
		},
	}
}

func (permissionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model permissionsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	model.Permissions, model.Profiles = []permissionModel{}, map[string]profileModel{}
	profile, filtered := catalog.ProfileByName(model.Profile.ValueString())
	for _, p := range catalog.All() {
		if kind := model.Kind.ValueString(); kind != "" && kind != string(p.Kind) || filtered && !slices.Contains(profile.Names(p.Kind), p.Name) {
			continue
		}
		model.Permissions = append(model.Permissions, permissionModel{
			Name: types.StringValue(p.Name), Kind: types.StringValue(string(p.Kind)), ID: types.StringValue(p.ID),
			AdminConsent: types.BoolValue(p.AdminConsent), Guide: types.BoolValue(p.Guide), Opens: setOf(p.Opens),
		})
	}
	for _, p := range catalog.Profiles() {
		model.Profiles[p.Name] = profileModel{types.StringValue(p.Enables), setOf(p.Delegated), setOf(p.Application)}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
