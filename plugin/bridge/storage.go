// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Store keeps what must outlive a crash; package store implements it on PostgreSQL. Each method is one transaction. A
// method that takes a Lease fails with ErrLeaseLost when the lease is not the newest of its lane.
type Store interface {
	LinkStore
	LaneStore
	QueueStore
	InboxStore
	OutboxStore
	MapStore
	PartStore
	ChangeStore
	CursorStore
	NoticeStore
	LoopStore

	// OnLane calls f when another node has put an event into a lane that will be due after a while, and with missed = true
	// when such calls may have been lost. f must be quick.
	OnLane(f func(lane Lane, after time.Duration, missed bool)) (cancel func())
	// OnLinks calls f when links may have changed on any node.
	OnLinks(f func()) (cancel func())
	// Statistics counts what is queued.
	Statistics(ctx context.Context) (Statistics, error)
}

// LinkStore keeps the links.
type LinkStore interface {
	Links(ctx context.Context) ([]Link, error)
	// LinkOf finds the link of a conversation.
	LinkOf(ctx context.Context, conversation ConversationID) (Link, bool, error)
	// CreateLink fails with a *LinkConflict when the channel or the conversation is linked already, and with ErrNoRequest
	// when the request that the link is to fulfil has gone.
	CreateLink(ctx context.Context, link Link) error
	// MoveLink gives a conversation another channel. What was carried stays where it is.
	MoveLink(ctx context.Context, conversation ConversationID, to ChannelID) error
	// MoveWaiting moves posts that waited for their conversation into its lane.
	MoveWaiting(ctx context.Context, waiting, conversation ConversationID) error
	// DeleteLink deletes the link and everything queued for it and returns it; false when there was none.
	DeleteLink(ctx context.Context, channel ChannelID) (Link, bool, error)
}

// LinkConflict says which link is in the way.
type LinkConflict struct{ Holder Link }

// Error names the channel and the conversation that hold each other.
func (e *LinkConflict) Error() string {
	return fmt.Sprintf("channel %s is already linked with Teams conversation %s; unlink it first", e.Holder.Channel, e.Holder.Conversation.ID)
}

// ErrNoRequest says that a request for a link was approved, refused or taken back meanwhile.
var ErrNoRequest = errors.New("the request for the link has gone")

// LaneStore hands out leases.
type LaneStore interface {
	// Claim leases the lane if it has a due event and no other node has it.
	Claim(ctx context.Context, lane Lane, lease time.Duration) (Lease, bool, error)
	// DueIn tells after what time an event of a lane that nobody has may be due; 0 when nothing is queued, or somebody has the
	// lane and looks after it.
	DueIn(ctx context.Context, lane Lane) (time.Duration, error)
	Renew(ctx context.Context, lease Lease) error
	Release(ctx context.Context, lease Lease) error
	// Due lists the lanes that have a due event and are leased to nobody.
	Due(ctx context.Context) ([]Lane, error)
	// NoteError keeps the newest error of a lane for people to read.
	NoteError(ctx context.Context, lane Lane, message string) error
	// Nodes lists the nodes that are alive, each by a name that no other run of the plugin has.
	Nodes(ctx context.Context) ([]string, error)
}

// QueueStore settles events of either direction. An event whose generation was raised meanwhile is not removed or given
// up but stays due, and the call succeeds.
type QueueStore interface {
	// Finish removes an event that needs nothing more.
	Finish(ctx context.Context, lease Lease, event Event) error
	// Retry puts an event back for a while. A send in flight is left alone: only Unsent may say that it did not happen.
	Retry(ctx context.Context, lease Lease, event Event, after time.Duration, counts Count, reason string) error
	// Park takes an event out of the lane until its target comes true, at most for as long as atMost. It is due at once
	// when the target has come true meanwhile.
	Park(ctx context.Context, lease Lease, event Event, target Target, atMost time.Duration, reason string) error
	// Bury gives an event up. One that is given up for an outage gets another chance by itself.
	Bury(ctx context.Context, lease Lease, event Event, counts Count, reason string) error
	// Revive makes dead events of a lane due again and tells how many. A send that was given up with its outcome unknown is
	// looked for again before it is repeated.
	Revive(ctx context.Context, lane Lane) (int, error)
}

