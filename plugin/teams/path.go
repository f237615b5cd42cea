// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"net/url"
	"strings"
)

// fill puts the values for the {names} into a route. Values are escaped: an id from elsewhere cannot change the path.
func fill(route string, values []string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(route, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, route, _ = strings.Cut(rest, "}")
		b.WriteString(url.PathEscape(values[0]))
		values = values[1:]
	}
}

// named returns the values of a route by their names.
func named(route string, values []string) map[string]string {
	names := map[string]string{}
	for _, value := range values {
		_, rest, found := strings.Cut(route, "{")
		if !found {
			break
		}
		var name string
		name, route, _ = strings.Cut(rest, "}")
		names[name] = value
	}
	return names
}
