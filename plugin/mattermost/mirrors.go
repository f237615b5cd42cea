// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Mirror is a user that stands for somebody who has no account on the server.
type Mirror struct {
	ID        bridge.UserID
	TeamsUser bridge.TeamsUserID
	Username  string
	Nickname  string
	FirstName string
	LastName  string
	Position  string
	// AuthService and AuthData are how the person will log in who gets the user as their own; empty for not at all.
	AuthService string
	AuthData    string
}

const (
	// mirrorRemote marks users as being of another system: nobody can log in as them, set their password or send them mail,
	// and they count for no limit. It is the id of no connected server.
	mirrorRemote = "msteamssyncmirroredusers00"
	// mirrorProp holds the Teams user's id. It stays when the user becomes somebody's own.
	mirrorProp = "msteams_sync_mirrors"
	// mirrorDomain is where no mail arrives (RFC 2606).
	mirrorDomain = "msteams-sync.invalid"
)

// IsMirror tells whether a user mirrors somebody and is nobody's own.
func IsMirror(u *model.User) bool { return u.IsRemote() && *u.RemoteId == mirrorRemote }

// MirrorOf returns whom the user mirrors, or mirrored until it became the person's own; false when there is no such user.
func (s *Server) MirrorOf(_ context.Context, id bridge.UserID) (of bridge.TeamsUserID, found bool, err error) {
	u, e := s.api.GetUser(string(id))
	switch {
	case e != nil && e.StatusCode == http.StatusNotFound:
		return "", false, nil
	case e != nil:
		return "", false, failure("read user "+string(id), e)
	case u == nil:
		return "", false, gone("read user " + string(id))
	}
	return bridge.TeamsUserID(u.Props[mirrorProp]), true, nil
}

// NameTaken tells whether an error of CreateMirror or Promote is about the user name.
func NameTaken(err error) bool {
	f, ok := errors.AsType[*bridge.Failure](err)
	return ok && f.Code == "app.user.save.username_exists.app_error"
}

// CreateMirror makes the user. Its id is the caller's, so making it twice fails the second time.
func (s *Server) CreateMirror(_ context.Context, m Mirror) error {
	u := &model.User{
		Id: string(m.ID), RemoteId: model.NewPointer(mirrorRemote), Username: m.Username, Email: strings.ToLower(string(m.TeamsUser)) + "@" + s.mirrorDomain(),
		NotifyProps: silence(), Props: model.StringMap{mirrorProp: string(m.TeamsUser)}, DisableWelcomeEmail: true,
	}
	m.name(u)
	if m.AuthService != "" {
		u.AuthService, u.AuthData = m.AuthService, &m.AuthData
	} else {
		u.Password = unknownPassword()
	}
	doing := "make user " + m.Username
	created, e := s.api.CreateUser(u)
	switch {
	case e != nil:
		return failure(doing, e)
	case created == nil:
		return gone(doing)
	}
	return nil
}

// unknownPassword satisfies every policy and is known to nobody.
func unknownPassword() string { return "aA1!" + rand.Text() }

// mirrorDomain is the end of a mirrored user's address: where the server lets only certain domains in, one of these. The
// part before it is an id and nobody's name.
func (s *Server) mirrorDomain() string {
	if c := s.api.GetConfig(); c != nil && c.TeamSettings.RestrictCreationToDomains != nil {
		if allowed := strings.Fields(strings.NewReplacer("@", " ", ",", " ").Replace(strings.ToLower(*c.TeamSettings.RestrictCreationToDomains))); len(allowed) > 0 {
			return allowed[0]
		}
	}
	return mirrorDomain
}

// silence are notification settings of somebody who reads nothing here.
func silence() model.StringMap {
	return model.StringMap{
		model.EmailNotifyProp: "false", model.PushNotifyProp: model.UserNotifyNone, model.DesktopNotifyProp: model.UserNotifyNone,
		model.DesktopSoundNotifyProp: "false", model.ChannelMentionsNotifyProp: "false", model.FirstNameNotifyProp: "false",
		model.CommentsNotifyProp: model.CommentsNotifyNever, model.MentionKeysNotifyProp: "",
	}
}

// KeepMirror marks the user again where it is not marked as remote, and tells whether there is such a user.
func (s *Server) KeepMirror(_ context.Context, id bridge.UserID, of bridge.TeamsUserID) (bool, error) {
	doing := "read user " + string(id)
	u, e := s.api.GetUser(string(id))
	switch {
	case e != nil && e.StatusCode == http.StatusNotFound:
		return false, nil
	case e != nil:
		return false, failure(doing, e)
	case u == nil:
		return false, gone(doing)
	case IsMirror(u) && u.Props[mirrorProp] == string(of):
		return true, nil
	}
	return true, s.mark(u, of)
}

func (s *Server) mark(u *model.User, of bridge.TeamsUserID) error {
	u.RemoteId = model.NewPointer(mirrorRemote)
	if u.Props == nil {
		u.Props = model.StringMap{}
	}
	u.Props[mirrorProp] = string(of)
	return s.updateUser("mark user "+u.Id+" as one that stands for somebody in Teams", u)
}

