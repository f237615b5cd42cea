// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"encoding/json"
	"slices"
	"time"
)

// Application is an application registration, with the JSON names of the Graph docs page "application".
type Application struct {
	ID                     string                   `json:"id"`
	AppID                  string                   `json:"appId"` // the client id
	DisplayName            string                   `json:"displayName"`
	UniqueName             *string                  `json:"uniqueName"` // immutable once set
	SignInAudience         string                   `json:"signInAudience"`
	CreatedDateTime        time.Time                `json:"createdDateTime"`
	DeletedDateTime        *time.Time               `json:"deletedDateTime"`
	IsFallbackPublicClient *bool                    `json:"isFallbackPublicClient"`
	IdentifierURIs         []string                 `json:"identifierUris"`
	Web                    Web                      `json:"web"`
	SPA                    RedirectURIs             `json:"spa"`
	PublicClient           RedirectURIs             `json:"publicClient"`
	API                    API                      `json:"api"`
	AppRoles               []AppRole                `json:"appRoles"`
	RequiredResourceAccess []RequiredResourceAccess `json:"requiredResourceAccess"`
	PasswordCredentials    []PasswordCredential     `json:"passwordCredentials"`
	KeyCredentials         []KeyCredential          `json:"keyCredentials"`
	Passive                Passive                  `json:"-"`
	Born                   time.Time                `json:"-"` // creation, to the nanosecond
}

// Web is the platform "Web" of a registration.
type Web struct {
	HomePageURL           *string               `json:"homePageUrl"`
	LogoutURL             *string               `json:"logoutUrl"`
	RedirectURIs          []string              `json:"redirectUris"`
	ImplicitGrantSettings ImplicitGrantSettings `json:"implicitGrantSettings"`
	RedirectURISettings   []json.RawMessage     `json:"redirectUriSettings"`
}

// ImplicitGrantSettings switch the implicit flow on.
type ImplicitGrantSettings struct {
	EnableAccessTokenIssuance bool `json:"enableAccessTokenIssuance"`
	EnableIDTokenIssuance     bool `json:"enableIdTokenIssuance"`
}

// RedirectURIs is a platform that consists of redirect URIs only.
type RedirectURIs struct {
	RedirectURIs []string `json:"redirectUris"`
}

// API is what a registration exposes to other applications.
type API struct {
	AcceptMappedClaims          *bool             `json:"acceptMappedClaims"`
	KnownClientApplications     []string          `json:"knownClientApplications"`
	RequestedAccessTokenVersion *int              `json:"requestedAccessTokenVersion"`
	OAuth2PermissionScopes      []PermissionScope `json:"oauth2PermissionScopes"`
	PreAuthorizedApplications   []json.RawMessage `json:"preAuthorizedApplications"`
}

// PermissionScope is a delegated permission that an API offers.
type PermissionScope struct {
	ID                      string  `json:"id"`
	Value                   string  `json:"value"`
	Type                    string  `json:"type"` // Admin or User: who may consent
	IsEnabled               bool    `json:"isEnabled"`
	AdminConsentDisplayName string  `json:"adminConsentDisplayName"`
	AdminConsentDescription string  `json:"adminConsentDescription"`
	UserConsentDisplayName  *string `json:"userConsentDisplayName"`
	UserConsentDescription  *string `json:"userConsentDescription"`
}

// AppRole is an application permission that an API offers.
type AppRole struct {
	ID                 string   `json:"id"`
	Value              *string  `json:"value"`
	DisplayName        string   `json:"displayName"`
	Description        string   `json:"description"`
	AllowedMemberTypes []string `json:"allowedMemberTypes"`
	IsEnabled          bool     `json:"isEnabled"`
	Origin             *string  `json:"origin,omitempty"`
}

// RequiredResourceAccess are the permissions that a registration asks for at one API.
type RequiredResourceAccess struct {
	ResourceAppID  string           `json:"resourceAppId"`
	ResourceAccess []ResourceAccess `json:"resourceAccess"`
}

// ResourceAccess is one permission asked for. Type is Scope or Role.
type ResourceAccess struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

var applicationSchema = &schema{
	entity:   "application",
	readOnly: []string{"id", "appId", "createdDateTime", "deletedDateTime", "publisherDomain", "applicationTemplateId", "disabledByMicrosoftStatus", "certification"},
	passive: map[string]string{
		"applicationTemplateId": "null", "disabledByMicrosoftStatus": "null", "description": "null", "groupMembershipClaims": "null",
		"isDeviceOnlyAuthSupported": "null", "notes": "null", "publisherDomain": "null", "serviceManagementReference": "null",
		"tags": "[]", "tokenEncryptionKeyId": "null", "samlMetadataUrl": "null", "defaultRedirectUri": "null", "certification": "null",
		"optionalClaims": "null", "servicePrincipalLockConfiguration": "null", "requestSignatureVerification": "null", "addIns": "[]",
		"info":                      `{"logoUrl":null,"marketingUrl":null,"privacyStatementUrl":null,"supportUrl":null,"termsOfServiceUrl":null}`,
		"parentalControlSettings":   `{"countriesBlockedForMinors":[],"legalAgeGroupRule":"Allow"}`,
		"verifiedPublisher":         `{"displayName":null,"verifiedPublisherId":null,"addedDateTime":null}`,
		"oauth2RequirePostResponse": "false", "nativeAuthenticationApisEnabled": "null", "authenticationBehaviors": "null",
	},
}

func (a *Application) passive() *Passive { return &a.Passive }

func (a *Application) fill() {
	if a.SignInAudience == "" {
		a.SignInAudience = "AzureADandPersonalMicrosoftAccount"
	}
	a.IdentifierURIs = orEmpty(a.IdentifierURIs)
	a.Web.RedirectURIs = orEmpty(a.Web.RedirectURIs)
	a.Web.RedirectURISettings = orEmpty(a.Web.RedirectURISettings)
	a.SPA.RedirectURIs = orEmpty(a.SPA.RedirectURIs)
	a.PublicClient.RedirectURIs = orEmpty(a.PublicClient.RedirectURIs)
	a.API.KnownClientApplications = orEmpty(a.API.KnownClientApplications)
	a.API.OAuth2PermissionScopes = orEmpty(a.API.OAuth2PermissionScopes)
	a.API.PreAuthorizedApplications = orEmpty(a.API.PreAuthorizedApplications)
	a.AppRoles = orEmpty(a.AppRoles)
	a.RequiredResourceAccess = orEmpty(a.RequiredResourceAccess)
	for i := range a.RequiredResourceAccess {
		a.RequiredResourceAccess[i].ResourceAccess = orEmpty(a.RequiredResourceAccess[i].ResourceAccess)
	}
	a.PasswordCredentials = orEmpty(a.PasswordCredentials)
	a.KeyCredentials = orEmpty(a.KeyCredentials)
}

// MarshalJSON renders the registration as Graph does: every property, null where nothing is set.
func (a Application) MarshalJSON() ([]byte, error) {
	type plain Application
	document, err := render(plain(a), a.Passive)
	if err != nil {
		return nil, err
	}
	return json.Marshal(document)
}

// AllRedirectURIs returns the redirect URIs of every platform.
func (a Application) AllRedirectURIs() []string {
	return slices.Concat(a.Web.RedirectURIs, a.SPA.RedirectURIs, a.PublicClient.RedirectURIs)
}
