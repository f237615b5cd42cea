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

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// mentionCount is how often the server counts a user as mentioned in the channel.
func (l *link) mentionCount(ctx context.Context, user *stack.User) (int64, error) {
	member, _, err := shared.Mattermost.Client().GetChannelMember(ctx, l.channel.Id, user.ID, "")
	if err != nil {
		return 0, err
	}
	return member.MentionCount, nil
}

// speak writes in Teams with mentions.
func (l *link) speak(t *testing.T, as, html string, mentions ...teams.Mention) *teams.Message {
	t.Helper()
	message, err := shared.Emulator.Teams().Post(as, l.place, "", teams.Draft{Body: teams.HTML(html), Mentions: mentions})
	if err != nil {
		t.Fatal(err)
	}
	return message
}

// ofPerson is a mention of somebody in the directory.
func ofPerson(id int, upn, text string) teams.Mention {
	return teams.Mention{ID: id, MentionText: text, Mentioned: teams.Mentioned{User: &teams.Identity{ID: upn}}}
}

func TestMentionsCrossFromTeams(t *testing.T) {
	l := newLink(t)
	alex := "alex@demo.example"
	before := map[*stack.User]int64{} // being added to a channel counts too
	for _, user := range []*stack.User{shared.blake, shared.casey} {
		var err error
		if before[user], err = l.mentionCount(t.Context(), user); err != nil {
			t.Fatal(err)
		}
	}
	message := l.speak(t, alex, `<p><at id="0">Blake</at>&nbsp;<at id="1">Demo</at>: look. <at id="2">Olga Other</at>, <at id="3">drew Demo</at> and @casey, casey@demo.example, <code>@blake</code></p>`,
		ofPerson(0, "blake@demo.example", "Blake"), ofPerson(1, "blake@demo.example", "Demo"), ofPerson(2, olga, "Olga Other"), ofPerson(3, shared.drew, "drew Demo"))
	post := l.post(t, "look")
	if want := "@blake: look. @\u2060Olga Other, @msteams_drew_demo and @\u2060casey, casey@demo.example, `@blake`"; post.Message != want {
		t.Errorf("the post is %q, want %q", post.Message, want)
	}
	channel := teams.Conversation{ID: string(l.place.Channel), DisplayName: "c", Type: "channel"}
	l.speak(t, alex, `<p><at id="0">c</at> everybody</p>`, teams.Mention{MentionText: "c", Mentioned: teams.Mentioned{Conversation: &channel}})
	if post := l.post(t, "everybody"); post.Message != "@channel everybody" {
		t.Errorf("the post is %q", post.Message)
	}
	// The whole team is everybody in the channel; a tag is a name that notifies nobody.
	team := teams.Conversation{ID: string(l.place.Team), DisplayName: "Demo Team", Type: "team"}
	l.speak(t, alex, `<p><at id="0">Demo Team</at> as one</p>`, teams.Mention{MentionText: "Demo Team", Mentioned: teams.Mentioned{Conversation: &team}})
	if post := l.post(t, "as one"); post.Message != "@all as one" {
		t.Errorf("the post is %q", post.Message)
	}
	tagged := l.speak(t, alex, `<p><at id="0">On Call</at> by tag</p>`, teams.Mention{MentionText: "On Call", Mentioned: teams.Mentioned{Tag: &teams.Identity{ID: "tag-1", DisplayName: "On Call"}}})
	if byTag := l.post(t, "by tag"); byTag.Message != "@\u2060On Call by tag" {
		t.Errorf("the post is %q", byTag.Message)
	} else {
		edit(t, shared.alex, byTag, byTag.Message+" again")
		l.showsInTeams(t, tagged, "by tag again")
	}
	if now, err := shared.Emulator.Teams().Message(tagged.Ref()); err != nil || len(now.Mentions) != 1 || now.Mentions[0].Mentioned.Tag == nil {
		t.Errorf("after an edit the mentions are %+v, %v", now.Mentions, err)
	}
	for user, want := range map[*stack.User]int64{shared.blake: 3, shared.casey: 2} {
		eventually(t, func(ctx context.Context) error {
			got, err := l.mentionCount(ctx, user)
			got -= before[user]
			if err == nil && got != want {
				return fmt.Errorf("%s is mentioned %d times, want %d", user.Username, got, want)
			}
			return err
		})
	}
	// An edit in Mattermost keeps the mention of somebody whom Mattermost does not know.
	edit(t, shared.alex, post, post.Message+" again")
	l.showsInTeams(t, message, "again")
	now, err := shared.Emulator.Teams().Message(message.Ref())
	if err != nil {
		t.Fatal(err)
	}
	if got := mentioned(now); !slices.Equal(got, []string{"0 Blake Demo", "1 Olga Other", "2 drew Demo"}) {
		t.Errorf("after an edit %q are mentioned", got)
	}
}

// mentioned lists a message's mentions as "number name", as Teams knows the names.
func mentioned(m *teams.Message) (list []string) {
	for _, mention := range m.Mentions {
		name := ""
		if mention.Mentioned.User != nil {
			name = mention.Mentioned.User.DisplayName
		}
		if c := mention.Mentioned.Conversation; c != nil {
			name = c.Type + " " + c.DisplayName
		}
		list = append(list, fmt.Sprintf("%d %s", mention.ID, name))
	}
	return list
}

func TestMentionsCrossFromMattermost(t *testing.T) {
	l := newLink(t)
	post := l.write(t, shared.alex, "", "@blake, @casey and @channel: see `@blake` or blake@demo.example :smile:")
	message := l.message(t, "see ")
	name := l.channel.DisplayName
	if want := []string{"0 Blake Demo", "1 channel " + name}; !slices.Equal(mentioned(message), want) {
		t.Errorf("%q are mentioned, want %q", mentioned(message), want)
	}
	want := `<at id="0">Blake Demo</at>, @casey and <at id="1">` + name + `</at>: see <code>@blake</code> or <a href="mailto:blake@demo.example">blake@demo.example</a> 😄`
	if !strings.Contains(message.Text(), want) {
		t.Errorf("the body is %q, want %q in it", message.Text(), want)
	}
	// As somebody without an account, through the bot.
	l.write(t, shared.casey, "", "@alex from casey")
	if bots := l.message(t, "from casey"); !slices.Equal(mentioned(bots), []string{"0 Alex Demo"}) {
		t.Errorf("%q are mentioned by %q", mentioned(bots), bots.Text())
	}
	edit(t, shared.alex, post, "@alex instead")
	l.showsInTeams(t, message, "instead")
	now, err := shared.Emulator.Teams().Message(message.Ref())
	if err != nil {
		t.Fatal(err)
	}
	if got := mentioned(now); !slices.Equal(got, []string{"0 Alex Demo"}) {
		t.Errorf("after the edit %q are mentioned", got)
	}
	if posts, messages := l.counts(t); posts != 2 || messages != 2 {
		t.Errorf("%d posts and %d Teams messages, want two on each side", posts, messages)
	}
	l.shows(t, post, "@alex instead")
}
