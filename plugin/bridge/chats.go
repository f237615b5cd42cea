// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Chats finds the other side of conversations that nobody links by hand: chats of Teams, and direct and group messages of
// Mattermost. The engine links them when the first message comes.
type Chats interface {
	// Active tells, out of memory, whether chats are carried at all.
	Active() bool
	// Wants tells, out of memory, whether a message in an unlinked chat is worth a look.
	Wants(chat ConversationID) bool
	// MayWant tells, out of memory, that a channel may be a direct or group message that is carried.
	MayWant(channel ChannelID) bool
	// WantsPosts tells whether a post in an unlinked channel is worth a look: it is a direct or group message. Only the first
	// question about a channel needs more than memory.
	WantsPosts(ctx context.Context, channel ChannelID) bool
	// ChannelOf finds the channel that shows a chat, or makes it; never the one that is taken by another chat. It fails with a
	// *NotCarried when the chat concerns nobody here.
	ChannelOf(ctx context.Context, chat ConversationID, taken ChannelID) (ChannelID, error)
	// ChatOf finds the chat that shows a direct or group message, or makes it as the author. It fails with a *NotCarried when
	// it is not to be carried, with ErrNoAccount when it is and its author has no account that can send.
	ChatOf(ctx context.Context, channel ChannelID, author UserID) (ConversationID, error)
	// Since is from when on a chat is carried: the settings did not say so before.
	Since(ctx context.Context, chat ConversationID) (time.Time, error)
	// Linked is told that a chat was linked.
	Linked(ctx context.Context, link Link)
	// MembersChanged brings the people in the channel of a linked chat in line with those in the chat. The link's channel is
	// another one afterwards when the old one cannot hold them.
	MembersChanged(ctx context.Context, link Link) (ChannelID, error)
	// Forget has everything looked at anew: somebody connected an account, or settings changed.
	Forget()
}

// NotCarried says why a chat is not carried.
type NotCarried struct {
	Reason Reason
	Why    string // for people
}

func (e *NotCarried) Error() string { return "the chat is not carried: " + e.Why }

// ErrNoAccount says that an author must connect an account first.
var ErrNoAccount = errors.New("the author has no connected Microsoft Teams account that can send")

// IsChat tells whether a conversation is a chat; else it is a channel of a team.
func (c Conversation) IsChat() bool { return c.Team == "" }

// waitingPrefix begins the name of the lane in which posts of a channel wait until its chat is known. Teams' ids never begin
// so.
const waitingPrefix = "channel:"

// waitingFor is the lane of a channel whose chat is not known yet.
func waitingFor(channel ChannelID) ConversationID {
	return ConversationID(waitingPrefix + string(channel))
}

// LaneOf is the conversation in whose lane posts of the channel are, linked or waiting for their chat.
func (e *Engine) LaneOf(channel ChannelID) ConversationID {
	if link, linked := e.links.ByChannel(channel); linked {
		return link.Conversation.ID
	}
	return waitingFor(channel)
}

// waiting is the channel whose posts wait in such a lane.
func waiting(lane ConversationID) (ChannelID, bool) {
	channel, ok := strings.CutPrefix(string(lane), waitingPrefix)
	return ChannelID(channel), ok
}

// Takes tells whether what happens in a conversation of Teams is to be received.
func (e *Engine) Takes(ctx context.Context, conversation Conversation) (bool, error) {
	_, linked, err := e.links.find(ctx, conversation.ID)
	if err != nil || linked {
		return linked, err
	}
	return conversation.IsChat() && e.Chats != nil && e.Chats.Active() && e.Chats.Wants(conversation.ID), nil
}

// Watches tells, as far as memory does, whether posts of the channel may be carried.
func (e *Engine) Watches(channel ChannelID) bool {
	if _, linked := e.links.ByChannel(channel); linked {
		return true
	}
	return e.Chats != nil && e.Chats.Active() && e.Chats.MayWant(channel)
}

