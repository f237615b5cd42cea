// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package repository_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
)

// What differs in a message: formatting verbs in Go and in the shell, names in braces in translations.
var (
	verb        = regexp.MustCompile(`%[-+# 0]*(?:\[\d+\])?[0-9.]*[a-zA-Z]`)
	placeholder = regexp.MustCompile(`\{\w+\}`)
)

// plain writes a message as the guides do: … for what differs.
func plain(text string) string {
	return strings.ReplaceAll(verb.ReplaceAllString(text, "…"), "%%", "%")
}

// text is the string that an expression is made of, as far as it is written down.
func text(expression ast.Expr) string {
	switch e := expression.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			if value, err := strconv.Unquote(e.Value); err == nil {
				return value
			}
		}
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return text(e.X) + text(e.Y)
		}
	case *ast.ParenExpr:
		return text(e.X)
	}
	return "%v"
}

// messages are all strings that a user may get to see: of the Go sources, the scripts, the makefile and the web app.
func messages(t *testing.T) (all []string) {
	t.Helper()
	root, err := repository.Root()
	if err != nil {
		t.Fatal(err)
	}
	var sources []string
	for _, dir := range []string{"main.go", "internal", "plugin", "provider", "e2e/demo", "e2e/postgres", "e2e/process"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				sources = append(sources, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, source := range sources {
		file, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch e := n.(type) {
			case *ast.BinaryExpr:
				if e.Op == token.ADD {
					all = append(all, plain(text(e)))
				}
			case *ast.BasicLit:
				all = append(all, plain(text(e)))
			}
			return true
		})
	}
	scripts, err := filepath.Glob(filepath.Join(root, "tools", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range append(scripts, filepath.Join(root, "GNUmakefile")) {
		if info, err := os.Stat(script); err != nil || info.IsDir() {
			continue
		}
		content, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, plain(string(content)))
	}
	var translations map[string]string
	if err := json.Unmarshal([]byte(readFile(t, "webapp", "i18n", "en.json")), &translations); err != nil {
		t.Fatal(err)
	}
	for _, message := range translations {
		all = append(all, placeholder.ReplaceAllString(message, "…"))
	}
	return all
}

// TestQuotedMessagesAreThere: who searches the guides for what they see finds it, and what the guides quote can be seen.
func TestQuotedMessagesAreThere(t *testing.T) {
	known := messages(t)
	if len(known) < 5000 {
		t.Fatalf("only %d strings were found in the sources", len(known))
	}
	var quotes []string
	for _, row := range rows(guide(t, "troubleshooting"), "Troubleshooting") {
		quotes = append(quotes, names(row[0])...)
	}
	if len(quotes) < 40 {
		t.Fatalf("only %d messages are quoted", len(quotes))
	}
	for _, page := range []string{"upgrade-and-rollback", "disaster-recovery"} {
		for line := range strings.Lines(guide(t, page)) {
			if quote, indented := strings.CutPrefix(line, "    "); indented && strings.Contains(quote, " ") {
				quotes = append(quotes, strings.TrimSpace(quote))
			}
		}
	}
	for _, quote := range quotes {
		if !slices.ContainsFunc(known, func(message string) bool { return strings.Contains(message, quote) }) {
			t.Errorf("nothing says %q", quote)
		}
	}
}

func TestMessagesAreReadAsTheyAreSeen(t *testing.T) {
	expression, err := parser.ParseExpr(`"a %s, " + name + ("b %[2]d" + ` + "`c \"d\"`" + ` + "50 %%")`)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := plain(text(expression)), `a …, …b …c "d"50 %`; got != want {
		t.Errorf("read as %q, want %q", got, want)
	}
}
