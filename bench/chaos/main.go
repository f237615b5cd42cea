// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Command chaos proves that the bridge loses nothing, doubles nothing and keeps order while everything around it fails: a
// real Mattermost server with the built plugin, real PostgreSQL with fsync, and the emulator with Graph's limits on. People
// write on both sides of some twenty linked channels; an oracle then compares both sides message by message and prints one
// line per scenario:
//
//	scenario sent arrived lost duplicated out_of_order
//
// What was changed or deleted and does not look the same on the other side counts as lost, a reply in another thread as out
// of order. Any number but 0 in the last three columns is a failure.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	var o options
	var only string
	flag.IntVar(&o.scale, "scale", 1, "divide the number of messages and the length of outages by this")
	flag.StringVar(&only, "only", "", "run these scenarios, separated by commas, instead of all")
	flag.DurationVar(&o.patience, "patience", 6*time.Minute, "how long messages may take to arrive after the last was written")
	flag.BoolVar(&o.verbose, "verbose", false, "show each wrong message and what the servers logged")
	list := flag.Bool("list", false, "list the scenarios")
	flag.Parse()
	if *list {
		for _, s := range scenarios {
			fmt.Printf("%-28s %s\n", s.name, s.about)
		}
		return
	}
	chosen := scenarios
	if only != "" {
		names := strings.Split(only, ",")
		chosen = slices.DeleteFunc(slices.Clone(scenarios), func(s scenario) bool { return !slices.Contains(names, s.name) })
		if len(chosen) != len(names) {
			fmt.Fprintln(os.Stderr, "chaos: -only names an unknown scenario; -list shows them")
			os.Exit(2)
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	began := time.Now()
	passed, failed, err := runAll(ctx, chosen, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		failed++
	}
	fmt.Printf("chaos: %d passed, %d failed in %.0f s\n", passed, failed, time.Since(began).Seconds())
	if failed > 0 {
		os.Exit(1)
	}
}

// options of a run.
type options struct {
	scale    int
	patience time.Duration
	verbose  bool
}

// messages is how many messages a scenario of n writes at this scale.
func (o options) messages(n int) int { return max(n/o.scale, 1) }

// conversations is how many channels are linked in a scenario. Graph takes 0.83 messages a second from each sender and in each
// channel, so each has a sender of its own, and twice as many of them take half the time.
func (o options) conversations() int {
	if o.scale > 1 {
		return 20
	}
	return 40
}

// outage is how long an outage of d lasts at this scale; short ones stay long enough to be noticed.
func (o options) outage(d time.Duration) time.Duration {
	return max(d/time.Duration(o.scale), min(d, 3*time.Second))
}

// runAll runs the scenarios one after another. Those that leave a server unharmed share one.
func runAll(ctx context.Context, chosen []scenario, o options) (passed, failed int, err error) {
	var shared *world
	defer func() {
		if shared != nil {
			shared.close()
		}
	}()
	fmt.Println("scenario sent arrived lost duplicated out_of_order")
	for i, s := range chosen {
		if ctx.Err() != nil {
			return passed, failed, ctx.Err()
		}
		began := time.Now()
		w := shared
		if w != nil && !s.fresh {
			w.stages.begin()
		} else {
			if w, err = openWorld(ctx, o, s); err != nil {
				return passed, failed, fmt.Errorf("%s: %w", s.name, err)
			}
			if !s.fresh {
				shared = w
			}
		}
		verdict, problem := w.play(ctx, s)
		ok := problem == nil && verdict.clean()
		fmt.Printf("%s %d %d %d %d %d\n", s.name, verdict.sent, verdict.arrived, verdict.lost, verdict.duplicated, verdict.outOfOrder)
		fmt.Fprintf(os.Stderr, "  %s took %.0f s: %s\n", s.name, time.Since(began).Seconds(), w.stages)
		if problem != nil {
			fmt.Fprintf(os.Stderr, "  %s: %v\n", s.name, problem)
		}
		if !ok {
			fmt.Fprintln(os.Stderr, "  "+w.deliveries(began))
		}
		if !ok && o.verbose {
			for _, line := range verdict.details {
				fmt.Fprintln(os.Stderr, "  "+line)
			}
			w.WriteLogs(os.Stderr)
		}
		if ok {
			passed++
		} else {
			failed++
		}
		if s.fresh {
			w.close()
		} else if !ok || !slices.ContainsFunc(chosen[i+1:], func(s scenario) bool { return !s.fresh }) {
			// What went wrong may go on, and servers that nobody needs any more slow the others down.
			w.close()
			shared = nil
		}
	}
	return passed, failed, nil
}