// InboxStore is the way from Teams to Mattermost.
type InboxStore interface {
	// Accept commits the arrivals, due after hold, all or none.
	Accept(ctx context.Context, arrivals []Arrival, hold time.Duration) error
	// TakeInbound returns the events of the lane whose turn it is, in order. When there is none, it tells after what time
	// one may be due; 0 when nothing is queued.
	TakeInbound(ctx context.Context, lease Lease, limit int) ([]InboundEvent, time.Duration, error)
	// InboundState returns the state of the queued event of this kind; false when there is none.
	InboundState(ctx context.Context, ref MessageRef, kind Kind) (State, bool, error)
}

// OutboxStore is the way from Mattermost to Teams.
type OutboxStore interface {
	// Depart commits those departures, due after hold, that are neither queued nor mapped yet, and tells how many.
	Depart(ctx context.Context, departures []Departure, hold time.Duration) (int, error)
	// TakeOutbound is TakeInbound's counterpart.
	TakeOutbound(ctx context.Context, lease Lease, limit int) ([]OutboundEvent, time.Duration, error)
	// OutboundState is InboundState's counterpart. Of several, the state of one that is on its way.
	OutboundState(ctx context.Context, conversation ConversationID, post PostID, kind Kind) (State, bool, error)
	// BringForward has an old post that is queued sent before other old ones: something waits for it.
	BringForward(ctx context.Context, conversation ConversationID, post PostID) error
	// QueuedReactions lists the subjects of the reactions to the post that are queued and not given up.
	QueuedReactions(ctx context.Context, conversation ConversationID, post PostID) ([]string, error)
	// BeginSend fails with ErrCarried when the post was carried meanwhile; else it commits that a POST is about to be made, and reserves the mapping, before it is made. The mapping's id
	// is the existing one when the post has a mapping. look is when to look for the send if nothing is heard of it.
	BeginSend(ctx context.Context, lease Lease, event OutboundEvent, send Send, look time.Duration) (MappingID, error)
	// ConfirmSend records the message that a send made, and wakes what waits for it.
	ConfirmSend(ctx context.Context, lease Lease, event OutboundEvent, mapping MappingID, sent Sent) error
	// LookAgain puts the next look off, after one that did not find the send, or one that failed.
	LookAgain(ctx context.Context, lease Lease, event OutboundEvent, after time.Duration, look Look) error
	// Unsent records that a send did not happen: the event is pending again.
	Unsent(ctx context.Context, lease Lease, event OutboundEvent, after time.Duration, counts Count, reason string) error
	// OpenSends lists the sends in flight of a Teams user in a conversation.
	OpenSends(ctx context.Context, conversation ConversationID, sender TeamsUserID) ([]OpenSend, error)
	// SendOf finds a send by its attempt key.
	SendOf(ctx context.Context, conversation ConversationID, attempt AttemptKey) (KnownSend, bool, error)
	// SettleSend is ConfirmSend by somebody who saw the message: evidence needs no lease.
	SettleSend(ctx context.Context, conversation ConversationID, send OpenSend, sent Sent) error
	// AwaitSends keeps an inbound event at the head of its lane while the user has a send in flight.
	AwaitSends(ctx context.Context, lease Lease, event Event, sender TeamsUserID, atMost time.Duration) error
	// Waiting counts the outbound events of all conversations that are parked for the target.
	Waiting(ctx context.Context, target Target) (int, error)
	// WakeAccount makes events due that wait for this user's account; with an empty user, those of everybody.
	WakeAccount(ctx context.Context, user UserID) error
	// SkipPost records that the post is not to be carried, and removes the event.
	SkipPost(ctx context.Context, lease Lease, event OutboundEvent, channel ChannelID) error
}

// ErrCarried says that somebody else carried the message meanwhile: there is nothing left to do.
var ErrCarried = errors.New("the message has been carried meanwhile")

