// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package people

import (
	"context"
	"log/slog"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// They are the bridge's People.
var _ bridge.People = (*People)(nil)

// Directory is the tenant's directory; *teams.Client implements it.
type Directory interface {
	Profile(ctx context.Context, id bridge.TeamsUserID) (teams.Profile, error)
	GroupMembers(ctx context.Context, group string) ([]teams.Profile, error)
	ProfileChanges(ctx context.Context, link string) (changed []teams.Profile, next string, more bool, err error)
	Photo(ctx context.Context, id bridge.TeamsUserID) ([]byte, error)
}

// Mattermost is the server as people need it.
type Mattermost interface {
	MirrorOf(ctx context.Context, id bridge.UserID) (of bridge.TeamsUserID, found bool, err error)
	CreateMirror(ctx context.Context, m mattermost.Mirror) error
	KeepMirror(ctx context.Context, id bridge.UserID, of bridge.TeamsUserID) (found bool, err error)
	RenameMirror(ctx context.Context, m mattermost.Mirror) (bool, error)
	SetActive(ctx context.Context, id bridge.UserID, active bool) error
	SetPicture(ctx context.Context, id bridge.UserID, picture []byte) error
	Join(ctx context.Context, user bridge.UserID, team string, channel bridge.ChannelID) error
	UserNamed(ctx context.Context, name string) (bridge.UserID, bool, error)
	UserWithEmail(ctx context.Context, email string) (bridge.UserID, bool, error)
	Promote(ctx context.Context, id bridge.UserID, username, email string) error
	SetLogin(ctx context.Context, id bridge.UserID, service, data string) error
}

var _ Mattermost = (*mattermost.Server)(nil)

// Accounts knows the connected accounts.
type Accounts interface {
	OfTeamsUser(ctx context.Context, user bridge.TeamsUserID) (bridge.Account, bool, error)
	PersonOf(ctx context.Context, user bridge.UserID) (bridge.Person, bool, error)
	WasBot(ctx context.Context, user bridge.TeamsUserID) (bool, error)
}

// Current is what follows from the settings in use.
type Current struct {
	Settings  config.Settings
	Directory Directory
}

// Config is what people work with.
type Config struct {
	Store      *store.Store
	Mattermost Mattermost
	Accounts   Accounts
	// Current returns what follows from the settings in use; an error when there are none.
	Current func() (Current, error)
	Log     *slog.Logger
	// Remember is how long is remembered who stands for somebody, at most: what changes is told at once. Default 10 minutes.
	Remember time.Duration
	// MadePerRun is how many users a run of the synchronisation makes at most. Default 500.
	MadePerRun int
}

// People knows who stands for whom. It is safe for concurrent use.
type People struct {
	Config
	memory   memory
	pictures pictures
	groups   groups
	cancel   func()
}

// New returns them. Stop ends what they do in the background.
func New(config Config) *People {
	if config.Remember == 0 {
		config.Remember = 10 * time.Minute
	}
	if config.MadePerRun == 0 {
		config.MadePerRun = 500
	}
	p := &People{Config: config}
	p.pictures.init()
	p.cancel = config.Store.OnPeople(p.memory.forget)
	return p
}

// Stop ends what is done in the background.
func (p *People) Stop() {
	p.cancel()
	p.pictures.stop()
}

// Forget is for when the settings have changed.
func (p *People) Forget() { p.memory.forget("") }

// UserOf returns who shows in Mattermost what a Teams user does.
func (p *People) UserOf(ctx context.Context, user bridge.TeamsUserID) (bridge.UserID, bool, error) {
	found, err := p.find(ctx, bridge.Sender{User: user})
	return found.user, found.user != "", err
}

// StandsFor is UserOf of somebody of whom name and organisation are known, too: people of other organisations are in no directory
// that could be asked.
func (p *People) StandsFor(ctx context.Context, who bridge.Sender) (bridge.UserID, bool, error) {
	found, err := p.find(ctx, who)
	return found.user, found.user != "", err
}

// WithAddress returns who stands for the user of the tenant who logs in to Teams with an address; false when there is none, or when
// the settings have nobody stand for them.
func (p *People) WithAddress(ctx context.Context, address string) (bridge.UserID, bool, error) {
	current, err := p.Current()
	if err != nil {
		return "", false, err
	}
	profile, err := current.Directory.Profile(ctx, bridge.TeamsUserID(address))
	switch class := bridge.ClassOf(err); {
	case err != nil && (class == bridge.NotFound || class == bridge.Permanent):
		return "", false, nil
	case err != nil:
		return "", false, err
	}
	return p.UserOf(ctx, profile.ID)
}

// AuthorOf returns who shows in Mattermost what somebody writes. A mirrored user becomes a member of the link's channel; where
// the server does not let it, it writes there all the same.
func (p *People) AuthorOf(ctx context.Context, from bridge.Sender, link bridge.Link) (bridge.UserID, bool, error) {
	if from.User == "" || from.Anonymous {
		return "", false, nil
	}
	found, err := p.find(ctx, from)
	if err != nil || found.user == "" || !found.joins || p.memory.joined(from.User, link.Channel) {
		return found.user, found.user != "", err
	}
	if err := p.Mattermost.Join(ctx, found.user, link.MattermostTeam, link.Channel); err != nil {
		if class := bridge.ClassOf(err); class != bridge.Permanent && class != bridge.NotFound {
			return "", false, err
		}
		p.Log.Info("a mirrored user cannot become a member of a channel and writes there without being one", "user", found.user, "channel", link.Channel, "error", err)
	}
	p.memory.noteJoined(from.User, link.Channel)
	return found.user, true, nil
}

// PersonOf returns who a Mattermost user is in Teams.
func (p *People) PersonOf(ctx context.Context, user bridge.UserID) (bridge.Person, bool, error) {
	person, connected, err := p.Accounts.PersonOf(ctx, user)
	if err != nil || connected {
		return person, connected, err
	}
	m, found, err := p.Store.MirroredUserOf(ctx, user)
	return bridge.Person{ID: m.TeamsUser, Name: m.DisplayName}, found, err
}

// find returns who stands for somebody, from memory or by looking; one look at a time for each person.
func (p *People) find(ctx context.Context, who bridge.Sender) (known, error) {
	for {
		found, wait, begin := p.memory.recall(who)
		switch {
		case begin != nil:
			found, err := p.look(ctx, who)
			begin(found, err == nil, p.Remember)
			return found, err
		case wait == nil:
			return found, nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return known{}, ctx.Err()
		}
	}
}

// look finds who stands for somebody, and makes a mirrored user when nobody does.
func (p *People) look(ctx context.Context, who bridge.Sender) (known, error) {
	account, connected, err := p.Accounts.OfTeamsUser(ctx, who.User)
	if err != nil || connected {
		return known{user: account.MattermostUser}, err
	}
	current, err := p.Current()
	if err != nil {
		return known{}, &bridge.Failure{Class: bridge.Retry, Err: err}
	}
	m, found, err := p.Store.MirroredUser(ctx, who.User)
	switch {
	case err != nil:
		return known{}, err
	case !found:
		return p.introduce(ctx, current, who)
	case m.State == store.Promoted:
		return known{user: m.User}, nil
	}
	if wanted, err := p.wanted(ctx, current, m); err != nil || !wanted {
		return known{}, err
	}
	switch {
	case m.State == store.MirroredActive:
		there, err := p.Mattermost.KeepMirror(ctx, m.User, m.TeamsUser)
		if err == nil && !there {
			return p.introduce(ctx, current, who) // an admin has deleted the user for good
		}
		if err == nil && m.PhotoAt.IsZero() {
			p.fetchPicture(current.Directory, m) // made before the person was seen
		}
		return known{user: m.User, joins: true}, err
	case m.Reason == store.LeftTenant:
		return known{user: m.User}, nil // what somebody wrote who is not there any more
	}
	// The settings have the person mirrored again, or the person has disconnected the account.
	if err := p.setState(ctx, m, store.MirroredActive, ""); err != nil {
		return known{}, err
	}
	return known{user: m.User, joins: true}, nil
}

// setState activates a mirrored user or deactivates it. The user comes before the record: whoever is cut off between the two
// does it again.
func (p *People) setState(ctx context.Context, m store.MirroredUser, state store.MirroredState, reason store.MirroredReason) error {
	if err := p.Mattermost.SetActive(ctx, m.User, state == store.MirroredActive); err != nil && bridge.ClassOf(err) != bridge.NotFound {
		return err
	}
	m.State, m.Reason = state, reason
	return p.Store.KeepMirrored(ctx, m)
}
