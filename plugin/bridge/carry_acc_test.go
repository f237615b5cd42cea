// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

func TestAMessageBecomesAPost(t *testing.T) {
	s := newSite(t)
	s.start()
	s.writeInTeams("", asAlex, "<p>hello <b>all</b></p>")
	s.writeInTeams("", blake, "<p>hi</p>")
	s.writeInTeams("", bridge.Sender{Name: "Build", Application: true}, "<ul><li>done</li></ul>")
	s.settle([]string{"alex: hello **all**", "**Blake Demo:** hi", "**Build:**\n- done"}, []string{"hello all", "hi", "done"})
	if n := s.tally.count(bridge.Duplicate); n != 0 {
		t.Errorf("%d of our own posts were queued for Teams", n)
	}
}

func TestAPostBecomesAMessage(t *testing.T) {
	s := newSite(t)
	s.start()
	s.writePost("", alexMM, "hello **all**")
	s.writePost("", blakeMM, "hi")
	s.settle([]string{"alex: hello **all**", "blake: hi"}, []string{"hello all", "Blake Demo: hi"})
	if got := s.teams.messages[0].From.User; got != alex.TeamsUser {
		t.Errorf("alex's post was sent as %s", got)
	}
	if got := s.teams.messages[1].From.User; got != bot.TeamsUser {
		t.Errorf("blake's post was sent as %s", got)
	}
	// Both came back as notifications.
	s.eventually("both echoes are recognised", func() bool { return s.tally.count(bridge.Echo)+s.tally.count(bridge.Duplicate) == 2 })
}

func TestRepliesStayInTheirThread(t *testing.T) {
	s := newSite(t)
	s.start()
	root := s.writeInTeams("", blake, "root")
	s.writeInTeams(root.Ref.ID, asAlex, "first")
	s.eventually("two posts", func() bool { return len(s.mattermost.texts()) == 2 })
	s.writePost(s.mattermost.posts[0].ID, alexMM, "second")
	s.eventually("three messages", func() bool { return len(s.teams.texts()) == 3 })
	s.writeInTeams(root.Ref.ID, blake, "third")
	s.settle([]string{"**Blake Demo:** root", "→ alex: first", "→ alex: second", "→ **Blake Demo:** third"},
		[]string{"root", "→ first", "→ second", "→ third"})

	root2 := s.writePost("", alexMM, "other root")
	s.writePost(root2.ID, blakeMM, "its reply")
	s.quiet()
	last := s.teams.messages[len(s.teams.messages)-1]
	s.writeInTeams(last.Ref.Root, asAlex, "answer")
	s.quiet()
	if posts := s.mattermost.posts; posts[len(posts)-1].Root != root2.ID {
		t.Errorf("the answer is in thread %q, want %q", posts[len(posts)-1].Root, root2.ID)
	}
}

func TestAReplyBeforeItsRoot(t *testing.T) {
	s := newSite(t)
	s.start()
	root := s.teams.write(bridge.MessageRef{Conversation: chat}, blake, "root")
	s.writeInTeams(root.Ref.ID, blake, "reply")
	s.writeInTeams("", blake, "another")
	s.eventually("the lane goes on past the reply", func() bool { return len(s.mattermost.texts()) == 1 })
	if err := s.receive([]bridge.Arrival{created(root)}); err != nil {
		t.Fatal(err)
	}
	s.settle([]string{"**Blake Demo:** another", "**Blake Demo:** root", "→ **Blake Demo:** reply"}, []string{"root", "→ reply", "another"})
}

func TestAReplyWhoseRootIsNeverAnnounced(t *testing.T) {
	s := newSite(t)
	older := s.teams.write(bridge.MessageRef{Conversation: chat}, blake, "older than the link")
	s.linkedAt = older.CreatedAt.Add(time.Millisecond)
	s.teams.lastID++ // the next message is younger than the link
	s.start()
	lost := s.teams.write(bridge.MessageRef{Conversation: chat}, blake, "its notification is lost")
	s.writeInTeams(older.Ref.ID, blake, "one")
	s.writeInTeams(lost.Ref.ID, blake, "two")
	s.eventually("four posts", func() bool { return len(s.mattermost.texts()) == 4 })
	s.quiet()
	for i, want := range map[int]string{0: "older than the link", 2: "its notification is lost"} {
		root, reply := s.mattermost.posts[i], s.mattermost.posts[i+1]
		if root.Message != "**Blake Demo:** "+want || reply.Root != root.ID {
			t.Errorf("posts %q, want the root %q and its reply", s.mattermost.texts(), want)
		}
	}
}

func TestAReplyWhoseRootIsGone(t *testing.T) {
	s := newSite(t)
	s.start()
	root := s.teams.write(bridge.MessageRef{Conversation: chat}, blake, "root")
	s.teams.delete(root.Ref)
	s.writeInTeams(root.Ref.ID, blake, "in Teams")
	s.quiet()
	post := s.mattermost.write(channel, "", alexMM, "root")
	s.mattermost.delete(post.ID)
	s.writePost(post.ID, alexMM, "in Mattermost")
	s.settle([]string{"> _a message that is no longer there_\n\n**Blake Demo:** in Teams", "alex: root", "→ alex: in Mattermost"},
		[]string{"", "→ in Teams", "a message that is no longer there in Mattermost"})
}

func TestAReplyToAPostOlderThanTheLink(t *testing.T) {
	s := newSite(t)
	root := s.mattermost.write(channel, "", blakeMM, "the question")
	s.linkedAt = time.UnixMilli(root.CreateAt + 1)
	s.start()
	s.writePost(root.ID, alexMM, "the answer")
	s.settle([]string{"blake: the question", "→ alex: the answer"}, []string{"Blake Demo: the question the answer"})
}

