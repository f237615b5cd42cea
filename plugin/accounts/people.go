// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// They are the bridge's People.
var _ bridge.People = (*Accounts)(nil)

// UserOf returns who connected the Teams user's account.
func (a *Accounts) UserOf(ctx context.Context, user bridge.TeamsUserID) (bridge.UserID, bool, error) {
	account, connected, err := a.OfTeamsUser(ctx, user)
	return account.MattermostUser, connected, err
}

// PersonOf returns whose account a Mattermost user connected.
func (a *Accounts) PersonOf(ctx context.Context, user bridge.UserID) (bridge.Person, bool, error) {
	found, connected, err := a.Store.AccountOfUser(ctx, user)
	return bridge.Person{ID: found.TeamsUser, Name: found.DisplayName}, connected, err
}
