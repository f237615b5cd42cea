// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph

import "strings"

// route is one registered call.
type route struct {
	method     string
	pattern    string
	parts      []string // segments of the pattern; "{name}" stands for any value
	handler    Handler
	permission permission
	collection string
	streams    bool
}

func newRoute(method, pattern string, h Handler) *route {
	return &route{
		method: method, pattern: pattern, handler: h,
		parts:      strings.Split(strings.Trim(pattern, "/"), "/"),
		permission: permissionFor(method + " " + pattern),
	}
}

// shape is the pattern with the names of its values left out: two routes of one shape cannot be told apart.
func (r *route) shape() string {
	parts := make([]string, len(r.parts))
	for i, part := range r.parts {
		if parts[i] = strings.ToLower(part); isValue(part) {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

// match says whether a path fits, and how many of its segments are literal. Graph compares those without case.
func (r *route) match(path []string) (literals int, ok bool) {
	if len(path) != len(r.parts) {
		return 0, false
	}
	for i, part := range r.parts {
		switch {
		case isValue(part):
			if path[i] == "" {
				return 0, false
			}
		case strings.EqualFold(part, path[i]):
			literals++
		default:
			return 0, false
		}
	}
	return literals, true
}

// values returns what stands for each {name} in a path that matches.
func (r *route) values(path []string) map[string]string {
	values := map[string]string{}
	for i, part := range r.parts {
		if isValue(part) {
			values[part[1:len(part)-1]] = path[i]
		}
	}
	return values
}

func isValue(part string) bool { return strings.HasPrefix(part, "{") }

// find returns the route with the most literal segments. known says that the path exists with another method.
func (f *Front) find(method string, path []string) (found *route, values map[string]string, known bool) {
	best := -1
	for _, r := range f.routes {
		literals, ok := r.match(path)
		if !ok {
			continue
		}
		known = true
		if r.method == method && literals > best {
			found, best = r, literals
		}
	}
	if found != nil {
		values = found.values(path)
	}
	return found, values, known
}
