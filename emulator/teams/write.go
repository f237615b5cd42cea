// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

// MaxMessageBytes is how large a message may be: body, mentions and attachments as UTF-8 JSON. Graph documents "about
// 28 KB"; posting has been seen to fail from 28,522 characters of body on, the rest being the envelope.
const MaxMessageBytes = 28_522

// Draft is a message to be written, in the shape of Graph's request body.
type Draft struct {
	ID          MessageID    `json:"-"` // chosen by Teams unless a test wants a certain one
	Body        Body         `json:"body"`
	Subject     *string      `json:"subject"`
	Importance  string       `json:"importance"`
	Mentions    []Mention    `json:"mentions"`
	Attachments []Attachment `json:"attachments"`
	// HostedContents are pictures that come with the message; its body names them by their temporary ids.
	HostedContents []HostedContent `json:"hostedContents"`
	Address        string          `json:"-"` // of Graph, for links to them; default https://graph.microsoft.com

	// Snippets are the texts of code snippets, by the ids of their attachments. Teams' own clients write them, Graph takes none.
	Snippets map[string]string `json:"-"`

	event json.RawMessage // of a system message
}

// Edit is a change of a message; what is nil stays as it is.
type Edit struct {
	Body        *Body        `json:"body"`
	Subject     *string      `json:"subject"`
	Importance  *string      `json:"importance"`
	Mentions    []Mention    `json:"mentions"`
	Attachments []Attachment `json:"attachments"`
	// HostedContents and Address are as in a Draft.
	HostedContents []HostedContent `json:"hostedContents"`
	Address        string          `json:"-"`
}

// Post writes a message as a person (object id or user principal name): a root message when root is empty, else a
// reply to it. The person must be a member and hold a Teams licence.
func (s *State) Post(as string, at Place, root MessageID, draft Draft) (*Message, error) {
	author, err := s.author(as)
	if err != nil {
		return nil, err
	}
	if err := s.settle(&draft); err != nil {
		return nil, err
	}
	s.mu.Lock()
	c, err := s.memberOf(author, at)
	var change Change
	if err == nil {
		change, err = s.post(c, identityOf(author), root, draft)
	}
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	s.announce(change)
	return change.Message, nil
}

// post adds a message to a conversation. Without an author it is a system message.
func (s *State) post(c *conversation, author *IdentitySet, root MessageID, draft Draft) (Change, error) {
	var err error
	in, parent := &c.roots, (*record)(nil)
	if root != "" && c.place.Chat != "" {
		return Change{}, refuse(Invalid, "Messages in chats have no replies.")
	}
	if root != "" {
		if parent, err = c.find(Ref{ID: root}); err != nil {
			return Change{}, err
		}
		in = &parent.replies
	}
	now := s.clock.Now()
	id := draft.ID
	if id == "" {
		id = c.newID(now, in, parent, s.reuse)
	} else if _, taken := in.byID[id]; taken {
		return Change{}, refuse(Conflict, "The message id '%s' is taken in this reply chain.", id)
	}
	created := now.UnixMilli()
	if ms, err := strconv.ParseInt(string(id), 10, 64); err == nil && ms == c.lastID {
		created = ms // a burst runs ahead of the clock, a millisecond each
	}
	m := &Message{
		ID:          id,
		ETag:        strconv.FormatInt(created, 10),
		Type:        "message",
		CreatedAt:   timestamp(created),
		ModifiedAt:  timestamp(created),
		Subject:     draft.Subject,
		Importance:  draft.Importance,
		Locale:      "en-us",
		From:        author,
		Body:        draft.Body,
		Attachments: draft.Attachments,
		Mentions:    draft.Mentions,
		Reactions:   []Reaction{},
	}
	if draft.event != nil {
		m.Type, m.EventDetail = "unknownFutureValue", draft.event // systemEventMessage, to clients that ask for more
	}
	if parent != nil {
		m.ReplyToID = &parent.live.ID
		m.Subject = nil // only root messages have one
	}
	s.stand(m, c)
	s.sequence++
	r := &record{live: m, etag: created, sequence: s.sequence, replies: newChain()}
	if err := r.host(draft.Address, draft.HostedContents); err != nil {
		return Change{}, err
	}
	if err := r.keep(draft.Address, draft.Snippets); err != nil {
		return Change{}, err
	}
	m = r.live
	in.add(r)
	return Change{Type: Created, Ref: m.Ref(), Message: m}, nil
}

