// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"net/url"
	"strings"
)

// segments splits a path into its normalised segments: percent-encoding undone, teams('x') and users(id='x') as two
// segments, the empty call of delta() dropped, graph.user spelled microsoft.graph.user.
func segments(escapedPath string) []string {
	var out []string
	for _, raw := range strings.Split(strings.Trim(escapedPath, "/"), "/") {
		segment, err := url.PathUnescape(raw)
		if err != nil {
			segment = raw
		}
		segment = strings.TrimSuffix(segment, "()")
		if cast, ok := strings.CutPrefix(segment, "graph."); ok {
			segment = "microsoft.graph." + cast
		}
		name, key, hasKey := strings.Cut(segment, "(")
		if !hasKey || name == "" || !strings.HasSuffix(key, ")") {
			out = append(out, segment)
			continue
		}
		out = append(out, name, normalizeKey(strings.TrimSuffix(key, ")")))
	}
	return out
}

// normalizeKey turns 'x' and id='x' into x and leaves alternate keys such as appId='x' as they are.
func normalizeKey(key string) string {
	key = strings.TrimPrefix(key, "id=")
	if len(key) >= 2 && strings.HasPrefix(key, "'") && strings.HasSuffix(key, "'") {
		return strings.ReplaceAll(key[1:len(key)-1], "''", "'")
	}
	return key
}

// splitVersion cuts the API version off: "/v1.0/users" gives ("v1.0", "/users").
func splitVersion(escapedPath string) (version, rest string, ok bool) {
	version, rest, _ = strings.Cut(strings.TrimPrefix(escapedPath, "/"), "/")
	return version, "/" + rest, version == "v1.0" || version == "beta"
}
