// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"encoding/json"
	"strings"
)

// What nobody signs in for: messages of applications, which reach Teams over the Bot Framework or a connector's webhook
// and not over Graph, and system messages, which Teams makes itself. Graph only reads them.

// Application is an application that writes.
type Application struct {
	ID   string `json:"id"`
	Name string `json:"displayName"`
	Type string `json:"applicationIdentityType"` // bot, office365Connector, outgoingWebhook, …; bot if left out
}

// PostAsApplication writes a message as an application.
func (s *State) PostAsApplication(as Application, at Place, root MessageID, draft Draft) (*Message, error) {
	if as.Name == "" {
		return nil, refuse(Invalid, "An application that writes has a name.")
	}
	if as.Type == "" {
		as.Type = "bot"
	}
	if err := s.settle(&draft); err != nil {
		return nil, err
	}
	return s.appear(at, root, draft, &IdentitySet{Application: &Identity{
		Type: "#microsoft.graph.teamworkApplicationIdentity", ID: as.ID, DisplayName: as.Name, ApplicationIdentityType: as.Type,
	}})
}

// Happen makes a system message. detail is an eventMessageDetail with its @odata.type.
func (s *State) Happen(at Place, detail json.RawMessage) (*Message, error) {
	var named struct {
		Type string `json:"@odata.type"`
	}
	if err := json.Unmarshal(detail, &named); err != nil || !strings.HasSuffix(named.Type, "EventMessageDetail") {
		return nil, refuse(Invalid, "The detail of an event has an @odata.type like #microsoft.graph.membersAddedEventMessageDetail.")
	}
	return s.appear(at, "", Draft{Body: HTML("<systemEventMessage/>"), Importance: "normal", Mentions: []Mention{}, Attachments: []Attachment{}, event: detail}, nil)
}

func (s *State) appear(at Place, root MessageID, draft Draft, from *IdentitySet) (*Message, error) {
	s.mu.Lock()
	c, err := s.conversation(at)
	var change Change
	if err == nil {
		change, err = s.post(c, from, root, draft)
	}
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	s.announce(change)
	return change.Message, nil
}

// EditAsApplication changes a message as the application that wrote it, e.g. a poll that somebody voted in.
func (s *State) EditAsApplication(as Application, ref Ref, edit Edit) (*Message, error) {
	return s.alter(ref, Updated, func(at Place) (*conversation, Person, error) {
		c, err := s.conversation(at)
		return c, Person{}, err
	}, func(r *record, _ Person, at Timestamp) error {
		if r.live.From == nil || r.live.From.Application == nil || r.live.From.Application.DisplayName != as.Name {
			return refuse(Forbidden, "Only the sender of a message can update it.")
		}
		return s.rewrite(r, ref, edit, at)
	})
}
