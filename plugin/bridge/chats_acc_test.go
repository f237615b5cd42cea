// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

const direct bridge.ChannelID = "direct"

var oneToOne = bridge.Conversation{ID: "19:alex_blake@unq.gbl.spaces"}

// counterpart is who knows which chat belongs to which channel.
type counterpart struct {
	mu      sync.Mutex
	off     bool
	channel bridge.ChannelID // of the chat
	chat    bridge.ConversationID
	other   bridge.ChannelID // where the chat is shown when the channel is taken
	moved   bridge.ChannelID // where it goes when its members change
	refused *bridge.NotCarried
	fail    []error // of the next questions
	people  *people
	since   time.Time // when chats were switched on
	asked   int
	linked  []bridge.Link
	forgot  int
}

func (c *counterpart) Since(context.Context, bridge.ConversationID) (time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.since, nil
}

func (c *counterpart) Active() bool                                           { return !c.off }
func (c *counterpart) Wants(bridge.ConversationID) bool                       { return true }
func (c *counterpart) MayWant(bridge.ChannelID) bool                          { return true }
func (c *counterpart) WantsPosts(_ context.Context, ch bridge.ChannelID) bool { return ch != "town" }
func (c *counterpart) Linked(_ context.Context, l bridge.Link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.linked = append(c.linked, l)
}

func (c *counterpart) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgot++
}

func (c *counterpart) answer() error {
	c.asked++
	if len(c.fail) > 0 {
		err := c.fail[0]
		c.fail = c.fail[1:]
		return err
	}
	if c.refused != nil {
		return c.refused
	}
	return nil
}

func (c *counterpart) ChannelOf(_ context.Context, _ bridge.ConversationID, taken bridge.ChannelID) (bridge.ChannelID, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if taken != "" {
		return c.other, c.answer()
	}
	return c.channel, c.answer()
}

func (c *counterpart) ChatOf(ctx context.Context, _ bridge.ChannelID, author bridge.UserID) (bridge.ConversationID, error) {
	if _, able, _ := c.people.OfUser(ctx, author); !able {
		return "", bridge.ErrNoAccount
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.chat, c.answer()
}

func (c *counterpart) MembersChanged(context.Context, bridge.Link) (bridge.ChannelID, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.moved, nil
}

func newChatSite(t *testing.T) (*site, *counterpart) {
	t.Helper()
	s := newSite(t)
	c := &counterpart{channel: direct, chat: oneToOne.ID, people: s.people}
	s.chats = c
	return s, c
}

func (s *site) sayInChat(from bridge.Sender, html string, attachments ...bridge.Attachment) bridge.TeamsMessage {
	s.t.Helper()
	m := s.teams.write(bridge.MessageRef{Conversation: oneToOne}, from, html)
	if len(attachments) > 0 {
		s.teams.mu.Lock()
		s.teams.messages[len(s.teams.messages)-1].Attachments = attachments
		s.teams.mu.Unlock()
	}
	if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
		s.t.Error(err)
	}
	return m
}

func (s *site) writeDirect(root bridge.PostID, author bridge.UserID, text string) bridge.Post {
	p := s.mattermost.write(direct, root, author, text)
	s.hook(p)
	return p
}

func TestAChatIsLinkedByItsFirstMessage(t *testing.T) {
	s, c := newChatSite(t)
	n := s.start()
	s.sayInChat(blake, "one")
	s.sayInChat(blake, "two")
	s.settle([]string{"**Blake Demo:** one", "**Blake Demo:** two"}, []string{"one", "two"})
	link, linked := n.Links().ByConversation(oneToOne.ID)
	if !linked || link.Channel != direct || link.Conversation.Team != "" {
		t.Errorf("link %+v, %v", link, linked)
	}
	if c.asked != 1 || len(c.linked) != 1 {
		t.Errorf("the channel was looked for %d times and linked %d times, want once", c.asked, len(c.linked))
	}
	if all, channels := n.Links().All(), n.Links().Channels(); len(all) != 2 || len(channels) != 1 {
		t.Errorf("%d links, %d of them of channels, want 2 and 1", len(all), len(channels))
	}
	s.writeDirect("", alexMM, "three")
	s.settle([]string{"**Blake Demo:** one", "**Blake Demo:** two", "alex: three"}, []string{"one", "two", "three"})
}

