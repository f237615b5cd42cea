// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package command

import (
	"context"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

func (c *Command) connect(ctx context.Context, call Call, _ []string) (string, error) {
	mine, err := c.Accounts.Mine(ctx, call.User)
	switch {
	case err != nil:
		return "", err
	case mine.Connected:
		return call.say("You are connected already, with the Microsoft Teams account %s.", code(mine.TeamsAccount.Mail)), nil
	case !mine.CanConnect:
		return mine.Reason, nil
	}
	return call.say("[Click here to connect your Microsoft Teams account](%s). Log in at Microsoft with the account that has the e-mail address or user name %s; another one is refused.", c.ConnectURL(), code(mine.EmailMustMatch)), nil
}

func (c *Command) disconnect(ctx context.Context, call Call, _ []string) (string, error) {
	account, found, err := c.Accounts.Disconnect(ctx, call.User)
	if err != nil {
		return "", err
	}
	if !found {
		return call.say("You are not connected."), nil
	}
	return call.say("Your Microsoft Teams account %s is disconnected.", code(account.Email)), nil
}

func (c *Command) disconnectUser(ctx context.Context, call Call, arguments []string) (string, error) {
	account, err := c.Accounts.DisconnectUserNamed(ctx, call.User, arguments[0])
	if err != nil {
		return "", err
	}
	return call.say("The Microsoft Teams account %s of @%s is disconnected.", code(account.Email), strings.TrimPrefix(arguments[0], "@")), nil
}

func (c *Command) connectBot(_ context.Context, call Call, _ []string) (string, error) {
	return call.say("[Click here to connect a bot](%s?bot=true), and log in at Microsoft with the bot's account, not with your own.", c.ConnectURL()), nil
}

func (c *Command) disconnectBot(ctx context.Context, call Call, arguments []string) (string, error) {
	account, found, err := c.Accounts.DisconnectBot(ctx, call.User, strings.Join(arguments, " "))
	if err != nil {
		return "", err
	}
	if !found {
		return call.say("There is no such bot."), nil
	}
	return call.say("The bot %s is disconnected.", code(account.Email)), nil
}

func (c *Command) status(ctx context.Context, call Call, _ []string) (string, error) {
	mine, err := c.Accounts.Mine(ctx, call.User)
	if err != nil {
		return "", err
	}
	answer := call.say("You are not connected. Use `/msteams-sync connect`.")
	switch {
	case mine.Connected:
		answer = call.say("You are connected with the Microsoft Teams account %s of %s since %s.", code(mine.TeamsAccount.Mail), mine.TeamsAccount.DisplayName, texts.Day(*mine.ConnectedAt))
	case mine.NeedsReconnect:
		answer = call.say("The connection with your Microsoft Teams account %s was lost: %s", code(mine.TeamsAccount.Mail), mine.Reason)
		if mine.CanConnect {
			answer += " " + call.say("Use `/msteams-sync connect`.")
		}
	case !mine.CanConnect:
		answer = call.say("You are not connected.") + " " + mine.Reason
	}
	if c.SystemAdmin(call.User) {
		answer += "\n\n" + c.Summary(ctx)
	}
	return answer, nil
}
