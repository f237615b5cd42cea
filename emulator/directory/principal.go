// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// Applications of Microsoft that a tenant can hold a service principal of. Source: Entra docs, "first-party
// Microsoft applications in sign-in reports"; Graph docs, "change notifications with resource data".
const (
	ChangeTrackingAppID = "0bf30f3b-4a52-48df-9a82-234910c4a086"
	AzureAppID          = "797f4846-ba00-4fd7-ba43-dac1f8f63013" // Azure Resource Manager
)

var firstParty = map[string]string{
	catalog.GraphAppID:  "Microsoft Graph",
	ChangeTrackingAppID: "Microsoft Graph Change Tracking",
	AzureAppID:          "Windows Azure Service Management API",
}

// microsoftTenant owns Microsoft's own applications.
const microsoftTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

// ServicePrincipal is an application's identity in the tenant, with the JSON names of the Graph docs page
// "servicePrincipal".
type ServicePrincipal struct {
	ID                        string               `json:"id"` // the object id; the oid of app-only tokens
	AppID                     string               `json:"appId"`
	DisplayName               string               `json:"displayName"`
	AppDisplayName            *string              `json:"appDisplayName"`
	ServicePrincipalType      string               `json:"servicePrincipalType"`
	AccountEnabled            bool                 `json:"accountEnabled"`
	AppRoleAssignmentRequired bool                 `json:"appRoleAssignmentRequired"`
	AppOwnerOrganizationID    *string              `json:"appOwnerOrganizationId"`
	ServicePrincipalNames     []string             `json:"servicePrincipalNames"`
	ReplyURLs                 []string             `json:"replyUrls"`
	SignInAudience            *string              `json:"signInAudience"`
	AppRoles                  []AppRole            `json:"appRoles"`
	OAuth2PermissionScopes    []PermissionScope    `json:"oauth2PermissionScopes"`
	PasswordCredentials       []PasswordCredential `json:"passwordCredentials"`
	KeyCredentials            []KeyCredential      `json:"keyCredentials"`
	CreatedDateTime           time.Time            `json:"createdDateTime"`
	DeletedDateTime           *time.Time           `json:"deletedDateTime"`
	Passive                   Passive              `json:"-"`
	Born                      time.Time            `json:"-"` // creation, to the nanosecond
}

var principalSchema = &schema{
	entity: "servicePrincipal",
	readOnly: []string{"id", "appId", "createdDateTime", "deletedDateTime", "appDisplayName", "appOwnerOrganizationId", "servicePrincipalType",
		"signInAudience", "oauth2PermissionScopes", "appRoles", "passwordCredentials", "keyCredentials", "verifiedPublisher"},
	passive: map[string]string{
		"alternativeNames": "[]", "applicationTemplateId": "null", "appDescription": "null", "description": "null", "disabledByMicrosoftStatus": "null",
		"homepage": "null", "loginUrl": "null", "logoutUrl": "null", "notes": "null", "notificationEmailAddresses": "[]",
		"preferredSingleSignOnMode": "null", "preferredTokenSigningKeyThumbprint": "null", "resourceSpecificApplicationPermissions": "[]",
		"samlSingleSignOnSettings": "null", "samlMetadataUrl": "null", "tags": "[]", "tokenEncryptionKeyId": "null", "addIns": "[]", "isDisabled": "null",
		"info":              `{"logoUrl":null,"marketingUrl":null,"privacyStatementUrl":null,"supportUrl":null,"termsOfServiceUrl":null}`,
		"verifiedPublisher": `{"displayName":null,"verifiedPublisherId":null,"addedDateTime":null}`,
	},
}

func (p *ServicePrincipal) passive() *Passive { return &p.Passive }

func (p *ServicePrincipal) fill() {
	p.ServicePrincipalNames = orEmpty(p.ServicePrincipalNames)
	p.ReplyURLs = orEmpty(p.ReplyURLs)
	p.AppRoles = orEmpty(p.AppRoles)
	p.OAuth2PermissionScopes = orEmpty(p.OAuth2PermissionScopes)
	p.PasswordCredentials = orEmpty(p.PasswordCredentials)
	p.KeyCredentials = orEmpty(p.KeyCredentials)
}

// MarshalJSON renders the service principal as Graph does.
func (p ServicePrincipal) MarshalJSON() ([]byte, error) {
	type plain ServicePrincipal
	document, err := render(plain(p), p.Passive)
	if err != nil {
		return nil, err
	}
	return json.Marshal(document)
}

// Role finds an app role that this principal offers by its id.
func (p ServicePrincipal) Role(id string) (AppRole, bool) {
	at := slices.IndexFunc(p.AppRoles, func(r AppRole) bool { return strings.EqualFold(r.ID, id) })
	if at < 0 {
		return AppRole{}, false
	}
	return p.AppRoles[at], true
}

// Scope finds a delegated permission that this principal offers by its name.
func (p ServicePrincipal) Scope(value string) (PermissionScope, bool) {
	at := slices.IndexFunc(p.OAuth2PermissionScopes, func(o PermissionScope) bool { return strings.EqualFold(o.Value, value) })
	if at < 0 {
		return PermissionScope{}, false
	}
	return p.OAuth2PermissionScopes[at], true
}

type principalRecord struct {
	ServicePrincipal
	owners []string
}

// ServicePrincipal finds one that is not deleted by its object id.
func (s *State) ServicePrincipal(id string) (ServicePrincipal, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	record, err := s.principal(id)
	if err != nil {
		return ServicePrincipal{}, false
	}
	return record.ServicePrincipal, true
}

// ServicePrincipalByAppID finds one that is not deleted by its client id.
func (s *State) ServicePrincipalByAppID(appID string) (ServicePrincipal, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	record := s.principalByAppID(appID)
	if record == nil {
		return ServicePrincipal{}, false
	}
	return record.ServicePrincipal, true
}

