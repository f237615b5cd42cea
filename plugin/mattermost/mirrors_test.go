// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost_test

import (
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
)

// registry keeps users.
type registry struct {
	api
	users   map[string]*model.User
	domains string
}

func (r *registry) GetConfig() *model.Config {
	return &model.Config{TeamSettings: model.TeamSettings{RestrictCreationToDomains: &r.domains}}
}

func (r *registry) CreateUser(u *model.User) (*model.User, *model.AppError) {
	if r.failure != nil {
		return nil, r.failure
	}
	r.users[u.Id] = u
	return u, nil
}

func (r *registry) GetUser(id string) (*model.User, *model.AppError) {
	if u, ok := r.users[id]; ok {
		return u.DeepCopy(), nil
	}
	return nil, model.NewAppError("", "no such user", nil, "", http.StatusNotFound)
}

func (r *registry) UpdateUser(u *model.User) (*model.User, *model.AppError) {
	r.users[u.Id] = u
	return u, nil
}

func TestAMirroredUserIsNobodysOwn(t *testing.T) {
	r := &registry{users: map[string]*model.User{}}
	s := mattermost.New(r, nil, "bot")
	long := strings.Repeat("ö", 100)
	if err := s.CreateMirror(t.Context(), mattermost.Mirror{ID: "mirror", TeamsUser: "T", Username: "msteams_x", Nickname: long, FirstName: long}); err != nil {
		t.Fatal(err)
	}
	u := r.users["mirror"]
	if !mattermost.IsMirror(u) || u.Email != "t@msteams-sync.invalid" || len(u.Password) < 20 || u.NotifyProps[model.EmailNotifyProp] != "false" || len([]rune(u.Nickname)) != 64 {
		t.Errorf("made %+v", u)
	}
	r.domains = "corp.example, @other.example"
	if err := s.CreateMirror(t.Context(), mattermost.Mirror{ID: "second", TeamsUser: "S", AuthService: "saml", AuthData: "s"}); err != nil {
		t.Fatal(err)
	}
	if u := r.users["second"]; u.Email != "s@corp.example" || u.Password != "" || u.AuthService != "saml" || *u.AuthData != "s" {
		t.Errorf("made %+v", u)
	}
	r.failure = model.NewAppError("", "app.user.save.username_exists.app_error", nil, "", http.StatusBadRequest)
	if err := s.CreateMirror(t.Context(), mattermost.Mirror{ID: "third"}); !mattermost.NameTaken(err) || bridge.ClassOf(err) != bridge.Permanent {
		t.Errorf("a taken name: %v", err)
	}

	if err := s.Promote(t.Context(), "mirror", "x", "x@corp.example"); err != nil {
		t.Fatal(err)
	}
	if u := r.users["mirror"]; u.IsRemote() || u.Username != "x" || u.Email != "x@corp.example" || u.NotifyProps[model.EmailNotifyProp] != "true" {
		t.Errorf("promoted to %+v", u)
	}
	if of, found, err := s.MirrorOf(t.Context(), "mirror"); of != "T" || !found || err != nil {
		t.Errorf("it mirrored %q, %v, %v", of, found, err)
	}
	// A predecessor's user, or one that was left unmarked.
	if found, err := s.KeepMirror(t.Context(), "mirror", "T"); !found || err != nil || !mattermost.IsMirror(r.users["mirror"]) {
		t.Errorf("%v, %v, %+v", found, err, r.users["mirror"])
	}
	if found, err := s.KeepMirror(t.Context(), "nobody", "N"); found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
}

func TestChannelsWithMirroredUsersAreOpened(t *testing.T) {
	r := &registry{users: map[string]*model.User{"alex": {Id: "alex"}}}
	s := mattermost.New(r, nil, "bot")
	for _, id := range []bridge.UserID{"one", "two"} {
		if err := s.CreateMirror(t.Context(), mattermost.Mirror{ID: id, TeamsUser: bridge.TeamsUserID(id), Username: string(id)}); err != nil {
			t.Fatal(err)
		}
	}
	remote := func() (ids []string) {
		for id := range maps.Keys(r.users) {
			if r.users[id].IsRemote() {
				ids = append(ids, id)
			}
		}
		return ids
	}
	tries := 0
	open := func() error {
		if tries++; len(remote()) > 0 {
			return &bridge.Failure{Class: bridge.Permanent, Code: "api.channel.create_channel.direct_channel.remote_restricted.app_error", Err: errors.New("restricted")}
		}
		return nil
	}
	if err := s.BesideMirrors(t.Context(), []bridge.UserID{"alex", "one", "two"}, open); err != nil || tries != 2 {
		t.Errorf("%v after %d tries", err, tries)
	}
	if now := remote(); len(now) != 2 {
		t.Errorf("remote are %v, want both mirrored ones", now)
	}
	if err := s.BesideMirrors(t.Context(), []bridge.UserID{"one"}, func() error { return errors.New("another reason") }); err == nil {
		t.Error("the reason was swallowed")
	}
}

// What the server says when a mirrored user joins a channel is told from what it says of others.
func TestSystemPostsOfMirroredUsers(t *testing.T) {
	r := &registry{users: map[string]*model.User{}}
	s := mattermost.New(r, nil, "bot")
	if err := s.CreateMirror(t.Context(), mattermost.Mirror{ID: "m", TeamsUser: "t", Username: "msteams_m"}); err != nil {
		t.Fatal(err)
	}
	r.users["alex"] = &model.User{Id: "alex"}
	for name, c := range map[string]struct {
		post *model.Post
		want bool
	}{
		"a mirrored user joined":    {&model.Post{UserId: "m", Type: model.PostTypeJoinChannel}, true},
		"alex joined":               {&model.Post{UserId: "alex", Type: model.PostTypeJoinChannel}, false},
		"somebody who is gone":      {&model.Post{UserId: "x", Type: model.PostTypeJoinChannel}, false},
		"a mirrored user's writing": {&model.Post{UserId: "m"}, false},
	} {
		if got := s.ToBridge(c.post); got.OfMirror != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
