//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
)

func TestAMessageCrossesEachWay(t *testing.T) {
	l := newLink(t)

	l.write(t, shared.alex, "", "from **Mattermost** & <back>")
	message := l.message(t, "from ")
	if got := message.From.User.DisplayName; got != "Alex Demo" {
		t.Errorf("the author in Teams is %q, want Alex Demo, whose account is connected", got)
	}
	if !strings.Contains(message.Text(), "<strong>Mattermost</strong> &amp; &lt;back&gt;") {
		t.Errorf("the body in Teams is %q", message.Text())
	}

	l.say(t, "blake@demo.example", "", "<p>from <strong>Teams</strong> &amp; back</p>")
	post := l.post(t, "Teams")
	if post.UserId != shared.blake.ID {
		t.Errorf("the author in Mattermost is %s, want @blake, whose account is connected", post.UserId)
	}
	if post.Message != "from **Teams** & back" {
		t.Errorf("the text in Mattermost is %q", post.Message)
	}
}

func TestRepliesStayInTheirThread(t *testing.T) {
	l := newLink(t)

	post := l.write(t, shared.alex, "", "root in Mattermost")
	root := l.message(t, "root in Mattermost")
	l.write(t, shared.blake, post.Id, "reply in Mattermost")
	if reply := l.message(t, "reply in Mattermost"); reply.ReplyToID == nil || *reply.ReplyToID != root.ID {
		t.Errorf("in Teams the reply replies to %v, want %s", reply.ReplyToID, root.ID)
	}
	l.say(t, "blake@demo.example", root.ID, "<p>reply in Teams</p>")
	if reply := l.post(t, "reply in Teams"); reply.RootId != post.Id {
		t.Errorf("in Mattermost the reply's root is %q, want %s", reply.RootId, post.Id)
	}

	other := l.say(t, "blake@demo.example", "", "<p>root in Teams</p>")
	otherPost := l.post(t, "root in Teams")
	l.write(t, shared.alex, otherPost.Id, "answer from Mattermost")
	if reply := l.message(t, "answer from Mattermost"); reply.ReplyToID == nil || *reply.ReplyToID != other.ID {
		t.Errorf("in Teams the answer replies to %v, want %s", reply.ReplyToID, other.ID)
	}
}

func TestEchoesDoNotComeBack(t *testing.T) {
	l := newLink(t)
	for i := range 5 {
		l.write(t, shared.alex, "", fmt.Sprintf("alex %d", i))
		l.write(t, shared.casey, "", fmt.Sprintf("casey %d", i)) // through the bot
		l.say(t, "blake@demo.example", "", fmt.Sprintf("<p>blake %d</p>", i))
	}
	for i := range 5 {
		l.message(t, fmt.Sprintf("alex %d", i))
		l.message(t, fmt.Sprintf("casey %d", i))
		l.post(t, fmt.Sprintf("blake %d", i))
	}
	if posts, messages := l.counts(t); posts != 15 || messages != 15 {
		t.Errorf("%d posts and %d Teams messages, want 15 on each side", posts, messages)
	}
}

func TestMessagesKeepTheirOrder(t *testing.T) {
	l := newLink(t)
	const n = 20
	for i := range n {
		l.write(t, shared.alex, "", fmt.Sprintf("to teams %02d.", i))
		l.say(t, "blake@demo.example", "", fmt.Sprintf("<p>to mattermost %02d.</p>", i))
	}
	l.message(t, fmt.Sprintf("to teams %02d.", n-1))
	l.post(t, fmt.Sprintf("to mattermost %02d.", n-1))

	messages, err := l.messages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range messages {
		got = append(got, m.Text())
	}
	inOrder(t, got, "to teams", n)
	posts, err := l.posts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for _, p := range posts {
		got = append(got, p.Message)
	}
	inOrder(t, got, "to mattermost", n)
}

// inOrder checks that the texts with the prefix are numbered 0 to n-1 in this order.
func inOrder(t *testing.T, texts []string, prefix string, n int) {
	t.Helper()
	next := 0
	for _, text := range texts {
		if !strings.Contains(text, prefix) {
			continue
		}
		if !strings.Contains(text, fmt.Sprintf("%s %02d.", prefix, next)) {
			t.Errorf("%q stands where number %d should", text, next)
		}
		next++
	}
	if next != n {
		t.Errorf("%d texts with %q, want %d", next, prefix, n)
	}
}

func TestAnAuthorWithoutAnAccountIsNamed(t *testing.T) {
	l := newLink(t)

	l.write(t, shared.casey, "", "casey has no Teams account")
	message := l.message(t, "casey has no Teams account")
	if got := message.From.User.DisplayName; got != "bridge Demo" {
		t.Errorf("the author in Teams is %q, want the bot", got)
	}
	if !strings.Contains(message.Text(), "casey") || strings.Index(message.Text(), "casey") > strings.Index(message.Text(), "casey has") {
		t.Errorf("the body %q does not begin with the author's name", message.Text())
	}

	l.say(t, olga, "", "<p>olga is not mirrored</p>")
	post := l.post(t, "olga is not mirrored")
	if !strings.HasPrefix(post.Message, "**Olga Other:**") {
		t.Errorf("the post %q does not begin with the author's name", post.Message)
	}
	if post.UserId != shared.bridgeBot(t) {
		t.Errorf("the post is by %s, want the plugin's bot", post.UserId)
	}
}

func TestDuplicatedAndReorderedNotificationsChangeNothing(t *testing.T) {
	l := newLink(t)
	for _, rule := range []faults.Rule{
		{Effect: faults.Duplicate, Copies: 3, Delay: faults.Duration(200 * time.Millisecond)},
		{Effect: faults.Reorder, Delay: faults.Duration(300 * time.Millisecond)},
	} {
		rule, err := shared.Emulator.Faults().Add(rule)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = shared.Emulator.Faults().Remove(rule.ID) })
	}
	const n = 10
	for i := range n {
		l.say(t, "blake@demo.example", "", fmt.Sprintf("<p>number %02d.</p>", i))
	}
	for i := range n {
		l.post(t, fmt.Sprintf("number %02d.", i))
	}
	if posts, messages := l.counts(t); posts != n || messages != n {
		t.Errorf("%d posts and %d Teams messages, want %d on each side", posts, messages, n)
	}
	posts, err := l.posts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, p := range posts {
		texts = append(texts, p.Message)
	}
	inOrder(t, texts, "number", n)
}

func TestUnlinkEndsTheBridge(t *testing.T) {
	l := newLink(t)
	l.write(t, shared.alex, "", "while linked")
	l.message(t, "while linked")
	if _, err := shared.Command(t.Context(), shared.alex, l.channel.Id, "/msteams-sync unlink"); err != nil {
		t.Fatal(err)
	}
	other := newLink(t)
	l.write(t, shared.alex, "", "after unlink")
	other.write(t, shared.alex, "", "in another channel") // written later, so the first had its time
	other.message(t, "in another channel")
	messages, err := l.messages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(messages) != 1 {
		t.Errorf("%d Teams messages, want the one that was written while linked", len(messages))
	}
}
