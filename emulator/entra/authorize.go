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

// authorization is a checked authorize request.
type authorization struct {
	client      client
	redirectURI string
	query       url.Values
	scope       request
}

// authorizePage shows the log-in page.
func (s *Server) authorizePage(w http.ResponseWriter, r *http.Request) {
	a, ok := s.authorization(w, r)
	if !ok {
		return
	}
	if a.query.Get("prompt") == "none" {
		// There are no browser sessions here, so nobody is ever signed in already.
		s.returnError(w, r, a, fail("login_required", 50058, "A silent sign-in request was sent but no user is signed in."))
		return
	}
	s.showLogin(w, r, http.StatusOK, a.client.app.DisplayName, "", a.query.Get("login_hint"))
}

// authorizePost takes the forms of the log-in page and the consent page.
func (s *Server) authorizePost(w http.ResponseWriter, r *http.Request) {
	a, ok := s.authorization(w, r)
	if !ok || !s.readForm(w, r) {
		return
	}
	switch r.PostForm.Get("action") {
	case "cancel":
		s.returnError(w, r, a, fail("access_denied", 65004, "User declined to consent to access the app."))
	case "accept":
		user, ok := s.ticketUser(r, a.client)
		if !ok {
			s.showLogin(w, r, http.StatusBadRequest, a.client.app.DisplayName, "The sign-in has expired. Sign in again.", "")
			return
		}
		s.acceptConsent(w, r, a, user)
	default:
		user, refusal := s.signIn(r.PostForm.Get("login"), r.PostForm.Get("password"))
		if refusal != nil {
			s.showLogin(w, r, http.StatusUnauthorized, a.client.app.DisplayName, refusal.Error(), r.PostForm.Get("login"))
			return
		}
		s.continueSignIn(w, r, a, user)
	}
}

func (s *Server) readForm(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		s.showError(w, r, fail("invalid_request", 900144, "The request body must be a form: %v", err))
		return false
	}
	noteForm(r)
	return true
}

// authorization checks the query of an authorize request. What must not be answered by a redirect (an unknown
// application, a redirect URI that is not registered) is shown on a page; ok is false when it has answered.
func (s *Server) authorization(w http.ResponseWriter, r *http.Request) (a authorization, ok bool) {
	a.query = r.URL.Query()
	a.redirectURI = a.query.Get("redirect_uri")
	if a.query.Get("client_id") == "" {
		s.showError(w, r, fail("invalid_request", 900144, "The request body must contain the following parameter: 'client_id'."))
		return a, false
	}
	var refusal *oauthError
	if a.client, refusal = s.lookUpClient(a.query.Get("client_id")); refusal != nil {
		s.showError(w, r, refusal)
		return a, false
	}
	if refusal := checkRedirect(a.client.app, a.redirectURI); refusal != nil {
		s.showError(w, r, refusal)
		return a, false
	}
	if refusal := s.checkAuthorization(&a); refusal != nil {
		s.returnError(w, r, a, refusal)
		return a, false
	}
	return a, true
}

// checkRedirect compares a redirect URI with the registered ones: every character counts, except that the port of
// http://localhost is free (RFC 8252 §7.3).
func checkRedirect(app directory.Application, redirectURI string) *oauthError {
	if matchesRedirect(app.AllRedirectURIs(), redirectURI) {
		return nil
	}
	return fail("invalid_request", 50011, "The redirect URI '%s' specified in the request does not match the redirect URIs configured for the application '%s'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.", redirectURI, app.AppID)
}

func matchesRedirect(registered []string, sent string) bool {
	return slices.ContainsFunc(registered, func(each string) bool { return each == sent || sameLocalhost(each, sent) })
}

func sameLocalhost(registered, sent string) bool {
	a, errA := url.Parse(registered)
	b, errB := url.Parse(sent)
	return errA == nil && errB == nil && a.Scheme == "http" && b.Scheme == "http" && a.Hostname() == "localhost" && b.Hostname() == "localhost" && a.Path == b.Path && a.RawQuery == b.RawQuery
}

// prompts are the values of the parameter prompt.
var prompts = []string{"", "login", "none", "consent", "select_account"}

