// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package takeover

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// longestGap is how far back posts and edits are carried that the predecessor did not carry any more. Where it was
// silent for longer, its sync was probably switched off long before, and the links begin with the take-over.
const longestGap = 24 * time.Hour

// sinceWhen is where the predecessor stopped.
func sinceWhen(lastSeen, now time.Time) time.Time {
	if lastSeen.After(now) || now.Sub(lastSeen) > longestGap {
		lastSeen = now
	}
	return lastSeen.UTC().Truncate(time.Millisecond)
}

// chooseLinks takes one link for each conversation: where the predecessor let several channels be linked with it, the one
// in which something happened last.
func chooseLinks(found []store.PredecessorLink, since time.Time, report *store.TakeOverReport) []bridge.Link {
	found = slices.Clone(found)
	slices.SortStableFunc(found, func(a, b store.PredecessorLink) int {
		switch {
		case a.LastUsed > b.LastUsed:
			return -1
		case a.LastUsed < b.LastUsed:
			return 1
		}
		return 0
	})
	var links []bridge.Link
	taken := map[bridge.ConversationID]bool{}
	for _, l := range found {
		reason := ""
		switch {
		case l.Conversation.ID == "" || l.Conversation.Team == "":
			reason = "it names no Teams channel"
		case l.Gone:
			reason = "its Mattermost channel does not exist any more"
		case l.Archived:
			reason = "its Mattermost channel is archived; link it again when it is not"
		case taken[l.Conversation.ID]:
			reason = "its Teams channel is linked with another Mattermost channel, which was used last; link them again if this one is meant"
		}
		if reason != "" {
			report.Leave("link", reason, 1, string(l.Channel))
			continue
		}
		taken[l.Conversation.ID] = true
		links = append(links, bridge.Link{ID: uuid.NewString(), Channel: l.Channel, MattermostTeam: l.MattermostTeam, Conversation: l.Conversation, Creator: l.Creator, CreatedAt: since})
	}
	return links
}

// chooseAccounts opens the tokens and seals them anew. Of several accounts of one user and several users of one account
// the newest is taken.
func chooseAccounts(found []store.PredecessorAccount, bot bridge.UserID, current Current, now time.Time, report *store.TakeOverReport) (chosen []store.Account, bots []bridge.TeamsUserID, err error) {
	tokens, keyErr := newOpener(current.EncryptionKey)
	users, teamsUsers := map[bridge.UserID]bool{}, map[bridge.TeamsUserID]bool{}
	for _, a := range found {
		what := "account"
		if a.User == bot {
			what = "bot"
			bots = append(bots, a.TeamsUser)
			if a.Token == "" {
				continue
			}
		}
		leave := func(reason string) { report.Leave(what, reason, 1, string(a.User)) }
		switch {
		case a.TeamsUser == "":
			leave("it names no Teams account")
			continue
		case a.Gone:
			leave("its Mattermost user does not exist any more")
			continue
		case keyErr != nil:
			leave(keyErr.Error())
			continue
		}
		token, openErr := tokens.open(a.Token)
		switch {
		case openErr != nil:
			leave(openErr.Error())
			continue
		case users[a.User]:
			leave("the user connected another Teams account later")
			continue
		case teamsUsers[a.TeamsUser]:
			leave("another user connected the same Teams account later")
			continue
		}
		users[a.User], teamsUsers[a.TeamsUser] = true, true
		id := bridge.AccountID(uuid.NewString())
		sealed, err := accounts.SealToken(current.Vault, id, token)
		if err != nil {
			return nil, nil, err
		}
		account := store.Account{ID: id, Bot: what == "bot", User: a.User, TeamsUser: a.TeamsUser, DisplayName: a.DisplayName, Email: a.Email,
			Token: sealed, TokenKey: current.Vault.KeyID(), ConnectedAt: a.ConnectedAt}
		if account.ConnectedAt.IsZero() {
			account.ConnectedAt = now
		}
		said := read(token.AccessToken)
		account.UPN = said.UPN
		if said.Name != "" {
			account.DisplayName = said.Name
		}
		if account.Bot {
			account.User, account.Email = "", said.UPN // who connected it was not kept
		}
		chosen = append(chosen, account)
	}
	return chosen, bots, nil
}

// chooseSubscriptions gives each the secret that notifications of it carry; those that could not be known by one are left.
func chooseSubscriptions(found []store.PredecessorSubscription, webhookSecret string) []store.PredecessorSubscription {
	var chosen []store.PredecessorSubscription
	for _, x := range found {
		if x.Secret == "" {
			x.Secret = webhookSecret
		}
		if x.GraphID != "" && x.Secret != "" {
			chosen = append(chosen, x)
		}
	}
	return chosen
}

// withOtherKey counts the tokens that were left because of the encryption key.
func withOtherKey(report store.TakeOverReport) (n int) {
	for _, l := range report.Left {
		if strings.HasPrefix(l.Reason, errOtherKey.Error()) {
			n += l.Count
		}
	}
	return n
}
