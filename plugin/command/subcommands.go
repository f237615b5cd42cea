// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

func (c *Command) connect(ctx context.Context, call Call, _ []string) (string, error) {
	connection, err := c.Accounts.Connection(ctx, call.User)
	if err != nil {
		return "", err
	}
	if connection.Connected {
		return fmt.Sprintf("You are connected already, with the Microsoft Teams account %s.", code(connection.Email)), nil
	}
	if err := c.Accounts.MayConnect(ctx, call.User); err != nil {
		return "", err
	}
	return fmt.Sprintf("[Click here to connect your Microsoft Teams account](%s). It must have the same e-mail address as your Mattermost account.", c.ConnectURL()), nil
}

func (c *Command) disconnect(ctx context.Context, call Call, _ []string) (string, error) {
	account, found, err := c.Accounts.Disconnect(ctx, call.User)
	if err != nil {
		return "", err
	}
	if !found {
		return "You are not connected.", nil
	}
	return fmt.Sprintf("Your Microsoft Teams account %s is disconnected.", code(account.Email)), nil
}

func (c *Command) connectBot(context.Context, Call, []string) (string, error) {
	return fmt.Sprintf("[Click here to connect a bot](%s?bot=true), and log in at Microsoft with the bot's account, not with your own.", c.ConnectURL()), nil
}

func (c *Command) disconnectBot(ctx context.Context, call Call, arguments []string) (string, error) {
	account, found, err := c.Accounts.DisconnectBot(ctx, call.User, strings.Join(arguments, " "))
	if err != nil {
		return "", err
	}
	if !found {
		return "There is no such bot.", nil
	}
	return fmt.Sprintf("The bot %s is disconnected.", code(account.Email)), nil
}

func (c *Command) status(ctx context.Context, call Call, _ []string) (string, error) {
	connection, err := c.Accounts.Connection(ctx, call.User)
	if err != nil {
		return "", err
	}
	answer := "You are not connected. Use `/msteams-sync connect`."
	switch {
	case connection.Connected:
		answer = fmt.Sprintf("You are connected with the Microsoft Teams account %s of %s.", code(connection.Email), connection.DisplayName)
	case connection.Email != "":
		answer = fmt.Sprintf("The connection with your Microsoft Teams account %s was lost: %s Use `/msteams-sync connect`.", code(connection.Email), connection.Reason)
	}
	if c.SystemAdmin(call.User) {
		answer += "\n\n" + c.Summary(ctx)
	}
	return answer, nil
}

func (c *Command) link(ctx context.Context, call Call, arguments []string) (string, error) {
	in := bridge.Conversation{Team: bridge.TeamID(arguments[0]), ID: bridge.ConversationID(arguments[1])}
	days := 0
	if len(arguments) > 2 {
		var err error
		if days, err = strconv.Atoi(arguments[2]); err != nil {
			return fmt.Sprintf("%s is no number of days.", code(arguments[2])), nil //nolint:nilerr // it is told
		}
	}
	if _, err := c.Links.Create(ctx, call.User, call.Channel, in, days); err != nil {
		return "", err
	}
	if days > 0 {
		return fmt.Sprintf("This channel is now linked with %s. Messages travel both ways from now on; those of the last %d days come from Teams in the background.", c.Links.TeamsName(ctx, in), days), nil
	}
	return fmt.Sprintf("This channel is now linked with %s. Messages travel both ways from now on.", c.Links.TeamsName(ctx, in)), nil
}

func (c *Command) unlink(ctx context.Context, call Call, _ []string) (string, error) {
	link, err := c.Links.Delete(ctx, call.User, call.Channel)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("This channel is no longer linked with %s. What was carried stays on both sides.", c.Links.TeamsName(ctx, link.Conversation)), nil
}

func (c *Command) resync(ctx context.Context, call Call, _ []string) (string, error) {
	link, err := c.Links.Resync(ctx, call.User, call.Channel)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("Looking for what this channel missed in %s. What is found arrives in a moment.", c.Links.TeamsName(ctx, link.Conversation)), nil
}

func (c *Command) show(ctx context.Context, call Call, _ []string) (string, error) {
	link, linked := c.Links.Of(call.Channel)
	if !linked {
		return "This channel is not linked.", nil
	}
	return fmt.Sprintf("This channel is linked with %s.", c.Links.TeamsName(ctx, link.Conversation)), nil
}

// shownLinks bounds the table: a post has a limit.
const shownLinks = 100

func (c *Command) showLinks(ctx context.Context, _ Call, _ []string) (string, error) {
	links, err := c.Links.List(ctx)
	if err != nil {
		return "", err
	}
	if len(links) == 0 {
		return "No channel is linked.", nil
	}
	var b strings.Builder
	b.WriteString("| Mattermost channel | Teams team | Teams channel | since |\n|---|---|---|---|\n")
	for i, link := range links {
		if i == shownLinks {
			fmt.Fprintf(&b, "\n%d more are left out here; GET /api/v1/links lists all.", len(links)-shownLinks)
			break
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(c.ChannelName(ctx, link.Channel)), code(string(link.Conversation.Team)), code(string(link.Conversation.ID)), link.CreatedAt.Format("2006-01-02"))
	}
	return b.String(), nil
}

// cell keeps a name from breaking the table.
func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }
