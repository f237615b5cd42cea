// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/process"
)

// verdict is what the oracle found.
type verdict struct {
	sent, arrived, lost, duplicated, outOfOrder int
	details                                     []string
}

func (v verdict) clean() bool { return v.lost == 0 && v.duplicated == 0 && v.outOfOrder == 0 }

// shown is one message as a side shows it.
type shown struct {
	seen
	root  *seen // of the message that it replies to
	likes int
}

// await waits until both sides agree and the plugin has nothing left to carry, and says how they compare then, or when
// patience has ended.
func (c *chat) await(ctx context.Context) (verdict, error) {
	var v verdict
	waiting, cancel := context.WithTimeout(ctx, c.options.patience)
	defer cancel()
	var unfinished error
	// Reading all that was written costs the server much, so that it is done when the plugin has nothing left to carry.
	err := process.Until(waiting, func(ctx context.Context) error {
		if err := rest(ctx, 500*time.Millisecond); err != nil {
			return err
		}
		if unfinished = c.idle(ctx); unfinished != nil {
			return unfinished
		}
		now, err := c.compare(ctx)
		if err != nil {
			unfinished = err
			return err
		}
		if v = now; v.lost > 0 {
			unfinished = fmt.Errorf("%d of %d messages have not arrived as they are", v.lost, v.sent)
		}
		return unfinished
	})
	if err != nil && ctx.Err() != nil {
		return v, ctx.Err()
	}
	if unfinished != nil {
		if now, err := c.compare(ctx); err == nil {
			v = now
		}
		return v, fmt.Errorf("after %s: %w", c.options.patience, unfinished)
	}
	// Repeated notifications are delivered late; what they double shows only then.
	settling, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if err := c.Emulator.Subscriptions().Settled(settling); err != nil {
		return v, err
	}
	if err := process.Until(settling, c.idle); err != nil {
		return v, err
	}
	return c.compare(ctx)
}

// deliveries says how notifications were taken since then: what is taken late is carried late.
func (w *world) deliveries(since time.Time) string {
	var slowest time.Duration
	attempts, refused := 0, 0
	for _, d := range w.Emulator.Subscriptions().Deliveries() {
		if d.At.Before(since) {
			continue
		}
		attempts++
		slowest = max(slowest, d.Took)
		if d.Status/100 != 2 {
			refused++
		}
	}
	return fmt.Sprintf("%d deliveries of notifications, %d of them not taken, the slowest answered after %d ms", attempts, refused, slowest.Milliseconds())
}

// compare reads both sides of all conversations.
func (c *chat) compare(ctx context.Context) (total verdict, err error) {
	for _, at := range c.conversations {
		mattermost, err := c.showMattermost(ctx, at)
		if err != nil {
			return total, err
		}
		teamsSide, err := c.showTeams(at)
		if err != nil {
			return total, err
		}
		total.judge(c.messages[at], map[side][]shown{inMattermost: mattermost, inTeams: teamsSide})
	}
	return total, nil
}

func (c *chat) showMattermost(ctx context.Context, at *conversation) (list []shown, err error) {
	posts, err := c.posts(ctx, at)
	if err != nil {
		return nil, err
	}
	of := map[string]seen{}
	for _, p := range posts {
		s, ok := read(p.Message)
		if !ok {
			continue
		}
		of[p.Id] = s
		item := shown{seen: s}
		if p.Metadata != nil {
			item.likes = len(p.Metadata.Reactions)
		}
		if root, ok := of[p.RootId]; ok {
			item.root = &root
		}
		list = append(list, item)
	}
	return list, nil
}

// showTeams lists the threads one after another, each root followed by its replies, oldest first.
func (c *chat) showTeams(at *conversation) (list []shown, err error) {
	state := c.Emulator.Teams()
	roots, err := state.Messages(at.place)
	if err != nil {
		return nil, err
	}
	for i := len(roots) - 1; i >= 0; i-- {
		root, visible := read(roots[i].Text())
		visible = visible && roots[i].DeletedAt == nil
		if visible {
			list = append(list, shown{seen: root, likes: len(roots[i].Reactions)})
		}
		replies, err := state.Replies(at.place, roots[i].ID)
		if err != nil {
			return nil, err
		}
		for j := len(replies) - 1; j >= 0; j-- {
			if reply, ok := read(replies[j].Text()); ok && replies[j].DeletedAt == nil {
				item := shown{seen: reply, likes: len(replies[j].Reactions)}
				if visible {
					item.root = &root
				}
				list = append(list, item)
			}
		}
	}
	return list, nil
}

// key tells messages apart whatever their version.
type key struct {
	from   side
	number int
}

func (s seen) key() key { return key{s.from, s.number} }

// fault says what is wrong with how a side shows the message; nothing when it is as it should be.
func (m *message) fault(s shown, there bool) string {
	switch {
	case m.deleted && there:
		return "was deleted and is still shown"
	case m.deleted:
		return ""
	case !there:
		return "is missing"
	case s.version != m.version:
		return fmt.Sprintf("is shown as version %d", s.version)
	case s.likes != m.likes:
		return fmt.Sprintf("has %d reactions instead of %d", s.likes, m.likes)
	}
	return ""
}

// judge compares what was written in one conversation with what both sides show.
func (v *verdict) judge(written []*message, sides map[side][]shown) {
	count := map[side]map[key]int{inMattermost: {}, inTeams: {}}
	last := map[side]map[key]shown{inMattermost: {}, inTeams: {}}
	for where, list := range sides {
		for _, s := range list {
			count[where][s.key()]++
			last[where][s.key()] = s
		}
	}
	note := func(format string, args ...any) { v.details = append(v.details, fmt.Sprintf(format, args...)) }
	for _, m := range written {
		v.sent++
		other := inMattermost
		if m.from == inMattermost {
			other = inTeams
		}
		k := key{m.from, m.number}
		for where := range sides {
			if n := count[where][k]; n > 1 {
				v.duplicated += n - 1
				note("%s is shown %d times on side %c", m.token(), n, where)
			}
		}
		wrong := false
		for _, where := range []side{m.from, other} {
			s, there := last[where][k]
			if fault := m.fault(s, there); fault != "" {
				wrong = true
				note("%s %s on side %c", m.token(), fault, where)
			}
		}
		if wrong {
			v.lost++
			continue
		}
		v.arrived++
		if s := last[other][k]; !m.deleted && ((m.root != nil) != (s.root != nil) || m.root != nil && s.root.key() != (key{m.root.from, m.root.number})) {
			v.outOfOrder++
			note("%s is in another thread", m.token())
		}
	}
	// The order is that of the side where they were written: roots among roots, replies within their thread.
	for where, list := range sides {
		highest := map[key]int{}
		for _, s := range list {
			if s.from == where {
				continue
			}
			thread := key{from: s.from, number: -1}
			if s.root != nil {
				thread = s.root.key()
			}
			if at, ok := highest[thread]; ok && s.number < at {
				v.outOfOrder++
				note("%c%d is shown after %c%d", s.from, s.number, s.from, at)
			}
			highest[thread] = max(highest[thread], s.number)
		}
	}
}
