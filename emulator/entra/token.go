// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/requestlog"
)

// maxForm is more than any token request needs.
const maxForm = 1 << 20

// token is the token endpoint.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	answer, refusal := s.grant(w, r)
	if refusal != nil {
		s.refuse(w, r, refusal)
		return
	}
	w.Header().Set("Pragma", "no-cache")
	writeJSON(w, http.StatusOK, answer)
}

func (s *Server) grant(w http.ResponseWriter, r *http.Request) (map[string]any, *oauthError) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, fail("invalid_request", 900144, "The request body must be a form: %v", err)
	}
	noteForm(r)
	switch grantType := r.PostForm.Get("grant_type"); grantType {
	case "":
		return nil, fail("invalid_request", 900144, "The request body must contain the following parameter: 'grant_type'.")
	case "client_credentials":
		return s.clientCredentials(r)
	case "authorization_code":
		return s.redeemCode(r)
	case "refresh_token":
		return s.redeemRefresh(r)
	case "password":
		return s.passwordGrant(r)
	default:
		return nil, fail("unsupported_grant_type", 70003, "The app requested an unsupported grant type '%s'.", grantType)
	}
}

// noteForm puts the form into the request log, without its secrets.
func noteForm(r *http.Request) {
	body := []byte(r.PostForm.Encode())
	requestlog.Annotate(r.Context(), func(e *requestlog.Entry) {
		e.SetBody("application/x-www-form-urlencoded", body)
		e.AppID = r.PostForm.Get("client_id")
		e.Route = "/{tenant}/oauth2/v2.0/" + r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	})
}

func (s *Server) clientCredentials(r *http.Request) (map[string]any, *oauthError) {
	client, refusal := s.authenticateClient(r)
	if refusal != nil {
		return nil, refusal
	}
	if client.method == methodPublic {
		return nil, missingCredential()
	}
	scope := withoutOIDC(r.PostForm.Get("scope"))
	if strings.ContainsAny(scope, " ") || !strings.HasSuffix(scope, "/.default") {
		return nil, fail("invalid_scope", 1002012, "The provided value for scope %s is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).", scope)
	}
	q, refusal := s.parseScope(scope)
	if refusal != nil {
		return nil, refusal
	}
	accessToken, err := s.appToken(base(r), client, q)
	if err != nil {
		return nil, internal(err)
	}
	return map[string]any{"token_type": "Bearer", "expires_in": s.expiresIn(), "ext_expires_in": s.expiresIn(), "access_token": accessToken}, nil
}

// withoutOIDC drops the scopes about the sign-in. Microsoft's own clients send them with every request; where nobody
// signs in they mean nothing.
func withoutOIDC(scope string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(scope), func(item string) bool { return slices.Contains(oidcScopes, item) }), " ")
}

func (s *Server) redeemCode(r *http.Request) (map[string]any, *oauthError) {
	client, refusal := s.authenticateClient(r)
	if refusal != nil {
		return nil, refusal
	}
	if r.PostForm.Get("code") == "" {
		return nil, fail("invalid_request", 900144, "The request body must contain the following parameter: 'code'.")
	}
	code, ok := s.sessions.findCode(r.PostForm.Get("code"))
	redirectURI := r.PostForm.Get("redirect_uri")
	switch {
	case !ok:
		return nil, fail("invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.")
	case code.redeemed:
		return nil, codeRedeemed()
	case !strings.EqualFold(code.appID, client.app.AppID):
		return nil, fail("invalid_grant", 700005, "Provided Authorization Code is intended to use against other tenant or application, thus rejected.")
	case !s.clock.Now().Before(code.expires):
		return nil, fail("invalid_grant", 70008, "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.")
	case code.redirectURI != redirectURI:
		return nil, fail("invalid_grant", 500112, "The reply address '%s' does not match the reply address '%s' provided when requesting Authorization code.", redirectURI, code.redirectURI)
	}
	if refusal := checkVerifier(code, r.PostForm.Get("code_verifier")); refusal != nil {
		return nil, refusal
	}
	if client.method == methodPublic && !isPublicRedirect(client.app, redirectURI) {
		return nil, missingCredential()
	}
	if !s.sessions.redeem(r.PostForm.Get("code")) { // somebody else was faster
		return nil, codeRedeemed()
	}
	scope := r.PostForm.Get("scope")
	if scope == "" {
		scope = code.scope
	}
	return s.answerForUser(r, client, code.userID, scope, code.scope, code.nonce)
}

func codeRedeemed() *oauthError {
	return fail("invalid_grant", 54005, "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.")
}