// Send is a POST that is about to be made.
type Send struct {
	Mapping  MappingID // for a new mapping
	Attempt  AttemptKey
	Account  Account
	Team     TeamID
	Root     TeamsMessageID
	Channel  ChannelID
	PostHash string
	// TeamsHash is of what is sent. It stays recorded when the message had been edited before it was seen.
	TeamsHash string
	Files     []CarriedFile
}

// Count is what a failure counts as.
type Count int

// What a failure counts as.
const (
	CountsNothing Count = iota // it is settled in another way
	CountsFailure              // of the event's own
	CountsOutage               // says nothing about the event
)

// Look is how a look for a send ended.
type Look int

// The ways in which a look settles nothing.
const (
	LookedInVain Look = iota // the send is not there; counts towards sending again
	LookFailed               // counts towards giving up
	LookHindered             // by an outage
)

// Sent is a message that a send made.
type Sent struct {
	Ref       MessageRef
	TeamsHash string // empty: what BeginSend recorded stays
	TeamsForm string
	Files     []CarriedFile // nil: what BeginSend recorded stays
}

// MapStore keeps which message is which.
type MapStore interface {
	// MappingOf finds the mapping of a Teams message, tombstones included.
	MappingOf(ctx context.Context, ref MessageRef) (Mapping, bool, error)
	// MappingOfPost finds the mapping of a post, tombstones included.
	MappingOfPost(ctx context.Context, post PostID) (Mapping, bool, error)
	// Reserve makes the mapping of a Teams message, or has the same mapping, still reserved, expect another post. ours is
	// false when the message has another mapping or is confirmed.
	Reserve(ctx context.Context, lease Lease, mapping Mapping) (existing Mapping, ours bool, err error)
	// Glance tells what is known about messages of a conversation, their roots included, and who has a send in flight there.
	Glance(ctx context.Context, conversation ConversationID, refs []MessageRef) (Glance, error)
	// ReserveNew makes the mappings of Teams messages that have none and returns those that it made.
	ReserveNew(ctx context.Context, lease Lease, mappings []Mapping) (ours map[MappingID]bool, err error)
	// ConfirmPosts records the posts of reserved mappings, removes their events, and wakes what waits for them: woken when
	// there was something.
	ConfirmPosts(ctx context.Context, lease Lease, posts []Reservation) (woken bool, err error)
	// MappingsOfMessages finds the mappings of messages of a conversation, by their names without the team.
	MappingsOfMessages(ctx context.Context, conversation ConversationID, refs []MessageRef) (map[MessageRef]Mapping, error)
	// SkipMessage records that the Teams message is not to be carried, and removes the event. It fails with ErrChanged when
	// the message turns out to be carried.
	SkipMessage(ctx context.Context, lease Lease, event InboundEvent, channel ChannelID) error
}

// PartStore keeps which messages show parts of a post that is too long for one.
type PartStore interface {
	// NotePart records that a message shows a part of the mapping's post. Doing it twice changes nothing.
	NotePart(ctx context.Context, lease Lease, mapping MappingID, ref MessageRef) error
	// PartsOf lists the messages that show parts of the mapping's post, deleted ones included, without its own, in no order.
	PartsOf(ctx context.Context, mapping Mapping) ([]MessageRef, error)
	// MappingOfPart finds the mapping of the post that a message shows a part of.
	MappingOfPart(ctx context.Context, ref MessageRef) (Mapping, bool, error)
	// TakePart makes a part, of which the hash is, the mapping's message and the message a part. It fails with ErrChanged.
	TakePart(ctx context.Context, lease Lease, mapping Mapping, part MessageRef, teamsHash string) error
}

// Posted is a post that the bridge made.
type Posted struct {
	Post      PostID
	RootPost  PostID
	TeamsHash string
	TeamsForm string
	PostHash  string
}

