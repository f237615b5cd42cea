//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

const (
	cardType = "application/vnd.microsoft.card."
	teamType = "application/vnd.microsoft.teams."
)

// attached is a draft of a message with one attachment behind its text.
func attached(html, contentType, name string, content any) teams.Draft {
	document, err := json.Marshal(content)
	if err != nil {
		panic(err)
	}
	text := string(document)
	return teams.Draft{
		Body:        teams.HTML(html + `<attachment id="a1"></attachment>`),
		Attachments: []teams.Attachment{{ID: "a1", ContentType: contentType, Content: &text, Name: &name}},
	}
}

type object = map[string]any

// sayAs writes a message as an application, or as somebody in Teams when the application has no name.
func (l *link) sayAs(t *testing.T, app teams.Application, draft teams.Draft) *teams.Message {
	t.Helper()
	state := shared.Emulator.Teams()
	write := func() (*teams.Message, error) { return state.Post(shared.drew, l.place, "", draft) }
	if app.Name != "" {
		write = func() (*teams.Message, error) { return state.PostAsApplication(app, l.place, "", draft) }
	}
	message, err := write()
	if err != nil {
		t.Fatal(err)
	}
	return message
}

func TestKindsOfTeamsArriveInMattermost(t *testing.T) {
	l := newLink(t)
	for name, test := range map[string]struct {
		app   string
		draft teams.Draft
		want  string // <message> is the message's address in Teams
	}{
		"an adaptive card of a bot": {"Expenses", attached("", cardType+"adaptive", "", object{
			"body": []object{
				{"type": "TextBlock", "text": "Report 77", "weight": "bolder"},
				{"type": "FactSet", "facts": []object{{"title": "Total", "value": "412.80"}, {"title": "State", "value": "_open_"}}},
			},
			"actions": []object{{"type": "Action.OpenUrl", "title": "Open report", "url": "https://expenses.example/77"}, {"type": "Action.Execute", "title": "Approve"}},
		}), "**Expenses:** **Report 77**\n\n- **Total:** 412.80\n- **State:** *open*\n\n[Open report](https://expenses.example/77) · [Approve (in Microsoft Teams)](<message>)"},
		"a hero card": {"Monorail", attached("", cardType+"hero", "", object{
			"title": "Monorail", "text": "It links <b>both</b>.", "buttons": []object{{"type": "openUrl", "title": "Website", "value": "https://monorail.example"}},
		}), "**Monorail:** **Monorail**\n\nIt links **both**.\n\n[Website](https://monorail.example)"},
		"a connector's card": {"Azure DevOps", attached("", teamType+"card.o365connector", "", object{
			"title": "Build 4711", "sections": []object{{"facts": []object{{"name": "Branch", "value": "main"}}}},
			"potentialAction": []object{{"@type": "OpenUri", "name": "Open", "targets": []object{{"os": "default", "uri": "https://ci.example/4711"}}}},
		}), "**Azure DevOps:** **Build 4711**\n\n- **Branch:** main\n\n[Open](https://ci.example/4711)"},
		"a poll": {"Polls", attached("", cardType+"adaptive", "", object{
			"body": []object{{"type": "TextBlock", "text": "Where do we eat?"}, {"type": "Input.ChoiceSet", "label": "Your choice", "choices": []object{{"title": "Pizza"}, {"title": "Sushi"}}}},
		}), "**Polls:** Where do we eat?\n\n**Your choice:**\n\n- Pizza\n- Sushi"},
		"praise": {"", attached("<p>well done</p>", cardType+"adaptive", "Praise", object{
			"body": []object{{"type": "TextBlock", "text": "Team Player"}, {"type": "TextBlock", "text": "<at>Blake Demo</at>"}},
		}), "well done\n\nTeam Player\n\n@\u2060Blake Demo"},
		"an announcement": {"", attached("<p>as of Monday</p>", teamType+"messaging-announcementBanner", "", object{"title": "We are moving"}),
			"as of Monday\n\n**We are moving**"},
		"a forwarded message": {"", attached("<p>see this</p>", "forwardedMessageReference", "", object{
			"originalMessageContent": "<p>ship it <i>today</i></p>", "originalSentDateTime": "2026-02-03T10:11:12.123Z",
			"originalMessageSender": object{"user": object{"displayName": "Sasha"}},
		}), "see this\n\n> **Forwarded from Sasha, 2026-02-03 10:11 UTC:** ship it *today*"},
		"a quote": {"", attached("", "messageReference", "", object{
			"messageId": "1", "messagePreview": "at noon?", "messageSender": object{"user": object{"displayName": "Sasha"}},
		}), "> **Sasha:** at noon?"},
		"a loop component": {"", attached("", cardType+"fluidEmbedCard", "", object{"componentUrl": "https://loop.example/c"}),
			"**Loop component** ([open it](https://loop.example/c))"},
		"a voice message": {"", attached("", cardType+"audio", "", object{"duration": "PT4.2S"}),
			"**Voice message:** 4s ([open in Microsoft Teams](<message>))"},
		"a meeting": {"", attached("", "meetingReference", "", object{"subject": "Weekly"}),
			"**Meeting:** Weekly ([open in Microsoft Teams](<message>))"},
		"a card that nobody knows": {"Future", attached("", cardType+"hologram", "", object{"depth": 3}),
			"**Future:** **Card (hologram)** ([open in Microsoft Teams](<message>))"},
	} {
		t.Run(name, func(t *testing.T) {
			message := l.sayAs(t, teams.Application{Name: test.app}, test.draft)
			want := strings.ReplaceAll(test.want, "<message>", *message.WebURL)
			l.showsAmong(t, want)
		})
	}
}

