// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
)

func settingsOf(t *testing.T, text string) Settings {
	t.Helper()
	var saved pluginSettings
	if err := json.Unmarshal([]byte(text), &saved); err != nil {
		t.Fatal(err)
	}
	return Settings{saved: saved}
}

func TestSettingsCompareKeysWithoutCase(t *testing.T) {
	s := settingsOf(t, `{"SyncUsers": 5, "cloud": "public", "Cloud": "public", "evaluationapi": true, "evaluationAPI": false, "clientsecret": "********************************"}`)
	if v, ok := s.Lookup("syncUsers"); !ok || v.Ambiguous || v.Masked {
		t.Errorf("SyncUsers = %+v, %v", v, ok)
	}
	if v, _ := s.Lookup("cloud"); v.Ambiguous {
		t.Error("two spellings with one value are ambiguous")
	}
	if v, _ := s.Lookup("evaluationAPI"); !v.Ambiguous {
		t.Error("two spellings with two values are not ambiguous")
	}
	if v, _ := s.Lookup("clientSecret"); !v.Masked {
		t.Error("the mask is taken for a value")
	} else if _, ok := v.Text(); ok {
		t.Error("the mask is given as text")
	}
	if s.Has("tenantId") {
		t.Error("a missing key is present")
	}
	if got := s.spellings("EVALUATIONAPI"); !slices.Equal(got, []string{"evaluationapi", "evaluationAPI"}) {
		t.Errorf("spellings = %v, want the lower-case one first", got)
	}
}

func TestValuesInTheFormsThatToolsSave(t *testing.T) {
	s := settingsOf(t, `{"bool": true, "booltext": "true", "nobool": "maybe", "int": 20, "intfloat": 20.0, "inttext": "20", "noint": 1.5, "text": "x", "null": null}`)
	value := func(key string) Value { v, _ := s.Lookup(key); return v }
	for key, want := range map[string]bool{"bool": true, "booltext": true, "nobool": false, "int": false} {
		if b, ok := value(key).Bool(); ok != want || ok && !b {
			t.Errorf("%s: Bool() = %v, %v", key, b, ok)
		}
	}
	for key, want := range map[string]bool{"int": true, "intfloat": true, "inttext": true, "noint": false, "text": false, "bool": false} {
		if n, ok := value(key).Int(); ok != want || ok && n != 20 {
			t.Errorf("%s: Int() = %v, %v", key, n, ok)
		}
	}
	for key, want := range map[string]bool{"text": true, "int": false, "bool": false} {
		if text, ok := value(key).Text(); ok != want || ok && text != "x" {
			t.Errorf("%s: Text() = %q, %v", key, text, ok)
		}
	}
}

func TestEditApply(t *testing.T) {
	before := settingsOf(t, `{"TenantId": "a", "tenantid": "b", "syncUsers": 1, "other": {"kept": [1]}, "clientsecret": "********************************"}`).saved
	after, err := Edit{Set: map[string]any{"tenantId": "c"}, Clear: []string{"SYNCUSERS", "absent"}}.apply(before)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"tenantid": `"c"`, "other": `{"kept": [1]}`, "clientsecret": `"********************************"`}
	have := map[string]string{}
	for key, raw := range after {
		have[key] = string(raw)
	}
	if !maps.Equal(have, want) {
		t.Errorf("after the edit: %v, want %v", have, want)
	}
	if len(before) != 5 {
		t.Error("the edit changed the settings that it was given")
	}
}

func TestEditHolds(t *testing.T) {
	edit := Edit{Set: map[string]any{"syncUsers": 5, "clientSecret": "s"}, Clear: []string{"cloud"}}
	for text, want := range map[string]string{
		`{"syncusers": 5, "clientsecret": "s"}`:                                  "",
		`{"syncusers": 5.0, "clientsecret": "********************************"}`: "",
		`{"syncusers": 4, "clientsecret": "s"}`:                                  "syncUsers",
		`{"syncusers": 5}`:                                                       "clientSecret",
		`{"syncusers": 5, "clientsecret": "s", "Cloud": "public"}`:               "cloud",
		`{"syncusers": 5, "syncUsers": 5, "clientsecret": "s"}`:                  "syncUsers",
	} {
		if key, ok := edit.holds(settingsOf(t, text)); key != want || ok != (want == "") {
			t.Errorf("%s: key %q, want %q", text, key, want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	f := NewFingerprint("secret")
	parsed, err := ParseFingerprint(f.String())
	if err != nil || !parsed.Matches("secret") || parsed.Matches("Secret") {
		t.Errorf("a fingerprint does not survive its text form: %v", err)
	}
	if NewFingerprint("secret").String() == f.String() {
		t.Error("two fingerprints have one salt")
	}
	for _, text := range []string{"", ":", "no colon", "AAAA:", ":00", "AAAA:00", "!:" + f.Sum} {
		if _, err := ParseFingerprint(text); err == nil {
			t.Errorf("%q passes for a fingerprint", text)
		}
	}
}
