// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

// linkTable holds the links of the test.
type linkTable struct {
	LinkStore
	links []Link
}

func (l *linkTable) Links(context.Context) ([]Link, error) { return slices.Clone(l.links), nil }

func TestLinksTellWhatCameAndWent(t *testing.T) {
	told := ""
	table := &linkTable{links: []Link{{ID: "1", Channel: "a", Conversation: Conversation{ID: "x"}}}}
	links := newLinks(table)
	links.changed = func(added, removed []Link) {
		for _, link := range added {
			told += "+" + link.ID + string(link.Channel)
		}
		for _, link := range removed {
			told += "-" + link.ID + string(link.Channel)
		}
	}
	for i, c := range []struct {
		links []Link
		want  string
	}{
		{table.links, ""}, // what there is at the start is no news
		{table.links, ""},
		{append(slices.Clone(table.links), Link{ID: "2", Channel: "b", Conversation: Conversation{ID: "y"}}), "+2b"},
		{[]Link{{ID: "1", Channel: "c", Conversation: Conversation{ID: "x"}}}, "+1c-1a-2b"}, // moved, and unlinked
		{[]Link{{ID: "3", Channel: "c", Conversation: Conversation{ID: "z"}}}, "+3c-1c"},    // linked with something else
	} {
		table.links, told = c.links, ""
		if err := links.load(t.Context()); err != nil || told != c.want {
			t.Errorf("%d: told %q, want %q: %v", i, told, c.want, err)
		}
		if _, linked := links.ByChannel(c.links[0].Channel); !linked {
			t.Error(fmt.Sprint(i, ": the index is not the newest"))
		}
	}
}
