// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package people_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/people"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

const tenant = "11111111-1111-4111-8111-111111111111"

// world is one database with its nodes, a server and a directory.
type world struct {
	t         *testing.T
	dsn       string
	server    *server
	directory *directory
	mu        sync.Mutex
	settings  config.Settings
	perRun    int // users that a run makes; 0: as many as in production
}

func newWorld(t *testing.T) *world {
	return &world{
		t: t, dsn: storetest.NewDatabase(t), server: &server{users: map[bridge.UserID]*user{}, members: map[string]bool{}}, directory: &directory{},
		settings: config.Settings{TenantID: tenant, ClientID: "app", SyncUsersMinutes: 1, SyntheticUserAuthService: "saml", SyntheticUserAuthData: "ID"},
	}
}

func (w *world) set(f func(*config.Settings)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(&w.settings)
}

// node is one process.
type node struct {
	*people.People
	store    *store.Store
	accounts *connected
}

func (w *world) start(name string) *node {
	w.t.Helper()
	s := storetest.Open(w.t, w.dsn, name)
	n := &node{store: s, accounts: &connected{s}}
	n.People = people.New(people.Config{
		MadePerRun: w.perRun,
		Store:      s, Mattermost: w.server, Accounts: n.accounts, Log: storetest.Log(w.t, name),
		Current: func() (people.Current, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return people.Current{Settings: w.settings, Directory: w.directory}, nil
		},
	})
	w.t.Cleanup(n.Stop)
	return n
}

// connected are the accounts, as package accounts reads them.
type connected struct{ *store.Store }

func (c *connected) OfTeamsUser(ctx context.Context, user bridge.TeamsUserID) (bridge.Account, bool, error) {
	a, found, err := c.AccountOfTeamsUser(ctx, user)
	return bridge.Account{ID: a.ID, MattermostUser: a.User, TeamsUser: a.TeamsUser}, found && !a.Bot, err
}

func (c *connected) PersonOf(ctx context.Context, user bridge.UserID) (bridge.Person, bool, error) {
	a, found, err := c.AccountOfUser(ctx, user)
	return bridge.Person{ID: a.TeamsUser, Name: a.DisplayName}, found, err
}

// user is a user of the server.
type user struct {
	mattermost.Mirror
	email           string
	inactive, owned bool
	picture         string
}

// server is a Mattermost server, as far as people see it.
type server struct {
	mu      sync.Mutex
	users   map[bridge.UserID]*user
	members map[string]bool
	made    int
	refuse  error // answers each CreateMirror
	cut     bool  // the answer to CreateMirror is lost
}

func (s *server) find(f func(*user) bool) (bridge.UserID, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, u := range s.users {
		if f(u) {
			return id, true, nil
		}
	}
	return "", false, nil
}

func (s *server) UserNamed(_ context.Context, name string) (bridge.UserID, bool, error) {
	return s.find(func(u *user) bool { return u.Username == name })
}

func (s *server) UserWithEmail(_ context.Context, email string) (bridge.UserID, bool, error) {
	return s.find(func(u *user) bool { return u.email == email })
}

func (s *server) MirrorOf(_ context.Context, id bridge.UserID) (bridge.TeamsUserID, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u, ok := s.users[id]; ok {
		return u.TeamsUser, true, nil
	}
	return "", false, nil
}

func (s *server) CreateMirror(_ context.Context, m mattermost.Mirror) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		return s.refuse
	}
	for id, u := range s.users {
		switch {
		case id == m.ID:
			return &bridge.Failure{Class: bridge.Retry, Code: "app.user.save.app_error", Err: errors.New("the id is taken")}
		case u.Username == m.Username:
			return &bridge.Failure{Class: bridge.Permanent, Code: "app.user.save.username_exists.app_error", Err: errors.New("the name is taken")}
		case m.AuthData != "" && u.AuthData == m.AuthData:
			return &bridge.Failure{Class: bridge.Retry, Code: "app.user.save.app_error", Err: errors.New("the data is taken")}
		}
	}
	s.made++
	s.users[m.ID] = &user{Mirror: m, email: string(m.TeamsUser) + "@msteams-sync.invalid"}
	if s.cut {
		return &bridge.Failure{Class: bridge.Unknown, Err: errors.New("the server did not answer")}
	}
	return nil
}

func (s *server) KeepMirror(_ context.Context, id bridge.UserID, _ bridge.TeamsUserID) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, found := s.users[id]
	return found, nil
}

func (s *server) change(id bridge.UserID, f func(*user)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, ok := s.users[id]
	if !ok {
		return &bridge.Failure{Class: bridge.NotFound, Err: errors.New("no such user")}
	}
	f(u)
	return nil
}

