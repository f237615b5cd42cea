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
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// stay keeps everything running until Ctrl-C: it prints what appears on either side and posts what is typed.
func (d *demo) stay(ctx context.Context) error {
	environment := filepath.Join(d.dir, "env.sh")
	if err := d.workspace.WriteEnvironment(environment); err != nil {
		return err
	}
	fmt.Fprintf(d.out, `
Everything runs. Press Ctrl-C to end it.

  Microsoft Teams   %s
      the emulator's page: read and write as alex, blake or admin; its certificate is of an authority of its own
      log in on Microsoft's pages as alex@demo.example, password %s
  Mattermost        %s
      the API, below /api/v4: this server is built without its web app; %s is system admin, password %s;
      alex and blake have the password %s
      type here and press Enter to post in the linked channel as @alex
  Terraform         . %s && cd %s && %s plan -detailed-exitcode
  CA certificate    %s

`, d.stack.Emulator.URL(), directory.DemoPassword, d.stack.Mattermost.URL, d.stack.Mattermost.AdminUser, orHidden(d.stack.Mattermost.AdminPassword),
		d.alex.Password, environment, d.workspace.Dir, d.terraform, d.stack.CAFile)

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
			return nil
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
				fmt.Fprintf(out, "Teams       message %s by %s: %s\n", m.ID, author(m), shown(m))
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
