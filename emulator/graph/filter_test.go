// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

func TestFilter(t *testing.T) {
	document := map[string]any{
		"displayName": "Demo Team's app", "enabled": true, "count": 3.0, "created": "2026-11-23T10:00:00Z", "deleted": nil,
		"web":  map[string]any{"home": "https://a.example"},
		"tags": []any{"one", "two"}, "keys": []any{map[string]any{"id": "k1"}},
	}
	for text, want := range map[string]bool{
		"displayName eq 'demo team''s APP'":                          true,
		"displayName eq 'x'":                                         false,
		"displayName ne 'x'":                                         true,
		"startswith(displayName,'demo')":                             true,
		"startsWith(displayName, 'x') or enabled eq true":            true,
		"startswith(displayName,'demo') and enabled eq false":        false,
		"not (enabled eq false)":                                     true,
		"enabled eq false or enabled eq true and count eq 3":         true,
		"(enabled eq false or enabled eq true) and count eq 4":       false,
		"displayName in ('x', 'Demo Team''s app')":                   true,
		"count gt 2 and count le 3":                                  true,
		"created ge 2026-11-23T09:00:00Z":                            true,
		"created lt 2026-11-23T12:00:00+02:00":                       false,
		"deleted eq null":                                            true,
		"deleted ne null":                                            false,
		"deleted eq 'x'":                                             false,
		"deleted lt 'x'":                                             false,
		"web/home eq 'https://a.example'":                            true,
		"tags/any(t:t eq 'two')":                                     true,
		"tags/any(t:t eq 'three')":                                   false,
		"tags/Any(t:t eq 'Two') and startswith(displayName,'DEMO')":  true,
		"keys/any(k:k/id eq 'k1' and startswith(k/id,'k'))":          true,
		"contains(displayName,'team') and endswith(displayName,'p')": true,
	} {
		filter, err := graph.ParseFilter(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := filter.Matches(document); err != nil || got != want {
			t.Errorf("%s = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"displayName eq", "displayName", "displayName is 'x'", "(enabled eq true", "'x' eq displayName", "near(displayName,'x')", "displayName eq 'x", "enabled eq true enabled", "displayName in 'x'", "nothing eq 1"} {
		filter, err := graph.ParseFilter(text)
		if err == nil {
			_, err = filter.Matches(document)
		}
		var refused *graph.Error
		if !errors.As(err, &refused) || refused.Status != http.StatusBadRequest {
			t.Errorf("%s: %v, want a 400", text, err)
		}
	}
}

func TestAdvancedFiltersNeedTheHeader(t *testing.T) {
	f := newFront()
	f.Handle("GET", "/items", func(call *graph.Call) (*graph.Response, error) {
		items, err := graph.FilterDirectory(call, []any{map[string]any{"id": "a"}, map[string]any{"id": "b"}})
		if err != nil {
			return nil, err
		}
		return graph.Page(call, items, 10, 10)
	})
	const query = "/v1.0/items?$filter=id%20ne%20'a'"
	if code, _ := f.do(t, "all", "GET", query, nil).failure(); code != "Request_UnsupportedQuery" {
		t.Errorf("without the header: %s", code)
	}
	if got := f.do(t, "all", "GET", query+"&$count=true", nil, "ConsistencyLevel", "eventual"); got.Code != http.StatusOK || got.body["@odata.count"] != 1.0 {
		t.Errorf("with the header: %d %v", got.Code, got.body)
	}
	if got := f.do(t, "all", "GET", "/v1.0/items?$filter=id%20eq%20'a'", nil); got.Code != http.StatusOK {
		t.Errorf("eq: %d", got.Code)
	}
}

func FuzzParseFilter(f *testing.F) {
	f.Add("startswith(a,'b') and (c eq 1 or not d in ('e'))")
	f.Add("x/any(y:y eq 'z')")
	f.Fuzz(func(_ *testing.T, text string) {
		if filter, err := graph.ParseFilter(text); err == nil {
			_, _ = filter.Matches(map[string]any{"a": "b"})
		}
	})
}
