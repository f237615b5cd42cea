// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

func TestSigningKeysOfBothVersions(t *testing.T) {
	w := newWorld(t)
	signing, err := w.SigningKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"https://sts.windows.net/" + directory.DemoTenantID + "/", w.URL() + "/" + directory.DemoTenantID + "/v2.0"}
	if !slices.Equal(signing.Issuers, want) || len(signing.Keys) != 1 {
		t.Errorf("issuers %q with %d keys, want %q with one", signing.Issuers, len(signing.Keys), want)
	}
}

// TestSigningKeysOfATenantThatIsNamedByItsDomain: the issuers hold the id all the same.
func TestSigningKeysOfATenantThatIsNamedByItsDomain(t *testing.T) {
	w := newWorld(t)
	client := w.Tenant.Client(t, nil, func(c *teams.Config) { c.TenantID = "demo.example" })
	signing, err := client.SigningKeys(t.Context())
	if err != nil || !strings.Contains(strings.Join(signing.Issuers, " "), directory.DemoTenantID) {
		t.Errorf("issuers %q, %v", signing.Issuers, err)
	}
}

func TestSigningKeysThatAreNotUsed(t *testing.T) {
	const modulus = "u1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0_IzW7yWR7QkrmBL7jTKEn5u-qKhbwKfBstIs-bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGElvW_VDL5AaWTg0nLVkjRo9z-40RQzuVaE8AkAFmxZzow3x-VJYKdjykkJ0iT9wCS0DRTXu269V264Vf_3jvredZiKRkgwlL9xNAwxXFg0x_XFw005UWVRIkdgcKWTjpBP2dPwVZ4WWC-9aGVd-Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbcmw"
	for name, test := range map[string]struct {
		key  map[string]any
		uri  string
		used bool
	}{
		"good":                           {map[string]any{"kty": "RSA", "kid": "k", "use": "sig", "n": modulus, "e": "AQAB"}, "", true},
		"of personal accounts":           {map[string]any{"kty": "RSA", "kid": "k", "n": modulus, "e": "AQAB", "issuer": "https://login.example/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"}, "", false},
		"for encryption":                 {map[string]any{"kty": "RSA", "kid": "k", "use": "enc", "n": modulus, "e": "AQAB"}, "", false},
		"short":                          {map[string]any{"kty": "RSA", "kid": "k", "n": "AQAB", "e": "AQAB"}, "", false},
		"not RSA":                        {map[string]any{"kty": "EC", "kid": "k"}, "", false},
		"fetched over an unsafe address": {map[string]any{"kty": "RSA", "kid": "k", "n": modulus, "e": "AQAB"}, "ftp://keys.example", false},
	} {
		t.Run(name, func(t *testing.T) {
			mux := http.NewServeMux()
			server := httptest.NewServer(mux)
			defer server.Close()
			answer := func(body any) http.HandlerFunc {
				return func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(body) }
			}
			uri := test.uri
			if uri == "" {
				uri = server.URL + "/keys"
			}
			mux.HandleFunc("/{tenant}/.well-known/openid-configuration", answer(map[string]any{"issuer": "one", "jwks_uri": uri}))
			mux.HandleFunc("/{tenant}/v2.0/.well-known/openid-configuration", answer(map[string]any{"issuer": "two", "jwks_uri": uri}))
			mux.HandleFunc("/keys", answer(map[string]any{"keys": []any{test.key}}))
			client := teams.New(teams.Config{LoginURL: server.URL, TenantID: "t"})
			defer client.Close()
			if signing, err := client.SigningKeys(t.Context()); (err == nil) != test.used {
				t.Errorf("keys %v, %v; want them used: %v", signing.Keys, err, test.used)
			}
		})
	}
}
