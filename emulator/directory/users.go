// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// User finds a user who is not deleted by object id or user principal name.
func (s *State) User(idOrUPN string) (User, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	record, err := s.user(idOrUPN)
	if err != nil {
		return User{}, false
	}
	return record.User, true
}

// Users returns the users who are not deleted, oldest first.
func (s *State) Users() []User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []User
	for _, record := range s.users {
		if record.DeletedDateTime == nil {
			out = append(out, record.User)
		}
	}
	slices.SortFunc(out, func(a, b User) int { return byAge(a.Born, b.Born, a.ID, b.ID) })
	return out
}

func (s *State) user(idOrUPN string) (*userRecord, error) {
	if record := s.users[strings.ToLower(idOrUPN)]; record != nil && record.DeletedDateTime == nil {
		return record, nil
	}
	if strings.Contains(idOrUPN, "@") {
		for _, record := range s.users {
			if record.DeletedDateTime == nil && strings.EqualFold(record.UserPrincipalName, idOrUPN) {
				return record, nil
			}
		}
	}
	return nil, missing(idOrUPN)
}

// CreateUser adds a user. properties must hold accountEnabled, displayName, mailNickname, userPrincipalName and
// passwordProfile.
func (s *State) CreateUser(properties Properties) (User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.createUser(User{ID: uuid.NewString()}, properties)
}

func (s *State) createUser(start User, properties Properties) (User, error) {
	for _, name := range []string{"accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile"} {
		if isNull(properties[name]) {
			return User{}, invalid("A value is required for property '%s' of resource 'User'.", name)
		}
	}
	start.CreatedDateTime, start.SessionsValidFrom = s.now(), s.now()
	start.fill()
	record := &userRecord{User: start}
	if err := s.changeUser(record, properties); err != nil {
		return User{}, err
	}
	record.Born = s.clock.Now()
	s.users[record.ID] = record
	s.touch(record.ID)
	return record.User, nil
}

// UpdateUser changes a user the way PATCH does; passwordProfile sets a new password.
func (s *State) UpdateUser(idOrUPN string, changes Properties) (User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.user(idOrUPN)
	if err != nil {
		return User{}, err
	}
	if err := s.changeUser(record, changes); err != nil {
		return User{}, err
	}
	s.touch(record.ID)
	return record.User, nil
}

// changeUser applies changes to a record, all or nothing; the caller holds the lock.
func (s *State) changeUser(record *userRecord, changes Properties) error {
	profile := PasswordProfile{}
	ordinary := Properties{}
	for name, value := range changes {
		if name != "passwordProfile" {
			ordinary[name] = value
		} else if err := json.Unmarshal(value, &profile); err != nil {
			return invalid("Invalid value specified for property 'passwordProfile' of resource 'User'.")
		}
	}
	next, err := merge(userSchema, record.User, ordinary)
	if err != nil {
		return err
	}
	next.Born, next.Admin = record.Born, record.Admin
	if err := s.checkUser(next); err != nil {
		return err
	}
	if profile.Password != nil && !strong(*profile.Password) {
		return invalid("The specified password does not comply with password complexity requirements. Please provide a different password.")
	}
	record.User = next
	if profile.Password != nil {
		record.setPassword(*profile.Password)
		record.Passive["lastPasswordChangeDateTime"] = Properties{}.Set("t", s.now())["t"]
		record.mustChange = true // Graph's default for a password that somebody else set
	}
	if profile.ForceChangePasswordNextSignIn != nil {
		record.mustChange = *profile.ForceChangePasswordNextSignIn
	}
	return nil
}

func (s *State) checkUser(u User) error {
	nickname, domain, hasDomain := strings.Cut(u.UserPrincipalName, "@")
	switch {
	case strings.TrimSpace(u.DisplayName) == "":
		return invalid("Invalid value specified for property 'displayName' of resource 'User'.")
	case u.MailNickname == "" || strings.ContainsAny(u.MailNickname, "@ ()\\[]\";:<>,"):
		return invalid("Invalid value specified for property 'mailNickname' of resource 'User'.")
	case !hasDomain || nickname == "":
		return invalid("Property userPrincipalName is invalid.")
	case !containsFold(s.tenant.Domains, domain):
		return invalid("The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.")
	case u.UsageLocation != nil && len(*u.UsageLocation) != 2:
		return invalid("Invalid value specified for property 'usageLocation' of resource 'User'.")
	}
	for _, other := range s.users {
		if other.ID != u.ID && other.DeletedDateTime == nil && strings.EqualFold(other.UserPrincipalName, u.UserPrincipalName) {
			return taken("userPrincipalName")
		}
	}
	return nil
}

