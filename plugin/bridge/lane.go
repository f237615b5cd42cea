// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"errors"
	"time"
)

// Lane is the queue of one conversation in one direction. At most one worker in the whole cluster works on a lane.
type Lane struct {
	Conversation ConversationID
	Direction    Direction
}

// Lease is the right to work on a lane. Its fence is higher than that of every earlier lease of the lane; every write of
// the worker checks it and thereby renews the lease.
type Lease struct {
	Lane
	Fence int64
	For   time.Duration // how long it lasts after each renewal
	// TookOver: the lease before this one ran out instead of being released, so its node probably died.
	TookOver bool
}

// ErrLeaseLost says that another worker has the lane. What the call should have written is not written.
var ErrLeaseLost = errors.New("another node has taken the lane over")

// State is where a queued event stands.
type State string

// The states.
const (
	Pending State = "pending" // waits for its turn, or for not_before after a failure
	Sending State = "sending" // outbound: a POST was about to be made; whether it arrived is not known yet
	Parked  State = "parked"  // waits outside the lane for its Target
	Dead    State = "dead"    // given up, with a reason; a person may retry it
)

// Target is what a parked event waits for.
type Target string

// MessageMapped waits until the Teams message has its post.
func MessageMapped(root, id TeamsMessageID) Target {
	return Target("message:" + string(root) + "/" + string(id))
}

// PostMapped waits until the post has its Teams message.
func PostMapped(id PostID) Target { return Target("post:" + string(id)) }

// AccountConnected waits until the user, or a bot, has an account that can send.
func AccountConnected(user UserID) Target { return Target("account:" + string(user)) }

// SettledSendOf waits until no send of the Teams user is in flight in the conversation.
func SettledSendOf(user TeamsUserID) Target { return Target("send:" + string(user)) }

// PostSettled waits until no change of the post is on its way to Teams.
func PostSettled(id PostID) Target { return Target("settled:" + string(id)) }

// PostWritten waits until the mapping's post is not being changed by the bridge.
func PostWritten(id MappingID) Target { return Target("written:" + string(id)) }

// Resynced waits until the run of a resync that found the event has ended.
func Resynced(kind string) Target { return Target("resync:" + kind) }

// Later waits for its time only.
const Later Target = "later:"

// Event is what both queues know about an event.
type Event struct {
	ID         int64
	Lane       Lane
	Kind       Kind
	Generation int // raised by each repetition while it is queued
	State      State
	Attempts   int // failures of its own
	Outages    int // failures that say nothing about it
	SourceAt   time.Time
	ReceivedAt time.Time
	FailingFor time.Duration // since the first of its Outages
	Waited     bool          // it was parked and its time is up
	WaitedFor  Target        // what it was parked for then
}

// InboundEvent says that a Teams message changed.
type InboundEvent struct {
	Event
	Ref      MessageRef
	Backfill bool // an old message that a new link brings along
	Notice

	carried *TeamsMessage // what the notification carried; nil when the message has to be fetched
	refused error         // why it must not be posted, found while a run was prepared
}

// Notice is what came with a notification besides the name of the message.
type Notice struct {
	Sealed []byte // a new message, encrypted; nil when it came without
	Tenant string // which the notification names
	Proof  string // names the validation tokens of its delivery; empty when there were none
}

// OutboundEvent says that a Mattermost post changed.
type OutboundEvent struct {
	Event
	Post        PostID
	Root        PostID
	Author      UserID      // of a reaction: whose it is
	Subject     string      // tells two events of one post and kind apart: a reaction, a file
	Attempt     AttemptKey  // of its sends; empty before the first
	AttemptedAt time.Time   // when the newest send began
	Sender      TeamsUserID // whom the newest send speaks as
	Backfill    bool        // an old post that a new link brings along
	Looks       int         // how often the newest send was looked for
}

// Arrival is a change notification on its way into the inbox.
type Arrival struct {
	Ref         MessageRef
	Kind        Kind   // Create, Edit (also reactions: only the message tells) or Delete
	ContentHash string // sha256 of the encrypted data, hex; empty without data
	SourceAt    time.Time
	Sealed      []byte   // the encrypted message; kept of a Create only
	Tenant      string   // which the notification names
	Tokens      []string // validation tokens of its delivery
	// Untouched says of a Create that was found that the message is as it was created: a notification that carries it tells
	// as much.
	Untouched bool
}

// Departure is a change of a post on its way into the outbox.
type Departure struct {
	Conversation ConversationID
	Post         PostID
	Kind         Kind
	Subject      string // tells two events of one post and kind apart: a reaction, a file
	Root         PostID
	Author       UserID
	SourceAt     time.Time
	// Found says that a scan compared and found a difference: what is parked or was given up stays as it is, and what is
	// queued is compared again after the work on it that may have begun.
	Found bool
}

// MappingState is where a pair of messages stands.
type MappingState string

// The states of a mapping.
const (
	Reserved  MappingState = "reserved"  // the other side may or may not have the message yet
	Confirmed MappingState = "confirmed" // both sides have it
	Tombstone MappingState = "tombstone" // it is not to be carried: deleted before its turn
)

// Mapping is a pair of messages, one on each side.
type Mapping struct {
	ID         MappingID
	Ref        MessageRef // ID is empty while a send is not confirmed
	Channel    ChannelID
	Post       PostID // empty while a post is not confirmed
	RootPost   PostID // the thread the post is in; empty for a root
	Direction  Direction
	State      MappingState
	ReservedAt time.Time
	Sender     TeamsUserID // who wrote the Teams message, or whom the send speaks as

	Record       Record
	Version      int64         // raised by each change of the mapping
	Writing      bool          // the bridge is changing the post
	Written      []string      // hashes of the texts it is writing
	SentVersions []SentVersion // edits sent to Teams that have not been seen there, oldest first

	// SeenAt is set while the mapping is incomplete: it was taken over from the plugin's predecessor, which knew the message
	// as it was then, and neither who wrote it nor what it said is known.
	SeenAt time.Time
	// Copies are further posts that show the message.
	Copies []PostID
	// Copy is set when the mapping was found by such a post that came from Teams.
	Copy bool
}

// Thread is the post that replies to the mapped post belong under.
func (m Mapping) Thread() PostID {
	if m.RootPost != "" {
		return m.RootPost
	}
	return m.Post
}

// TeamsThread is the Teams message that replies to the mapped message belong under.
func (m Mapping) TeamsThread() TeamsMessageID {
	if m.Ref.Root != "" {
		return m.Ref.Root
	}
	return m.Ref.ID
}

// OpenSend is a send whose outcome is not recorded yet.
type OpenSend struct {
	Event   int64 // 0: it is not queued any more
	Attempt AttemptKey
	Mapping MappingID
	Post    PostID
	Author  UserID
	Files   []CarriedFile
}

// KnownSend is a send of ours by its attempt key, whatever became of it.
type KnownSend struct {
	OpenSend
	Sender      TeamsUserID // of the newest attempt
	State       MappingState
	ConfirmedAt time.Time // zero while it is not
}
