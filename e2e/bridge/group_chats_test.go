//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// membersOf are the ids of a channel's members, without the plugin's bot.
func membersOf(ctx context.Context, channel string) (ids []string, err error) {
	members, _, err := shared.Mattermost.Client().GetChannelMembers(ctx, channel, 0, 100, "")
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		user, _, err := shared.Mattermost.Client().GetUser(ctx, m.UserId, "")
		if err != nil {
			return nil, err
		}
		if !user.IsBot {
			ids = append(ids, m.UserId)
		}
	}
	return ids, nil
}

func hasMembers(t *testing.T, channel string, people ...*stack.User) {
	t.Helper()
	var want []string
	for _, p := range people {
		want = append(want, p.ID)
	}
	slices.Sort(want)
	eventually(t, func(ctx context.Context) error {
		got, err := membersOf(ctx, channel)
		slices.Sort(got)
		if err == nil && !slices.Equal(got, want) {
			err = fmt.Errorf("members %v, want %v", got, want)
		}
		return err
	})
}

func TestALargeGroupChatIsAPrivateChannel(t *testing.T) {
	withChats(t, nil)
	people := []*stack.User{shared.alex, shared.blake}
	names := []string{"alex", "blake"}
	for i := range 7 {
		name := fmt.Sprintf("large%d", i)
		people, names = append(people, newConnected(t, name)), append(names, name)
	}
	watched(t, people...)
	chat := newChat(t, teams.Group, names...)
	l := &link{place: teams.Place{Chat: chat.ID}}
	l.say(t, "large3@demo.example", "", "<p>welcome to the nine</p>")
	l.channel = privateChannelWith(t, shared.alex, "welcome to the nine")
	hasMembers(t, l.channel.Id, people...)
	l.write(t, shared.alex, "", "alex to the nine")
	if m := l.message(t, "alex to the nine"); m.From.User.DisplayName != "Alex Demo" {
		t.Errorf("the author is %q, want Alex Demo", m.From.User.DisplayName)
	}
	l.post(t, "This channel shows a Microsoft Teams chat.")
	if posts, err := l.messages(t.Context()); err != nil || len(posts) != 2 {
		t.Errorf("%d messages in Teams, %v, want two: the notice stays in Mattermost", len(posts), err)
	}

	// Its members follow those of the chat.
	if err := shared.Emulator.Teams().RemoveFromChat("alex@demo.example", chat.ID, "large6@demo.example"); err != nil {
		t.Fatal(err)
	}
	hasMembers(t, l.channel.Id, people[:8]...)
	// Who is added in Mattermost is added in Teams, and who cannot be leaves again.
	for _, user := range []*stack.User{people[8], shared.casey} {
		if _, _, err := shared.alex.Client.AddChannelMember(t.Context(), l.channel.Id, user.ID); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, func(context.Context) error {
		if !shared.Emulator.Teams().InChat(chat.ID, teamsID(t, "large6")) {
			return errors.New("who was added in Mattermost is not in the chat")
		}
		return nil
	})
	hasMembers(t, l.channel.Id, people...)
}

// TestALargeGroupChatWithMirroredPeople: most of a tenant has no account here, and is in no team.
func TestALargeGroupChatWithMirroredPeople(t *testing.T) {
	withChats(t, nil)
	watched(t, shared.alex)
	names := []string{"alex", "blake"}
	for i := range 7 {
		name := fmt.Sprintf("afar%d", i)
		inTeamsOnly(t, name)
		names = append(names, name)
	}
	l := &link{place: teams.Place{Chat: newChat(t, teams.Group, names...).ID}}
	l.say(t, "afar3@demo.example", "", "<p>welcome to nine from afar</p>")
	l.channel = privateChannelWith(t, shared.alex, "welcome to nine from afar")
	if post := l.post(t, "welcome to nine from afar"); post.UserId != shared.mirrorOf(t, "afar3") {
		t.Errorf("it is by %s", post.UserId)
	}
	people := []*stack.User{shared.alex, shared.blake}
	for _, name := range names[2:] {
		people = append(people, &stack.User{ID: shared.mirrorOf(t, name)})
	}
	hasMembers(t, l.channel.Id, people...)
	l.write(t, shared.blake, "", "blake to nine")
	l.message(t, "blake to nine")
}

func TestAGroupMessageWhoseChatGetsAnotherMemberGoesOnInAPrivateChannel(t *testing.T) {
	withChats(t, nil)
	jack, kim := newConnected(t, "jack"), newConnected(t, "kim")
	watched(t, shared.alex, shared.blake, jack, kim)
	chat := newChat(t, teams.Group, "alex", "blake", "jack")
	l := &link{channel: groupOf(t, shared.alex, shared.blake, jack), place: teams.Place{Chat: chat.ID}}
	l.say(t, "jack@demo.example", "", "<p>three of us</p>")
	l.post(t, "three of us")
	if err := shared.Emulator.Teams().AddToChat("alex@demo.example", chat.ID, "kim@demo.example", ""); err != nil {
		t.Fatal(err)
	}
	l.say(t, "kim@demo.example", "", "<p>four of us</p>")
	moved := &link{channel: privateChannelWith(t, kim, "four of us"), place: l.place}
	hasMembers(t, moved.channel.Id, shared.alex, shared.blake, jack, kim)
	l.post(t, "It goes on in the private channel")
	moved.write(t, kim, "", "hello from Mattermost")
	moved.message(t, "hello from Mattermost")
}

