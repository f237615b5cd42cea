// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package command_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/command"
)

// TestEveryCommandIsDocumented: the page for admins has a row for each, and none for what is gone.
func TestEveryCommandIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/guides/for-mattermost-admins.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `/"+command.Trigger+" ([a-z-]+)").FindAllStringSubmatch(string(page), -1) {
		documented[row[1]] = true
	}
	for _, sub := range command.Registration().AutocompleteData.SubCommands {
		if !documented[sub.Trigger] {
			t.Errorf("the page does not have /%s %s", command.Trigger, sub.Trigger)
		}
		delete(documented, sub.Trigger)
	}
	for name := range documented {
		t.Errorf("the page has /%s %s, which is not there", command.Trigger, name)
	}
}
