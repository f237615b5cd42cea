// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// Connection says whether a user is connected, and with whom. It is what GET /connection-status answers.
type Connection struct {
	Connected   bool   `json:"connected"`
	DisplayName string `json:"displayName,omitempty"` // of the Teams account
	Email       string `json:"email,omitempty"`       // of the Teams account
	Reason      string `json:"reason,omitempty"`      // why the connection was lost, in the user's language
}

// Why an account is of no use although Microsoft may take its token.
const (
	otherKeyReason         = "The plugin's encryption key was changed."
	otherApplicationReason = "The plugin uses another app registration since."
	notConfiguredReason    = "The plugin is not configured."
)

// Connection returns the user's connection.
func (a *Accounts) Connection(ctx context.Context, user bridge.UserID) (Connection, error) {
	account, found, err := a.Store.AccountOfUser(ctx, user)
	if err != nil || !found {
		return Connection{}, err
	}
	c := Connection{DisplayName: account.DisplayName, Email: account.Email, Connected: a.usable(ctx, account)}
	if !c.Connected {
		c.Reason = reasonText(a.whyUnusable(ctx, account)).In(a.languageOf(ctx, user))
	}
	return c, nil
}

// Requirement says whether a user has to connect. It is what GET /needsConnect answers.
type Requirement struct {
	NeedsConnect bool   `json:"needsConnect"`
	CanSkip      bool   `json:"canSkip"`
	Email        string `json:"email"` // that the Teams account must have
}

// Requirement returns what the settings ask of the user. System admins, guests, bots and users who may not connect are
// never asked; with enabledTeams, only members of those teams are.
func (a *Accounts) Requirement(ctx context.Context, id bridge.UserID) (Requirement, error) {
	current, err := a.Current()
	if err != nil {
		return Requirement{}, nil //nolint:nilerr // without settings nobody could connect
	}
	settings := current.Settings
	user, err := a.Mattermost.User(ctx, id)
	if err != nil {
		return Requirement{}, err
	}
	r := Requirement{CanSkip: settings.AllowSkipConnectUsers}
	if r.Email, err = a.wantedAddress(ctx, user); err != nil {
		return Requirement{}, err
	}
	if !settings.EnforceConnectedUsers {
		return r, nil
	}
	r.NeedsConnect, err = a.lacksAccount(ctx, current, user)
	return r, err
}

// lacksAccount tells whether somebody has no working account who could and, where accounts are enforced, must have one.
// System admins, guests, bots and users of other systems never must.
func (a *Accounts) lacksAccount(ctx context.Context, current Current, user bridge.User) (bool, error) {
	if user.SystemAdmin || user.Guest || user.Bot || user.Remote {
		return false, nil
	}
	if err := a.mayConnect(ctx, current, user); err != nil {
		if _, refused := errors.AsType[*refusal.Refusal](err); refused {
			return false, nil
		}
		return false, err
	}
	if _, connected, err := a.OfUser(ctx, user.ID); err != nil || connected {
		return false, err
	}
	if current.Settings.EnabledTeams == "" {
		return true, nil
	}
	names, err := a.Mattermost.TeamNames(ctx, user.ID)
	return slices.ContainsFunc(names, current.Settings.TeamEnabled), err
}

// MayPost tells whether a user may write in linked channels where that takes a connected account. Without settings
// everybody may, as nobody could connect.
func (a *Accounts) MayPost(ctx context.Context, id bridge.UserID) (bool, error) {
	current, err := a.Current()
	if err != nil {
		return true, nil //nolint:nilerr // as said above
	}
	if _, connected, err := a.OfUser(ctx, id); err != nil || connected {
		return true, err
	}
	user, err := a.Mattermost.User(ctx, id)
	if err != nil {
		return true, err
	}
	lacks, err := a.lacksAccount(ctx, current, user)
	return !lacks, err
}

// findBot finds a bot by its e-mail address; without one, the only bot.
func (a *Accounts) findBot(ctx context.Context, email string) (store.Account, bool, error) {
	bots, err := a.Store.BotAccounts(ctx)
	if err != nil || len(bots) == 0 {
		return store.Account{}, false, err
	}
	if email == "" && len(bots) == 1 {
		return bots[0], true, nil
	}
	var emails []string
	for _, bot := range bots {
		if strings.EqualFold(bot.Email, email) {
			return bot, true, nil
		}
		emails = append(emails, bot.Email)
	}
	if email != "" {
		return store.Account{}, false, nil
	}
	return store.Account{}, false, refusal.New(refusal.BadRequest, "Several bots are connected; name one of %s.", strings.Join(emails, ", "))
}
