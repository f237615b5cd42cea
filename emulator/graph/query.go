// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"net/url"
	"strconv"
	"strings"
)

// Query is the OData query of a call. Graph takes option names with and without the dollar sign, and so does this.
type Query struct {
	Select  []string
	Filter  string
	Expand  []string
	OrderBy string
	Search  string
	Top     int // 0 when absent
	Skip    int
	Count   bool // $count=true
	// SkipToken and DeltaToken are opaque; see Page.
	SkipToken  string
	DeltaToken string
	// Values is everything as it was sent, for options outside OData.
	Values url.Values
}

func parseQuery(values url.Values) (Query, error) {
	q := Query{Values: values}
	for name, all := range values {
		value := all[0]
		switch strings.ToLower(strings.TrimPrefix(name, "$")) {
		case "select":
			q.Select = splitList(value)
		case "filter":
			q.Filter = strings.TrimSpace(value)
		case "expand":
			q.Expand = splitList(value)
		case "orderby":
			q.OrderBy = strings.TrimSpace(value)
		case "search":
			q.Search = strings.Trim(value, `"`)
		case "skiptoken":
			q.SkipToken = value
		case "deltatoken":
			q.DeltaToken = value
		case "count":
			q.Count = strings.EqualFold(value, "true")
		case "top":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				return Query{}, BadRequest("Invalid value '%s' for $top query option found. The $top query option requires a positive integer value.", value)
			}
			q.Top = n
		case "skip":
			n, err := strconv.Atoi(value)
			if err != nil || n < 0 {
				return Query{}, BadRequest("Invalid value '%s' for $skip query option found. The $skip query option requires a non-negative integer value.", value)
			}
			q.Skip = n
		}
	}
	return q, nil
}

// splitList splits at commas outside parentheses: $expand options may hold lists of their own.
func splitList(value string) []string {
	var items []string
	depth, start := 0, 0
	add := func(item string) {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	for i, r := range value {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				add(value[start:i])
				start = i + 1
			}
		}
	}
	add(value[start:])
	return items
}
