// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// pluginStatusDataSource is msteamssync_plugin_status.
type pluginStatusDataSource struct{ clients *clients }

var _ datasource.DataSourceWithConfigure = (*pluginStatusDataSource)(nil)

func newPluginStatusDataSource() datasource.DataSource { return &pluginStatusDataSource{} }

func (d *pluginStatusDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_plugin_status"
}

func (d *pluginStatusDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.clients = clientsFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *pluginStatusDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	if !d.clients.canRefreshMattermost(&resp.Diagnostics) {
		if !resp.Diagnostics.HasError() { // not known yet
			resp.Diagnostics.Append(resp.State.Set(ctx, pluginStatus{})...)
		}
		return
	}
	status, err := readPluginStatus(ctx, d.clients.mattermost)
	if err != nil {
		resp.Diagnostics.AddError("The plugin's status cannot be read", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, status)...)
}

func (d *pluginStatusDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	truth := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	seconds := func(description string) schema.Float64Attribute {
		return schema.Float64Attribute{Computed: true, MarkdownDescription: description}
	}
	names := func(description string) schema.SetAttribute {
		return schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	each := func(attributes map[string]schema.Attribute) schema.NestedAttributeObject {
		return schema.NestedAttributeObject{Attributes: attributes}
	}
	lane := func(description string) schema.SingleNestedAttribute {
		return schema.SingleNestedAttribute{Computed: true, MarkdownDescription: description, Attributes: map[string]schema.Attribute{
			"pending":       number("How many events wait or are in work."),
			"parked":        number("How many events wait for something else, for example for an account to be connected."),
			"dead":          number("How many events were given up."),
			"lag_seconds":   seconds("How long the oldest event has been waiting for its turn, in seconds; what is parked does not count."),
			"last_event_at": text("When the last event was carried, in RFC 3339; null if there was none."),
			"last_error":    text("What went wrong last; null if nothing did."),
			"last_error_at": text("When that was, in RFC 3339; null if nothing went wrong."),
		}}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "How the plugin is: on every node as the Mattermost server sees it, and in its own words. " +
			"A plugin that is missing, disabled or does not answer is no error: `running` is then false, `error` says why, and everything that only the plugin knows is null.",
		Attributes: map[string]schema.Attribute{
			"running":   truth("Whether the plugin is enabled, runs on every node of the server and answers."),
			"installed": truth("Whether the plugin is installed; null while plugins are switched off on the server, which then does not say."),
			"enabled":   truth("Whether the plugin is enabled on the server."),
			"version":   text("Installed version; null if the plugin is not installed."),
			"nodes": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "The plugin on each node of the server; null if it is not installed.", NestedObject: each(map[string]schema.Attribute{
				"id":      text("ID of the node in the cluster; empty without a cluster."),
				"version": text("Version that the node has."),
				"state":   text("`running`, `starting`, `stopped` or `failed`."),
				"error":   text("Why it failed, if the server says so; otherwise empty."),
			})},
			"node":     text("The plugin's process that answered, by the name that it gave itself."),
			"state":    text("The plugin's own state: `running`, `not_configured` while settings are missing, `bad_settings` while settings cannot be used, or `database_unavailable`."),
			"bridging": truth("Whether messages travel, perhaps with the last good settings."),
			"error":    text("Why the plugin does not run, or why it cannot say everything; null if there is nothing to say."),

			"missing_keys": names("Keys of the settings that the plugin still needs."),
			"problems": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "Settings that the plugin cannot use; it goes on with the last good ones.", NestedObject: each(map[string]schema.Attribute{
				"key":     text("Key of the setting."),
				"message": text("What is wrong with it."),
			})},
			"settings_since":           text("When the settings in use were taken into use, in RFC 3339."),
			"client_secret_expires_at": text("When the client secret expires as the plugin's settings say, in RFC 3339; null if they do not."),
			"terraform_managed_keys":   names("Keys of the settings that Terraform owns."),
			"pending_settings": schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "Settings that name another tenant, application, secret or cloud and that Microsoft has not accepted yet: the last good ones are in use, and these are tried again until they are accepted or changed. Null if there are none.", Attributes: map[string]schema.Attribute{
				"since": text("Since when they wait, in RFC 3339."),
				"keys":  names("Keys of the settings that would change."),
				"error": text("What Microsoft answered last; null if it has not answered yet."),
			}},
			"client_certificate_expires_at": text("When the newest certificate with which the application can log in expires, in RFC 3339; null if there is none."),
			"credentials": schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "Whether Microsoft takes tenant, client and secret.", Attributes: map[string]schema.Attribute{
				"state":      text("`accepted`, `refused` or, before the first use, `unknown`; refused also when Microsoft could not be reached."),
				"checked_at": text("When the plugin asked for a token last, in RFC 3339; null if it has not asked yet."),
				"error":      text("Why they were refused; null if they were not."),
			}},
			"queues": schema.MapNestedAttribute{Computed: true, MarkdownDescription: "The queues by direction, `inbound` (from Teams) and `outbound` (to Teams).", NestedObject: each(map[string]schema.Attribute{
				"pending":                   number("How many events wait or are in work."),
				"parked":                    number("How many events wait for something else, for example for an account to be connected."),
				"dead":                      number("How many events were given up."),
				"oldest_age_seconds":        seconds("Age of the oldest pending event, in seconds; 0 if there is none."),
				"oldest_parked_age_seconds": seconds("Age of the oldest parked event, in seconds; 0 if there is none. It may wait for days, for example until an account is connected."),
			})},
			"links": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "The links between channels.", NestedObject: each(map[string]schema.Attribute{
				"channel_id":       text("ID of the Mattermost channel."),
				"teams_team_id":    text("ID of the team in Microsoft Teams."),
				"teams_channel_id": text("ID of the channel in Microsoft Teams."),
				"inbound":          lane("What happens from Teams to Mattermost."),
				"outbound":         lane("What happens from Mattermost to Teams."),
			})},
			"subscriptions": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "The subscriptions to change notifications of Microsoft Graph.", NestedObject: each(map[string]schema.Attribute{
				"teams_channel_id": text("ID of the channel in Microsoft Teams that the subscription is for; empty if it is for all channels or all chats of the tenant."),
				"resource":         text("What Microsoft Graph notifies about, as it names it."),
				"graph_id":         text("ID of the subscription in Microsoft Graph; null while there is none."),
				"state":            text("`wanted`, `creating`, `active` or `removing`."),
				"certificate_id":   text("ID of the certificate that messages are encrypted for; null if notifications carry no messages."),
				"outdated":         text("Why the subscription has to be replaced; null if it has not."),
				"expires_at":       text("When the subscription ends unless it is renewed, in RFC 3339; null while there is none."),
				"last_error":       text("What went wrong last; null if nothing did."),
				"error_code":       text("`quota_exceeded` if Microsoft Graph allows no more subscriptions, otherwise Graph's code of what went wrong last; null if there is none."),
				"last_error_at":    text("When that was, in RFC 3339; null if nothing went wrong."),
			})},
			"evaluation": schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "What subscriptions to all of the tenant delivered this month in the evaluation model.", Attributes: map[string]schema.Attribute{
				"applies":  truth("Whether the settings name the evaluation model."),
				"messages": number("How many messages were delivered this month (UTC), those of channels that are not linked included."),
				"budget":   number("How many the model allowed until Microsoft stopped metering on 2025-08-25."),
				"used_up":  truth("Whether the budget is used up; each linked channel has a subscription of its own for the rest of the month then, which was never metered."),
			}},
			"take_over": schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "What became of the data of a plugin that had this plugin's id before. It is taken over once, when the plugin first starts with settings.", Attributes: map[string]schema.Attribute{
				"state":         text("`none` if there was none, `pending`, `running` or `done`."),
				"began_at":      text("When it began, in RFC 3339; null if it has not."),
				"finished_at":   text("When it was done, in RFC 3339; null if it is not."),
				"links":         number("How many links were taken over."),
				"accounts":      number("How many accounts of users were taken over."),
				"bots":          number("How many bots were taken over."),
				"subscriptions": number("How many subscriptions of Microsoft Graph were taken over, to be replaced."),
				"whitelist":     number("How many entries of the whitelist were taken over."),
				"messages":      number("How many pairs of message and post were taken over."),
				"copies":        number("How many further posts of a message were taken over with them."),
				"left": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "What could not be taken over.", NestedObject: each(map[string]schema.Attribute{
					"what":     text("`link`, `account`, `bot` or `message`."),
					"reason":   text("Why it could not."),
					"count":    number("How many."),
					"examples": schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "IDs of a few of them."},
				})},
			}},
			"bots": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "The bot accounts that speak for users without an account.", NestedObject: each(map[string]schema.Attribute{
				"email":        text("E-mail address or user principal name of the account."),
				"display_name": text("Name of the account."),
				"connected":    truth("Whether the plugin can use the account."),
				"reason":       text("Why it cannot; null if it can."),
			})},
			"accounts": schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "How many users have connected an account.", Attributes: map[string]schema.Attribute{
				"connected": number("How many accounts are connected."),
				"lost":      number("How many accounts have lost their connection and have to be connected again."),
			}},
		},
	}
}
