// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"encoding/json"
	"net/http"
	"strings"
)

// openIDConfiguration is the discovery document of version 2. For common the issuer holds a placeholder, as in Entra.
func (s *Server) openIDConfiguration(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("tenant")
	issuerTenant := s.dir.Tenant().ID
	if name == "common" || name == "organizations" {
		issuerTenant = "{tenantid}"
	}
	authority := base(r) + "/" + name
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                issuerV2(base(r), issuerTenant),
		"authorization_endpoint":                authority + "/oauth2/v2.0/authorize",
		"token_endpoint":                        authority + "/oauth2/v2.0/token",
		"end_session_endpoint":                  authority + "/oauth2/v2.0/logout",
		"jwks_uri":                              authority + "/discovery/v2.0/keys",
		"userinfo_endpoint":                     base(r) + "/oidc/userinfo",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"response_modes_supported":              []string{"query", "fragment", "form_post"},
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"claims_supported":                      []string{"sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver", "email", "oid"},
		"request_uri_parameter_supported":       false,
		"http_logout_supported":                 true,
		"frontchannel_logout_supported":         true,
		"tenant_region_scope":                   nil,
		"cloud_instance_name":                   r.Host,
		"msgraph_host":                          r.Host,
	})
}

// openIDConfigurationV1 is the discovery document of version 1; validators of notification tokens read its keys.
func (s *Server) openIDConfigurationV1(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("tenant")
	issuerTenant := s.dir.Tenant().ID
	if name == "common" || name == "organizations" {
		issuerTenant = "{tenantid}"
	}
	authority := base(r) + "/" + name
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                issuerV1(issuerTenant),
		"authorization_endpoint":                authority + "/oauth2/v2.0/authorize",
		"token_endpoint":                        authority + "/oauth2/v2.0/token",
		"jwks_uri":                              authority + "/discovery/keys",
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

// instanceDiscovery tells clients which hosts are one cloud: this one alone.
func (s *Server) instanceDiscovery(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": base(r) + "/" + s.dir.Tenant().ID + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata":                  []any{map[string]any{"preferred_network": r.Host, "preferred_cache": r.Host, "aliases": []string{r.Host}}},
	})
}

func (s *Server) keys(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, s.key.jwks(issuerV2(base(r), s.dir.Tenant().ID)))
}

// userInfo tells an application who its user is. Source: OpenID Connect Core, section 5.3.
func (s *Server) userInfo(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	caller, err := s.Authenticate(token)
	user, ok := s.dir.User(caller.UserID)
	if err != nil || !ok {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		writeJSON(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"sub": subject(user.ID, caller.AppID), "name": user.DisplayName, "email": user.Mail})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store, no-cache")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a caller that went away is its own affair
}