func (s *Server) redeemRefresh(r *http.Request) (map[string]any, *oauthError) {
	client, refusal := s.authenticateClient(r)
	if refusal != nil {
		return nil, refusal
	}
	if r.PostForm.Get("refresh_token") == "" {
		return nil, fail("invalid_request", 900144, "The request body must contain the following parameter: 'refresh_token'.")
	}
	token, ok := s.sessions.findRefresh(r.PostForm.Get("refresh_token"))
	if !ok {
		return nil, fail("invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.")
	}
	user, known := s.dir.User(token.userID)
	switch {
	case !strings.EqualFold(token.appID, client.app.AppID):
		return nil, fail("invalid_grant", 700007, "Provided grant is invalid or malformed: it was issued to another application.")
	case token.revoked || known && token.issued.Before(user.SessionsValidFrom):
		return nil, fail("invalid_grant", 50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '%s' and the TokensValidFrom date (before which tokens are not valid) for this user is '%s'.", token.issued.Format(timeFormat), user.SessionsValidFrom.Format(timeFormat))
	case !s.clock.Now().Before(token.expires):
		return nil, fail("invalid_grant", 700082, "The refresh token has expired due to inactivity. The token was issued on %s and was inactive for 90.00:00:00.", token.issued.Format(timeFormat))
	}
	if client.method == methodPublic && len(client.app.PublicClient.RedirectURIs) == 0 && !fallbackPublic(client.app) {
		return nil, missingCredential()
	}
	scope := r.PostForm.Get("scope")
	if scope == "" {
		scope = token.scope
	}
	// A new refresh token comes with every answer; the one that was used stays valid.
	return s.answerForUser(r, client, token.userID, scope, token.scope, "")
}

const timeFormat = "2006-01-02T15:04:05.0000000Z"

// answerForUser makes the token answer of the flows that act for a user. signedInFor is the scope of the sign-in: it
// decides whether there is a refresh token.
func (s *Server) answerForUser(r *http.Request, c client, userID, scope, signedInFor, nonce string) (map[string]any, *oauthError) {
	user, ok := s.dir.User(userID)
	switch {
	case !ok:
		return nil, fail("invalid_grant", 50034, "The user account does not exist in the %s directory. To sign into this application, the account must be added to the directory.", s.dir.Tenant().DisplayName)
	case !user.AccountEnabled:
		return nil, fail("invalid_grant", 50057, "The user account is disabled.")
	}
	q, refusal := s.parseScope(scope)
	if refusal != nil {
		return nil, refusal
	}
	granted, missing := s.consent(c, user, q)
	if len(missing) > 0 {
		return nil, consentMissing(c.app)
	}
	accessToken, err := s.userToken(base(r), c, q, user, granted)
	if err != nil {
		return nil, internal(err)
	}
	answer := map[string]any{
		"token_type": "Bearer", "scope": answeredScope(q, granted), "expires_in": s.expiresIn(), "ext_expires_in": s.expiresIn(), "access_token": accessToken,
	}
	if containsField(signedInFor, "offline_access") {
		answer["refresh_token"] = s.sessions.addRefresh(c.app.AppID, user.ID, signedInFor)
	}
	if containsField(signedInFor, "openid") {
		idToken, err := s.idToken(base(r), c, user, nonce)
		if err != nil {
			return nil, internal(err)
		}
		answer["id_token"] = idToken
	}
	if r.PostForm.Get("client_info") == "1" {
		answer["client_info"] = clientInfo(user.ID, s.dir.Tenant().ID)
	}
	return answer, nil
}

// answeredScope is the scope of a token answer: the permissions in the token, spelled with their API unless that is Graph.
func answeredScope(q request, granted []string) string {
	if strings.EqualFold(q.audience, "https://graph.microsoft.com") {
		return strings.Join(granted, " ")
	}
	full := make([]string, len(granted))
	for i, name := range granted {
		full[i] = q.audience + "/" + name
	}
	return strings.Join(full, " ")
}

func containsField(scope, name string) bool {
	for _, field := range strings.Fields(scope) {
		if field == name {
			return true
		}
	}
	return false
}

func internal(err error) *oauthError {
	return &oauthError{Code: "server_error", AADSTS: 90033, Text: "A transient error has occurred. " + err.Error(), Status: http.StatusInternalServerError}
}

// clientOf names the client of a token request: HTTP Basic (each part form-encoded, RFC 6749 §2.3.1) or the form.
func clientOf(r *http.Request) (id, secret string) {
	if user, password, ok := r.BasicAuth(); ok {
		id, errID := url.QueryUnescape(user)
		secret, errSecret := url.QueryUnescape(password)
		if errors.Join(errID, errSecret) == nil {
			return id, secret
		}
		return user, password
	}
	return r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
}

// lookUpClient finds an application and its service principal.
func (s *Server) lookUpClient(id string) (client, *oauthError) {
	app, ok := s.dir.ApplicationByAppID(id)
	if !ok {
		return client{}, fail("unauthorized_client", 700016, "Application with identifier '%s' was not found in the directory '%s'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.", id, s.dir.Tenant().DisplayName)
	}
	principal, ok := s.dir.ServicePrincipalByAppID(id)
	switch {
	case !ok:
		return client{}, fail("unauthorized_client", 7000229, "The client application %s is missing service principal in the tenant %s.", app.AppID, s.dir.Tenant().ID)
	case !principal.AccountEnabled:
		return client{}, fail("unauthorized_client", 7000112, "Application '%s'(%s) is disabled.", app.AppID, app.DisplayName)
	}
	return client{app: app, principal: principal, method: methodPublic}, nil
}

func fallbackPublic(app directory.Application) bool {
	return app.IsFallbackPublicClient != nil && *app.IsFallbackPublicClient
}
