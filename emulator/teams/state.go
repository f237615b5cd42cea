// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Clock is the emulator's one clock.
type Clock interface{ Now() time.Time }

// State is Microsoft Teams in one tenant. All methods are safe for concurrent use.
type State struct {
	clock  Clock
	people People
	tenant string

	mu       sync.RWMutex
	teams    map[TeamID]*team
	chats    map[ChatID]*chat
	sequence uint64 // counts changes of messages; the cursor of a delta query
	reuse    bool   // see ReuseReplyIDs

	foreignersMu sync.RWMutex
	foreigners   map[string]Person // by id and by user principal name; see AddForeigner

	observersMu sync.RWMutex
	observers   []func(Change)
}

type team struct {
	Team
	channels []*channel
	members  []Membership
}

type channel struct {
	Channel
	conversation
}

// Team is a team as Graph shows it (Graph docs, team resource), without its members.
type Team struct {
	ID          TeamID    `json:"id"`
	DisplayName string    `json:"displayName"`
	Description *string   `json:"description"`
	CreatedAt   Timestamp `json:"createdDateTime"`
	Visibility  string    `json:"visibility"`
	IsArchived  bool      `json:"isArchived"`
	WebURL      string    `json:"webUrl"`
	TenantID    string    `json:"tenantId"`
}

// Channel is a channel as Graph shows it (Graph docs, channel resource).
type Channel struct {
	ID             ChannelID `json:"id"`
	DisplayName    string    `json:"displayName"`
	Description    *string   `json:"description"`
	CreatedAt      Timestamp `json:"createdDateTime"`
	Email          string    `json:"email"`
	MembershipType string    `json:"membershipType"`
	IsArchived     bool      `json:"isArchived"`
	WebURL         string    `json:"webUrl"`
	TenantID       string    `json:"tenantId"`
}

// New makes an empty Teams for one tenant.
func New(clock Clock, tenantID string, people People) *State {
	return &State{clock: clock, tenant: tenantID, people: people, teams: map[TeamID]*team{}, chats: map[ChatID]*chat{}}
}

// AddTeam makes a team with its channel General. An empty id is chosen.
func (s *State) AddTeam(id TeamID, displayName, description string) (Team, error) {
	if id == "" {
		id = TeamID(uuid.NewString())
	}
	id = TeamID(strings.ToLower(string(id)))
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.teams[id]; taken {
		return Team{}, refuse(Conflict, "The team '%s' exists already.", id)
	}
	t := &team{Team: Team{
		ID:          id,
		DisplayName: displayName,
		Description: nullable(description),
		CreatedAt:   Timestamp(s.clock.Now().UTC()),
		Visibility:  "private",
		WebURL:      "https://teams.microsoft.com/l/team/" + url.PathEscape(string(id)) + "/conversations?groupId=" + string(id) + "&tenantId=" + s.tenant,
		TenantID:    s.tenant,
	}}
	s.teams[id] = t
	if _, err := s.addChannel(t, "", "General", ""); err != nil {
		return Team{}, err
	}
	return t.Team, nil
}

// AddChannel makes a standard channel. An empty id is chosen; names are unique in a team, without case.
func (s *State) AddChannel(in TeamID, id ChannelID, displayName, description string) (Channel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.team(in)
	if err != nil {
		return Channel{}, err
	}
	return s.addChannel(t, id, displayName, description)
}

func (s *State) addChannel(t *team, id ChannelID, displayName, description string) (Channel, error) {
	if id == "" {
		id = newChannelID()
	}
	if displayName == "" {
		return Channel{}, refuse(Invalid, "A channel needs a displayName.")
	}
	for _, other := range s.teams {
		for _, c := range other.channels {
			if c.ID == id {
				return Channel{}, refuse(Conflict, "The channel '%s' exists already.", id)
			}
			if other == t && strings.EqualFold(c.DisplayName, displayName) {
				return Channel{}, refuse(Conflict, "The channel name '%s' is taken in this team.", displayName)
			}
		}
	}
	c := &channel{
		Channel: Channel{
			ID:             id,
			DisplayName:    displayName,
			Description:    nullable(description),
			CreatedAt:      Timestamp(s.clock.Now().UTC()),
			MembershipType: "standard",
			WebURL:         "https://teams.microsoft.com/l/channel/" + url.PathEscape(string(id)) + "/" + url.PathEscape(displayName) + "?groupId=" + string(t.ID) + "&tenantId=" + s.tenant,
			TenantID:       s.tenant,
		},
		conversation: newConversation(Place{Team: t.ID, Channel: id}),
	}
	t.channels = append(t.channels, c)
	return c.Channel, nil
}

