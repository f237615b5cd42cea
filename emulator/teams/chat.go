// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// ChatType is what kind of chat one is.
type ChatType string

// The types of chats.
const (
	OneOnOne ChatType = "oneOnOne"
	Group    ChatType = "group"
	Meeting  ChatType = "meeting"
)

// Guest is the role of a guest of the tenant in a chat.
const Guest Role = "guest"

// Chat is a chat as Graph shows it (Graph docs, chat resource), without its members.
type Chat struct {
	ID        ChatID    `json:"id"`
	Topic     *string   `json:"topic"`
	CreatedAt Timestamp `json:"createdDateTime"`
	UpdatedAt Timestamp `json:"lastUpdatedDateTime"`
	Type      ChatType  `json:"chatType"`
	WebURL    string    `json:"webUrl"`
	TenantID  string    `json:"tenantId"`
}

// ChatMember is one person in a chat.
type ChatMember struct {
	Person
	Role Role
}

// ChatDraft is a chat to be made.
type ChatDraft struct {
	ID      ChatID // chosen by Teams unless a test wants a certain one
	Type    ChatType
	Topic   *string      // of group chats and meetings
	Members []ChatMember // ID is an object id or a user principal name
}

type chat struct {
	Chat
	conversation
	members []ChatMember
}

func (c *chat) has(userID string) bool {
	return slices.ContainsFunc(c.members, func(m ChatMember) bool { return m.ID == userID })
}