func TestCodeSnippetsShowTheirCode(t *testing.T) {
	l := newLink(t)
	snippet := func(place, code string) teams.Draft {
		draft := attached("<p>try "+place+"</p>", cardType+"codesnippet", "", object{"language": "python", "lines": 2, "name": place + ".py"})
		draft.Snippets = map[string]string{"a1": code}
		return draft
	}
	message := l.sayAs(t, teams.Application{}, snippet("this", "if it:\n    go()\n"))
	post := l.showsAmong(t, "try this\n\n**this.py**\n\n```python\nif it:\n    go()\n```")
	draft := snippet("now", "if it:\n    go()\n")
	edited := *message.Attachments[0].Content
	draft.Attachments[0].Content = &edited
	if _, err := shared.Emulator.Teams().Edit(shared.drew, message.Ref(), teams.Edit{Body: &draft.Body, Attachments: draft.Attachments}); err != nil {
		t.Fatal(err)
	}
	l.shows(t, post, "try now\n\n**this.py**\n\n```python\nif it:\n    go()\n```")

	long := l.sayAs(t, teams.Application{}, snippet("all", strings.Repeat("a line of code\n", 2000)))
	l.post(t, "*(3/3)*")
	if posts, messages := l.counts(t); posts != 4 || messages != 2 {
		t.Errorf("%d posts and %d messages, want 4 and 2", posts, messages)
	}
	// What cannot be had is named.
	lost := snippet("lost", "")
	lost.Snippets = nil
	address := strings.Replace(*long.Attachments[0].Content, "/hostedContents/", "/hostedContents/gone", 1)
	lost.Attachments[0].Content = &address
	gone := l.sayAs(t, teams.Application{}, lost)
	l.showsAmong(t, "try lost\n\n**Code snippet:** all.py ([open in Microsoft Teams]("+*gone.WebURL+"))")
}

// showsAmong waits for a post with exactly this text.
func (l *link) showsAmong(t *testing.T, text string) (found *model.Post) {
	t.Helper()
	eventually(t, func(ctx context.Context) error {
		posts, err := l.posts(ctx)
		if err != nil {
			return err
		}
		for _, p := range posts {
			if p.Message == text {
				found = p
				return nil
			}
		}
		if len(posts) == 0 {
			return fmt.Errorf("there is no post")
		}
		return fmt.Errorf("no post shows\n%q, the last shows\n%q", text, posts[len(posts)-1].Message)
	})
	return found
}

func TestACardIsEdited(t *testing.T) {
	l := newLink(t)
	app := teams.Application{Name: "Polls"}
	votes := func(n int) teams.Draft {
		return attached("", cardType+"adaptive", "", object{"body": []object{{"type": "TextBlock", "text": fmt.Sprintf("Pizza? %d votes", n)}}})
	}
	message := l.sayAs(t, app, votes(0))
	l.post(t, "0 votes")
	draft := votes(3)
	if _, err := shared.Emulator.Teams().EditAsApplication(app, message.Ref(), teams.Edit{Body: &draft.Body, Attachments: draft.Attachments}); err != nil {
		t.Fatal(err)
	}
	l.showsAmong(t, "**Polls:** Pizza? 3 votes")
}

