// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// findKept finds what the plugin keeps in its tables. Of a plugin that does not answer, or is older, only a note says so.
func (c *clients) findKept(ctx context.Context, found *Inventory) error {
	var unknown []string
	var reason error
	for _, part := range []struct {
		what string
		find func(context.Context, *Inventory) error
	}{
		{"its certificate (msteamssync_client_certificate)", c.findCertificate},
		{"the channel links (msteamssync_channel_link, msteamssync_channel_links_exclusive)", c.findLinks},
		{"the whitelist (msteamssync_connection_whitelist)", c.findWhitelist},
		{"the approved accounts (msteamssync_account_mapping)", c.findMappings},
		{"the bots (msteamssync_bot_connection)", c.findBots},
	} {
		err := part.find(ctx, found)
		switch {
		case mattermost.IsDown(err):
			unknown, reason = append(unknown, "  "+part.what), err
		case err != nil:
			return fmt.Errorf("what the plugin keeps cannot be read: %w", err)
		}
	}
	if len(unknown) > 0 {
		found.note("The plugin %s on %s could not be asked for all that it keeps: %s. Not looked for:\n%s\nWhen the plugin runs and is the version of this provider, write the files once more.",
			catalog.PluginID, c.mattermost.URL(), strings.TrimSuffix(reason.Error(), "."), strings.Join(unknown, "\n"))
	}
	return nil
}

// findCertificate finds the newest certificate: the one that the plugin logs in with.
func (c *clients) findCertificate(ctx context.Context, found *Inventory) error {
	list, err := c.mattermost.Certificates(ctx)
	if err == nil && len(list) > 0 {
		found.add("msteamssync_client_certificate", list[0].Thumbprint)
	}
	return err
}

func (c *clients) findLinks(ctx context.Context, found *Inventory) error {
	links, err := c.mattermost.Links(ctx)
	if err != nil || len(links) == 0 {
		return err
	}
	for _, link := range links {
		name := link.ChannelID
		if channel, err := c.mattermost.Channel(ctx, link.ChannelID); err == nil && channel.TeamName != "" {
			name = channel.String()
		}
		found.addNamed("msteamssync_channel_link", link.ChannelID, name)
	}
	found.add("msteamssync_channel_links_exclusive", catalog.PluginID)
	return nil
}

// findWhitelist finds a list that somebody has filled; every server has an empty one.
func (c *clients) findWhitelist(ctx context.Context, found *Inventory) error {
	users, err := c.mattermost.Whitelist(ctx)
	if err == nil && len(users) > 0 {
		found.add("msteamssync_connection_whitelist", catalog.PluginID)
	}
	return err
}

func (c *clients) findMappings(ctx context.Context, found *Inventory) error {
	pairs, err := c.mattermost.AccountMappings(ctx)
	if err != nil {
		return err
	}
	for _, pair := range pairs {
		user, err := c.mattermost.User(ctx, pair.MattermostUserID)
		switch {
		case mattermost.IsNotFound(err):
			found.note("The Teams account %s is approved for the Mattermost user %s, who does not exist any more.", pair.UserPrincipalName, pair.MattermostUserID)
		case err != nil:
			return err
		default:
			found.addNamed("msteamssync_account_mapping", user.Username, user.Username)
		}
	}
	return nil
}

func (c *clients) findBots(ctx context.Context, found *Inventory) error {
	bots, err := c.mattermost.Bots(ctx)
	if err != nil {
		return err
	}
	for _, bot := range bots {
		if !bot.Connected {
			found.note("The bot %s is not connected any more: %s. Connect it as a system admin with /msteams-sync connect-bot and write the files once more, or declare msteamssync_bot_connection with password_wo.",
				bot.UserPrincipalName, strings.TrimSuffix(bot.Reason, "."))
			continue
		}
		name, _, _ := strings.Cut(bot.UserPrincipalName, "@")
		found.addNamed("msteamssync_bot_connection", bot.UserPrincipalName, name)
	}
	return nil
}
