// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package cards

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// object is a JSON object of which any part may be missing or of another type than it should be.
type object map[string]any

// text is a string, or a number or a bool as one.
func (o object) text(key string) string { return textOf(o[key]) }

func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func (o object) object(key string) object {
	inner, _ := o[key].(map[string]any)
	return inner
}

func (o object) list(key string) []any {
	list, _ := o[key].([]any)
	return list
}

// objects are those members of a list that are objects.
func (o object) objects(key string) []object {
	var found []object
	for _, member := range o.list(key) {
		if inner, ok := member.(map[string]any); ok {
			found = append(found, inner)
		}
	}
	return found
}

// keys are in an order of their own, what can be pressed last: JSON objects have none.
func (o object) keys() []string {
	return slices.SortedFunc(maps.Keys(o), func(a, b string) int {
		return cmp.Or(cmp.Compare(presses[a], presses[b]), cmp.Compare(a, b))
	})
}

var presses = map[string]int{"actions": 1, "buttons": 1, "potentialAction": 1, "selectAction": 1, "tap": 1}

// first is the first of the texts that says something.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