// An edit in Mattermost leaves what the message shows by itself as it is, and does not show it twice.
func TestEditsKeepWhatAMessageShowsByItself(t *testing.T) {
	l := newLink(t)
	forward := attached("<p>see this</p>", "forwardedMessageReference", "", object{
		"originalMessageContent": "<p>ship it <i>today</i></p>", "originalMessageSender": object{"user": object{"displayName": "Sasha"}},
	})
	card := attached("<p>see that</p>", cardType+"adaptive", "", object{"body": []object{{"type": "TextBlock", "text": "Report 77"}}})
	const gif = `<img src="https://media.example/cat.gif" alt="a cat" width="200"/>`
	for name, test := range map[string]struct {
		draft       teams.Draft
		shown, want string // <cut> is where the attachment stands
	}{
		"a forwarded message":      {forward, "see this\n\n> **Forwarded from Sasha:** ship it *today*", `<p>look at this</p><attachment id="a1"></attachment>`},
		"a card":                   {card, "see that\n\nReport 77", `<p>look at that</p><attachment id="a1"></attachment>`},
		"a picture from elsewhere": {teams.Draft{Body: teams.HTML("<p>see " + gif + " there</p>")}, "see [a cat](https://media.example/cat.gif) there", "<p>look at " + gif + " there</p>"},
	} {
		t.Run(name, func(t *testing.T) {
			message, err := shared.Emulator.Teams().Post("alex@demo.example", l.place, "", test.draft)
			if err != nil {
				t.Fatal(err)
			}
			post := l.showsAmong(t, test.shown)
			text := strings.Replace(test.shown, "see", "look at", 1)
			edit(t, shared.alex, post, text)
			l.showsInTeams(t, message, "look at")
			now, err := shared.Emulator.Teams().Message(message.Ref())
			if err != nil {
				t.Fatal(err)
			}
			if now.Text() != test.want || len(now.Attachments) != len(test.draft.Attachments) {
				t.Errorf("the message is %q with %d attachments, want %q with %d", now.Text(), len(now.Attachments), test.want, len(test.draft.Attachments))
			}
			body := teams.HTML(strings.Replace(now.Text(), "look at", "well:", 1))
			if _, err := shared.Emulator.Teams().Edit("alex@demo.example", now.Ref(), teams.Edit{Body: &body, Attachments: now.Attachments}); err != nil {
				t.Fatal(err)
			}
			l.shows(t, post, strings.Replace(test.shown, "see", "well:", 1))
		})
	}
}

// What Teams refuses is told to whoever did it, once.
func TestARefusedEditIsTold(t *testing.T) {
	l := newLink(t)
	post := l.write(t, shared.alex, "", "as it was sent")
	message := l.message(t, "as it was sent")
	rule, err := shared.Emulator.Faults().Add(faults.Rule{Effect: faults.Status, Status: http.StatusForbidden, Route: fmt.Sprintf("PATCH /teams/*/channels/%s/messages/**", l.place.Channel)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shared.Emulator.Faults().Remove(rule.ID) })
	for _, text := range []string{"edited once", "edited twice"} {
		edit(t, shared.alex, post, text)
		told(t, shared.alex, "> _edited once_")
	}
	l.write(t, shared.alex, "", "after the edits")
	l.message(t, "after the edits")
	if now, err := shared.Emulator.Teams().Message(message.Ref()); err != nil || now.Text() != message.Text() {
		t.Errorf("the message shows %q, %v", now.Text(), err)
	}
	if notices, err := fromTheBot(t.Context(), shared.alex); err != nil || strings.Contains(notices, "edited twice") {
		t.Errorf("told again: %q, %v", notices, err)
	}
}

