// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// UnicodeOf returns the emoji of one of the server's built-in names; false for emoji that the server's users made, which
// have a picture and no code.
func UnicodeOf(name string) (string, bool) {
	codes, ok := model.SystemEmojis[name]
	if !ok {
		return "", false
	}
	var b strings.Builder
	for code := range strings.SplitSeq(codes, "-") {
		point, err := strconv.ParseUint(code, 16, 32)
		if err != nil {
			return "", false // e.g. "mattermost", which is a picture too
		}
		b.WriteRune(rune(point))
	}
	return b.String(), true
}

// EmojiOf is the emoji of a name: its code, or :name: for one that the server's users made.
func EmojiOf(name string) string {
	if emoji, known := UnicodeOf(name); known {
		return emoji
	}
	return ":" + name + ":"
}

// ownName is the name in an emoji like :name:, as this server writes names.
func ownName(emoji string) (string, bool) {
	inner, opened := strings.CutPrefix(emoji, ":")
	name, closed := strings.CutSuffix(inner, ":")
	if !opened || !closed || name == "" {
		return "", false
	}
	return strings.ToLower(strings.ReplaceAll(name, " ", "_")), true
}

// reactionName is the name under which a reaction with the emoji is made.
func reactionName(emoji string) (string, bool) {
	if name, own := ownName(emoji); own {
		return name, true
	}
	names := namesOf(emoji)
	if len(names) == 0 {
		return "", false
	}
	return names[0], true
}

// ReactionEmoji is the emoji by which a post shows one of Teams: the same; without its skin tone, where this server does not know it
// with one; for :name: one of the server's that has this name; else bridge.StandIn.
func (s *Server) ReactionEmoji(_ context.Context, emoji string) (string, error) {
	name, own := ownName(emoji)
	if !own {
		for _, shown := range []string{emoji, pale(emoji)} {
			if len(namesOf(shown)) > 0 {
				return shown, nil
			}
		}
		return bridge.StandIn, nil
	}
	if known, builtIn := UnicodeOf(name); builtIn {
		return known, nil
	}
	if valid := model.IsValidEmojiName(name) == nil; !valid {
		return bridge.StandIn, nil
	}
	_, e := s.api.GetEmojiByName(name)
	switch {
	case e == nil:
		return ":" + name + ":", nil
	case e.StatusCode >= http.StatusInternalServerError && e.StatusCode != http.StatusNotImplemented:
		return "", failure("look for emoji "+name, e)
	}
	return bridge.StandIn, nil
}

// pale is an emoji without its skin tone.
func pale(emoji string) string {
	return strings.Map(func(c rune) rune {
		if c >= 0x1f3fb && c <= 0x1f3ff {
			return -1
		}
		return c
	}, emoji)
}

// namesOf returns the built-in names of an emoji, the one that reactions get first.
func namesOf(emoji string) []string { return emojiNames()[plain(emoji)] }

// plain leaves out the selector that only asks for a coloured picture: names and codes do not agree on it.
func plain(emoji string) string { return strings.ReplaceAll(emoji, "\ufe0f", "") }

// emojiNames lists the names of each emoji, the shortest first: +1 before thumbsup, as the server's own picker has it.
var emojiNames = sync.OnceValue(func() map[string][]string {
	names := map[string][]string{}
	for _, name := range slices.SortedFunc(maps.Keys(model.SystemEmojis), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	}) {
		if emoji, ok := UnicodeOf(name); ok {
			names[plain(emoji)] = append(names[plain(emoji)], name)
		}
	}
	return names
})
