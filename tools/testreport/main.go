// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Command testreport reads `go test -json` from standard input, prints what people want to see (one line per package,
// the output of what failed) and closes with "<name>: N passed, N failed". It fails when a test failed, when a package
// did not build, and when a test skipped itself: a skipped test proves nothing.
//
//	go test -json ./... | testreport test-unit
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go test -json PACKAGES | testreport NAME")
		os.Exit(2)
	}
	out := bufio.NewWriter(os.Stdout)
	ok, err := report(os.Args[1], os.Stdin, out)
	if err := out.Flush(); err != nil {
		os.Exit(1)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// flusher is an output that can show at once what it has.
type flusher interface {
	io.Writer
	Flush() error
}
