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
	all := strings.Split(strings.Trim(escapedPath, "/"), "/")
	if path, ok := itemPaths(all); ok {
		return path
	}
	var out []string
	for _, raw := range all {
		segment := strings.TrimSuffix(unescaped(raw), "()")
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

// itemPaths makes one segment of an item of a drive that is named by its path: drives/d/items/i:/a/b:/content becomes
// drives, d, items, "i:/a/b", content, and drives/d/root:/a becomes drives, d, items, "root:/a". What stands in the path is a
// file's name, whatever it looks like.
func itemPaths(raw []string) (path []string, ok bool) {
	if len(raw) < 3 || raw[0] != "drives" {
		return nil, false
	}
	path, rest := []string{raw[0], unescaped(raw[1]), "items"}, raw[2:]
	switch {
	case rest[0] == "root" || rest[0] == "root:":
	case rest[0] == "items" && len(rest) > 1:
		rest = rest[1:]
	default:
		return nil, false
	}
	named, below := strings.CutSuffix(rest[0], ":")
	if !below {
		return append(append(path, named), rest[1:]...), true
	}
	named += ":"
	for n, segment := range rest[1:] {
		last, ends := strings.CutSuffix(segment, ":")
		named += "/" + unescaped(last)
		if ends {
			return append(append(path, named), rest[n+2:]...), true
		}
	}
	return append(path, named), true
}

func unescaped(segment string) string {
	plain, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return plain
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
