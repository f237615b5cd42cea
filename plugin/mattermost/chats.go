// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// The sizes of a group message, which the server sets.
const (
	SmallestGroup = model.ChannelGroupMinUsers
	LargestGroup  = model.ChannelGroupMaxUsers
)

// Talk is a direct or group message, or another channel that is neither.
type Talk struct {
	Direct  bool // between two people, or of one with themselves
	Group   bool
	Members []bridge.UserID // of a direct or group message, sorted
}

// Talk tells what kind of channel one is, and who is in a direct or group message.
func (s *Server) Talk(ctx context.Context, id bridge.ChannelID) (Talk, error) {
	doing := "read channel " + string(id)
	c, e := s.api.GetChannel(string(id))
	switch {
	case e != nil:
		return Talk{}, failure(doing, e)
	case c == nil:
		return Talk{}, gone(doing)
	}
	talk := Talk{Direct: c.Type == model.ChannelTypeDirect, Group: c.Type == model.ChannelTypeGroup}
	if !talk.Direct && !talk.Group {
		return talk, nil
	}
	var err error
	talk.Members, err = s.Members(ctx, id)
	return talk, err
}

// Members lists the members of a channel, sorted.
func (s *Server) Members(ctx context.Context, id bridge.ChannelID) ([]bridge.UserID, error) {
	if s.pool == nil {
		return nil, errors.New("there is no connection to the database")
	}
	rows, _ := s.pool.Query(ctx, "SELECT userid FROM channelmembers WHERE channelid = $1 ORDER BY userid", id)
	members, err := pgx.CollectRows(rows, pgx.RowTo[bridge.UserID])
	if err != nil {
		return nil, fmt.Errorf("read the members of channel %s: %w", id, err)
	}
	return members, nil
}

// DirectMessage finds or makes the direct message of two people, who may be the same.
func (s *Server) DirectMessage(ctx context.Context, a, b bridge.UserID) (id bridge.ChannelID, err error) {
	doing := fmt.Sprintf("open the direct message of %s and %s", a, b)
	err = s.BesideMirrors(ctx, []bridge.UserID{a, b}, func() (err error) {
		channel, e := s.api.GetDirectChannel(string(a), string(b))
		id, err = channelID(doing, channel, e)
		return err
	})
	return id, err
}

// GroupMessage finds or makes the group message of these people.
func (s *Server) GroupMessage(ctx context.Context, people []bridge.UserID) (id bridge.ChannelID, err error) {
	ids := make([]string, len(people))
	for i, id := range people {
		ids[i] = string(id)
	}
	err = s.BesideMirrors(ctx, people, func() (err error) {
		channel, e := s.api.GetGroupChannel(ids)
		id, err = channelID("open a group message", channel, e)
		return err
	})
	return id, err
}

func channelID(doing string, channel *model.Channel, e *model.AppError) (bridge.ChannelID, error) {
	switch {
	case e != nil:
		return "", failure(doing, e)
	case channel == nil:
		return "", gone(doing)
	}
	return bridge.ChannelID(channel.Id), nil
}

// TeamOf is a team of the server.
type TeamOf struct{ ID, Name string }

// SharedTeams lists the teams that all these people are members of, by name.
func (s *Server) SharedTeams(_ context.Context, people []bridge.UserID) ([]TeamOf, error) {
	var shared []TeamOf
	for i, user := range people {
		teams, e := s.api.GetTeamsForUser(string(user))
		if e != nil {
			return nil, failure("read the teams of user "+string(user), e)
		}
		var of []TeamOf
		for _, t := range teams {
			if t.DeleteAt == 0 {
				of = append(of, TeamOf{t.Id, t.Name})
			}
		}
		if i == 0 {
			shared = of
			continue
		}
		shared = slices.DeleteFunc(shared, func(t TeamOf) bool { return !slices.Contains(of, t) })
	}
	slices.SortFunc(shared, func(a, b TeamOf) int { return cmp.Compare(a.Name, b.Name) })
	return shared, nil
}

