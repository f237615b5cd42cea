// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package repository_test

import (
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// The guides in docs/ say what can be looked up in the sources; these tests look it up.

// readFile reads a file of the repository.
func readFile(t *testing.T, elements ...string) string {
	t.Helper()
	path, err := repository.Path(elements...)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func guide(t *testing.T, name string) string { return readFile(t, "docs", "guides", name+".md") }

// rows are the cells of all table rows below a heading, up to the next heading of the same or a higher rank. Heads are left out.
func rows(document, heading string) (found [][]string) {
	within, rank, head := false, 0, true
	for line := range strings.Lines(document) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			level := len(line) - len(strings.TrimLeft(line, "#"))
			switch title := strings.TrimSpace(line[level:]); {
			case title == heading:
				within, rank = true, level
			case level <= rank:
				within = false
			}
		}
		switch {
		case !strings.HasPrefix(line, "|"):
			head = true
		case strings.HasPrefix(line, "|---"):
			head = false
		case within && !head:
			var cells []string
			for _, cell := range strings.Split(strings.Trim(line, "|"), " | ") {
				cells = append(cells, strings.TrimSpace(cell))
			}
			found = append(found, cells)
		}
	}
	return found
}

var quoted = regexp.MustCompile("`([^`]+)`")

// names are the words in backticks of a cell.
func names(cell string) (found []string) {
	for _, match := range quoted.FindAllStringSubmatch(cell, -1) {
		found = append(found, match[1])
	}
	return found
}

func TestRowsOfATable(t *testing.T) {
	const document = "# A\n\n## B\n\n| head | x |\n|---|---|\n| `a` b | c |\n\n### C\n\n| head | x |\n|---|---|\n| d | `e|f` `g` |\n\n## D\n\n| head | x |\n|---|---|\n| no | no |\n"
	found := rows(document, "B")
	if len(found) != 2 || !slices.Equal(found[0], []string{"`a` b", "c"}) || !slices.Equal(names(found[1][1]), []string{"e|f", "g"}) {
		t.Errorf("rows = %q", found)
	}
}

var createsTable = regexp.MustCompile(`CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?msteamssync\.(\w+)`)

// TestEveryTableIsDocumented: who asks what is stored gets all of it.
func TestEveryTableIsDocumented(t *testing.T) {
	files, err := repository.Path("plugin", "store", "migrations", "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(files)
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]bool{}
	for _, source := range append(paths, filepath.Join(filepath.Dir(filepath.Dir(files)), "migrate.go")) {
		content, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range createsTable.FindAllStringSubmatch(string(content), -1) {
			tables[match[1]] = true
		}
	}
	if len(tables) < 25 {
		t.Fatalf("only %d tables were found in the migrations", len(tables))
	}
	named := map[string]bool{}
	for _, row := range rows(guide(t, "data-and-retention"), "Tables") {
		table := strings.Trim(row[0], "`")
		switch {
		case named[table]:
			t.Errorf("the guide has two rows of the table %s", table)
		case len(row) != 4 || slices.Contains(row, ""):
			t.Errorf("the row of %s does not say what for, how personal and until when", table)
		case !tables[table]:
			t.Errorf("the guide names the table %s, which no migration creates", table)
		}
		named[table] = true
	}
	maps.DeleteFunc(tables, func(table string, _ bool) bool { return named[table] })
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		t.Errorf("docs/guides/data-and-retention.md does not name the table %s", table)
	}
}

// TestEveryPermissionIsDocumented: the guide's set and the profiles are those of the catalogue.
func TestEveryPermissionIsDocumented(t *testing.T) {
	page := guide(t, "permissions")
	for kind, heading := range map[catalog.Kind]string{catalog.Delegated: "Delegated permissions", catalog.Application: "Application permissions"} {
		var documented []string
		for _, row := range rows(page, heading) {
			if len(row) != 3 || slices.Contains(row, "") {
				t.Errorf("%s: a row does not say why, and what stops without it: %q", heading, row)
			}
			documented = append(documented, strings.Trim(row[0], "`"))
		}
		if want := catalog.Guide(kind); !slices.Equal(slices.Sorted(slices.Values(documented)), slices.Sorted(slices.Values(want))) {
			t.Errorf("%s are %v, want %v", heading, documented, want)
		}
	}
	profiles := rows(page, "Smaller sets, by feature")
	if len(profiles) != len(catalog.Profiles()) {
		t.Errorf("the page has %d profiles, the catalogue %d", len(profiles), len(catalog.Profiles()))
	}
	for _, row := range profiles {
		profile, there := catalog.ProfileByName(strings.Trim(row[0], "`"))
		if !there {
			t.Errorf("there is no profile %s", row[0])
			continue
		}
		if profile.Name == catalog.GuideProfile {
			continue // "the 13 above"
		}
		if got := names(row[1]); !slices.Equal(got, profile.Delegated) {
			t.Errorf("%s: delegated permissions %v, want %v", profile.Name, got, profile.Delegated)
		}
		if got := names(row[2]); !slices.Equal(got, profile.Application) {
			t.Errorf("%s: application permissions %v, want %v", profile.Name, got, profile.Application)
		}
		if profile.Name != "provisioner" && row[3] != profile.Enables {
			t.Errorf("%s: the page says %q, the catalogue %q", profile.Name, row[3], profile.Enables)
		}
	}
}

