// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/signin"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// teamsChannelName is the channel of the emulator's seed that is made for this.
const teamsChannelName = "Bridge"

func (d *demo) people(ctx context.Context) (err error) {
	mattermost := d.stack.Mattermost
	if d.alex, err = mattermost.NewUser(ctx, "alex"); err != nil {
		return err
	}
	if d.blake, err = mattermost.NewUser(ctx, "blake"); err != nil {
		return err
	}
	if d.team, err = mattermost.NewTeam(ctx, "demo", mattermost.Admin(), d.alex, d.blake); err != nil {
		return err
	}
	if d.channel, err = mattermost.NewChannel(ctx, d.team.Id, "bridge", mattermost.Admin(), d.alex, d.blake); err != nil {
		return err
	}
	// Whoever links a channel must be allowed to manage it.
	if _, err := mattermost.Client().UpdateChannelRoles(ctx, d.channel.Id, d.alex.ID, "channel_user channel_admin"); err != nil {
		return fmt.Errorf("make alex an admin of the channel: %w", err)
	}
	for _, team := range d.stack.Emulator.Teams().Teams() {
		channels, err := d.stack.Emulator.Teams().Channels(team.ID)
		if err != nil {
			return fmt.Errorf("read the channels of %s: %w", team.DisplayName, err)
		}
		for _, channel := range channels {
			if channel.DisplayName == teamsChannelName {
				d.teamsChannel, d.place = channel, teams.Place{Team: team.ID, Channel: channel.ID}
			}
		}
	}
	if d.place.Channel == "" {
		return fmt.Errorf("the emulator has no channel %s", teamsChannelName)
	}
	d.note("Mattermost channel demo/bridge   %s\nTeams channel Demo Team/%s   %s", d.channel.Id, teamsChannelName, d.place.Channel)
	return nil
}

func (d *demo) connectBot(ctx context.Context) error {
	// In Teams a person writes only where they are a member; a team's owner adds the bot.
	if err := d.stack.Emulator.Teams().AddMember(d.place.Team, botLogin, teams.Member); err != nil {
		return fmt.Errorf("add %s to the team: %w", botLogin, err)
	}
	if err := d.stack.ConnectBot(ctx, d.channel.Id, signin.Credentials{Login: botLogin, Password: botPassword}); err != nil {
		return err
	}
	d.note("%s is a bot of the bridge", botLogin)
	return nil
}

func (d *demo) connectUsers(ctx context.Context) error {
	for _, user := range []*stack.User{d.alex, d.blake} {
		who := stack.DemoCredentials(user.Username)
		if err := d.stack.Connect(ctx, user, who); err != nil {
			return err
		}
		d.note("@%s is connected to %s", user.Username, who.Login)
	}
	return nil
}

func (d *demo) link(ctx context.Context) error {
	if err := d.stack.Link(ctx, d.alex, d.channel.Id, string(d.place.Team), string(d.place.Channel)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, arrivesWithin)
	defer cancel()
	return process.Until(ctx, func(context.Context) error {
		for _, subscription := range d.stack.Emulator.Subscriptions().All() {
			if strings.Contains(subscription.Resource, string(d.place.Channel)) {
				d.note("Graph subscription %s until %s", subscription.ID, subscription.ExpiresAt)
				return nil
			}
		}
		return errors.New("the plugin has not subscribed to the channel")
	})
}

// arrivesWithin is how long a message may take on a busy machine; it takes well under a second on a quiet one.
const arrivesWithin = 30 * time.Second

func (d *demo) toTeams(ctx context.Context) error {
	text := "Hello from **Mattermost**"
	post, _, err := d.alex.Client.CreatePost(ctx, &model.Post{ChannelId: d.channel.Id, Message: text})
	if err != nil {
		return fmt.Errorf("write in Mattermost: %w", err)
	}
	began := time.Now()
	message, err := d.waitTeams(ctx, "Hello from")
	if err != nil {
		return err
	}
	d.note("post %s by @alex\n  → Teams message %s by %s after %d ms: %s", post.Id, message.ID, author(message), time.Since(began).Milliseconds(), shown(message))
	return nil
}

func (d *demo) toMattermost(ctx context.Context) error {
	message, err := d.stack.Emulator.Teams().Post("blake@demo.example", d.place, "", teams.Draft{Body: teams.HTML("<p>Hello from <strong>Teams</strong></p>")})
	if err != nil {
		return fmt.Errorf("write in Teams: %w", err)
	}
	began := time.Now()
	post, err := d.waitMattermost(ctx, "Hello from **Teams**")
	if err != nil {
		return err
	}
	if post.UserId != d.blake.ID {
		return fmt.Errorf("post %s is by user %s, want @blake, whose account is connected", post.Id, post.UserId)
	}
	d.note("Teams message %s by %s\n  → post %s by @blake after %d ms: %s", message.ID, author(message), post.Id, time.Since(began).Milliseconds(), post.Message)
	return nil
}

// waitTeams waits for a message in the linked Teams channel that holds text.
func (d *demo) waitTeams(ctx context.Context, text string) (found *teams.Message, err error) {
	ctx, cancel := context.WithTimeout(ctx, arrivesWithin)
	defer cancel()
	err = process.Until(ctx, func(context.Context) error {
		messages, err := d.stack.Emulator.Teams().Messages(d.place)
		if err != nil {
			return err
		}
		for _, m := range messages {
			if strings.Contains(m.Text(), text) {
				found = m
				return nil
			}
		}
		return fmt.Errorf("%q is not among the %d messages in Teams", text, len(messages))
	})
	return found, err
}

// waitMattermost waits for a post in the linked Mattermost channel that holds text.
func (d *demo) waitMattermost(ctx context.Context, text string) (found *model.Post, err error) {
	ctx, cancel := context.WithTimeout(ctx, arrivesWithin)
	defer cancel()
	err = process.Until(ctx, func(ctx context.Context) error {
		posts, _, err := d.stack.Mattermost.Client().GetPostsForChannel(ctx, d.channel.Id, 0, 100, "", false, false)
		if err != nil {
			return fmt.Errorf("read the channel: %w", err)
		}
		for _, post := range posts.Posts {
			if strings.Contains(post.Message, text) {
				found = post
				return nil
			}
		}
		return fmt.Errorf("%q is not among the %d posts in Mattermost", text, len(posts.Posts))
	})
	return found, err
}

func author(m *teams.Message) string {
	if m.From == nil || m.From.User == nil {
		return "nobody"
	}
	return m.From.User.DisplayName
}

// marker is the invisible element in which the plugin tells its own sends apart.
var marker = regexp.MustCompile(`(<p>)?<abbr title="[^"]*"></abbr>(</p>)?`)

// shown is a Teams message as its readers see it.
func shown(m *teams.Message) string { return marker.ReplaceAllString(m.Text(), "") }
