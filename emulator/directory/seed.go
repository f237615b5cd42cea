// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// Seed is what a directory holds from the start. DefaultSeed is a complete example; JSON names are those of the seed file.
type Seed struct {
	TenantID     string            `json:"tenantId"`
	DisplayName  string            `json:"displayName"`
	Domains      []string          `json:"domains"`
	Users        []UserSeed        `json:"users"`
	Applications []ApplicationSeed `json:"applications"`
	SKUs         []SKU             `json:"skus"`
}

// UserSeed is a user of a Seed.
type UserSeed struct {
	ID                string   `json:"id,omitempty"` // made up when empty
	UserPrincipalName string   `json:"userPrincipalName"`
	DisplayName       string   `json:"displayName"`
	Password          string   `json:"password"`
	Admin             bool     `json:"admin,omitempty"`         // Global Administrator
	UsageLocation     string   `json:"usageLocation,omitempty"` // default US
	Licenses          []string `json:"licenses,omitempty"`      // SKU part numbers
	GivenName         string   `json:"givenName,omitempty"`
	Surname           string   `json:"surname,omitempty"`
}

// ApplicationSeed is an application of a Seed, with its service principal and the app roles it has been granted.
type ApplicationSeed struct {
	AppID        string   `json:"appId"`
	DisplayName  string   `json:"displayName"`
	Secret       string   `json:"secret,omitempty"`
	RedirectURIs []string `json:"redirectUris,omitempty"`
	Roles        []string `json:"roles,omitempty"`  // application permissions of Microsoft Graph, by name
	Scopes       []string `json:"scopes,omitempty"` // delegated permissions of Microsoft Graph, granted for all users
}

// Names of the default seed.
const (
	DemoTenantID           = "11111111-1111-4111-8111-111111111111"
	DemoProvisionerAppID   = "22222222-2222-4222-8222-222222222222"
	DemoProvisionerSecret  = "emulator-provisioner-secret" // a public demo value
	DemoPassword           = "Emulator-Pass-1"             // a public demo value
	demoUserIDPattern      = "44444444-4444-4444-8444-44444444444%d"
	demoTeamsSKUID         = "7e31c0d9-9551-471d-836f-32ee72be4a01"
	demoTeamsServicePlanID = "57ff2da0-773e-42df-b2af-ffb7a2317929"
)

// DefaultSeed is the demo tenant: three users with Teams licences and an application that may provision everything.
func DefaultSeed() Seed {
	user := func(n int, name, given, surname string, admin bool) UserSeed {
		return UserSeed{
			ID: fmt.Sprintf(demoUserIDPattern, n), UserPrincipalName: name + "@demo.example", DisplayName: given + " " + surname, Password: DemoPassword,
			Admin: admin, Licenses: []string{"TEAMS_ENTERPRISE"}, GivenName: given, Surname: surname,
		}
	}
	return Seed{
		TenantID: DemoTenantID, DisplayName: "Demo Organization", Domains: []string{"demo.example"},
		Users: []UserSeed{
			user(1, "alex", "Alex", "Demo", false),
			user(2, "blake", "Blake", "Demo", false),
			user(3, "admin", "Admin", "Demo", true),
		},
		Applications: []ApplicationSeed{{
			AppID: DemoProvisionerAppID, DisplayName: "Demo Provisioner", Secret: DemoProvisionerSecret,
			Roles: []string{
				"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All",
				"User.ReadWrite.All", "LicenseAssignment.ReadWrite.All", "Organization.Read.All",
			},
		}},
		SKUs: []SKU{{
			SKUID: demoTeamsSKUID, SKUPartNumber: "TEAMS_ENTERPRISE", Enabled: 100,
			ServicePlans: []ServicePlan{{ServicePlanID: demoTeamsServicePlanID, ServicePlanName: TeamsServicePlan}},
		}},
	}
}

// Reset forgets everything and loads a seed.
func (s *State) Reset(seed Seed) error {
	if _, err := uuid.Parse(seed.TenantID); err != nil {
		return fmt.Errorf("seed: tenantId %q is not a GUID", seed.TenantID)
	}
	if len(seed.Domains) == 0 {
		return fmt.Errorf("seed: domains is empty; name at least one, e.g. demo.example")
	}
	s.mu.Lock()
	s.tenant = Tenant{ID: strings.ToLower(seed.TenantID), DisplayName: seed.DisplayName, Domains: seed.Domains, Created: s.now()}
	s.applications, s.principals, s.users = map[string]*applicationRecord{}, map[string]*principalRecord{}, map[string]*userRecord{}
	s.userChanges = map[string]uint64{}
	s.grants, s.assignments, s.skus = map[string]Grant{}, map[string]Assignment{}, seed.SKUs
	s.mu.Unlock()
	graph, err := s.seedFirstParty()
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	for _, u := range seed.Users {
		if err := s.seedUser(u); err != nil {
			return fmt.Errorf("seed: user %s: %w", u.UserPrincipalName, err)
		}
	}
	for _, a := range seed.Applications {
		if err := s.seedApplication(a, graph); err != nil {
			return fmt.Errorf("seed: application %s: %w", a.DisplayName, err)
		}
	}
	return nil
}

