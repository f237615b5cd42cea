// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"
)

// scenario is one way in which things go wrong.
type scenario struct {
	name, about string
	fresh       bool // on servers of its own, because it kills some
	nodes       int  // Mattermost servers; 0 is 1
	basic       bool // notifications without content, so that each message is fetched; only with fresh
	liked       bool // people react to each of their messages and take every second reaction back

	// before makes the trouble, before anybody writes; the function that it returns ends it after everybody has written.
	before func(context.Context, *chat) (end func(context.Context) error, err error)
	// during happens while people write, when a third of the messages is written. They go on writing meanwhile.
	during func(context.Context, *chat) error
	// write is what people write; by default, plain messages.
	write func(context.Context, *chat) error
	// planned is how many messages write writes at full scale, on both sides together; 0 is plain's number.
	planned int
}

// each side writes so many messages in a scenario at full scale, and plainly so many are planned on both together.
const eachSide = 1000

// play runs one scenario on fresh conversations and judges it.
func (w *world) play(ctx context.Context, s scenario) (verdict, error) {
	all, err := w.converse(ctx)
	if err != nil {
		return verdict{}, err
	}
	w.stages.done("links")
	planned := s.planned
	if planned == 0 {
		planned = 2 * eachSide
	}
	c := &chat{world: w, liked: s.liked, conversations: all, messages: map[*conversation][]*message{}, third: make(chan struct{}), planned: int64(w.options.messages(planned))}
	defer w.Emulator.Faults().Clear()
	end := func(context.Context) error { return nil }
	if s.before != nil {
		if end, err = s.before(ctx, c); err != nil {
			return verdict{}, err
		}
	}
	write := s.write
	if write == nil {
		write = plain
	}
	group, writing := errgroup.WithContext(ctx)
	group.Go(func() error { return write(writing, c) })
	if s.during != nil {
		group.Go(func() error {
			select {
			case <-c.third:
				return s.during(writing, c)
			case <-writing.Done():
				return nil
			}
		})
	}
	err = group.Wait()
	if err := errors.Join(err, end(ctx)); err != nil {
		return verdict{}, err
	}
	w.stages.done("writing")
	v, err := c.await(ctx)
	w.stages.done("arriving")
	if err == nil && v.clean() && !s.fresh {
		err = w.part(ctx, all)
		w.stages.done("unlinking")
	}
	return v, err
}

// share is how many of n messages fall to each conversation.
func (c *chat) share(n int) int {
	return max((c.options.messages(n)+len(c.conversations)-1)/len(c.conversations), 2)
}

// pause is how long people wait between two messages, where it is not the pace that matters: the messages are written in less time
// than Graph's limits let them through in, so that they pile up, but over most of it, so that what breaks meanwhile breaks things.
const pause = 800 * time.Millisecond

// plain has everybody write, one message after another.
func plain(ctx context.Context, c *chat) error { return c.lines(ctx, eachSide, pause) }

// lines writes n messages on each side, with a pause between two of one writer.
func (c *chat) lines(ctx context.Context, n int, pause time.Duration) error {
	return c.each(ctx, func(ctx context.Context, at *conversation, from side) error {
		for i := range c.share(n) {
			if err := c.write(ctx, &message{conversation: at, from: from, number: i}); err != nil {
				return err
			}
			if err := rest(ctx, pause); err != nil {
				return err
			}
		}
		return nil
	})
}

// rest waits as a person does between two messages, or an outage lasts.
func rest(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
