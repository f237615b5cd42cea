// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// adminConsentPage lets an administrator consent in the browser for the whole organisation.
// Source: Entra docs, "Permissions and consent: admin consent endpoint".
func (s *Server) adminConsentPage(w http.ResponseWriter, r *http.Request) {
	a, ok := s.adminConsent(w, r)
	if !ok {
		return
	}
	s.showLogin(w, r, http.StatusOK, a.client.app.DisplayName, "", r.URL.Query().Get("login_hint"))
}

func (s *Server) adminConsentPost(w http.ResponseWriter, r *http.Request) {
	a, ok := s.adminConsent(w, r)
	if !ok || !s.readForm(w, r) {
		return
	}
	switch r.PostForm.Get("action") {
	case "cancel":
		s.adminConsentDone(w, r, a, fail("access_denied", 65004, "The resource owner or authorization server denied the request."))
	case "accept":
		user, ok := s.ticketUser(r, a.client)
		if !ok || !user.Admin {
			s.showLogin(w, r, http.StatusBadRequest, a.client.app.DisplayName, "The sign-in has expired. Sign in again.", "")
			return
		}
		if refusal := s.consentForAll(a); refusal != nil {
			s.adminConsentDone(w, r, a, refusal)
			return
		}
		s.adminConsentDone(w, r, a, nil)
	default:
		user, refusal := s.signIn(r.PostForm.Get("login"), r.PostForm.Get("password"))
		if refusal == nil && !user.Admin {
			refusal = fail("access_denied", 90094, "Admin consent is required: sign in as an administrator of %s.", s.dir.Tenant().DisplayName)
		}
		if refusal != nil {
			s.showLogin(w, r, http.StatusUnauthorized, a.client.app.DisplayName, refusal.Error(), r.PostForm.Get("login"))
			return
		}
		permissions := s.askedFor(a)
		for _, role := range s.registeredRoles(a) {
			permissions = append(permissions, *role.Value+" (application)")
		}
		render(w, http.StatusOK, "consent", view{
			Title: "Permissions requested", App: a.client.app.DisplayName, Action: formAction(r), User: user.DisplayName, Permissions: permissions,
			Session: s.sessions.addTicket(a.client.app.AppID, user.ID), Admin: true, ForAll: true,
		})
	}
}

// adminConsent checks the query; ok is false when it has answered.
func (s *Server) adminConsent(w http.ResponseWriter, r *http.Request) (a authorization, ok bool) {
	a.query = r.URL.Query()
	a.redirectURI = a.query.Get("redirect_uri")
	name := r.PathValue("tenant")
	var refusal *oauthError
	if a.client, refusal = s.lookUpClient(a.query.Get("client_id")); refusal == nil {
		refusal = checkRedirect(a.client.app, a.redirectURI)
	}
	if refusal == nil && name == "common" {
		refusal = fail("invalid_request", 900382, "Confidential Client is not supported in Cross Cloud request: admin consent needs a tenant, not 'common'.")
	}
	if refusal == nil {
		a.scope, refusal = s.parseScope(a.query.Get("scope"))
	}
	if refusal != nil {
		s.showError(w, r, refusal)
		return a, false
	}
	return a, true
}

// registeredRoles are the app roles that .default includes: those that the registration asks for at the API.
func (s *Server) registeredRoles(a authorization) []directory.AppRole {
	var roles []directory.AppRole
	if !a.scope.all {
		return nil
	}
	for _, required := range a.client.app.RequiredResourceAccess {
		if !strings.EqualFold(required.ResourceAppID, a.scope.api.principal.AppID) {
			continue
		}
		for _, access := range required.ResourceAccess {
			if role, ok := a.scope.api.principal.Role(access.ID); ok && access.Type == "Role" && role.Value != nil {
				roles = append(roles, role)
			}
		}
	}
	return roles
}

func (s *Server) consentForAll(a authorization) *oauthError {
	resource := a.scope.api.principal
	if scopes := s.askedFor(a); len(scopes) > 0 {
		if err := s.dir.AddConsent(a.client.principal.ID, resource.ID, "", scopes); err != nil {
			return internal(err)
		}
	}
	held := s.dir.Roles(a.client.principal.ID, resource.ID)
	for _, role := range s.registeredRoles(a) {
		if slices.Contains(held, *role.Value) {
			continue
		}
		if _, err := s.dir.Assign(a.client.principal.ID, resource.ID, role.ID); err != nil {
			return internal(err)
		}
	}
	return nil
}

// adminConsentDone goes back to the application. A refusal keeps admin_consent=True, as Entra does.
func (s *Server) adminConsentDone(w http.ResponseWriter, r *http.Request, a authorization, refusal *oauthError) {
	values := url.Values{"admin_consent": {"True"}, "tenant": {s.dir.Tenant().ID}}
	if refusal != nil {
		traceID, correlationID := ids(r)
		values.Set("error", "consent_required")
		values.Set("error_description", s.describe(refusal, traceID, correlationID))
	} else {
		values.Set("scope", a.query.Get("scope"))
	}
	s.goBack(w, r, a, values)
}
