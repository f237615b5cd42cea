//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestABackupIsRestored: the database goes back to what it was an hour ago, Teams does not. What was written, changed and deleted
// there since then comes again, once; docs/guides/disaster-recovery.md says what does and what does not.
func TestABackupIsRestored(t *testing.T) {
	l := newLink(t)
	const blake = "blake@demo.example"
	l.write(t, shared.alex, "", "alex before the backup")
	l.message(t, "alex before the backup")
	changed := l.say(t, blake, "", "<p>blake before the backup</p>")
	deleted := l.say(t, blake, "", "<p>blake regrets it</p>")
	l.post(t, "blake before the backup")
	l.post(t, "blake regrets it")

	backup, err := shared.Postgres.Backup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l.say(t, blake, "", "<p>blake after the backup</p>")
	l.say(t, shared.drew, "", "<p>drew after the backup</p>")
	l.post(t, "blake after the backup")
	l.post(t, "drew after the backup")
	l.write(t, shared.alex, "", "alex after the backup")
	l.message(t, "alex after the backup")
	l.write(t, shared.casey, "", "casey after the backup")
	l.message(t, "casey after the backup")
	editInTeams(t, blake, changed, "<p>blake before the backup, edited after it</p>")
	l.post(t, "edited after it")
	if _, err := shared.Emulator.Teams().Delete(blake, deleted.Ref()); err != nil {
		t.Fatal(err)
	}

	shared.Mattermost.Stop(t.Context())
	if err := shared.Postgres.Restore(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	// The backup is an hour old: since then no node was known to take notifications.
	db, err := pgx.Connect(t.Context(), shared.Postgres.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close(context.WithoutCancel(t.Context())) }()
	if _, err := db.Exec(t.Context(), "UPDATE msteamssync.listening SET heard_at = heard_at - interval '1 hour'"); err != nil {
		t.Fatal(err)
	}
	if err := shared.Mattermost.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := shared.WaitPlugin(t.Context()); err != nil {
		t.Fatal(err)
	}

	// Teams keeps an empty message in the place of the deleted one.
	const posts, messages = 5, 7
	l.waitForAll(t, posts, messages)
	var texts []string
	eventually(t, func(ctx context.Context) error {
		shown, err := l.posts(ctx)
		if err != nil {
			return err
		}
		texts = texts[:0]
		for _, post := range shown {
			texts = append(texts, post.Message)
		}
		if slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, "regrets") }) {
			return fmt.Errorf("what was deleted in Teams is still there: %q", texts)
		}
		if !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, "edited after it") }) {
			return fmt.Errorf("what was edited in Teams is as it was: %q", texts)
		}
		return nil
	})
	// What people wrote in Mattermost as themselves comes back from Teams under their name; what a bot wrote does not.
	if post := l.post(t, "alex after the backup"); post.UserId != shared.alex.ID {
		t.Errorf("what alex wrote is by %s", post.UserId)
	}
	l.post(t, "blake after the backup")
	l.post(t, "drew after the backup")
	if p, m := l.counts(t); p != posts || m != messages {
		t.Errorf("%d posts and %d Teams messages, want %d and %d: %q", p, m, posts, messages, texts)
	}
}
