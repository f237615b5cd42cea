// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// User reads one user.
func (s *Server) User(_ context.Context, id bridge.UserID) (bridge.User, error) {
	doing := "read user " + string(id)
	u, e := s.api.GetUser(string(id))
	switch {
	case e != nil:
		return bridge.User{}, failure(doing, e)
	case u == nil:
		return bridge.User{}, gone(doing)
	}
	return asUser(id, u), nil
}

func asUser(id bridge.UserID, u *model.User) bridge.User {
	name := strings.TrimSpace(u.Nickname)
	if name == "" {
		name = strings.TrimSpace(u.FirstName + " " + u.LastName)
	}
	if name == "" {
		name = u.Username
	}
	return bridge.User{
		ID: id, Username: u.Username, DisplayName: name, Email: u.Email,
		Bot: u.IsBot, Guest: u.IsGuest(), SystemAdmin: u.IsSystemAdmin(), Remote: u.IsRemote(), Locale: u.Locale,
	}
}

// SystemAdmin tells whether the user may manage the system.
func (s *Server) SystemAdmin(user bridge.UserID) bool {
	return user != "" && s.api.HasPermissionTo(string(user), model.PermissionManageSystem)
}

// ChannelReader tells whether the user may read the channel.
func (s *Server) ChannelReader(user bridge.UserID, channel bridge.ChannelID) bool {
	return user != "" && s.api.HasPermissionToChannel(string(user), string(channel), model.PermissionReadChannel)
}

// ChannelAdmin tells whether the user may manage the roles of the channel's members.
func (s *Server) ChannelAdmin(user bridge.UserID, channel bridge.ChannelID) bool {
	return user != "" && s.api.HasPermissionToChannel(string(user), string(channel), model.PermissionManageChannelRoles)
}

// TeamNames lists the names, as in addresses, of the teams that the user is a member of.
func (s *Server) TeamNames(_ context.Context, user bridge.UserID) ([]string, error) {
	teams, e := s.api.GetTeamsForUser(string(user))
	if e != nil {
		return nil, failure("read the teams of user "+string(user), e)
	}
	names := make([]string, 0, len(teams))
	for _, t := range teams {
		names = append(names, t.Name)
	}
	return names, nil
}

// Notify sends the user a direct message from the plugin's bot.
func (s *Server) Notify(_ context.Context, user bridge.UserID, text string) error {
	return s.tell(user, &model.Post{Message: text})
}

// Offer sends the user a direct message with a button that opens an address. The button is a title that is a link: what a
// server calls a button asks the plugin and opens nothing, and on telephones only links open the browser.
func (s *Server) Offer(_ context.Context, user bridge.UserID, text, label, address string) error {
	post := &model.Post{Message: text}
	post.AddProp(attachmentsProp, []*model.MessageAttachment{{Fallback: label + ": " + address, Color: buttonColor, Title: label, TitleLink: address}})
	return s.tell(user, post)
}

// buttonColor is of the line beside the button: that of Mattermost's own buttons.
const buttonColor = "#166de0"

func (s *Server) tell(user bridge.UserID, message *model.Post) error {
	channel, err := s.direct(user)
	if err != nil {
		return err
	}
	message.UserId, message.ChannelId = string(s.bot), channel
	doing := "send a direct message to user " + string(user)
	post, e := s.api.CreatePost(message)
	switch {
	case e != nil:
		return failure(doing, e)
	case post == nil:
		return gone(doing)
	}
	return nil
}

// adminsPage is how many system admins are asked for at a time, and adminsMost how many are told at most.
const (
	adminsPage = 100
	adminsMost = 500
)

// Notice is something that system admins are told, with a button that opens an address where they see to it.
type Notice struct {
	Text    texts.Text
	Label   texts.Text // of the button
	Address string     // empty: there is no button
}

// NotifySystemAdmins sends all active system admins a direct message from the plugin's bot, each in their own language. It
// fails when none got it.
func (s *Server) NotifySystemAdmins(ctx context.Context, notice Notice) error {
	var failures error
	told := false
	for page := range adminsMost / adminsPage {
		admins, e := s.api.GetUsers(&model.UserGetOptions{Role: model.SystemAdminRoleId, Active: true, Page: page, PerPage: adminsPage})
		if e != nil {
			return failure("list the system admins", e)
		}
		for _, admin := range admins {
			if admin.IsBot {
				continue
			}
			if err := s.give(ctx, bridge.UserID(admin.Id), notice, texts.OfLocale(admin.Locale)); err != nil {
				failures = errors.Join(failures, err)
				continue
			}
			told = true
		}
		if len(admins) < adminsPage {
			break
		}
	}
	if told {
		return nil
	}
	return failures
}

func (s *Server) give(ctx context.Context, user bridge.UserID, notice Notice, language texts.Language) error {
	if notice.Address == "" {
		return s.Notify(ctx, user, notice.Text.In(language))
	}
	return s.Offer(ctx, user, notice.Text.In(language), notice.Label.In(language), notice.Address)
}

// DefaultLocale is the server's, of people who chose none.
func (s *Server) DefaultLocale() string {
	if c := s.api.GetConfig(); c != nil && c.LocalizationSettings.DefaultClientLocale != nil {
		return *c.LocalizationSettings.DefaultClientLocale
	}
	return ""
}

// Locale is the user's; empty when it is not known.
func (s *Server) Locale(user bridge.UserID) string {
	if user == "" {
		return ""
	}
	if u, e := s.api.GetUser(string(user)); e == nil && u != nil {
		return u.Locale
	}
	return ""
}

func (s *Server) direct(user bridge.UserID) (string, error) {
	s.mu.Lock()
	id, ok := s.directs[user]
	s.mu.Unlock()
	if ok {
		return id, nil
	}
	doing := fmt.Sprintf("open a direct channel with user %s", user)
	channel, e := s.api.GetDirectChannel(string(s.bot), string(user))
	switch {
	case e != nil:
		return "", failure(doing, e)
	case channel == nil:
		return "", gone(doing)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.directs[user] = channel.Id
	return channel.Id, nil
}
