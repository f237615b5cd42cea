// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package texts_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// translated are the packages whose texts are all translated.
var translated = []string{"accounts", "chats", "command", "httpapi", "links", "service", "store", "subscriptions"}

// saying are the functions whose first, or else second or third, argument is a text.
var saying = map[string]bool{"texts.New": true, "texts.Of": true, "refusal.New": true, "newError": true, "call.say": true}

// literal is the string that an expression is made of; false when it is not written down.
func literal(expression ast.Expr) (string, bool) {
	switch e := expression.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			value, err := strconv.Unquote(e.Value)
			return value, err == nil
		}
	case *ast.BinaryExpr:
		left, ok := literal(e.X)
		right, also := literal(e.Y)
		return left + right, ok && also && e.Op == token.ADD
	}
	return "", false
}

// sources calls f for each node of a package's files, tests excepted.
func sources(t *testing.T, folder string, f func(ast.Node)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatal(folder, err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			f(n)
			return true
		})
	}
}

// said are the texts that a package says with one of the functions.
func said(t *testing.T, folder string) (all []string) {
	t.Helper()
	note := func(e ast.Expr) {
		if text, ok := literal(e); ok {
			all = append(all, text)
		}
	}
	sources(t, folder, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.KeyValueExpr: // what commands are for
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "help" {
				note(n.Value)
			}
		case *ast.ValueSpec: // why connections are lost
			for i, name := range n.Names {
				if i >= len(n.Values) || !strings.HasSuffix(name.Name, "Reason") && name.Name != "lossReasons" && name.Name != "otherLoss" {
					continue
				}
				note(n.Values[i])
				if list, ok := n.Values[i].(*ast.CompositeLit); ok {
					for _, element := range list.Elts {
						if pair, ok := element.(*ast.KeyValueExpr); ok {
							note(pair.Value)
						}
					}
				}
			}
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		name := ""
		switch f := call.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			if x, ok := f.X.(*ast.Ident); ok {
				name = x.Name + "." + f.Sel.Name
			}
		}
		if !saying[name] {
			return
		}
		for _, argument := range call.Args {
			// A code of a refusal is a short word.
			if text, ok := literal(argument); ok && (name != "newError" || strings.Contains(text, " ")) {
				all = append(all, text)
				return
			}
		}
	})
	return all
}

// needsTranslation tells whether there is a word in a text beside what is put in.
func needsTranslation(text string) bool {
	return regexp.MustCompile(`\pL`).MatchString(verbs.ReplaceAllString(text, ""))
}

var verbs = regexp.MustCompile(`%[-+# 0]*(\[\d+\])?[0-9.]*([a-zA-Z%])`)

// code is what every language says alike.
var code = regexp.MustCompile("`[^`]*`")

// putIn are the verbs of a format by the argument that they show.
func putIn(t *testing.T, format string) map[int]string {
	t.Helper()
	shown, next := map[int]string{}, 1
	for _, match := range verbs.FindAllStringSubmatch(format, -1) {
		if match[2] == "%" {
			continue
		}
		if match[1] != "" {
			n, err := strconv.Atoi(strings.Trim(match[1], "[]"))
			if err != nil {
				t.Fatal(err)
			}
			next = n
		}
		shown[next] = match[2]
		next++
	}
	return shown
}

// TestEverythingIsTranslated: what the packages say, into each language.
func TestEverythingIsTranslated(t *testing.T) {
	for _, folder := range translated {
		for _, text := range said(t, folder) {
			for _, language := range texts.Languages()[1:] {
				if _, ok := texts.Translations(language)[text]; !ok && needsTranslation(text) {
					t.Errorf("%s says in no %s: %q", folder, language, text)
				}
			}
		}
	}
}

// TestTranslationsBelongTogether: all languages translate the same texts, which are all there, and put the same in.
func TestTranslationsBelongTogether(t *testing.T) {
	there := map[string]bool{}
	folders, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if sub, _ := filepath.Glob(filepath.Join("..", folder.Name(), "*.go")); folder.IsDir() && len(sub) > 0 {
			sources(t, folder.Name(), func(n ast.Node) {
				if e, ok := n.(ast.Expr); ok {
					if text, ok := literal(e); ok {
						there[text] = true
					}
				}
			})
		}
	}
	german := texts.Translations(texts.German)
	if len(german) < 100 {
		t.Fatalf("only %d texts are translated", len(german))
	}
	for _, language := range texts.Languages()[1:] {
		in := texts.Translations(language)
		for _, text := range slices.Sorted(maps.Keys(in)) {
			if !there[text] {
				t.Errorf("%s translates what nobody says: %q", language, text)
			}
			if _, ok := german[text]; !ok {
				t.Errorf("%s translates what German does not: %q", language, text)
			}
			if in[text] == "" || in[text] == text && len(code.ReplaceAllString(text, "")) > 10 {
				t.Errorf("%s does not translate %q", language, text)
			}
			if want, got := putIn(t, text), putIn(t, in[text]); !maps.Equal(want, got) {
				t.Errorf("%s puts %v into %q, not %v as %q does", language, got, in[text], want, text)
			}
			if strings.Count(in[text], "`") != strings.Count(text, "`") {
				t.Errorf("%s writes other code than %q: %q", language, text, in[text])
			}
		}
		if len(in) != len(german) {
			t.Errorf("%s translates %d texts, German %d", language, len(in), len(german))
		}
	}
}
