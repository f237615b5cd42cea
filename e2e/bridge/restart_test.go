//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
)

func TestNothingIsLostWhileThePluginIsDisabled(t *testing.T) {
	l := newLink(t)
	if err := shared.DisablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	post := l.write(t, shared.alex, "", "written while disabled")
	l.write(t, shared.blake, post.Id, "reply while disabled")
	l.say(t, "blake@demo.example", "", "<p>said while disabled</p>")
	if err := shared.EnablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	root := l.message(t, "written while disabled")
	if reply := l.message(t, "reply while disabled"); reply.ReplyToID == nil || *reply.ReplyToID != root.ID {
		t.Errorf("in Teams the reply replies to %v, want %s", reply.ReplyToID, root.ID)
	}
	l.post(t, "said while disabled")
	if posts, messages := l.counts(t); posts != 3 || messages != 3 {
		t.Errorf("%d posts and %d Teams messages, want 3 on each side", posts, messages)
	}
}

func TestNothingIsLostOrDoubledOverAKillOfTheServer(t *testing.T) {
	l := newLink(t)
	// Sends take long and are answered late, so that the kill falls into some of them.
	slow, err := shared.Emulator.Faults().Add(faults.Rule{Effect: faults.Latency, Route: "POST /teams/**", Delay: faults.Duration(150 * time.Millisecond)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shared.Emulator.Faults().Remove(slow.ID) })

	const n = 10
	for i := range n {
		l.write(t, shared.alex, "", fmt.Sprintf("to teams %02d.", i))
		l.say(t, "blake@demo.example", "", fmt.Sprintf("<p>to mattermost %02d.</p>", i))
	}
	l.message(t, "to teams 01.") // some are through, the others are on their way
	shared.Mattermost.Kill()
	if err := shared.Mattermost.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := shared.WaitPlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		l.message(t, fmt.Sprintf("to teams %02d.", i))
		l.post(t, fmt.Sprintf("to mattermost %02d.", i))
	}
	if posts, messages := l.counts(t); posts != 2*n || messages != 2*n {
		t.Errorf("%d posts and %d Teams messages, want %d on each side", posts, messages, 2*n)
	}
}

func TestALostAnswerDoesNotDoubleAMessage(t *testing.T) {
	l := newLink(t)
	for _, rule := range []faults.Rule{
		{Effect: faults.Drop, Route: "POST /teams/**", AfterCommit: true, Next: 1},
		{Effect: faults.Status, Status: 503, Route: "POST /teams/**", Next: 1},
		{Effect: faults.Throttle, Route: "POST /teams/**", RetryAfter: faults.Duration(time.Second), Next: 1},
	} {
		if _, err := shared.Emulator.Faults().Add(rule); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(shared.Emulator.Faults().Clear)
	for i := range 5 {
		l.write(t, shared.alex, "", fmt.Sprintf("number %02d.", i))
	}
	// A message that is nowhere to be found is sent again only after three looks over 30 seconds.
	eventuallyWithin(t, 90*time.Second, func(ctx context.Context) error {
		messages, err := l.messages(ctx)
		if err == nil && len(messages) < 5 {
			err = fmt.Errorf("%d Teams messages, want 5", len(messages))
		}
		return err
	})
	if posts, messages := l.counts(t); posts != 5 || messages != 5 {
		t.Errorf("%d posts and %d Teams messages, want 5 on each side", posts, messages)
	}
	messages, err := l.messages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, m := range messages {
		texts = append(texts, m.Text())
	}
	inOrder(t, texts, "number", 5)
}