func (s *Server) checkAuthorization(a *authorization) *oauthError {
	challenge, method := a.query.Get("code_challenge"), a.query.Get("code_challenge_method")
	switch {
	case a.query.Get("response_type") == "":
		return fail("invalid_request", 900144, "The request body must contain the following parameter: 'response_type'.")
	case a.query.Get("response_type") != "code":
		return fail("unsupported_response_type", 700051, "response_type '%s' is not enabled for the application.", a.query.Get("response_type"))
	case !slices.Contains([]string{"", "query", "fragment", "form_post"}, a.query.Get("response_mode")):
		return fail("invalid_request", 70007, "'%s' is not a supported value of 'response_mode'.", a.query.Get("response_mode"))
	case !slices.Contains(prompts, a.query.Get("prompt")):
		return fail("invalid_request", 90023, "Unsupported 'prompt' value.")
	case challenge == "" && method != "", method != "" && method != "S256" && method != "plain":
		return fail("invalid_request", 501491, "Invalid code_challenge_method or code_challenge.")
	case challenge != "" && (len(challenge) < shortestVerifier || len(challenge) > longestVerifier):
		return fail("invalid_request", 501491, "The size of the Code_Challenge parameter must be %d to %d characters.", shortestVerifier, longestVerifier)
	case strings.TrimSpace(a.query.Get("scope")) == "":
		return fail("invalid_request", 900144, "The request body must contain the following parameter: 'scope'.")
	}
	var refusal *oauthError
	a.scope, refusal = s.parseScope(a.query.Get("scope"))
	return refusal
}

// signIn checks an account and its password.
func (s *Server) signIn(login, password string) (directory.User, *oauthError) {
	user, known, valid := s.dir.SignIn(strings.TrimSpace(login), password)
	switch {
	case !known:
		return directory.User{}, fail("invalid_grant", 50034, "The user account does not exist in the %s directory.", s.dir.Tenant().DisplayName)
	case !valid:
		return directory.User{}, fail("invalid_grant", 50126, "Error validating credentials due to invalid username or password.")
	case !user.AccountEnabled:
		return directory.User{}, fail("invalid_grant", 50057, "The user account is disabled.")
	}
	return user, nil
}

func (s *Server) ticketUser(r *http.Request, c client) (directory.User, bool) {
	t, ok := s.sessions.takeTicket(r.PostForm.Get("session"))
	if !ok || t.appID != c.app.AppID {
		return directory.User{}, false
	}
	user, ok := s.dir.User(t.userID)
	return user, ok && user.AccountEnabled
}

// continueSignIn goes back to the application, or asks for consent first.
func (s *Server) continueSignIn(w http.ResponseWriter, r *http.Request, a authorization, user directory.User) {
	_, missing := s.consent(a.client, user, a.scope)
	if len(missing) == 0 && a.query.Get("prompt") != "consent" {
		s.returnCode(w, r, a, user)
		return
	}
	asked := s.askedFor(a)
	page := view{Title: "Permissions requested", App: a.client.app.DisplayName, Action: formAction(r), User: user.DisplayName, Permissions: asked, Admin: user.Admin}
	if !user.Admin && s.needsAdmin(a.scope, asked) {
		page.Title, page.Error = "Need admin approval", consentMissing(a.client.app).Error()
		render(w, http.StatusForbidden, "approval", page)
		return
	}
	page.Session = s.sessions.addTicket(a.client.app.AppID, user.ID)
	render(w, http.StatusOK, "consent", page)
}

// askedFor are the permissions to consent to. With .default they are those that the registration asks for.
func (s *Server) askedFor(a authorization) []string {
	asked := slices.Clone(a.scope.names)
	if a.scope.all {
		asked = s.registeredScopes(a.client, a.scope.api)
	}
	if a.scope.wants("offline_access") && !slices.Contains(asked, "offline_access") {
		asked = append(asked, "offline_access")
	}
	return asked
}

// registeredScopes are the delegated permissions that a registration asks for at an API.
func (s *Server) registeredScopes(c client, a api) []string {
	var names []string
	for _, required := range c.app.RequiredResourceAccess {
		if !strings.EqualFold(required.ResourceAppID, a.principal.AppID) {
			continue
		}
		for _, access := range required.ResourceAccess {
			at := slices.IndexFunc(a.principal.OAuth2PermissionScopes, func(o directory.PermissionScope) bool {
				return access.Type == "Scope" && strings.EqualFold(o.ID, access.ID)
			})
			if at >= 0 {
				names = append(names, a.principal.OAuth2PermissionScopes[at].Value)
			}
		}
	}
	return names
}