// BesideMirrors has open make a direct or group channel of the users. A server makes none with remote users unless its feature
// flag EnableSharedChannelsDMs is on; where it refuses, the mirrored ones among the users are no remote ones for the moment.
// Whoever is cut off in between leaves them so until they are next looked at (KeepMirror).
func (s *Server) BesideMirrors(_ context.Context, users []bridge.UserID, open func() error) (err error) {
	err = open()
	f, ok := errors.AsType[*bridge.Failure](err)
	if !ok || !strings.HasSuffix(f.Code, "remote_restricted.app_error") {
		return err
	}
	for _, id := range users {
		u, e := s.api.GetUser(string(id))
		if e != nil {
			return failure("read user "+string(id), e)
		}
		if u == nil {
			return gone("read user " + string(id))
		}
		if !IsMirror(u) {
			continue
		}
		defer func() { err = errors.Join(err, s.mark(u, bridge.TeamsUserID(u.Props[mirrorProp]))) }()
		local := *u
		local.RemoteId = nil
		if err := s.updateUser("open a channel with user "+u.Id, &local); err != nil {
			return err
		}
	}
	return open()
}

func (m Mirror) name(u *model.User) {
	u.Nickname, u.FirstName, u.LastName, u.Position = cut(m.Nickname), cut(m.FirstName), cut(m.LastName), m.Position
}

// cut shortens a name to what a user may have.
func cut(name string) string {
	if r := []rune(name); len(r) > model.UserFirstNameMaxRunes {
		return string(r[:model.UserFirstNameMaxRunes])
	}
	return name
}

// RenameMirror gives a mirrored user the names and tells whether it had others.
func (s *Server) RenameMirror(_ context.Context, m Mirror) (bool, error) {
	doing := "rename user " + string(m.ID)
	u, e := s.api.GetUser(string(m.ID))
	switch {
	case e != nil:
		return false, failure(doing, e)
	case u == nil:
		return false, gone(doing)
	}
	before := [...]string{u.Nickname, u.FirstName, u.LastName, u.Position}
	m.name(u)
	if before == [...]string{u.Nickname, u.FirstName, u.LastName, u.Position} {
		return false, nil
	}
	return true, s.updateUser(doing, u)
}

func (s *Server) updateUser(doing string, u *model.User) error {
	updated, e := s.api.UpdateUser(u)
	switch {
	case e != nil:
		return failure(doing, e)
	case updated == nil:
		return gone(doing)
	}
	return nil
}

// SetActive activates a user or deactivates it. What it wrote stays.
func (s *Server) SetActive(_ context.Context, id bridge.UserID, active bool) error {
	if e := s.api.UpdateUserActive(string(id), active); e != nil {
		return failure("activate or deactivate user "+string(id), e)
	}
	return nil
}

// SetPicture gives a user a picture.
func (s *Server) SetPicture(_ context.Context, id bridge.UserID, picture []byte) error {
	if e := s.api.SetProfileImage(string(id), picture); e != nil {
		return failure("give user "+string(id)+" a picture", e)
	}
	return nil
}

// Join makes a user a member of a channel, and before that of its team; a channel without a team is a conversation whose
// members stand from the beginning.
func (s *Server) Join(_ context.Context, user bridge.UserID, team string, channel bridge.ChannelID) error {
	if team == "" {
		return nil
	}
	if m, e := s.api.GetChannelMember(string(channel), string(user)); e == nil && m != nil {
		return nil
	}
	doing := "make user " + string(user) + " a member of channel " + string(channel)
	if m, e := s.api.CreateTeamMember(team, string(user)); e != nil {
		return failure(doing, e)
	} else if m == nil {
		return gone(doing)
	}
	if m, e := s.api.AddChannelMember(string(channel), string(user)); e != nil {
		return failure(doing, e)
	} else if m == nil {
		return gone(doing)
	}
	return nil
}

// UserNamed finds a user by user name.
func (s *Server) UserNamed(_ context.Context, name string) (bridge.UserID, bool, error) {
	return foundUser(s.api.GetUserByUsername(name))
}

// UserWithEmail finds a user by e-mail address.
func (s *Server) UserWithEmail(_ context.Context, email string) (bridge.UserID, bool, error) {
	return foundUser(s.api.GetUserByEmail(email))
}

func foundUser(u *model.User, e *model.AppError) (bridge.UserID, bool, error) {
	switch {
	case e != nil && e.StatusCode == http.StatusNotFound:
		return "", false, nil
	case e != nil:
		return "", false, failure("look for a user", e)
	case u == nil:
		return "", false, gone("look for a user")
	}
	return bridge.UserID(u.Id), true, nil
}

// Promote makes a mirrored user a regular one. An empty user name or e-mail address stays as it is. The user has no password
// that anybody knows.
func (s *Server) Promote(_ context.Context, id bridge.UserID, username, email string) error {
	doing := "make user " + string(id) + " a regular one"
	u, e := s.api.GetUser(string(id))
	switch {
	case e != nil:
		return failure(doing, e)
	case u == nil:
		return gone(doing)
	}
	u.RemoteId = nil
	u.Position = ""
	u.NotifyProps = nil
	u.SetDefaultNotifications()
	if username != "" {
		u.Username = username
	}
	if email != "" {
		u.Email = email
	}
	return s.updateUser(doing, u)
}

// SetLogin says how the owner of a user logs in.
func (s *Server) SetLogin(_ context.Context, id bridge.UserID, service, data string) error {
	if _, e := s.api.UpdateUserAuth(string(id), &model.UserAuth{AuthService: service, AuthData: &data}); e != nil {
		return failure("set how user "+string(id)+" logs in", e)
	}
	return nil
}
