// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"cmp"
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
	RestHash  string // of the texts of the other posts of a message from Teams that has several; empty: it has one
	Deleted   bool
	Reactions []CarriedReaction
	Files     []CarriedFile // nil: the message was carried before files were
}

// CarriedReaction is a reaction that both sides show. Somebody without an account on the other side is stood in for by a
// bot there, which then stands for several. A side is empty when it cannot show the reaction.
type CarriedReaction struct {
	TeamsUser TeamsUserID `json:"teams_user"`
	User      UserID      `json:"user"`
	Emoji     string      `json:"emoji"` // as Teams has it
	// Pending is set while only one side is known to show it: it is being carried in this direction, or is Withdrawn. No side is
	// known to show one that is Recalled.
	Pending Direction `json:"pending,omitempty"`
	// Shown is the emoji that the post has in its place, of those that are not the same on both sides.
	Shown string `json:"shown,omitempty"`
	// Unsure is when it was made or taken back while nobody knew what became of the opposite call, in seconds since the epoch: what
	// Teams shows may still be that call's.
	Unsure int64 `json:"unsure,omitempty"`
}

// onPost is the reaction as the post has it.
func (c CarriedReaction) onPost() PostReaction {
	return PostReaction{User: c.User, Emoji: cmp.Or(c.Shown, c.Emoji)}
}

// carriedReaction is one that Teams and the post show by the emoji given.
func carriedReaction(teams TeamsUserID, emoji string, post PostReaction) CarriedReaction {
	c := CarriedReaction{TeamsUser: teams, User: post.User, Emoji: emoji}
	if !sameEmoji(emoji, post.Emoji) {
		c.Shown = post.Emoji
	}
	return c
}

// StandIn is shown for an emoji that a side does not know: one of an organisation's own making, or a newer one. That somebody
// reacted is not lost, nor whether it was taken back; it says neither yes nor no.
const StandIn = "🔣"

// ownEmoji tells whether an emoji is of an organisation's own making: it has a name, written :name:, and no code.
func ownEmoji(emoji string) bool {
	return len(emoji) > 2 && emoji[0] == ':' && emoji[len(emoji)-1] == ':'
}

// inTeams is the emoji by which Teams shows an emoji of Mattermost. Graph takes no reactions with an organisation's own.
func inTeams(emoji string) string {
	if ownEmoji(emoji) {
		return StandIn
	}
	return emoji
}

// Withdrawn is the Pending of a reaction that is being taken from the post, because it was taken back in Teams.
const Withdrawn Direction = "withdrawn"

// Recalled is the Pending of a reaction that was taken back before anybody knew whether Teams had got it. Teams may show it yet.
const Recalled Direction = "recalled"

// unsure tells whether what Teams shows may still be an older call's.
func (c CarriedReaction) unsure() bool { return time.Since(time.Unix(c.Unsure, 0)) < lateFor }

// PostReaction is one person's reaction to a post.
type PostReaction struct {
	User  UserID
	Emoji string // Unicode, or :name: for an emoji of the server's own
}

// SentVersion is an edit that was sent to Teams.
type SentVersion struct {
	TeamsHash string    `json:"teams"`
	PostHash  string    `json:"post"`
	At        time.Time `json:"at"`
	// Rest is of what stands in parts beside the message or the post: of a message from Teams that of Record.RestHash, of others of
	// the other messages in Teams.
	Rest string `json:"rest,omitempty"`

	Files []CarriedFile `json:"files,omitempty"`
}

// lateFor is how long what was sent may take effect late, or come back late.
const lateFor = 10 * time.Minute

// NeverShown is a post hash that no post has: the mapping's text is to be sent again, or, of a deleted one, was deleted in
// Mattermost only.
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
	return c.User == r.User && sameEmoji(cmp.Or(c.Shown, c.Emoji), r.Emoji)
}

// beingWritten tells whether the post is being made to show what Teams does; that may have been cut off.
func (c CarriedReaction) beingWritten() bool { return c.Pending == Inbound || c.Pending == Withdrawn }

