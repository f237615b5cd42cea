// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Problem is a setting that cannot be used.
type Problem struct {
	Key     string `json:"key"`
	Message string `json:"message"` // what is wrong and how to mend it; never a secret's value
}

// Reading is what a look at the stored settings brought.
type Reading struct {
	Settings Settings
	Missing  []string          // keys that must have a value before anything can work
	Problems []Problem         // values that cannot be used
	Secrets  map[string]string // non-empty secret settings by key, as stored
}

// UseCertificate says that the application logs in with a certificate: the client secret is not missing then.
func (r *Reading) UseCertificate() {
	r.Missing = slices.DeleteFunc(r.Missing, func(key string) bool { return key == clientSecretKey })
}

// Good tells whether the settings can be used.
func (r Reading) Good() bool { return len(r.Missing) == 0 && len(r.Problems) == 0 }

// Read reads the settings as the server stores them: keys compare without case, and a value that came as text is read
// as what its setting's type says. siteURL is the server's.
func (m Manifest) Read(stored map[string]json.RawMessage, siteURL string) Reading {
	values := make(map[string]json.RawMessage, len(stored))
	for key, value := range stored {
		values[strings.ToLower(key)] = value
	}
	r := Reading{Secrets: map[string]string{}}
	fields := fieldsByKey(&r.Settings)
	for _, setting := range m.Settings {
		field, ok := fields[setting.Key]
		if !ok {
			continue // a test compares the manifest with Settings
		}
		value, given := values[strings.ToLower(setting.Key)]
		if !given || string(value) == "null" {
			value, _ = json.Marshal(setting.Default)
		}
		if err := assign(field, value); err != nil {
			r.problem(setting.Key, "%v", err)
			continue
		}
		if setting.Secret && field.String() != "" {
			r.Secrets[setting.Key] = field.String()
		}
		if len(setting.Options) > 0 {
			r.choose(setting, field)
		}
	}
	r.check(siteURL)
	return r
}

func (r *Reading) problem(key, format string, args ...any) {
	r.Problems = append(r.Problems, Problem{Key: key, Message: fmt.Sprintf(format, args...)})
}

// fieldsByKey returns the fields of s by the key in their tag.
func fieldsByKey(s *Settings) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		if key := v.Type().Field(i).Tag.Get("setting"); key != "" {
			fields[key] = v.Field(i)
		}
	}
	return fields
}

// assign sets a field from JSON. The System Console sends numbers and switches as such, configuration files and
// environment variables often as text: both are understood.
func assign(field reflect.Value, value json.RawMessage) error {
	var text string
	isText := json.Unmarshal(value, &text) == nil
	text = strings.TrimSpace(text)
	switch field.Kind() {
	case reflect.String:
		if !isText {
			return errors.New("must be text")
		}
		field.SetString(text)
	case reflect.Bool:
		if !isText {
			text = string(value)
		}
		if text == "" {
			text = "false"
		}
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("must be true or false, not %s", value)
		}
		field.SetBool(b)
	case reflect.Int:
		if !isText {
			text = string(value)
		}
		if text == "" {
			text = "0"
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n != float64(int(n)) {
			return fmt.Errorf("must be a whole number, not %s", value)
		}
		field.SetInt(int64(n))
	}
	return nil
}

// choose checks a dropdown's value; nothing chosen is the default.
func (r *Reading) choose(setting Setting, field reflect.Value) {
	if byDefault, ok := setting.Default.(string); ok && field.String() == "" {
		field.SetString(byDefault)
	}
	if chosen := field.String(); !slices.Contains(setting.Options, chosen) {
		r.problem(setting.Key, "%q is not one of %s", chosen, strings.Join(setting.Options, ", "))
	}
}