// ChangeStore keeps changes of messages that both sides have. A mapping is changed on one side at a time: BeginWrite
// fails while a change of the post is being sent, BeginChange while the post is being written, both when the mapping is
// not as the caller read it.
type ChangeStore interface {
	// MappingsOfPosts finds the mappings of the posts.
	MappingsOfPosts(ctx context.Context, posts []PostID) (map[PostID]Mapping, error)
	// Agree removes an event of a message of which both sides show what the mapping says. It fails with ErrChanged while
	// the mapping is being changed or when it is not as the caller read it: whoever changes it will record what was so
	// before, so the event has to be looked at again after that.
	Agree(ctx context.Context, lease Lease, event Event, mapping Mapping) error
	// BeginWrite commits that the bridge is about to change the mapping's post, with the mapping's reactions as they are
	// given; postHash is of the new text, empty when the text stays. It fails with ErrChanged.
	BeginWrite(ctx context.Context, lease Lease, mapping Mapping, postHash string) error
	// ConfirmWrite records what both sides show now, removes the event, and wakes what waits for it.
	ConfirmWrite(ctx context.Context, lease Lease, event InboundEvent, mapping MappingID, record Record) error
	// SendAgain has the post's text sent to Teams again, and removes the event: Teams shows an older edit of ours.
	SendAgain(ctx context.Context, lease Lease, event InboundEvent, mapping Mapping) error
	// CompleteMapping records what was found out about a mapping that was taken over: the message's thread, who wrote it, and
	// what both sides show. Where the message has another mapping, this one's post becomes a copy. It fails with ErrChanged.
	CompleteMapping(ctx context.Context, lease Lease, mapping Mapping) error
	// CarryAgain forgets the mappings of the event's message and of those replies, and makes the event one of a new message; each
	// reply gets an event of its own.
	CarryAgain(ctx context.Context, lease Lease, event InboundEvent, mapping MappingID, replies []MappingID) error
	// BeginChange commits that a change is about to be sent to Teams, with the mapping's reactions as they are given. It
	// fails with ErrChanged.
	BeginChange(ctx context.Context, lease Lease, event OutboundEvent, mapping Mapping, change Change, look time.Duration) error
	// ConfirmChange records what both sides show now and removes the event; an event that was repeated meanwhile is due again.
	ConfirmChange(ctx context.Context, lease Lease, event OutboundEvent, mapping MappingID, record Record) error
}

// ErrChanged says that a mapping is not as it was read, or is being changed by somebody else.
var ErrChanged = errors.New("the message is being changed by the other direction")

// Change is a change of a Teams message that is about to be sent.
type Change struct {
	Account Account
	Version SentVersion // of an edit; zero otherwise
}

// NoticeStore keeps what people have been told.
type NoticeStore interface {
	// Tell records that somebody is being told something, and tells whether it is the first time.
	Tell(ctx context.Context, subject string) (bool, error)
}

// CursorStore keeps how far a conversation's posts were scanned.
type CursorStore interface {
	// ClaimScan returns the cursor when its last scan began longer ago than age, and marks it as being scanned.
	ClaimScan(ctx context.Context, conversation ConversationID, age time.Duration) (Cursor, bool, error)
	AdvanceCursor(ctx context.Context, conversation ConversationID, to Cursor) error
	// EnsureDirectScan makes the cursor of the scan of direct messages that have no link, from a time on, unless there is one.
	EnsureDirectScan(ctx context.Context, from time.Time) error
	// ForgetDirectScan forgets that cursor: direct messages are not carried.
	ForgetDirectScan(ctx context.Context) error
}

// Statistics is what the queues hold.
type Statistics struct {
	Lanes []LaneStatistics
}

// LaneStatistics is what one lane holds.
type LaneStatistics struct {
	Lane    Lane
	Pending int // sends in flight included
	Parked  int // for something else to happen, perhaps for days
	Dead    int
	// Old is how many of those that are pending or parked a new link brings along. How old they are says nothing about the lane.
	Old int
	// Oldest is the source time of the oldest that is pending, OldestParked of the oldest that is parked; zero for none.
	Oldest, OldestParked time.Time
	LastEventAt          time.Time
	LastError            string
	LastErrorAt          time.Time
	DeadReason           string // of the newest dead letter
}
