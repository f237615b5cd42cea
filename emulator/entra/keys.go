// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"

	"github.com/golang-jwt/jwt/v5"
)

// signingKey signs every token of one emulator run.
type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

func newSigningKey() (*signingKey, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(private.N.Bytes())
	return &signingKey{id: base64.RawURLEncoding.EncodeToString(sum[:20]), private: private}, nil
}

func (k *signingKey) sign(claims jwt.MapClaims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = k.id
	token.Header["x5t"] = k.id
	return token.SignedString(k.private)
}

// jwks is the public half as a JSON Web Key Set (RFC 7517). issuer is an addition of Entra's.
func (k *signingKey) jwks(issuer string) map[string]any {
	return map[string]any{"keys": []map[string]any{{
		"kty": "RSA", "use": "sig", "kid": k.id, "x5t": k.id, "alg": "RS256", "issuer": issuer,
		"n": base64.RawURLEncoding.EncodeToString(k.private.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.private.E)).Bytes()),
	}}}
}