// SignIn checks a user's password. known is false when there is no such user, valid is false when the password is wrong.
func (s *State) SignIn(idOrUPN, password string) (u User, known, valid bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	record, err := s.user(idOrUPN)
	if err != nil {
		return User{}, false, false
	}
	return record.User, true, record.password == passwordHash(record.salt, password)
}

// SetAdmin makes a user a Global Administrator, or takes that role away.
func (s *State) SetAdmin(idOrUPN string, admin bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.user(idOrUPN)
	if err != nil {
		return err
	}
	record.Admin = admin
	return nil
}

// RevokeSessions makes every refresh token that a user has now invalid. Access tokens live on until they expire, as in
// Entra without continuous access evaluation.
func (s *State) RevokeSessions(idOrUPN string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.user(idOrUPN)
	if err != nil {
		return err
	}
	record.SessionsValidFrom = s.clock.Now()
	return nil
}

// AssignLicenses adds and removes licences of a user; all or nothing.
func (s *State) AssignLicenses(idOrUPN string, add []AssignedLicense, remove []string) (User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.user(idOrUPN)
	if err != nil {
		return User{}, err
	}
	licences := slices.Clone(record.LicenseStates)
	own := func(id string) func(LicenseState) bool {
		return func(l LicenseState) bool { return strings.EqualFold(l.SKUID, id) && l.AssignedByGroup == nil }
	}
	for _, id := range remove {
		kept := slices.DeleteFunc(slices.Clone(licences), own(id))
		if len(kept) == len(licences) && record.licensed(id) {
			return User{}, invalid("User license is inherited from a group membership and it cannot be removed directly from the user.")
		}
		if len(kept) == len(licences) {
			return User{}, invalid("User does not have a corresponding license.")
		}
		licences = kept
	}
	for _, licence := range add {
		if record.UsageLocation == nil {
			return User{}, invalid("License assignment cannot be done for user with invalid usage location.")
		}
		sku, ok := s.sku(licence.SKUID)
		if !ok {
			return User{}, invalid("License %s does not correspond to a valid company License.", licence.SKUID)
		}
		licences = slices.DeleteFunc(licences, own(sku.SKUID))
		if !record.licensed(sku.SKUID) && s.consumed(sku.SKUID) >= sku.Enabled {
			return User{}, invalid("Subscription with SKU %s does not have any available licenses.", sku.SKUID)
		}
		licences = append(licences, s.licenseState(sku.SKUID, licence.DisabledPlans, nil))
	}
	record.setLicenses(licences)
	return record.User, nil
}

// LicenseByGroup gives a user a licence as a group does that the user is a member of.
func (s *State) LicenseByGroup(idOrUPN, groupID, skuID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.user(idOrUPN)
	if err != nil {
		return err
	}
	sku, ok := s.sku(skuID)
	if !ok {
		return invalid("License %s does not correspond to a valid company License.", skuID)
	}
	record.setLicenses(append(slices.Clone(record.LicenseStates), s.licenseState(sku.SKUID, nil, &groupID)))
	return nil
}

func (s *State) licenseState(skuID string, disabled []string, group *string) LicenseState {
	return LicenseState{SKUID: skuID, DisabledPlans: orEmpty(disabled), AssignedByGroup: group, State: "Active", Error: "None", LastUpdated: s.now()}
}

// deletedUPN is how Graph renames a deleted user, so that the name is free at once: the object id without dashes first.
func deletedUPN(u User) string { return strings.ReplaceAll(u.ID, "-", "") + u.UserPrincipalName }

func restoredUPN(u User) string {
	return strings.TrimPrefix(u.UserPrincipalName, strings.ReplaceAll(u.ID, "-", ""))
}

// DeleteUser puts a user into the recycle bin.
func (s *State) DeleteUser(idOrUPN string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	record, err := s.user(idOrUPN)
	if err != nil {
		return err
	}
	now := s.now()
	record.DeletedDateTime, record.UserPrincipalName, record.SessionsValidFrom = &now, deletedUPN(record.User), s.clock.Now().Add(time.Millisecond)
	s.touch(record.ID)
	return nil
}
