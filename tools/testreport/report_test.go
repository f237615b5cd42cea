// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	for name, c := range map[string]struct {
		in     string
		ok     bool
		closes string
		holds  string
	}{
		"all pass": {
			in:     `{"Action":"pass","Package":"p","Test":"A"}` + "\n" + `{"Action":"pass","Package":"p","Elapsed":1.5}`,
			ok:     true,
			closes: "unit: 1 passed, 0 failed\n",
			holds:  "1.5 s  p",
		},
		"a failure shows its output": {
			in: `{"Action":"output","Package":"p","Test":"A","Output":"want 1\n"}` + "\n" +
				`{"Action":"fail","Package":"p","Test":"A"}` + "\n" + `{"Action":"fail","Package":"p"}`,
			closes: "unit: 0 passed, 1 failed\n",
			holds:  "want 1",
		},
		"a package that does not build": {
			in:     `{"Action":"build-output","ImportPath":"p","Output":"syntax error\n"}` + "\n" + `{"Action":"fail","Package":"p"}`,
			closes: "unit: 0 passed, 1 failed\n",
			holds:  "syntax error",
		},
		"a skipped test": {
			in:     `{"Action":"skip","Package":"p","Test":"A"}` + "\n" + `{"Action":"pass","Package":"p"}`,
			closes: "unit: 0 passed, 1 failed\n",
			holds:  "skipped itself",
		},
		"a package without tests is no skip": {
			in:     `{"Action":"skip","Package":"p"}`,
			ok:     true,
			closes: "unit: 0 passed, 0 failed\n",
		},
		"words of go itself": {in: "go: no such module", ok: true, closes: "unit: 0 passed, 0 failed\n", holds: "no such module"},
	} {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			out := bufio.NewWriter(&got)
			ok, err := report("unit", strings.NewReader(c.in), out)
			if err != nil {
				t.Fatal(err)
			}
			if err := out.Flush(); err != nil {
				t.Fatal(err)
			}
			if ok != c.ok {
				t.Errorf("ok = %v, want %v", ok, c.ok)
			}
			if !strings.HasSuffix(got.String(), c.closes) || !strings.Contains(got.String(), c.holds) {
				t.Errorf("report = %q, want it to hold %q and to close with %q", got.String(), c.holds, c.closes)
			}
		})
	}
}
