// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// Resource is what a subscription watches.
type Resource struct {
	// Pattern is the resource as the permission catalogue spells it behind SUBSCRIBE, e.g.
	// "/teams/{team-id}/channels/{channel-id}/messages".
	Pattern string
	// Place is the conversation watched; its fields are empty where all are.
	Place teams.Place
	// User is whose chats are watched, an object id or user principal name; empty when not those of one person.
	User string
}

// The resources that can be watched.
const (
	AllChannels = "/teams/getAllMessages"
	AllChats    = "/chats/getAllMessages"
	OneChannel  = "/teams/{team-id}/channels/{channel-id}/messages"
	OneChat     = "/chats/{chat-id}/messages"
	UserChats   = "/users/{user-id}/chats/getAllMessages"
)

// keyStyle is a segment such as teams('x').
var keyStyle = regexp.MustCompile(`^([A-Za-z]+)\('(.*)'\)$`)

// ParseResource reads a subscription's resource: with or without leading slash, key style or path style. A billing
// model (?model=A or B) does not make another resource.
func ParseResource(resource string) (Resource, error) {
	path, query, _ := strings.Cut(resource, "?")
	switch {
	case strings.Contains(path, "://"):
		return Resource{}, refuse(http.StatusBadRequest, "InvalidRequest", "The resource must not hold a base URL.")
	case query != "" && query != "model=A" && query != "model=B":
		return Resource{}, refuse(http.StatusBadRequest, "BadRequest", "The emulator does not evaluate '?%s' on a subscription's resource.", query)
	}
	var segments []string
	for _, segment := range strings.Split(strings.Trim(path, "/"), "/") {
		if parts := keyStyle.FindStringSubmatch(segment); parts != nil {
			segments = append(segments, parts[1], parts[2])
			continue
		}
		segments = append(segments, segment)
	}
	switch plain := strings.ToLower("/" + strings.Join(segments, "/")); {
	case plain == strings.ToLower(AllChannels):
		return Resource{Pattern: AllChannels}, nil
	case plain == strings.ToLower(AllChats):
		return Resource{Pattern: AllChats}, nil
	case len(segments) == 5 && strings.EqualFold(segments[0], "teams") && strings.EqualFold(segments[2], "channels") && strings.EqualFold(segments[4], "messages"):
		return Resource{Pattern: OneChannel, Place: teams.Place{Team: teams.TeamID(strings.ToLower(segments[1])), Channel: teams.ChannelID(segments[3])}}, nil
	}
	switch {
	case len(segments) == 3 && strings.EqualFold(segments[0], "chats") && strings.EqualFold(segments[2], "messages"):
		return Resource{Pattern: OneChat, Place: teams.Place{Chat: teams.ChatID(segments[1])}}, nil
	case len(segments) == 4 && strings.EqualFold(segments[0], "users") && strings.EqualFold(segments[2], "chats") && strings.EqualFold(segments[3], "getAllMessages"):
		return Resource{Pattern: UserChats, User: strings.ToLower(segments[1])}, nil
	}
	return Resource{}, refuse(http.StatusBadRequest, "ExtensionError", "The resource '%s' cannot be subscribed to here. The emulator knows %s, %s, %s, %s and %s.", resource, OneChannel, AllChannels, OneChat, UserChats, AllChats)
}

// covers says whether a change at a place belongs to the resource. inChat tells who is in a chat.
func (r Resource) covers(at teams.Place, inChat func(chat teams.ChatID, user string) bool) bool {
	switch r.Pattern {
	case OneChat:
		return at.Chat != "" && at.Chat == r.Place.Chat
	case UserChats:
		return at.Chat != "" && inChat != nil && inChat(at.Chat, r.User)
	case OneChannel:
		return at.Channel != "" && at.Channel == r.Place.Channel
	case AllChannels:
		return at.Channel != ""
	case AllChats:
		return at.Chat != ""
	}
	return false
}

// changedPath is the key-style path of a changed message in notifications.
func changedPath(ref teams.Ref) string {
	at := "chats('" + string(ref.Chat) + "')"
	if ref.Channel != "" {
		at = "teams('" + string(ref.Team) + "')/channels('" + string(ref.Channel) + "')"
	}
	if ref.Root != "" {
		return at + "/messages('" + string(ref.Root) + "')/replies('" + string(ref.ID) + "')"
	}
	return at + "/messages('" + string(ref.ID) + "')"
}
