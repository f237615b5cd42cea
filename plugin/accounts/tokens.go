// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// It hands tokens to the Graph client.
var _ teams.Tokens = (*Accounts)(nil)

// sealedToken is what the vault holds of an account.
type sealedToken struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Expiry  time.Time `json:"expiry"`
	Issued  time.Time `json:"issued"`
}

func fromOAuth(t *oauth2.Token) sealedToken {
	return sealedToken{Access: t.AccessToken, Refresh: t.RefreshToken, Expiry: t.Expiry, Issued: time.Now()}
}

// cached is an account's token in memory. One caller fetches it, the others wait and get what it got.
type cached struct {
	fetching chan struct{} // holds one element while nobody fetches

	mu      sync.Mutex
	token   sealedToken
	refused string // access token that Graph did not take; the database may still hold it
}

func (c *cached) valid() (sealedToken, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token, c.token.Access != "" && time.Until(c.token.Expiry) > refreshEarly
}

func (c *cached) keep(t sealedToken) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token = t
}

// Token returns an access token of the account and when it was issued.
func (a *Accounts) Token(ctx context.Context, id bridge.AccountID) (string, time.Time, error) {
	c := a.cachedOf(id)
	if t, ok := c.valid(); ok {
		return t.Access, t.Issued, nil
	}
	select {
	case <-c.fetching:
	case <-ctx.Done():
		return "", time.Time{}, &bridge.Failure{Class: bridge.Retry, Err: fmt.Errorf("wait for the account's token: %w", ctx.Err())}
	}
	defer func() { c.fetching <- struct{}{} }()
	if t, ok := c.valid(); ok {
		return t.Access, t.Issued, nil
	}
	t, err := a.fetch(ctx, id, c)
	if err != nil {
		return "", time.Time{}, err
	}
	c.keep(t)
	if err := a.Store.NoteUse(ctx, id); err != nil {
		a.Log.Debug("could not note that an account is used", "account", id, "error", err)
	}
	return t.Access, t.Issued, nil
}

// Forget drops an access token that Graph refused; the next call refreshes it.
func (a *Accounts) Forget(id bridge.AccountID, token string) {
	c := a.cachedOf(id)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token.Access == token {
		c.token, c.refused = sealedToken{}, token
	}
}

// ForgetAll drops all access tokens from memory: another application cannot use them.
func (a *Accounts) ForgetAll() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.tokens)
}

func (c *cached) wasRefused(access string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refused == access
}

func (a *Accounts) cachedOf(id bridge.AccountID) *cached {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.tokens[id]
	if c == nil {
		c = &cached{fetching: make(chan struct{}, 1)}
		c.fetching <- struct{}{}
		a.tokens[id] = c
	}
	return c
}

// fetch reads the token from the database and refreshes it when it is old. A refresh that loses against another node's
// begins again with that node's token.
func (a *Accounts) fetch(ctx context.Context, id bridge.AccountID, c *cached) (sealedToken, error) {
	const rounds = 3
	for range rounds {
		account, t, err := a.read(ctx, id)
		if err != nil {
			return sealedToken{}, err
		}
		if time.Until(t.Expiry) > refreshEarly && !c.wasRefused(t.Access) {
			return t, nil
		}
		refreshed, kept, err := a.refresh(ctx, account, t)
		if err != nil {
			return sealedToken{}, err
		}
		if kept {
			return refreshed, nil
		}
	}
	return sealedToken{}, &bridge.Failure{Class: bridge.Retry, Err: errors.New("the account's token is being refreshed by several nodes at once")}
}

func (a *Accounts) read(ctx context.Context, id bridge.AccountID) (store.Account, sealedToken, error) {
	account, found, err := a.Store.Account(ctx, id)
	switch {
	case err != nil:
		return store.Account{}, sealedToken{}, &bridge.Failure{Class: bridge.Retry, Err: err}
	case !found:
		return store.Account{}, sealedToken{}, &bridge.Failure{Class: bridge.UserAction, Err: errors.New("the account was disconnected")}
	case account.Lost:
		return store.Account{}, sealedToken{}, &bridge.Failure{Class: bridge.UserAction, Err: fmt.Errorf("the account's connection was lost: %s", account.LostReason)}
	}
	current, err := a.currentFor(ctx, account)
	if err != nil {
		return store.Account{}, sealedToken{}, &bridge.Failure{Class: bridge.Retry, Err: err}
	}
	if unusable(account, current) == otherApplicationReason {
		return store.Account{}, sealedToken{}, &bridge.Failure{Class: bridge.UserAction, Err: errors.New("the account was connected with another app registration; connect it again")}
	}
	plain, err := current.Vault.Open(purposeOf(id), account.TokenKey, account.Token)
	if err != nil {
		return store.Account{}, sealedToken{}, &bridge.Failure{Class: bridge.UserAction, Err: fmt.Errorf("the account's token cannot be read, %w; connect the account again", err)}
	}
	var t sealedToken
	if err := json.Unmarshal(plain, &t); err != nil {
		return store.Account{}, sealedToken{}, &bridge.Failure{Class: bridge.UserAction, Err: errors.New("the account's token cannot be read; connect the account again")}
	}
	return account, t, nil
}

// refresh gets a new token and keeps it; kept is false when another node has replaced the old one meanwhile.
func (a *Accounts) refresh(ctx context.Context, account store.Account, old sealedToken) (fresh sealedToken, kept bool, err error) {
	current, err := a.Current()
	if err != nil {
		return sealedToken{}, false, &bridge.Failure{Class: bridge.Retry, Err: err}
	}
	answer, err := current.Login.Refresh(ctx, old.Refresh)
	if teams.LostGrant(err) {
		// Another node may have used the refresh token first and kept its successor.
		if newer, found, readErr := a.Store.Account(ctx, account.ID); readErr == nil && found && newer.TokenVersion != account.TokenVersion {
			return sealedToken{}, false, nil
		}
		failure, _ := errors.AsType[*bridge.Failure](err)
		a.lose(context.WithoutCancel(ctx), account, whyLost(failure.Err))
		return sealedToken{}, false, err
	}
	if err != nil {
		return sealedToken{}, false, err
	}
	fresh = fromOAuth(answer)
	if fresh.Refresh == "" {
		fresh.Refresh = old.Refresh
	}
	sealed, err := seal(current.Vault, account.ID, fresh)
	if err != nil {
		return sealedToken{}, false, err
	}
	kept, err = a.Store.RefreshAccount(context.WithoutCancel(ctx), account.ID, account.TokenVersion, sealed, current.Vault.KeyID(), current.Settings.ClientID)
	if err != nil {
		return sealedToken{}, false, &bridge.Failure{Class: bridge.Retry, Err: err}
	}
	return fresh, kept, nil
}

func seal(vault *Vault, id bridge.AccountID, t sealedToken) ([]byte, error) {
	plain, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("seal a token: %w", err)
	}
	return vault.Seal(purposeOf(id), plain), nil
}

// SealToken seals the token of an account that was connected elsewhere.
func SealToken(vault *Vault, id bridge.AccountID, token *oauth2.Token) ([]byte, error) {
	return seal(vault, id, fromOAuth(token))
}

func purposeOf(id bridge.AccountID) string { return Purpose(string(id)) }

// Purpose is what an account's token is sealed for.
func Purpose(id string) string { return "account " + id }
