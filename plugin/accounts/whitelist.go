// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// mayConnect says why the user may not connect an account; nil when they may. Whoever is connected, or was before the connection was lost, has a place.
func (a *Accounts) mayConnect(ctx context.Context, current Current, user bridge.User) error {
	if user.Bot {
		return refusal.New(refusal.Forbidden, "A Mattermost bot account cannot be connected.")
	}
	allowed, err := a.allowed(ctx, current, user)
	if err != nil {
		return err
	}
	if !allowed {
		return refusal.New(refusal.Forbidden, "Connecting is restricted to users on a whitelist, and neither your e-mail address %s nor your user name %s is on it. Ask a system admin to add one of them.", user.Email, user.Username)
	}
	limit := current.Settings.ConnectedUsersAllowed
	full, err := a.Store.AccountsFull(ctx, user.ID, limit)
	if err != nil || !full {
		return err
	}
	return noRoom(&store.TooManyAccounts{Allowed: limit})
}

func noRoom(full *store.TooManyAccounts) error {
	return refusal.New(refusal.Conflict, "Your account cannot be connected: %s. Ask a system admin.", full.Text())
}

// allowed tells whether the settings and the whitelist let the user connect.
func (a *Accounts) allowed(ctx context.Context, current Current, user bridge.User) (bool, error) {
	if !current.Settings.ConnectedUsersRestricted {
		return true, nil
	}
	return a.Store.OnWhitelist(ctx, user.Email, user.Username)
}

// Whitelist lists who may connect while that is restricted: e-mail addresses and user names in lower case.
func (a *Accounts) Whitelist(ctx context.Context) ([]string, error) { return a.Store.Whitelist(ctx) }

// maxWhitelist bounds the list; more users than this are a case for leaving connecting unrestricted.
const maxWhitelist = 10_000

// SetWhitelist replaces the whitelist and returns it as it is kept. Who is connected stays connected.
func (a *Accounts) SetWhitelist(ctx context.Context, by bridge.UserID, entries []string) ([]string, error) {
	if len(entries) > maxWhitelist {
		return nil, refusal.New(refusal.BadRequest, "The whitelist has %d entries; it may have %d.", len(entries), maxWhitelist)
	}
	clean := make([]string, 0, len(entries))
	for _, entry := range entries {
		if !a.ValidEntry(entry) {
			return nil, refusal.New(refusal.BadRequest, "%q is neither an e-mail address nor a user name.", entry)
		}
		clean = append(clean, cleanEntry(entry))
	}
	if err := a.Store.SetWhitelist(ctx, by, clean); err != nil {
		return nil, err
	}
	return a.Store.Whitelist(ctx)
}

// ChangeWhitelist adds a user to the whitelist or takes one off, and tells whether that changed anything.
func (a *Accounts) ChangeWhitelist(ctx context.Context, by bridge.UserID, entry string, add bool) (changed bool, err error) {
	if !a.ValidEntry(entry) {
		return false, refusal.New(refusal.BadRequest, "%q is neither an e-mail address nor a user name.", entry)
	}
	if add {
		list, err := a.Store.Whitelist(ctx)
		if err != nil {
			return false, err
		}
		if len(list) >= maxWhitelist {
			return false, refusal.New(refusal.Conflict, "The whitelist has %d entries, and may have no more.", len(list))
		}
	}
	return a.Store.ChangeWhitelist(ctx, by, cleanEntry(entry), add)
}

// Restricted tells whether only users on the whitelist may connect.
func (a *Accounts) Restricted() bool {
	current, err := a.Current()
	return err == nil && current.Settings.ConnectedUsersRestricted
}

func cleanEntry(entry string) string {
	return strings.TrimPrefix(strings.TrimSpace(entry), "@")
}

// entryPattern is what e-mail addresses and user names are made of, so that a line of something else is noticed.
var entryPattern = regexp.MustCompile(`^[^\s,;"<>()@]+(@[^\s,;"<>()@]+)?$`)

// longestEntry is Mattermost's limit for e-mail addresses, in characters.
const longestEntry = 128

// ValidEntry tells whether the entry may be an e-mail address or a user name.
func (*Accounts) ValidEntry(entry string) bool {
	entry = cleanEntry(entry)
	return utf8.RuneCountInString(entry) <= longestEntry && entryPattern.MatchString(entry)
}
