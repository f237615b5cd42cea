// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// How a client authenticated: values of the claim appidacr.
const (
	methodPublic      = "0"
	methodSecret      = "1"
	methodCertificate = "2"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// authenticateClient checks the credential of a token request. A client without any credential comes back as public;
// the flow decides whether that will do.
func (s *Server) authenticateClient(r *http.Request) (client, *oauthError) {
	id, secret := clientOf(r)
	if id == "" {
		return client{}, fail("invalid_request", 900144, "The request body must contain the following parameter: 'client_id'.")
	}
	c, refusal := s.lookUpClient(id)
	if refusal != nil {
		return client{}, refusal
	}
	assertion := r.PostForm.Get("client_assertion")
	if (secret != "" || assertion != "") && r.Header.Get("Origin") != "" {
		return client{}, fail("invalid_request", 9002326, "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type or 'Native' client-type with origin registered in AllowedOriginForNativeAppCorsRequestInOAuthToken allow list. Request origin: '%s'.", r.Header.Get("Origin"))
	}
	switch {
	case assertion != "":
		if r.PostForm.Get("client_assertion_type") != assertionType {
			return client{}, fail("invalid_request", 900144, "The request body must contain the following parameter: 'client_assertion_type' with the value %s.", assertionType)
		}
		if refusal := s.checkAssertion(r, c, assertion); refusal != nil {
			return client{}, refusal
		}
		c.method = methodCertificate
	case secret != "":
		switch err := s.dir.CheckSecret(c.app.AppID, secret); {
		case errors.Is(err, directory.ErrExpiredCredential):
			return client{}, fail("invalid_client", 7000222, "The provided client secret keys for app '%s' are expired. Visit the Azure portal to create new keys for your app, or consider using certificate credentials for added security.", c.app.AppID)
		case err != nil:
			return client{}, fail("invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'.", c.app.AppID)
		}
		c.method = methodSecret
	}
	return c, nil
}

func missingCredential() *oauthError {
	return fail("invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
}

func consentMissing(app directory.Application) *oauthError {
	e := fail("invalid_grant", 65001, "The user or administrator has not consented to use the application with ID '%s' named '%s'. Send an interactive authorization request for this user and resource.", app.AppID, app.DisplayName)
	e.SubError = "consent_required"
	return e
}

// isPublicRedirect says whether an application may redeem codes for a redirect URI without a credential.
func isPublicRedirect(app directory.Application, redirectURI string) bool {
	return matchesRedirect(app.PublicClient.RedirectURIs, redirectURI) || matchesRedirect(app.SPA.RedirectURIs, redirectURI) || fallbackPublic(app)
}

// The length of a verifier, and of a challenge (RFC 7636, sections 4.1 and 4.2).
const (
	shortestVerifier = 43
	longestVerifier  = 128
)

// checkVerifier is PKCE (RFC 7636): a verifier is required exactly when a challenge was sent. Microsoft documents no number of its
// own for one of the wrong length; that of one which does not match stands for it.
func checkVerifier(c code, verifier string) *oauthError {
	switch {
	case c.challenge == "" && verifier == "":
		return nil
	case c.challenge == "":
		return fail("invalid_grant", 50148, "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.")
	case verifier == "":
		return fail("invalid_grant", 50149, "The request must contain the code_verifier for PKCE: the authorization request had a code_challenge.")
	case len(verifier) < shortestVerifier || len(verifier) > longestVerifier:
		return fail("invalid_grant", 501481, "The Code_Verifier does not match the code_challenge supplied in the authorization request: its size must be %d to %d characters.", shortestVerifier, longestVerifier)
	}
	sent := verifier
	if c.challengeMethod == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		sent = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if subtle.ConstantTimeCompare([]byte(sent), []byte(c.challenge)) != 1 {
		return fail("invalid_grant", 501481, "The Code_Verifier does not match the code_challenge supplied in the authorization request.")
	}
	return nil
}

// consent returns the permissions that a user's token holds, which are all that were consented at the API, and those
// asked for that nobody consented to. A Global Administrator needs consent like everybody else.
func (s *Server) consent(c client, user directory.User, q request) (granted, missing []string) {
	if q.api.azure {
		return []string{"user_impersonation"}, nil
	}
	granted = s.dir.Consented(c.principal.ID, q.api.principal.ID, user.ID)
	asked := q.names
	if q.wants("offline_access") && s.isGraph(q.api.principal.AppID) {
		asked = append(slices.Clone(asked), "offline_access")
	}
	for _, name := range asked {
		if !slices.Contains(granted, name) {
			missing = append(missing, name)
		}
	}
	if q.all && len(granted) == 0 {
		missing = append(missing, ".default")
	}
	return granted, missing
}

// clientInfo is what MSAL reads to name the account.
func clientInfo(userID, tenantID string) string {
	raw, _ := json.Marshal(map[string]string{"uid": userID, "utid": tenantID}) // strings: cannot fail
	return base64.RawURLEncoding.EncodeToString(raw)
}
