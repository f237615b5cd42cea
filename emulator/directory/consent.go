// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Grant lets an application act for users: for all of them (AllPrincipals) or for one (Principal). JSON names of the
// Graph docs page "oAuth2PermissionGrant".
type Grant struct {
	ID          string    `json:"id"`
	ClientID    string    `json:"clientId"` // object id of the application's service principal
	ConsentType string    `json:"consentType"`
	PrincipalID *string   `json:"principalId"` // the user, with consentType Principal
	ResourceID  string    `json:"resourceId"`  // object id of the API's service principal
	Scope       string    `json:"scope"`       // names, separated by spaces
	Born        time.Time `json:"-"`
}

// Consent types of a Grant.
const (
	AllPrincipals = "AllPrincipals"
	OnePrincipal  = "Principal"
)

// Scopes returns the granted names.
func (g Grant) Scopes() []string { return strings.Fields(g.Scope) }

// Assignment gives an application (or a user) an app role. JSON names of the Graph docs page "appRoleAssignment".
type Assignment struct {
	ID                   string     `json:"id"`
	DeletedDateTime      *time.Time `json:"deletedDateTime"`
	AppRoleID            string     `json:"appRoleId"`
	CreatedDateTime      time.Time  `json:"createdDateTime"`
	PrincipalDisplayName string     `json:"principalDisplayName"`
	PrincipalID          string     `json:"principalId"`
	PrincipalType        string     `json:"principalType"` // ServicePrincipal or User
	ResourceDisplayName  string     `json:"resourceDisplayName"`
	ResourceID           string     `json:"resourceId"`
	Born                 time.Time  `json:"-"`
}

// noRole is the role of an assignment to an application that offers none.
const noRole = "00000000-0000-0000-0000-000000000000"

// opaqueID makes an id of the form that grants and assignments have: 43 characters, URL-safe, without meaning.
func opaqueID() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Grants returns every delegated grant whose application is not deleted, oldest first.
func (s *State) Grants() []Grant {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []Grant
	for _, g := range s.grants {
		if s.grantAlive(g) {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b Grant) int { return byAge(a.Born, b.Born, a.ID, b.ID) })
	return out
}

// Grant finds a delegated grant by its id.
func (s *State) Grant(id string) (Grant, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	g, ok := s.grants[id]
	return g, ok && s.grantAlive(g)
}

// grantAlive says that neither side of a grant is in the recycle bin; the caller holds the lock.
func (s *State) grantAlive(g Grant) bool {
	return s.exists(g.ClientID) && s.exists(g.ResourceID) && (g.PrincipalID == nil || s.exists(*g.PrincipalID))
}

// CreateGrant adds a delegated grant.
func (s *State) CreateGrant(g Grant) (Grant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.createGrant(g)
}

func (s *State) createGrant(g Grant) (Grant, error) {
	g.ClientID, g.ResourceID = strings.ToLower(g.ClientID), strings.ToLower(g.ResourceID)
	switch {
	case g.ConsentType != AllPrincipals && g.ConsentType != OnePrincipal:
		return Grant{}, invalid("Invalid value specified for property 'consentType' of resource 'OAuth2PermissionGrant'.")
	case (g.ConsentType == OnePrincipal) != (g.PrincipalID != nil):
		return Grant{}, invalid("Invalid value specified for property 'principalId' of resource 'OAuth2PermissionGrant'.")
	}
	ids := []string{g.ClientID, g.ResourceID}
	if g.PrincipalID != nil {
		ids = append(ids, *g.PrincipalID)
	}
	for _, id := range ids {
		if !s.exists(id) {
			return Grant{}, missing(id)
		}
	}
	for _, other := range s.grants {
		if other.ClientID == g.ClientID && other.ResourceID == g.ResourceID && other.ConsentType == g.ConsentType && samePrincipal(other, g) {
			return Grant{}, &Error{Kind: Duplicate, Message: "Permission entry already exists.", Target: "clientId"}
		}
	}
	g.ID, g.Born = opaqueID(), s.clock.Now()
	g.Scope = tidyScope(g.Scope)
	s.grants[g.ID] = g
	return g, nil
}

func samePrincipal(a, b Grant) bool {
	return a.PrincipalID == nil && b.PrincipalID == nil || a.PrincipalID != nil && b.PrincipalID != nil && strings.EqualFold(*a.PrincipalID, *b.PrincipalID)
}

func tidyScope(scope string) string { return strings.Join(strings.Fields(scope), " ") }

// SetGrantScope replaces the names of a grant.
func (s *State) SetGrantScope(id, scope string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.grants[id]
	if !ok || !s.grantAlive(g) {
		return missing(id)
	}
	g.Scope = tidyScope(scope)
	s.grants[id] = g
	return nil
}

