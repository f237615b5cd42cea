// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// PersonOf returns whose account a Mattermost user connected.
func (a *Accounts) PersonOf(ctx context.Context, user bridge.UserID) (bridge.Person, bool, error) {
	found, connected, err := a.Store.AccountOfUser(ctx, user)
	return bridge.Person{ID: found.TeamsUser, Name: found.DisplayName}, connected, err
}
