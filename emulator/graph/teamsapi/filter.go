// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi

import (
	"regexp"
	"strings"
)

var (
	equals    = regexp.MustCompile(`^(\w+) eq '((?:[^']|'')*)'$`)
	oneOf     = regexp.MustCompile(`^(\w+) in \(('(?:[^']|'')*'(?:\s*,\s*'(?:[^']|'')*')*)\)$`)
	oneOfItem = regexp.MustCompile(`'((?:[^']|'')*)'`)
)

// maxInValues is how many values Graph takes in one "in".
const maxInValues = 15

// parseFilter reads "property eq 'x'" and "property in ('x', 'y')" on id, displayName and membershipType. Other filters
// are refused rather than ignored.
func parseFilter(filter string) (property string, values []string, err error) {
	if m := equals.FindStringSubmatch(filter); m != nil {
		property, values = m[1], []string{unquote(m[2])}
	} else if m := oneOf.FindStringSubmatch(filter); m != nil {
		property = m[1]
		for _, item := range oneOfItem.FindAllStringSubmatch(m[2], -1) {
			values = append(values, unquote(item[1]))
		}
	}
	switch {
	case len(values) > maxInValues:
		return "", nil, badRequest("Too many child clauses specified in search filter expression.")
	case property == "id", property == "displayName", property == "membershipType":
		return property, values, nil
	}
	return "", nil, badRequest("Invalid filter clause: the emulator evaluates eq and in on id, displayName and membershipType here, not '" + filter + "'.")
}

func unquote(text string) string { return strings.ReplaceAll(text, "''", "'") }
