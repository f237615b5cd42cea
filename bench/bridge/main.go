// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Command bridge measures what the bridge costs and how fast it is: the built plugin in a real Mattermost server, on
// PostgreSQL with fsync on, against the Microsoft cloud emulator. It prints one "name value unit" line per measure, with
// the bar beside it. A missed bar is printed, not an error.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// suite is a set of measures that are taken on servers of their own.
type suite struct {
	name string
	run  func(context.Context, options) error
}

var suites = []suite{
	{"outbound", outbound},
	{"governor", governed},
	{"inbound", inbound},
	{"basic", basic},
	{"channels", channels},
	{"costs", costs},
	{"files", files},
}

// options of a run.
type options struct {
	only     string
	perLane  int // messages in each channel of the governor's backlog
	messages int // of the outbound runs
	rate     float64
	inbound  int // encrypted messages of the backlog from Teams
	basic    int // the same without content
	spread   int // messages over 10, 100 and 1,000 channels
	steady   int // messages at 50 a second
	intake   int // notifications at 500 a second
	fileMB   int // of the file that goes each way
	profile  bool
	unlinked int // posts in a channel that is not linked
}

func main() {
	var o options
	flag.StringVar(&o.only, "only", "", "the suites to run, by name, separated by commas; all when empty")
	flag.IntVar(&o.perLane, "backlog", 60, "messages in each of the 20 channels of the governor's backlog")
	flag.IntVar(&o.messages, "messages", 1600, "messages of each outbound run")
	flag.Float64Var(&o.rate, "rate", 80, "messages per second of the outbound runs")
	flag.IntVar(&o.inbound, "inbound", 30_000, "messages of the encrypted backlog from Teams; the plugin's memory is measured after it")
	flag.IntVar(&o.basic, "basic", 4000, "messages of the backlog from Teams without content")
	flag.IntVar(&o.spread, "spread", 30_000, "messages of the backlogs over 10, 100 and 1,000 linked channels")
	flag.IntVar(&o.steady, "steady", 3000, "messages at 50 a second, for the time that one takes")
	flag.IntVar(&o.intake, "intake", 5000, "notifications at 500 a second, for the time that an answer takes")
	flag.IntVar(&o.unlinked, "unlinked", 1000, "posts in a channel that is not linked, for the hook's time")
	flag.IntVar(&o.fileMB, "file-mb", 1000, "size of the file that goes each way, for the memory that it takes")
	flag.BoolVar(&o.profile, "profile", false, "show what PostgreSQL's connections are at while a backlog is carried; costs a little")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "The benchmark failed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	report("cores", float64(runtime.NumCPU()), "cores", nil)
	wanted := strings.Split(o.only, ",")
	for _, s := range suites {
		if o.only != "" && !slices.Contains(wanted, s.name) {
			continue
		}
		if err := s.run(ctx, o); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// bar says what a measure should be, and whether it is.
type bar func(value float64) (text string, met bool)

func atMost(limit float64) bar {
	return func(v float64) (string, bool) { return fmt.Sprintf("<= %.4g", limit), v <= limit }
}

func atLeast(limit float64) bar {
	return func(v float64) (string, bool) { return fmt.Sprintf(">= %.4g", limit), v >= limit }
}

// report prints a measure: name, value, unit, and the bar after a sign that ends what programs read.
func report(name string, value float64, unit string, b bar) {
	line := fmt.Sprintf("%s %.4g %s", name, value, unit)
	if b != nil {
		text, met := b(value)
		verdict := "missed"
		if met {
			verdict = "met"
		}
		line += fmt.Sprintf("  # bar %s: %s", text, verdict)
	}
	fmt.Println(line)
}
