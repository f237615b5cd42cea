// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"time"
)

// Teams is Microsoft Teams as the bridge needs it. Errors are a *Failure.
type Teams interface {
	// Message reads one message as the application. A message that does not exist is a Failure of class NotFound; a
	// deleted one still exists.
	Message(ctx context.Context, ref MessageRef) (TeamsMessage, error)
	// ConversationName is how Teams calls a channel.
	ConversationName(ctx context.Context, in Conversation) (string, error)
	// Recent lists the root messages of a conversation, or the replies to root, newest first, back to since. When
	// there are too many it returns the newest and ErrCutShort.
	Recent(ctx context.Context, in Conversation, root TeamsMessageID, since time.Time) ([]TeamsMessage, error)
	// Send makes exactly one POST as the account, a reply when root is not empty. Nothing below it may retry: Graph has
	// no idempotency key, so a second POST is a second message.
	Send(ctx context.Context, as Account, to Conversation, root TeamsMessageID, message Outgoing) (TeamsMessage, error)
	// Edit makes exactly one PATCH of the message as the account, which must be the one that wrote it.
	Edit(ctx context.Context, as Account, ref MessageRef, message Outgoing) error
	// Delete deletes the message, so that it stays as "deleted", as the account, which must be the one that wrote it.
	Delete(ctx context.Context, as Account, ref MessageRef) error
	// React sets the account's reaction, or takes it away.
	React(ctx context.Context, as Account, ref MessageRef, emoji string, on bool) error
}

// Mattermost is the Mattermost server as the bridge needs it. An error that is no *Failure counts as class Retry.
type Mattermost interface {
	// CreatePost creates the post with its mapping prop in one step.
	CreatePost(ctx context.Context, post NewPost) (Post, error)
	// Post reads one post, also a deleted one; unknown ids are a Failure of class NotFound.
	Post(ctx context.Context, id PostID) (Post, error)
	// FindByMapping looks among the channel's posts since then for the one with this mapping prop.
	FindByMapping(ctx context.Context, channel ChannelID, mapping MappingID, since time.Time) (Post, bool, error)
	// PostsAfter returns up to limit posts of the channel after the cursor, ordered by UpdateAt and id, deleted ones
	// included, the server's edit-history rows (OriginalId ≠ "") not.
	PostsAfter(ctx context.Context, channel ChannelID, after Cursor, limit int) ([]Post, error)
	// PostsBetween returns up to limit posts of the channel that were made in the window and stand, and the roots of their
	// threads, after the cursor, whose UpdateAt is a CreateAt here; ordered by CreateAt and id.
	PostsBetween(ctx context.Context, channel ChannelID, window Window, after Cursor, limit int) ([]Post, error)
	// NewestPost returns when the channel's newest post was made, of whatever kind; zero when there is none.
	NewestPost(ctx context.Context, channel ChannelID) (createAt int64, err error)
	// DirectPostsAfter returns up to limit new posts of direct and group messages after the cursor, whose UpdateAt is a
	// CreateAt here, ordered by CreateAt and id.
	DirectPostsAfter(ctx context.Context, after Cursor, limit int) ([]Post, error)
	// Replies lists the replies to a root, deleted ones included.
	Replies(ctx context.Context, root PostID) ([]Post, error)
	// UpdatePost changes the text of a post and nothing else.
	UpdatePost(ctx context.Context, id PostID, text string) (Post, error)
	// DeletePost deletes a post, and with a root its replies, as the server does.
	DeletePost(ctx context.Context, id PostID) error
	// Reactions lists the reactions of the posts that have some.
	Reactions(ctx context.Context, posts []PostID) (map[PostID][]PostReaction, error)
	// ReactionEmoji is the emoji by which a post shows one of Teams: the same, one of the server's own with its name, or StandIn.
	ReactionEmoji(ctx context.Context, emoji string) (string, error)
	// AddReaction makes somebody react; ErrUnknownEmoji when the server has no such emoji.
	AddReaction(ctx context.Context, post PostID, reaction PostReaction) error
	// RemoveReaction takes somebody's reaction away, under each name that the emoji has.
	RemoveReaction(ctx context.Context, post PostID, reaction PostReaction) error
	// Priorities tells whether posts have priorities on this server. NewPost's is ignored otherwise.
	Priorities() bool
	// Bot is the plugin's own bot, which stands in for people without an account.
	Bot() UserID
	// User reads one user.
	User(ctx context.Context, id UserID) (User, error)
	// UserByName finds a user by the name behind an @, in small letters.
	UserByName(ctx context.Context, name string) (User, bool, error)
	// MayNotifyAll tells whether the user may notify everybody in the channel.
	MayNotifyAll(ctx context.Context, user UserID, channel ChannelID) (bool, error)
	// Emoji returns the emoji of a name of the server's own; false for those that its users made.
	Emoji(name string) (string, bool)
	// Notify sends the user a direct message from the plugin's bot.
	Notify(ctx context.Context, user UserID, text string) error
}