func TestPostsWaitForTheirChat(t *testing.T) {
	s, c := newChatSite(t)
	c.fail = []error{&bridge.Failure{Class: bridge.Retry, Status: 503, Err: errors.New("no chats today")}, &bridge.Failure{Class: bridge.Unknown, Err: errors.New("dropped")}}
	s.start()
	for _, text := range []string{"one", "two", "three"} {
		s.writeDirect("", alexMM, text)
	}
	s.hook(s.mattermost.write("town", "", alexMM, "in a channel without a link"))
	s.quiet()
	if got := s.teams.texts(); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("Teams shows %q", got)
	}
	if c.asked != 3 {
		t.Errorf("the chat was looked for %d times, want twice in vain and once", c.asked)
	}
}

func TestNobodyElseSpeaksInAChat(t *testing.T) {
	s, _ := newChatSite(t)
	s.start()
	s.writeDirect("", blakeMM, "blake has no account")
	s.eventually("blake is told", func() bool { return len(s.mattermost.told) == 1 })
	s.writeDirect("", alexMM, "alex passes")
	s.eventually("alex's message", func() bool { return len(s.teams.texts()) == 1 })
	s.writeDirect("", blakeMM, "blake again, in the linked chat")
	s.writeDirect("", alexMM, "alex again")
	s.eventually("alex's messages", func() bool { return slices.Equal(s.teams.texts(), []string{"alex passes", "alex again"}) })
	s.people.connect(bridge.Account{ID: "c", MattermostUser: blakeMM, TeamsUser: blake.User, DisplayName: blake.Name})
	if err := s.any().AccountConnected(t.Context(), blakeMM); err != nil {
		t.Fatal(err)
	}
	s.quiet()
	if got := s.teams.texts(); !slices.Equal(got, []string{"alex passes", "alex again", "blake has no account", "blake again, in the linked chat"}) {
		t.Errorf("Teams shows %q", got)
	}
	if n := len(s.mattermost.told); n != 1 {
		t.Errorf("blake was told %d times, want once", n)
	}
	for _, m := range s.teams.messages {
		if m.From.User == bot.TeamsUser {
			t.Errorf("the bot said %q", m.HTML)
		}
	}
}

// What nobody wrote stays where it is: in a chat there is no bot that could say it, and nobody is to say what they did not.
func TestSystemMessagesStayOutOfChats(t *testing.T) {
	s, c := newChatSite(t)
	s.withSystemMessages = true
	s.start()
	happens := func(author bridge.UserID, text string) {
		p := s.mattermost.write(direct, "", author, text)
		s.mattermost.change(p.ID, func(p *bridge.Post) { p.System = true })
		p.System = true
		s.hook(p)
	}
	happens(alexMM, "alex changed the header.")
	s.quiet()
	if c.asked != 0 {
		t.Errorf("a chat was looked for %d times", c.asked)
	}
	s.writeDirect("", alexMM, "hello")
	s.eventually("the chat is linked", func() bool { return len(s.teams.texts()) == 1 })
	happens(alexMM, "alex changed the header again.")
	happens(blakeMM, "blake joined the channel.")
	s.writeDirect("", alexMM, "hello again")
	s.eventually("alex's messages", func() bool { return len(s.teams.texts()) >= 2 })
	s.quiet()
	if got := s.teams.texts(); !slices.Equal(got, []string{"hello", "hello again"}) || len(s.mattermost.told) != 0 {
		t.Errorf("Teams shows %q, told %q", got, s.mattermost.told)
	}
}

// Bots have no account and are nobody's: what they write in a chat stays here, at once and without a word to them. A webhook's post is
// its owner's, under the name that it has.
func TestBotsHaveNoPartInChats(t *testing.T) {
	s, _ := newChatSite(t)
	s.start()
	s.writeDirect("", "bot-ci", "build 1 failed")
	s.eventually("the bot is left out", func() bool { return s.tally.count(bridge.NoAccount) == 1 })
	s.writeDirect("", alexMM, "what is that?")
	s.eventually("alex's message", func() bool { return len(s.teams.texts()) == 1 })
	s.writeDirect("", "bot-ci", "build 2 failed")
	s.eventually("the bot is left out again", func() bool { return s.tally.count(bridge.NoAccount) == 2 })
	hook := s.mattermost.write(direct, "", alexMM, "build 3 failed")
	s.mattermost.change(hook.ID, func(p *bridge.Post) { p.AuthorName = "CI" })
	s.hook(hook)
	s.eventually("the webhook's post", func() bool { return len(s.teams.texts()) == 2 })
	s.quiet()
	if got := s.teams.texts(); !slices.Equal(got, []string{"what is that?", "CI: build 3 failed"}) || len(s.mattermost.told) != 0 || s.tally.dead != 0 {
		t.Errorf("Teams shows %q, told %q, %d dead letters", got, s.mattermost.told, s.tally.dead)
	}
	for _, m := range s.teams.messages {
		if m.From.User == bot.TeamsUser {
			t.Errorf("the bridge's bot said %q", m.HTML)
		}
	}
}

