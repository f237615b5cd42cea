// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// A run is a piece of the lane that holds nothing but new messages without any history: no failed attempt, no send in
// flight that they may be the echo of, no file to fetch. Their mappings are reserved in one transaction and confirmed in
// another; between the two the posts are made one after the other. A single message is a run of one. What a run leaves
// behind when it is cut off are reserved mappings, which postMessage settles.

// longestRun bounds how many messages are reserved together: a batch (Tuning.Batch) makes two runs.
const longestRun = 50

// Glance is what the store knows about the messages of a run and the conversation that they are in.
type Glance struct {
	Known   []KnownMessage
	Sending []TeamsUserID // who has a send in flight in the conversation
}

// KnownMessage is a message that has a mapping.
type KnownMessage struct {
	Root, ID TeamsMessageID
	State    MappingState
	Thread   PostID // the post that replies to it belong under; empty while it is not known
	// Incomplete is set of a mapping that was taken over: its root may be wrong.
	Incomplete bool
}

// Reservation is a mapping that ConfirmPosts is to confirm.
type Reservation struct {
	Event   InboundEvent
	Mapping MappingID
	Posted  Posted
}

// run is what has become of the events so far.
type run struct {
	*worker
	people   *recollection
	known    map[TeamsMessageID]KnownMessage // roots
	seen     map[MessageRef]KnownMessage
	taken    map[TeamsMessageID]bool // ids of mappings that were taken over
	sending  []TeamsUserID
	posts    []NewPost
	mappings []Mapping

	posted    map[TeamsMessageID]PostID // roots of this run
	confirmed []Reservation             // those to confirm next
	looked    bool                      // the channel's newest post is known
	renewed   time.Time                 // the lease was, at this time or later
	oldest    time.Time                 // when the first of them was posted
}

// run carries the events that the batch begins with, in as far as they make a run, and returns how many it has settled.
// When it has settled none, the first event is to be handled by itself.
func (w *worker) run(ctx context.Context, events []InboundEvent) (settled int, err error) {
	if !w.linked || !fresh(events[0]) {
		return 0, nil
	}
	r := &run{worker: w, people: recall(w.People, w.Accounts), posted: map[TeamsMessageID]PostID{}}
	events = events[:min(len(events), longestRun)]
	if i := slices.IndexFunc(events, func(e InboundEvent) bool { return !fresh(e) }); i > 0 {
		events = events[:i]
	}
	if err := r.glance(ctx, events); err != nil {
		return 0, err
	}
	for i := range events {
		fits := false
		// A failure is the event's own, and shows again when it is handled by itself.
		if err := protect(func() (err error) {
			fits, err = r.prepare(ctx, &events[i])
			return err
		}); err != nil || !fits {
			events = events[:i]
			break
		}
	}
	if len(events) == 0 {
		return 0, nil
	}
	if slices.ContainsFunc(events, func(e InboundEvent) bool { return e.Ref.Root == "" && !e.Backfill }) {
		r.looked = r.lookAtNewest(ctx)
	}
	r.renewed = time.Now()
	ours, err := w.Store.ReserveNew(ctx, w.lease, r.mappings)
	if err != nil {
		return 0, err
	}
	for i := range events {
		// One that is not ours is the echo of a send that was confirmed since we looked.
		if !ours[r.mappings[i].ID] || w.isResting() || !r.post(ctx, &events[i], i) {
			events = events[:i]
			break
		}
		if time.Since(r.oldest) > r.Tuning.ConfirmEvery {
			if err := r.confirm(ctx); err != nil {
				return 0, err
			}
		}
	}
	return len(events), r.confirm(ctx)
}

// fresh tells whether an event may be part of a run.
func fresh(e InboundEvent) bool {
	return e.Kind == Create && e.State == Pending && e.Attempts == 0 && !e.Waited
}

// glance asks the store once for all events.
func (r *run) glance(ctx context.Context, events []InboundEvent) error {
	refs := make([]MessageRef, 0, len(events))
	for _, e := range events {
		refs = append(refs, e.Ref)
	}
	g, err := r.Store.Glance(ctx, r.lease.Conversation, refs)
	if err != nil {
		return err
	}
	r.sending = g.Sending
	r.known, r.seen, r.taken = map[TeamsMessageID]KnownMessage{}, map[MessageRef]KnownMessage{}, map[TeamsMessageID]bool{}
	for _, k := range g.Known {
		if k.Root == "" {
			r.known[k.ID] = k
		}
		if k.Incomplete {
			r.taken[k.ID] = true
		}
		r.seen[MessageRef{Root: k.Root, ID: k.ID}] = k
	}
	return nil
}

