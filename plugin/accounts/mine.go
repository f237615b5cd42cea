// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// Mine is a user's own connection, as GET /api/v1/my/connection answers.
type Mine struct {
	Connected bool `json:"connected"`
	// TeamsAccount is the account that is or was connected; nil when there is none.
	TeamsAccount *TeamsAccount `json:"teams_account"`
	// CanConnect tells whether the user would be let to Microsoft's log-in page now.
	CanConnect bool `json:"can_connect"`
	// Reason says why the connection does not work, and why the user may not connect; in the user's
	// language; empty when neither is so.
	Reason string `json:"reason"`
	// EmailMustMatch is the address or user principal name that the Teams account must have.
	EmailMustMatch string `json:"email_must_match"`
	// NeedsReconnect: an account is connected, but it cannot send.
	NeedsReconnect bool       `json:"needs_reconnect"`
	ConnectedAt    *time.Time `json:"connected_at"`
}

// TeamsAccount is an account of Microsoft Teams.
type TeamsAccount struct {
	ID                bridge.TeamsUserID `json:"id"` // object id
	DisplayName       string             `json:"display_name"`
	UserPrincipalName string             `json:"user_principal_name"` // empty when it is not known
	Mail              string             `json:"mail"`                // its mail address, else its user principal name
}

// Mine returns the user's own connection.
func (a *Accounts) Mine(ctx context.Context, id bridge.UserID) (Mine, error) {
	account, found, err := a.Store.AccountOfUser(ctx, id)
	if err != nil {
		return Mine{}, err
	}
	var m Mine
	var reasons []texts.Text
	if found {
		m.TeamsAccount = &TeamsAccount{ID: account.TeamsUser, DisplayName: account.DisplayName, UserPrincipalName: account.UPN, Mail: account.Email}
		m.ConnectedAt = new(account.ConnectedAt.UTC())
		m.Connected = a.usable(ctx, account)
		if m.NeedsReconnect = !m.Connected; m.NeedsReconnect {
			reasons = append(reasons, reasonText(a.whyUnusable(ctx, account)))
		}
	}
	user, err := a.Mattermost.User(ctx, id)
	if err != nil {
		return Mine{}, err
	}
	if m.EmailMustMatch, err = a.wantedAddress(ctx, user); err != nil {
		return Mine{}, err
	}
	current, err := a.Current()
	if err == nil {
		err = a.mayConnect(ctx, current, user)
	}
	if refused, ok := errors.AsType[*refusal.Refusal](err); ok {
		reasons = append(reasons, refused.Text)
	} else if err != nil {
		return Mine{}, err
	}
	m.CanConnect = err == nil
	said := make([]string, len(reasons))
	for i, reason := range reasons {
		said[i] = reason.In(texts.OfLocale(user.Locale))
	}
	m.Reason = strings.Join(said, " ")
	return m, nil
}

// whyUnusable says why an account cannot send, lost or not.
func (a *Accounts) whyUnusable(ctx context.Context, account store.Account) string {
	if account.LostReason != "" {
		return account.LostReason
	}
	return a.Unusable(ctx, account)
}