func (s *Server) needsAdmin(q request, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		scope, ok := q.api.principal.Scope(name)
		return !ok || scope.Type == "Admin"
	})
}

func (s *Server) acceptConsent(w http.ResponseWriter, r *http.Request, a authorization, user directory.User) {
	asked := s.askedFor(a)
	if !user.Admin && s.needsAdmin(a.scope, asked) {
		s.returnError(w, r, a, fail("access_denied", 65001, "%s", consentMissing(a.client.app).Text))
		return
	}
	principal := user.ID
	if user.Admin && r.PostForm.Get("for_all") != "" {
		principal = ""
	}
	if err := s.dir.AddConsent(a.client.principal.ID, a.scope.api.principal.ID, principal, asked); err != nil {
		s.returnError(w, r, a, internal(err))
		return
	}
	if _, missing := s.consent(a.client, user, a.scope); len(missing) > 0 {
		s.returnError(w, r, a, consentMissing(a.client.app))
		return
	}
	s.returnCode(w, r, a, user)
}

func (s *Server) returnCode(w http.ResponseWriter, r *http.Request, a authorization, user directory.User) {
	method := a.query.Get("code_challenge_method")
	if method == "" {
		method = "plain"
	}
	text := s.sessions.addCode(code{
		appID: a.client.app.AppID, userID: user.ID, redirectURI: a.redirectURI, scope: a.query.Get("scope"), nonce: a.query.Get("nonce"),
		challenge: a.query.Get("code_challenge"), challengeMethod: method,
	})
	s.goBack(w, r, a, url.Values{"code": {text}})
}

// returnError tells the application what went wrong.
func (s *Server) returnError(w http.ResponseWriter, r *http.Request, a authorization, e *oauthError) {
	traceID, correlationID := ids(r)
	s.goBack(w, r, a, url.Values{"error": {e.Code}, "error_description": {s.describe(e, traceID, correlationID)}})
}

// goBack redirects to the application with values in the way that response_mode names.
func (s *Server) goBack(w http.ResponseWriter, r *http.Request, a authorization, values url.Values) {
	if state, sent := a.query["state"]; sent {
		values.Set("state", state[0])
	}
	if a.query.Get("response_mode") == "form_post" {
		render(w, http.StatusOK, "form_post", view{Action: a.redirectURI, Values: values})
		return
	}
	target, err := url.Parse(a.redirectURI)
	if err != nil { // it was registered, so it was parsed before
		s.showError(w, r, internal(err))
		return
	}
	if a.query.Get("response_mode") == "fragment" {
		target.Fragment, target.RawFragment = "", ""
		http.Redirect(w, r, target.String()+"#"+values.Encode(), http.StatusFound)
		return
	}
	query := target.Query()
	for name := range values {
		query.Set(name, values.Get(name))
	}
	target.RawQuery = query.Encode()
	http.Redirect(w, r, target.String(), http.StatusFound)
}

func (s *Server) showLogin(w http.ResponseWriter, r *http.Request, status int, app, problem, login string) {
	render(w, status, "login", view{Title: "Sign in", App: app, Action: formAction(r), Error: problem, Users: s.dir.Users(), Login: login})
}

func (s *Server) showError(w http.ResponseWriter, r *http.Request, e *oauthError) {
	traceID, correlationID := ids(r)
	render(w, http.StatusBadRequest, "error", view{Title: "Sign-in error", Error: s.describe(e, traceID, correlationID)})
}

// formAction is the address of the page itself: the query of the request travels along.
func formAction(r *http.Request) string { return r.URL.RequestURI() }

// logout ends nothing, as there are no browser sessions, and goes where the application wants to go on.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	target := r.URL.Query().Get("post_logout_redirect_uri")
	for _, app := range s.dir.Applications() {
		if slices.Contains(app.AllRedirectURIs(), target) {
			http.Redirect(w, r, target, http.StatusFound)
			return
		}
	}
	render(w, http.StatusOK, "signed-out", view{Title: "Signed out"})
}