// seedFirstParty creates Microsoft Graph's own service principal. Its object id differs from tenant to tenant in Entra;
// here it follows from the tenant id, so that it is the same in every run.
func (s *State) seedFirstParty() (ServicePrincipal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := uuid.NewSHA1(uuid.MustParse(s.tenant.ID), []byte(catalog.GraphAppID)).String()
	return s.createPrincipal(graphPrincipal(id), Properties{}, nil)
}

func (s *State) seedUser(seed UserSeed) error {
	id := seed.ID
	if id == "" {
		id = uuid.NewString()
	}
	nickname, _, _ := strings.Cut(seed.UserPrincipalName, "@")
	location := seed.UsageLocation
	if location == "" {
		location = "US"
	}
	properties := Properties{}.Set("accountEnabled", true).Set("displayName", seed.DisplayName).Set("mailNickname", nickname).
		Set("userPrincipalName", seed.UserPrincipalName).Set("mail", seed.UserPrincipalName).Set("usageLocation", location).
		Set("passwordProfile", map[string]any{"password": seed.Password, "forceChangePasswordNextSignIn": false})
	if seed.GivenName != "" {
		properties.Set("givenName", seed.GivenName).Set("surname", seed.Surname)
	}
	s.mu.Lock()
	created, err := s.createUser(User{ID: strings.ToLower(id), Admin: seed.Admin}, properties)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	for _, partNumber := range seed.Licenses {
		sku, ok := s.skuByPartNumber(partNumber)
		if !ok {
			return fmt.Errorf("no SKU has the part number %s", partNumber)
		}
		if _, err := s.AssignLicenses(created.ID, []AssignedLicense{{SKUID: sku.SKUID}}, nil); err != nil {
			return err
		}
	}
	return nil
}

func (s *State) skuByPartNumber(partNumber string) (SKU, bool) {
	for _, sku := range s.SKUs() {
		if strings.EqualFold(sku.SKUPartNumber, partNumber) {
			return sku, true
		}
	}
	return SKU{}, false
}

func (s *State) seedApplication(seed ApplicationSeed, graph ServicePrincipal) error {
	appID := strings.ToLower(seed.AppID)
	if appID == "" {
		appID = uuid.NewString()
	}
	objectID := uuid.NewSHA1(uuid.MustParse(s.tenant.ID), []byte("application "+appID)).String()
	principalID := uuid.NewSHA1(uuid.MustParse(s.tenant.ID), []byte("servicePrincipal "+appID)).String()
	s.mu.Lock()
	_, err := s.createApplication(Application{ID: objectID, AppID: appID}, Properties{}.Set("displayName", seed.DisplayName).
		Set("signInAudience", "AzureADMyOrg").Set("web", map[string]any{"redirectUris": orEmpty(seed.RedirectURIs)}), nil)
	if err == nil {
		_, err = s.createPrincipal(ServicePrincipal{ID: principalID, AppID: appID}, Properties{}, nil)
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if seed.Secret != "" {
		name, end := "seed", s.now().AddDate(2, 0, 0)
		if _, err := s.addPassword(objectID, NewPassword{DisplayName: &name, StartDateTime: earlier(s.now()), EndDateTime: &end}, seed.Secret); err != nil {
			return err
		}
	}
	for _, name := range seed.Roles {
		permission, ok := catalog.Lookup(catalog.Application, name)
		if !ok {
			return fmt.Errorf("there is no application permission %s; did you mean %s?", name, catalog.Nearest(catalog.Application, name))
		}
		if _, err := s.Assign(principalID, graph.ID, permission.ID); err != nil {
			return err
		}
	}
	if len(seed.Scopes) > 0 {
		return s.AddConsent(principalID, graph.ID, "", seed.Scopes)
	}
	return nil
}

// earlier is a moment before t, so that a seeded secret is valid even when a test moves the clock back a little.
func earlier(t time.Time) *time.Time {
	before := t.Add(-24 * time.Hour)
	return &before
}
