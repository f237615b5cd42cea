// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import "fmt"

// Seed is a team to begin with, as it stands in a seed file.
type Seed struct {
	ID          TeamID        `json:"id,omitempty"` // chosen when empty
	DisplayName string        `json:"displayName"`
	Description string        `json:"description,omitempty"`
	Channels    []ChannelSeed `json:"channels,omitempty"` // beside General, which every team has
	Owners      []string      `json:"owners,omitempty"`   // object ids or user principal names
	Members     []string      `json:"members,omitempty"`
}

// ChannelSeed is a channel of a Seed.
type ChannelSeed struct {
	ID          ChannelID `json:"id,omitempty"` // chosen when empty
	DisplayName string    `json:"displayName"`
	Description string    `json:"description,omitempty"`
}

// Load makes the teams of a seed. The people in it must exist in the directory.
func (s *State) Load(seeds []Seed) error {
	for _, seed := range seeds {
		if _, err := s.Add(seed); err != nil {
			return fmt.Errorf("seed, team %q: %w", seed.DisplayName, err)
		}
	}
	return nil
}

// Add makes one team of a seed with its channels and members.
func (s *State) Add(seed Seed) (Team, error) {
	t, err := s.AddTeam(seed.ID, seed.DisplayName, seed.Description)
	if err != nil {
		return Team{}, err
	}
	for _, c := range seed.Channels {
		if _, err := s.AddChannel(t.ID, c.ID, c.DisplayName, c.Description); err != nil {
			return Team{}, err
		}
	}
	for _, person := range seed.Owners {
		if err := s.AddMember(t.ID, person, Owner); err != nil {
			return Team{}, err
		}
	}
	for _, person := range seed.Members {
		if err := s.AddMember(t.ID, person, Member); err != nil {
			return Team{}, err
		}
	}
	return t, nil
}

// DefaultSeed is the demo tenant's team.
func DefaultSeed() []Seed {
	return []Seed{{
		ID:          "55555555-5555-4555-8555-555555555555",
		DisplayName: "Demo Team",
		Description: "A team to try the bridge with.",
		Channels: []ChannelSeed{{
			ID:          "19:5555555555555555555555555555bbbb@thread.tacv2",
			DisplayName: "Bridge",
			Description: "To be linked to a Mattermost channel.",
		}},
		Owners:  []string{"admin@demo.example"},
		Members: []string{"alex@demo.example", "blake@demo.example"},
	}}
}