// AddMember puts a person, named by object id or user principal name, into a team or changes their role.
func (s *State) AddMember(in TeamID, person string, role Role) error {
	p, ok := s.person(person)
	if !ok {
		return refuse(NotFound, "No user '%s' in the directory.", person)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.team(in)
	if err != nil {
		return err
	}
	t.members = slices.DeleteFunc(t.members, func(m Membership) bool { return m.UserID == p.ID })
	t.members = append(t.members, Membership{UserID: p.ID, Role: role})
	return nil
}

// RemoveMember takes a person out of a team.
func (s *State) RemoveMember(in TeamID, person string) error {
	if p, ok := s.person(person); ok {
		person = p.ID
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.team(in)
	if err != nil {
		return err
	}
	t.members = slices.DeleteFunc(t.members, func(m Membership) bool { return m.UserID == person })
	return nil
}

// Teams returns all teams by name.
func (s *State) Teams() []Team {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return sorted(s.teams, func(*team) bool { return true })
}

// JoinedTeams returns the teams that a person is a member of, by name.
func (s *State) JoinedTeams(userID string) []Team {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return sorted(s.teams, func(t *team) bool { return t.has(userID) })
}

// Team returns one team.
func (s *State) Team(id TeamID) (Team, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, err := s.team(id)
	if err != nil {
		return Team{}, err
	}
	return t.Team, nil
}

// Members returns a team's members, oldest first.
func (s *State) Members(id TeamID) ([]Membership, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, err := s.team(id)
	if err != nil {
		return nil, err
	}
	return slices.Clone(t.members), nil
}

// IsMember says whether a person is in a team.
func (s *State) IsMember(id TeamID, userID string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, err := s.team(id)
	return err == nil && t.has(userID)
}

// Channels returns a team's channels, General first, then by age.
func (s *State) Channels(id TeamID) ([]Channel, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, err := s.team(id)
	if err != nil {
		return nil, err
	}
	channels := make([]Channel, len(t.channels))
	for i, c := range t.channels {
		channels[i] = c.Channel
	}
	return channels, nil
}

// Channel returns one channel.
func (s *State) Channel(in TeamID, id ChannelID) (Channel, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.channel(Place{Team: in, Channel: id})
	if err != nil {
		return Channel{}, err
	}
	return c.Channel, nil
}

// Clear forgets everything: teams, channels, chats, messages. Observers stay.
func (s *State) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.teams)
	clear(s.chats)
	s.reuse = false
	s.foreignersMu.Lock()
	defer s.foreignersMu.Unlock()
	clear(s.foreigners)
}

func (s *State) team(id TeamID) (*team, error) {
	t, ok := s.teams[TeamID(strings.ToLower(string(id)))]
	if !ok {
		return nil, refuse(NotFound, "No team found with Group Id %s", id)
	}
	return t, nil
}

func (s *State) channel(at Place) (*channel, error) {
	t, err := s.team(at.Team)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(t.channels, func(c *channel) bool { return c.ID == at.Channel }); i >= 0 {
		return t.channels[i], nil
	}
	return nil, refuse(NotFound, "The channel '%s' does not exist in the team '%s'.", at.Channel, at.Team)
}

func (t *team) has(userID string) bool {
	return slices.ContainsFunc(t.members, func(m Membership) bool { return m.UserID == userID })
}

func sorted(teams map[TeamID]*team, want func(*team) bool) []Team {
	list := []Team{}
	for _, t := range teams {
		if want(t) {
			list = append(list, t.Team)
		}
	}
	slices.SortFunc(list, func(a, b Team) int {
		return cmp.Or(cmp.Compare(a.DisplayName, b.DisplayName), cmp.Compare(a.ID, b.ID))
	})
	return list
}

func newChannelID() ChannelID {
	var random [16]byte
	rand.Read(random[:]) // never fails (crypto/rand)
	return ChannelID("19:" + hex.EncodeToString(random[:]) + "@thread.tacv2")
}

func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
