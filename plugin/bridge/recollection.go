// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import "context"

// recollection asks once who somebody is, for as long as a run lasts. It is not safe for concurrent use.
type recollection struct {
	people   People
	accounts Accounts
	users    map[TeamsUserID]recalledUser
	authors  map[TeamsUserID]recalledUser // in the run's channel
	bots     map[TeamsUserID]bool
}

type recalledUser struct {
	id    UserID
	known bool
}

func recall(people People, accounts Accounts) *recollection {
	return &recollection{people: people, accounts: accounts, users: map[TeamsUserID]recalledUser{}, authors: map[TeamsUserID]recalledUser{}, bots: map[TeamsUserID]bool{}}
}

// UserOf is People's.
func (r *recollection) UserOf(ctx context.Context, user TeamsUserID) (UserID, bool, error) {
	if u, ok := r.users[user]; ok {
		return u.id, u.known, nil
	}
	id, known, err := r.people.UserOf(ctx, user)
	if err == nil {
		r.users[user] = recalledUser{id, known}
	}
	return id, known, err
}

// AuthorOf is People's.
func (r *recollection) AuthorOf(ctx context.Context, from Sender, link Link) (UserID, bool, error) {
	if u, ok := r.authors[from.User]; ok {
		return u.id, u.known, nil
	}
	id, known, err := r.people.AuthorOf(ctx, from, link)
	if err == nil {
		r.authors[from.User] = recalledUser{id, known}
	}
	return id, known, err
}

// PersonOf is People's.
func (r *recollection) PersonOf(ctx context.Context, user UserID) (Person, bool, error) {
	return r.people.PersonOf(ctx, user)
}

// WasBot is Accounts'; nobody is no bot.
func (r *recollection) WasBot(ctx context.Context, user TeamsUserID) (bool, error) {
	if bot, ok := r.bots[user]; ok || user == "" {
		return bot, nil
	}
	bot, err := r.accounts.WasBot(ctx, user)
	if err == nil {
		r.bots[user] = bot
	}
	return bot, err
}