// ErrUnknownEmoji says that the other side has no such emoji.
var ErrUnknownEmoji = errors.New("there is no such emoji")

// Accounts knows whose Teams account is whose.
type Accounts interface {
	// OfUser returns the user's connected account; false when there is none that can send.
	OfUser(ctx context.Context, user UserID) (Account, bool, error)
	// OfTeamsUser returns the account of a Teams user that a Mattermost user connected, whether or not it can send now.
	OfTeamsUser(ctx context.Context, user TeamsUserID) (Account, bool, error)
	// Bots returns the bot accounts that can send now, in a stable order.
	Bots(ctx context.Context) ([]Account, error)
	// WasBot tells whether the Teams user is or ever was a bot of ours.
	WasBot(ctx context.Context, user TeamsUserID) (bool, error)
	// ToldLost tells whether the user hears by a message of its own that an account has to be connected again.
	ToldLost(ctx context.Context, user UserID) (bool, error)
}

// People knows who stands for whom.
type People interface {
	// UserOf returns who shows in Mattermost what a Teams user does: whoever connected the account, else the user that mirrors
	// the person, who is made when there is none. False when there is nobody; the plugin's bot shows it then, with the name.
	UserOf(ctx context.Context, user TeamsUserID) (UserID, bool, error)
	// AuthorOf is UserOf for somebody who writes in a linked conversation: a mirrored user becomes a member of its channel.
	AuthorOf(ctx context.Context, from Sender, link Link) (UserID, bool, error)
	// PersonOf returns who a Mattermost user is in Teams, whether or not the account can send now.
	PersonOf(ctx context.Context, user UserID) (Person, bool, error)
}

// Person is a Teams user.
type Person struct {
	ID   TeamsUserID
	Name string // as Teams shows it
}

// Notifications looks into what came with a notification.
type Notifications interface {
	// Read returns the new message that a notification carried; false when it carried none that can be used, which is then
	// fetched. A Failure of class Permanent says that Microsoft did not send the notification.
	Read(ctx context.Context, event InboundEvent) (TeamsMessage, bool, error)
}

// Direction is which way an event travels.
type Direction string

// The two directions.
const (
	Inbound  Direction = "in"  // Teams → Mattermost
	Outbound Direction = "out" // Mattermost → Teams
)

// Kind is what an event does to a message.
type Kind string

// The kinds of events.
const (
	Create Kind = "create"
	Edit   Kind = "edit"
	Delete Kind = "delete"
	React  Kind = "react"
	File   Kind = "file"
)

// Observer is told what happens, for metrics. Its methods must be quick and must not block.
type Observer interface {
	// Carried: an event reached the other side, this long after it happened on its own.
	Carried(direction Direction, kind Kind, delay time.Duration)
	// Ignored: an event needs nothing on the other side. Reason is one of the Reason constants.
	Ignored(direction Direction, kind Kind, reason Reason)
	// Failed: an attempt failed and will be repeated, parked or given up, as its class says.
	Failed(direction Direction, kind Kind, class Class)
	// Dead: an event was given up and waits as a dead letter.
	Dead(direction Direction, kind Kind)
	// CaughtUp: a scan found this many posts that no hook had reported.
	CaughtUp(posts int)
}

// Reason says why an event needed nothing on the other side. Reasons are metric label values.
type Reason string

// The reasons.
const (
	Duplicate      Reason = "duplicate"       // it had been carried before
	Echo           Reason = "echo"            // we wrote it ourselves
	Deleted        Reason = "deleted"         // it was deleted before it was carried
	SystemMessage  Reason = "system_message"  // nobody wrote it
	Unlinked       Reason = "unlinked"        // its conversation is not linked, or not any more
	BeforeLink     Reason = "before_link"     // it is older than the link
	Empty          Reason = "empty"           // it has nothing that can be shown
	GivenUp        Reason = "given_up"        // the message that it changes was given up
	NoAccount      Reason = "no_account"      // neither its author nor a bot could show it on the other side
	UnknownEmoji   Reason = "unknown_emoji"   // the other side has no such emoji
	SwitchedOff    Reason = "switched_off"    // a setting says that it is not to be carried
	UnknownSecret  Reason = "unknown_secret"  // a notification without a client state of ours
	NotAMessage    Reason = "not_a_message"   // a notification for something else
	OtherResource  Reason = "other_resource"  // a notification for another conversation than its subscription's
	UnknownMessage Reason = "unknown_message" // Graph does not know the message
)
