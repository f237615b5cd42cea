// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package chats

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
)

// Open opens the direct or group message of somebody with the users of these names, or with those who log in to Teams with these
// addresses. It is for people who are only in Teams: most
// servers let nobody begin a direct message with a user who is not on them. The chat in Teams is made when something is written.
// A *refusal.Refusal says why it is not opened.
func (c *Chats) Open(ctx context.Context, by bridge.UserID, names []string) (bridge.ChannelID, error) {
	current, err := c.Current()
	if err != nil {
		return "", err
	}
	people := []bridge.UserID{by}
	for _, name := range names {
		user, err := c.named(ctx, by, strings.ToLower(strings.TrimPrefix(name, "@")))
		if err != nil {
			return "", err
		}
		if !slices.Contains(people, user) {
			people = append(people, user)
		}
	}
	direct := len(people) == 2
	switch {
	case len(people) == 1:
		return "", refusal.New(refusal.BadRequest, "Name somebody else than yourself.")
	case len(people) > mattermost.LargestGroup:
		return "", refusal.New(refusal.BadRequest, "A group message has at most %d people.", mattermost.LargestGroup)
	case allowed(current.Settings, direct) != nil:
		return "", refusal.New(refusal.Forbidden, "Such messages are not sent to Microsoft Teams: a system admin has switched that off.")
	}
	for _, user := range people[1:] {
		if _, known, err := c.People.PersonOf(ctx, user); err != nil {
			return "", err
		} else if !known {
			return "", refusal.New(refusal.NotFound, "Not all of them are in Microsoft Teams. Write to them in Mattermost.")
		}
	}
	if err := c.mayWrite(ctx, by, people); err != nil {
		return "", err
	}
	if err := c.isConnected(ctx, by); err != nil {
		return "", err
	}
	var channel bridge.ChannelID
	if direct {
		channel, err = c.Mattermost.DirectMessage(ctx, people[0], people[1])
	} else {
		channel, err = c.Mattermost.GroupMessage(ctx, people)
	}
	if err != nil {
		return "", err
	}
	// It shows among the messages of who opened it.
	opener, err := c.Mattermost.User(ctx, by)
	if err != nil {
		return "", err
	}
	return channel, c.Mattermost.Say(ctx, channel, fmt.Sprintf(opened, opener.Username))
}

const opened = "@%s opened this conversation. What is written here is sent to Microsoft Teams, and what is written there comes here."

// named finds the user of a name, or who stands for the person with an address in Teams. That one may be made for it, so only who
// could write to them asks for it.
func (c *Chats) named(ctx context.Context, by bridge.UserID, name string) (bridge.UserID, error) {
	if !strings.Contains(name, "@") {
		user, found, err := c.Mattermost.UserByName(ctx, name)
		if err == nil && !found {
			err = refusal.New(refusal.NotFound, "There is no user @%s.", name)
		}
		return user.ID, err
	}
	if err := c.isConnected(ctx, by); err != nil {
		return "", err
	}
	user, err := c.Mattermost.User(ctx, by)
	if err != nil {
		return "", err
	}
	if user.Guest || c.Mattermost.WithinTeamsOnly() {
		return "", refusal.New(refusal.Forbidden, "You may write to people only with whom you share a team. Name them by their user names.")
	}
	id, found, err := c.People.WithAddress(ctx, name)
	if err == nil && !found {
		err = refusal.New(refusal.NotFound, "Nobody here stands for somebody who logs in to Microsoft Teams as %s.", name)
	}
	return id, err
}

// isConnected refuses whose account cannot send.
func (c *Chats) isConnected(ctx context.Context, user bridge.UserID) error {
	_, able, err := c.Accounts.OfUser(ctx, user)
	if err == nil && !able {
		err = refusal.New(refusal.NotConnected, "Connect your Microsoft Teams account with `/msteams-sync connect` first.")
	}
	return err
}

// mayWrite keeps to the server's rules for whom somebody may write to.
func (c *Chats) mayWrite(ctx context.Context, by bridge.UserID, people []bridge.UserID) error {
	user, err := c.Mattermost.User(ctx, by)
	if err != nil || !user.Guest && !c.Mattermost.WithinTeamsOnly() {
		return err
	}
	shared, err := c.Mattermost.SharedTeams(ctx, people)
	if err != nil {
		return err
	}
	if len(shared) == 0 {
		return refusal.New(refusal.Forbidden, "You may write to people only with whom you share a team.")
	}
	return nil
}