func TestAChatThatConcernsNobodyIsLeftAlone(t *testing.T) {
	s, c := newChatSite(t)
	c.refused = &bridge.NotCarried{Reason: bridge.NoAccount, Why: "nobody"}
	n := s.start()
	s.sayInChat(blake, "not for you")
	s.writeDirect("", alexMM, "not for Teams")
	s.eventually("both are left out", func() bool { return s.tally.count(bridge.Unlinked) == 1 && s.tally.count(bridge.NoAccount) == 1 })
	s.settle([]string{"alex: not for Teams"}, []string{"not for you"})
	if _, linked := n.Links().ByConversation(oneToOne.ID); linked {
		t.Error("the chat is linked")
	}
	c.off = true
	if takes, err := n.Takes(t.Context(), oneToOne); err != nil || takes || n.Watches(direct) {
		t.Errorf("switched off: takes %v, %v, watches %v", takes, err, n.Watches(direct))
	}
}

func TestWhatWasWrittenBeforeChatsWereSwitchedOnIsNotCarried(t *testing.T) {
	s, c := newChatSite(t)
	s.start()
	before := s.mattermost.write(direct, "", alexMM, "before")
	s.mattermost.mu.Lock()
	s.mattermost.posts[0].CreateAt -= 60_000
	before.CreateAt -= 60_000
	s.mattermost.mu.Unlock()
	c.since = time.Now().Add(-time.Second)
	s.hook(before)
	s.eventually("it is left out", func() bool { return s.tally.count(bridge.SwitchedOff) == 1 })
	s.writeDirect("", alexMM, "after")
	s.eventually("what was written after", func() bool { return len(s.teams.texts()) == 1 })
	s.quiet()
	if got := s.teams.texts(); !slices.Equal(got, []string{"after"}) {
		t.Errorf("Teams shows %q", got)
	}
}

func TestTwoChatsDoNotShareAChannel(t *testing.T) {
	s, c := newChatSite(t)
	c.other = "private"
	n := s.start()
	s.sayInChat(blake, "in the first")
	s.quiet()
	second := bridge.Conversation{ID: "19:second@thread.v2"}
	m := s.teams.write(bridge.MessageRef{Conversation: second}, blake, "in the second")
	if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
		t.Fatal(err)
	}
	s.quiet()
	if link, _ := n.Links().ByConversation(second.ID); link.Channel != "private" {
		t.Errorf("the second chat is shown in %q, want the private channel", link.Channel)
	}
}

func TestAChatWithOtherMembersGoesOnElsewhere(t *testing.T) {
	s, c := newChatSite(t)
	c.moved = "private"
	n := s.start()
	first := s.sayInChat(blake, "to the three")
	s.quiet()
	s.teams.mu.Lock()
	change := s.teams.add(bridge.MessageRef{Conversation: oneToOne}, bridge.Sender{}, "<systemEventMessage/>")
	s.teams.messages[len(s.teams.messages)-1].System = true
	s.teams.messages[len(s.teams.messages)-1].Event = []byte(`{"@odata.type":"#microsoft.graph.membersAddedEventMessageDetail"}`)
	s.teams.mu.Unlock()
	if err := s.receive([]bridge.Arrival{created(change)}); err != nil {
		t.Fatal(err)
	}
	s.quiet()
	s.sayInChat(blake, "to the four", bridge.Attachment{ID: string(first.Ref.ID), ContentType: bridge.MessageReference, Content: `{"messagePreview":"to the three"}`})
	s.quiet()
	last := s.mattermost.posts[len(s.mattermost.posts)-1]
	if last.Channel != "private" || last.Root != "" || last.Message != "> _to the three_\n\n**Blake Demo:** to the four" {
		t.Errorf("the last post is %+v, want it in the private channel with a quote", last)
	}
	if link, _ := n.Links().ByConversation(oneToOne.ID); link.Channel != "private" {
		t.Errorf("the chat is shown in %q", link.Channel)
	}
}

