//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"fmt"
	"net/http"
	"strings"
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
	l.waitForAll(t, 2*n, 2*n)
	for i := range n {
		l.message(t, fmt.Sprintf("to teams %02d.", i))
		l.post(t, fmt.Sprintf("to mattermost %02d.", i))
	}
	if posts, messages := l.counts(t); posts != 2*n || messages != 2*n {
		t.Errorf("%d posts and %d Teams messages, want %d on each side", posts, messages, 2*n)
	}
}

func TestAFailedSendNeitherLosesNorDoublesAMessage(t *testing.T) {
	for name, fault := range map[string]faults.Rule{
		"the connection drops after Teams took it": {Effect: faults.Drop, AfterCommit: true},
		"503 after Teams took it":                  {Effect: faults.Status, Status: 503, AfterCommit: true},
		"503 before Teams took it":                 {Effect: faults.Status, Status: 503},
		"throttled":                                {Effect: faults.Throttle, RetryAfter: faults.Duration(time.Second)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLink(t)
			fault.Route, fault.Next = fmt.Sprintf("POST /teams/*/channels/%s/messages", l.place.Channel), 1
			fault, err := shared.Emulator.Faults().Add(fault)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if rule, err := shared.Emulator.Faults().Rule(fault.ID); err != nil || rule.Struck == 0 {
					t.Errorf("the fault did not strike, so nothing was proved (%v)", err)
				}
				_ = shared.Emulator.Faults().Remove(fault.ID)
			})
			const n = 3
			for i := range n {
				l.write(t, shared.alex, "", fmt.Sprintf("number %02d.", i))
			}
			l.waitForAll(t, n, n)
			if posts, messages := l.counts(t); posts != n || messages != n {
				t.Errorf("%d posts and %d Teams messages, want %d on each side", posts, messages, n)
			}
			messages, err := l.messages(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, m := range messages {
				texts = append(texts, m.Text())
			}
			inOrder(t, texts, "number", n)
		})
	}
}

func TestThrottlingIsAnAnswer(t *testing.T) {
	l := newLink(t)
	messages := fmt.Sprintf("/teams/%s/channels/%s/messages", l.place.Team, l.place.Channel)
	throttle, err := shared.Emulator.Faults().Add(faults.Rule{Effect: faults.Throttle, Route: "POST " + messages, RetryAfter: faults.Duration(time.Second), Next: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shared.Emulator.Faults().Remove(throttle.ID) })
	l.write(t, shared.alex, "", "throttled once")
	l.waitForAll(t, 1, 1)

	throttled := false
	for _, request := range shared.Emulator.Requests() {
		switch {
		case !strings.HasSuffix(request.Path, messages):
		case request.Method == http.MethodPost && request.Status == http.StatusTooManyRequests:
			throttled = true
		case request.Method == http.MethodGet && throttled:
			t.Errorf("after a 429 the bridge looked for the message: %s %s", request.Method, request.Path)
		}
	}
	if !throttled {
		t.Error("nothing was throttled")
	}
}
