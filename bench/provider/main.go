// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Command provider measures what an operator waits for: creating, planning, rotating and destroying the Azure side with
// the built provider and the real CLI, against the Microsoft cloud emulator, with the secret delivered to a real
// Mattermost server. It prints one "name value unit" line per measure, with the bar beside it. Wall times are those of
// whole commands, as the median of several runs. A missed bar is printed, not an error.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	var o options
	flag.StringVar(&o.terraform, "terraform", "terraform", "the terraform or tofu program")
	flag.StringVar(&o.provider, "provider", "build/host/terraform-provider-msteamssync", "the built provider")
	flag.IntVar(&o.runs, "runs", 5, "how often each wall time is taken")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "The benchmark failed:", err)
		os.Exit(1)
	}
}

// options of a run.
type options struct {
	terraform, provider string
	runs                int
}
