// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// publicKey reads a key of a JSON Web Key Set.
func publicKey(t *testing.T, key map[string]any) *rsa.PublicKey {
	t.Helper()
	number := func(name string) *big.Int {
		text, _ := key[name].(string)
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return new(big.Int).SetBytes(raw)
	}
	return &rsa.PublicKey{N: number("n"), E: int(number("e").Int64())}
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// certify registers a certificate for the application and returns its thumbprint.
func (a *authority) certify(t *testing.T, key *rsa.PrivateKey) string {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sync"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.dir.UpdateApplication(a.app.ID, directory.Properties{}.Set("keyCredentials", []any{map[string]any{
		"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.StdEncoding.EncodeToString(der),
	}})); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(der)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func TestCertificateAssertion(t *testing.T) {
	a := newAuthority(t)
	key := newKey(t)
	thumbprint := a.certify(t, key)
	for name, test := range map[string]struct {
		key    *rsa.PrivateKey
		change func(jwt.MapClaims)
		code   float64
	}{
		"good":              {key, func(jwt.MapClaims) {}, 0},
		"issuer as aud":     {key, func(c jwt.MapClaims) { c["aud"] = a.URL + "/" + tenant + "/v2.0" }, 0},
		"forged":            {newKey(t), func(jwt.MapClaims) {}, 700027},
		"for somebody else": {key, func(c jwt.MapClaims) { c["aud"] = "https://elsewhere.example/token" }, 700023},
		"expired":           {key, func(c jwt.MapClaims) { c["exp"] = time.Now().Add(-time.Hour).Unix() }, 700024},
		"no expiry":         {key, func(c jwt.MapClaims) { delete(c, "exp") }, 700027},
		"another subject":   {key, func(c jwt.MapClaims) { c["sub"] = "other" }, 700021},
	} {
		t.Run(name, func(t *testing.T) {
			claims := jwt.MapClaims{"iss": a.app.AppID, "sub": a.app.AppID, "aud": a.URL + "/" + tenant + "/oauth2/v2.0/token", "exp": time.Now().Add(time.Minute).Unix()}
			test.change(claims)
			token := jwt.NewWithClaims(jwt.SigningMethodPS256, claims)
			token.Header["x5t#S256"] = thumbprint
			assertion, err := token.SignedString(test.key)
			if err != nil {
				t.Fatal(err)
			}
			status, body := a.token(t, url.Values{
				"grant_type": {"client_credentials"}, "client_id": {a.app.AppID}, "scope": {"https://graph.microsoft.com/.default"},
				"client_assertion": {assertion}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
			})
			if test.code == 0 && status == http.StatusOK {
				return
			}
			if !slices.Equal(codes(body), []any{test.code}) {
				t.Errorf("%d %v, want %v", status, body, test.code)
			}
		})
	}
}