func TestArrivalOutOfOrder(t *testing.T) {
	s := newSite(t)
	s.tuning.ReorderWindow = time.Second
	s.tuning.PollEvery = 5 * time.Millisecond // whoever does not wait for the window is quick
	s.start()
	polled := func() {
		began := time.Now()
		s.eventually("several polls", func() bool { return time.Since(began) > 10*s.tuning.PollEvery })
	}
	var arrivals []bridge.Arrival
	var posts []bridge.Post
	var wantPosts, wantMessages []string
	for _, text := range []string{"one", "two", "three", "four", "five"} {
		arrivals = append(arrivals, created(s.teams.write(bridge.MessageRef{Conversation: chat}, blake, text)))
		wantPosts = append(wantPosts, "**Blake Demo:** "+text)
		wantMessages = append(wantMessages, text)
	}
	for _, i := range []int{4, 2, 0, 3, 1} {
		if err := s.receive(arrivals[i : i+1]); err != nil {
			t.Fatal(err)
		}
		polled()
	}
	s.settle(wantPosts, wantMessages)

	for _, text := range []string{"six", "seven", "eight"} {
		posts = append(posts, s.mattermost.write(channel, "", alexMM, text))
		wantPosts = append(wantPosts, "alex: "+text)
		wantMessages = append(wantMessages, text)
	}
	for _, i := range []int{2, 0, 1} {
		s.hook(posts[i])
		polled()
	}
	s.settle(wantPosts, wantMessages)
}

func TestWhatIsNotCarried(t *testing.T) {
	s := newSite(t)
	s.start()
	// Deleted before its notification was handled; deleted before its create arrived; a system message.
	gone := s.teams.write(bridge.MessageRef{Conversation: chat}, blake, "gone")
	s.teams.delete(gone.Ref)
	overtaken := s.teams.write(bridge.MessageRef{Conversation: chat}, blake, "overtaken by its delete")
	system := s.teams.write(bridge.MessageRef{Conversation: chat}, bridge.Sender{}, "<systemEventMessage/>")
	s.teams.messages[2].System = true
	for _, a := range []bridge.Arrival{created(gone), {Ref: overtaken.Ref, Kind: bridge.Delete, SourceAt: time.Now()}, created(system)} {
		if err := s.receive([]bridge.Arrival{a}); err != nil {
			t.Fatal(err)
		}
	}
	s.quiet()
	if err := s.receive([]bridge.Arrival{created(overtaken)}); err != nil {
		t.Fatal(err)
	}
	// A post deleted before its turn, a system post, a post of another channel, one of the plugin's own bot.
	deleted := s.mattermost.write(channel, "", alexMM, "deleted")
	s.mattermost.delete(deleted.ID)
	s.hook(deleted)
	for _, p := range []bridge.Post{
		{Channel: channel, Author: alexMM, System: true, Message: "joined"},
		{Channel: "elsewhere", Author: alexMM, Message: "elsewhere"},
		{Channel: channel, Own: true, Message: "linked"},
	} {
		s.mattermost.mu.Lock()
		p = s.mattermost.add(p)
		s.mattermost.mu.Unlock()
		s.hook(p)
	}
	// What a bot of ours, or a former one, writes in Teams by itself.
	s.people.former = []bridge.TeamsUserID{"former-bot"}
	s.writeInTeams("", bridge.Sender{User: bot.TeamsUser, Name: "Bridge"}, "by hand")
	s.writeInTeams("", bridge.Sender{User: "former-bot", Name: "Old bridge"}, "long ago")
	s.settle([]string{"alex: deleted", "alex: joined", "alex: elsewhere", "linked"},
		[]string{"", "overtaken by its delete", "", "by hand", "long ago"})
}

func TestAnEditBeforeItsCreate(t *testing.T) {
	s := newSite(t)
	s.start()
	m := s.teams.write(bridge.MessageRef{Conversation: chat}, blake, "edited")
	if err := s.receive([]bridge.Arrival{{Ref: m.Ref, Kind: bridge.Edit, SourceAt: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	// Its create is never announced; after the wait it is read and carried as it is then.
	s.settle([]string{"**Blake Demo:** edited"}, []string{"edited"})
}

func TestUnlinkingEndsIt(t *testing.T) {
	s := newSite(t)
	n := s.start()
	if _, found, err := n.Links().Delete(t.Context(), channel); err != nil || !found {
		t.Fatal(found, err)
	}
	s.writePost("", alexMM, "not for Teams")
	if err := s.receive([]bridge.Arrival{{Ref: bridge.MessageRef{Conversation: chat, ID: "1"}, Kind: bridge.Create, SourceAt: time.Now()}}); err != nil {
		t.Fatal(err)
	}
	s.settle([]string{"alex: not for Teams"}, nil)
	if linked, err := n.Takes(t.Context(), chat); err != nil || linked {
		t.Errorf("Takes = %v, %v", linked, err)
	}
}

func TestLinksTravelToOtherNodes(t *testing.T) {
	s := newSite(t)
	one, two := s.start(), s.start()
	if _, _, err := one.Links().Delete(t.Context(), channel); err != nil {
		t.Fatal(err)
	}
	s.eventually("the other node forgets the link", func() bool { return len(two.Links().All()) == 0 })
	if _, err := two.Links().Create(t.Context(), bridge.Link{Channel: channel, Conversation: chat}); err != nil {
		t.Fatal(err)
	}
	s.eventually("the first node learns the link", func() bool {
		_, ok := one.Links().ByChannel(channel)
		return ok
	})
}
