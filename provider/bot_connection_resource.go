// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// botConnectionResource is msteamssync_bot_connection: a bot account that the plugin can speak as.
type botConnectionResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure   = (*botConnectionResource)(nil)
	_ resource.ResourceWithImportState = (*botConnectionResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*botConnectionResource)(nil)
)

func newBotConnectionResource() resource.Resource { return &botConnectionResource{} }

// botConnectionModel is the state of msteamssync_bot_connection. PasswordWO is in the configuration only.
type botConnectionModel struct {
	ID                types.String `tfsdk:"id"`
	UserPrincipalName types.String `tfsdk:"user_principal_name"`
	PasswordWO        types.String `tfsdk:"password_wo"`
	PasswordWOVersion types.Int64  `tfsdk:"password_wo_version"`
	Connected         types.Bool   `tfsdk:"connected"`
	DisplayName       types.String `tfsdk:"display_name"`
}

func (r *botConnectionResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_bot_connection"
}

func (r *botConnectionResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

func (r *botConnectionResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Connects a bot account with the plugin without a browser: the plugin logs in at Microsoft with the account's password once and keeps what Microsoft gives it, not the password. " +
			"A bot that is connected already, as a system admin does with `/msteams-sync connect-bot`, is adopted and needs no password. " +
			"Where the tenant does not let accounts log in with a password alone, for example because of multi-factor authentication, the error names Microsoft's code and the address to open in a browser; after that, the next apply adopts the connection. " +
			"The plugin must be configured and its permissions consented to: let this resource depend on `msteamssync_plugin_config` and `msteamssync_admin_consent`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Object ID of the account."},
			"user_principal_name": schema.StringAttribute{Required: true,
				PlanModifiers:       []planmodifier.String{keepEqual(strings.EqualFold), stringplanmodifier.RequiresReplace()},
				Validators:          []validator.String{stringvalidator.RegexMatches(upnPattern, "must look like bridge@example.com")},
				MarkdownDescription: "User principal name of the bot, in any case. Another one replaces the connection."},
			"password_wo": schema.StringAttribute{Optional: true, Sensitive: true, WriteOnly: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "Password of the bot, write-only: it is in neither state nor plan. Needed unless the bot is connected already."},
			"password_wo_version": schema.Int64Attribute{Optional: true,
				MarkdownDescription: "Any change of this number logs in again with `password_wo`, which may be left out of plans that change nothing of it. Changing the password at Microsoft usually ends a connection."},
			"connected": schema.BoolAttribute{Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether the bot can send; kept true. A bot that was disconnected or whose log-in Microsoft does not take any more shows false, and apply connects it again."},
			"display_name": schema.StringAttribute{Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Name of the bot as it was when it was connected."},
		},
	}
}

// ModifyPlan leaves the name open where the bot is connected anew.
func (r *botConnectionResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || req.State.Raw.IsNull() {
		return
	}
	needPasswordOfVersion(ctx, req, &resp.Diagnostics)
	var plan, state botConnectionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if !resp.Diagnostics.HasError() && !plan.PasswordWOVersion.Equal(state.PasswordWOVersion) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("display_name"), types.StringUnknown())...)
	}
}

