// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// PasswordPolicy says whose password is not enough to log in without a browser.
type PasswordPolicy struct {
	Blocked  bool     `json:"blocked"`  // a Conditional Access policy blocks such log-ins altogether
	MFAUsers []string `json:"mfaUsers"` // object ids or user principal names that need multi-factor authentication
}

type passwordPolicy struct {
	mu      sync.Mutex
	blocked bool
	mfa     []string // object ids
}

// SetPasswordPolicy replaces the policy. The zero value asks for passwords only.
func (s *Server) SetPasswordPolicy(policy PasswordPolicy) error {
	ids := make([]string, 0, len(policy.MFAUsers))
	for _, name := range policy.MFAUsers {
		user, ok := s.dir.User(name)
		if !ok {
			return fmt.Errorf("the tenant has no user %q", name)
		}
		ids = append(ids, user.ID)
	}
	s.policy.set(policy.Blocked, ids)
	return nil
}

func (p *passwordPolicy) set(blocked bool, mfa []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.blocked, p.mfa = blocked, mfa
}

// passwordGrant is the resource owner password credentials grant (RFC 6749, section 4.3; Entra docs, "Microsoft identity
// platform and OAuth 2.0 Resource Owner Password Credentials"). Nobody can be asked for consent or a second factor here.
func (s *Server) passwordGrant(r *http.Request) (map[string]any, *oauthError) {
	client, refusal := s.authenticateClient(r)
	if refusal != nil {
		return nil, refusal
	}
	if client.method == methodPublic && !fallbackPublic(client.app) {
		return nil, missingCredential()
	}
	for _, name := range []string{"username", "password", "scope"} {
		if strings.TrimSpace(r.PostForm.Get(name)) == "" {
			return nil, fail("invalid_request", 900144, "The request body must contain the following parameter: '%s'.", name)
		}
	}
	if tenant := r.PathValue("tenant"); tenant == "common" {
		return nil, fail("invalid_request", 9001023, "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.")
	}
	user, refusal := s.signIn(r.PostForm.Get("username"), r.PostForm.Get("password"))
	if refusal != nil {
		return nil, refusal
	}
	if refusal := s.policy.check(user); refusal != nil {
		return nil, refusal
	}
	scope := r.PostForm.Get("scope")
	return s.answerForUser(r, client, user.ID, scope, scope, "")
}

// check says what is asked for besides the password.
func (p *passwordPolicy) check(user directory.User) *oauthError {
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Contains(p.mfa, user.ID) {
		e := fail("invalid_grant", 50076, "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'.")
		e.SubError = "basic_action"
		return e
	}
	if p.blocked {
		e := fail("invalid_grant", 53003, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.")
		e.SubError = "message_only"
		return e
	}
	return nil
}
