// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// Server answers below /{tenant}/ and /common/.
type Server struct {
	dir      *directory.State
	clock    *clock.Clock
	bases    []string // addresses the emulator is reached at; tokens for them are tokens for Graph
	key      *signingKey
	sessions *sessions
	issuers  *issuerKeys
	policy   passwordPolicy
	life     atomic.Int64 // of access tokens, in nanoseconds; 0: accessTokenLife
	mux      *http.ServeMux
}

// New returns a server. bases are the emulator's own addresses (scheme, host, port; no trailing slash).
func New(dir *directory.State, c *clock.Clock, bases ...string) (*Server, error) {
	key, err := newSigningKey()
	if err != nil {
		return nil, fmt.Errorf("make the token signing key: %w", err)
	}
	s := &Server{dir: dir, clock: c, bases: bases, key: key, sessions: newSessions(c), issuers: newIssuerKeys(), mux: http.NewServeMux()}
	s.mux.HandleFunc("GET /common/discovery/instance", s.instanceDiscovery)
	s.mux.HandleFunc("GET /oidc/userinfo", s.userInfo)
	for path, handler := range map[string]http.HandlerFunc{
		"GET /{tenant}/v2.0/.well-known/openid-configuration": s.openIDConfiguration,
		"GET /{tenant}/.well-known/openid-configuration":      s.openIDConfigurationV1,
		"GET /{tenant}/discovery/v2.0/keys":                   s.keys,
		"GET /{tenant}/discovery/keys":                        s.keys,
		"GET /{tenant}/oauth2/v2.0/authorize":                 s.authorizePage,
		"POST /{tenant}/oauth2/v2.0/authorize":                s.authorizePost,
		"POST /{tenant}/oauth2/v2.0/token":                    s.token,
		"GET /{tenant}/oauth2/v2.0/logout":                    s.logout,
		"GET /{tenant}/v2.0/adminconsent":                     s.adminConsentPage,
		"POST /{tenant}/v2.0/adminconsent":                    s.adminConsentPost,
	} {
		s.mux.HandleFunc(path, s.ofTenant(handler))
	}
	return s, nil
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// ofTenant refuses tenants that do not exist. common and organizations mean every tenant, so they mean the one.
func (s *Server) ofTenant(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("tenant")
		if name != "common" && name != "organizations" && !s.dir.IsTenant(name) {
			s.refuse(w, r, &oauthError{Code: "invalid_request", AADSTS: 90002, Text: fmt.Sprintf("Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.", name)})
			return
		}
		next(w, r)
	}
}

// base is the address that the caller used.
func base(r *http.Request) string {
	if r.TLS == nil {
		return "http://" + r.Host
	}
	return "https://" + r.Host
}

// issuerV2 is the issuer of version 2 tokens; its host is the authority's, as clients check.
func issuerV2(base, tenantID string) string { return base + "/" + tenantID + "/v2.0" }

// issuerV1 is the issuer of version 1 tokens, the same in every emulator as in every Microsoft cloud.
func issuerV1(tenantID string) string { return "https://sts.windows.net/" + tenantID + "/" }

func isGUID(s string) bool { return len(s) == 36 && strings.Count(s, "-") == 4 }
