// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
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
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification/notificationtest"
)

// world is a server with the plugin, people who have connected their Teams accounts, and linked channels.
type world struct {
	*stack.Stack
	team     *model.Team
	people   []*stack.User
	channels []stack.LinkedChannel
}

// layout is what a suite's world looks like.
type layout struct {
	people, channels int  // everybody is a member of every channel, unless each has a writer of its own
	apart            bool // each has one writer, the people in turn
	encrypted        bool // notifications bring the message along
	environment      map[string]string
}

// newWorld starts the servers and links the channels.
func newWorld(ctx context.Context, of layout) (w *world, err error) {
	variables := map[string]string{"MM_LOGSETTINGS_CONSOLELEVEL": "ERROR"}
	maps.Copy(variables, of.environment)
	w = &world{}
	if w.Stack, err = stack.Start(ctx, stack.Options{Fsync: true, MattermostEnv: variables, Log: os.Stderr}); err != nil {
		return nil, err
	}
	if err := w.setUp(ctx, of); err != nil {
		w.WriteLogs(os.Stderr)
		return nil, errors.Join(err, w.Stop(context.WithoutCancel(ctx)))
	}
	return w, nil
}

func (w *world) setUp(ctx context.Context, of layout) error {
	if err := w.InstallPlugin(ctx); err != nil {
		return err
	}
	app, err := w.RegisterApplication()
	if err != nil {
		return err
	}
	// However many channels there are, each has a subscription of its own.
	settings := map[string]any{"connectedusersallowed": 1000, "tenantsubscriptionfrom": 100_000}
	if of.encrypted {
		if settings["certificatepublic"], settings["certificatekey"], err = notificationtest.Generate(); err != nil {
			return err
		}
	}
	if err := w.ConfigurePlugin(ctx, app, settings); err != nil {
		return err
	}
	if w.team, err = w.Mattermost.NewTeam(ctx, "bench", w.Mattermost.Admin()); err != nil {
		return err
	}
	teamsTeam := w.Emulator.Teams().Teams()[0].ID
	w.people = make([]*stack.User, of.people)
	if err := sideBySide(of.people, func(i int) (err error) {
		w.people[i], err = w.NewPerson(ctx, w.team, teamsTeam, fmt.Sprintf("writer%d", i))
		return err
	}); err != nil {
		return err
	}
	w.channels = make([]stack.LinkedChannel, of.channels)
	if err := sideBySide(of.channels, func(i int) (err error) {
		members := w.people
		if of.apart {
			members = w.people[i%len(w.people):][:1]
		}
		w.channels[i], err = w.NewLinkedChannel(ctx, w.team, teamsTeam, fmt.Sprintf("channel%d", i), members...)
		return err
	}); err != nil {
		return err
	}
	if err := w.AwaitSubscriptions(ctx, w.channels); err != nil {
		return err
	}
	return w.settled(ctx)
}

// settled waits until the plugin has nothing left to do, the look for what a new link's channel missed included.
func (w *world) settled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	return process.Until(ctx, func(ctx context.Context) error {
		status, err := w.status(ctx)
		if err != nil {
			return err
		}
		for name, queue := range status.Queues {
			if queue.Pending+queue.Parked > 0 {
				return fmt.Errorf("%s: %d pending, %d parked", name, queue.Pending, queue.Parked)
			}
		}
		for _, link := range status.Links {
			if r := link.Resync; r != nil && r.Wanted != "" {
				return errors.New("a channel is still looked through for what was missed")
			}
		}
		return nil
	})
}

// status is what the suites read of the plugin's status.
type status struct {
	Bridging bool
	Queues   map[string]struct{ Pending, Parked int }
	Links    []struct {
		Resync *struct{ Wanted string }
	}
}

func (w *world) status(ctx context.Context) (s status, err error) {
	code, answer, err := w.CallPlugin(ctx, http.MethodGet, "/api/v1/status", nil)
	if err != nil {
		return s, err
	}
	if code != http.StatusOK {
		return s, fmt.Errorf("the plugin's status is HTTP %d: %s", code, answer)
	}
	return s, json.Unmarshal(answer, &s)
}

// post writes a numbered message and returns when the server says that it was created, in milliseconds.
func (w *world) post(ctx context.Context, user *stack.User, channel stack.LinkedChannel, number int) (int64, error) {
	post, _, err := user.Client.CreatePost(ctx, &model.Post{ChannelId: channel.ID, Message: fmt.Sprintf("message %d", number)})
	if err != nil {
		return 0, fmt.Errorf("post: %w", err)
	}
	return post.CreateAt, nil
}

var numbered = regexp.MustCompile(`message ([0-9]+)`)

// arrived are the numbers of the channel's messages in Teams, in the order in which Teams shows them.
func (w *world) arrived(channel stack.LinkedChannel) ([]int, error) {
	messages, err := w.Emulator.Teams().Messages(channel.Teams)
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
