// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// senders and their channels: each has a backlog in a channel of its own.
const senders = 20

// governed measures how much of what Graph lets through is used: 20 connected people, a backlog in 20 channels, the
// emulator's limits on. Time counts from the first send until the first channel has run out.
func governed(ctx context.Context, o options) (err error) {
	w, err := newWorld(ctx, layout{people: senders, channels: senders})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Stop(context.WithoutCancel(ctx))) }()
	w.Emulator.Limits().Enable(true)
	w.Emulator.RequestLog().Reset()
	created := make([]map[int]int64, senders)
	if err := sideBySide(senders, func(i int) (err error) {
		created[i] = map[int]int64{}
		for n := range o.perLane {
			if created[i][n], err = w.post(ctx, w.people[i], w.channels[i], n); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if err := w.await(ctx, senders*o.perLane, time.Duration(o.perLane)*3*time.Second+time.Minute); err != nil {
		return err
	}

	var sends []time.Time
	byChannel := map[string][]time.Time{}
	throttled, calls := 0, 0
	for _, r := range w.Emulator.Requests() {
		if !strings.HasPrefix(r.Path, "/v1.0/") {
			continue
		}
		calls++
		switch {
		case r.Status == http.StatusTooManyRequests:
			throttled++
		case r.Method == http.MethodPost && r.Status == http.StatusCreated && strings.HasSuffix(r.Path, "/messages"):
			sends = append(sends, r.Time)
			byChannel[r.Path] = append(byChannel[r.Path], r.Time)
		}
	}
	began, end := sends[0], sends[len(sends)-1]
	for _, times := range byChannel {
		if last := times[len(times)-1]; last.Before(end) {
			end = last
		}
		if times[0].After(began) {
			began = times[0] // all channels have begun: each first message was the bucket's, not a refill
		}
	}
	limit, _ := catalog.LimitsOf(http.MethodPost, "/teams/{team-id}/channels/{channel-id}/messages")
	within := 0
	for _, at := range sends {
		if at.After(began) && !at.After(end) {
			within++
		}
	}
	refill := senders * limit.By[catalog.PerResource].Refill() * end.Sub(began).Seconds()
	lost, doubled, inversions := 0, 0, 0
	for at, numbers := range created {
		arrived, err := w.arrived(w.channels[at])
		if err != nil {
			return err
		}
		i, l, d := compare(numbers, arrived)
		inversions, lost, doubled = inversions+i, lost+l, doubled+d
	}
	report("governor_utilisation", float64(within)/refill, "sent/refill", atLeast(0.95))
	report("governor_throttled", 100*float64(throttled)/float64(calls), "%", atMost(0.5))
	report("governor_lost", float64(lost+doubled), "messages", atMost(0))
	report("governor_inversions", float64(inversions), "messages", atMost(0))
	report("governor_backlog_seconds", end.Sub(began).Seconds(), "s", nil)
	return nil
}