// Nobody knows which admin edited a mirrored user's post, and nobody reads what a mirrored user is told: the bot answers the post.
func TestAnEditOfAMirroredUsersPostIsToldBelowIt(t *testing.T) {
	l := newLink(t)
	message := l.say(t, shared.drew, "", "<p>drew wrote this</p>")
	post := l.post(t, "drew wrote this")
	admin := shared.Mattermost.Admin()
	for _, text := range []string{"an admin wrote this", "an admin wrote that"} {
		edit(t, admin, post, text)
		answer := l.post(t, "was not carried to Microsoft Teams")
		if answer.RootId != post.Id || answer.UserId != shared.bridgeBot(t) {
			t.Errorf("the answer is by %s in thread %q", answer.UserId, answer.RootId)
		}
	}
	if posts, messages := l.counts(t); posts != 2 || messages != 1 {
		t.Errorf("%d posts and %d messages, want the post with one answer, and the message", posts, messages)
	}
	if now, err := shared.Emulator.Teams().Message(message.Ref()); err != nil || now.Text() != message.Text() {
		t.Errorf("the message shows %q, %v", now.Text(), err)
	}
}

func TestSubjectsAreHeadings(t *testing.T) {
	l := newLink(t)
	subject, another := "the subject", "another subject"
	message := l.sayAs(t, teams.Application{}, teams.Draft{Body: teams.HTML("<p>below it</p>"), Subject: &subject})
	post := l.showsAmong(t, "## the subject\nbelow it")
	if _, err := shared.Emulator.Teams().Edit(shared.drew, message.Ref(), teams.Edit{Subject: &another}); err != nil {
		t.Fatal(err)
	}
	l.shows(t, post, "## another subject\nbelow it")
}

func TestImportanceCrossesEachWay(t *testing.T) {
	l := newLink(t)
	state := shared.Emulator.Teams()
	for importance, priority := range map[string]string{"high": "important", "urgent": "urgent"} {
		root, err := state.Post("blake@demo.example", l.place, "", teams.Draft{Body: teams.HTML("<p>root of " + importance + "</p>"), Importance: importance})
		if err != nil {
			t.Fatal(err)
		}
		post := l.post(t, "root of "+importance)
		if got := post.GetPriority(); got == nil || got.Priority == nil || *got.Priority != priority {
			t.Errorf("a message of importance %s has the priority %+v, want %s", importance, got, priority)
		}
		if post.Message != "root of "+importance {
			t.Errorf("its text is %q", post.Message)
		}
		if _, err := state.Post("blake@demo.example", l.place, root.ID, teams.Draft{Body: teams.HTML("<p>reply of " + importance + "</p>"), Importance: importance}); err != nil {
			t.Fatal(err)
		}
		label := map[string]string{"high": "**Important!**", "urgent": "**Urgent!**"}[importance]
		l.showsAmong(t, label+"\nreply of "+importance)

		name := priority
		if _, _, err := shared.alex.Client.CreatePost(t.Context(), &model.Post{ChannelId: l.channel.Id, Message: "post of " + priority,
			Metadata: &model.PostMetadata{Priority: &model.PostPriority{Priority: &name, RequestedAck: new(bool), PersistentNotifications: new(bool)}}}); err != nil {
			t.Fatal(err)
		}
		if message := l.message(t, "post of "+priority); message.Importance != importance {
			t.Errorf("a post of priority %s has the importance %s, want %s", priority, message.Importance, importance)
		}
	}
	if posts, messages := l.counts(t); posts != 6 || messages != 6 {
		t.Errorf("%d posts and %d messages, want 6 each", posts, messages)
	}
}

