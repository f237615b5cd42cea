// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// oidcScopes are about the sign-in itself and belong to no API.
var oidcScopes = []string{"openid", "profile", "email", "offline_access"}

// request is a parsed scope parameter.
type request struct {
	audience string   // the API as the client spelled it: the aud of the token
	api      api      //
	names    []string // permission names asked for, without oidcScopes and .default
	all      bool     // .default: everything that was consented
	oidc     []string
}

func (q request) wants(oidcScope string) bool { return slices.Contains(q.oidc, oidcScope) }

// api is what a token is for.
type api struct {
	principal directory.ServicePrincipal
	azure     bool // Azure Resource Manager, which has no principal of its own here
}

// parseScope reads a scope parameter. All permissions of one token belong to one API.
func (s *Server) parseScope(scope string) (request, *oauthError) {
	var q request
	seen := ""
	for _, item := range strings.Fields(scope) {
		if slices.Contains(oidcScopes, item) {
			q.oidc = append(q.oidc, item)
			continue
		}
		resource, name := splitScope(item)
		if seen != "" && !strings.EqualFold(strings.TrimRight(seen, "/"), strings.TrimRight(resource, "/")) {
			return request{}, fail("invalid_request", 28000, "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope %s is not valid.", scope)
		}
		seen = resource
		if name == ".default" {
			q.all = true
		} else {
			q.names = append(q.names, name)
		}
	}
	if q.all && len(q.names) > 0 {
		return request{}, fail("invalid_scope", 70011, "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. .default scope can't be combined with resource-specific scopes.")
	}
	q.audience = strings.TrimRight(seen, "/")
	if seen == "" {
		q.audience = "https://graph.microsoft.com"
	}
	found, ok := s.api(q.audience)
	if !ok {
		return request{}, fail("invalid_resource", 500011, "The resource principal named %s was not found in the tenant named %s. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.", q.audience, s.dir.Tenant().DisplayName)
	}
	q.api = found
	if !found.azure {
		for i, name := range q.names {
			known, ok := found.principal.Scope(name)
			if !ok {
				return request{}, fail("invalid_scope", 70011, "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope %s does not exist.", name)
			}
			q.names[i] = known.Value
		}
	}
	return q, nil
}

// splitScope cuts a scope into API and permission: a bare name belongs to Microsoft Graph.
func splitScope(scope string) (resource, name string) {
	at := strings.LastIndex(scope, "/")
	if at < 0 {
		return "https://graph.microsoft.com", scope
	}
	return scope[:at], scope[at+1:]
}

// api finds an API by one of its names.
func (s *Server) api(name string) (api, bool) {
	if s.isGraph(name) {
		principal, ok := s.dir.ServicePrincipalByAppID(catalog.GraphAppID)
		return api{principal: principal}, ok
	}
	if isAzure(name) {
		return api{azure: true}, true
	}
	for _, principal := range s.dir.ServicePrincipals() {
		if slices.ContainsFunc(principal.ServicePrincipalNames, func(n string) bool {
			return strings.EqualFold(strings.TrimRight(n, "/"), name)
		}) {
			return api{principal: principal}, true
		}
	}
	return api{}, false
}

// isGraph says whether an audience means Microsoft Graph: its app id, its address in any cloud, or the emulator's own.
func (s *Server) isGraph(audience string) bool {
	audience = strings.TrimRight(audience, "/")
	if audience == catalog.GraphAppID || slices.ContainsFunc(s.bases, func(b string) bool { return strings.EqualFold(b, audience) }) {
		return true
	}
	for _, cloud := range catalog.Clouds() {
		if strings.EqualFold(cloud.GraphURL, audience) {
			return true
		}
	}
	return false
}

// isAzure says whether an audience means Azure Resource Manager in any cloud.
func isAzure(audience string) bool {
	audience = strings.TrimRight(audience, "/")
	if audience == directory.AzureAppID {
		return true
	}
	for _, cloud := range catalog.Clouds() {
		if strings.EqualFold(strings.TrimRight(cloud.ResourceManagerAud, "/"), audience) || strings.EqualFold(cloud.ResourceManagerURL, audience) {
			return true
		}
	}
	return false
}
