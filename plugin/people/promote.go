// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package people

import (
	"context"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// Promoted is a user that is a regular one now.
type Promoted struct {
	Username string
	Email    string // empty when the directory has none
}

// Promote makes a mirrored user a regular one under another user name and with the person's own e-mail address, to which the
// link to set a password is sent. It refuses when the address or the name is somebody else's.
func (p *People) Promote(ctx context.Context, by bridge.UserID, username, newName string) (Promoted, error) {
	username, newName = strings.TrimPrefix(strings.ToLower(username), "@"), strings.TrimPrefix(strings.ToLower(newName), "@")
	id, found, err := p.Mattermost.UserNamed(ctx, username)
	if err != nil {
		return Promoted{}, err
	}
	m, mirrored, err := p.Store.MirroredUserOf(ctx, id)
	switch {
	case err != nil:
		return Promoted{}, err
	case !found || !mirrored:
		return Promoted{}, refusal.New(refusal.NotFound, "There is no mirrored user @%s.", username)
	case m.State == store.Promoted:
		return Promoted{}, refusal.New(refusal.Conflict, "@%s is a regular user already.", username)
	case m.Reason == store.HasConnected:
		return Promoted{}, refusal.New(refusal.Conflict, "The person whom @%s mirrors has a Mattermost user already and has connected the Teams account with it.", username)
	}
	if holder, taken, err := p.Mattermost.UserNamed(ctx, newName); err != nil {
		return Promoted{}, err
	} else if taken && holder != m.User {
		return Promoted{}, refusal.New(refusal.Conflict, "The user name @%s is taken.", newName)
	}
	if m.Mail != "" {
		if holder, taken, err := p.Mattermost.UserWithEmail(ctx, m.Mail); err != nil {
			return Promoted{}, err
		} else if taken && holder != m.User {
			return Promoted{}, refusal.New(refusal.Conflict, "Another Mattermost user has the e-mail address %s: the person has an account already, and connects it with /msteams-sync connect.", m.Mail)
		}
	}
	return Promoted{Username: newName, Email: m.Mail}, p.promote(ctx, by, m, newName, m.Mail)
}

// promote makes the user a regular one. The user comes before the record, so that what was cut off can be repeated.
func (p *People) promote(ctx context.Context, by bridge.UserID, m store.MirroredUser, username, email string) error {
	if m.State == store.MirroredInactive {
		if err := p.Mattermost.SetActive(ctx, m.User, true); err != nil {
			return err
		}
	}
	err := p.Mattermost.Promote(ctx, m.User, username, email)
	if mattermost.NameTaken(err) {
		return refusal.New(refusal.Conflict, "The user name @%s is taken.", username)
	}
	if bridge.ClassOf(err) == bridge.Permanent && err != nil {
		return refusal.New(refusal.BadRequest, "The server does not take that: %v", err)
	}
	if err != nil {
		return err
	}
	return p.Store.PromoteMirrored(ctx, by, m, username)
}

// WillLogIn is asked before somebody logs in as a user that mirrors somebody. With the setting automaticallyPromoteSyntheticUsers
// the user becomes a regular one: whoever logs in has proved with the authentication data to be the person. Without it, or for
// somebody whom nobody mirrors, the answer says why the log-in is refused.
func (p *People) WillLogIn(ctx context.Context, user bridge.UserID, authenticatedBy string) (refused string) {
	const nobody = "this user stands for somebody in Microsoft Teams; nobody can log in as it"
	current, err := p.Current()
	if err != nil || !current.Settings.PromoteSyntheticUsers || authenticatedBy != current.Settings.SyntheticUserAuthService {
		return nobody
	}
	m, found, err := p.Store.MirroredUserOf(ctx, user)
	switch {
	case err != nil:
		p.Log.Warn("could not find out whether somebody may log in", "user", user, "error", err)
		return "try again in a minute"
	case !found, m.State == store.MirroredInactive:
		return nobody
	}
	email := m.Mail
	if email != "" {
		if holder, taken, err := p.Mattermost.UserWithEmail(ctx, email); err != nil || taken && holder != m.User {
			email = ""
		}
	}
	if err := p.promote(ctx, user, m, "", email); err != nil {
		p.Log.Warn("could not make a mirrored user a regular one at log-in", "user", user, "error", err)
		return "try again in a minute"
	}
	p.Log.Info("a mirrored user became a regular one at log-in", "user", user)
	return ""
}
