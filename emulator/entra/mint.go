// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// accessTokenLife is how long an access token is valid without a policy; the answer says one second less, as Entra does.
const accessTokenLife = time.Hour

// SetAccessTokenLife has the tokens that are issued from now on live that long, as a token lifetime policy does; 0 for the usual
// hour. Entra allows 10 minutes to a day (Entra docs, "Configurable token lifetimes"); here anything goes, for tests of what comes after.
func (s *Server) SetAccessTokenLife(life time.Duration) { s.life.Store(int64(life)) }

func (s *Server) accessTokenLife() time.Duration {
	return cmp.Or(time.Duration(s.life.Load()), accessTokenLife)
}

// expiresIn is what token answers say, in seconds.
func (s *Server) expiresIn() int { return int(s.accessTokenLife().Seconds()) - 1 }

// globalAdministrator is the template id of that role, the same in every tenant (wids claim).
const globalAdministrator = "62e90394-69f5-4237-9190-012177145e10"

// client is an application that has authenticated, or a public one.
type client struct {
	app       directory.Application
	principal directory.ServicePrincipal
	method    string // appidacr: "0" public, "1" secret, "2" certificate or federated assertion
}

// appToken makes a token for an application that acts for itself.
func (s *Server) appToken(base string, c client, q request) (string, error) {
	claims := s.claims(base, c, q)
	claims["idtyp"] = "app"
	claims["oid"], claims["sub"] = c.principal.ID, c.principal.ID
	if !q.api.azure {
		if roles := s.dir.Roles(c.principal.ID, q.api.principal.ID); len(roles) > 0 {
			claims["roles"] = roles
		}
	}
	return s.key.sign(claims)
}

// userToken makes a token for an application that acts for a user. scopes are the consented ones.
func (s *Server) userToken(base string, c client, q request, user directory.User, scopes []string) (string, error) {
	claims := s.claims(base, c, q)
	claims["idtyp"] = "user"
	claims["oid"], claims["sub"] = user.ID, subject(user.ID, c.app.AppID)
	claims["name"], claims["upn"], claims["unique_name"] = user.DisplayName, user.UserPrincipalName, user.UserPrincipalName
	claims["scp"] = strings.Join(scopes, " ")
	if user.Admin {
		claims["wids"] = []string{globalAdministrator}
	}
	return s.key.sign(claims)
}

// claims are what tokens of both kinds hold. Tokens are of version 1 unless the API asked for version 2.
func (s *Server) claims(base string, c client, q request) jwt.MapClaims {
	now, tenant := s.clock.Now(), s.dir.Tenant().ID
	claims := jwt.MapClaims{
		"aud": q.audience, "tid": tenant, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(s.accessTokenLife()).Unix(),
		"uti": s.newTokenID(), "app_displayname": c.app.DisplayName,
	}
	if s.version(q) == 2 {
		claims["iss"], claims["ver"], claims["azp"], claims["azpacr"] = issuerV2(base, tenant), "2.0", c.app.AppID, c.method
		return claims
	}
	claims["iss"], claims["idp"], claims["ver"] = issuerV1(tenant), issuerV1(tenant), "1.0"
	claims["appid"], claims["appidacr"] = c.app.AppID, c.method
	return claims
}

func (s *Server) version(q request) int {
	if q.api.azure {
		return 1
	}
	app, ok := s.dir.ApplicationByAppID(q.api.principal.AppID)
	if ok && app.API.RequestedAccessTokenVersion != nil {
		return *app.API.RequestedAccessTokenVersion
	}
	return 1
}

// idToken tells the application who signed in.
func (s *Server) idToken(base string, c client, user directory.User, nonce string) (string, error) {
	now, tenant := s.clock.Now(), s.dir.Tenant().ID
	claims := jwt.MapClaims{
		"aud": c.app.AppID, "iss": issuerV2(base, tenant), "tid": tenant, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(accessTokenLife).Unix(),
		"oid": user.ID, "sub": subject(user.ID, c.app.AppID), "name": user.DisplayName, "preferred_username": user.UserPrincipalName,
		"uti": s.newTokenID(), "ver": "2.0",
	}
	if user.Mail != nil {
		claims["email"] = *user.Mail
	}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	return s.key.sign(claims)
}

// subject is pairwise: the same user has another one in each application.
func subject(userID, appID string) string {
	id := uuid.NewSHA1(uuid.NameSpaceOID, []byte(userID+appID))
	return base64.RawURLEncoding.EncodeToString(id[:])
}

// newTokenID makes the uti claim. Its first bytes count up, so that RevokeAccessTokens can tell old tokens from new ones
// that are issued within the same second.
func (s *Server) newTokenID() string {
	raw := make([]byte, 16)
	binary.BigEndian.PutUint64(raw, s.sessions.nextSerial())
	_, _ = rand.Read(raw[8:]) // never fails
	return base64.RawURLEncoding.EncodeToString(raw)
}

func serialOf(tokenID string) uint64 {
	raw, err := base64.RawURLEncoding.DecodeString(tokenID)
	if err != nil || len(raw) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(raw)
}

// ValidationToken makes the token that Graph puts beside encrypted change notifications: it is for the subscribing
// application, from the change tracking service. version is 1 or 2; both occur. base is the emulator's address.
// Source: Graph docs, "Set up change notifications that include resource data", section on validation tokens.
func (s *Server) ValidationToken(base, appID string, version int) (string, error) {
	now, tenant := s.clock.Now(), s.dir.Tenant().ID
	claims := jwt.MapClaims{
		"aud": appID, "tid": tenant, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(24 * time.Hour).Unix(),
		"oid": directory.ChangeTrackingAppID, "sub": directory.ChangeTrackingAppID, "uti": s.newTokenID(),
	}
	if version == 1 {
		claims["iss"], claims["ver"], claims["appid"], claims["appidacr"] = issuerV1(tenant), "1.0", directory.ChangeTrackingAppID, "2"
	} else {
		claims["iss"], claims["ver"], claims["azp"], claims["azpacr"] = issuerV2(base, tenant), "2.0", directory.ChangeTrackingAppID, "2"
	}
	return s.key.sign(claims)
}
