// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Command demo runs the whole bridge on one machine: PostgreSQL, a Mattermost server and the Microsoft cloud emulator,
// `terraform apply` on examples/quickstart, accounts connected through the real log-in pages, a linked channel, and a
// message each way. It prints what happened with the ids on both sides and runs until Ctrl-C. With --check it asserts
// each step, shows that Terraform sees a change made behind its back, looks for secrets where none may be, and tears
// everything down.
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
	flag.BoolVar(&o.check, "check", false, "assert each step and tear down instead of running until Ctrl-C")
	flag.IntVar(&o.mattermostPort, "mattermost-port", 0, "loopback port of Mattermost; 0 = a free one")
	flag.IntVar(&o.emulatorPort, "emulator-port", 0, "loopback port of the emulator; 0 = a free one")
	flag.Parse()
	o.mattermostURL, o.mattermostToken, o.mattermostCA = os.Getenv("MM_URL"), os.Getenv("MM_TOKEN"), os.Getenv("MM_CA_FILE")

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "\nThe demo failed:", err)
		os.Exit(1)
	}
}

// options of a run.
type options struct {
	terraform, provider          string
	check                        bool
	mattermostPort, emulatorPort int

	mattermostURL, mattermostToken, mattermostCA string // of a server that runs already; MM_URL, MM_TOKEN, MM_CA_FILE
}
