// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// event is one line of `go test -json` (go doc test2json).
type event struct {
	Action     string
	Package    string
	ImportPath string // of build events
	Test       string
	Elapsed    float64
	Output     string
}

// report prints the events of in to out and says whether everything passed.
func report(name string, in io.Reader, out flusher) (ok bool, err error) {
	var (
		passed, failed int
		skipped        []string
		output         = map[string]*strings.Builder{} // by package, test
		failedTests    = map[string]bool{}             // packages with a failed test
	)
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Action == "" {
			fmt.Fprintln(out, lines.Text()) // not from a test: go's own words
			continue
		}
		key := e.Package + " " + e.Test
		switch e.Action {
		case "output":
			if output[key] == nil {
				output[key] = &strings.Builder{}
			}
			output[key].WriteString(e.Output)
		case "build-output":
			fmt.Fprint(out, e.Output)
		case "pass", "fail", "skip":
			text := ""
			if b := output[key]; b != nil {
				text = b.String()
			}
			delete(output, key)
			switch {
			case e.Test == "" && e.Action == "pass":
				fmt.Fprintf(out, "ok    %6.1f s  %s\n", e.Elapsed, e.Package)
			case e.Test == "" && e.Action == "fail":
				fmt.Fprintf(out, "%sFAIL  %6.1f s  %s\n", text, e.Elapsed, e.Package)
				if !failedTests[e.Package] {
					failed++ // it did not build, panicked, or its TestMain failed
				}
			case e.Test == "":
			case e.Action == "pass":
				passed++
			case e.Action == "fail":
				failed++
				failedTests[e.Package] = true
				fmt.Fprintf(out, "%s", text)
			default:
				skipped = append(skipped, e.Package+" "+e.Test)
			}
			if err := out.Flush(); err != nil {
				return false, err
			}
		}
	}
	for _, test := range skipped {
		fmt.Fprintf(out, "FAIL  skipped itself, which proves nothing: %s\n", test)
	}
	failed += len(skipped)
	fmt.Fprintf(out, "%s: %d passed, %d failed\n", name, passed, failed)
	return failed == 0, lines.Err()
}
