// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"slices"
	"strings"
	"time"
)

// Record is what both sides of a mapping showed when they last agreed. A side that differs from it has been changed since.
// Changes are found by comparing, never by counting notifications: those come twice, late, out of order, or not at all.
type Record struct {
	TeamsHash string // of the canonical text in Teams
	TeamsForm string // of the text with its form; empty while Teams' own form of it has not been seen
	PostHash  string // of the post's text
	Deleted   bool
	Reactions []CarriedReaction
}

// CarriedReaction is a reaction that both sides show. Somebody without an account on the other side is stood in for by a
// bot there, which then stands for several. A side is empty when it cannot show the reaction.
type CarriedReaction struct {
	TeamsUser TeamsUserID `json:"teams_user"`
	User      UserID      `json:"user"`
	Emoji     string      `json:"emoji"` // Unicode, as Teams has it
}

// PostReaction is one person's reaction to a post.
type PostReaction struct {
	User  UserID
	Emoji string // Unicode
}

// SentVersion is an edit that was sent to Teams.
type SentVersion struct {
	TeamsHash string    `json:"teams"`
	PostHash  string    `json:"post"`
	At        time.Time `json:"at"`
}

// lateFor is how long a version that was sent may come back late.
const lateFor = 10 * time.Minute

// NeverShown is a post hash that no post has: the mapping's text is to be sent again.
const NeverShown = "-"

// carries tells whether the post's text is what is recorded or what the bridge itself is writing: nobody edited it.
func (m Mapping) carries(postHash string) bool {
	return postHash == m.Record.PostHash || slices.Contains(m.Written, postHash)
}

// sentBefore tells whether a text in Teams is an edit of ours that is not the newest one.
func (m Mapping) sentBefore(teamsHash string) bool {
	return teamsHash != m.Record.TeamsHash && slices.ContainsFunc(m.SentVersions, func(v SentVersion) bool {
		return v.TeamsHash == teamsHash && time.Since(v.At) < lateFor
	})
}

// sameEmoji compares without the selector that only asks for a coloured picture: some systems leave it out.
func sameEmoji(a, b string) bool { return plainEmoji(a) == plainEmoji(b) }

func plainEmoji(emoji string) string { return strings.ReplaceAll(emoji, "\ufe0f", "") }

// reactionSubject names a reaction in the outbox.
func reactionSubject(r PostReaction) string { return string(r.User) + "/" + plainEmoji(r.Emoji) }

func reactionOf(subject string) PostReaction {
	user, emoji, _ := strings.Cut(subject, "/")
	return PostReaction{User: UserID(user), Emoji: emoji}
}

// onPost finds somebody's reaction among those of a post.
func onPost(reactions []PostReaction, r PostReaction) (PostReaction, bool) {
	i := slices.IndexFunc(reactions, func(o PostReaction) bool { return o.User == r.User && sameEmoji(o.Emoji, r.Emoji) })
	if i < 0 {
		return PostReaction{}, false
	}
	return reactions[i], true
}

func (c CarriedReaction) isPost(r PostReaction) bool {
	return c.User == r.User && sameEmoji(c.Emoji, r.Emoji)
}

func (c CarriedReaction) isTeams(user TeamsUserID, emoji string) bool {
	return c.TeamsUser == user && sameEmoji(c.Emoji, emoji)
}

// planReactions compares the reactions that Teams shows with the record: what the post needs, and what is recorded then.
// userOf says who stands for a Teams user on the post.
func planReactions(record []CarriedReaction, shown []Reaction, post []PostReaction, userOf func(TeamsUserID) (UserID, error),
) (next []CarriedReaction, add, remove []PostReaction, err error) {
	var lost []PostReaction
	for _, c := range record {
		if c.TeamsUser == "" || slices.ContainsFunc(shown, func(r Reaction) bool { return c.isTeams(r.User, r.Emoji) }) {
			next = append(next, c)
			continue
		}
		lost = append(lost, PostReaction{User: c.User, Emoji: c.Emoji})
	}
	for _, r := range shown {
		if r.User == "" || slices.ContainsFunc(next, func(c CarriedReaction) bool { return c.isTeams(r.User, r.Emoji) }) {
			continue
		}
		user, err := userOf(r.User)
		if err != nil {
			return nil, nil, nil, err
		}
		wanted := PostReaction{User: user, Emoji: r.Emoji}
		next = append(next, CarriedReaction{TeamsUser: r.User, User: user, Emoji: r.Emoji})
		if _, there := onPost(post, wanted); there {
			continue
		}
		if _, planned := onPost(add, wanted); !planned {
			add = append(add, wanted)
		}
	}
	for _, r := range lost {
		stillStandsFor := slices.ContainsFunc(next, func(c CarriedReaction) bool { return c.isPost(r) })
		_, planned := onPost(remove, r)
		if _, there := onPost(post, r); there && !stillStandsFor && !planned && r.User != "" {
			remove = append(remove, r)
		}
	}
	return next, add, remove, nil
}
