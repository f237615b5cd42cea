// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package intake

import (
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

var errNoMessage = errors.New("the resource is no message of a channel or chat")

// parseResource reads the name of a message as notifications carry it, with keys in parentheses or between slashes:
//
//	teams('t')/channels('c')/messages('m')/replies('r')
//	/teams/t/channels/c/messages/m
//	chats('c')/messages('m')
func parseResource(resource string) (bridge.MessageRef, error) {
	steps, err := split(resource)
	if err != nil {
		return bridge.MessageRef{}, err
	}
	var ref bridge.MessageRef
	var names []string
	for i := 0; i+1 < len(steps); i += 2 {
		names = append(names, strings.ToLower(steps[i]))
		if !storable(steps[i+1]) {
			return bridge.MessageRef{}, errNoMessage
		}
	}
	if len(steps) != 2*len(names) {
		return bridge.MessageRef{}, errNoMessage
	}
	switch strings.Join(names, "/") {
	case "teams/channels/messages":
		ref.Conversation = bridge.Conversation{Team: bridge.TeamID(steps[1]), ID: bridge.ConversationID(steps[3])}
		ref.ID = bridge.TeamsMessageID(steps[5])
	case "teams/channels/messages/replies":
		ref.Conversation = bridge.Conversation{Team: bridge.TeamID(steps[1]), ID: bridge.ConversationID(steps[3])}
		ref.Root, ref.ID = bridge.TeamsMessageID(steps[5]), bridge.TeamsMessageID(steps[7])
	case "chats/messages":
		ref.Conversation.ID = bridge.ConversationID(steps[1])
		ref.ID = bridge.TeamsMessageID(steps[3])
	default:
		return bridge.MessageRef{}, errNoMessage
	}
	return ref, nil
}

// storable tells whether a text can be stored as it is: PostgreSQL takes neither broken UTF-8 nor a zero byte, and one
// item must not keep the whole delivery from being committed.
func storable(text string) bool {
	return text != "" && utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}

// split parts a resource into names and keys: teams, t, channels, c, …
func split(resource string) (steps []string, err error) {
	rest := strings.TrimPrefix(resource, "/")
	for rest != "" {
		end := strings.IndexAny(rest, "/(")
		if end < 0 || rest[end] == '/' {
			step := rest
			if end < 0 {
				rest = ""
			} else {
				step, rest = rest[:end], rest[end+1:]
			}
			if step, err = url.PathUnescape(step); err != nil {
				return nil, errNoMessage
			}
			steps = append(steps, step)
			continue
		}
		key, after, ok := quotedKey(rest[end+1:])
		if !ok {
			return nil, errNoMessage
		}
		steps = append(steps, rest[:end], key)
		rest = strings.TrimPrefix(after, "/")
	}
	return steps, nil
}

// quotedKey reads 'key') and returns the key and what follows. A quote in a key is written twice.
func quotedKey(text string) (key, rest string, ok bool) {
	text, ok = strings.CutPrefix(text, "'")
	if !ok {
		return "", "", false
	}
	var b strings.Builder
	for {
		end := strings.IndexByte(text, '\'')
		if end < 0 {
			return "", "", false
		}
		b.WriteString(text[:end])
		text = text[end+1:]
		if !strings.HasPrefix(text, "'") {
			break
		}
		b.WriteByte('\'')
		text = text[1:]
	}
	rest, ok = strings.CutPrefix(text, ")")
	return b.String(), rest, ok
}

// reference finds the message of a notification. Both places should name the same one; when they do not, the one that
// ends in the resource's own id is right (one example of the Graph docs names another message in the other).
func reference(resource, odataID, id string) (bridge.MessageRef, error) {
	ref, err := parseResource(resource)
	if err == nil && (id == "" || string(ref.ID) == id) {
		return ref, nil
	}
	other, otherErr := parseResource(odataID)
	if otherErr == nil && (err != nil || string(other.ID) == id) {
		return other, nil //nolint:nilerr // one of the two spellings is enough
	}
	return ref, err
}
