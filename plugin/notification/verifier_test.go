// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notification

import (
	"context"
	"crypto/rsa"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	tenant   = "11111111-1111-4111-8111-111111111111"
	clientID = "66666666-6666-4666-8666-666666666666"
	issuer1  = "https://sts.windows.net/" + tenant + "/"
	issuer2  = "https://login.microsoftonline.com/" + tenant + "/v2.0"
)

// microsoft signs tokens and publishes its keys.
type microsoft struct {
	keys    map[string]*rsa.PrivateKey
	fetches int
	down    bool
}

func (m *microsoft) SigningKeys(context.Context) (SigningKeys, error) {
	m.fetches++
	if m.down {
		return SigningKeys{}, errors.New("no connection")
	}
	signing := SigningKeys{Issuers: []string{issuer1, issuer2}, Keys: map[string]*rsa.PublicKey{}}
	for id, key := range m.keys {
		signing.Keys[id] = &key.PublicKey
	}
	return signing, nil
}

func version1(at time.Time) jwt.MapClaims {
	return jwt.MapClaims{"aud": clientID, "iss": issuer1, "ver": "1.0", "appid": Publisher, "tid": tenant, "nbf": at.Unix(), "exp": at.Add(24 * time.Hour).Unix()}
}

func version2(at time.Time) jwt.MapClaims {
	return jwt.MapClaims{"aud": clientID, "iss": issuer2, "ver": "2.0", "azp": Publisher, "tid": tenant, "nbf": at.Unix(), "exp": at.Add(24 * time.Hour).Unix()}
}

