// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// applicationRecord is a registration with what Graph never returns.
type applicationRecord struct {
	Application
	owners       []string
	secrets      map[string][32]byte // SHA-256 by key id
	certificates map[string][]byte   // DER by key id
	federated    []FederatedCredential
}

var audiences = []string{"AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"}

// checkApplication applies the directory's rules to a registration that is about to be stored.
func (s *State) checkApplication(a *Application) error {
	if strings.TrimSpace(a.DisplayName) == "" {
		return invalid("Property displayName is invalid. It is required and must not be empty.")
	}
	if len(a.DisplayName) > 120 {
		return invalid("Invalid value specified for property 'displayName' of resource 'Application'. The length limit is 120.")
	}
	if !contains(audiences, a.SignInAudience) {
		return invalid("Invalid value specified for property 'signInAudience' of resource 'Application'.")
	}
	for _, each := range a.Web.RedirectURIs {
		if err := checkRedirectURI(each); err != nil {
			return err
		}
	}
	if len(a.AllRedirectURIs()) > 256 {
		return invalid("The number of redirect URIs exceeds the limit of 256.")
	}
	for _, each := range a.RequiredResourceAccess {
		for _, access := range each.ResourceAccess {
			if _, err := uuid.Parse(access.ID); err != nil || (access.Type != "Scope" && access.Type != "Role") {
				return invalid("Invalid value specified for property 'resourceAccess' of resource 'RequiredResourceAccess'.")
			}
		}
	}
	if a.UniqueName != nil {
		for _, other := range s.applications {
			// A deleted registration keeps its name until it leaves the recycle bin.
			if other.ID != a.ID && other.UniqueName != nil && strings.EqualFold(*other.UniqueName, *a.UniqueName) && !s.gone(other.DeletedDateTime) {
				return taken("uniqueName")
			}
		}
	}
	return nil
}

// checkRedirectURI is the rule of Entra docs, "Redirect URI (reply URL) restrictions": https, or http for localhost.
func checkRedirectURI(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || !u.IsAbs() || u.Host == "" || u.Fragment != "" || len(raw) > 256:
		return invalid("Invalid value specified for property 'redirectUris' of resource 'Web'. The URI '%s' must be absolute, without a fragment and at most 256 characters long.", raw)
	case u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost"):
		return invalid("Invalid value specified for property 'redirectUris' of resource 'Web'. The URI '%s' must start with 'https' or 'http://localhost'.", raw)
	}
	return nil
}

// Application finds a registration that is not deleted by its object id.
func (s *State) Application(id string) (Application, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	record, err := s.application(id)
	if err != nil {
		return Application{}, false
	}
	return record.Application, true
}

// ApplicationByAppID finds a registration that is not deleted by its client id.
func (s *State) ApplicationByAppID(appID string) (Application, bool) {
	return s.findApplication(func(a Application) bool { return strings.EqualFold(a.AppID, appID) })
}

// ApplicationByUniqueName finds a registration that is not deleted by its unique name.
func (s *State) ApplicationByUniqueName(name string) (Application, bool) {
	return s.findApplication(func(a Application) bool { return a.UniqueName != nil && strings.EqualFold(*a.UniqueName, name) })
}

func (s *State) findApplication(match func(Application) bool) (Application, bool) {
	for _, a := range s.Applications() {
		if match(a) {
			return a, true
		}
	}
	return Application{}, false
}

// Applications returns the registrations that are not deleted, oldest first.
func (s *State) Applications() []Application {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []Application
	for _, record := range s.applications {
		if record.DeletedDateTime == nil {
			out = append(out, record.Application)
		}
	}
	slices.SortFunc(out, func(a, b Application) int { return byAge(a.Born, b.Born, a.ID, b.ID) })
	return out
}

// application finds the record of a registration that is not deleted; the caller holds the lock.
func (s *State) application(id string) (*applicationRecord, error) {
	record := s.applications[strings.ToLower(id)]
	if record == nil || record.DeletedDateTime != nil {
		return nil, missing(id)
	}
	return record, nil
}

