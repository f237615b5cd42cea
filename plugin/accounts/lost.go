// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// lossReasons say in other words why Entra does not take a refresh token any more (Entra docs, "Microsoft Entra
// authentication and authorization error codes").
var lossReasons = map[string]string{
	"AADSTS50034":  "The Microsoft account does not exist any more.",
	"AADSTS50053":  "The Microsoft account is locked.",
	"AADSTS50055":  "The password of the Microsoft account has expired.",
	"AADSTS50057":  "The Microsoft account is disabled.",
	"AADSTS50076":  "Microsoft asks for multi-factor authentication now.",
	"AADSTS50078":  "Microsoft asks for multi-factor authentication again.",
	"AADSTS50079":  "Microsoft wants you to register for multi-factor authentication.",
	"AADSTS50173":  "The password of the Microsoft account was changed, or its sessions were revoked.",
	"AADSTS53003":  "A Conditional Access policy of your organisation blocks the connection.",
	"AADSTS65001":  "The organisation's consent for the application was withdrawn.",
	"AADSTS70008":  "Microsoft ended the connection because of its age.",
	"AADSTS700082": "The connection was not used for 90 days.",
	"AADSTS70043":  "A policy of your organisation asks for a new log-in from time to time.",
}

// whyLost says why Microsoft refused a token: Entra's number, and what it means where that is known. Entra's own words hold
// times and ids that help nobody who reads them.
func whyLost(err error) string {
	code := entraCode.FindString(err.Error())
	if meaning := lossReasons[code]; meaning != "" {
		return fmt.Sprintf("%s (%s)", meaning, code)
	}
	return "Microsoft does not take it any more: " + err.Error()
}

// lose records that Microsoft does not take the account's token any more, and tells its owner: once, until the account is
// connected again.
func (a *Accounts) lose(ctx context.Context, account store.Account, reason string) {
	lost, err := a.Store.LoseAccount(ctx, account.ID, account.TokenVersion, reason)
	if err != nil || !lost {
		if err != nil {
			a.Log.Warn("could not record that an account was lost", "account", account.ID, "error", err)
		}
		return
	}
	a.Log.Warn("Microsoft does not take an account's token any more", "account", account.ID, "bot", account.Bot, "reason", reason)
	if !account.Bot {
		a.Mattermost.Publish("user_disconnected", account.User, map[string]any{"reason": "lost"})
	}
	account.LostReason = reason
	if err := a.tellLost(ctx, account); err != nil {
		a.Log.Warn("could not tell a user that the connection was lost; that is tried again", "user", account.User, "error", err)
	}
}

// TellLost tells those of a lost connection who could not be told when it was lost.
func (a *Accounts) TellLost(ctx context.Context) error {
	untold, err := a.Store.UntoldLosses(ctx)
	if err != nil {
		return err
	}
	for _, account := range untold {
		err = errors.Join(err, a.tellLost(ctx, account))
	}
	return err
}

// tellLost tells the owner of a lost account, once on all nodes. What fails can be tried again.
func (a *Accounts) tellLost(ctx context.Context, account store.Account) error {
	first, err := a.Store.Tell(ctx, store.LossNotice(account.ID))
	if err != nil || !first {
		return err
	}
	text := fmt.Sprintf("Your connection with the Microsoft Teams account %s was lost. %s\nWhat you write in linked channels goes to Teams through a bot meanwhile, where there is one. Everything else waits until you connect again, up to 7 days.", account.Email, account.LostReason)
	label, query := "Connect again", ""
	if account.Bot {
		text = fmt.Sprintf("The bot account %s cannot send to Microsoft Teams any more. %s\nMessages that need it wait, up to 7 days. Log in at Microsoft as the bot, not as yourself.", account.Email, account.LostReason)
		label, query = "Connect the bot again", "?bot=true"
	}
	if err := a.offer(ctx, account.User, text, label, query); err != nil {
		return errors.Join(err, a.Store.Untell(context.WithoutCancel(ctx), store.LossNotice(account.ID)))
	}
	return nil
}

// offer sends the user a direct message with a button that leads to the log-in.
func (a *Accounts) offer(ctx context.Context, user bridge.UserID, text, label, query string) error {
	current, err := a.Current()
	if err != nil {
		return err
	}
	return a.Mattermost.Offer(ctx, user, text, label, catalog.PluginURL(current.Settings.SiteURL, "/connect")+query)
}

// ToldLost tells whether the user knows that the account has to be connected again.
func (a *Accounts) ToldLost(ctx context.Context, user bridge.UserID) (bool, error) {
	account, found, err := a.Store.AccountOfUser(ctx, user)
	return found && account.Lost, err
}