// CreateChat makes a chat. Two people have one oneOnOne chat: when they have it already, that one is returned. A group
// chat is made anew each time.
func (s *State) CreateChat(draft ChatDraft) (Chat, error) {
	members, err := s.chatMembers(draft.Members)
	if err != nil {
		return Chat{}, err
	}
	switch {
	case draft.Type == OneOnOne && draft.Topic != nil:
		return Chat{}, refuse(Invalid, "A topic cannot be given to a oneOnOne chat.")
	case draft.Type == OneOnOne && len(members) > 2, len(members) == 0:
		return Chat{}, refuse(Invalid, "A oneOnOne chat has exactly two members, not %d.", len(members))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := draft.ID
	if id == "" {
		id = newChatID(draft.Type, members)
	}
	if there, taken := s.chats[id]; taken {
		if draft.Type == OneOnOne && draft.ID == "" {
			return there.Chat, nil
		}
		return Chat{}, refuse(Conflict, "The chat '%s' exists already.", id)
	}
	now := Timestamp(s.clock.Now().UTC())
	c := &chat{
		Chat: Chat{
			ID: id, Topic: draft.Topic, CreatedAt: now, UpdatedAt: now, Type: draft.Type, TenantID: s.tenant,
			WebURL: "https://teams.microsoft.com/l/chat/" + url.PathEscape(string(id)) + "/0?tenantId=" + s.tenant,
		},
		conversation: newConversation(Place{Chat: id}),
		members:      members,
	}
	s.chats[id] = c
	return c.Chat, nil
}

// chatMembers looks the members up.
func (s *State) chatMembers(wanted []ChatMember) ([]ChatMember, error) {
	var members []ChatMember
	for _, m := range wanted {
		p, ok := s.person(m.ID)
		switch {
		case !ok:
			return nil, refuse(NotFound, "No user '%s' in the directory.", m.ID)
		case slices.ContainsFunc(members, func(known ChatMember) bool { return known.ID == p.ID }):
			return nil, refuse(Invalid, "Duplicate chat members is specified in the request body.")
		}
		members = append(members, ChatMember{Person: p, Role: cmp.Or(m.Role, Owner)})
	}
	return members, nil
}

// Chats returns all chats, the one that was last written in first.
func (s *State) Chats() []Chat { return s.chatsWhere(func(*chat) bool { return true }) }

// ChatsOf returns the chats that a person is in.
func (s *State) ChatsOf(userID string) []Chat {
	return s.chatsWhere(func(c *chat) bool { return c.has(userID) })
}

func (s *State) chatsWhere(want func(*chat) bool) []Chat {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []Chat{}
	for _, c := range s.chats {
		if want(c) {
			list = append(list, c.Chat)
		}
	}
	slices.SortFunc(list, func(a, b Chat) int {
		return cmp.Or(b.UpdatedAt.Time().Compare(a.UpdatedAt.Time()), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// Chat returns one chat.
func (s *State) Chat(id ChatID) (Chat, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.chat(id)
	if err != nil {
		return Chat{}, err
	}
	return c.Chat, nil
}

// ChatMembers returns a chat's members, oldest first.
func (s *State) ChatMembers(id ChatID) ([]ChatMember, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.chat(id)
	if err != nil {
		return nil, err
	}
	return slices.Clone(c.members), nil
}

// InChat says whether a person is in a chat.
func (s *State) InChat(id ChatID, userID string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.chat(id)
	return err == nil && c.has(userID)
}

// AddToChat puts somebody into a group chat or a meeting, which a system message tells.
func (s *State) AddToChat(by string, id ChatID, person string, role Role) error {
	members, err := s.chatMembers([]ChatMember{{Person: Person{ID: person}, Role: role}})
	if err != nil {
		return err
	}
	return s.changeMembers(by, id, "membersAdded", members[0].ID, func(c *chat) error {
		if c.has(members[0].ID) {
			return refuse(Conflict, "'%s' is in the chat already.", person)
		}
		c.members = append(c.members, members[0])
		return nil
	})
}

// RemoveFromChat takes somebody out of a group chat or a meeting.
func (s *State) RemoveFromChat(by string, id ChatID, person string) error {
	p, ok := s.person(person)
	if !ok {
		return refuse(NotFound, "No user '%s' in the directory.", person)
	}
	return s.changeMembers(by, id, "membersDeleted", p.ID, func(c *chat) error {
		if !c.has(p.ID) {
			return refuse(NotFound, "'%s' is not in the chat.", person)
		}
		c.members = slices.DeleteFunc(c.members, func(m ChatMember) bool { return m.ID == p.ID })
		return nil
	})
}

func (s *State) changeMembers(by string, id ChatID, event, subject string, apply func(*chat) error) error {
	author, ok := s.person(by)
	if !ok {
		return refuse(NotFound, "No user '%s' in the directory.", by)
	}
	s.mu.Lock()
	change, err := func() (Change, error) {
		c, err := s.chat(id)
		switch {
		case err != nil:
			return Change{}, err
		case c.Type == OneOnOne:
			return Change{}, refuse(Invalid, "The members of a oneOnOne chat do not change.")
		case !c.has(author.ID):
			return Change{}, refuse(Forbidden, "'%s' is not in the chat '%s'.", by, id)
		}
		if err := apply(c); err != nil {
			return Change{}, err
		}
		detail, err := json.Marshal(map[string]any{
			"@odata.type": "#microsoft.graph." + event + "EventMessageDetail", "members": []map[string]any{{"id": subject}}, "initiator": identityOf(author),
		})
		if err != nil {
			return Change{}, err
		}
		return s.system(&c.conversation, detail), nil
	}()
	s.mu.Unlock()
	if err == nil {
		s.announce(change)
	}
	return err
}

// system writes a message that nobody wrote. Graph names its type only to those who ask for unknown members of enums.
func (s *State) system(c *conversation, detail json.RawMessage) Change {
	id := c.newID(s.clock.Now(), &c.roots, nil, false)
	content := "<systemEventMessage/>"
	m := &Message{
		ID: id, ETag: string(id), Type: "unknownFutureValue", CreatedAt: timestamp(c.lastID), ModifiedAt: timestamp(c.lastID), Importance: "normal", Locale: "en-us",
		EventDetail: detail, Body: Body{ContentType: "html", Content: &content}, Attachments: []Attachment{}, Mentions: []Mention{}, Reactions: []Reaction{},
	}
	s.stand(m, c)
	s.sequence++
	c.roots.add(&record{live: m, etag: c.lastID, sequence: s.sequence, replies: newChain()})
	return Change{Type: Created, Ref: m.Ref(), Message: m}
}

// stand says in a message where it stands. Messages in chats have no address on the web.
func (s *State) stand(m *Message, c *conversation) {
	if c.place.Chat != "" {
		id := c.place.Chat
		m.ChatID = &id
		if there, ok := s.chats[id]; ok {
			there.UpdatedAt = m.CreatedAt
		}
		return
	}
	m.ChannelIdentity = &ChannelIdentity{TeamID: c.place.Team, ChannelID: c.place.Channel}
	root := m.ID
	if m.ReplyToID != nil {
		root = *m.ReplyToID
	}
	link := "https://teams.microsoft.com/l/message/" + url.PathEscape(string(c.place.Channel)) + "/" + string(m.ID) + "?groupId=" + string(c.place.Team) +
		"&tenantId=" + s.tenant + "&createdTime=" + string(m.ID) + "&parentMessageId=" + string(root)
	m.WebURL = &link
}

func (s *State) chat(id ChatID) (*chat, error) {
	if c, ok := s.chats[id]; ok {
		return c, nil
	}
	return nil, refuse(NotFound, "No chat '%s' was found.", id)
}

// conversation finds what is said at a place.
func (s *State) conversation(at Place) (*conversation, error) {
	if at.Chat != "" {
		c, err := s.chat(at.Chat)
		if err != nil {
			return nil, err
		}
		return &c.conversation, nil
	}
	c, err := s.channel(at)
	if err != nil {
		return nil, err
	}
	return &c.conversation, nil
}

// newChatID names a chat as Teams does: one of two people after them, so that there is only one.
func newChatID(kind ChatType, members []ChatMember) ChatID {
	var random [16]byte
	rand.Read(random[:]) // never fails (crypto/rand)
	switch kind {
	case OneOnOne:
		ids := []string{members[0].ID, members[len(members)-1].ID}
		slices.Sort(ids)
		return ChatID("19:" + strings.Join(ids, "_") + "@unq.gbl.spaces")
	case Meeting:
		return ChatID("19:meeting_" + base64.RawURLEncoding.EncodeToString([]byte(strconv.Quote(hex.EncodeToString(random[:])))) + "@thread.v2")
	}
	return ChatID("19:" + hex.EncodeToString(random[:]) + "@thread.v2")
}
