// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// TokenState is whether an account's token can be used.
type TokenState string

// The states.
const (
	TokenGood             TokenState = "ok"
	TokenLost             TokenState = "lost"              // Microsoft does not take it any more
	TokenOtherKey         TokenState = "other_key"         // it was encrypted with an encryption key that the settings do not have
	TokenOtherApplication TokenState = "other_application" // it was issued to another app registration
)

// ConnectedUser is a line of the report of connected users.
type ConnectedUser struct {
	User              bridge.UserID      `json:"mattermost_user_id"`
	Username          string             `json:"username"` // empty when the user does not exist any more
	Email             string             `json:"email"`
	TeamsUser         bridge.TeamsUserID `json:"teams_user_id"`
	DisplayName       string             `json:"teams_display_name"`
	UserPrincipalName string             `json:"teams_user_principal_name"`
	Mail              string             `json:"teams_mail"`
	ConnectedAt       time.Time          `json:"connected_at"`
	TokenState        TokenState         `json:"token_state"`
	Reason            string             `json:"reason"`       // why the token cannot be used
	LastUsedAt        *time.Time         `json:"last_used_at"` // noted about once an hour; null before the first time
}

// ConnectedUsers lists who connected an account, in the order in which they did, from an offset on. total counts all.
func (a *Accounts) ConnectedUsers(ctx context.Context, offset, limit int) (users []ConnectedUser, total int, err error) {
	accounts, total, err := a.Store.UserAccounts(ctx, offset, limit)
	if err != nil {
		return nil, 0, err
	}
	users = make([]ConnectedUser, 0, len(accounts))
	for _, account := range accounts {
		current, err := a.currentFor(ctx, account)
		if err != nil {
			return nil, 0, err
		}
		line := ConnectedUser{
			User: account.User, TeamsUser: account.TeamsUser, DisplayName: account.DisplayName, UserPrincipalName: account.UPN, Mail: account.Email,
			ConnectedAt: account.ConnectedAt.UTC(), LastUsedAt: account.LastUsedAt,
		}
		line.TokenState, line.Reason = stateOf(account, current)
		user, err := a.Mattermost.User(ctx, account.User)
		if class := bridge.ClassOf(err); err != nil && class != bridge.NotFound && class != bridge.Permanent {
			return nil, 0, err
		}
		line.Username, line.Email = user.Username, user.Email
		users = append(users, line)
	}
	return users, total, nil
}

func stateOf(account store.Account, current Current) (TokenState, string) {
	if account.Lost {
		return TokenLost, account.LostReason
	}
	switch reason := unusable(account, current); reason {
	case "":
		return TokenGood, ""
	case otherApplicationReason:
		return TokenOtherApplication, reason
	default:
		return TokenOtherKey, reason
	}
}
