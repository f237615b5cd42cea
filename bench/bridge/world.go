// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// world is a server with the plugin, people who have connected their Teams accounts, and linked channels.
type world struct {
	*stack.Stack
	people   []*stack.User
	channels []linked
}

// linked is a channel on both sides.
type linked struct {
	id    string // in Mattermost
	teams teams.Place
}

// newWorld starts the servers and links the channels, each of which everybody is a member of. env are variables of the
// Mattermost server.
func newWorld(ctx context.Context, people, channels int, env map[string]string) (w *world, err error) {
	variables := map[string]string{"MM_LOGSETTINGS_CONSOLELEVEL": "ERROR", "MM_RATELIMITSETTINGS_ENABLE": "false", "MM_TEAMSETTINGS_MAXUSERSPERTEAM": "1000"}
	maps.Copy(variables, env)
	w = &world{}
	if w.Stack, err = stack.Start(ctx, stack.Options{Fsync: true, MattermostEnv: variables, Log: os.Stderr}); err != nil {
		return nil, err
	}
	if err := w.setUp(ctx, people, channels); err != nil {
		w.WriteLogs(os.Stderr)
		return nil, errors.Join(err, w.Stop(context.WithoutCancel(ctx)))
	}
	return w, nil
}

func (w *world) setUp(ctx context.Context, people, channels int) error {
	if err := w.InstallPlugin(ctx); err != nil {
		return err
	}
	app, err := w.RegisterApplication()
	if err != nil {
		return err
	}
	secrets := map[string]any{"encryptionkey": rand.Text() + rand.Text(), "webhooksecret": rand.Text() + rand.Text(), "connectedusersallowed": 1000}
	if err := w.ConfigurePlugin(ctx, app, secrets); err != nil {
		return err
	}
	teamsTeam := w.Emulator.Teams().Teams()[0].ID
	for i := range people {
		name := fmt.Sprintf("writer%d", i)
		if err := w.newTeamsUser(teamsTeam, name); err != nil {
			return err
		}
		user, err := w.Mattermost.NewUser(ctx, name)
		if err != nil {
			return err
		}
		w.people = append(w.people, user)
	}
	team, err := w.Mattermost.NewTeam(ctx, "bench", append([]*stack.User{w.Mattermost.Admin()}, w.people...)...)
	if err != nil {
		return err
	}
	for _, user := range w.people {
		if err := w.Connect(ctx, user, stack.DemoCredentials(user.Username)); err != nil {
			return err
		}
	}
	for i := range channels {
		name := fmt.Sprintf("channel%d", i)
		place, err := w.Emulator.Teams().AddChannel(teamsTeam, "", name, "")
		if err != nil {
			return err
		}
		channel, err := w.Mattermost.NewChannel(ctx, team.Id, name, append([]*stack.User{w.Mattermost.Admin()}, w.people...)...)
		if err != nil {
			return err
		}
		// Who links must be able to read the channel in Teams, and be its admin in Mattermost.
		if _, err := w.Mattermost.Client().UpdateChannelRoles(ctx, channel.Id, w.people[0].ID, model.ChannelUserRoleId+" "+model.ChannelAdminRoleId); err != nil {
			return fmt.Errorf("make %s admin of %s: %w", w.people[0].Username, name, err)
		}
		if err := w.Link(ctx, w.people[0], channel.Id, string(teamsTeam), string(place.ID)); err != nil {
			return err
		}
		w.channels = append(w.channels, linked{channel.Id, teams.Place{Team: teamsTeam, Channel: place.ID}})
	}
	return w.quiet(ctx, channels)
}

// quiet waits until each channel has its subscription.
func (w *world) quiet(ctx context.Context, channels int) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	return process.Until(ctx, func(context.Context) error {
		n := 0
		for _, r := range w.Emulator.Requests() {
			if r.Method == http.MethodPost && r.Path == "/v1.0/subscriptions" && r.Status == http.StatusCreated {
				n++
			}
		}
		if n < channels {
			return fmt.Errorf("%d subscriptions for %d channels", n, channels)
		}
		return nil
	})
}

func (w *world) newTeamsUser(team teams.TeamID, name string) error {
	dir := w.Emulator.Directory()
	who := stack.DemoCredentials(name)
	user, err := dir.CreateUser(directory.Properties{}.Set("userPrincipalName", who.Login).Set("displayName", name).Set("mailNickname", name).
		Set("accountEnabled", true).Set("usageLocation", "US").Set("passwordProfile", map[string]any{"password": who.Password, "forceChangePasswordNextSignIn": false}))
	if err != nil {
		return fmt.Errorf("make %s: %w", who.Login, err)
	}
	if _, err := dir.AssignLicenses(user.ID, []directory.AssignedLicense{{SKUID: dir.SKUs()[0].SKUID}}, nil); err != nil {
		return fmt.Errorf("license %s: %w", who.Login, err)
	}
	return w.Emulator.Teams().AddMember(team, who.Login, teams.Member)
}

// post writes a numbered message and returns when the server says that it was created, in milliseconds.
func (w *world) post(ctx context.Context, user *stack.User, channel linked, number int) (int64, error) {
	post, _, err := user.Client.CreatePost(ctx, &model.Post{ChannelId: channel.id, Message: fmt.Sprintf("message %d", number)})
	if err != nil {
		return 0, fmt.Errorf("post: %w", err)
	}
	return post.CreateAt, nil
}

var numbered = regexp.MustCompile(`message ([0-9]+)`)

// arrived are the numbers of the channel's messages in Teams, in the order in which Teams shows them.
func (w *world) arrived(channel linked) ([]int, error) {
	messages, err := w.Emulator.Teams().Messages(channel.teams)
	if err != nil {
		return nil, err
	}
	var numbers []int
	for _, m := range slices.Backward(messages) {
		if m.Body.Content == nil {
			continue
		}
		if found := numbered.FindStringSubmatch(*m.Body.Content); found != nil {
			n, _ := strconv.Atoi(found[1])
			numbers = append(numbers, n)
		}
	}
	return numbers, nil
}

// await waits until all channels together have that many messages in Teams.
func (w *world) await(ctx context.Context, messages int, atMost time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	return process.Until(ctx, func(context.Context) error {
		total := 0
		for _, c := range w.channels {
			numbers, err := w.arrived(c)
			if err != nil {
				return err
			}
			total += len(numbers)
		}
		if total < messages {
			return fmt.Errorf("%d of %d messages arrived", total, messages)
		}
		return nil
	})
}