// Edit changes a message as its author. Graph allows nobody else to.
func (s *State) Edit(as string, ref Ref, edit Edit) (*Message, error) {
	return s.change(as, ref, Updated, func(r *record, author Person, at Timestamp) error {
		if !r.by(author) {
			return refuse(Forbidden, "Only the sender of a message can update it.")
		}
		return s.rewrite(r, ref, edit, at)
	})
}

func (s *State) rewrite(r *record, ref Ref, edit Edit, at Timestamp) error {
	if r.deletedAt != nil {
		return refuse(NotFound, "The message '%s' has been deleted.", ref.ID)
	}
	draft := Draft{Body: r.live.Body, Subject: r.live.Subject, Importance: r.live.Importance,
		Mentions: r.live.Mentions, Attachments: r.live.Attachments}
	if edit.Body != nil {
		draft.Body = *edit.Body
		draft.Mentions, draft.Attachments = edit.Mentions, edit.Attachments
	}
	if edit.Subject != nil {
		draft.Subject = edit.Subject
	}
	if edit.Importance != nil {
		draft.Importance = *edit.Importance
	}
	if err := s.settle(&draft); err != nil {
		return err
	}
	m := *r.live
	m.Body, m.Subject, m.Importance, m.Mentions, m.Attachments = draft.Body, draft.Subject, draft.Importance, draft.Mentions, draft.Attachments
	m.EditedAt = &at
	r.live = &m
	return r.host(edit.Address, edit.HostedContents)
}

// Delete soft-deletes a message as its author: it stays readable without author and content.
func (s *State) Delete(as string, ref Ref) (*Message, error) {
	return s.change(as, ref, Deleted, func(r *record, author Person, at Timestamp) error {
		if !r.by(author) {
			return refuse(Forbidden, "Only the sender of a message can delete it.")
		}
		if r.deletedAt != nil {
			return errUnchanged
		}
		r.deletedAt = &at
		return nil
	})
}

// Undelete brings a soft-deleted message back as its author.
func (s *State) Undelete(as string, ref Ref) (*Message, error) {
	return s.change(as, ref, Updated, func(r *record, author Person, _ Timestamp) error {
		if !r.by(author) {
			return refuse(Forbidden, "Only the sender of a message can restore it.")
		}
		if r.deletedAt == nil {
			return errUnchanged
		}
		r.deletedAt = nil
		return nil
	})
}

// React adds a person's reaction, a Unicode emoji.
func (s *State) React(as string, ref Ref, emoji string) (*Message, error) {
	if emoji == ownReaction {
		return nil, refuse(Invalid, "reactionType must be a Unicode emoji.")
	}
	return s.react(as, ref, emoji, func(m *Message, author Person, at Timestamp) bool {
		if slices.ContainsFunc(m.Reactions, func(r Reaction) bool { return r.Type == emoji && r.User.User.ID == author.ID }) {
			return false
		}
		m.Reactions = append(slices.Clone(m.Reactions), Reaction{Type: emoji, CreatedAt: at, User: identityOf(author)})
		return true
	})
}

// Unreact takes a person's reaction away.
func (s *State) Unreact(as string, ref Ref, emoji string) (*Message, error) {
	return s.react(as, ref, emoji, func(m *Message, author Person, _ Timestamp) bool {
		before := len(m.Reactions)
		m.Reactions = slices.DeleteFunc(slices.Clone(m.Reactions), func(r Reaction) bool {
			return r.Type == emoji && r.User.User.ID == author.ID
		})
		return len(m.Reactions) != before
	})
}

// ReactWithOwn adds a person's reaction with an emoji that the organisation made itself. Teams' clients can; Graph reads it and
// cannot set it.
func (s *State) ReactWithOwn(as string, ref Ref, name string) (*Message, error) {
	return s.react(as, ref, name, func(m *Message, author Person, at Timestamp) bool {
		if slices.ContainsFunc(m.Reactions, func(r Reaction) bool { return r.own(name) && r.User.User.ID == author.ID }) {
			return false
		}
		picture := "https://graph.microsoft.com/v1.0/teams/hostedContents/" + url.PathEscape(name) + "/$value"
		m.Reactions = append(slices.Clone(m.Reactions), Reaction{Type: ownReaction, DisplayName: &name, ContentURL: &picture, CreatedAt: at, User: identityOf(author)})
		return true
	})
}