func (r *botConnectionResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan botConnectionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	server := r.clients.mattermost
	var bot mattermost.Bot
	err := server.WhenReady(ctx, func(ctx context.Context) (err error) {
		bot, err = r.find(ctx, plan.UserPrincipalName.ValueString())
		return err
	})
	switch {
	case err != nil:
		resp.Diagnostics.AddError("The bots cannot be read", err.Error())
		return
	case bot.Connected:
		resp.Diagnostics.AddWarning("The bot was connected already", fmt.Sprintf("The connection of %s is kept as it is and now belongs to this resource; no password was used.", bot.UserPrincipalName))
	default:
		if bot = r.connect(ctx, plan, req.Config, &resp.Diagnostics); resp.Diagnostics.HasError() {
			return
		}
	}
	plan.ID, plan.DisplayName = types.StringValue(bot.ID), types.StringValue(bot.DisplayName)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// find finds a bot by its user principal name; the zero value when it is not connected.
func (r *botConnectionResource) find(ctx context.Context, upn string) (mattermost.Bot, error) {
	bots, err := r.clients.mattermost.Bots(ctx)
	for _, bot := range bots {
		if strings.EqualFold(bot.UserPrincipalName, upn) {
			return bot, err
		}
	}
	return mattermost.Bot{}, err
}

// connect logs the bot in with the password of the configuration.
func (r *botConnectionResource) connect(ctx context.Context, plan botConnectionModel, config tfsdk.Config, diags *diag.Diagnostics) mattermost.Bot {
	var password types.String
	diags.Append(config.GetAttribute(ctx, path.Root("password_wo"), &password)...)
	if diags.HasError() {
		return mattermost.Bot{}
	}
	upn := plan.UserPrincipalName.ValueString()
	if password.ValueString() == "" {
		diags.AddAttributeError(path.Root("password_wo"), "The bot is not connected",
			fmt.Sprintf("%s is not connected, and there is no password to connect it with. Give password_wo; or, as a system admin, open %s?bot=true in a browser, log in at Microsoft as %s, and apply again.",
				upn, r.connectAddress(ctx), upn))
		return mattermost.Bot{}
	}
	bot, err := r.clients.mattermost.ConnectBot(ctx, upn, password.ValueString())
	if err != nil && mattermost.IsUnanswered(err) {
		// The answer may have been lost after the bot was connected.
		if now, lookErr := r.find(ctx, upn); lookErr == nil && now.Connected {
			return now
		}
	}
	if err != nil {
		diags.AddAttributeError(path.Root("password_wo"), "The bot was not connected", err.Error())
	}
	return bot
}

// connectAddress is where accounts are connected in a browser.
func (r *botConnectionResource) connectAddress(ctx context.Context) string {
	site := r.clients.mattermost.URL()
	if facts, err := r.clients.mattermost.Facts(ctx); err == nil && facts.SiteURL != "" {
		site = facts.SiteURL
	}
	return catalog.PluginURL(site, "/connect")
}

// Read keeps a bot that was disconnected in the state: connecting it again is an update in place.
func (r *botConnectionResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state botConnectionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.canRefreshMattermost(&resp.Diagnostics) {
		return
	}
	upn, importing := state.UserPrincipalName.ValueString(), state.ID.IsNull()
	bot, err := r.find(ctx, upn)
	switch {
	case err != nil && !importing && keptWhileDown(&resp.Diagnostics, "The connection of the bot "+upn, err):
		return
	case err != nil:
		resp.Diagnostics.AddError("The bot connection cannot be read", err.Error())
		return
	case bot.ID == "" && importing:
		resp.Diagnostics.AddError("There is no bot connection to import", fmt.Sprintf("No bot with the user principal name %s is connected.", upn))
		return
	case bot.ID != "":
		state.ID, state.DisplayName = types.StringValue(bot.ID), types.StringValue(bot.DisplayName)
		if importing {
			state.UserPrincipalName = types.StringValue(bot.UserPrincipalName)
		}
	}
	state.Connected = types.BoolValue(bot.Connected)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *botConnectionResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state botConnectionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	bot, err := r.find(ctx, plan.UserPrincipalName.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("The bots cannot be read", err.Error())
		return
	}
	// A person may have connected it in a browser since the plan.
	withPassword := !plan.PasswordWOVersion.IsNull() && !plan.PasswordWOVersion.Equal(state.PasswordWOVersion)
	if !bot.Connected || withPassword {
		if bot = r.connect(ctx, plan, req.Config, &resp.Diagnostics); resp.Diagnostics.HasError() {
			return
		}
	}
	plan.ID = types.StringValue(bot.ID)
	if plan.DisplayName.IsUnknown() {
		plan.DisplayName = types.StringValue(bot.DisplayName)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *botConnectionResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state botConnectionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	err := r.clients.mattermost.DisconnectBot(ctx, state.ID.ValueString())
	if err != nil && !leftBehind(&resp.Diagnostics, "The bot connection", err) {
		resp.Diagnostics.AddError("The bot was not disconnected", err.Error())
	}
}

// ImportState takes the user principal name.
func (r *botConnectionResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("user_principal_name"), strings.TrimSpace(req.ID))...)
}
