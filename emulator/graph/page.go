// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// skipToken is what a $skiptoken says: go on after the item with this id, or at this offset when that item is gone.
type skipToken struct {
	After  string `json:"a,omitempty"`
	Offset int    `json:"o"`
	Size   int    `json:"s"`
}

// Page cuts one page out of items, applies $select and adds @odata.nextLink. Items are the whole result in its order.
// $top above most counts as most; without $top a page has byDefault items. @odata.count is sent on the first page when $count=true.
func Page(call *Call, items []any, byDefault, most int) (*Response, error) {
	token := skipToken{Size: byDefault}
	if call.Query.Top > 0 {
		token.Size = min(call.Query.Top, most)
	}
	if call.Query.SkipToken != "" {
		raw, err := base64.RawURLEncoding.DecodeString(call.Query.SkipToken)
		if err != nil || json.Unmarshal(raw, &token) != nil || token.Offset < 0 || token.Size < 1 {
			return nil, &Error{Status: http.StatusBadRequest, Code: "Directory_ExpiredPageToken", Message: "The specified page token value has expired or is not valid and can no longer be included in your request."}
		}
	} else {
		token.Offset = call.Query.Skip
	}
	first, err := resume(items, token)
	if err != nil {
		return nil, err
	}
	last := min(first+token.Size, len(items))
	page := make([]map[string]any, 0, last-first)
	var lastID string
	for _, item := range items[first:last] {
		document, err := Document(item)
		if err != nil {
			return nil, err
		}
		lastID, _ = document["id"].(string)
		selected, err := selectProperties(call, document)
		if err != nil {
			return nil, err
		}
		page = append(page, selected)
	}
	body := map[string]any{"@odata.context": contextURL(call, ""), "value": page}
	if call.Query.Count && call.Query.SkipToken == "" {
		body["@odata.count"] = len(items)
	}
	if last < len(items) && last > first {
		body["@odata.nextLink"] = nextLink(call, skipToken{After: lastID, Offset: last, Size: token.Size})
	}
	return OK(body), nil
}

// resume returns the position at which a page begins: behind the item that the page before ended with, wherever new
// and deleted items have moved it. It looks outward from where that item was; lists can be long, and it is near.
func resume(items []any, token skipToken) (int, error) {
	expected := min(token.Offset, len(items))
	if token.After == "" {
		return expected, nil
	}
	for distance := range len(items) + 1 {
		for _, at := range []int{expected - 1 + distance, expected - 1 - distance} {
			if at < 0 || at >= len(items) {
				continue
			}
			document, err := Document(items[at])
			if err != nil {
				return 0, err
			}
			if document["id"] == token.After {
				return at + 1, nil
			}
		}
	}
	return expected, nil
}

func nextLink(call *Call, token skipToken) string {
	raw, _ := json.Marshal(token) // plain data: cannot fail
	query := url.Values{}
	for name, values := range call.Query.Values {
		switch strings.ToLower(strings.TrimPrefix(name, "$")) {
		case "skiptoken", "skip":
		default:
			query[name] = values
		}
	}
	query.Set("$skiptoken", base64.RawURLEncoding.EncodeToString(raw))
	return fmt.Sprintf("%s%s?%s", call.BaseURL, call.Request.URL.EscapedPath(), strings.ReplaceAll(query.Encode(), "%24", "$"))
}

// Entity renders one object with $select applied. entitySet names it in @odata.context, e.g. "applications".
func Entity(call *Call, entitySet string, object any) (map[string]any, error) {
	document, err := Document(object)
	if err != nil {
		return nil, err
	}
	selected, err := selectProperties(call, document)
	if err != nil {
		return nil, err
	}
	selected["@odata.context"] = contextURL(call, entitySet+"/$entity")
	return selected, nil
}

// Document turns any value that marshals to a JSON object into a map.
func Document(object any) (map[string]any, error) {
	if document, ok := object.(map[string]any); ok {
		return document, nil
	}
	raw, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("render %T: %w", object, err)
	}
	var document map[string]any
	if err := json.Unmarshal(raw, &document); err != nil {
		return nil, fmt.Errorf("render %T: %w", object, err)
	}
	return document, nil
}

// selectProperties returns a copy of the document with the selected properties only. v1.0 refuses unknown names; beta
// has properties that nobody lists here and leaves them out.
func selectProperties(call *Call, document map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(document))
	if len(call.Query.Select) == 0 {
		for name, value := range document {
			out[name] = value
		}
		return out, nil
	}
	for _, name := range call.Query.Select {
		value, known := document[name]
		switch {
		case known:
			out[name] = value
		case call.Version == "v1.0":
			return nil, &Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: fmt.Sprintf("Parsing OData Select and Expand failed: Could not find a property named '%s'.", name)}
		}
	}
	for name, value := range document {
		if strings.HasPrefix(name, "@odata.type") {
			out[name] = value
		}
	}
	return out, nil
}

func contextURL(call *Call, fragment string) string {
	if fragment == "" {
		_, fragment, _ = splitVersion(call.Request.URL.EscapedPath())
		fragment = strings.TrimPrefix(fragment, "/")
	}
	return fmt.Sprintf("%s/%s/$metadata#%s", call.BaseURL, call.Version, fragment)
}