func (s *server) RenameMirror(_ context.Context, m mattermost.Mirror) (changed bool, err error) {
	err = s.change(m.ID, func(u *user) {
		before := u.Mirror
		u.Nickname, u.FirstName, u.LastName, u.Position = m.Nickname, m.FirstName, m.LastName, m.Position
		changed = before != u.Mirror
	})
	return changed, err
}

func (s *server) SetActive(_ context.Context, id bridge.UserID, active bool) error {
	return s.change(id, func(u *user) { u.inactive = !active })
}

func (s *server) SetPicture(_ context.Context, id bridge.UserID, picture []byte) error {
	return s.change(id, func(u *user) { u.picture = string(picture) })
}

func (s *server) SetLogin(_ context.Context, id bridge.UserID, service, data string) error {
	return s.change(id, func(u *user) { u.AuthService, u.AuthData = service, data })
}

func (s *server) Join(_ context.Context, id bridge.UserID, team string, channel bridge.ChannelID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.members[string(id)+" "+team+" "+string(channel)] = true
	return nil
}

func (s *server) Promote(_ context.Context, id bridge.UserID, username, email string) error {
	return s.change(id, func(u *user) {
		u.owned = true
		if username != "" {
			u.Username = username
		}
		if email != "" {
			u.email = email
		}
	})
}

// get is a user as it is now.
func (s *server) get(id bridge.UserID) user {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u, ok := s.users[id]; ok {
		return *u
	}
	return user{}
}

// directory is the tenant's directory.
type directory struct {
	mu      sync.Mutex
	changes []teams.Profile // the newest of each user counts
	photos  map[bridge.TeamsUserID]string
	groups  map[string][]bridge.TeamsUserID
	reads   int
	down    error
	expired bool // the links that it gave out
	page    int  // users in a page; 0: all
	full    int  // how often all users were read
}

func (d *directory) put(p teams.Profile) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changes = append(d.changes, p)
}

func (d *directory) Profile(_ context.Context, id bridge.TeamsUserID) (teams.Profile, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reads++
	if d.down != nil {
		return teams.Profile{}, d.down
	}
	for _, p := range slices.Backward(d.changes) {
		if p.ID == id && p.Removed == nil {
			return p, nil
		}
	}
	return teams.Profile{}, &bridge.Failure{Class: bridge.NotFound, Status: 404, Err: errors.New("no such user")}
}

func (d *directory) ProfileChanges(_ context.Context, link string) ([]teams.Profile, string, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down != nil {
		return nil, "", false, d.down
	}
	at, _ := strconv.Atoi(link)
	switch {
	case link == "":
		d.full++
	case d.expired:
		d.expired = false
		return nil, "", false, &bridge.Failure{Class: bridge.Permanent, Status: 410, Err: errors.New("the token has expired")}
	}
	end := len(d.changes)
	if d.page > 0 {
		end = min(end, at+d.page)
	}
	return slices.Clone(d.changes[at:end]), fmt.Sprint(end), end < len(d.changes), nil
}

func (d *directory) GroupMembers(_ context.Context, group string) ([]teams.Profile, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if members, ok := d.groups[group]; ok {
		var profiles []teams.Profile
		for _, id := range members {
			profile := teams.Profile{ID: id}
			for _, p := range d.changes {
				if p.ID == id {
					profile = p
				}
			}
			profiles = append(profiles, profile)
		}
		return profiles, nil
	}
	return nil, &bridge.Failure{Class: bridge.NotFound, Status: 404, Err: errors.New("no such group")}
}

func (d *directory) Photo(_ context.Context, id bridge.TeamsUserID) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if photo := d.photos[id]; photo != "" {
		return []byte(photo), nil
	}
	return nil, &bridge.Failure{Class: bridge.NotFound, Status: 404, Err: errors.New("no picture")}
}

func (d *directory) read() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.reads
}

func drew() teams.Profile {
	return teams.Profile{ID: "teams-drew", DisplayName: "Drew Démo", GivenName: "Drew", Surname: "Démo", Mail: "drew@demo.example", UPN: "drew@demo.example", Type: "Member"}
}

var link = bridge.Link{Channel: "channel", MattermostTeam: "team"}

// author is who shows what somebody writes.
func (n *node) author(t *testing.T, from bridge.Sender) bridge.UserID {
	t.Helper()
	id, known, err := n.AuthorOf(t.Context(), from, link)
	if err != nil || known != (id != "") {
		t.Fatalf("author of %v: %q, %v, %v", from, id, known, err)
	}
	return id
}

func isName(t *testing.T, got, want string) {
	t.Helper()
	if !strings.EqualFold(got, want) {
		t.Errorf("named %q, want %q", got, want)
	}
}
