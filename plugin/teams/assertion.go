// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"crypto/rsa"
	"crypto/sha1" // the header x5t is defined as SHA-1 (RFC 7515)
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// Certificate is one with which the application proves who it is, with its private key.
type Certificate struct {
	ID  string // the plugin's name for it
	DER []byte
	Key *rsa.PrivateKey
}

// assertionType says that the assertion is a signed token (RFC 7523).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// assertionLife is how long an assertion is good for: it is made for one request.
const assertionLife = 5 * time.Minute

// proof is something that a token request proves the application's identity with.
type proof struct {
	certificate string // its id; empty for the client secret
	add         func(form url.Values) error
}

// proofs are the certificates, newest first, and then the secret.
func (c *Client) proofs() []proof {
	var all []proof
	if c.config.Certificates != nil {
		for _, certificate := range c.config.Certificates() {
			all = append(all, proof{certificate.ID, func(form url.Values) error {
				assertion, err := certificate.assertion(c.config.ClientID, c.endpoint("token"), time.Now())
				form.Set("client_assertion_type", assertionType)
				form.Set("client_assertion", assertion)
				return err
			}})
		}
	}
	if c.config.ClientSecret != "" || len(all) == 0 {
		all = append(all, proof{"", func(form url.Values) error {
			form.Set("client_secret", c.config.ClientSecret)
			return nil
		}})
	}
	return all
}

// assertion signs a client assertion (Entra docs, "Application authentication certificate credentials").
func (c Certificate) assertion(clientID, audience string, now time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{
		"aud": audience, "iss": clientID, "sub": clientID, "jti": uuid.NewString(),
		"nbf": now.Add(-assertionLife).Unix(), "iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	})
	sum1, sum256 := sha1.Sum(c.DER), sha256.Sum256(c.DER) // names, not protections
	token.Header["x5t"] = base64.RawURLEncoding.EncodeToString(sum1[:])
	token.Header["x5t#S256"] = base64.RawURLEncoding.EncodeToString(sum256[:])
	signed, err := token.SignedString(c.Key)
	if err != nil {
		return "", fmt.Errorf("sign the client assertion: %w", err)
	}
	return signed, nil
}
