// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"errors"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// Mappings lists the pairs of users and Teams accounts that system admins approved, oldest first.
func (a *Accounts) Mappings(ctx context.Context) ([]store.AccountMapping, error) {
	return a.Store.AccountMappings(ctx)
}

// Approve lets the user connect the Teams account, named by object id or user principal name, and no other.
func (a *Accounts) Approve(ctx context.Context, by, user bridge.UserID, teamsUser string) (store.AccountMapping, error) {
	current, err := a.Current()
	if err != nil {
		return store.AccountMapping{}, err
	}
	owner, err := a.Mattermost.User(ctx, user)
	switch {
	case bridge.ClassOf(err) == bridge.NotFound || bridge.ClassOf(err) == bridge.Permanent:
		return store.AccountMapping{}, refusal.New(refusal.NotFound, "There is no Mattermost user %s.", user)
	case err != nil:
		return store.AccountMapping{}, err
	case owner.Bot:
		return store.AccountMapping{}, refusal.New(refusal.BadRequest, "%s is a Mattermost bot account, which cannot be connected.", owner.Username)
	}
	if teamsUser = strings.TrimSpace(teamsUser); teamsUser == "" {
		return store.AccountMapping{}, refusal.New(refusal.BadRequest, "teams_user is needed: the account's object id or user principal name.")
	}
	person, err := current.Login.User(ctx, teamsUser)
	switch bridge.ClassOf(err) {
	case bridge.NotFound, bridge.Permanent:
		return store.AccountMapping{}, refusal.New(refusal.NotFound, "The tenant has no user %s.", teamsUser)
	}
	if err != nil {
		return store.AccountMapping{}, err
	}
	holder, connected, err := a.Store.AccountOfTeamsUser(ctx, person.ID)
	switch {
	case err != nil:
		return store.AccountMapping{}, err
	case connected && holder.Bot:
		return store.AccountMapping{}, refusal.New(refusal.Conflict, "The Microsoft Teams account %s cannot be approved: %s.", person.UPN, a.heldBy(ctx, holder))
	case connected && holder.User != user:
		return store.AccountMapping{}, refusal.New(refusal.Conflict, "The Microsoft Teams account %s cannot be approved: %s.", person.UPN, a.heldBy(ctx, holder))
	}
	kept, err := a.Store.PutMapping(ctx, store.AccountMapping{User: user, TeamsUser: person.ID, UPN: person.UPN, Creator: by})
	if taken, ok := errors.AsType[*store.MappingTaken](err); ok {
		return store.AccountMapping{}, refusal.New(refusal.Conflict, "The Microsoft Teams account %s is approved for %s already. Take that approval back first.", person.UPN, a.named(ctx, taken.Holder.User))
	}
	return kept, err
}

// heldBy says who has an account that somebody else wants, and what to do.
func (a *Accounts) heldBy(ctx context.Context, holder store.Account) texts.Text {
	if holder.Bot {
		return texts.New("it is connected as a bot, which a system admin can disconnect")
	}
	return texts.New("it is connected by %s, who has to disconnect it first; a system admin can do that for them", a.named(ctx, holder.User))
}

// named is a user as people know one another; the id when nobody does any more.
func (a *Accounts) named(ctx context.Context, id bridge.UserID) texts.Text {
	user, err := a.Mattermost.User(ctx, id)
	if err != nil || user.Username == "" {
		return texts.New("the Mattermost user with the id %s", id)
	}
	return texts.New("the Mattermost user @%s", user.Username)
}

// Withdraw takes the approval of the user's account back; what is connected stays connected.
func (a *Accounts) Withdraw(ctx context.Context, by, user bridge.UserID) error {
	found, err := a.Store.DeleteMapping(ctx, by, user)
	if err == nil && !found {
		return refusal.New(refusal.NotFound, "No Teams account is approved for the Mattermost user %s.", user)
	}
	return err
}

// checkMapping holds a Teams account against the approved pairs. approved is false when no pair speaks of either.
func (a *Accounts) checkMapping(ctx context.Context, user bridge.UserID, person teams.Person) (approved bool, err error) {
	mine, found, err := a.Store.MappingOfUser(ctx, user)
	switch {
	case err != nil:
		return false, err
	case found && mine.TeamsUser != person.ID:
		return false, refusal.New(refusal.Forbidden, "A system admin approved the Microsoft Teams account %s for you, so %s cannot be connected. Log in at Microsoft with the approved account.", mine.UPN, emailOf(person))
	case found:
		return true, nil
	}
	_, taken, err := a.Store.MappingOfTeamsUser(ctx, person.ID)
	if err == nil && taken {
		err = refusal.New(refusal.Forbidden, "The Microsoft Teams account %s is approved for another Mattermost user.", emailOf(person))
	}
	return false, err
}

// wantedAddress is the address of the Teams account that the user should log in with.
func (a *Accounts) wantedAddress(ctx context.Context, user bridge.User) (string, error) {
	mine, found, err := a.Store.MappingOfUser(ctx, user.ID)
	if err != nil || !found {
		return user.Email, err
	}
	return mine.UPN, nil
}