// UnreactWithOwn takes a person's reaction with an emoji of the organisation's own away.
func (s *State) UnreactWithOwn(as string, ref Ref, name string) (*Message, error) {
	return s.react(as, ref, name, func(m *Message, author Person, _ Timestamp) bool {
		before := len(m.Reactions)
		m.Reactions = slices.DeleteFunc(slices.Clone(m.Reactions), func(r Reaction) bool { return r.own(name) && r.User.User.ID == author.ID })
		return len(m.Reactions) != before
	})
}

// ownReaction is the type of all reactions with emoji of the organisation's own; the name says which.
const ownReaction = "custom"

func (r Reaction) own(name string) bool {
	return r.Type == ownReaction && r.DisplayName != nil && *r.DisplayName == name
}

func (s *State) react(as string, ref Ref, emoji string, apply func(*Message, Person, Timestamp) bool) (*Message, error) {
	if emoji == "" {
		return nil, refuse(Invalid, "reactionType must be a Unicode emoji.")
	}
	return s.change(as, ref, Updated, func(r *record, author Person, at Timestamp) error {
		if r.deletedAt != nil {
			return refuse(NotFound, "The message '%s' has been deleted.", ref.ID)
		}
		m := *r.live
		if !apply(&m, author, at) {
			return errUnchanged
		}
		r.live = &m
		return nil
	})
}

// ReuseReplyIDs makes Teams give a reply an id that a reply in another chain of the same channel has already, as it
// may: ids are unique only inside a reply chain.
func (s *State) ReuseReplyIDs(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reuse = on
}

// ReusesReplyIDs says whether ReuseReplyIDs is on.
func (s *State) ReusesReplyIDs() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.reuse
}

// errUnchanged is given by a change that found nothing to do; the caller sees success, observers see nothing.
var errUnchanged = refuse(Invalid, "nothing to change")

// change is what all changes of an existing message have in common. Every one moves lastModifiedDateTime and the etag.
func (s *State) change(as string, ref Ref, kind ChangeType, apply func(*record, Person, Timestamp) error) (*Message, error) {
	author, err := s.author(as)
	if err != nil {
		return nil, err
	}
	return s.alter(ref, kind, func(at Place) (*conversation, Person, error) {
		c, err := s.memberOf(author, at)
		return c, author, err
	}, apply)
}

// alter changes a message as whoever enter lets into the conversation.
func (s *State) alter(ref Ref, kind ChangeType, enter func(Place) (*conversation, Person, error), apply func(*record, Person, Timestamp) error) (*Message, error) {
	s.mu.Lock()
	r, err := s.applyChange(enter, ref, apply)
	var m *Message
	if r != nil {
		m = r.shown()
	}
	s.mu.Unlock()
	switch {
	case errors.Is(err, errUnchanged):
		return m, nil
	case err != nil:
		return nil, err
	}
	s.announce(Change{Type: kind, Ref: m.Ref(), Message: m})
	return m, nil
}

func (s *State) applyChange(enter func(Place) (*conversation, Person, error), ref Ref, apply func(*record, Person, Timestamp) error) (*record, error) {
	c, author, err := enter(ref.Place)
	if err != nil {
		return nil, err
	}
	r, err := c.find(ref)
	if err != nil {
		return nil, err
	}
	etag := max(s.clock.Now().UnixMilli(), r.etag+1)
	at := timestamp(etag)
	if err := apply(r, author, at); err != nil {
		return r, err
	}
	r.etag = etag
	m := *r.live
	m.ETag, m.ModifiedAt = strconv.FormatInt(etag, 10), at
	r.live = &m
	s.sequence++
	r.sequence = s.sequence
	return r, nil
}

func (r *record) by(p Person) bool {
	return r.live.From != nil && r.live.From.User != nil && r.live.From.User.ID == p.ID
}

func (s *State) author(as string) (Person, error) {
	p, ok := s.person(as)
	if !ok {
		return Person{}, refuse(NotFound, "No user '%s' in the directory.", as)
	}
	if !p.Licensed {
		return Person{}, refuse(Forbidden, "The user '%s' has no licence for Microsoft Teams.", p.UserPrincipalName)
	}
	return p, nil
}

func (s *State) memberOf(p Person, at Place) (*conversation, error) {
	c, err := s.conversation(at)
	if err != nil {
		return nil, err
	}
	if at.Chat != "" {
		if !s.chats[at.Chat].has(p.ID) {
			return nil, refuse(Forbidden, "The user '%s' is not in the chat '%s'.", p.UserPrincipalName, at.Chat)
		}
		return c, nil
	}
	if t, err := s.team(at.Team); err != nil || !t.has(p.ID) {
		return nil, refuse(Forbidden, "The user '%s' is not a member of the team '%s'.", p.UserPrincipalName, at.Team)
	}
	return c, nil
}

