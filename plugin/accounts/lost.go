// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
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
	return otherLoss + err.Error()
}

// reasonText is a reason, as it is kept, for a reader's language.
func reasonText(kept string) texts.Text {
	code := entraCode.FindString(kept)
	if meaning := lossReasons[code]; meaning != "" && kept == fmt.Sprintf("%s (%s)", meaning, code) {
		return texts.New("%s (%s)", texts.Of(meaning), code)
	}
	if answer, found := strings.CutPrefix(kept, otherLoss); found {
		return texts.Join(texts.Of(otherLoss), texts.Of(answer))
	}
	return texts.Of(kept)
}

// otherLoss begins the reason that Microsoft gives in its own words.
const otherLoss = "Microsoft does not take it any more: "

// languageOf is the user's language.
func (a *Accounts) languageOf(ctx context.Context, user bridge.UserID) texts.Language {
	reader, err := a.Mattermost.User(ctx, user)
	if err != nil {
		return texts.English
	}
	return texts.OfLocale(reader.Locale)
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

// patience is for how long the settings' key or application must not fit an account's token until its owner is told: a change
// of the settings that is taken back at once concerns nobody.
const patience = 5 * time.Minute

// toldAtOnce is how many owners one look tells at most. A changed key or application may lose all accounts at once.
const toldAtOnce = 100

// TellLost notes whose tokens cannot be used with the settings any more, and whose can be again, and tells owners of lost or
// unusable accounts who were not told yet, up to a hundred. One node at a time does so, once a minute.
func (a *Accounts) TellLost(ctx context.Context) error {
	if err := a.CompareTokens(ctx); err != nil {
		return err
	}
	untold, err := a.Store.UntoldLosses(ctx, patience, toldAtOnce)
	if err != nil {
		return err
	}
	for _, account := range untold {
		if ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if !account.Lost {
			if account.LostReason = a.Unusable(ctx, account); account.LostReason == "" {
				continue // since a moment ago
			}
		}
		err = errors.Join(err, a.tellLost(ctx, account))
	}
	return err
}

// CompareTokens notes whose tokens cannot be used with the settings any more, and whose can be again.
func (a *Accounts) CompareTokens(ctx context.Context) error {
	if a.Keys != nil {
		if err := a.Keys.Refresh(ctx); err != nil {
			return err
		}
	}
	current, err := a.Current()
	if err != nil {
		return err
	}
	usable := usableWith(current)
	if err := a.Store.NoteUnusable(ctx, usable, ""); err != nil {
		return err
	}
	for ctx.Err() == nil {
		again, err := a.Store.UsableAgain(ctx, usable, toldAtOnce)
		if err != nil || len(again) == 0 {
			return err
		}
		for _, account := range again {
			a.Log.Info("an account's token can be used again", "account", account.ID, "bot", account.Bot)
			a.works(ctx, account.User, account.Bot) // before it is noted: after a crash it is done again
			if err := a.Store.NoteUsable(ctx, account.ID); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func usableWith(current Current) store.Usable {
	return store.Usable{Keys: current.Vault.keyIDs(), ClientID: current.Settings.ClientID}
}

// telling is how long a node may take to tell somebody until another one does.
const telling = 5 * time.Minute

// tellLost tells the owner of a lost account, once on all nodes. What fails can be tried again; a node that dies between sending
// the message and recording that has it sent twice.
func (a *Accounts) tellLost(ctx context.Context, account store.Account) error {
	notice := store.LossNotice(account.ID)
	first, err := a.Store.ClaimNotice(ctx, notice, telling)
	if err != nil || !first {
		return err
	}
	if !account.Lost && !account.Bot {
		a.Mattermost.Publish("user_disconnected", account.User, map[string]any{"reason": "lost"})
	}
	reason := reasonText(account.LostReason)
	text := texts.New("Your connection with the Microsoft Teams account %s was lost. %s\nWhat you write in linked channels goes to Teams through a bot meanwhile, where there is one. Everything else waits until you connect again, up to 7 days.", account.Email, reason)
	label, query := texts.New("Connect again"), ""
	if account.Bot {
		text = texts.New("The bot account %s cannot send to Microsoft Teams any more. %s\nMessages that need it wait, up to 7 days. Log in at Microsoft as the bot, not as yourself.", account.Email, reason)
		label, query = texts.New("Connect the bot again"), "?bot=true"
	}
	after := context.WithoutCancel(ctx)
	err = a.offer(ctx, account.User, text, label, query)
	if class := bridge.ClassOf(err); err != nil && (class == bridge.NotFound || class == bridge.Permanent) {
		a.Log.Warn("a user cannot be told that a connection was lost; that is not tried again", "user", account.User, "error", err)
		err = nil
	}
	if err != nil {
		return errors.Join(err, a.Store.Untell(after, notice))
	}
	return a.Store.NoteTold(after, notice)
}

// offer sends the user a direct message in their language with a button that leads to the log-in.
func (a *Accounts) offer(ctx context.Context, user bridge.UserID, text, label texts.Text, query string) error {
	current, err := a.Current()
	if err != nil {
		return err
	}
	language := a.languageOf(ctx, user)
	return a.Mattermost.Offer(ctx, user, text.In(language), label.In(language), catalog.PluginURL(current.Settings.SiteURL, "/connect")+query)
}

// ToldLost tells whether the user hears by a message of its own that the account has to be connected again. Whoever writes
// while the settings do not fit the account's token is told at once.
func (a *Accounts) ToldLost(ctx context.Context, user bridge.UserID) (bool, error) {
	account, found, err := a.Store.AccountOfUser(ctx, user)
	if err != nil || !found || account.Lost {
		return found && account.Lost, err
	}
	current, err := a.currentFor(ctx, account)
	if err != nil {
		return false, nil //nolint:nilerr // nobody could connect again
	}
	if account.LostReason = unusable(account, current); account.LostReason == "" {
		return false, nil
	}
	err = a.Store.NoteUnusable(ctx, usableWith(current), account.ID)
	if err == nil {
		err = a.tellLost(ctx, account)
	}
	if err != nil {
		a.Log.Warn("could not tell a user that the connection was lost; that is tried again", "user", user, "error", err)
	}
	return true, nil
}
