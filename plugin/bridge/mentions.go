// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// key tells mentions of one party from those of others.
func (m Mention) key() string { return string(m.Kind) + ":" + m.Target }

// inChannel are the names that notify everybody in a Mattermost channel.
var inChannel = []string{"channel", "here", "all"}

// reading says how a Teams message is shown in Mattermost. shown is the text of its post, when there is one: what names
// somebody there already may go on doing so.
func (w *worker) reading(ctx context.Context, message TeamsMessage, shown string) (markup.Reading, error) {
	named := namesIn(shown)
	markdown := map[int]string{}
	for _, m := range message.Mentions {
		name, err := w.nameOf(ctx, m, named)
		if err != nil {
			return markup.Reading{}, err
		}
		if name != "" {
			markdown[m.ID] = "@" + name
		}
	}
	reading := markup.Reading{
		Mention: mentionsOf(message, func(m Mention) string { return markdown[m.ID] }),
		MayName: func(name string) bool { return slices.Contains(named, strings.ToLower(name)) },
	}
	if len(message.snippets) > 0 {
		reading.Attachment = func(id string) string { return message.snippets[id] }
	}
	return reading, nil
}

// mentionsOf is what a message's mentions become in Markdown.
func mentionsOf(message TeamsMessage, markdown func(Mention) string) func(int) (string, string) {
	return func(id int) (key, text string) {
		for _, m := range message.Mentions {
			if m.ID == id {
				return m.key(), markdown(m)
			}
		}
		return "", ""
	}
}

// formReading is how a message is read to find out whether it changed: whoever has which account by now makes no difference.
func formReading(message TeamsMessage) markup.Reading {
	return markup.Reading{Mention: mentionsOf(message, func(m Mention) string { return "@{" + m.key() + "}" })}
}

// nameOf is how Mattermost calls whom a mention is of; empty when there is no such user, and of tags and bots.
func (w *worker) nameOf(ctx context.Context, m Mention, named []string) (string, error) {
	switch {
	case m.Kind == MentionUser && m.Target != "":
		id, known, err := w.People.UserOf(ctx, TeamsUserID(m.Target))
		if err != nil || !known {
			return "", err
		}
		user, err := w.Mattermost.User(ctx, id)
		if err != nil && ClassOf(err) != NotFound {
			return "", err
		}
		return user.Username, nil
	case m.Kind == MentionChannel && m.Target == string(w.link.Conversation.ID):
		return everybody("channel", named), nil
	case m.Kind == MentionChat, m.Kind == MentionTeam && m.Target == string(w.link.Conversation.Team):
		return everybody("all", named), nil
	}
	return "", nil
}

// everybody is the name for everybody that the post has already, else the usual one.
func everybody(usual string, named []string) string {
	for _, name := range append([]string{usual}, inChannel...) {
		if slices.Contains(named, name) {
			return name
		}
	}
	return usual
}

// namesIn are the names that a Markdown text mentions, in small letters.
func namesIn(text string) (names []string) {
	if !strings.Contains(text, "@") {
		return nil
	}
	markup.Writing{Mention: func(rest string) (markup.Mention, int) {
		longest, shortest := markup.Username(rest)
		for _, name := range []string{longest, shortest} {
			if name != "" {
				names = append(names, strings.ToLower(name))
			}
		}
		return markup.Mention{}, 0
	}}.HTML(text)
	return names
}

// writing turns one text for Teams and finds out whom it speaks to.
type writing struct {
	*worker
	ctx      context.Context
	author   UserID
	original []Mention // of the message that the text is an edit of
	found    []Mention
	err      error
}

// inTeams is a post's text for Teams, with the mentions in it. original are those of the message that is edited, if one is.
func (w *worker) inTeams(ctx context.Context, post Post, text string, original []Mention) (Outgoing, error) {
	to := writing{worker: w, ctx: ctx, author: post.Author, original: merged(original)}
	body, mentions := markup.Writing{Mention: to.mention, Emoji: w.Mattermost.Emoji}.HTML(text)
	out := Outgoing{HTML: body}
	for i, m := range mentions {
		at, err := strconv.Atoi(m.Key)
		if err != nil {
			return Outgoing{}, err
		}
		mention := to.found[at]
		mention.ID, mention.Text = i, m.Shown
		out.Mentions = append(out.Mentions, mention)
	}
	return out, to.err
}

// mentioningNobody is a text for Teams in which names are text.
func (w *worker) mentioningNobody(text string) Outgoing {
	body, _ := markup.Writing{Emoji: w.Mattermost.Emoji}.HTML(text)
	return Outgoing{HTML: body}
}

// refusedMentions tells whether a send was refused and its mentions may be the reason.
func refusedMentions(err error, messages []Outgoing) bool {
	failure, is := errors.AsType[*Failure](err)
	return is && failure.Class == Permanent && failure.Status == http.StatusBadRequest &&
		slices.ContainsFunc(messages, func(m Outgoing) bool { return len(m.Mentions) > 0 })
}

