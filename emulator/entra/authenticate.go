// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"errors"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

// Authenticate checks an access token for Graph: signature, audience, time, and that it was not revoked.
func (s *Server) Authenticate(accessToken string) (graph.Caller, error) {
	return s.authenticate(accessToken, s.isGraph)
}

// AuthenticateAzure checks an access token for Azure Resource Manager. The emulator is Graph and Resource Manager at one
// address, so a token for that address is good for both.
func (s *Server) AuthenticateAzure(accessToken string) (graph.Caller, error) {
	return s.authenticate(accessToken, func(audience string) bool {
		return isAzure(audience) || s.isGraph(audience) && !strings.HasPrefix(audience, "https://graph.microsoft") && !isGUID(audience)
	})
}

func (s *Server) authenticate(accessToken string, audience func(string) bool) (graph.Caller, error) {
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(accessToken, claims, func(*jwt.Token) (any, error) { return &s.key.private.PublicKey, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(s.clock.Now), jwt.WithExpirationRequired())
	switch {
	case errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenNotValidYet):
		return graph.Caller{}, graph.Unauthenticated("Lifetime validation failed, the token is expired.")
	case errors.Is(err, jwt.ErrTokenMalformed):
		return graph.Caller{}, graph.Unauthenticated("IDX14100: JWT is not well formed, there are no dots (.).")
	case err != nil:
		return graph.Caller{}, graph.Unauthenticated("Access token validation failure. Invalid signature.")
	}
	if aud, _ := claims["aud"].(string); !audience(aud) {
		return graph.Caller{}, graph.Unauthenticated("Access token validation failure. Invalid audience.")
	}
	caller := graph.Caller{TenantID: text(claims, "tid"), AppID: text(claims, "appid", "azp"), Roles: texts(claims, "roles"), Scopes: strings.Fields(text(claims, "scp"))}
	if text(claims, "idtyp") == "user" {
		caller.UserID = text(claims, "oid")
		caller.Admin = strings.Contains(strings.Join(texts(claims, "wids"), " "), globalAdministrator)
		if principal, ok := s.dir.ServicePrincipalByAppID(caller.AppID); ok {
			caller.ServicePrincipalID = principal.ID
		}
	} else {
		caller.ServicePrincipalID = text(claims, "oid")
	}
	if s.sessions.isRevoked(caller.AppID, caller.UserID, serialOf(text(claims, "uti"))) {
		return graph.Caller{}, graph.Unauthenticated("Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp")
	}
	return caller, nil
}

func text(claims jwt.MapClaims, names ...string) string {
	for _, name := range names {
		if value, ok := claims[name].(string); ok {
			return value
		}
	}
	return ""
}

func texts(claims jwt.MapClaims, name string) []string {
	list, _ := claims[name].([]any)
	var out []string
	for _, item := range list {
		if value, ok := item.(string); ok {
			out = append(out, value)
		}
	}
	return out
}