// TestAMeetingWithAnotherOrganisation: somebody for whom nobody in Mattermost stands is shown by name, and the chat goes into no
// group message, whose members would not know who reads along.
func TestAMeetingWithAnotherOrganisation(t *testing.T) {
	withChats(t, nil)
	lena := newConnected(t, "lena")
	watched(t, shared.alex, shared.blake, lena)
	visitor := teams.Person{ID: uuid.NewString(), DisplayName: "Vera Visitor", UserPrincipalName: "vera@elsewhere.example", TenantID: uuid.NewString(), Licensed: true}
	if err := shared.Emulator.Teams().AddForeigner(visitor); err != nil {
		t.Fatal(err)
	}
	chat := newChat(t, teams.Meeting, "alex", "blake", "lena", visitor.ID)
	l := &link{place: teams.Place{Chat: chat.ID}}
	l.say(t, visitor.ID, "", "<p>hello from outside</p>")
	l.channel = privateChannelWith(t, shared.alex, "hello from outside")
	hasMembers(t, l.channel.Id, shared.alex, shared.blake, lena)
	if post := l.post(t, "hello from outside"); post.Message != "**Vera Visitor:** hello from outside" {
		t.Errorf("the post is %q, want it under the visitor's name", post.Message)
	}
	if notice := l.post(t, "This channel shows a Microsoft Teams chat."); !strings.Contains(notice.Message, "Vera Visitor") {
		t.Errorf("the notice %q does not name who reads along", notice.Message)
	}
	l.write(t, lena, "", "hello from inside")
	l.message(t, "hello from inside")

	// A file goes to those who can open it, and its author is told who cannot.
	content := []byte("minutes of the meeting")
	l.writeWith(t, lena, "the minutes", l.upload(t, lena, "minutes.txt", content))
	if files, err := filesInTeams(l.message(t, "the minutes")); err != nil || !slices.Equal(files, []string{named("minutes.txt", content)}) {
		t.Errorf("the message shows %q, %v", files, err)
	}
	told(t, lena, "minutes.txt: Vera Visitor")
}

// TestAChatOfTwoWithAnotherOrganisation: a direct message needs a user for the other, and there is none.
func TestAChatOfTwoWithAnotherOrganisation(t *testing.T) {
	withChats(t, nil)
	watched(t, shared.alex)
	visitor := teams.Person{ID: uuid.NewString(), DisplayName: "Willem Visitor", UserPrincipalName: "willem@elsewhere.example", TenantID: uuid.NewString(), Licensed: true}
	if err := shared.Emulator.Teams().AddForeigner(visitor); err != nil {
		t.Fatal(err)
	}
	l := &link{place: teams.Place{Chat: newChat(t, teams.OneOnOne, "alex", visitor.ID).ID}}
	message := l.say(t, visitor.ID, "", "<p>willem from outside</p>")
	l.channel = privateChannelWith(t, shared.alex, "willem from outside")
	hasMembers(t, l.channel.Id, shared.alex)
	if post := l.post(t, "willem from outside"); post.Message != "**Willem Visitor:** willem from outside" || l.channel.DisplayName != "Willem Visitor" {
		t.Errorf("the post in %q is %q", l.channel.DisplayName, post.Message)
	}
	l.write(t, shared.alex, "", "alex to willem")
	if m := l.message(t, "alex to willem"); m.From.User.DisplayName != "Alex Demo" {
		t.Errorf("the answer is by %q", m.From.User.DisplayName)
	}
	editInTeams(t, visitor.ID, message, "<p>willem, edited</p>")
	l.post(t, "willem, edited")
	// Nobody else could open a file, so the message goes without it and its author is told.
	l.writeWith(t, shared.alex, "a file for willem", l.upload(t, shared.alex, "only-here.txt", []byte("only here")))
	if m := l.message(t, "a file for willem"); len(m.Attachments) != 0 || !strings.Contains(m.Text(), "only-here.txt") {
		t.Errorf("the message is %q with %d attachments", m.Text(), len(m.Attachments))
	}
	told(t, shared.alex, "people of other organisations")
}

