// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"golang.org/x/sync/errgroup"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/signin"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification/notificationtest"
)

// world is a running bridge and its people.
type world struct {
	*stack.Stack
	options   options
	app       stack.Registration
	settings  map[string]any
	team      *model.Team
	teamsTeam teams.Team
	people    []person
	bots      string // the channel in which the bot is connected
	opened    int    // conversations so far, for their names
	stages    *stages
}

// person has an account on both sides, connected.
type person struct {
	user *stack.User
	upn  string
}

// conversation is a pair of linked channels.
type conversation struct {
	channel string
	place   teams.Place
	writer  person // in Mattermost
	speaker person // in Teams
}

// quickTuning are the engine's waits for a run at a smaller scale.
const quickTuning = `{"lease":"6s","send_timeout":"3s","park_for":"10s","looks":["1s","1s","2s"],"poll_every":"1s","scan_every":"15s","last_backoff":"5s"}`

// openWorld starts the servers, installs the plugin, and makes and connects the people and a bot.
func openWorld(ctx context.Context, o options, of scenario) (w *world, err error) {
	timed := &stages{}
	timed.begin()
	environment := map[string]string{"MM_LOGSETTINGS_CONSOLELEVEL": "INFO"}
	if o.scale > 1 {
		environment["MSTEAMSSYNC_TUNING"] = quickTuning
	}
	s, err := stack.Start(ctx, stack.Options{Fsync: true, MattermostEnv: environment, Balanced: of.nodes > 1})
	if err != nil {
		return nil, err
	}
	w = &world{Stack: s, options: o, teamsTeam: s.Emulator.Teams().Teams()[0], stages: timed}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	// Graph waits longer and longer between two attempts; nobody has minutes here.
	s.Emulator.Subscriptions().SetSettings(notify.Settings{RetryBase: 100 * time.Millisecond, RetryMax: time.Second})
	if err := s.InstallPlugin(ctx); err != nil {
		return w, err
	}
	if w.app, err = s.RegisterApplication(); err != nil {
		return w, err
	}
	w.settings = map[string]any{"encryptionkey": rand.Text() + rand.Text(), "webhooksecret": rand.Text() + rand.Text(), "syncreactions": true}
	if !of.basic {
		if w.settings["certificatepublic"], w.settings["certificatekey"], err = notificationtest.Generate(); err != nil {
			return w, err
		}
	}
	if err := s.ConfigurePlugin(ctx, w.app, w.settings); err != nil {
		return w, err
	}
	if w.team, err = s.Mattermost.NewTeam(ctx, "chaos", s.Mattermost.Admin()); err != nil {
		return w, err
	}
	if err := w.gather(ctx); err != nil {
		return w, err
	}
	for range of.nodes - 1 {
		if err := s.AddNode(ctx); err != nil {
			return w, err
		}
	}
	s.Emulator.Limits().Enable(true)
	w.stages.done("servers")
	return w, nil
}

func (w *world) close() {
	_ = w.Stop(context.Background())
}

// bot is who sends for people who are not connected.
const bot = "bridge"

func (w *world) connectBot(ctx context.Context) error {
	return w.ConnectBot(ctx, w.bots, stack.DemoCredentials(bot))
}

func (w *world) upns() (all []string) {
	for _, p := range w.people {
		all = append(all, p.upn)
	}
	return all
}

// gather makes the people on both sides and connects them and a bot.
func (w *world) gather(ctx context.Context) error {
	if err := w.NewTeamsUser(w.teamsTeam.ID, bot); err != nil {
		return err
	}
	channel, err := w.Mattermost.NewChannel(ctx, w.team.Id, "bots", w.Mattermost.Admin())
	if err != nil {
		return err
	}
	w.bots = channel.Id
	if err := w.connectBot(ctx); err != nil {
		return err
	}
	w.people = make([]person, w.options.conversations())
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for i := range w.people {
		group.Go(func() error {
			name := fmt.Sprintf("person%02d", i)
			user, err := w.NewPerson(ctx, w.team, w.teamsTeam.ID, name)
			w.people[i] = person{user, stack.DemoCredentials(name).Login}
			return err
		})
	}
	return group.Wait()
}

// reconnect connects everybody again whose account the plugin has lost.
func (w *world) reconnect(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for _, p := range w.people {
		group.Go(func() error {
			return w.Connect(ctx, p.user, signin.Credentials{Login: p.upn, Password: directory.DemoPassword})
		})
	}
	return group.Wait()
}

// converse links fresh channels and waits until Graph has a subscription for each.
func (w *world) converse(ctx context.Context) ([]*conversation, error) {
	all := make([]*conversation, w.options.conversations())
	channels := make([]stack.LinkedChannel, len(all))
	w.opened++
	group, linking := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for i := range all {
		group.Go(func() error {
			c := &conversation{writer: w.people[i], speaker: w.people[(i+1)%len(w.people)]}
			all[i] = c
			name := fmt.Sprintf("chaos-%d-%02d", w.opened, i)
			channel, err := w.NewLinkedChannel(linking, w.team, w.teamsTeam.ID, name, c.writer.user, c.speaker.user)
			c.channel, c.place, channels[i] = channel.ID, channel.Teams, channel
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := w.AwaitSubscriptions(ctx, channels); err != nil {
		return nil, err
	}
	// What the plugin looks for after a subscription was made is not part of the scenario.
	searching, cancel := context.WithTimeout(ctx, w.options.patience)
	defer cancel()
	return all, process.Until(searching, w.found)
}

// part unlinks conversations, so that those of earlier scenarios cost the later ones nothing.
func (w *world) part(ctx context.Context, all []*conversation) error {
	group, unlinking := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for _, c := range all {
		group.Go(func() error {
			code, answer, err := w.CallPlugin(unlinking, http.MethodDelete, "/api/v1/links/"+c.channel, nil)
			if err == nil && code != http.StatusNoContent {
				err = fmt.Errorf("unlink a channel: HTTP %d: %s", code, answer)
			}
			return err
		})
	}
	return group.Wait()
}

// found says whether the plugin has looked for all that may have been missed.
func (w *world) found(ctx context.Context) error {
	code, answer, err := w.CallPlugin(ctx, http.MethodGet, "/api/v1/status", nil)
	if err != nil {
		return err
	}
	var status struct {
		Links []struct {
			ChannelID string `json:"channel_id"`
			Resync    struct {
				Wanted     string
				FinishedAt *time.Time `json:"finished_at"`
			}
		}
	}
	if code != http.StatusOK || json.Unmarshal(answer, &status) != nil {
		return fmt.Errorf("the plugin's status is HTTP %d", code)
	}
	for _, link := range status.Links {
		if link.Resync.Wanted != "" || link.Resync.FinishedAt == nil {
			return fmt.Errorf("channel %s is being searched (%s)", link.ChannelID, link.Resync.Wanted)
		}
	}
	return nil
}

// idle says whether the plugin has nothing left to carry, with the reason if it has.
func (w *world) idle(ctx context.Context) error {
	code, answer, err := w.CallPlugin(ctx, http.MethodGet, "/api/v1/status", nil)
	if err != nil {
		return err
	}
	var status struct {
		Queues map[string]struct{ Pending, Parked, Dead int }
	}
	if code != http.StatusOK || json.Unmarshal(answer, &status) != nil {
		return fmt.Errorf("the plugin's status is HTTP %d", code)
	}
	for name, queue := range status.Queues {
		if queue.Pending+queue.Parked > 0 {
			return fmt.Errorf("%s: %d pending, %d parked", name, queue.Pending, queue.Parked)
		}
	}
	return nil
}
