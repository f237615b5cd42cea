// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// Bot is a connected bot account.
type Bot struct {
	ID                bridge.TeamsUserID `json:"id"` // object id of the account
	UserPrincipalName string             `json:"user_principal_name"`
	DisplayName       string             `json:"display_name"`
	Connected         bool               `json:"connected"`
	Reason            string             `json:"reason,omitempty"` // why it is not
	ConnectedBy       bridge.UserID      `json:"connected_by"`
	ConnectedAt       time.Time          `json:"connected_at"`
}

// ListBots lists the bots, those that cannot send included, in the order in which they were connected.
func (a *Accounts) ListBots(ctx context.Context) ([]Bot, error) {
	all, err := a.Store.BotAccounts(ctx)
	if err != nil {
		return nil, err
	}
	bots := make([]Bot, 0, len(all))
	for _, account := range all {
		bots = append(bots, a.toBot(ctx, account))
	}
	return bots, nil
}

func (a *Accounts) toBot(ctx context.Context, account store.Account) Bot {
	bot := Bot{
		ID: account.TeamsUser, UserPrincipalName: account.UPN, DisplayName: account.DisplayName, Connected: a.usable(ctx, account),
		Reason: account.LostReason, ConnectedBy: account.User, ConnectedAt: account.ConnectedAt,
	}
	if bot.UserPrincipalName == "" {
		bot.UserPrincipalName = account.Email
	}
	if !bot.Connected && bot.Reason == "" {
		bot.Reason = a.Unusable(ctx, account)
	}
	return bot
}

// ConnectBot connects a bot without a browser. The password is used once and kept nowhere.
func (a *Accounts) ConnectBot(ctx context.Context, by bridge.UserID, username, password string) (Bot, error) {
	current, err := a.Current()
	if err != nil {
		return Bot{}, err
	}
	token, err := current.Login.PasswordGrant(ctx, username, password)
	if err != nil {
		return Bot{}, a.explainRefused(current, username, err)
	}
	person, err := current.Login.Me(ctx, token.AccessToken)
	if err != nil {
		return Bot{}, err
	}
	if err := a.keep(ctx, current, store.OAuthState{User: by, Bot: true}, person, token); err != nil {
		return Bot{}, err
	}
	account, found, err := a.Store.AccountOfTeamsUser(ctx, person.ID)
	if err == nil && !found {
		err = refusal.New(refusal.Conflict, "The bot %s was disconnected again at the same time.", username)
	}
	if err != nil {
		return Bot{}, err
	}
	return a.toBot(ctx, account), nil
}

// DropBot disconnects a bot by its object id.
func (a *Accounts) DropBot(ctx context.Context, by bridge.UserID, id bridge.TeamsUserID) error {
	account, found, err := a.Store.AccountOfTeamsUser(ctx, id)
	if err == nil && (!found || !account.Bot) {
		err = refusal.New(refusal.NotFound, "There is no bot with the object id %s.", id)
	}
	if err != nil {
		return err
	}
	_, _, err = a.drop(ctx, by, account)
	return err
}

// entraCode is the number by which Entra's answers are known.
var entraCode = regexp.MustCompile(`AADSTS\d+`)

// passwordRefusals say in other words why Entra refuses a password without a browser (Entra docs, "Microsoft identity
// platform and OAuth 2.0 Resource Owner Password Credentials" and "Microsoft Entra authentication and authorization error codes").
var passwordRefusals = map[string]string{
	"AADSTS50034":   "The tenant has no such account.",
	"AADSTS50053":   "The account is locked after too many wrong passwords.",
	"AADSTS50055":   "The password has expired.",
	"AADSTS50057":   "The account is disabled.",
	"AADSTS50076":   "The account needs multi-factor authentication, which needs a browser.",
	"AADSTS50079":   "The account has to register for multi-factor authentication, which needs a browser.",
	"AADSTS50126":   "The password is wrong, or the account is federated and Entra does not know its password.",
	"AADSTS50158":   "A policy asks for something outside of Entra, such as another provider's multi-factor authentication, which needs a browser.",
	"AADSTS53003":   "A Conditional Access policy blocks log-ins without a browser.",
	"AADSTS65001":   "The application lacks admin consent for its delegated permissions.",
	"AADSTS7000215": "The plugin's client secret is wrong.",
	"AADSTS7000218": "The plugin has no client secret.",
}

// explainRefused names Entra's code and the way that is left: a person's log-in in a browser.
func (a *Accounts) explainRefused(current Current, username string, err error) error {
	failure, ok := errors.AsType[*bridge.Failure](err)
	if !ok || !bridge.NeedsAction(err) {
		return err
	}
	code := entraCode.FindString(failure.Err.Error())
	meaning := passwordRefusals[code]
	if meaning == "" {
		meaning = strings.TrimSuffix(failure.Err.Error(), ".") + "."
	}
	if code == "" {
		code = failure.Code
	}
	return refusal.New(refusal.LoginRefused, "Microsoft did not let %s log in with its password (%s): %s To connect it in a browser instead, a system admin opens %s?bot=true and logs in at Microsoft as %s.",
		username, code, meaning, catalog.PluginURL(current.Settings.SiteURL, "/connect"), username)
}
