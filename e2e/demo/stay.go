// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// stay keeps everything running until Ctrl-C: it prints what appears on either side and posts what is typed.
func (d *demo) stay(ctx context.Context) {
	fmt.Fprintf(d.out, `
Everything runs. Press Ctrl-C to end it.

  Microsoft Teams (emulator)  %s
      a page to read and write as alex, blake or admin; the browser will not know the certificate's authority:
      %s
  Mattermost                  %s/api/v4
      log-ins: %s (system admin) / %s, alex and blake / %s
      the server is built without its web app: type here and press Enter to post in demo/bridge as @alex
  Terraform                   cd %s
      state and configuration of this run

`, d.stack.Emulator.URL(), d.stack.CAFile, d.stack.Mattermost.URL,
		d.stack.Mattermost.AdminUser, orHidden(d.stack.Mattermost.AdminPassword), d.alex.Password, d.workspace.Dir)
	fmt.Fprintf(d.out, "      log-in on Microsoft's side: alex@demo.example / %s\n\n", directory.DemoPassword)

	typed := make(chan string)
	go readLines(ctx, os.Stdin, typed)
	seen := &seen{posts: map[string]int64{}, messages: map[teams.MessageID]string{}}
	_ = d.follow(ctx, seen, io.Discard) // what was there before
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			fmt.Fprintln(d.out, "\nStopping everything.")
			return
		case line := <-typed:
			if _, _, err := d.alex.Client.CreatePost(ctx, &model.Post{ChannelId: d.channel.Id, Message: line}); err != nil {
				fmt.Fprintln(d.out, "could not post:", err)
			}
		case <-tick.C:
			if err := d.follow(ctx, seen, d.out); err != nil && ctx.Err() == nil {
				fmt.Fprintln(d.out, "could not read:", err)
			}
		}
	}
}

func orHidden(password string) string {
	if password == "" {
		return "(your own)"
	}
	return password
}

// seen is what has been printed: posts by their last change, messages by their etag.
type seen struct {
	posts    map[string]int64
	messages map[teams.MessageID]string
}

// follow prints what is new in the linked channel on both sides.
func (d *demo) follow(ctx context.Context, seen *seen, out io.Writer) error {
	posts, _, err := d.stack.Mattermost.Client().GetPostsForChannel(ctx, d.channel.Id, 0, 50, "", false, false)
	if err != nil {
		return fmt.Errorf("read the channel: %w", err)
	}
	for _, post := range slices.SortedFunc(maps.Values(posts.Posts), func(a, b *model.Post) int { return int(a.UpdateAt - b.UpdateAt) }) {
		if seen.posts[post.Id] != post.UpdateAt && !post.IsSystemMessage() {
			seen.posts[post.Id] = post.UpdateAt
			fmt.Fprintf(out, "Mattermost  post %s: %s\n", post.Id, post.Message)
		}
	}
	roots, err := d.stack.Emulator.Teams().Messages(d.place)
	if err != nil {
		return fmt.Errorf("read the Teams channel: %w", err)
	}
	for _, root := range slices.Backward(roots) {
		replies, err := d.stack.Emulator.Teams().Replies(d.place, root.ID)
		if err != nil {
			return fmt.Errorf("read the replies: %w", err)
		}
		chain := append(slices.Clone(replies), root) // newest first
		for _, m := range slices.Backward(chain) {
			if seen.messages[m.ID] != m.ETag {
				seen.messages[m.ID] = m.ETag
				fmt.Fprintf(out, "Teams       message %s by %s: %s\n", m.ID, author(m), m.Text())
			}
		}
	}
	return nil
}

// readLines sends what people type; it ends with the input.
func readLines(ctx context.Context, in io.Reader, to chan<- string) {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if text := strings.TrimSpace(lines.Text()); text != "" {
			select {
			case to <- text:
			case <-ctx.Done():
				return
			}
		}
	}
}
