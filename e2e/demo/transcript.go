// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// transcript prints each step with its time, and counts.
type transcript struct {
	out    io.Writer
	passed int
	failed int
}

// step runs one step and says how it went. After a failure nothing else makes sense, so the error ends the run.
func (t *transcript) step(ctx context.Context, what string, do func(context.Context) error) error {
	began := time.Now()
	err := do(ctx)
	took := time.Since(began).Seconds()
	if err != nil {
		t.failed++
		fmt.Fprintf(t.out, "FAIL  %5.1f s  %s\n", took, what)
		return fmt.Errorf("%s: %w", what, err)
	}
	t.passed++
	fmt.Fprintf(t.out, "ok    %5.1f s  %s\n", took, what)
	return nil
}

// note prints what a step found, indented below it.
func (t *transcript) note(format string, args ...any) {
	for line := range strings.Lines(fmt.Sprintf(format, args...)) {
		fmt.Fprintf(t.out, "                 %s\n", strings.TrimRight(line, "\n"))
	}
}

// summary is the line that .ci/run counts.
func (t *transcript) summary(name string) {
	fmt.Fprintf(t.out, "%s: %d passed, %d failed\n", name, t.passed, t.failed)
}

// tee writes to people and to the record in which secrets are looked for.
type tee struct{ people, record io.Writer }

func (t tee) Write(p []byte) (int, error) {
	if _, err := t.record.Write(p); err != nil {
		return 0, err
	}
	return t.people.Write(p)
}
