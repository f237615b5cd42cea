// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Command msteams-emulator runs a Microsoft cloud on this machine: Entra ID, Graph, Teams and Azure Resource Manager.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "msteams-emulator:", err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	listen, http, caOut, seed, readyFile string
	limits, printSeed                    bool
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("msteams-emulator", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "`host:port` of the TLS server; port 0 takes a free one")
	flags.StringVar(&o.http, "http", "", "`host:port` of a plain-http server beside it, loopback only; none when empty")
	flags.StringVar(&o.caOut, "ca-out", "", "`file` that gets the certificate of the emulator's authority")
	flags.StringVar(&o.seed, "seed", "", "JSON `file` that says what the cloud holds from the start; the demo tenant when empty")
	flags.StringVar(&o.readyFile, "ready-file", "", "`file` that gets the addresses as JSON once the emulator answers")
	flags.BoolVar(&o.limits, "limits", false, "apply Graph's request limits from the start")
	flags.BoolVar(&o.printSeed, "print-seed", false, "print the demo tenant's seed as JSON and end")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected argument %q; every option starts with --", flags.Arg(0))
	}
	return o, nil
}

// ready is the content of the ready file.
type ready struct {
	URL      string `json:"url"`
	HTTPURL  string `json:"httpUrl,omitempty"`
	CAFile   string `json:"caFile,omitempty"`
	TenantID string `json:"tenantId"`
	PID      int    `json:"pid"`
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.printSeed {
		return writeJSON(stdout, emulator.DefaultSeed())
	}
	config := emulator.Config{Listen: o.listen, HTTPListen: o.http, Limits: o.limits, Log: stderr}
	if o.seed != "" {
		if config.Seed, err = readSeed(o.seed); err != nil {
			return err
		}
	}
	server, err := emulator.New(config)
	if err != nil {
		return err
	}
	if err := announce(server, o, stdout); err != nil {
		return errors.Join(err, server.Close())
	}
	<-ctx.Done()
	return server.Close()
}

func readSeed(path string) (*emulator.Seed, error) {
	file, err := os.Open(path) // the path comes from whoever starts the program
	if err != nil {
		return nil, fmt.Errorf("open the seed: %w", err)
	}
	defer func() { _ = file.Close() }() // only read
	seed, err := emulator.ReadSeed(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &seed, nil
}

// announce starts the server and tells where it is. The ready file is written last and in one step: whoever finds it
// can connect and read the CA file.
func announce(server *emulator.Server, o options, stdout io.Writer) error {
	if err := server.Start(); err != nil {
		return err
	}
	at := ready{URL: server.URL(), HTTPURL: server.HTTPURL(), TenantID: server.Directory().Tenant().ID, PID: os.Getpid()}
	if o.caOut != "" {
		if err := server.WriteCA(o.caOut); err != nil {
			return err
		}
		absolute, err := filepath.Abs(o.caOut)
		if err != nil {
			return fmt.Errorf("name the CA file: %w", err)
		}
		at.CAFile = absolute
	}
	_, _ = fmt.Fprintf(stdout, "Microsoft cloud emulator: %s\n", at.URL)
	if at.HTTPURL != "" {
		_, _ = fmt.Fprintf(stdout, "plain http:               %s\n", at.HTTPURL)
	}
	if at.CAFile != "" {
		_, _ = fmt.Fprintf(stdout, "CA certificate:           %s\n", at.CAFile)
	}
	_, _ = fmt.Fprintf(stdout, "tenant:                   %s\n", at.TenantID)
	if o.readyFile == "" {
		return nil
	}
	return writeReady(o.readyFile, at)
}

func writeReady(path string, at ready) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".ready-*")
	if err != nil {
		return fmt.Errorf("write the ready file: %w", err)
	}
	err = errors.Join(writeJSON(file, at), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write the ready file: %w", err), os.Remove(file.Name()))
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
