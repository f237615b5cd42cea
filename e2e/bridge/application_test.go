//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
)

// TestAnotherApplicationIsTakenIntoUse while the plugin runs: subscriptions are made by it, accounts are connected with it,
// and what is written meanwhile waits.
func TestAnotherApplicationIsTakenIntoUse(t *testing.T) {
	l := newLink(t)
	post := l.write(t, shared.alex, "", "with the first application")
	l.message(t, "with the first application")
	before := subscription(l, "")
	other, err := shared.RegisterApplication()
	if err != nil {
		t.Fatal(err)
	}
	connectAll := func() {
		if err := shared.ConnectBot(context.WithoutCancel(t.Context()), l.channel.Id, shared.bot); err != nil {
			t.Error(err)
		}
		for _, user := range []*stack.User{shared.alex, shared.blake} {
			if err := shared.Connect(context.WithoutCancel(t.Context()), user, stack.DemoCredentials(user.Username)); err != nil {
				t.Error(err)
			}
		}
	}
	use := func(app stack.Registration) {
		if err := shared.ConfigurePlugin(context.WithoutCancel(t.Context()), app, shared.settings); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		use(shared.app)
		connectAll()
	})
	use(other)
	eventually(t, func(context.Context) error {
		if subscription(l, before) == "" {
			return errors.New("there is no subscription of the other application")
		}
		return nil
	})
	l.say(t, "blake@demo.example", "", "<p>said to the second application</p>")
	l.post(t, "said to the second application")
	answer, err := shared.Command(t.Context(), shared.Mattermost.Admin(), l.channel.Id, "/msteams-sync status")
	if err != nil || strings.Contains(answer, "Credentials:") {
		t.Errorf("the status is %q, %v", answer, err)
	}
	l.write(t, shared.alex, post.Id, "waits for an account")
	eventually(t, func(ctx context.Context) error {
		answer, err := shared.Command(ctx, shared.alex, l.channel.Id, "/msteams-sync status")
		if err == nil && !strings.Contains(answer, "app registration") {
			err = fmt.Errorf("the status is %q", answer)
		}
		return err
	})
	connectAll()
	if reply := l.message(t, "waits for an account"); reply.ReplyToID == nil {
		t.Error("the reply is none")
	}
	if posts, messages := l.counts(t); posts != 3 || messages != 3 {
		t.Errorf("%d posts and %d Teams messages, want 3 on each side", posts, messages)
	}
}

// subscription is one of a link that Graph has, other than the given one.
func subscription(l *link, other string) string {
	for _, s := range shared.Emulator.Subscriptions().All() {
		if strings.Contains(s.Resource, string(l.place.Channel)) && s.ID != other {
			return s.ID
		}
	}
	return ""
}
