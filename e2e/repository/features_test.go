// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package repository_test

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
)

// FEATURES.md promises nothing that is not tested: each row that promises something names, in a comment, tests that there are,
// and a row about the bridge names, in each cell that promises something, one on real parts: a comment stands in the cell, and
// speaks of its direction alone.

// feature is a row of a table in FEATURES.md.
type feature struct {
	section, name string
	cells         []cell
}

// cell is what a row says of one direction, or of all there is.
type cell struct {
	text  string
	tests []string
}

// features reads the rows of all tables that promise something.
func features(document string) (rows []feature) {
	section, began := "", false
	for line := range strings.Lines(document) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			section = title
		}
		if !strings.HasPrefix(line, "|") {
			began = false
			continue
		}
		if strings.HasPrefix(line, "|---") {
			began = true // what stands above it is the head
			continue
		}
		if !began || section == "Versions" {
			continue
		}
		row := feature{section: section}
		for i, text := range strings.Split(strings.Trim(line, "|"), "|") {
			var c cell
			for {
				before, rest, found := strings.Cut(text, "<!--")
				if !found {
					break
				}
				comment, after, _ := strings.Cut(rest, "-->")
				c.tests = append(c.tests, strings.Fields(comment)...)
				text = before + after
			}
			if c.text = strings.TrimSpace(text); i == 0 {
				row.name = c.text
			} else {
				row.cells = append(row.cells, c)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// promises tells whether a cell says something else than no.
func (c cell) promises() bool {
	return c.text != "" && c.text != "–" && c.text != "no" && !strings.HasPrefix(c.text, "no,")
}

// check says what is wrong with a row; tests lists the files that each test is in.
func (f feature) check(tests map[string][]string) error {
	named := 0
	for _, c := range f.cells {
		onRealParts := false
		for _, test := range c.tests {
			files, there := tests[test]
			if !there {
				return fmt.Errorf("%q names %s, which is not there", f.name, test)
			}
			onRealParts = onRealParts || slices.ContainsFunc(files, func(file string) bool { return strings.HasPrefix(file, "e2e/") })
		}
		switch {
		case len(c.tests) > 0 && !c.promises():
			return fmt.Errorf("%q says %q and names tests", f.name, c.text)
		case f.section == "Bridge" && c.promises() && !onRealParts:
			return fmt.Errorf("%q says %q and names no test below e2e/ for it", f.name, c.text)
		}
		if c.promises() {
			named += len(c.tests)
		}
	}
	if named == 0 && slices.ContainsFunc(f.cells, cell.promises) {
		return fmt.Errorf("%q promises something and names no test", f.name)
	}
	return nil
}

func TestFeaturesAreTested(t *testing.T) {
	root, err := repository.Root()
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile(filepath.Join(root, "FEATURES.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests := testsBelow(t, root)
	rows := features(string(document))
	if len(rows) < 60 || len(tests) < 500 {
		t.Fatalf("%d rows and %d tests: one of the two is not read", len(rows), len(tests))
	}
	for _, row := range rows {
		if err := row.check(tests); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatIsWrongWithARow(t *testing.T) {
	const head = "## Bridge\n\n| | out | in |\n|---|---|---|\n"
	tests := map[string][]string{"TestUnit": {"plugin/x_test.go"}, "TestReal": {"e2e/bridge/x_test.go"}}
	for row, wrong := range map[string]bool{
		"| a | yes <!-- TestReal --> | no |":                        false,
		"| a | yes <!-- TestReal TestUnit --> | no |":               false,
		"| a | yes <!-- TestReal --> | as text <!-- TestReal --> |": false,
		"| a | no | – |":                                        false,
		"| a | no, never | no |":                                false,
		"| a | yes | no |":                                      true,
		"| a | through the bot | – |":                           true,
		"| a | yes | yes <!-- TestReal --> |":                   true,
		"| a | yes <!-- TestUnit --> | yes <!-- TestReal --> |": true,
		"| a | yes <!-- TestGone --> | no |":                    true,
		"| a | yes <!-- TestReal TestGone --> | no |":           true,
		"| a | yes <!-- TestUnit --> | no |":                    true,
		"| a | yes <!-- TestReal --> | no <!-- TestReal --> |":  true,
		"| a | no <!-- TestReal --> | no |":                     true,
	} {
		rows := features(head + row + "\n")
		if len(rows) != 1 {
			t.Fatalf("%s is read as %+v", row, rows)
		}
		if err := rows[0].check(tests); (err != nil) != wrong {
			t.Errorf("%s: %v", row, err)
		}
	}
}

// testsBelow lists the test functions of the repository with the files that they are in.
func testsBelow(t *testing.T, root string) map[string][]string {
	t.Helper()
	tests := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "build" || entry.Name() == "node_modules" || strings.HasPrefix(entry.Name(), ".") && path != root):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if rest, ok := strings.CutPrefix(lines.Text(), "func Test"); ok {
				test, _, _ := strings.Cut(rest, "(")
				tests["Test"+test] = append(tests["Test"+test], filepath.ToSlash(name))
			}
		}
		return lines.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}