// TestPeopleOfOtherOrganisationsAreMirroredInChats: with the setting they are like anybody without an account.
func TestPeopleOfOtherOrganisationsAreMirroredInChats(t *testing.T) {
	withChats(t, map[string]any{"syncguestusers": true})
	watched(t, shared.alex, shared.blake)
	zoe := teams.Person{ID: uuid.NewString(), DisplayName: "Zoe Zeta", UserPrincipalName: "zoe@elsewhere.example", TenantID: uuid.NewString(), Licensed: true}
	if err := shared.Emulator.Teams().AddForeigner(zoe); err != nil {
		t.Fatal(err)
	}
	two := &link{place: teams.Place{Chat: newChat(t, teams.OneOnOne, "alex", zoe.ID).ID}}
	two.say(t, zoe.ID, "", "<p>zoe to alex</p>")
	two.channel = channelWith(t, shared.alex, model.ChannelTypeDirect, "zoe to alex")
	if post := two.post(t, "zoe to alex"); post.Message != "zoe to alex" || readUser(t, post.UserId).Nickname != "Zoe Zeta" {
		t.Errorf("the post is %q by %s", post.Message, post.UserId)
	}
	two.write(t, shared.alex, "", "alex to zoe")
	two.message(t, "alex to zoe")
	three := &link{place: teams.Place{Chat: newChat(t, teams.Group, "alex", "blake", zoe.ID).ID}}
	three.say(t, zoe.ID, "", "<p>zoe to both</p>")
	three.channel = channelWith(t, shared.alex, model.ChannelTypeGroup, "zoe to both")
	three.write(t, shared.blake, "", "blake to all")
	three.message(t, "blake to all")
}

func TestADirectMessageWaitsForItsAuthorsAccount(t *testing.T) {
	withChats(t, nil)
	mia := newConnected(t, "mia")
	watched(t, shared.alex, mia)
	l := &link{channel: directOf(t, shared.alex, mia)}
	l.write(t, shared.alex, "", "first of alex")
	l.place.Chat = chatBetween(t, "alex", "mia").ID
	l.message(t, "first of alex")

	what := entra.Revocation{AppID: shared.app.ClientID, UserID: teamsID(t, "mia")}
	shared.Emulator.Entra().RevokeRefreshTokens(what)
	shared.Emulator.Entra().RevokeAccessTokens(what)
	l.write(t, mia, "", "of mia, who lost her account")
	l.write(t, shared.alex, "", "second of alex")
	l.message(t, "second of alex")
	if messages, err := l.messages(t.Context()); err != nil || len(messages) != 2 {
		t.Errorf("%d messages, %v, want those of alex only", len(messages), err)
	}
	if err := shared.Connect(t.Context(), mia, stack.DemoCredentials("mia")); err != nil {
		t.Fatal(err)
	}
	if m := l.message(t, "of mia"); m.From.User.DisplayName != "mia Demo" {
		t.Errorf("the author is %q, want mia Demo", m.From.User.DisplayName)
	}
}

// TestAnUnknownChatIsFoundAfterAGap: what was written first in a chat while its notifications were lost.
func TestAnUnknownChatIsFoundAfterAGap(t *testing.T) {
	withChats(t, nil)
	nora := newConnected(t, "nora")
	watched(t, shared.alex, nora)
	l := &link{channel: directOf(t, shared.alex, nora), place: teams.Place{Chat: newChat(t, teams.OneOnOne, "alex", "nora").ID}}
	withhold, err := shared.Emulator.Faults().Add(faults.Rule{Effect: faults.Withhold, Route: fmt.Sprintf("* /chats/%s/**", l.place.Chat)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shared.Emulator.Faults().Remove(withhold.ID) })
	l.say(t, "nora@demo.example", "", "<p>nobody was told</p>")
	if err := shared.Emulator.Faults().Remove(withhold.ID); err != nil {
		t.Fatal(err)
	}
	for _, s := range shared.Emulator.Subscriptions().All() {
		if strings.Contains(strings.ToLower(s.Resource), teamsID(t, "nora")) {
			if err := shared.Emulator.Subscriptions().Announce(s.ID, notify.SubscriptionRemoved); err != nil {
				t.Fatal(err)
			}
		}
	}
	l.post(t, "nobody was told")
	l.write(t, shared.alex, "", "found it")
	l.message(t, "found it")
}

func TestChatsAreInTheStatus(t *testing.T) {
	withChats(t, nil)
	watched(t, shared.alex, shared.blake)
	chat := newChat(t, teams.OneOnOne, "alex", "blake")
	l := &link{channel: directOf(t, shared.alex, shared.blake), place: teams.Place{Chat: chat.ID}}
	l.say(t, "blake@demo.example", "", "<p>in the status</p>")
	l.post(t, "in the status")
	eventually(t, func(ctx context.Context) error {
		code, status, err := shared.CallPlugin(ctx, http.MethodGet, "/api/v1/status", nil)
		switch {
		case err != nil:
			return err
		case code != http.StatusOK:
			return fmt.Errorf("HTTP %d", code)
		}
		var answer struct {
			Links []struct {
				TeamsChannelID string `json:"teams_channel_id"`
			} `json:"links"`
			Chats []struct {
				ChannelID string `json:"channel_id"`
				ChatID    string `json:"teams_chat_id"`
				Kind      string `json:"kind"`
			} `json:"chats"`
		}
		if err := json.Unmarshal(status, &answer); err != nil {
			return err
		}
		for _, link := range answer.Links {
			if link.TeamsChannelID == string(chat.ID) {
				return errors.New("the chat is among the links of channels")
			}
		}
		for _, c := range answer.Chats {
			if c.ChatID == string(chat.ID) && c.ChannelID == l.channel.Id && c.Kind == "oneOnOne" {
				return nil
			}
		}
		return fmt.Errorf("the chat is not among %+v", answer.Chats)
	})
}
