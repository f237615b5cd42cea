// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package takeover

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// TestTokensOpenAsTheyWereSealed with a sample: key, token and nonce were chosen by us, the form is the predecessor's.
func TestTokensOpenAsTheyWereSealed(t *testing.T) {
	const key = "0123456789abcdefghijklmnopqrstuv"
	o, err := newOpener(key)
	if err != nil {
		t.Fatal(err)
	}
	token, err := o.open(sample)
	if err != nil || token.RefreshToken != "the refresh token" || token.AccessToken != "the access token" || !token.Expiry.Equal(time.Date(2024, 5, 29, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("token %+v, %v", token, err)
	}
	other, err := newOpener(strings.ToUpper(key))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.open(sample); !errors.Is(err, errOtherKey) {
		t.Errorf("with another key: %v", err)
	}
	for name, sealed := range map[string]string{"no base64": "!", "too short": "AAAA", "cut off": sample[:len(sample)-4]} {
		if token, err := o.open(sealed); err == nil {
			t.Errorf("%s: opened as %+v", name, token)
		}
	}
	if _, err := newOpener("short"); !errors.Is(err, errOtherKey) {
		t.Errorf("with a key of another length: %v", err)
	}
}

func TestWhatATokenSays(t *testing.T) {
	for token, want := range map[string]claims{
		"x.eyJuYW1lIjoiQWxleCBEZW1vIiwidXBuIjoiYWxleEBkZW1vLmV4YW1wbGUifQ.y": {"Alex Demo", "alex@demo.example"},
		"opaque": {}, "x.!.y": {}, "x.bm8ganNvbg.y": {},
	} {
		if got := read(token); got != want {
			t.Errorf("%s says %+v, want %+v", token, got, want)
		}
	}
}

func TestWhereThePredecessorStopped(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct{ seen, want time.Time }{
		"a while ago":            {now.Add(-3 * time.Hour), now.Add(-3 * time.Hour)},
		"long ago":               {now.Add(-48 * time.Hour), now},
		"never":                  {time.Time{}, now},
		"by a clock that is off": {now.Add(time.Hour), now},
	} {
		if got := sinceWhen(c.seen, now); !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

const sample = "dHdlbHZlIGJ5dGVzbPyUuSy9sKTZ7MfgywiLvzFL8OsJldgGezBOuGCpXMImLwaVypBEQd6Jd5QHT4nEpo4DvkSi-FG3VnTjc56OBJIgxhU56B0C2Q2s9MRSwUeDsFisZmDjGI7c2Z5Ai5Hl1g9qYxvTJEVyxU1s5JsSfNCWHZrOKAaYJEC4Uis9wOYt6A4eMEE24k-pkBgt"