func TestAQuoteIsAReply(t *testing.T) {
	s, _ := newChatSite(t)
	s.start()
	question := s.sayInChat(blake, "question")
	s.sayInChat(asAlex, "<attachment id=\""+string(question.Ref.ID)+"\"></attachment>answer", bridge.Attachment{ID: string(question.Ref.ID), ContentType: bridge.MessageReference})
	lost := bridge.Attachment{ID: "17", ContentType: bridge.MessageReference, Content: `{"messageId":"17","messagePreview":"long *ago*","messageSender":{"user":{"displayName":"Casey"}}}`}
	s.sayInChat(blake, "about that", lost)
	s.settle([]string{"**Blake Demo:** question", "→ alex: answer", "> **Casey:** long \\*ago\\*\n\n**Blake Demo:** about that"}, []string{"question", "answer", "about that"})

	s.writeDirect(s.mattermost.posts[0].ID, alexMM, "and another answer")
	s.eventually("four messages", func() bool { return len(s.teams.texts()) == 4 })
	if sent := s.teams.sent[len(s.teams.sent)-1]; len(sent.Attachments) != 1 || sent.Attachments[0].ID != string(question.Ref.ID) || sent.Attachments[0].ContentType != bridge.MessageReference {
		t.Errorf("sent with %+v, want a reference to %s", sent.Attachments, question.Ref.ID)
	}
	if m := s.teams.messages[3]; m.Ref.Root != "" {
		t.Errorf("it replies to %s in a chat", m.Ref.Root)
	}

	// What Teams shows of the question is text, whatever marks it has in Mattermost.
	formed := s.writeDirect("", alexMM, "**bold** [here](https://example.com)\n- `a_b` @blake")
	s.eventually("five messages", func() bool { return len(s.teams.texts()) == 5 })
	s.writeDirect(formed.ID, alexMM, "about the list")
	s.eventually("six messages", func() bool { return len(s.teams.texts()) == 6 })
	if sent := s.teams.sent[len(s.teams.sent)-1]; len(sent.Attachments) != 1 || !strings.Contains(sent.Attachments[0].Content, `"messagePreview":"bold here a_b @blake"`) {
		t.Errorf("sent with %+v, want the text of what it quotes", sent.Attachments)
	}
}

// TestAQuoteWaitsForWhatItQuotes: the notifications of the two can change places.
func TestAQuoteWaitsForWhatItQuotes(t *testing.T) {
	s, _ := newChatSite(t)
	s.start()
	question := s.teams.write(bridge.MessageRef{Conversation: oneToOne}, blake, "question")
	s.sayInChat(blake, "answer", bridge.Attachment{ID: string(question.Ref.ID), ContentType: bridge.MessageReference})
	s.sayInChat(blake, "something else")
	s.eventually("the lane goes on", func() bool { return len(s.mattermost.texts()) == 1 })
	if err := s.receive([]bridge.Arrival{created(question)}); err != nil {
		t.Fatal(err)
	}
	s.settle([]string{"**Blake Demo:** something else", "**Blake Demo:** question", "→ **Blake Demo:** answer"}, []string{"question", "answer", "something else"})
}

// TestDirectMessagesWithoutALinkAreScanned: the plugin was off when they were written.
func TestDirectMessagesWithoutALinkAreScanned(t *testing.T) {
	s, _ := newChatSite(t)
	first := s.start()
	s.eventually("the scan has begun", func() bool {
		_, there, err := first.store.ClaimScan(t.Context(), "channel:", -time.Hour)
		return err == nil && there
	})
	s.quiet()
	s.stop(first)
	s.mattermost.write(direct, "", alexMM, "written while it was off")
	s.mattermost.write(direct, "", alexMM, "and this")
	s.start()
	s.eventually("both messages", func() bool { return slices.Equal(s.teams.texts(), []string{"written while it was off", "and this"}) })
	s.quiet()
}
