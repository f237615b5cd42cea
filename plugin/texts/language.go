// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package texts

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Languages are all languages that there are.
func Languages() []Language { return []Language{English, German, French, Spanish, Japanese} }

// Known finds the language of a locale such as de, de-AT or en_AU; false when there is none.
func Known(locale string) (Language, bool) {
	base, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(locale), "_", "-"), "-")
	language := Language(base)
	return language, slices.Contains(Languages(), language)
}

// OfLocale returns the language of a locale, English when there is none.
func OfLocale(locale string) Language {
	if language, ok := Known(locale); ok {
		return language
	}
	return English
}

// Accepted returns what the header Accept-Language asks for first of what there is (RFC 9110, section 12.5.4); false when it
// asks for nothing of it.
func Accepted(header string) (Language, bool) {
	type wish struct {
		language Language
		weight   float64
	}
	var wishes []wish
	for entry := range strings.SplitSeq(header, ",") {
		tag, parameters, _ := strings.Cut(entry, ";")
		language, ok := Known(strings.TrimSpace(tag))
		weight := 1.0
		if q, found := strings.CutPrefix(strings.TrimSpace(parameters), "q="); found {
			var err error
			if weight, err = strconv.ParseFloat(q, 64); err != nil {
				continue
			}
		}
		if ok && weight > 0 {
			wishes = append(wishes, wish{language, weight})
		}
	}
	if len(wishes) == 0 {
		return "", false
	}
	slices.SortStableFunc(wishes, func(a, b wish) int { return cmp.Compare(b.weight, a.weight) })
	return wishes[0].language, true
}
