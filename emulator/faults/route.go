// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package faults

import (
	"regexp"
	"strings"
)

// keySegment is a segment in key style: teams('x') or applications(appId='x').
var keySegment = regexp.MustCompile(`^([A-Za-z0-9$]+)\((?:[A-Za-z]+=)?'(.*)'\)$`)

// split cuts a request's path into the segments that routes are matched with.
func split(path string) []string {
	var segments []string
	for i, segment := range strings.Split(strings.Trim(path, "/"), "/") {
		if i == 0 && (segment == "v1.0" || segment == "beta") {
			continue
		}
		if parts := keySegment.FindStringSubmatch(segment); parts != nil {
			segments = append(segments, parts[1], parts[2])
			continue
		}
		segments = append(segments, segment)
	}
	return segments
}

// matches says whether a rule's route covers a method and path.
func matches(route, method, path string) bool {
	if route == "" {
		return true
	}
	wantMethod, pattern, _ := strings.Cut(route, " ")
	if wantMethod != "*" && !strings.EqualFold(wantMethod, method) {
		return false
	}
	pattern = strings.TrimSpace(pattern)
	if pattern == "*" {
		return true
	}
	segments := split(path)
	for i, want := range split(pattern) {
		switch {
		case want == "**":
			return true
		case i >= len(segments):
			return false
		case want == "*" || strings.HasPrefix(want, "{"):
		case !strings.EqualFold(want, segments[i]):
			return false
		}
	}
	return len(segments) == len(split(pattern))
}
