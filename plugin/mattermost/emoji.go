// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/mattermost/mattermost/server/public/model"
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
