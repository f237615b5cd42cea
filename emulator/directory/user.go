// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
)

// User is a person or a bot account, with the JSON names of the Graph docs page "user".
type User struct {
	ID                string            `json:"id"`
	UserPrincipalName string            `json:"userPrincipalName"`
	DisplayName       string            `json:"displayName"`
	MailNickname      string            `json:"mailNickname"`
	Mail              *string           `json:"mail"`
	AccountEnabled    bool              `json:"accountEnabled"`
	UserType          string            `json:"userType"` // Member or Guest
	UsageLocation     *string           `json:"usageLocation"`
	AssignedLicenses  []AssignedLicense `json:"assignedLicenses"` // own ones and those of groups
	LicenseStates     []LicenseState    `json:"licenseAssignmentStates"`
	CreatedDateTime   time.Time         `json:"createdDateTime"`
	DeletedDateTime   *time.Time        `json:"deletedDateTime"`
	// SessionsValidFrom refuses refresh tokens that are older (see RevokeSessions).
	SessionsValidFrom time.Time `json:"signInSessionsValidFromDateTime"`
	Passive           Passive   `json:"-"`
	Born              time.Time `json:"-"` // creation, to the nanosecond
	Admin             bool      `json:"-"` // Global Administrator
}

// AssignedLicense is a licence of a user.
type AssignedLicense struct {
	SKUID         string   `json:"skuId"`
	DisabledPlans []string `json:"disabledPlans"`
}

// LicenseState says where a licence of a user comes from. Source: Graph docs, "licenseAssignmentState resource type".
type LicenseState struct {
	SKUID           string    `json:"skuId"`
	DisabledPlans   []string  `json:"disabledPlans"`
	AssignedByGroup *string   `json:"assignedByGroup"` // null: the licence was assigned to the user
	State           string    `json:"state"`
	Error           string    `json:"error"`
	LastUpdated     time.Time `json:"lastUpdatedDateTime"`
}

// PasswordProfile carries a new password.
type PasswordProfile struct {
	Password                             *string `json:"password"`
	ForceChangePasswordNextSignIn        *bool   `json:"forceChangePasswordNextSignIn"`
	ForceChangePasswordNextSignInWithMfa *bool   `json:"forceChangePasswordNextSignInWithMfa"`
}

// DefaultUserProperties are what Graph returns of a user without $select.
var DefaultUserProperties = []string{
	"businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation", "preferredLanguage", "surname", "userPrincipalName",
}

var userSchema = &schema{
	entity:   "user",
	readOnly: []string{"id", "createdDateTime", "deletedDateTime", "assignedLicenses", "signInSessionsValidFromDateTime", "assignedPlans", "provisionedPlans", "licenseAssignmentStates", "lastPasswordChangeDateTime", "creationType", "externalUserState", "externalUserStateChangeDateTime", "proxyAddresses", "imAddresses"},
	passive: func() map[string]string {
		all := map[string]string{}
		for _, name := range []string{
			"aboutMe", "ageGroup", "authorizationInfo", "birthday", "city", "companyName", "consentProvidedForMinor", "costCenter", "country", "creationType",
			"customSecurityAttributes", "department", "division", "employeeHireDate", "employeeId", "employeeLeaveDateTime", "employeeOrgData", "employeeType",
			"externalUserState", "externalUserStateChangeDateTime", "faxNumber", "givenName", "hireDate", "isManagementRestricted", "isResourceAccount", "jobTitle",
			"lastPasswordChangeDateTime", "legalAgeGroupClassification", "mobilePhone", "mySite", "officeLocation", "onPremisesDistinguishedName",
			"onPremisesDomainName", "onPremisesExtensionAttributes", "onPremisesImmutableId", "onPremisesLastSyncDateTime", "onPremisesSamAccountName",
			"onPremisesSecurityIdentifier", "onPremisesSyncEnabled", "onPremisesUserPrincipalName", "passwordPolicies", "postalCode", "preferredDataLocation",
			"preferredLanguage", "preferredName", "securityIdentifier", "showInAddressList", "signInActivity", "state", "streetAddress", "surname",
		} {
			all[name] = "null"
		}
		for _, name := range []string{
			"assignedPlans", "businessPhones", "identities", "imAddresses", "interests", "onPremisesProvisioningErrors", "otherMails",
			"pastProjects", "provisionedPlans", "proxyAddresses", "responsibilities", "schools", "serviceProvisioningErrors", "skills",
		} {
			all[name] = "[]"
		}
		return all
	}(),
}

func (u *User) passive() *Passive { return &u.Passive }

func (u *User) fill() {
	if u.UserType == "" {
		u.UserType = "Member"
	}
	u.LicenseStates = orEmpty(u.LicenseStates)
	u.AssignedLicenses = orEmpty(u.AssignedLicenses)
	for i := range u.AssignedLicenses {
		u.AssignedLicenses[i].DisabledPlans = orEmpty(u.AssignedLicenses[i].DisabledPlans)
	}
}

// MarshalJSON renders the user with every property; what is returned without $select is DefaultUserProperties.
func (u User) MarshalJSON() ([]byte, error) {
	type plain User
	document, err := render(plain(u), u.Passive)
	if err != nil {
		return nil, err
	}
	document["passwordProfile"] = null()
	return json.Marshal(document)
}

// HasLicense says whether one of the user's licences holds a service plan, e.g. TEAMS1.
func (s *State) HasLicense(userID, servicePlan string) bool {
	user, ok := s.User(userID)
	if !ok {
		return false
	}
	for _, sku := range s.SKUs() {
		if user.licensed(sku.SKUID) && slices.ContainsFunc(sku.ServicePlans, func(p ServicePlan) bool { return p.ServicePlanName == servicePlan }) {
			return true
		}
	}
	return false
}

// setLicenses replaces the states and what follows from them.
func (u *User) setLicenses(states []LicenseState) {
	u.LicenseStates, u.AssignedLicenses = states, []AssignedLicense{}
	for _, state := range states {
		if !u.licensed(state.SKUID) {
			u.AssignedLicenses = append(u.AssignedLicenses, AssignedLicense{SKUID: state.SKUID, DisabledPlans: state.DisabledPlans})
		}
	}
}

func (u User) licensed(skuID string) bool {
	return slices.ContainsFunc(u.AssignedLicenses, func(l AssignedLicense) bool { return strings.EqualFold(l.SKUID, skuID) })
}

type userRecord struct {
	User
	salt, password [32]byte // password is SHA-256 over salt and text
	mustChange     bool
	photo          []byte
}

func (r *userRecord) setPassword(text string) {
	r.salt = sha256.Sum256([]byte(uuid.NewString()))
	r.password = passwordHash(r.salt, text)
}

func passwordHash(salt [32]byte, text string) [32]byte {
	return sha256.Sum256(append(salt[:], text...))
}

// strong is the default password policy: at least 8 characters of three of the four kinds.
func strong(password string) bool {
	var upper, lower, digit, other int
	for _, r := range password {
		switch {
		case unicode.IsUpper(r):
			upper = 1
		case unicode.IsLower(r):
			lower = 1
		case unicode.IsDigit(r):
			digit = 1
		default:
			other = 1
		}
	}
	return len(password) >= 8 && len(password) <= 256 && upper+lower+digit+other >= 3
}
