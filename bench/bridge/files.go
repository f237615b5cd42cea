// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/drives"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// files measures what a large file costs the plugin in memory, one each way.
func files(ctx context.Context, o options) (err error) {
	size := int64(o.fileMB) * 1_000_000
	w, err := newWorld(ctx, layout{people: 1, channels: 1, environment: map[string]string{"MM_FILESETTINGS_MAXFILESIZE": strconv.FormatInt(2*size, 10)}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Stop(context.WithoutCancel(ctx))) }()
	channel := w.channels[0]
	if err := w.largeFile(ctx, "file_from_teams", size, func() error { return w.sayLarge(channel, size) }, func(ctx context.Context) (int64, error) {
		list, _, err := w.Mattermost.Client().GetPostsForChannel(ctx, channel.ID, 0, 10, "", false, false)
		if err != nil {
			return 0, err
		}
		for _, p := range list.Posts {
			if p.Message == "large" {
				return sizeOf(ctx, w, p)
			}
		}
		return 0, errors.New("the post is not there yet")
	}); err != nil {
		return err
	}
	return w.largeFile(ctx, "file_to_teams", size, func() error { return w.postLarge(ctx, channel, size) }, func(context.Context) (int64, error) {
		messages, err := w.Emulator.Teams().Messages(channel.Teams)
		if err != nil {
			return 0, err
		}
		for _, m := range messages {
			if strings.Contains(m.Text(), "enormous") && len(m.Attachments) == 1 {
				drive, item, err := w.Emulator.Drives().ByAddress(*m.Attachments[0].ContentURL)
				if err != nil {
					return 0, err
				}
				kept, err := w.Emulator.Drives().Item(drive, item)
				return kept.Size, err
			}
		}
		return 0, errors.New("the message is not there yet")
	})
}

// sizeOf is the size of the post's only file.
func sizeOf(ctx context.Context, w *world, p *model.Post) (int64, error) {
	infos, _, err := w.Mattermost.Client().GetFileInfosForPost(ctx, p.Id, "")
	if err != nil || len(infos) != 1 {
		return 0, fmt.Errorf("the post has %d files: %w", len(infos), err)
	}
	return infos[0].Size, nil
}

// noise is a content of that many bytes.
func noise(size int64) io.Reader { return io.LimitReader(rand.NewChaCha8([32]byte{1}), size) }

func (w *world) sayLarge(channel stack.LinkedChannel, size int64) error {
	team, err := w.Emulator.Teams().Team(channel.Teams.Team)
	if err != nil {
		return err
	}
	in, err := w.Emulator.Teams().Channel(channel.Teams.Team, channel.Teams.Channel)
	if err != nil {
		return err
	}
	drive := w.Emulator.Drives().TeamDrive(string(team.ID), team.DisplayName)
	folder, err := w.Emulator.Drives().Folder(drive.ID, in.DisplayName)
	if err != nil {
		return err
	}
	item, _, err := w.Emulator.Drives().Put(drive.ID, folder.ID+":/large.bin", drives.Replace, noise(size))
	if err != nil {
		return err
	}
	_, id, _ := strings.Cut(item.ETag, "{")
	id, _, _ = strings.Cut(id, "}")
	_, err = w.Emulator.Teams().Post(stack.DemoCredentials(w.people[0].Username).Login, channel.Teams, "", teams.Draft{
		Body:        teams.HTML(`<p>large</p><attachment id="` + id + `"></attachment>`),
		Attachments: []teams.Attachment{{ID: id, ContentType: "reference", ContentURL: &item.WebURL, Name: &item.Name}},
	})
	return err
}

func (w *world) postLarge(ctx context.Context, channel stack.LinkedChannel, size int64) error {
	client := w.people[0].Client
	session, _, err := client.CreateUpload(ctx, &model.UploadSession{ChannelId: channel.ID, Filename: "enormous.bin", FileSize: size})
	if err != nil {
		return fmt.Errorf("begin an upload: %w", err)
	}
	info, _, err := client.UploadData(ctx, session.Id, noise(size))
	if err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	_, _, err = client.CreatePost(ctx, &model.Post{ChannelId: channel.ID, Message: "enormous", FileIds: model.StringArray{info.Id}})
	return err
}

// largeFile measures the plugin's heap from when a file is sent until the other side has all of it.
func (w *world) largeFile(ctx context.Context, name string, size int64, send func() error, arrived func(context.Context) (int64, error)) error {
	idle, err := w.heap(ctx)
	if err != nil {
		return err
	}
	if err := send(); err != nil {
		return err
	}
	began := time.Now()
	most := idle
	waiting, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	if err := process.Until(waiting, func(ctx context.Context) error {
		now, err := w.heap(ctx)
		if err != nil {
			return err
		}
		most = max(most, now)
		got, err := arrived(ctx)
		if err == nil && got != size {
			err = fmt.Errorf("%d of %d bytes arrived", got, size)
		}
		return err
	}); err != nil {
		return err
	}
	took := time.Since(began).Seconds()
	_, resident, err := w.resident()
	if err != nil {
		return err
	}
	report(name+"_mb", float64(size)/1e6, "MB", nil)
	report(name+"_heap_above_idle_mb", (most-idle)/1e6, "MB", atMost(64))
	report(name+"_rss_most_mb", resident, "MB", nil)
	report(name+"_mb_per_second", float64(size)/1e6/took, "MB/s", nil)
	return nil
}

// heap is how many bytes the plugin's heap takes, garbage included.
func (w *world) heap(ctx context.Context) (float64, error) {
	code, text, err := w.CallPlugin(ctx, http.MethodGet, "/api/v1/metrics", nil)
	if err != nil {
		return 0, err
	}
	if code != http.StatusOK {
		return 0, fmt.Errorf("the plugin's metrics are HTTP %d", code)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if value, found := strings.CutPrefix(lines.Text(), "go_memstats_heap_inuse_bytes "); found {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, errors.Join(errors.New("the plugin's metrics do not tell its heap"), lines.Err())
}
