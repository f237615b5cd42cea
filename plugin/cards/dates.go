// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package cards

import (
	"strings"
	"time"
)

// dates replaces the dates that a card leaves to its reader's clock, {{DATE(2026-01-31T08:00:00Z, SHORT)}} and
// {{TIME(…)}}, with those of UTC.
func dates(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		inner, after, closed := strings.Cut(rest, "}}")
		shown, ok := date(inner)
		if !closed || !ok {
			b.WriteString("{{")
			text = rest
			continue
		}
		b.WriteString(shown)
		text = after
	}
}

func date(inner string) (string, bool) {
	layout := "2006-01-02"
	rest, ok := strings.CutPrefix(inner, "DATE(")
	if !ok {
		layout = "15:04 UTC"
		if rest, ok = strings.CutPrefix(inner, "TIME("); !ok {
			return "", false
		}
	}
	value, _, _ := strings.Cut(strings.TrimSuffix(rest, ")"), ",")
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(value))
	if err != nil {
		return "", false
	}
	return at.UTC().Format(layout), true
}