// CreateApplication registers an application. owners are object ids of users or service principals.
func (s *State) CreateApplication(properties Properties, owners []string) (Application, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.createApplication(Application{ID: uuid.NewString(), AppID: uuid.NewString()}, properties, owners)
}

func (s *State) createApplication(start Application, properties Properties, owners []string) (Application, error) {
	start.CreatedDateTime = s.now()
	start.fill()
	start.Passive = Passive{}.Set("publisherDomain", s.tenant.Domains[0])
	created, err := merge(applicationSchema, start, properties)
	if err != nil {
		return Application{}, err
	}
	if len(created.PasswordCredentials) > 0 {
		return Application{}, invalid("New password credentials must be generated with service actions.")
	}
	for _, owner := range owners {
		if !s.exists(owner) {
			return Application{}, missing(owner)
		}
	}
	record := &applicationRecord{Application: created, owners: distinct(owners), secrets: map[string][32]byte{}, certificates: map[string][]byte{}}
	record.Born = s.clock.Now()
	if err := s.checkApplication(&record.Application); err != nil {
		return Application{}, err
	}
	if err := s.adoptKeys(record, nil); err != nil {
		return Application{}, err
	}
	s.applications[record.ID] = record
	return record.Application, nil
}

// UpdateApplication changes a registration the way PATCH does.
func (s *State) UpdateApplication(id string, changes Properties) (Application, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.application(id)
	if err != nil {
		return Application{}, err
	}
	next, err := merge(applicationSchema, record.Application, changes)
	if err != nil {
		return Application{}, err
	}
	next.Born = record.Born
	if record.UniqueName != nil && (next.UniqueName == nil || *next.UniqueName != *record.UniqueName) {
		return Application{}, invalid("Property 'uniqueName' is immutable and cannot be changed.")
	}
	if err := s.checkApplication(&next); err != nil {
		return Application{}, err
	}
	if err := keepPasswords(record.PasswordCredentials, next.PasswordCredentials); err != nil {
		return Application{}, err
	}
	if err := checkDisabledFirst(record.Application, next); err != nil {
		return Application{}, err
	}
	changed := *record
	changed.Application = next
	if err := s.adoptKeys(&changed, record.KeyCredentials); err != nil {
		return Application{}, err
	}
	*record = changed
	s.mirrorApplication(record.Application)
	return record.Application, nil
}

// checkDisabledFirst is the directory's rule for permissions that a registration offers: disable, then remove.
func checkDisabledFirst(before, after Application) error {
	for _, scope := range before.API.OAuth2PermissionScopes {
		kept := slices.ContainsFunc(after.API.OAuth2PermissionScopes, func(other PermissionScope) bool { return other.ID == scope.ID })
		if scope.IsEnabled && !kept {
			return invalid("Permission (scope or role) cannot be deleted or updated unless disabled first")
		}
	}
	for _, role := range before.AppRoles {
		kept := slices.ContainsFunc(after.AppRoles, func(other AppRole) bool { return other.ID == role.ID })
		if role.IsEnabled && !kept {
			return invalid("Permission (scope or role) cannot be deleted or updated unless disabled first")
		}
	}
	return nil
}

// UpsertApplication creates or updates the registration with a unique name; create says whether it may be created.
func (s *State) UpsertApplication(uniqueName string, properties Properties, create bool, owners []string) (app Application, created bool, err error) {
	if existing, ok := s.ApplicationByUniqueName(uniqueName); ok {
		app, err = s.UpdateApplication(existing.ID, properties)
		return app, false, err
	}
	if !create {
		return Application{}, false, missing(uniqueName)
	}
	properties.Set("uniqueName", uniqueName)
	app, err = s.CreateApplication(properties, owners)
	return app, err == nil, err
}

func byAge(a, b time.Time, idA, idB string) int {
	if c := a.Compare(b); c != 0 {
		return c
	}
	return strings.Compare(idA, idB)
}
