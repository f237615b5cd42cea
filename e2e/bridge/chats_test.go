//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// withChats has chats carried while a test runs, with further settings.
func withChats(t *testing.T, further map[string]any) {
	t.Helper()
	settings := maps.Clone(shared.settings)
	settings["syncdirectmessages"], settings["syncgroupmessages"] = true, true
	maps.Copy(settings, further)
	if err := shared.ConfigurePlugin(t.Context(), shared.app, settings); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shared.ConfigurePlugin(context.WithoutCancel(t.Context()), shared.app, shared.settings); err != nil {
			t.Error(err)
		}
	})
}

// watched waits until what happens in the chats of these people is notified.
func watched(t *testing.T, people ...*stack.User) {
	t.Helper()
	eventually(t, func(context.Context) error {
		var resources []string
		for _, s := range shared.Emulator.Subscriptions().All() {
			resources = append(resources, strings.ToLower(s.Resource))
		}
		for _, p := range people {
			if id := teamsID(t, p.Username); !strings.Contains(strings.Join(resources, " "), "/users/"+id+"/chats/getallmessages") {
				return fmt.Errorf("nobody is notified of the chats of %s", p.Username)
			}
		}
		return nil
	})
}

func teamsID(t *testing.T, name string) string {
	t.Helper()
	user, ok := shared.Emulator.Directory().User(name + "@demo.example")
	if !ok {
		t.Fatalf("there is no Teams user %s", name)
	}
	return user.ID
}

// newConnected makes somebody on both sides who has connected the account.
func newConnected(t *testing.T, name string) *stack.User {
	t.Helper()
	user, err := shared.NewPerson(t.Context(), shared.team, shared.teamsTeam.ID, name)
	if err != nil {
		t.Fatal(err)
	}
	return user
}

// newChat makes a chat in Teams.
func newChat(t *testing.T, kind teams.ChatType, people ...string) teams.Chat {
	t.Helper()
	draft := teams.ChatDraft{Type: kind}
	for _, name := range people {
		if !strings.Contains(name, "-") {
			name += "@demo.example"
		}
		draft.Members = append(draft.Members, teams.ChatMember{Person: teams.Person{ID: name}})
	}
	chat, err := shared.Emulator.Teams().CreateChat(draft)
	if err != nil {
		t.Fatal(err)
	}
	return chat
}

