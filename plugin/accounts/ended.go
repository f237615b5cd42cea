// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"errors"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// DisconnectUser ends a user's connection for a system admin, and tells the user. The connection stays ended when that fails.
func (a *Accounts) DisconnectUser(ctx context.Context, by, user bridge.UserID) (store.Account, error) {
	account, found, err := a.disconnect(ctx, by, user)
	if err == nil && !found {
		err = refusal.New(refusal.NotFound, "The Mattermost user %s has not connected a Microsoft Teams account.", user)
	}
	if err != nil || by == user {
		return account, err
	}
	a.Log.Info("a system admin ended a connection", "user", user, "by", by, "teams_user", account.TeamsUser)
	if err := a.tellEnded(ctx, by, account); err != nil {
		a.Log.Warn("could not tell a user that a system admin ended the connection", "user", user, "error", err)
	}
	return account, nil
}

// DisconnectUserNamed is DisconnectUser of a user by user name, with or without an @. Deactivated users have their names still.
func (a *Accounts) DisconnectUserNamed(ctx context.Context, by bridge.UserID, username string) (store.Account, error) {
	name := strings.ToLower(strings.TrimPrefix(username, "@"))
	user, found, err := a.Mattermost.UserNamed(ctx, name)
	if err == nil && !found {
		err = refusal.New(refusal.NotFound, "There is no Mattermost user @%s.", name)
	}
	if err != nil {
		return store.Account{}, err
	}
	return a.DisconnectUser(ctx, by, user)
}

// tellEnded sends the user a direct message, with a button where they may connect again.
func (a *Accounts) tellEnded(ctx context.Context, by bridge.UserID, account store.Account) error {
	admin := texts.New("A system admin")
	if user, err := a.Mattermost.User(ctx, by); err == nil && user.Username != "" {
		admin = texts.New("The system admin @%s", user.Username)
	}
	text := texts.New("%s ended your connection with the Microsoft Teams account %s, and the plugin deleted its access.\nWhat you write in linked channels goes to Teams through a bot from now on, where there is one.", admin, account.Email)
	user, err := a.Mattermost.User(ctx, account.User)
	if err != nil {
		return err
	}
	said := text.In(a.languageOf(ctx, account.User))
	current, err := a.Current()
	if err != nil {
		return a.Mattermost.Notify(ctx, account.User, said)
	}
	err = a.mayConnect(ctx, current, user)
	if _, refused := errors.AsType[*refusal.Refusal](err); refused {
		return a.Mattermost.Notify(ctx, account.User, said)
	}
	if err != nil {
		return err
	}
	return a.offer(ctx, account.User, text, texts.New("Connect again"), "")
}

// Deactivated ends the connection of a user who was deactivated. Nobody is told: they cannot log in. Bots that they connected
// stay; these speak for everybody.
func (a *Accounts) Deactivated(ctx context.Context, user bridge.UserID) error {
	account, found, err := a.disconnect(ctx, "", user)
	if err == nil && found {
		a.Log.Info("ended the connection of a deactivated user", "user", user, "teams_user", account.TeamsUser)
	}
	return err
}

// EndDeactivated ends the connections of all who are deactivated or deleted. The server tells of it once, while the plugin runs,
// and only from 9.1 on.
func (a *Accounts) EndDeactivated(ctx context.Context) error {
	users, err := a.Store.DeactivatedUsers(ctx)
	for _, user := range users {
		err = errors.Join(err, a.Deactivated(ctx, user))
	}
	return err
}
