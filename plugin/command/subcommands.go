// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package command

import (
	"context"
	"fmt"
	"strings"
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