// directOf is the direct message of two people.
func directOf(t *testing.T, a, b *stack.User) *model.Channel {
	t.Helper()
	channel, _, err := a.Client.CreateDirectChannel(t.Context(), a.ID, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	return channel
}

// groupOf is the group message of these people.
func groupOf(t *testing.T, people ...*stack.User) *model.Channel {
	t.Helper()
	var ids []string
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	channel, _, err := people[0].Client.CreateGroupChannel(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	return channel
}

// chatsBetween are the chats in Teams of exactly these people.
func chatsBetween(t *testing.T, people ...string) (found []teams.Chat) {
	t.Helper()
	state := shared.Emulator.Teams()
	for _, chat := range state.ChatsOf(teamsID(t, people[0])) {
		members, err := state.ChatMembers(chat.ID)
		if err != nil {
			t.Fatal(err)
		}
		all := len(members) == len(people)
		for _, name := range people {
			all = all && state.InChat(chat.ID, teamsID(t, name))
		}
		if all {
			found = append(found, chat)
		}
	}
	return found
}

// chatBetween waits for the chat of exactly these people.
func chatBetween(t *testing.T, people ...string) (chat teams.Chat) {
	t.Helper()
	eventually(t, func(context.Context) error {
		found := chatsBetween(t, people...)
		if len(found) == 0 {
			return fmt.Errorf("there is no chat of %v", people)
		}
		chat = found[0]
		return nil
	})
	return chat
}

func TestAOneToOneChatIsADirectMessage(t *testing.T) {
	withChats(t, nil)
	watched(t, shared.alex, shared.blake)
	chat := newChat(t, teams.OneOnOne, "alex", "blake")
	l := &link{channel: directOf(t, shared.alex, shared.blake), place: teams.Place{Chat: chat.ID}}

	l.say(t, "blake@demo.example", "", "<p>from <strong>Teams</strong></p>")
	post := l.post(t, "from **Teams**")
	if post.UserId != shared.blake.ID {
		t.Errorf("the author in Mattermost is %s, want @blake", post.UserId)
	}
	l.write(t, shared.alex, "", "from **Mattermost**")
	message := l.message(t, "from <strong>Mattermost</strong>")
	if message.From.User.DisplayName != "Alex Demo" {
		t.Errorf("the author in Teams is %q, want Alex Demo", message.From.User.DisplayName)
	}

	t.Run("order and echoes", func(t *testing.T) {
		const n = 10
		for i := range n {
			l.write(t, shared.alex, "", fmt.Sprintf("to teams %02d.", i))
			l.say(t, "blake@demo.example", "", fmt.Sprintf("<p>to mattermost %02d.</p>", i))
		}
		l.message(t, fmt.Sprintf("to teams %02d.", n-1))
		l.post(t, fmt.Sprintf("to mattermost %02d.", n-1))
		l.write(t, shared.blake, "", "the last to Teams")
		l.message(t, "the last to Teams")
		l.say(t, "alex@demo.example", "", "<p>the last to Mattermost</p>")
		l.post(t, "the last to Mattermost")
		messages, err := l.messages(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		posts, err := l.posts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(messages) != 2*n+4 || len(posts) != 2*n+4 {
			t.Errorf("%d posts and %d messages, want %d on each side", len(posts), len(messages), 2*n+4)
		}
		var texts []string
		for _, m := range messages {
			texts = append(texts, m.Text())
		}
		inOrder(t, texts, "to teams", n)
		texts = nil
		for _, p := range posts {
			texts = append(texts, p.Message)
		}
		inOrder(t, texts, "to mattermost", n)
	})
	t.Run("changes", func(t *testing.T) { changesInAChat(t, l) })
	t.Run("quotes", func(t *testing.T) { quotesInAChat(t, l) })
}

// changesInAChat edits, deletes and reacts on both sides.
func changesInAChat(t *testing.T, l *link) {
	ctx, state := t.Context(), shared.Emulator.Teams()
	post := l.write(t, shared.alex, "", "first version in Mattermost")
	message := l.message(t, "first version in Mattermost")
	if _, _, err := shared.alex.Client.PatchPost(ctx, post.Id, &model.PostPatch{Message: model.NewPointer("second version in Mattermost")}); err != nil {
		t.Fatal(err)
	}
	l.message(t, "second version in Mattermost")
	if _, err := state.React("blake@demo.example", message.Ref(), "👍"); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(ctx context.Context) error {
		reactions, _, err := shared.alex.Client.GetReactions(ctx, post.Id)
		if err == nil && (len(reactions) != 1 || reactions[0].UserId != shared.blake.ID) {
			err = fmt.Errorf("reactions %v, want one of blake", reactions)
		}
		return err
	})
	if _, err := shared.alex.Client.DeletePost(ctx, post.Id); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(context.Context) error {
		m, err := state.Message(message.Ref())
		if err == nil && m.DeletedAt == nil {
			err = errors.New("the message is still there")
		}
		return err
	})

	said := l.say(t, "blake@demo.example", "", "<p>first version in Teams</p>")
	shown := l.post(t, "first version in Teams")
	body := teams.HTML("<p>second version in Teams</p>")
	if _, err := state.Edit("blake@demo.example", said.Ref(), teams.Edit{Body: &body}); err != nil {
		t.Fatal(err)
	}
	l.post(t, "second version in Teams")
	if _, _, err := shared.alex.Client.SaveReaction(ctx, &model.Reaction{UserId: shared.alex.ID, PostId: shown.Id, EmojiName: "heart"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(context.Context) error {
		m, err := state.Message(said.Ref())
		if err == nil && (len(m.Reactions) != 1 || m.Reactions[0].User.User.DisplayName != "Alex Demo") {
			err = fmt.Errorf("reactions %v, want one of Alex Demo", m.Reactions)
		}
		return err
	})
	if _, err := state.Delete("blake@demo.example", said.Ref()); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(ctx context.Context) error {
		if _, _, err := shared.alex.Client.GetPost(ctx, shown.Id, ""); err == nil {
			return errors.New("the post is still there")
		}
		return nil
	})
}

// quotesInAChat answers on both sides: chats have quotes where Mattermost has threads.
func quotesInAChat(t *testing.T, l *link) {
	state := shared.Emulator.Teams()
	said := l.say(t, "blake@demo.example", "", "<p>a question <strong>in</strong> Teams</p>")
	asked := l.post(t, "a question **in** Teams")
	l.write(t, shared.alex, asked.Id, "an answer from Mattermost")
	answer := l.message(t, "an answer from Mattermost")
	if len(answer.Attachments) != 1 || answer.Attachments[0].ContentType != "messageReference" || answer.Attachments[0].ID != string(said.ID) {
		t.Errorf("the answer's attachments are %+v, want a reference to %s", answer.Attachments, said.ID)
	} else if content := answer.Attachments[0].Content; content == nil || !strings.Contains(*content, `"messagePreview":"a question in Teams"`) {
		t.Errorf("the answer quotes %v, want the question's text without any marks", content)
	}
	answered := l.post(t, "an answer from Mattermost")
	if _, _, err := shared.alex.Client.PatchPost(t.Context(), answered.Id, &model.PostPatch{Message: model.NewPointer("a better answer")}); err != nil {
		t.Fatal(err)
	}
	if m := l.message(t, "a better answer"); len(m.Attachments) != 1 || m.Attachments[0].ID != string(said.ID) {
		t.Errorf("after the edit the answer's attachments are %+v, want the reference", m.Attachments)
	}

	post := l.write(t, shared.alex, "", "a question in Mattermost")
	message := l.message(t, "a question in Mattermost")
	content := fmt.Sprintf(`{"messageId":"%s","messagePreview":"a question in Mattermost"}`, message.ID)
	quoting, err := state.Post("blake@demo.example", l.place, "", teams.Draft{
		Body:        teams.HTML(fmt.Sprintf(`<attachment id="%s"></attachment><p>an answer from Teams</p>`, message.ID)),
		Attachments: []teams.Attachment{{ID: string(message.ID), ContentType: "messageReference", Content: &content}},
	})
	if err != nil {
		t.Fatal(err)
	}
	shown := l.post(t, "an answer from Teams")
	if shown.RootId != post.Id || shown.Message != "an answer from Teams" {
		t.Errorf("the answer is %q in thread %q, want it in thread %s", shown.Message, shown.RootId, post.Id)
	}
	body := teams.HTML(fmt.Sprintf(`<attachment id="%s"></attachment><p>a better answer from Teams</p>`, message.ID))
	if _, err := state.Edit("blake@demo.example", quoting.Ref(), teams.Edit{Body: &body, Attachments: quoting.Attachments}); err != nil {
		t.Fatal(err)
	}
	if p := l.post(t, "a better answer from Teams"); p.Message != "a better answer from Teams" {
		t.Errorf("after the edit the post is %q", p.Message)
	}

	// A reply has no priority, and what somebody quotes by hand stays as it is.
	byHand := fmt.Sprintf(`<attachment id="%s"></attachment><blockquote>by hand</blockquote><p>an important answer</p>`, message.ID)
	important, err := state.Post("blake@demo.example", l.place, "", teams.Draft{Body: teams.HTML(byHand), Attachments: quoting.Attachments, Importance: "high"})
	if err != nil {
		t.Fatal(err)
	}
	shown = l.post(t, "an important answer")
	if shown.RootId != post.Id || shown.Message != "**Important!**\n> by hand\n\nan important answer" {
		t.Errorf("the important answer is %q in thread %q", shown.Message, shown.RootId)
	}
	body = teams.HTML(strings.Replace(byHand, "answer", "remark", 1))
	if _, err := state.Edit("blake@demo.example", important.Ref(), teams.Edit{Body: &body, Attachments: quoting.Attachments}); err != nil {
		t.Fatal(err)
	}
	if p := l.post(t, "an important remark"); p.Message != "**Important!**\n> by hand\n\nan important remark" {
		t.Errorf("after the edit the important answer is %q", p.Message)
	}
	if _, _, err := shared.blake.Client.PatchPost(t.Context(), shown.Id, &model.PostPatch{Message: model.NewPointer("**Important!**\n> by hand\n\nfrom Mattermost")}); err != nil {
		t.Fatal(err)
	}
	m := l.message(t, "<p>from Mattermost</p>")
	if m.ID != important.ID || m.Importance != "high" || !strings.Contains(m.Text(), "<blockquote><p>by hand</p></blockquote>") && !strings.Contains(m.Text(), "<blockquote>by hand</blockquote>") {
		t.Errorf("after the edit in Mattermost the message is %s, %s", m.Importance, m.Text())
	}
}

func TestADirectMessageMakesItsChat(t *testing.T) {
	withChats(t, nil)
	eve := newConnected(t, "eve")
	watched(t, shared.alex, eve)
	l := &link{channel: directOf(t, shared.alex, eve)}
	for i := range 5 {
		l.write(t, shared.alex, "", fmt.Sprintf("to teams %02d.", i))
	}
	l.place.Chat = chatBetween(t, "alex", "eve").ID
	l.message(t, "to teams 04.")
	messages, err := l.messages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, m := range messages {
		texts = append(texts, m.Text())
	}
	inOrder(t, texts, "to teams", 5)
	l.say(t, "eve@demo.example", "", "<p>back to Mattermost</p>")
	if post := l.post(t, "back to Mattermost"); post.UserId != eve.ID {
		t.Errorf("the author is %s, want eve", post.UserId)
	}
	links, _, err := shared.CallPlugin(t.Context(), "GET", "/api/v1/links", nil)
	if err != nil || links != 200 {
		t.Fatalf("GET /api/v1/links: %d, %v", links, err)
	}
	_, answer, _ := shared.CallPlugin(t.Context(), "GET", "/api/v1/links", nil)
	if strings.Contains(string(answer), string(l.place.Chat)) {
		t.Error("the links of channels hold a chat")
	}
}

func TestAGroupMessageIsOneGroupChat(t *testing.T) {
	withChats(t, nil)
	finn := newConnected(t, "finn")
	watched(t, shared.alex, shared.blake, finn)
	l := &link{channel: groupOf(t, shared.alex, shared.blake, finn)}
	l.write(t, shared.alex, "", "alex to all")
	l.write(t, shared.blake, "", "blake to all")
	l.place.Chat = chatBetween(t, "alex", "blake", "finn").ID
	if m := l.message(t, "blake to all"); m.From.User.DisplayName != "Blake Demo" {
		t.Errorf("the author is %q, want Blake Demo", m.From.User.DisplayName)
	}
	l.message(t, "alex to all")
	l.say(t, "finn@demo.example", "", "<p>finn to all</p>")
	if post := l.post(t, "finn to all"); post.UserId != finn.ID {
		t.Errorf("the author is %s, want finn", post.UserId)
	}
	if found := chatsBetween(t, "alex", "blake", "finn"); len(found) != 1 {
		t.Errorf("%d group chats of the three, want one", len(found))
	}

	// Everyone in a chat is everybody in its group message, and people are themselves. Importance is a line or a priority.
	everyone := teams.Conversation{ID: string(l.place.Chat), DisplayName: "Everyone", Type: "chat"}
	if _, err := shared.Emulator.Teams().Post("finn@demo.example", l.place, "", teams.Draft{
		Body: teams.HTML(`<p><at id="0">Everyone</at>, ask <at id="1">Blake Demo</at></p>`), Importance: "high",
		Mentions: []teams.Mention{{MentionText: "Everyone", Mentioned: teams.Mentioned{Conversation: &everyone}}, ofPerson(1, "blake@demo.example", "Blake Demo")},
	}); err != nil {
		t.Fatal(err)
	}
	if post := l.post(t, "@all, ask @blake"); post.GetPriority() == nil || *post.GetPriority().Priority != "important" {
		t.Errorf("its priority is %+v", post.GetPriority())
	}
	l.write(t, shared.alex, "", "@all: please @finn and `@blake`")
	if m := l.message(t, ": please <at"); !slices.Equal(mentioned(m), []string{"0 chat Everyone", "1 finn Demo"}) {
		t.Errorf("%q are mentioned by %q", mentioned(m), m.Text())
	}

	// A second chat of the same people cannot be shown by the same group message.
	other := newChat(t, teams.Group, "alex", "blake", "finn")
	o := &link{place: teams.Place{Chat: other.ID}}
	o.say(t, "finn@demo.example", "", "<p>in the other chat</p>")
	o.channel = privateChannelWith(t, shared.alex, "in the other chat")
	o.write(t, shared.alex, "", "answer in the other chat")
	o.message(t, "answer in the other chat")
}

// privateChannelWith waits for a private channel of the user's that holds a text.
func privateChannelWith(t *testing.T, user *stack.User, text string) *model.Channel {
	t.Helper()
	return channelWith(t, user, model.ChannelTypePrivate, text)
}

// channelWith waits for a channel of the kind, one of the user's, that holds a text.
func channelWith(t *testing.T, user *stack.User, kind model.ChannelType, text string) (found *model.Channel) {
	t.Helper()
	eventually(t, func(ctx context.Context) error {
		channels, _, err := user.Client.GetChannelsForTeamForUser(ctx, shared.team.Id, user.ID, false, "")
		if err != nil {
			return err
		}
		for _, channel := range channels {
			if channel.Type != kind {
				continue
			}
			list, _, err := user.Client.GetPostsForChannel(ctx, channel.Id, 0, 100, "", false, false)
			if err != nil {
				return err
			}
			for _, post := range list.Posts {
				if strings.Contains(post.Message, text) {
					found = channel
					return nil
				}
			}
		}
		return fmt.Errorf("no channel of %s of type %s holds %q", user.Username, kind, text)
	})
	return found
}

func TestChatsAreNotCarriedUnlessSwitchedOn(t *testing.T) {
	gina := newConnected(t, "gina")
	silent := &link{channel: directOf(t, shared.alex, gina), place: teams.Place{Chat: newChat(t, teams.OneOnOne, "alex", "gina").ID}}
	silent.write(t, shared.alex, "", "not for Teams")
	silent.say(t, "gina@demo.example", "", "<p>not for Mattermost</p>")

	// With the switch on, what is written from now on is carried; with selective synchronisation it would not be.
	withChats(t, map[string]any{"selectivesync": true})
	watched(t, shared.alex, gina)
	silent.write(t, shared.alex, "", "not selected for Teams")
	silent.say(t, "gina@demo.example", "", "<p>not selected for Mattermost</p>")

	l := newLink(t) // what is written later in a channel comes after that
	l.write(t, shared.alex, "", "the channel is carried")
	l.message(t, "the channel is carried")
	l.say(t, "blake@demo.example", "", "<p>and back</p>")
	l.post(t, "and back")
	messages, err := silent.messages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	posts, err := silent.posts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(messages) != 2 || len(posts) != 2 {
		t.Errorf("%d messages and %d posts, want the two that were written on each side", len(messages), len(posts))
	}
}

// TestSwitchedOffChats: what is written while chats are off is never carried.
func TestSwitchedOffChats(t *testing.T) {
	olga := newConnected(t, "olga")
	l := &link{channel: directOf(t, shared.alex, olga), place: teams.Place{Chat: newChat(t, teams.OneOnOne, "alex", "olga").ID}}
	t.Cleanup(func() {
		if err := shared.ConfigurePlugin(context.WithoutCancel(t.Context()), shared.app, shared.settings); err != nil {
			t.Error(err)
		}
	})
	for i, on := range []bool{true, false, true} {
		settings := maps.Clone(shared.settings)
		settings["syncdirectmessages"] = on
		if err := shared.ConfigurePlugin(t.Context(), shared.app, settings); err != nil {
			t.Fatal(err)
		}
		if on {
			watched(t, shared.alex, olga)
		} else {
			unlinked(t, l.place.Chat)
		}
		l.write(t, shared.alex, "", fmt.Sprintf("Mattermost %d", i))
		l.say(t, "olga@demo.example", "", fmt.Sprintf("<p>Teams %d</p>", i))
		if on {
			l.post(t, fmt.Sprintf("Teams %d", i))
			l.message(t, fmt.Sprintf("Mattermost %d", i))
		}
	}
	messages, err := l.messages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	posts, err := l.posts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(messages) != 5 || len(posts) != 5 {
		t.Errorf("%d messages and %d posts, want 5: three of each side's own and the two that were written while chats were on", len(messages), len(posts))
	}
}

// unlinked waits until a chat is not carried any more.
func unlinked(t *testing.T, chat teams.ChatID) {
	t.Helper()
	eventually(t, func(ctx context.Context) error {
		_, status, err := shared.CallPlugin(ctx, http.MethodGet, "/api/v1/status", nil)
		if err == nil && strings.Contains(string(status), string(chat)) {
			err = errors.New("the chat is still carried")
		}
		return err
	})
}

func TestAChatWithOneself(t *testing.T) {
	withChats(t, map[string]any{"promptintervalfordmsandgms": 1})
	watched(t, shared.alex)
	l := &link{channel: directOf(t, shared.alex, shared.alex)}
	// Nobody can make that chat in Teams but its owner, who is told so, once.
	whispered := l.whispers(t, shared.alex)
	l.write(t, shared.alex, "", "first in Mattermost")
	if text := <-whispered; !strings.Contains(text, "your own chat") {
		t.Errorf("alex is told %q", text)
	}
	l.place = teams.Place{Chat: newChat(t, teams.OneOnOne, "alex").ID}
	l.say(t, "alex@demo.example", "", "<p>note to self</p>")
	if post := l.post(t, "note to self"); post.UserId != shared.alex.ID {
		t.Errorf("the author is %s, want alex", post.UserId)
	}
	l.write(t, shared.alex, "", "another note")
	l.message(t, "another note")
}

// whispers delivers what the plugin shows to somebody alone in the channel.
func (l *link) whispers(t *testing.T, user *stack.User) <-chan string {
	t.Helper()
	texts := make(chan string, 10)
	socket, err := shared.Mattermost.WebSocket(user)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(socket.Close)
	go func() {
		for event := range socket.EventChannel {
			var post model.Post
			document, _ := event.GetData()["post"].(string)
			if event.EventType() == model.WebsocketEventEphemeralMessage && json.Unmarshal([]byte(document), &post) == nil && post.ChannelId == l.channel.Id {
				texts <- post.Message
			}
		}
	}()
	return texts
}

// Who is in a conversation with somebody of Teams and has no account is reminded, once in the interval.
func TestWhoHasNoAccountIsReminded(t *testing.T) {
	withChats(t, map[string]any{"promptintervalfordmsandgms": 1})
	l := &link{channel: directOf(t, shared.casey, shared.alex)}
	whispered := l.whispers(t, shared.casey)
	l.write(t, shared.casey, "", "casey to alex")
	if text := <-whispered; !strings.Contains(text, "/plugins/com.mattermost.msteams-sync/connect)") || !strings.Contains(text, "`/msteams-sync connect`") {
		t.Errorf("casey is told %q", text)
	}
	l.write(t, shared.casey, "", "casey to alex again")
	// What the plugin does about a later message, it has done about that one.
	group := &link{channel: groupOf(t, shared.casey, shared.alex, shared.blake)}
	inGroup := group.whispers(t, shared.casey)
	group.write(t, shared.casey, "", "casey to all")
	<-inGroup
	select {
	case text := <-whispered:
		t.Errorf("casey is told again: %q", text)
	default:
	}
}

// A group message with somebody who is nobody in Teams stays here, and whoever writes to the others learns why, once.
func TestWhoWritesToSomebodyWhoIsNotInTeamsIsTold(t *testing.T) {
	withChats(t, nil)
	l := &link{channel: groupOf(t, shared.alex, shared.blake, shared.casey)}
	whispered := l.whispers(t, shared.alex)
	l.write(t, shared.alex, "", "alex to blake and casey")
	if text := <-whispered; !strings.Contains(text, "is not sent to Microsoft Teams") || !strings.Contains(text, "(@casey)") {
		t.Errorf("alex is told %q", text)
	}
	l.write(t, shared.alex, "", "alex to both again")
	// What the plugin does about a later message, it has done about that one.
	other := &link{channel: groupOf(t, shared.alex, shared.blake, shared.casey, newConnected(t, "wilma"))}
	inOther := other.whispers(t, shared.alex)
	other.write(t, shared.alex, "", "alex to three")
	<-inOther
	select {
	case text := <-whispered:
		t.Errorf("alex is told again: %q", text)
	default:
	}
}

// A server lets nobody begin a direct message with a mirrored user: the command does.
func TestAConversationWithSomebodyOfTeamsIsOpened(t *testing.T) {
	withChats(t, nil)
	watched(t, shared.alex)
	room := newLink(t)
	upn := inTeamsOnly(t, "yara")
	room.say(t, upn, "", "<p>yara is here</p>")
	yara := room.post(t, "yara is here").UserId
	if _, response, err := shared.alex.Client.CreateDirectChannel(t.Context(), shared.alex.ID, yara); err == nil {
		t.Log("this server opens direct messages with mirrored users by itself")
	} else if response.StatusCode >= http.StatusInternalServerError {
		t.Fatal(err)
	}
	answer, err := shared.Command(t.Context(), shared.alex, room.channel.Id, "/msteams-sync chat @msteams_yara_demo")
	if err != nil || !strings.Contains(answer, "is open") {
		t.Fatalf("the command answers %q, %v", answer, err)
	}
	channel, _, err := shared.alex.Client.GetChannelByName(t.Context(), model.GetDMNameFromIds(shared.alex.ID, yara), shared.team.Id, "")
	if err != nil {
		t.Fatal(err)
	}
	l := &link{channel: channel}
	l.write(t, shared.alex, "", "hello yara")
	l.place.Chat = chatBetween(t, "alex", "yara").ID
	if message := l.message(t, "hello yara"); message.From.User.DisplayName != "Alex Demo" {
		t.Errorf("it is by %q", message.From.User.DisplayName)
	}
	l.say(t, upn, "", "<p>hello alex</p>")
	if post := l.post(t, "hello alex"); post.UserId != yara {
		t.Errorf("the answer is by %s", post.UserId)
	}
	l.write(t, shared.alex, "", "and again")
	l.message(t, "and again")
	if chats := chatsBetween(t, "alex", "yara"); len(chats) != 1 {
		t.Errorf("%d chats were made", len(chats))
	}
	// Somebody who was never seen has an address.
	unseen := inTeamsOnly(t, "ysolde")
	for command, want := range map[string]string{unseen: "is open", "nobody@demo.example": "Nobody here stands for"} {
		if answer, err := shared.Command(t.Context(), shared.alex, room.channel.Id, "/msteams-sync chat "+command); err != nil || !strings.Contains(answer, want) {
			t.Errorf("for %s the command answers %q, %v", command, answer, err)
		}
	}
	ysolde, _, err := shared.alex.Client.GetChannelByName(t.Context(), model.GetDMNameFromIds(shared.alex.ID, shared.mirrorOf(t, "ysolde")), shared.team.Id, "")
	if err != nil {
		t.Fatal(err)
	}
	first := &link{channel: ysolde}
	first.write(t, shared.alex, "", "hello ysolde")
	first.place.Chat = chatBetween(t, "alex", "ysolde").ID
	first.message(t, "hello ysolde")
	if answer, err := shared.Command(t.Context(), shared.casey, room.channel.Id, "/msteams-sync chat @msteams_yara_demo"); err != nil || !strings.Contains(answer, "Connect your") {
		t.Errorf("without an account the command answers %q, %v", answer, err)
	}
	// The list of mirrored users has her, too.
	code, list := call(t, shared.Mattermost.Admin(), http.MethodGet, "/api/v1/mirrored-users", "")
	if code != http.StatusOK || !strings.Contains(list, `"mattermost_user_id":"`+yara+`"`) {
		t.Errorf("the list of mirrored users is %d %s", code, list)
	}
}

func TestDirectMessagesAreCarriedThatWereWrittenWhileThePluginWasDisabled(t *testing.T) {
	withChats(t, nil)
	hugo, ivy := newConnected(t, "hugo"), newConnected(t, "ivy")
	watched(t, hugo, ivy)
	written := &link{channel: directOf(t, shared.alex, hugo)}
	said := &link{channel: directOf(t, shared.alex, ivy), place: teams.Place{Chat: newChat(t, teams.OneOnOne, "alex", "ivy").ID}}
	if err := shared.DisablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	written.write(t, shared.alex, "", "written while disabled")
	said.say(t, "ivy@demo.example", "", "<p>said while disabled</p>")
	if err := shared.EnablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	written.place.Chat = chatBetween(t, "alex", "hugo").ID
	written.message(t, "written while disabled")
	said.post(t, "said while disabled")
	said.write(t, shared.alex, "", "answer")
	said.message(t, "answer")
}
