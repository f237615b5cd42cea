// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/people"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

func (s *Service) forPeople() (people.Current, error) {
	u, err := s.current()
	if err != nil {
		return people.Current{}, err
	}
	return people.Current{Settings: u.settings, Directory: u.graph}, nil
}

// logInTimeout bounds what a log-in waits for.
const logInTimeout = 10 * time.Second

// UserWillLogIn says why somebody may not log in as a user that mirrors somebody; nothing to let them in.
func (s *Service) UserWillLogIn(user *model.User) (refused string) {
	if user == nil || !mattermost.IsMirror(user) {
		return ""
	}
	r := s.rooms.Load()
	if r == nil {
		return "the plugin that keeps this user has no connection with its database; try again in a minute"
	}
	ctx, cancel := context.WithTimeout(s.life, logInTimeout)
	defer cancel()
	return r.people.WillLogIn(ctx, bridge.UserID(user.Id), user.AuthService)
}

// UserDeactivated ends the connection of somebody who was deactivated. What fails, the next run of the job does.
func (s *Service) UserDeactivated(user *model.User) {
	r := s.rooms.Load()
	if r == nil || user == nil {
		return
	}
	ctx, cancel := context.WithTimeout(s.life, hookTimeout)
	defer cancel()
	if err := r.accounts.Deactivated(ctx, bridge.UserID(user.Id)); err != nil && ctx.Err() == nil {
		s.log.Warn("could not end the connection of a deactivated user; that is tried again within a minute", "user", user.Id, "error", err)
	}
}

// MirroredState counts the users that stand for people in Teams who have not connected an account.
type MirroredState struct {
	Active   int `json:"active"`
	Inactive int `json:"inactive"` // deactivated: the person left, has connected an account, or is a guest and those are not mirrored
	Promoted int `json:"promoted"` // regular users since
	// SyncedAt is when they were last brought up to date with the directory.
	SyncedAt  *time.Time `json:"synced_at"`
	SyncError string     `json:"sync_error,omitempty"` // why that failed since
}

func (r *rooms) mirroredState(ctx context.Context) (MirroredState, error) {
	counts, err := r.store.CountMirrored(ctx)
	if err != nil {
		return MirroredState{}, err
	}
	sync, err := r.store.UserSync(ctx)
	return MirroredState{
		Active: counts[store.MirroredActive], Inactive: counts[store.MirroredInactive], Promoted: counts[store.Promoted],
		SyncedAt: orNil(sync.FinishedAt), SyncError: sync.LastError,
	}, err
}
