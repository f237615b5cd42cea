// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// Settings are the plugin's saved settings. Keys compare without case, as in the server.
type Settings struct{ saved pluginSettings }

// Value is one saved setting.
type Value struct {
	raw json.RawMessage
	// Masked: the server does not show the value. It says nothing about whether it is empty.
	Masked bool
	// Ambiguous: the key is saved in several spellings with different values, so that the plugin gets any of them.
	Ambiguous bool
}

// Lookup returns the saved value of a key.
func (s Settings) Lookup(key string) (Value, bool) {
	spellings := s.spellings(key)
	if len(spellings) == 0 {
		return Value{}, false
	}
	v := Value{raw: s.saved[spellings[0]]}
	for _, other := range spellings[1:] {
		v.Ambiguous = v.Ambiguous || !sameJSON(v.raw, s.saved[other])
	}
	var text string
	v.Masked = json.Unmarshal(v.raw, &text) == nil && text == model.FakeSetting
	return v, true
}

// Has reports whether the key is saved in any spelling.
func (s Settings) Has(key string) bool { return len(s.spellings(key)) > 0 }

// spellings returns the spellings in which a key is saved, the lower-case one first.
func (s Settings) spellings(key string) []string {
	var found []string
	for _, k := range slices.Sorted(maps.Keys(s.saved)) {
		if strings.EqualFold(k, key) {
			found = append(found, k)
		}
	}
	if i := slices.Index(found, strings.ToLower(key)); i > 0 {
		found[0], found[i] = found[i], found[0]
	}
	return found
}

// Text returns the value as text; ok is false when it is masked or of another type.
func (v Value) Text() (text string, ok bool) {
	if v.Masked || json.Unmarshal(v.raw, &text) != nil {
		return "", false
	}
	return text, true
}

// Bool returns the value as a truth value. Text such as "true", which older tools save, counts.
func (v Value) Bool() (b, ok bool) {
	if json.Unmarshal(v.raw, &b) == nil {
		return b, true
	}
	text, ok := v.Text()
	b, err := strconv.ParseBool(text)
	return b, ok && err == nil
}

// Int returns the value as a whole number. Text such as "20", which older tools save, counts.
func (v Value) Int() (n int64, ok bool) {
	var number json.Number
	if text, isText := v.Text(); isText {
		number = json.Number(text)
	} else if json.Unmarshal(v.raw, &number) != nil {
		return 0, false
	}
	if n, err := number.Int64(); err == nil {
		return n, true
	}
	f, err := number.Float64()
	n = int64(f)
	return n, err == nil && float64(n) == f
}

// sameJSON compares two JSON values by what they mean.
func sameJSON(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	return x == y // settings are text, numbers and truth values; anything else counts as different
}
