// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package admin

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// revokeTokens ends refresh tokens, and access tokens if asked to, of a user, an application, or of one in the other.
func (a *api) revokeTokens(r *http.Request) (any, error) {
	var body struct {
		AppID        string `json:"appId"`
		User         string `json:"user"` // object id or user principal name
		AccessTokens bool   `json:"accessTokens"`
	}
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	if body.AppID == "" && body.User == "" {
		return nil, bad("Give an appId, a user, or both.")
	}
	what := entra.Revocation{AppID: body.AppID}
	if body.User != "" {
		id, err := a.userID(body.User)
		if err != nil {
			return nil, err
		}
		what.UserID = id
	}
	revoked := a.Tokens.RevokeRefreshTokens(what)
	if body.AccessTokens {
		a.Tokens.RevokeAccessTokens(what)
	}
	return map[string]int{"refreshTokens": revoked}, nil
}

// setPasswordPolicy replaces the policy for log-ins with a password and without a browser.
func (a *api) setPasswordPolicy(r *http.Request) (any, error) {
	var policy entra.PasswordPolicy
	if err := decode(r, &policy); err != nil {
		return nil, err
	}
	if err := a.Tokens.SetPasswordPolicy(policy); err != nil {
		return nil, bad("%v", err)
	}
	return policy, nil
}

// registerIssuer makes the signing keys of a federated identity provider known that cannot be fetched over loopback.
func (a *api) registerIssuer(r *http.Request) (any, error) {
	var body struct {
		Issuer string          `json:"issuer"`
		Keys   json.RawMessage `json:"keys"`
	}
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	if body.Issuer == "" {
		return nil, bad("Give the issuer as it stands in the assertions.")
	}
	if err := a.Tokens.RegisterIssuer(body.Issuer, body.Keys); err != nil {
		return nil, bad("%v", err)
	}
	return nil, nil
}

// consent says which consent to take back; what is empty matches everything.
type consent struct {
	AppID      string       `json:"appId"`
	Kind       catalog.Kind `json:"kind"`       // delegated or application
	Permission string       `json:"permission"` // e.g. ChannelMessage.Send
	User       string       `json:"user"`       // only consent that this user gave for themselves
}

// revokeConsent takes consent back from an application, as an administrator does in the portal.
func (a *api) revokeConsent(r *http.Request) (any, error) {
	var what consent
	if err := decode(r, &what); err != nil {
		return nil, err
	}
	client, ok := a.Directory.ServicePrincipalByAppID(what.AppID)
	if !ok {
		return nil, &problem{http.StatusNotFound, "There is no service principal with the appId '" + what.AppID + "'."}
	}
	if what.User != "" {
		id, err := a.userID(what.User)
		if err != nil {
			return nil, err
		}
		what.User, what.Kind = id, catalog.Delegated
	}
	revoked := 0
	if what.Kind != catalog.Application {
		n, err := a.revokeScopes(client.ID, what)
		if err != nil {
			return nil, err
		}
		revoked += n
	}
	if what.Kind != catalog.Delegated {
		n, err := a.revokeRoles(client.ID, what.Permission)
		if err != nil {
			return nil, err
		}
		revoked += n
	}
	a.Subscriptions.Sweep()
	return map[string]int{"permissions": revoked}, nil
}

func (a *api) revokeScopes(clientID string, what consent) (revoked int, err error) {
	for _, grant := range a.Directory.Grants() {
		if grant.ClientID != clientID || what.User != "" && (grant.PrincipalID == nil || *grant.PrincipalID != what.User) {
			continue
		}
		kept := slices.DeleteFunc(grant.Scopes(), func(scope string) bool {
			return what.Permission == "" || strings.EqualFold(scope, what.Permission)
		})
		lost := len(grant.Scopes()) - len(kept)
		switch {
		case lost == 0:
			continue
		case len(kept) == 0:
			err = a.Directory.DeleteGrant(grant.ID)
		default:
			err = a.Directory.SetGrantScope(grant.ID, strings.Join(kept, " "))
		}
		if err != nil {
			return revoked, err
		}
		revoked += lost
	}
	return revoked, nil
}

func (a *api) revokeRoles(clientID, permission string) (revoked int, err error) {
	for _, assignment := range a.Directory.Assignments() {
		if assignment.PrincipalID != clientID || permission != "" && !a.isRole(assignment, permission) {
			continue
		}
		if err := a.Directory.Unassign(assignment.ID); err != nil {
			return revoked, err
		}
		revoked++
	}
	return revoked, nil
}

func (a *api) isRole(assignment directory.Assignment, name string) bool {
	resource, ok := a.Directory.ServicePrincipal(assignment.ResourceID)
	if !ok {
		return false
	}
	role, ok := resource.Role(assignment.AppRoleID)
	return ok && role.Value != nil && strings.EqualFold(*role.Value, name)
}

func (a *api) userID(idOrUPN string) (string, error) {
	user, ok := a.Directory.User(idOrUPN)
	if !ok {
		return "", &problem{http.StatusNotFound, "There is no user '" + idOrUPN + "'."}
	}
	return user.ID, nil
}