func (c CarriedReaction) isTeams(user TeamsUserID, emoji string) bool {
	return c.TeamsUser == user && sameEmoji(c.Emoji, emoji)
}

// reactionPlan is what reactions a post gets and loses, what is recorded before, and what after that is done.
type reactionPlan struct {
	add, remove   []PostReaction
	again         []PostReaction // to be sent to Teams again: a call whose outcome was not known has undone the newer one
	before, after []CarriedReaction
}

// standsFor tells whether what Teams shows of a reaction is another one's too.
func standsFor(record []CarriedReaction, c CarriedReaction) bool {
	return slices.ContainsFunc(record, func(o CarriedReaction) bool { return o.Pending != Recalled && o.isTeams(c.TeamsUser, c.Emoji) })
}

// planReactions compares the reactions that Teams shows with the record. standIn says who stands for a Teams user on the
// post; nobody for our own bots. changed lists those on the post that are queued as changed there: what a write that was cut
// off had already done to one of them, somebody has undone since. emojiOf says by which emoji a post shows one of Teams.
func planReactions(record []CarriedReaction, shown []Reaction, post, changed []PostReaction, standIn func(TeamsUserID) (UserID, error),
	emojiOf func(string) (string, error),
) (plan reactionPlan, err error) {
	var lost []PostReaction
	there := func(c CarriedReaction) bool {
		return slices.ContainsFunc(shown, func(r Reaction) bool { return c.isTeams(r.User, r.Emoji) })
	}
	need := func(r PostReaction) {
		_, there := onPost(post, r)
		_, planned := onPost(plan.add, r)
		if !there && !planned && r.User != "" {
			plan.add = append(plan.add, r)
		}
	}
	for _, c := range record {
		intent := len(plan.before)
		plan.before = append(plan.before, c)
		mine := c.onPost()
		_, onIt := onPost(post, mine)
		_, touched := onPost(changed, mine)
		switch stands := c.TeamsUser != "" && there(c); {
		case c.Pending == Recalled && !c.unsure():
			// It did not come any more.
		case c.Pending == Recalled:
			plan.after = append(plan.after, c)
			if stands && !standsFor(record, c) {
				plan.again = append(plan.again, mine)
			}
		case !stands && c.TeamsUser != "" && c.Pending == "" && c.unsure() && onIt:
			plan.after = append(plan.after, c)
			plan.again = append(plan.again, mine)
		case stands && c.Pending == Inbound && touched && !onIt:
			// Taken back since it was shown; that is on its way to Teams.
			c.Pending = ""
			plan.after = append(plan.after, c)
		case !stands && c.Pending == Withdrawn && touched && onIt:
			// Made again since it was taken from the post; that is on its way to Teams.
		case stands && c.Pending != "":
			need(mine)
			c.Pending = ""
			plan.after = append(plan.after, c)
		case stands, c.TeamsUser == "", c.Pending == Outbound:
			plan.after = append(plan.after, c)
		default:
			// When this is cut off and Teams shows it again, whether the post does has to be looked at.
			plan.before[intent].Pending = Withdrawn
			lost = append(lost, mine)
		}
	}
	for _, r := range shown {
		if r.User == "" || slices.ContainsFunc(plan.after, func(c CarriedReaction) bool { return c.isTeams(r.User, r.Emoji) }) {
			continue
		}
		user, err := standIn(r.User)
		if err != nil {
			return reactionPlan{}, err
		}
		if user == "" {
			continue
		}
		emoji, err := emojiOf(r.Emoji)
		if err != nil {
			return reactionPlan{}, err
		}
		c := carriedReaction(r.User, r.Emoji, PostReaction{User: user, Emoji: emoji})
		need(c.onPost())
		plan.after = append(plan.after, c)
		c.Pending = Inbound
		plan.before = append(plan.before, c)
	}
	for _, r := range lost {
		stillStandsFor := slices.ContainsFunc(plan.after, func(c CarriedReaction) bool { return c.isPost(r) })
		_, planned := onPost(plan.remove, r)
		if _, there := onPost(post, r); there && !stillStandsFor && !planned && r.User != "" {
			plan.remove = append(plan.remove, r)
		}
	}
	return plan, nil
}