// TestAddressesAreThoseOfTheCatalogue: a firewall is opened by what the page says.
func TestAddressesAreThoseOfTheCatalogue(t *testing.T) {
	clouds := catalog.Clouds()
	for _, row := range rows(guide(t, "network"), "Addresses") {
		name := strings.Trim(row[0], "`")
		if name == catalog.CustomCloud {
			continue
		}
		cloud, there := clouds[name]
		if !there {
			t.Errorf("there is no cloud %s", name)
		}
		for i, address := range []string{cloud.LoginURL, cloud.GraphURL, cloud.ResourceManagerURL} {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Trim(row[i+1], "`"); got != u.Host {
				t.Errorf("%s: the page says %s, the catalogue %s", name, got, u.Host)
			}
		}
		delete(clouds, name)
	}
	if len(clouds) > 0 {
		t.Errorf("no addresses of %v", slices.Sorted(maps.Keys(clouds)))
	}
}

// TestSizesAreMeasured: each number of the page is one that bench/README.md reports.
func TestSizesAreMeasured(t *testing.T) {
	measured := readFile(t, "bench", "README.md")
	found := rows(guide(t, "sizing-and-limits"), "Measured")
	if len(found) < 15 {
		t.Fatalf("only %d rows", len(found))
	}
	for _, row := range found {
		if !strings.Contains(measured, "| "+strings.Join(row, " | ")+" |") {
			t.Errorf("bench/README.md has no row %q", row)
		}
	}
}

// TestEveryGuideIsListed: the first page leads to each of them.
func TestEveryGuideIsListed(t *testing.T) {
	index := readFile(t, "docs", "index.md")
	path, err := repository.Path("docs", "guides", "*.md")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(path)
	if err != nil || len(pages) == 0 {
		t.Fatalf("no guides: %v", err)
	}
	for _, page := range pages {
		if !strings.Contains(index, "](guides/"+filepath.Base(page)+")") {
			t.Errorf("docs/index.md does not lead to %s", filepath.Base(page))
		}
	}
}

// TestTheREADMEHasAScreenForEachReader: nobody scrolls through what is for others.
func TestTheREADMEHasAScreenForEachReader(t *testing.T) {
	const screen = 50 // lines
	parts := map[string]int{}
	var title string
	for line := range strings.Lines(readFile(t, "README.md")) {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			title = strings.TrimSpace(heading)
		}
		parts[title]++
	}
	for _, reader := range []string{"Try it", "For operators", "For security reviewers", "For Mattermost admins", "For people who write", "For contributors"} {
		found := false
		for title, lines := range parts {
			if strings.HasPrefix(title, reader) {
				found = true
				if lines > screen {
					t.Errorf("the part %q has %d lines", title, lines)
				}
			}
		}
		if !found {
			t.Errorf("the README has nothing under %q", reader)
		}
	}
}

// TestLinksOfTheDocumentsLead: README and its siblings lead to what is there.
func TestLinksOfTheDocumentsLead(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^):#]+)(?:#[^)]*)?\)`)
	documents := []string{"README.md", "CONTRIBUTING.md", "DESIGN.md", "SECURITY.md", "CHANGELOG.md", "bench/README.md", "deploy/README.md", "emulator/README.md"}
	root, err := repository.Root()
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"examples", "modules"} {
		found, err := filepath.Glob(filepath.Join(root, folder, "*", "README.md"))
		if err != nil || len(found) < 3 {
			t.Fatalf("%s: %v, %v", folder, found, err)
		}
		for _, path := range found {
			document, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			documents = append(documents, document)
		}
	}
	for _, document := range documents {
		for _, found := range link.FindAllStringSubmatch(readFile(t, document), -1) {
			path, err := repository.Path(filepath.Dir(document), found[1])
			if err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s leads to %s, which is not there", document, found[1])
			}
		}
	}
}

// TestTheScenariosAreCounted: whoever says how many scenarios the bridge is run through says the same.
func TestTheScenariosAreCounted(t *testing.T) {
	scenarios := strings.Count(readFile(t, "bench", "chaos", "scenarios.go"), "\n\t{name: \"")
	count := regexp.MustCompile(`(\S+) (?:scenarios|kinds of failure)`)
	for _, document := range []string{"CHANGELOG.md", "GNUmakefile", "docs/guides/what-it-does.md"} {
		found := count.FindAllStringSubmatch(readFile(t, document), -1)
		if len(found) == 0 {
			t.Errorf("%s counts no scenarios", document)
		}
		for _, said := range found {
			if said[1] != strconv.Itoa(scenarios) {
				t.Errorf("%s says %q, and there are %d", document, said[0], scenarios)
			}
		}
	}
}
