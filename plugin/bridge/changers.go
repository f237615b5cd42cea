// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"fmt"
)

// accountByTeamsUser finds the account of a Teams user, a person's or a bot's, if it can act now.
func (w *worker) accountByTeamsUser(ctx context.Context, user TeamsUserID) (Account, bool, error) {
	bots, err := w.Accounts.Bots(ctx)
	if err != nil {
		return Account{}, false, err
	}
	for _, bot := range bots {
		if bot.TeamsUser == user {
			return bot, true, nil
		}
	}
	owner, connected, err := w.Accounts.OfTeamsUser(ctx, user)
	if err != nil || !connected {
		return Account{}, false, err
	}
	account, able, err := w.Accounts.OfUser(ctx, owner.MattermostUser)
	return account, able && account.TeamsUser == user, err
}

// accountOf finds the account that may change a message: Teams lets nobody but its author do it. When that account cannot
// act now the event waits for it; when it never will, the failure is permanent.
func (w *worker) accountOf(ctx context.Context, event *OutboundEvent, mapping Mapping, post Post) (Account, error) {
	if event.Kind == Edit && post.Own {
		return Account{}, &Failure{Class: Permanent, Err: errors.New("the post shows a message from Teams under the plugin's bot; an edit of it in Mattermost cannot be carried")}
	}
	account, found, err := w.accountByTeamsUser(ctx, mapping.Sender)
	if err != nil || found {
		return account, err
	}
	if _, connected, err := w.Accounts.OfTeamsUser(ctx, mapping.Sender); err != nil {
		return Account{}, err
	} else if mapping.Direction == Inbound && !connected {
		return Account{}, &Failure{Class: Permanent, Err: fmt.Errorf("Teams lets only its author change a message, and Teams user %q has no connected account", mapping.Sender)}
	}
	return Account{}, w.awaitSender(ctx, event, post.Author, mapping.Sender, "")
}

// reactor is the account that reacts for a user: the user's own, else a bot; false when there is neither.
func (w *worker) reactor(ctx context.Context, user UserID) (Account, bool, error) {
	groups, err := w.senders(ctx, Post{Author: user})
	if err != nil || len(groups) == 0 {
		return Account{}, false, err
	}
	return groups[0][0], true, nil
}

// awaitSender parks a change until the account that may make it can act again. The one that was tried, if any, was refused.
func (w *worker) awaitSender(ctx context.Context, event *OutboundEvent, user UserID, sender TeamsUserID, tried AccountID) error {
	if event.WaitedFor == AccountConnected(user) {
		return &Failure{Class: Permanent, Err: errors.New("the Microsoft Teams account that wrote the message was not connected again in time; nobody else may change the message")}
	}
	err := w.park(ctx, event.Event, AccountConnected(user), w.Tuning.AccountWait, "waits for the Microsoft Teams account that wrote the message")
	if !errors.Is(err, errWaiting) {
		return err
	}
	// An account that was connected since has woken nobody. Who connects again gets a new one.
	if account, found, lookErr := w.accountByTeamsUser(ctx, sender); lookErr != nil {
		return lookErr
	} else if found && account.ID != tried {
		return errors.Join(w.AccountConnected(ctx, user), err)
	}
	w.tellWaiting(ctx, event)
	return err
}
