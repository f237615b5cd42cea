// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notification

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Publisher is the application that Microsoft sends change notifications as, the same in every cloud.
const Publisher = "0bf30f3b-4a52-48df-9a82-234910c4a086"

// clockSkew is how far Microsoft's clock and ours may differ.
const clockSkew = 5 * time.Minute

// SigningKeys are what the tenant's tokens are signed with.
type SigningKeys struct {
	Issuers []string // of both versions, with the tenant's id in them
	Keys    map[string]*rsa.PublicKey
}

// proof is what a good validation token shows.
type proof struct {
	tenant string
	from   time.Time
	until  time.Time
}

var (
	// errUnknownKey says that a token is signed with a key that is not among the known ones.
	errUnknownKey = errors.New("it is signed with an unknown key")
	// errNotForUs says that Microsoft signed a token for somebody else: a delivery may be for several applications and
	// tenants and then holds a token for each.
	errNotForUs = errors.New("it is for somebody else")
)

// claims are those of a validation token. Version 1 names its publisher in appid, version 2 in azp.
type claims struct {
	jwt.RegisteredClaims
	Version string `json:"ver"`
	AppID   string `json:"appid"`
	AZP     string `json:"azp"`
	Tenant  string `json:"tid"`
}

// checkToken tells what a validation token proves: who made it, for whom, and for when. Whether its time is right is for
// the caller: what is checked may have come a while ago.
func checkToken(text, clientID string, signing SigningKeys) (proof, error) {
	var c claims
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}), jwt.WithoutClaimsValidation())
	_, err := parser.ParseWithClaims(text, &c, func(token *jwt.Token) (any, error) {
		kid, _ := token.Header["kid"].(string)
		if key := signing.Keys[kid]; key != nil {
			return key, nil
		}
		return nil, errUnknownKey
	})
	switch {
	case errors.Is(err, errUnknownKey):
		return proof{}, errUnknownKey
	case err != nil:
		return proof{}, fmt.Errorf("it is no token signed by Microsoft: %w", err)
	}
	publisher := c.AZP
	if c.Version == "1.0" {
		publisher = c.AppID
	}
	switch {
	case !strings.EqualFold(publisher, Publisher):
		return proof{}, fmt.Errorf("its publisher %q is not Microsoft's change notifications", publisher)
	case c.ExpiresAt == nil || c.NotBefore == nil:
		return proof{}, errors.New("it does not say for how long it is valid")
	case !slices.Contains(signing.Issuers, c.Issuer) || c.Tenant == "" || !strings.Contains(c.Issuer, "/"+c.Tenant+"/"):
		return proof{}, fmt.Errorf("%w: its issuer %q is not the one of our tenant", errNotForUs, c.Issuer)
	case !slices.ContainsFunc(c.Audience, func(audience string) bool { return strings.EqualFold(audience, clientID) }):
		return proof{}, fmt.Errorf("%w: its audience %q is not our application", errNotForUs, c.Audience)
	}
	return proof{tenant: c.Tenant, from: c.NotBefore.Add(-clockSkew), until: c.ExpiresAt.Add(clockSkew)}, nil
}