func (m *microsoft) sign(t *testing.T, kid string, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = kid
	text, err := token.SignedString(m.keys[kid])
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// desk is a verifier with a clock that the test moves.
type desk struct {
	*Verifier
	microsoft *microsoft
	clock     time.Time
	asked     int
}

func newDesk(t *testing.T) *desk {
	d := &desk{microsoft: &microsoft{keys: map[string]*rsa.PrivateKey{"one": newRSA(t, 2048)}}, clock: time.Now()}
	d.Verifier = NewVerifier(d.microsoft, clientID)
	d.now = func() time.Time { return d.clock }
	return d
}

func (d *desk) judge(t *testing.T, name string, tokens ...string) error {
	t.Helper()
	return d.check(t.Context(), name, tenant, d.clock, func(context.Context) ([]string, error) {
		d.asked++
		return tokens, nil
	})
}

func TestTokensOfBothVersionsAreGood(t *testing.T) {
	d := newDesk(t)
	v1, v2 := d.microsoft.sign(t, "one", version1(d.clock)), d.microsoft.sign(t, "one", version2(d.clock))
	for name, tokens := range map[string][]string{"version 1": {v1}, "version 2": {v2}, "both": {v1, v2}} {
		for range 2 {
			if err := d.judge(t, name, tokens...); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if d.microsoft.fetches != 1 || d.asked != 3 {
		t.Errorf("fetched keys %d times and read tokens %d times, want 1 and once for each delivery", d.microsoft.fetches, d.asked)
	}
}

// TestTokensForAFormerApplicationAreGood: its subscriptions deliver until they end.
func TestTokensForAFormerApplicationAreGood(t *testing.T) {
	const former, other = "33333333-3333-4333-8333-333333333333", "22222222-2222-4222-8222-222222222222"
	d := newDesk(t)
	d.Verifier = NewVerifier(d.microsoft, clientID, former)
	d.now = func() time.Time { return d.clock }
	for audience, want := range map[string]error{clientID: nil, former: nil, other: ErrForged} {
		claims := version2(d.clock)
		claims["aud"] = audience
		if err := d.judge(t, audience, d.microsoft.sign(t, "one", claims)); !errors.Is(err, want) {
			t.Errorf("for %s: %v, want %v", audience, err, want)
		}
	}
}

func TestWrongTokensAreForged(t *testing.T) {
	d := newDesk(t)
	stranger := &microsoft{keys: map[string]*rsa.PrivateKey{"one": newRSA(t, 2048), "two": newRSA(t, 2048)}}
	good := d.microsoft.sign(t, "one", version2(d.clock))
	without := func(claims jwt.MapClaims, name string, value any) string {
		claims[name] = value
		return d.microsoft.sign(t, "one", claims)
	}
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, version2(d.clock)).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	hmacToken := jwt.NewWithClaims(jwt.SigningMethodHS256, version2(d.clock))
	hmacToken.Header["kid"] = "one"
	confused, err := hmacToken.SignedString(d.microsoft.keys["one"].PublicKey.N.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	const other = "22222222-2222-4222-8222-222222222222"
	others := []string{"another audience", "no audience", "another tenant", "no tenant", "another issuer", "another host", "not valid yet", "not valid any more"}
	for name, token := range map[string]string{ //
		"no token":                     "x.y.z",
		"no signature":                 unsigned,
		"signed with the public key":   confused,
		"signed by somebody else":      stranger.sign(t, "one", version2(d.clock)),
		"an unknown key":               stranger.sign(t, "two", version2(d.clock)),
		"another audience":             without(version2(d.clock), "aud", other),
		"no audience":                  without(version2(d.clock), "aud", nil),
		"another publisher":            without(version2(d.clock), "azp", other),
		"another publisher, version 1": without(version1(d.clock), "appid", other),
		"the publisher in the other version's claim": without(func() jwt.MapClaims {
			claims := version2(d.clock)
			claims["appid"] = Publisher
			return claims
		}(), "azp", nil),
		"another tenant":       without(version2(d.clock), "tid", other),
		"no tenant":            without(version2(d.clock), "tid", ""),
		"another issuer":       without(version2(d.clock), "iss", "https://login.microsoftonline.com/"+other+"/v2.0"),
		"another host":         without(version1(d.clock), "iss", "https://sts.example.com/"+tenant+"/"),
		"not valid yet":        d.microsoft.sign(t, "one", version2(d.clock.Add(time.Hour))),
		"not valid any more":   d.microsoft.sign(t, "one", version2(d.clock.Add(-25*time.Hour))),
		"for ever":             without(version2(d.clock), "exp", nil),
		"since ever":           without(version2(d.clock), "nbf", nil),
		"an altered signature": good[:len(good)-4] + "AAAA",
	} {
		d.clock = d.clock.Add(2 * refreshGap) // so that an unknown key may be looked for
		if err := d.judge(t, name, token); !errors.Is(err, ErrForged) {
			t.Errorf("%s: %v, want ErrForged", name, err)
		}
		// A delivery may be for other applications and tenants besides ours; nothing else may be wrong.
		err := d.judge(t, "with a good one, "+name, good, token)
		if tolerated := slices.Contains(others, name); tolerated && err != nil || !tolerated && !errors.Is(err, ErrForged) {
			t.Errorf("%s beside a good one: %v, tolerated is %v", name, err, tolerated)
		}
	}
}

func TestTheItemsTenantMustBeProven(t *testing.T) {
	d := newDesk(t)
	good := d.microsoft.sign(t, "one", version2(d.clock))
	err := d.check(t.Context(), "name", "22222222-2222-4222-8222-222222222222", d.clock, func(context.Context) ([]string, error) { return []string{good}, nil })
	if !errors.Is(err, ErrForged) {
		t.Errorf("an item of another tenant: %v", err)
	}
}

func TestWhatWasValidWhenItCameStaysValid(t *testing.T) {
	d := newDesk(t)
	token := d.microsoft.sign(t, "one", version2(d.clock))
	received := d.clock
	d.clock = d.clock.Add(72 * time.Hour) // the lane was stuck
	tokens := func(context.Context) ([]string, error) { return []string{token}, nil }
	if err := d.check(t.Context(), "name", tenant, received, tokens); err != nil {
		t.Errorf("checked late: %v", err)
	}
	if err := d.check(t.Context(), "name", tenant, d.clock, tokens); !errors.Is(err, ErrForged) {
		t.Errorf("used again after its end: %v", err)
	}
}

func TestKeysAreRefreshedForAnUnknownOne(t *testing.T) {
	d := newDesk(t)
	if err := d.judge(t, "before", d.microsoft.sign(t, "one", version2(d.clock))); err != nil {
		t.Fatal(err)
	}
	d.microsoft.keys["two"] = newRSA(t, 2048)
	token := d.microsoft.sign(t, "two", version2(d.clock))
	d.clock = d.clock.Add(refreshGap / 2)
	if err := d.judge(t, "after", token); !errors.Is(err, errUnchecked) || d.microsoft.fetches != 1 {
		t.Errorf("soon after the last fetch: %v after %d fetches, want errUnchecked and no other one", err, d.microsoft.fetches)
	}
	d.clock = d.clock.Add(refreshGap)
	if err := d.judge(t, "after", token); err != nil || d.microsoft.fetches != 2 {
		t.Errorf("later: %v after %d fetches, want the second one to find the key", err, d.microsoft.fetches)
	}
}

func TestMadeUpKeysAreNoFlood(t *testing.T) {
	d := newDesk(t)
	stranger := &microsoft{keys: map[string]*rsa.PrivateKey{"x": newRSA(t, 2048)}}
	token := stranger.sign(t, "x", version2(d.clock))
	for range 100 {
		d.clock = d.clock.Add(time.Second)
		if err := d.judge(t, "made up", token); err == nil {
			t.Fatal("taken")
		}
	}
	if d.microsoft.fetches > 3 {
		t.Errorf("100 made-up keys within 100 s made %d fetches", d.microsoft.fetches)
	}
}

func TestWithoutKeysNothingIsSaid(t *testing.T) {
	d := newDesk(t)
	d.microsoft.down = true
	token := d.microsoft.sign(t, "one", version2(d.clock))
	for range 3 {
		if err := d.judge(t, "name", token); !errors.Is(err, errUnchecked) {
			t.Errorf("without keys: %v", err)
		}
	}
	if d.microsoft.fetches != 1 {
		t.Errorf("%d fetches at once", d.microsoft.fetches)
	}
	d.microsoft.down = false
	d.clock = d.clock.Add(2 * refreshGap)
	if err := d.judge(t, "name", token); err != nil {
		t.Errorf("with keys: %v", err)
	}
	d.microsoft.down = true
	d.clock = d.clock.Add(2 * refreshAfter)
	if err := d.judge(t, "another", d.microsoft.sign(t, "one", version2(d.clock))); err != nil {
		t.Errorf("old keys are better than none: %v", err)
	}
}

func TestAKeyThatMayBeWithdrawnMeanwhileSaysNothing(t *testing.T) {
	d := newDesk(t)
	d.microsoft.keys["old"] = newRSA(t, 2048)
	token := d.microsoft.sign(t, "old", version2(d.clock))
	delete(d.microsoft.keys, "old")
	received := d.clock
	d.clock = d.clock.Add(48 * time.Hour)
	if err := d.check(t.Context(), "name", tenant, received, func(context.Context) ([]string, error) { return []string{token}, nil }); !errors.Is(err, errUnchecked) {
		t.Errorf("a key of the day before yesterday: %v", err)
	}
}

func TestUnknownTokensSayNothing(t *testing.T) {
	d := newDesk(t)
	if err := d.judge(t, "name"); !errors.Is(err, errUnchecked) {
		t.Errorf("no tokens in the store: %v", err)
	}
	gone := errors.New("no database")
	if err := d.check(t.Context(), "name", tenant, d.clock, func(context.Context) ([]string, error) { return nil, gone }); !errors.Is(err, gone) {
		t.Errorf("no store: %v", err)
	}
}