func TestKindsOfMattermostArriveInTeams(t *testing.T) {
	l := newLink(t)
	attachments := []*model.MessageAttachment{{
		Pretext: "New build", Title: "Build 7", TitleLink: "https://ci.example/7", Text: "It **failed**.",
		Fields:  []*model.MessageAttachmentField{{Title: "Branch", Value: "main"}},
		Actions: []*model.PostAction{{Name: "Retry", Type: "button", Integration: &model.PostActionIntegration{URL: "https://ci.example/retry"}}},
	}}
	post := &model.Post{ChannelId: l.channel.Id, Message: "see below"}
	post.AddProp("attachments", attachments)
	post, _, err := shared.alex.Client.CreatePost(t.Context(), post)
	if err != nil {
		t.Fatal(err)
	}
	message := l.message(t, "see below")
	for _, want := range []string{
		"<p>see below</p>", "<p>New build</p>", `<strong><a href="https://ci.example/7">Build 7</a></strong>`, "It <strong>failed</strong>.",
		"<strong>Branch:</strong> main", `/_redirect/pl/` + post.Id + `">Retry</a>`,
	} {
		if !strings.Contains(message.Text(), want) {
			t.Errorf("%q is not in %s", want, message.Text())
		}
	}
	// Its integration changes it, as a poll does with each vote.
	patched := model.StringInterface{"attachments": []*model.MessageAttachment{{Title: "Build 7", Text: "It passed."}}}
	if _, _, err := shared.alex.Client.PatchPost(t.Context(), post.Id, &model.PostPatch{Props: &patched}); err != nil {
		t.Fatal(err)
	}
	l.showsInTeams(t, message, "It passed.")

	// A webhook posts under a name of its own.
	config, _, err := shared.Mattermost.Client().GetConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	*config.ServiceSettings.EnableIncomingWebhooks, *config.ServiceSettings.EnablePostUsernameOverride = true, true
	if _, _, err := shared.Mattermost.Client().PatchConfig(t.Context(), &model.Config{ServiceSettings: model.ServiceSettings{
		EnableIncomingWebhooks: config.ServiceSettings.EnableIncomingWebhooks, EnablePostUsernameOverride: config.ServiceSettings.EnablePostUsernameOverride,
	}}); err != nil {
		t.Fatal(err)
	}
	hook, _, err := shared.Mattermost.Client().CreateIncomingWebhook(t.Context(), &model.IncomingWebhook{ChannelId: l.channel.Id, UserId: shared.Mattermost.Admin().ID})
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(object{"username": "Weather", "attachments": []object{{"fallback": "only a fallback: rain"}}})
	if err != nil {
		t.Fatal(err)
	}
	response, err := shared.Mattermost.HTTPClient().Post(shared.Mattermost.URL+"/hooks/"+hook.Id, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("the webhook answered %s", response.Status)
	}
	if message := l.message(t, "rain"); !strings.Contains(message.Text(), "<p><strong>Weather:</strong> only a fallback: rain") {
		t.Errorf("the webhook's post is %s", message.Text())
	}

	// /me is what the person does.
	if _, _, err := shared.alex.Client.ExecuteCommand(t.Context(), l.channel.Id, "/me waves"); err != nil {
		t.Fatal(err)
	}
	if message := l.message(t, "waves"); !strings.Contains(message.Text(), "<em>waves</em>") {
		t.Errorf("/me waves is %s", message.Text())
	}

	// A post of a plugin, of a type of its own, which only that plugin's web app draws.
	custom := &model.Post{ChannelId: l.channel.Id, Message: "alex started a call", Type: "custom_calls"}
	if _, _, err := shared.alex.Client.CreatePost(t.Context(), custom); err != nil {
		t.Fatal(err)
	}
	l.message(t, "alex started a call")
}