// PrivateChannel finds or makes a private channel by its name in addresses.
func (s *Server) PrivateChannel(_ context.Context, team, name, displayName, purpose string) (bridge.ChannelID, error) {
	there, e := s.api.GetChannelByName(team, name, true)
	if e == nil && there != nil {
		return bridge.ChannelID(there.Id), nil
	}
	channel, e := s.api.CreateChannel(&model.Channel{
		TeamId: team, Type: model.ChannelTypePrivate, Name: name, DisplayName: displayName, Purpose: purpose, CreatorId: string(s.bot),
	})
	return channelID("make a private channel", channel, e)
}

// SetMembers makes these people, and the plugin's bot, the members of a channel.
func (s *Server) SetMembers(ctx context.Context, id bridge.ChannelID, people []bridge.UserID) error {
	there, err := s.Members(ctx, id)
	if err != nil {
		return err
	}
	var failures error
	for _, user := range people {
		if slices.Contains(there, user) {
			continue
		}
		if _, e := s.api.AddChannelMember(string(id), string(user)); e != nil {
			failures = errors.Join(failures, failure(fmt.Sprintf("add %s to channel %s", user, id), e))
		}
	}
	for _, user := range there {
		if slices.Contains(people, user) || user == s.bot {
			continue
		}
		if e := s.api.DeleteChannelMember(string(id), string(user)); e != nil {
			failures = errors.Join(failures, failure(fmt.Sprintf("take %s out of channel %s", user, id), e))
		}
	}
	return failures
}

// RemoveMember takes somebody out of a channel.
func (s *Server) RemoveMember(_ context.Context, id bridge.ChannelID, user bridge.UserID) error {
	if e := s.api.DeleteChannelMember(string(id), string(user)); e != nil {
		return failure(fmt.Sprintf("take %s out of channel %s", user, id), e)
	}
	return nil
}

// Say has the plugin's bot write in a channel.
func (s *Server) Say(_ context.Context, id bridge.ChannelID, text string) error {
	post, e := s.api.CreatePost(&model.Post{UserId: string(s.bot), ChannelId: string(id), Message: text})
	switch {
	case e != nil:
		return failure("write in channel "+string(id), e)
	case post == nil:
		return gone("write in channel " + string(id))
	}
	return nil
}

// Whisper shows one user a text in a channel that nobody else sees and that is not kept.
func (s *Server) Whisper(_ context.Context, user bridge.UserID, id bridge.ChannelID, text string) {
	s.api.SendEphemeralPost(string(user), &model.Post{UserId: string(s.bot), ChannelId: string(id), Message: text})
}

// WithinTeamsOnly tells whether people may write only to those with whom they share a team.
func (s *Server) WithinTeamsOnly() bool {
	config := s.api.GetConfig()
	return config == nil || config.TeamSettings.RestrictDirectMessage == nil || *config.TeamSettings.RestrictDirectMessage == model.DirectMessageTeam
}

// Mirrored tells whether a user stands for somebody who is not on this server.
func (s *Server) Mirrored(_ context.Context, id bridge.UserID) (bool, error) {
	doing := "read user " + string(id)
	u, e := s.api.GetUser(string(id))
	switch {
	case e != nil:
		return false, failure(doing, e)
	case u == nil:
		return false, gone(doing)
	}
	return u.RemoteId != nil && *u.RemoteId != "", nil
}

// DirectPostsAfter returns up to limit new posts of direct and group messages after the cursor, ordered by CreateAt and id.
func (s *Server) DirectPostsAfter(ctx context.Context, after bridge.Cursor, limit int) ([]bridge.Post, error) {
	found, err := s.posts(ctx, `(createat, id) > ($1, $2) AND originalid = ''
		AND EXISTS (SELECT FROM channels c WHERE c.id = posts.channelid AND c.type IN ('D', 'G')) ORDER BY createat, id LIMIT $3`, after.UpdateAt, after.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("read the direct messages: %w", err)
	}
	return found, nil
}
