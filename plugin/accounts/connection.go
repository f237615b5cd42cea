// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
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
	Reason      string `json:"reason,omitempty"`      // why the connection was lost
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
		c.Reason = a.whyUnusable(ctx, account)
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
	if !settings.EnforceConnectedUsers || user.SystemAdmin || user.Guest || user.Bot {
		return r, nil
	}
	if allowed, err := a.allowed(ctx, current, user); err != nil || !allowed {
		return r, err
	}
	if _, connected, err := a.OfUser(ctx, id); err != nil || connected {
		return r, err
	}
	names, err := a.Mattermost.TeamNames(ctx, id)
	if err != nil {
		return Requirement{}, err
	}
	r.NeedsConnect = settings.EnabledTeams == "" || slices.ContainsFunc(names, settings.TeamEnabled)
	return r, nil
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