// settle checks a draft and brings it into the form that Teams keeps.
func (s *State) settle(d *Draft) error {
	if d.Body.Content == nil {
		return refuse(Invalid, "body.content is required.")
	}
	switch d.Importance {
	case "":
		d.Importance = "normal"
	case "normal", "high", "urgent":
	default:
		return refuse(Invalid, "importance '%s' is not one of normal, high, urgent.", d.Importance)
	}
	if d.Mentions == nil {
		d.Mentions = []Mention{}
	}
	if d.Attachments == nil {
		d.Attachments = []Attachment{}
	}
	if err := checkSize(d); err != nil {
		return err
	}
	switch d.Body.ContentType {
	case "", "text":
		d.Body.ContentType = "text"
		if len(d.Mentions) > 0 || len(d.Attachments) > 0 {
			d.Body.ContentType = "html"
		}
	case "html":
	default:
		return refuse(Invalid, "body.contentType '%s' is not one of text, html.", d.Body.ContentType)
	}
	if d.Body.ContentType == "html" {
		content, err := Normalise(*d.Body.Content)
		if err != nil {
			return err
		}
		d.Body.Content = &content
	}
	if err := s.checkMentions(d); err != nil {
		return err
	}
	return checkMarks(d)
}

// checkMentions wants each mention to have a number of its own and to name one party, and people to exist, of whom it fills
// in what Teams knows.
func (s *State) checkMentions(d *Draft) error {
	mentions := slices.Clone(d.Mentions)
	for i, m := range mentions {
		if slices.ContainsFunc(mentions[:i], func(o Mention) bool { return o.ID == m.ID }) {
			return refuse(Invalid, "Two mentions have the id %d.", m.ID)
		}
		if err := m.Mentioned.check(); err != nil {
			return refuse(Invalid, "The mention '%s' %v.", m.MentionText, err)
		}
		if m.Mentioned.User == nil {
			continue
		}
		p, ok := s.person(m.Mentioned.User.ID)
		if !ok {
			return refuse(Invalid, "The mention '%s' names the user '%s', who is not in the directory.", m.MentionText, m.Mentioned.User.ID)
		}
		mentions[i].Mentioned.User = identityOf(p).User
	}
	d.Mentions = mentions
	return nil
}

// check says what is wrong with who is mentioned.
func (m Mentioned) check() error {
	named := 0
	for _, identity := range []*Identity{m.Application, m.Device, m.User, m.Tag} {
		if identity != nil {
			named++
			if identity.ID == "" {
				return errors.New("has no id")
			}
		}
	}
	if c := m.Conversation; c != nil {
		named++
		if c.ID == "" || !slices.Contains([]string{"team", "channel", "chat"}, c.Type) {
			return errors.New("of a conversation needs its id and a conversationIdentityType of team, channel or chat")
		}
	}
	if named != 1 {
		return fmt.Errorf("names %d parties instead of one", named)
	}
	return nil
}

func checkSize(d *Draft) error {
	size := len(*d.Body.Content)
	for _, part := range []any{d.Mentions, d.Attachments} {
		encoded, err := json.Marshal(part)
		if err != nil {
			return refuse(Invalid, "The message cannot be encoded: %v", err)
		}
		size += len(encoded) - len("[]")
	}
	if size > MaxMessageBytes {
		return refuse(TooLarge, "The message is %d bytes; Teams takes at most %d.", size, MaxMessageBytes)
	}
	return nil
}

// checkMarks wants a place in the body for each mention and attachment, and the other way round for mentions.
func checkMarks(d *Draft) error {
	placed := marks(*d.Body.Content, "at")
	for _, m := range d.Mentions {
		if !slices.Contains(placed, strconv.Itoa(m.ID)) {
			return refuse(Invalid, "The body has no <at id=\"%d\"> for the mention '%s'.", m.ID, m.MentionText)
		}
	}
	for _, id := range placed {
		if !slices.ContainsFunc(d.Mentions, func(m Mention) bool { return strconv.Itoa(m.ID) == id }) {
			return refuse(Invalid, "The body holds <at id=\"%s\">, but mentions has no item with that id.", id)
		}
	}
	placed = marks(*d.Body.Content, "attachment")
	for _, a := range d.Attachments {
		if !slices.Contains(placed, a.ID) {
			return refuse(Invalid, "The body has no <attachment id=\"%s\">.", a.ID)
		}
	}
	return nil
}
