// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// newer are the methods and hooks that may be used although they are newer than min_server_version, and what happens on
// an older server.
var newer = map[string]string{
	"MessageHasBeenDeleted":  "9.1: older servers never call the hook; a scan finds what was deleted, within 5 minutes",
	"UserHasBeenDeactivated": "9.1: older servers never call the hook; a job finds who was deactivated, within a minute",
	"UpdateUserAuth":         "9.3: on older servers a mirrored user that was made before automatic promotion was switched on is not promoted at log-in",
	"PreferencesHaveChanged": "9.5: older servers never call the hook, and their web app has no user settings of plugins; a sweep finds what was changed by other ways, within a minute",
	"ServeMetrics":           "9.2: older servers never call the hook; GET /api/v1/metrics serves the same",
}

// TestNothingNeedsANewerServer reads, in the documentation of server/public, which server version each method of the
// plugin API and each hook needs, and compares those that the plugin uses with the manifest's min_server_version.
func TestNothingNeedsANewerServer(t *testing.T) {
	var m struct {
		Min string `json:"min_server_version"`
	}
	if err := json.Unmarshal(manifest, &m); err != nil {
		t.Fatal(err)
	}
	floor := number(m.Min)
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", "github.com/mattermost/mattermost/server/public/plugin").Output()
	if err != nil {
		t.Fatalf("find the package plugin of server/public: %v", err)
	}
	dir := strings.TrimSpace(string(out))

	documented := documentedVersions(t, filepath.Join(dir, "api.go"), "API")
	if len(documented) < 100 {
		t.Fatalf("only %d methods of the plugin API say which server they need: has the documentation's form changed?", len(documented))
	}
	used := apiCalls(t)
	if len(used) < 5 {
		t.Fatalf("only %d calls of the plugin API were found: %v", len(used), used)
	}
	for method := range used {
		check(t, "API."+method, method, documented[method], floor)
	}

	hooks := documentedVersions(t, filepath.Join(dir, "hooks.go"), "Hooks")
	for hook, version := range hooks {
		if implements(t, hook) {
			check(t, "hook "+hook, hook, version, floor)
		}
	}
}

func check(t *testing.T, what, name, version string, floor int) {
	t.Helper()
	switch {
	case version == "":
		t.Errorf("%s: server/public does not say which server it needs", what)
	case number(version) > floor && newer[name] == "":
		t.Errorf("%s needs server %s, which is newer than min_server_version; give it a fallback and say so in newer", what, version)
	}
}

// number makes versions comparable; the patch level does not count.
func number(version string) int {
	parts := strings.SplitN(version, ".", 3)
	major, _ := strconv.Atoi(parts[0])
	minor := 0
	if len(parts) > 1 {
		minor, _ = strconv.Atoi(parts[1])
	}
	return major*1000 + minor
}

var minimum = regexp.MustCompile(`Minimum server version: ([0-9.]+)`)

// documentedVersions returns the version in the comment of each method of an interface.
func documentedVersions(t *testing.T, file, name string) map[string]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || spec.Name.Name != name {
			return true
		}
		for _, method := range spec.Type.(*ast.InterfaceType).Methods.List {
			if found := minimum.FindStringSubmatch(method.Doc.Text()); len(method.Names) == 1 && found != nil {
				versions[method.Names[0].Name] = found[1]
			}
		}
		return false
	})
	return versions
}

// apiCalls returns the methods that are called on something named api or API in the plugin's own sources.
func apiCalls(t *testing.T) map[string]bool {
	t.Helper()
	calls := map[string]bool{}
	eachSource(t, func(file *ast.File) {
		if !importsPluginAPI(file) {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			receiver := ""
			switch x := call.X.(type) {
			case *ast.Ident:
				receiver = x.Name
			case *ast.SelectorExpr:
				receiver = x.Sel.Name
			}
			if strings.EqualFold(receiver, "api") {
				calls[call.Sel.Name] = true
			}
			return true
		})
	})
	return calls
}

func importsPluginAPI(file *ast.File) bool {
	for _, i := range file.Imports {
		if strings.HasPrefix(strings.Trim(i.Path.Value, `"`), "github.com/mattermost/mattermost/server/public/") {
			return true
		}
	}
	return false
}

func implements(t *testing.T, hook string) (found bool) {
	t.Helper()
	eachSource(t, func(file *ast.File) {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && file.Name.Name == "main" && f.Recv != nil && f.Name.Name == hook {
				found = true
			}
		}
	})
	return found
}

func eachSource(t *testing.T, f func(*ast.File)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err == nil {
			f(file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
