// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package texts says in people's own languages what the plugin says to them: direct messages, answers of commands, pages and
// refusals. The sources hold the English texts, which name their translations; translations/<language>.json holds these.
// What is not translated is said in English. Texts of the web app are its own.
package texts

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"sync"
	"time"
)

// Language is a language that there is, by its tag in ISO 639-1.
type Language string

// The languages.
const (
	English  Language = "en"
	German   Language = "de"
	French   Language = "fr"
	Spanish  Language = "es"
	Japanese Language = "ja"
)

//go:embed translations/*.json
var files embed.FS

// translations are the texts of a language by the English ones.
var translations = sync.OnceValue(func() map[Language]map[string]string {
	all := map[Language]map[string]string{}
	for _, language := range []Language{German, French, Spanish, Japanese} {
		document, err := files.ReadFile(path.Join("translations", string(language)+".json"))
		if err != nil {
			panic(err) // it is part of the program
		}
		texts := map[string]string{}
		if err := json.Unmarshal(document, &texts); err != nil {
			panic(fmt.Errorf("translations in %s: %w", language, err))
		}
		all[language] = texts
	}
	return all
})

// Translations returns a language's texts by the English ones.
func Translations(language Language) map[string]string { return translations()[language] }

// Text is something to be said in a reader's language.
type Text struct {
	format string
	args   []any
	parts  []Text // said one after the other
}

// New returns a text: a format in English, as of fmt, and what to put in. What is itself a Text or a Day is said in the
// reader's language, too. Translations may put it in in another order, with verbs like %[2]s.
func New(format string, args ...any) Text {
	if false {
		_ = fmt.Sprintf(format, args...) // so that go vet compares the verbs with the arguments
	}
	return Text{format: format, args: args}
}

// Of returns a text that is not put together here: a constant, or what is the same in all languages.
func Of(english string) Text { return Text{format: strings.ReplaceAll(english, "%", "%%")} }

// Join returns the texts one after the other; a separator between two is an Of.
func Join(parts ...Text) Text { return Text{parts: parts} }

// IsZero tells whether there is nothing to say.
func (t Text) IsZero() bool { return t.format == "" && len(t.parts) == 0 }

// String says it in English.
func (t Text) String() string { return t.In(English) }

// In says it in a language.
func (t Text) In(language Language) string {
	if len(t.parts) > 0 {
		var b strings.Builder
		for _, part := range t.parts {
			b.WriteString(part.In(language))
		}
		return b.String()
	}
	format := t.format
	if translated, ok := translations()[language][format]; ok {
		format = translated
	}
	args := make([]any, len(t.args))
	for i, arg := range t.args {
		switch a := arg.(type) {
		case Text:
			args[i] = a.In(language)
		case Day:
			args[i] = a.In(language)
		default:
			args[i] = arg
		}
	}
	return fmt.Sprintf(format, args...)
}

// Day is a day that a text names, in UTC.
type Day time.Time

// String says it in English.
func (d Day) String() string { return d.In(English) }

var months = map[Language][]string{
	German:  {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
	French:  {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
	Spanish: {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
}

// In says it in a language.
func (d Day) In(language Language) string {
	year, month, day := time.Time(d).UTC().Date()
	switch language {
	case German:
		return fmt.Sprintf("%d. %s %d", day, months[German][month-1], year)
	case French:
		if day == 1 {
			return fmt.Sprintf("1er %s %d", months[French][month-1], year)
		}
		return fmt.Sprintf("%d %s %d", day, months[French][month-1], year)
	case Spanish:
		return fmt.Sprintf("%d de %s de %d", day, months[Spanish][month-1], year)
	case Japanese:
		return fmt.Sprintf("%d年%d月%d日", year, month, day)
	default:
		return fmt.Sprintf("%d %s %d", day, month, year)
	}
}
