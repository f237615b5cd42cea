// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Properties is a JSON object as a caller sent it: what to set, by name. Annotations (names with an @) are ignored.
type Properties map[string]json.RawMessage

// Set adds a property. The value must be one that JSON can hold.
func (p Properties) Set(name string, value any) Properties {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("directory: property %s: %v", name, err))
	}
	p[name] = raw
	return p
}

// Passive are properties that the directory keeps and returns but never looks at, by name.
type Passive map[string]json.RawMessage

// Set is Properties.Set for passive properties.
func (p Passive) Set(name string, value any) Passive {
	Properties(p).Set(name, value)
	return p
}

// schema says which properties an entity has beyond those of its Go type.
type schema struct {
	entity   string            // for messages, e.g. "Application"
	passive  map[string]string // name to JSON default
	readOnly []string
}

// entity is a directory object that can be merged with Properties.
type entity[T any] interface {
	*T
	passive() *Passive
	// fill puts defaults where JSON left nothing: empty lists are [] and never null.
	fill()
}

// merge returns current with changes applied the way Graph applies a PATCH: objects merge, lists are replaced, null
// resets. It refuses unknown and read-only properties. current is not changed.
func merge[T any, E entity[T]](s *schema, current T, changes Properties) (T, error) {
	var none T
	document, err := render(current, *E(&current).passive())
	if err != nil {
		return none, err
	}
	for name, value := range changes {
		if strings.Contains(name, "@") {
			continue
		}
		if _, isPassive := s.passive[name]; !isPassive && document[name] == nil {
			return none, invalid("Invalid property '%s'.", name)
		}
		if contains(s.readOnly, name) {
			if isNull(value) || bytes.Equal(compact(value), compact(document[name])) {
				continue
			}
			return none, invalid("Property '%s' is read-only and cannot be set.", name)
		}
		document[name] = mergeValue(document[name], value)
	}
	raw, err := json.Marshal(document)
	if err != nil {
		return none, fmt.Errorf("merge %s: %w", s.entity, err)
	}
	var next T
	if err := json.Unmarshal(raw, &next); err != nil {
		return none, invalid("A value of the %s has the wrong type: %v", s.entity, err)
	}
	passive := Passive{}
	for name, byDefault := range s.passive {
		passive[name] = json.RawMessage(byDefault)
		if value, set := document[name]; set && !isNull(value) {
			passive[name] = value
		}
	}
	*E(&next).passive() = passive
	E(&next).fill()
	return next, nil
}

// render returns v's JSON object with the passive properties in it.
func render(v any, passive Passive) (map[string]json.RawMessage, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("render %T: %w", v, err)
	}
	document := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &document); err != nil {
		return nil, fmt.Errorf("render %T: %w", v, err)
	}
	for name, value := range passive {
		document[name] = value
	}
	return document, nil
}

func mergeValue(current, change json.RawMessage) json.RawMessage {
	var before, after map[string]json.RawMessage
	if json.Unmarshal(current, &before) != nil || json.Unmarshal(change, &after) != nil || before == nil || after == nil {
		return change
	}
	for name, value := range after {
		if strings.Contains(name, "@") {
			continue
		}
		before[name] = mergeValue(before[name], value)
	}
	merged, err := json.Marshal(before)
	if err != nil {
		return change
	}
	return merged
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

func compact(raw json.RawMessage) []byte {
	var out bytes.Buffer
	if json.Compact(&out, raw) != nil {
		return raw
	}
	return out.Bytes()
}

func contains(list []string, name string) bool {
	for _, each := range list {
		if each == name {
			return true
		}
	}
	return false
}

// orEmpty gives a list that is rendered as [] and not as null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
