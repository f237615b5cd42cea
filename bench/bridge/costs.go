// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// costs measures what the plugin costs whoever does not use it, or waits for it.
func costs(ctx context.Context, o options) (err error) {
	w, err := newWorld(ctx, layout{people: 1, channels: lanes, encrypted: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Stop(context.WithoutCancel(ctx))) }()
	pid, err := w.Mattermost.PluginPid(catalog.PluginID)
	if err != nil {
		return err
	}
	program, err := os.Stat(fmt.Sprintf("/proc/%d/exe", pid))
	if err != nil {
		return fmt.Errorf("look at the plugin's program: %w", err)
	}
	report("plugin_binary_mb", float64(program.Size())/1e6, "MB", atMost(40))
	if err := w.unlinked(ctx, o.unlinked); err != nil {
		return err
	}
	return w.ready(ctx)
}

// ready measures how long it takes from enabling the plugin, with its settings made and channels linked, until it says
// that messages travel.
func (w *world) ready(ctx context.Context) error {
	if err := w.DisablePlugin(ctx); err != nil {
		return err
	}
	began := time.Now()
	if _, err := w.Mattermost.Client().EnablePlugin(ctx, catalog.PluginID); err != nil {
		return fmt.Errorf("enable the plugin: %w", err)
	}
	waiting, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := process.Until(waiting, func(ctx context.Context) error {
		status, err := w.status(ctx)
		if err == nil && !status.Bridging {
			err = errors.New("the plugin runs, but messages do not travel")
		}
		return err
	}); err != nil {
		return err
	}
	report("ready_seconds", time.Since(began).Seconds(), "s", atMost(2))
	return nil
}

// unlinked measures the hook that is called for each post of the server, with posts in a channel that is not linked.
func (w *world) unlinked(ctx context.Context, n int) error {
	channel, err := w.Mattermost.NewChannel(ctx, w.team.Id, "unlinked", w.people...)
	if err != nil {
		return err
	}
	before, err := w.hookTime(ctx)
	if err != nil {
		return err
	}
	for i := range n {
		if _, _, err := w.people[0].Client.CreatePost(ctx, &model.Post{ChannelId: channel.Id, Message: fmt.Sprintf("message %d", i)}); err != nil {
			return fmt.Errorf("post: %w", err)
		}
	}
	// The server calls the hook after it has answered.
	waiting, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return process.Until(waiting, func(ctx context.Context) error {
		after, err := w.hookTime(ctx)
		if err != nil {
			return err
		}
		calls := after.calls - before.calls
		if calls < float64(n) {
			return fmt.Errorf("%g of %d calls of the hook", calls, n)
		}
		report("unlinked_hook_us", (after.seconds-before.seconds)/calls*1e6, "us", atMost(20))
		report("unlinked_hook_within_20_us", 100*(after.quick-before.quick)/calls, "%", nil)
		return nil
	})
}

// hookTime is what the plugin's metrics say of the hook for new posts.
type hookTime struct{ calls, quick, seconds float64 }

func (w *world) hookTime(ctx context.Context) (h hookTime, err error) {
	code, text, err := w.CallPlugin(ctx, http.MethodGet, "/api/v1/metrics", nil)
	if err != nil {
		return h, err
	}
	if code != http.StatusOK {
		return h, fmt.Errorf("the plugin's metrics are HTTP %d", code)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		switch name {
		case `msteams_connect_events_hook_time_seconds_count{hook="post_created"}`:
			h.calls, err = strconv.ParseFloat(value, 64)
		case `msteams_connect_events_hook_time_seconds_bucket{hook="post_created",le="2e-05"}`:
			h.quick, err = strconv.ParseFloat(value, 64)
		case `msteams_connect_events_hook_time_seconds_sum{hook="post_created"}`:
			h.seconds, err = strconv.ParseFloat(value, 64)
		}
		if err != nil {
			return h, fmt.Errorf("read the plugin's metrics: %w", err)
		}
	}
	return h, lines.Err()
}

// resident is the plugin's memory, and the most that it ever was (proc(5), VmRSS and VmHWM).
func (w *world) resident() (now, most float64, err error) {
	pid, err := w.Mattermost.PluginPid(catalog.PluginID)
	if err != nil {
		return 0, 0, err
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, fmt.Errorf("look at the plugin's memory: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kilobytes, _ := strconv.ParseFloat(fields[1], 64) // of 1024 bytes
		switch fields[0] {
		case "VmRSS:":
			now = kilobytes * 1024 / 1e6
		case "VmHWM:":
			most = kilobytes * 1024 / 1e6
		}
	}
	return now, most, nil
}