// DeleteGrant takes a grant away.
func (s *State) DeleteGrant(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g, ok := s.grants[id]; !ok || !s.grantAlive(g) {
		return missing(id)
	}
	delete(s.grants, id)
	return nil
}

// Consented returns the delegated permissions of an application at an API for one user: what was granted for everybody
// and what the user granted.
func (s *State) Consented(clientID, resourceID, userID string) []string {
	var out []string
	for _, g := range s.Grants() {
		if !strings.EqualFold(g.ClientID, clientID) || !strings.EqualFold(g.ResourceID, resourceID) {
			continue
		}
		if g.PrincipalID != nil && !strings.EqualFold(*g.PrincipalID, userID) {
			continue
		}
		for _, scope := range g.Scopes() {
			if !containsFold(out, scope) {
				out = append(out, scope)
			}
		}
	}
	return out
}

// AddConsent adds permissions to the grant of an application at an API for one user (userID) or for everybody ("").
func (s *State) AddConsent(clientID, resourceID, userID string, scopes []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	wanted := Grant{ClientID: clientID, ResourceID: resourceID, ConsentType: AllPrincipals}
	if userID != "" {
		wanted.ConsentType, wanted.PrincipalID = OnePrincipal, &userID
	}
	for id, g := range s.grants {
		if strings.EqualFold(g.ClientID, clientID) && strings.EqualFold(g.ResourceID, resourceID) && g.ConsentType == wanted.ConsentType && samePrincipal(g, wanted) {
			held := g.Scopes()
			for _, scope := range scopes {
				if !containsFold(held, scope) {
					held = append(held, scope)
				}
			}
			g.Scope = strings.Join(held, " ")
			s.grants[id] = g
			return nil
		}
	}
	wanted.Scope = strings.Join(scopes, " ")
	_, err := s.createGrant(wanted)
	return err
}

// Assignments returns every app role assignment whose two sides are not deleted, oldest first.
func (s *State) Assignments() []Assignment {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []Assignment
	for _, a := range s.assignments {
		if s.exists(a.PrincipalID) && s.exists(a.ResourceID) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b Assignment) int { return byAge(a.Born, b.Born, a.ID, b.ID) })
	return out
}

// Assign gives a principal (object id of a service principal or user) an app role of a resource.
func (s *State) Assign(principalID, resourceID, roleID string) (Assignment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.assign(principalID, resourceID, roleID)
}

func (s *State) assign(principalID, resourceID, roleID string) (Assignment, error) {
	for _, id := range []string{principalID, resourceID, roleID} {
		if _, err := uuid.Parse(id); err != nil {
			return Assignment{}, invalid("Invalid GUID:%s", id)
		}
	}
	resource, err := s.principal(resourceID)
	if err != nil {
		return Assignment{}, err
	}
	a := Assignment{ID: opaqueID(), AppRoleID: strings.ToLower(roleID), CreatedDateTime: s.now(), ResourceDisplayName: resource.DisplayName, ResourceID: resource.ID, Born: s.clock.Now()}
	if client, err := s.principal(principalID); err == nil {
		a.PrincipalID, a.PrincipalType, a.PrincipalDisplayName = client.ID, "ServicePrincipal", client.DisplayName
	} else if user, err := s.user(principalID); err == nil {
		a.PrincipalID, a.PrincipalType, a.PrincipalDisplayName = user.ID, "User", user.DisplayName
	} else {
		return Assignment{}, missing(principalID)
	}
	if role, ok := resource.Role(a.AppRoleID); (!ok || !role.IsEnabled) && (a.AppRoleID != noRole || len(resource.AppRoles) > 0) {
		return Assignment{}, invalid("Permission being assigned was not found on application '%s'", resource.AppID)
	}
	for _, other := range s.assignments {
		if other.PrincipalID == a.PrincipalID && other.ResourceID == a.ResourceID && other.AppRoleID == a.AppRoleID {
			return Assignment{}, invalid("Permission being assigned already exists on the object")
		}
	}
	s.assignments[a.ID] = a
	return a, nil
}

// Unassign takes an assignment away.
func (s *State) Unassign(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, ok := s.assignments[id]; !ok || !s.exists(a.PrincipalID) || !s.exists(a.ResourceID) {
		return missing(id)
	}
	delete(s.assignments, id)
	return nil
}

// Roles returns the names of the app roles that a principal has at a resource.
func (s *State) Roles(principalID, resourceID string) []string {
	resource, ok := s.ServicePrincipal(resourceID)
	if !ok {
		return nil
	}
	var out []string
	for _, a := range s.Assignments() {
		if role, ok := resource.Role(a.AppRoleID); ok && role.Value != nil && strings.EqualFold(a.PrincipalID, principalID) && strings.EqualFold(a.ResourceID, resourceID) {
			out = append(out, *role.Value)
		}
	}
	slices.Sort(out)
	return out
}