// prepare finds out all that the event's post needs; false when it needs more care than a run takes.
func (r *run) prepare(ctx context.Context, event *InboundEvent) (bool, error) {
	name := MessageRef{Root: event.Ref.Root, ID: event.Ref.ID}
	if _, seen := r.seen[name]; seen || r.taken[event.Ref.ID] {
		return false, nil
	}
	r.seen[name] = KnownMessage{} // a second event of it has to find what became of the first
	if event.Backfill {
		ctx = AsBackfill(ctx)
	}
	r.begin(event.Event)
	thread, found := r.thread(event.Ref.Root)
	if !found {
		return false, nil
	}
	if err := r.unseal(ctx, event); err != nil {
		return false, err
	}
	message, err := r.message(ctx, event)
	if err != nil {
		return false, err
	}
	event.carried = &message
	if !plain(message) || slices.Contains(r.sending, message.From.User) {
		return false, nil
	}
	if bot, err := r.people.WasBot(ctx, message.From.User); bot || err != nil {
		return false, err
	}
	post, err := r.worker.compose(ctx, r.people, message, thread, "")
	if err != nil {
		return false, err
	}
	if len(postParts(post.Message)) > 1 {
		return false, nil
	}
	mapping := Mapping{
		ID: MappingID(uuid.NewString()), Ref: event.Ref, Channel: r.link.Channel, Sender: message.From.User, RootPost: thread,
		Record: Record{TeamsHash: teamsHash(message), TeamsForm: teamsForm(message), PostHash: hash(post.Message)},
	}
	if post.Author == "" {
		if event.refused = r.unlooped(ctx, event.Event, string(event.Ref.ID), string(message.From.User)+"/"+message.From.Name, mapping.Record.TeamsHash); event.refused != nil {
			return false, nil //nolint:nilerr // the failure is settled when the event is handled by itself
		}
	}
	post.Root, post.Mapping = thread, mapping.ID
	if event.Backfill {
		post.CreatedAt = message.CreatedAt
	}
	if event.Ref.Root == "" {
		r.posted[event.Ref.ID] = "" // its replies may be in the run, too
	}
	r.posts, r.mappings = append(r.posts, post), append(r.mappings, mapping)
	return true, nil
}

// unseal is open in its turn while notifications arrive: a key of 2,048 bits costs a core most of a millisecond, and a run
// has many.
func (r *run) unseal(ctx context.Context, event *InboundEvent) error {
	leave, ok := r.giveWay.decrypt(ctx)
	if !ok {
		return context.Cause(ctx)
	}
	defer leave()
	return r.open(ctx, event)
}

// thread is the post that a reply belongs under; empty for a root, and while the root is to be posted by this run.
func (r *run) thread(root TeamsMessageID) (PostID, bool) {
	if root == "" {
		return "", true
	}
	if k, ok := r.known[root]; ok && k.State == Confirmed {
		return k.Thread, true
	}
	_, coming := r.posted[root]
	return "", coming
}

// plain tells whether a message is a text that a person wrote, in Teams as far as is known, and that is as it was.
func plain(m TeamsMessage) bool {
	return !m.System && m.From.User != "" && m.DeletedAt.IsZero() && m.EditedAt.IsZero() && len(m.Attachments) == 0 && len(m.Reactions) == 0 && m.Attempt == "" && !strings.Contains(m.HTML, "<img")
}

// post makes the post of the i-th event; false when it did not work.
func (r *run) post(ctx context.Context, event *InboundEvent, i int) bool {
	post := r.posts[i]
	if event.Ref.Root != "" && post.Root == "" {
		post.Root = r.posted[event.Ref.Root]
	}
	if event.Ref.Root == "" && r.looked && !event.Backfill {
		post.CreatedAt = r.timeOf(event.carried.CreatedAt)
	}
	limited, cancel := r.within(ctx, r.renewed, r.Tuning.SendTimeout)
	defer cancel()
	if limited.Err() != nil {
		return false
	}
	leave, ok := r.giveWay.enter(limited)
	if !ok {
		return false
	}
	defer leave()
	var created Post
	if err := protect(func() (err error) {
		created, err = r.Mattermost.CreatePost(limited, post)
		return err
	}); err != nil {
		return false
	}
	r.newest.saw(created.Channel, created.CreateAt)
	if event.Ref.Root == "" {
		r.posted[event.Ref.ID] = created.ID
	}
	if len(r.confirmed) == 0 {
		r.oldest = time.Now()
	}
	record := r.mappings[i].Record
	r.confirmed = append(r.confirmed, Reservation{Event: *event, Mapping: post.Mapping, Posted: Posted{
		Post: created.ID, RootPost: created.Root, TeamsHash: record.TeamsHash, TeamsForm: record.TeamsForm, PostHash: hash(created.Message),
	}})
	return true
}

// confirm records the posts that were made since it was last called.
func (r *run) confirm(ctx context.Context) error {
	if len(r.confirmed) == 0 {
		return nil
	}
	r.renewed = time.Now()
	if err := r.worker.confirmPosts(ctx, r.confirmed); err != nil {
		return err
	}
	r.confirmed = nil
	return nil
}

// confirmPosts confirms the mappings of posts.
func (w *worker) confirmPosts(ctx context.Context, posts []Reservation) error {
	woken, err := w.Store.ConfirmPosts(ctx, w.lease, posts)
	if err != nil {
		return err
	}
	for _, p := range posts {
		w.Observer.Carried(Inbound, Create, time.Since(p.Event.SourceAt))
	}
	if woken {
		w.woke = true
		w.dispatcher.wake(Lane{w.lease.Conversation, Outbound}, 0)
	}
	return nil
}