// unlinkedPost handles a new post of a channel that is not linked: in a direct or group message it may be the first one.
func (e *Engine) unlinkedPost(ctx context.Context, post Post) error {
	if e.Chats == nil || !e.Chats.Active() || !e.outgoing(post, Link{}) || !e.Chats.WantsPosts(ctx, post.Channel) {
		return nil
	}
	lane := Link{Conversation: Conversation{ID: waitingFor(post.Channel)}}
	if err := e.depart(ctx, lane, departure(post, lane)); err != nil {
		e.scans.want(waitingPrefix)
		return err
	}
	return nil
}

// openChat links a chat in which the first message came. False: it concerns nobody here.
func (w *worker) openChat(ctx context.Context, event *InboundEvent) (bool, error) {
	chat := event.Ref.Conversation
	if !chat.IsChat() || w.Chats == nil || !w.Chats.Active() || event.Kind != Create {
		return false, nil
	}
	var taken ChannelID
	for range 2 {
		channel, err := w.Chats.ChannelOf(ctx, chat.ID, taken)
		if _, refused := errors.AsType[*NotCarried](err); refused {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		link, err := w.linkChat(ctx, Link{Channel: channel, Conversation: chat, CreatedAt: event.SourceAt})
		conflict, conflicts := errors.AsType[*LinkConflict](err)
		switch {
		case conflicts && conflict.Holder.Conversation.ID != chat.ID:
			// Several chats can have the same people; one group message cannot show two of them.
			taken = channel
			continue
		case conflicts:
			link = conflict.Holder
		case err != nil:
			return false, err
		}
		w.link, w.linked = link, true
		return true, nil
	}
	return false, fmt.Errorf("the chat %s gets no channel of its own", chat.ID)
}

// openPost finds the chat of a post that waits for it. The posts that wait move to the chat's lane.
func (w *worker) openPost(ctx context.Context, event *OutboundEvent, channel ChannelID) error {
	if link, linked := w.links.ByChannel(channel); linked {
		return w.move(ctx, link)
	}
	if w.Chats == nil || !w.Chats.Active() {
		return w.ignore(ctx, event.Event, Unlinked)
	}
	if post, err := w.Mattermost.Post(ctx, event.Post); err != nil && ClassOf(err) != NotFound {
		return err
	} else if err != nil || post.DeleteAt > 0 {
		return w.ignore(ctx, event.Event, Deleted)
	}
	chat, err := w.Chats.ChatOf(ctx, channel, event.Author)
	if refused, ok := errors.AsType[*NotCarried](err); ok {
		return w.ignore(ctx, event.Event, refused.Reason)
	}
	if errors.Is(err, ErrNoAccount) {
		return w.awaitAccount(ctx, event, nil, nil)
	}
	if err != nil {
		return err
	}
	since, err := w.Chats.Since(ctx, chat)
	if err != nil {
		return err
	}
	if event.SourceAt.Before(since.Add(-switchTakes)) {
		return w.ignore(ctx, event.Event, SwitchedOff)
	}
	link, err := w.linkChat(ctx, Link{Channel: channel, Conversation: Conversation{ID: chat}, CreatedAt: event.SourceAt})
	if conflict, ok := errors.AsType[*LinkConflict](err); ok {
		if conflict.Holder.Channel != channel {
			return &Failure{Class: Permanent, Err: fmt.Errorf("the chat %s is shown in another channel already", chat)}
		}
		link, err = conflict.Holder, nil
	}
	if err != nil {
		return err
	}
	return w.move(ctx, link)
}

// switchTakes is how long it takes at most until all nodes have noted that chats were switched on.
const switchTakes = 5 * time.Second

// linkChat links a chat. Posts that were made a moment before and whose hooks are still to come are carried too, unless chats
// were not carried then.
func (w *worker) linkChat(ctx context.Context, link Link) (Link, error) {
	since, err := w.Chats.Since(ctx, link.Conversation.ID)
	if err != nil {
		return Link{}, err
	}
	if earlier := link.CreatedAt.Add(-w.Tuning.ScanOverlap); earlier.After(since) {
		link.CreatedAt = earlier
	} else if since.Before(link.CreatedAt) {
		link.CreatedAt = since
	}
	link, err = w.links.Create(ctx, link)
	if err != nil {
		return Link{}, err
	}
	w.Log.Info("linked a chat", "conversation", link.Conversation.ID, "channel", link.Channel)
	w.Chats.Linked(ctx, link)
	if err := w.Store.MoveWaiting(ctx, waitingFor(link.Channel), link.Conversation.ID); err != nil {
		return Link{}, err
	}
	w.dispatcher.wake(Lane{link.Conversation.ID, Outbound}, 0)
	w.scans.want(link.Conversation.ID)
	w.scans.poke()
	return link, nil
}

func (w *worker) move(ctx context.Context, link Link) error {
	if err := w.Store.MoveWaiting(ctx, waitingFor(link.Channel), link.Conversation.ID); err != nil {
		return err
	}
	w.dispatcher.wake(Lane{link.Conversation.ID, Outbound}, 0)
	return errWaiting
}

// membersChanged follows a change of who is in a chat.
func (w *worker) membersChanged(ctx context.Context, message TeamsMessage) error {
	if !w.link.Conversation.IsChat() || w.Chats == nil || !strings.Contains(string(message.Event), "members") {
		return nil
	}
	channel, err := w.Chats.MembersChanged(ctx, w.link)
	if _, refused := errors.AsType[*NotCarried](err); refused || err == nil && channel == w.link.Channel {
		return nil
	}
	if err != nil {
		return err
	}
	if err := w.links.Move(ctx, w.link, channel); err != nil {
		return err
	}
	w.link.Channel = channel
	return nil
}

// scanDirect finds posts in direct and group messages without a link that no hook reported.
func (e *Engine) scanDirect(ctx context.Context) error {
	if e.Chats == nil {
		return nil
	}
	if !e.Chats.Active() {
		return e.Store.ForgetDirectScan(ctx)
	}
	age := e.Tuning.ScanEvery
	if e.scans.take(waitingPrefix) {
		age = 0
	}
	if err := e.Store.EnsureDirectScan(ctx, time.Now().Add(e.Tuning.ScanOverlap)); err != nil {
		return err
	}
	cursor, due, err := e.Store.ClaimScan(ctx, waitingPrefix, age)
	if err != nil || !due {
		return err
	}
	from := Cursor{UpdateAt: cursor.UpdateAt - e.Tuning.ScanOverlap.Milliseconds()}
	found := 0
	for {
		posts, err := e.Mattermost.DirectPostsAfter(ctx, from, scanPage)
		if err != nil {
			return err
		}
		if len(posts) == 0 {
			break
		}
		last := posts[len(posts)-1]
		from = Cursor{UpdateAt: last.CreateAt, ID: last.ID}
		var departures []Departure
		for _, post := range posts {
			if _, linked := e.links.ByChannel(post.Channel); linked || !e.outgoing(post, Link{}) || !e.Chats.WantsPosts(ctx, post.Channel) {
				continue
			}
			departures = append(departures, departure(post, Link{Conversation: Conversation{ID: waitingFor(post.Channel)}}))
		}
		added, err := e.Store.Depart(ctx, departures, e.Tuning.ReorderWindow)
		if err != nil {
			return err
		}
		found += added
		for _, d := range departures {
			e.dispatcher.wake(Lane{d.Conversation, Outbound}, e.Tuning.ReorderWindow)
		}
		if err := e.Store.AdvanceCursor(ctx, waitingPrefix, from); err != nil {
			return err
		}
		if len(posts) < scanPage {
			break
		}
	}
	if found > 0 {
		e.Observer.CaughtUp(found)
	}
	return nil
}
