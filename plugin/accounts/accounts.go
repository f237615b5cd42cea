// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// It is the bridge's Accounts.
var _ bridge.Accounts = (*Accounts)(nil)

// Login is Microsoft's log-in as the accounts need it; *teams.Client implements it.
type Login interface {
	LoginAddress(redirectURI, state, verifier, hint string) string
	Exchange(ctx context.Context, redirectURI, code, verifier string) (*oauth2.Token, error)
	Refresh(ctx context.Context, refreshToken string) (*oauth2.Token, error)
	PasswordGrant(ctx context.Context, username, password string) (*oauth2.Token, error)
	Me(ctx context.Context, accessToken string) (teams.Person, error)
	User(ctx context.Context, idOrUPN string) (teams.Person, error)
}

// Mattermost is the server as the accounts need it.
type Mattermost interface {
	User(ctx context.Context, id bridge.UserID) (bridge.User, error)
	// UserNamed finds a user by user name, a deactivated one included.
	UserNamed(ctx context.Context, name string) (bridge.UserID, bool, error)
	TeamNames(ctx context.Context, user bridge.UserID) ([]string, error)
	// Notify sends the user a direct message.
	Notify(ctx context.Context, user bridge.UserID, text string) error
	// Offer sends the user a direct message with a button that opens an address.
	Offer(ctx context.Context, user bridge.UserID, text, label, address string) error
	Publish(event string, user bridge.UserID, payload map[string]any)
}

// Current is what the accounts take from the settings in use.
type Current struct {
	Settings config.Settings
	Login    Login
	Vault    *Vault
}

// Config is what the accounts work with.
type Config struct {
	Store      *store.Store
	Mattermost Mattermost
	// Current returns what follows from the settings in use; an error when there are none.
	Current func() (Current, error)
	// Keys are looked into when a token names a key that the vault does not have; nil: the vault has all there are.
	Keys *Keys
	// Connected is told when an account was connected: the user, or "" for a bot.
	Connected func(ctx context.Context, user bridge.UserID)
	// Disconnected is told when a user's connection was ended; it may be nil.
	Disconnected func(ctx context.Context, user bridge.UserID)
	Log          *slog.Logger
}

// Accounts are the connected accounts. It is safe for concurrent use.
type Accounts struct {
	Config
	inviter inviter
	mu      sync.Mutex
	tokens  map[bridge.AccountID]*cached
}

// New returns the accounts.
func New(config Config) *Accounts {
	return &Accounts{Config: config, tokens: map[bridge.AccountID]*cached{}}
}

// OfUser returns the user's connected account; false when there is none that can send.
func (a *Accounts) OfUser(ctx context.Context, user bridge.UserID) (bridge.Account, bool, error) {
	found, ok, err := a.Store.AccountOfUser(ctx, user)
	if err != nil || !ok || !a.usable(ctx, found) {
		return bridge.Account{}, false, err
	}
	return toBridge(found), true, nil
}

// OfTeamsUser returns the account of a Teams user that a Mattermost user connected, whether or not it can send now.
func (a *Accounts) OfTeamsUser(ctx context.Context, user bridge.TeamsUserID) (bridge.Account, bool, error) {
	found, ok, err := a.Store.AccountOfTeamsUser(ctx, user)
	if err != nil || !ok || found.Bot {
		return bridge.Account{}, false, err
	}
	return toBridge(found), true, nil
}

// Bots returns the bot accounts that can send now, in the order in which they were connected.
func (a *Accounts) Bots(ctx context.Context) ([]bridge.Account, error) {
	all, err := a.Store.BotAccounts(ctx)
	if err != nil {
		return nil, err
	}
	var bots []bridge.Account
	for _, bot := range all {
		if a.usable(ctx, bot) {
			bots = append(bots, toBridge(bot))
		}
	}
	return bots, nil
}

// WasBot tells whether the Teams user is or ever was a bot of ours.
func (a *Accounts) WasBot(ctx context.Context, user bridge.TeamsUserID) (bool, error) {
	return a.Store.WasBot(ctx, user)
}

// usable tells whether the account's token can be opened and was not refused.
func (a *Accounts) usable(ctx context.Context, account store.Account) bool {
	return !account.Lost && a.Unusable(ctx, account) == ""
}

// Unusable says why an account that was not lost cannot send; nothing when it can.
func (a *Accounts) Unusable(ctx context.Context, account store.Account) string {
	current, err := a.currentFor(ctx, account)
	if err != nil {
		return notConfiguredReason
	}
	return unusable(account, current)
}

// currentFor is what follows from the settings in use, with the key of the account's token if there is one.
func (a *Accounts) currentFor(ctx context.Context, account store.Account) (Current, error) {
	current, err := a.Current()
	if err != nil || a.Keys == nil || current.Vault.Opens(account.TokenKey) {
		return current, err
	}
	if err := a.Keys.Learn(ctx, account.TokenKey); err != nil {
		a.Log.Warn("could not look for a newer key; that is tried again", "error", err)
	}
	return a.Current()
}

// unusable says why an account's token is of no use with the settings in use; nothing when it is.
func unusable(account store.Account, current Current) string {
	switch {
	case !current.Vault.Opens(account.TokenKey):
		return otherKeyReason
	case account.ClientID != "" && !strings.EqualFold(account.ClientID, current.Settings.ClientID):
		return otherApplicationReason
	}
	return ""
}

func toBridge(a store.Account) bridge.Account {
	account := bridge.Account{ID: a.ID, Bot: a.Bot, MattermostUser: a.User, TeamsUser: a.TeamsUser, DisplayName: a.DisplayName}
	if a.Bot {
		account.MattermostUser = ""
	}
	return account
}

// Disconnect deletes the user's account; false when there is none.
func (a *Accounts) Disconnect(ctx context.Context, user bridge.UserID) (store.Account, bool, error) {
	return a.disconnect(ctx, user, user)
}

// disconnect deletes a user's account. by is the user, whoever does it for them, or "" for the plugin.
func (a *Accounts) disconnect(ctx context.Context, by, user bridge.UserID) (store.Account, bool, error) {
	account, found, err := a.Store.AccountOfUser(ctx, user)
	if err != nil || !found {
		return store.Account{}, false, err
	}
	return a.drop(ctx, by, account)
}

// DisconnectBot deletes the bot with this e-mail address, or the only one when the address is empty; false when there is
// none.
func (a *Accounts) DisconnectBot(ctx context.Context, by bridge.UserID, email string) (store.Account, bool, error) {
	bot, found, err := a.findBot(ctx, email)
	if err != nil || !found {
		return store.Account{}, false, err
	}
	return a.drop(ctx, by, bot)
}

func (a *Accounts) drop(ctx context.Context, by bridge.UserID, account store.Account) (store.Account, bool, error) {
	dropped, found, err := a.Store.DisconnectAccount(ctx, by, account.ID)
	if err != nil || !found {
		return store.Account{}, false, err
	}
	a.mu.Lock()
	delete(a.tokens, account.ID)
	a.mu.Unlock()
	if !account.Bot {
		a.Mattermost.Publish("user_disconnected", account.User, nil)
		if a.Config.Disconnected != nil {
			a.Config.Disconnected(ctx, account.User)
		}
	}
	return dropped, true, nil
}

// refreshEarly is how long before its end a token is replaced.
const refreshEarly = 2 * time.Minute