// ServicePrincipals returns those that are not deleted, oldest first.
func (s *State) ServicePrincipals() []ServicePrincipal {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []ServicePrincipal
	for _, record := range s.principals {
		if record.DeletedDateTime == nil {
			out = append(out, record.ServicePrincipal)
		}
	}
	slices.SortFunc(out, func(a, b ServicePrincipal) int { return byAge(a.Born, b.Born, a.ID, b.ID) })
	return out
}

func (s *State) principal(id string) (*principalRecord, error) {
	record := s.principals[strings.ToLower(id)]
	if record == nil || record.DeletedDateTime != nil {
		return nil, missing(id)
	}
	return record, nil
}

func (s *State) principalByAppID(appID string) *principalRecord {
	for _, record := range s.principals {
		if record.DeletedDateTime == nil && strings.EqualFold(record.AppID, appID) {
			return record
		}
	}
	return nil
}

// CreateServicePrincipal gives an application of this tenant, or one of Microsoft's, an identity in the tenant.
func (s *State) CreateServicePrincipal(appID string, properties Properties, owners []string) (ServicePrincipal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.createPrincipal(ServicePrincipal{ID: uuid.NewString(), AppID: strings.ToLower(appID)}, properties, owners)
}

func (s *State) createPrincipal(start ServicePrincipal, properties Properties, owners []string) (ServicePrincipal, error) {
	app, name := s.applicationByAppID(start.AppID), firstParty[start.AppID]
	if app == nil && name == "" {
		return ServicePrincipal{}, invalid("The appId '%s' of the service principal does not reference a valid application object.", start.AppID)
	}
	if s.principalByAppID(start.AppID) != nil {
		return ServicePrincipal{}, &Error{Kind: Duplicate, Target: "servicePrincipalNames", Message: "The service principal cannot be created, updated, or restored because the service principal name " + start.AppID + " is already in use."}
	}
	start.ServicePrincipalType, start.AccountEnabled, start.CreatedDateTime = "Application", true, s.now()
	start.ServicePrincipalNames, start.DisplayName = []string{start.AppID}, name
	owner := microsoftTenant
	if app != nil {
		owner = s.tenant.ID
	}
	start.AppOwnerOrganizationID = &owner
	start.fill()
	delete(properties, "appId")
	created, err := merge(principalSchema, start, properties)
	if err != nil {
		return ServicePrincipal{}, err
	}
	for _, owner := range owners {
		if !s.exists(owner) {
			return ServicePrincipal{}, missing(owner)
		}
	}
	record := &principalRecord{ServicePrincipal: created, owners: distinct(owners)}
	record.Born = s.clock.Now()
	s.principals[record.ID] = record
	if app != nil {
		s.mirrorApplication(app.Application)
	}
	return record.ServicePrincipal, nil
}

// mirrorApplication copies what a service principal shows of its application; the caller holds the lock.
func (s *State) mirrorApplication(a Application) {
	record := s.principalByAppID(a.AppID)
	if record == nil {
		return
	}
	name, audience := a.DisplayName, a.SignInAudience
	record.DisplayName, record.AppDisplayName, record.SignInAudience = name, &name, &audience
	record.AppRoles, record.OAuth2PermissionScopes = a.AppRoles, a.API.OAuth2PermissionScopes
	record.ReplyURLs = orEmpty(a.AllRedirectURIs())
	record.ServicePrincipalNames = append([]string{a.AppID}, a.IdentifierURIs...)
}

// UpdateServicePrincipal changes a service principal the way PATCH does.
func (s *State) UpdateServicePrincipal(id string, changes Properties) (ServicePrincipal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.principal(id)
	if err != nil {
		return ServicePrincipal{}, err
	}
	next, err := merge(principalSchema, record.ServicePrincipal, changes)
	if err != nil {
		return ServicePrincipal{}, err
	}
	next.Born = record.Born
	record.ServicePrincipal = next
	return next, nil
}

// ServicePrincipalOwners returns the object ids of a service principal's owners.
func (s *State) ServicePrincipalOwners(id string) ([]string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	record, err := s.principal(id)
	if err != nil {
		return nil, err
	}
	return slices.Clone(record.owners), nil
}

// AddServicePrincipalOwner makes a user or a service principal an owner.
func (s *State) AddServicePrincipalOwner(id, owner string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.principal(id)
	if err != nil {
		return err
	}
	record.owners, err = s.addOwner(record.owners, owner)
	return err
}

// RemoveServicePrincipalOwner takes an owner away.
func (s *State) RemoveServicePrincipalOwner(id, owner string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.principal(id)
	if err != nil {
		return err
	}
	record.owners, err = removeOwner(record.owners, owner)
	return err
}

// graphPrincipal is Microsoft Graph itself: it offers every permission of the catalogue.
func graphPrincipal(id string) ServicePrincipal {
	p := ServicePrincipal{ID: id, AppID: catalog.GraphAppID}
	for _, permission := range catalog.All() {
		if permission.Kind == catalog.Application {
			value := permission.Name
			p.AppRoles = append(p.AppRoles, AppRole{
				ID: permission.ID, Value: &value, DisplayName: value, Description: value,
				AllowedMemberTypes: []string{"Application"}, IsEnabled: true,
			})
			continue
		}
		who := "User"
		if permission.AdminConsent {
			who = "Admin"
		}
		p.OAuth2PermissionScopes = append(p.OAuth2PermissionScopes, PermissionScope{
			ID: permission.ID, Value: permission.Name, Type: who, IsEnabled: true,
			AdminConsentDisplayName: permission.Name, AdminConsentDescription: permission.Name,
		})
	}
	return p
}
