// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Terraform-provider-msteamssync is a Terraform provider; Terraform starts it. Started by a person it can also write
// configuration for an installation that was made by hand (generate), and say what it is (version).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/msteamssync/terraform-provider-msteamssync/provider"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/bundle"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/generate"
)

// version is set when a release is linked (-ldflags "-X main.version=1.2.3").
var version = "dev"

const usage = `A Terraform provider that bridges Mattermost and Microsoft Teams. Terraform starts it; a person can use:

  terraform-provider-msteamssync generate   write configuration and import blocks for an installation made by hand
  terraform-provider-msteamssync version    print the version of the provider and of the plugin bundle inside it

'terraform-provider-msteamssync generate --help' explains its options.
`

const generateUsage = `Usage: terraform-provider-msteamssync generate [options]

Reads an installation that somebody made by hand and writes main.tf and import.tf, with which 'terraform plan' shows
imports and no other change. Nothing is changed, and no secret is written.

Options:
`

const generateEnvironment = `
Credentials are read from the environment, as by the provider block:
  Azure       ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET (or ARM_CLIENT_CERTIFICATE_PATH, ARM_USE_OIDC, ARM_USE_CLI);
              with ARM_SUBSCRIPTION_ID the application's billing account is looked for
  Mattermost  MM_URL and MM_TOKEN, or MM_URL, MM_LOGIN_ID and MM_PASSWORD
Those of one side are enough to write about that side.

Example:
  terraform-provider-msteamssync generate --client-id 44444444-4444-4444-8444-444444444444 \
    --mattermost-url https://chat.example.com --bot bridge@example.com --out msteams-sync
`

func main() {
	if len(os.Args) > 1 && os.Args[1] != "" && os.Args[1][0] != '-' {
		os.Exit(command(os.Args[1], os.Args[2:], os.Stdout, os.Stderr))
	}
	debug := flag.Bool("debug", false, "serve for a debugger instead of for Terraform")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage, "\nOptions:\n")
		flag.PrintDefaults()
	}
	flag.Parse()
	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/msteamssync/msteamssync",
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}

// command runs what a person asks for and returns the exit code: 0, 1 for a failure, 2 for a wrong call.
func command(name string, arguments []string, out, errs io.Writer) int {
	switch name {
	case "generate":
		return runGenerate(arguments, out, errs)
	case "version":
		printVersion(out)
		return 0
	case "help":
		fmt.Fprint(out, usage)
		return 0
	}
	fmt.Fprintf(errs, "There is no command %q.\n\n%s", name, usage)
	return 2
}

func runGenerate(arguments []string, out, errs io.Writer) int {
	o := generate.Options{Version: version}
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.StringVar(&o.ClientID, "client-id", "", "application (client) `GUID` of the app registration")
	flags.StringVar(&o.MattermostURL, "mattermost-url", "", "`address` of the Mattermost server; default: MM_URL")
	flags.StringVar(&o.Bot, "bot", "", "user principal `name` or object id of the bot account")
	flags.StringVar(&o.Billing, "billing", "", "ARM `id` of the billing account; default: looked for in ARM_SUBSCRIPTION_ID")
	flags.StringVar(&o.Out, "out", ".", "`folder` to write main.tf and import.tf to")
	flags.BoolVar(&o.Force, "force", false, "replace files that are there")
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), generateUsage)
		flags.PrintDefaults()
		fmt.Fprint(flags.Output(), generateEnvironment)
	}
	switch err := flags.Parse(arguments); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(errs, "Unexpected argument %q.\n\n", flags.Arg(0))
		flags.Usage()
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := generate.Run(ctx, o, out); err != nil {
		fmt.Fprintln(errs, "Error:", err)
		return 1
	}
	return 0
}

// printVersion says what this binary is, so that it can be compared with what a server has.
func printVersion(out io.Writer) {
	fmt.Fprintf(out, "terraform-provider-msteamssync %s\n", version)
	embedded, err := bundle.Embedded()
	if err != nil {
		fmt.Fprintf(out, "plugin bundle: none (%v)\n", err)
		return
	}
	fmt.Fprintf(out, "plugin bundle: %s %s, sha256 %s\n", embedded.Manifest.Id, embedded.Manifest.Version, embedded.SHA256)
}