func TestSystemMessagesBySetting(t *testing.T) {
	l := newLink(t)
	happen := func(detail string) {
		t.Helper()
		if _, err := shared.Emulator.Teams().Happen(l.place, json.RawMessage(detail)); err != nil {
			t.Fatal(err)
		}
	}
	const renamed = `{"@odata.type":"#microsoft.graph.channelRenamedEventMessageDetail","channelDisplayName":"Lunch","initiator":{"user":{"displayName":"Blake Demo"}}}`
	happen(renamed)
	leave := func() {
		t.Helper()
		if _, err := shared.Mattermost.Client().RemoveUserFromChannel(t.Context(), l.channel.Id, shared.casey.ID); err != nil {
			t.Fatal(err)
		}
	}
	leave()
	if posts, messages := l.counts(t); posts != 0 || messages != 1 {
		t.Errorf("without the setting there are %d posts and %d messages, want only the event in Teams", posts, messages)
	}
	t.Cleanup(func() {
		if err := shared.ConfigurePlugin(context.WithoutCancel(t.Context()), shared.app, shared.settings); err != nil {
			t.Error(err)
		}
	})
	settings := maps.Clone(shared.settings)
	settings["syncsystemmessages"] = true
	if err := shared.ConfigurePlugin(t.Context(), shared.app, settings); err != nil {
		t.Fatal(err)
	}
	// The server tells the plugin of its settings a moment later. Many equal texts would be taken for a loop.
	n := 0
	eventually(t, func(ctx context.Context) error {
		n++
		happen(strings.Replace(renamed, "Lunch", fmt.Sprintf("Lunch %d", n), 1))
		posts, err := l.posts(ctx)
		if err != nil {
			return err
		}
		for _, p := range posts {
			if strings.HasPrefix(p.Message, "*Blake Demo renamed the channel to “Lunch ") && strings.HasSuffix(p.Message, "”.*") {
				return nil
			}
		}
		return fmt.Errorf("%d posts, none is the event", len(posts))
	})
	happen(`{"@odata.type":"#microsoft.graph.membersAddedEventMessageDetail","members":[{"id":"` + teamsID(t, "alex") + `"},{"id":"0","displayName":"Sasha"}],"initiator":{"user":{"displayName":"Blake Demo"}}}`)
	happen(`{"@odata.type":"#microsoft.graph.callStartedEventMessageDetail","callEventType":"meeting","callId":"1","initiator":{"user":{"id":"` + teamsID(t, "blake") + `"}}}`)
	happen(`{"@odata.type":"#microsoft.graph.callEndedEventMessageDetail","callEventType":"meeting","callId":"1","callDuration":"PT12M","initiator":{"user":{"displayName":"Blake Demo"}}}`)
	for text, want := range map[string]string{
		"*Blake Demo added ":  "*Blake Demo added " + nameOf(t, shared.alex) + " and Sasha.*",
		" started a meeting.": "*" + nameOf(t, shared.blake) + " started a meeting.*",
		" has ended ":         "*The meeting has ended after 12m0s.*",
	} {
		if post := l.post(t, text); post.Message != want || post.UserId != shared.bridgeBot(t) {
			t.Errorf("%q by %s, want %q by the plugin's bot", post.Message, post.UserId, want)
		}
	}
	if _, _, err := shared.Mattermost.Client().AddChannelMember(t.Context(), l.channel.Id, shared.casey.ID); err != nil {
		t.Fatal(err)
	}
	message := l.message(t, "added to the channel")
	if message.From.User.DisplayName != "bridge Demo" || !strings.HasPrefix(message.Text(), "<p>casey added to the channel") && !strings.Contains(message.Text(), "casey") {
		t.Errorf("in Teams %s says %s", message.From.User.DisplayName, message.Text())
	}

	// That a mirrored user becomes a member is the bridge's doing and no news.
	upn := inTeamsOnly(t, "quentin")
	l.say(t, upn, "", "<p>quentin is here</p>")
	l.post(t, "quentin is here")
	eventually(t, func(ctx context.Context) error {
		list, _, err := shared.Mattermost.Client().GetPostsForChannel(ctx, l.channel.Id, 0, 100, "", false, false)
		if err != nil {
			return err
		}
		for _, post := range list.Posts {
			if post.IsSystemMessage() && strings.Contains(post.Message, "msteams_quentin_demo joined") {
				return nil
			}
		}
		return errors.New("the server does not say that quentin joined")
	})
	l.write(t, shared.alex, "", "after quentin")
	l.message(t, "after quentin")
	messages, err := l.messages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if strings.Contains(m.Text(), "msteams_quentin_demo") {
			t.Errorf("Teams is told %q", m.Text())
		}
	}
}

