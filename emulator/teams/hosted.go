// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// HostedContent is a picture on its way into a message (Graph docs, chatMessageHostedContent resource).
type HostedContent struct {
	TemporaryID string `json:"@microsoft.graph.temporaryId"`
	Bytes       []byte `json:"contentBytes"`
	ContentType string `json:"contentType"`
}

// Hosted is a picture or the text of a code snippet that Teams keeps with a message.
type Hosted struct {
	ID          string
	ContentType string
	Bytes       []byte
}

// host keeps the pictures that a body names by ../hostedContents/<temporary id>/$value and lets it name them by their addresses.
func (r *record) host(address string, contents []HostedContent) error {
	if len(contents) == 0 {
		return nil
	}
	m := *r.live
	text := m.Text()
	for _, c := range contents {
		if c.TemporaryID == "" || len(c.Bytes) == 0 || !strings.HasPrefix(c.ContentType, "image/") {
			return refuse(Invalid, "A hosted content has a temporary id, contentBytes and the contentType of a picture.")
		}
		named := `"../hostedContents/` + c.TemporaryID + `/$value"`
		if !strings.Contains(text, named) {
			return refuse(Invalid, "The body has no picture for the hosted content '%s'.", c.TemporaryID)
		}
		text = strings.ReplaceAll(text, named, strconv.Quote(r.add(address, c.ContentType, c.Bytes)))
	}
	m.Body.Content = &text
	r.live = &m
	return nil
}

// add keeps a content and returns its address.
func (r *record) add(address, contentType string, content []byte) string {
	if address == "" {
		address = "https://graph.microsoft.com"
	}
	kept := Hosted{ContentType: contentType, Bytes: content,
		ID: base64.URLEncoding.EncodeToString([]byte("id=,url=https://demo-api.asm.skype.com/v1/objects/" + uuid.NewString()))}
	r.hosted = append(r.hosted, kept)
	return address + "/v1.0" + r.live.path() + "/hostedContents/" + kept.ID + "/$value"
}

// keep keeps the texts of code snippets, whose attachments name their addresses (Graph docs, chatMessageHostedContent resource).
func (r *record) keep(address string, snippets map[string]string) error {
	m := *r.live
	m.Attachments = slices.Clone(m.Attachments)
	for i, a := range m.Attachments {
		text, is := snippets[a.ID]
		if !is {
			continue
		}
		content := map[string]any{}
		if a.Content != nil {
			if err := json.Unmarshal([]byte(*a.Content), &content); err != nil {
				return refuse(Invalid, "The content of the attachment '%s' is no JSON.", a.ID)
			}
		}
		content["codeSnippetUrl"] = r.add(address, "text/plain", []byte(text))
		document, err := json.Marshal(content)
		if err != nil {
			return err
		}
		m.Attachments[i].Content = new(string(document))
	}
	r.live = &m
	return nil
}

// path is the message's in Graph.
func (m *Message) path() string {
	ref := m.Ref()
	path := "/chats/" + string(ref.Chat)
	if ref.Channel != "" {
		path = "/teams/" + string(ref.Team) + "/channels/" + string(ref.Channel)
	}
	if ref.Root != "" {
		return fmt.Sprintf("%s/messages/%s/replies/%s", path, ref.Root, ref.ID)
	}
	return fmt.Sprintf("%s/messages/%s", path, ref.ID)
}

// HostedContents returns the pictures of a message that stands.
func (s *State) HostedContents(ref Ref) ([]Hosted, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.conversation(ref.Place)
	if err != nil {
		return nil, err
	}
	r, err := c.find(ref)
	if err != nil {
		return nil, err
	}
	if r.deletedAt != nil {
		return nil, nil
	}
	return r.hosted, nil
}