// merged puts the words of one name together again.
func merged(mentions []Mention) (out []Mention) {
	for _, m := range mentions {
		if last := len(out) - 1; last >= 0 && out[last].key() == m.key() && !strings.Contains(out[last].Text, m.Text) {
			out[last].Text += " " + m.Text
			continue
		}
		out = append(out, m)
	}
	return out
}

// joiner stands between an @ and a name that notifies nobody (see markup).
const joiner = "\u2060"

// mention implements markup.Writing.
func (t *writing) mention(rest string) (markup.Mention, int) {
	if t.err != nil {
		return markup.Mention{}, 0
	}
	if shown, quiet := strings.CutPrefix(rest, joiner); quiet {
		return t.again(shown)
	}
	longest, shortest := markup.Username(rest)
	for _, name := range slices.Compact([]string{longest, shortest}) {
		if name == "" {
			continue
		}
		m, known, err := t.mentionOf(strings.ToLower(name))
		if err != nil {
			t.err = err
			return markup.Mention{}, 0
		}
		if known {
			return t.note(m), len(name)
		}
	}
	return markup.Mention{}, 0
}

func (t *writing) note(m Mention) markup.Mention {
	t.found = append(t.found, m)
	return markup.Mention{Key: strconv.Itoa(len(t.found) - 1), Shown: m.Text}
}

// again finds a mention of the message that is edited which Mattermost shows as a name only.
func (t *writing) again(shown string) (markup.Mention, int) {
	best := Mention{}
	for _, m := range t.original {
		if len(m.Text) > len(best.Text) && strings.HasPrefix(shown, markup.EscapeMarkdown(m.Text)) {
			best = m
		}
	}
	if best.Text == "" {
		return markup.Mention{}, 0
	}
	return t.note(best), len(joiner) + len(markup.EscapeMarkdown(best.Text))
}

// mentionOf is the mention that a name in Mattermost stands for.
func (t *writing) mentionOf(name string) (Mention, bool, error) {
	if slices.Contains(inChannel, name) {
		allowed, err := t.Mattermost.MayNotifyAll(t.ctx, t.author, t.link.Channel)
		if err != nil || !allowed {
			return Mention{}, false, err
		}
		shown, err := t.conversationName(t.ctx)
		kind := MentionChannel
		if t.link.Conversation.Team == "" {
			kind = MentionChat
		}
		return Mention{Kind: kind, Target: string(t.link.Conversation.ID), Text: shown}, true, err
	}
	user, known, err := t.Mattermost.UserByName(t.ctx, name)
	if err != nil || !known {
		return Mention{}, false, err
	}
	person, known, err := t.People.PersonOf(t.ctx, user.ID)
	if err != nil || !known || person.ID == "" {
		return Mention{}, false, err
	}
	if person.Name == "" {
		person.Name = user.DisplayName
	}
	return Mention{Kind: MentionUser, Target: string(person.ID), Text: person.Name}, true, nil
}

// quiet takes from a Markdown text that it notifies those whom it names: it repeats what they were told.
func quiet(text string) string {
	var b strings.Builder
	previous := rune(0)
	for i, c := range text {
		b.WriteRune(c)
		if next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(c):]); c == '@' && letterOrNumber(next) && !letterOrNumber(previous) {
			b.WriteString(joiner)
		}
		previous = c
	}
	return b.String()
}

func letterOrNumber(c rune) bool { return unicode.IsLetter(c) || unicode.IsNumber(c) }

// conversationNames remembers how Teams calls the conversations that were mentioned lately.
type conversationNames struct {
	mu    sync.Mutex
	names map[ConversationID]conversationName
}

type conversationName struct {
	name  string
	until time.Time
}

// rememberName is how long a channel's new name may be unknown.
const rememberName = 10 * time.Minute

// everyone is how a mention of all members of a chat is shown.
const everyone = "Everyone"

// conversationName is how Teams shows a mention of the conversation.
func (w *worker) conversationName(ctx context.Context) (string, error) {
	in := w.link.Conversation
	if in.Team == "" {
		return everyone, nil
	}
	w.names.mu.Lock()
	known, ok := w.names.names[in.ID]
	w.names.mu.Unlock()
	if ok && time.Now().Before(known.until) {
		return known.name, nil
	}
	name, err := w.Teams.ConversationName(ctx, in)
	if err != nil {
		return "", err
	}
	w.names.mu.Lock()
	defer w.names.mu.Unlock()
	if w.names.names == nil {
		w.names.names = map[ConversationID]conversationName{}
	}
	w.names.names[in.ID] = conversationName{name, time.Now().Add(rememberName)}
	return name, nil
}