// nameOf is how Mattermost shows somebody.
func nameOf(t *testing.T, user *stack.User) string {
	t.Helper()
	found, _, err := user.Client.GetMe(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return found.GetDisplayName(model.ShowNicknameFullName)
}

// told waits for a direct message of the plugin's bot that holds the text.
func told(t *testing.T, user *stack.User, text string) {
	t.Helper()
	channelWith(t, user, model.ChannelTypeDirect, text)
}

func TestADeletedThreadGoesInTeams(t *testing.T) {
	l := newLink(t)
	root := l.write(t, shared.alex, "", "root of the thread")
	message := l.message(t, "root of the thread")
	l.write(t, shared.blake, root.Id, "reply by blake")
	l.write(t, shared.casey, root.Id, "reply by casey")
	replies := []*teams.Message{l.message(t, "reply by blake"), l.message(t, "reply by casey")}
	theirs := l.say(t, shared.drew, message.ID, "<p>reply by drew</p>")
	l.post(t, "reply by drew")
	if _, err := shared.alex.Client.DeletePost(t.Context(), root.Id); err != nil {
		t.Fatal(err)
	}
	for _, m := range append(replies, message) {
		eventually(t, func(context.Context) error {
			now, err := shared.Emulator.Teams().Message(m.Ref())
			if err == nil && now.DeletedAt == nil {
				return fmt.Errorf("%q stands in Teams", now.Text())
			}
			return err
		})
	}
	// drew's account is not connected: nobody may delete that one, and alex learns of it.
	told(t, shared.alex, "reply by drew")
	if now, err := shared.Emulator.Teams().Message(theirs.Ref()); err != nil || now.DeletedAt != nil {
		t.Errorf("drew's reply is %+v, %v", now, err)
	}
}

func TestAMessageIsBroughtBackInTeams(t *testing.T) {
	l := newLink(t)
	message := l.say(t, "alex@demo.example", "", "<p>back and forth</p>")
	first := l.post(t, "back and forth")
	l.say(t, "blake@demo.example", message.ID, "<p>a reply in Teams</p>")
	l.post(t, "a reply in Teams")
	l.write(t, shared.blake, first.Id, "a reply in Mattermost")
	l.message(t, "a reply in Mattermost")
	if _, err := shared.Emulator.Teams().Delete("alex@demo.example", message.Ref()); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(ctx context.Context) error {
		posts, err := l.posts(ctx)
		if err == nil && len(posts) > 0 {
			err = fmt.Errorf("%d posts stand", len(posts))
		}
		return err
	})
	if _, err := shared.Emulator.Teams().Undelete("alex@demo.example", message.Ref()); err != nil {
		t.Fatal(err)
	}
	// It is read twice, a minute apart: Teams may show a deleted message for a moment longer.
	var second *model.Post
	eventuallyWithin(t, 2*time.Minute, func(ctx context.Context) error {
		posts, err := l.posts(ctx)
		switch {
		case err != nil:
			return err
		case len(posts) != 3:
			return fmt.Errorf("%d posts", len(posts))
		}
		second = posts[0]
		return nil
	})
	// The replies, which Mattermost had taken with it, are back with it.
	for _, text := range []string{"a reply in Teams", "a reply in Mattermost"} {
		if reply := l.post(t, text); reply.RootId != second.Id || reply.UserId != shared.blake.ID {
			t.Errorf("%q is by %s in the thread %s, want %s", text, reply.UserId, reply.RootId, second.Id)
		}
	}
	if second.Id == first.Id || second.Message != "back and forth" {
		t.Errorf("the new post is %+v", second)
	}
	// What happens on either side from now on meets the new post.
	editInTeams(t, "alex@demo.example", message, "<p>edited in Teams</p>")
	l.shows(t, second, "edited in Teams")
	edit(t, shared.alex, second, "edited in Mattermost")
	l.showsInTeams(t, message, "edited in Mattermost")
}

func TestReactionsWithEmojiOfTheirOwn(t *testing.T) {
	l := newLink(t)
	picture, err := base64.StdEncoding.DecodeString("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
	if err != nil {
		t.Fatal(err)
	}
	enabled := true
	if _, _, err := shared.Mattermost.Client().PatchConfig(t.Context(), &model.Config{ServiceSettings: model.ServiceSettings{EnableCustomEmoji: &enabled}}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ship_it", "party"} {
		if _, _, err := shared.alex.Client.CreateEmoji(t.Context(), &model.Emoji{CreatorId: shared.alex.ID, Name: name}, picture, name+".gif"); err != nil {
			t.Fatal(err)
		}
	}
	post, message := l.pair(t, false)
	l.react(t, shared.alex, post, "ship_it", true)
	for _, name := range []string{"party", "crab_rave"} { // Mattermost has one of these
		if _, err := shared.Emulator.Teams().ReactWithOwn("blake@demo.example", message.Ref(), name); err != nil {
			t.Fatal(err)
		}
	}
	l.react(t, shared.blake, post, "+1_medium_skin_tone", true)
	l.haveReactions(t, post, message, []string{"alex ship_it", "blake +1_medium_skin_tone", "blake party", "blake symbols"},
		[]string{"Alex Demo 🔣", "Blake Demo custom", "Blake Demo custom", "Blake Demo 👍🏽"})
	l.react(t, shared.alex, post, "ship_it", false)
	l.react(t, shared.blake, post, "+1_medium_skin_tone", false)
	for _, name := range []string{"party", "crab_rave"} {
		if _, err := shared.Emulator.Teams().UnreactWithOwn("blake@demo.example", message.Ref(), name); err != nil {
			t.Fatal(err)
		}
	}
	l.haveReactions(t, post, message, nil, nil)
}
