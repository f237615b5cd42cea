// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"crypto/sha1" // Entra names certificates by their SHA-1 thumbprint
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// checkAssertion checks a client assertion. One that the application issued itself is signed with a certificate of its
// registration; any other is the token of a federated identity provider.
func (s *Server) checkAssertion(r *http.Request, c client, assertion string) *oauthError {
	unverified := jwt.MapClaims{}
	token, _, err := jwt.NewParser().ParseUnverified(assertion, unverified)
	if err != nil {
		return fail("invalid_request", 50027, "JWT token is invalid or malformed.")
	}
	if strings.EqualFold(text(unverified, "iss"), c.app.AppID) {
		return s.checkCertificate(r, c, assertion, token.Header)
	}
	return s.checkFederated(r, c, assertion, unverified)
}

// certificateAlgorithms are those of Entra docs, "Application authentication certificate credentials".
var certificateAlgorithms = []string{"RS256", "PS256"}

func (s *Server) checkCertificate(r *http.Request, c client, assertion string, header map[string]any) *oauthError {
	valid, expired := s.dir.Certificates(c.app.AppID)
	at := slices.IndexFunc(valid, func(certificate *x509.Certificate) bool { return namesCertificate(header, certificate) })
	if at < 0 {
		reason := "The key was not found."
		if expired {
			reason = "The key used is expired."
		}
		return fail("invalid_client", 700027, "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - %s]", reason)
	}
	// Entra accepts the token endpoint and the issuer as audience, the latter in both spellings of the tenant.
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(assertion, claims, func(*jwt.Token) (any, error) { return valid[at].PublicKey, nil },
		jwt.WithValidMethods(certificateAlgorithms), jwt.WithTimeFunc(s.clock.Now), jwt.WithExpirationRequired(), jwt.WithLeeway(5*time.Minute))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenNotValidYet):
		return fail("invalid_client", 700024, "Client assertion is not within its valid time range. Current time: %s.", s.timestamp())
	case err != nil:
		return fail("invalid_client", 700027, "Client assertion failed signature validation.")
	case text(claims, "sub") != text(claims, "iss"):
		return fail("invalid_client", 700021, "Client assertion application identifier doesn't match 'client_id' parameter.")
	}
	audience, _ := claims.GetAudience()
	if !slices.ContainsFunc(audience, func(a string) bool { return s.isTokenEndpoint(r, a) }) {
		return fail("invalid_client", 700023, "Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.")
	}
	return nil
}

// namesCertificate says whether a token header names a certificate by thumbprint (x5t, x5t#S256).
func namesCertificate(header map[string]any, certificate *x509.Certificate) bool {
	sum1, sum256 := sha1.Sum(certificate.Raw), sha256.Sum256(certificate.Raw) // a name, not a protection
	for name, sum := range map[string][]byte{"x5t": sum1[:], "x5t#S256": sum256[:]} {
		// RFC 7515 wants base64url; widely used clients send ordinary base64, which Entra takes too.
		sent, _ := header[name].(string)
		if sent = strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(sent); sent != "" && sent == base64.RawURLEncoding.EncodeToString(sum) {
			return true
		}
	}
	return false
}

func (s *Server) isTokenEndpoint(r *http.Request, audience string) bool {
	names := append([]string{"common", "organizations", s.dir.Tenant().ID}, s.dir.Tenant().Domains...)
	for _, name := range names {
		authority := base(r) + "/" + name
		for _, accepted := range []string{authority + "/oauth2/v2.0/token", authority + "/oauth2/token", authority + "/v2.0", authority, authority + "/"} {
			if strings.EqualFold(audience, accepted) {
				return true
			}
		}
	}
	return false
}

// checkFederated checks a token of another identity provider against the application's federated credentials.
func (s *Server) checkFederated(r *http.Request, c client, assertion string, unverified jwt.MapClaims) *oauthError {
	issuer, subject := text(unverified, "iss"), text(unverified, "sub")
	audience, _ := unverified.GetAudience()
	credentials := s.dir.FederatedCredentialsByAppID(c.app.AppID)
	sameIssuer := slices.DeleteFunc(slices.Clone(credentials), func(f directory.FederatedCredential) bool { return f.Issuer != issuer })
	sameSubject := slices.DeleteFunc(slices.Clone(sameIssuer), func(f directory.FederatedCredential) bool { return f.Subject != subject })
	sameAudience := slices.DeleteFunc(slices.Clone(sameSubject), func(f directory.FederatedCredential) bool { return !slices.Contains(audience, f.Audiences[0]) })
	const check = "Please check your federated identity credential Subject, Audience and Issuer against the presented assertion."
	switch {
	case len(credentials) == 0:
		return fail("invalid_client", 70025, "The client '%s'(%s) has no configured federated identity credentials.", c.app.AppID, c.app.DisplayName)
	case len(sameIssuer) == 0:
		return fail("invalid_client", 700211, "No matching federated identity record found for presented assertion issuer '%s'. %s", issuer, check)
	case len(sameSubject) == 0:
		return fail("invalid_client", 700213, "No matching federated identity record found for presented assertion subject '%s'. %s", subject, check)
	case len(sameAudience) == 0:
		return fail("invalid_client", 700212, "No matching federated identity record found for presented assertion audience '%s'. %s", strings.Join(audience, " "), check)
	}
	_, err := jwt.ParseWithClaims(assertion, jwt.MapClaims{}, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		return s.issuers.key(r.Context(), issuer, kid)
	}, jwt.WithValidMethods([]string{"RS256", "PS256"}), jwt.WithTimeFunc(s.clock.Now), jwt.WithExpirationRequired(), jwt.WithLeeway(5*time.Minute))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenNotValidYet):
		return fail("invalid_client", 700024, "Client assertion is not within its valid time range. Current time: %s.", s.timestamp())
	case errors.Is(err, jwt.ErrTokenUnverifiable):
		return fail("invalid_client", 50166, "Request to External OIDC endpoint failed: %v", err)
	}
	return fail("invalid_client", 700027, "Client assertion failed signature validation.")
}

// RegisterIssuer makes an identity provider known by its keys (a JSON Web Key Set), so that its tokens can be checked
// without asking it. Issuers on loopback need no registration: their discovery document is fetched.
func (s *Server) RegisterIssuer(issuer string, jwks []byte) error {
	keys, err := parseKeys(jwks)
	if err != nil {
		return fmt.Errorf("register issuer %s: %w", issuer, err)
	}
	s.issuers.register(issuer, keys)
	return nil
}
