// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/schemajson"
)

// guideSteps are the numbered steps of each part of Mattermost's set-up guide. Its part about metered APIs has none and leads to
// a page of Microsoft's.
var guideSteps = []struct {
	heading string
	steps   int
}{
	{"Install the plugin", 4},
	{"Azure, step 1: the application", 14},
	{"Azure, step 2: the bot account", 3},
	{"Azure, step 3: metered APIs", 2},
	{"Configure how users will connect accounts", 3},
	{"Troubleshooting: restart the plugin", 3},
}

// TestTheSetUpGuideIsCovered: each step of the guide has a row, and what stands in it can be written so.
func TestTheSetUpGuideIsCovered(t *testing.T) {
	page, err := os.ReadFile("../docs/guides/set-up-guide-as-code.md")
	if err != nil {
		t.Fatal(err)
	}
	p := declared(t)
	for _, part := range guideSteps {
		_, rest, there := strings.Cut(string(page), "\n## "+part.heading+"\n")
		if !there {
			t.Errorf("the page has no part %q", part.heading)
			continue
		}
		section, _, _ := strings.Cut(rest, "\n## ")
		found := regexp.MustCompile(`(?m)^\| (\d+) \| ([^|]+) \| (.+) \|$`).FindAllStringSubmatch(section, -1)
		if len(found) != part.steps {
			t.Errorf("%s: %d rows, want %d", part.heading, len(found), part.steps)
		}
		for i, row := range found {
			if row[1] != fmt.Sprint(i+1) {
				t.Errorf("%s: the row of step %d is numbered %s", part.heading, i+1, row[1])
			}
			if err := writable(p, row[3]); err != nil {
				t.Errorf("%s, step %d: %v", part.heading, i+1, err)
			}
		}
	}
}

// writable says what is wrong with a cell such as "`msteamssync_plugin`: `enabled = true`". A dash says that nothing is to be done.
func writable(p *schemajson.Provider, cell string) error {
	if strings.HasPrefix(cell, "–") {
		return nil
	}
	block, label, assigned := p.Config.Block, "provider", 0
	for _, quote := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
		code := quote[1]
		if strings.HasPrefix(code, "msteamssync_") && !strings.ContainsAny(code, ".=") {
			resource, there := p.Resources[code]
			if !there {
				return fmt.Errorf("there is no resource %s", code)
			}
			block, label = resource.Block, code
			assigned++
			continue
		}
		if !strings.Contains(code, "=") {
			continue // the name of an environment variable
		}
		file, diags := hclsyntax.ParseConfig([]byte(code), "cell", hcl.InitialPos)
		if diags.HasErrors() {
			return fmt.Errorf("%s: %w", code, diags)
		}
		for name := range file.Body.(*hclsyntax.Body).Attributes {
			if block.Attributes[name] == nil {
				return fmt.Errorf("%s has no argument %s", label, name)
			}
			assigned++
		}
	}
	if assigned == 0 {
		return fmt.Errorf("%q names nothing that can be written", cell)
	}
	return nil
}

func TestWhatCannotBeWritten(t *testing.T) {
	p := declared(t)
	for cell, wrong := range map[string]bool{
		"–": false, "– the same": false,
		"`msteamssync_plugin`: `enabled = true`":     false,
		"provider block: `tenant_id = \"x\"`":        false,
		"`msteamssync_plugin`: `enable = true`":      true,
		"`msteamssync_plugins`: `enabled = true`":    true,
		"`msteamssync_plugin`: `enabled = `":         true,
		"by hand":                                    true,
		"provider block: `client_id_of_nobody = 1 `": true,
	} {
		if err := writable(p, cell); (err != nil) != wrong {
			t.Errorf("%s: %v", cell, err)
		}
	}
}
