// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"
)

// User is an account in the directory.
type User struct {
	ObjectID          ObjectID // read-only
	UserPrincipalName string
	DisplayName       string
	MailNickname      string
	UsageLocation     string // two-letter country code; Microsoft asks for it before it assigns a licence
	Enabled           bool
	SkuIDs            []string  // licences assigned to the account itself; groups may give more, which nobody can take away here
	Created           time.Time // read-only
}

// Same says whether UpdateUser would change nothing. Licences are not compared.
func (u User) Same(other User) bool {
	return u.UserPrincipalName == other.UserPrincipalName && u.DisplayName == other.DisplayName && u.MailNickname == other.MailNickname &&
		u.UsageLocation == other.UsageLocation && u.Enabled == other.Enabled
}

var userFields = []string{
	"id", "userPrincipalName", "displayName", "mailNickname", "usageLocation", "accountEnabled", "assignedLicenses",
	"licenseAssignmentStates", "createdDateTime",
}

// UserExistsError says that the user principal name is taken.
type UserExistsError struct{ UserPrincipalName string }

// Error names the account.
func (e *UserExistsError) Error() string {
	return fmt.Sprintf("a user with the name %s is there already", e.UserPrincipalName)
}

// CreateUser makes an account with a password that need not be changed at the first log-in. A taken name is *UserExistsError.
// Licences are not assigned; see SetLicenses.
func (c *Client) CreateUser(ctx context.Context, user User, password string) (User, error) {
	profile, keep := models.NewPasswordProfile(), false
	profile.SetPassword(&password)
	profile.SetForceChangePasswordNextSignIn(&keep)
	body := user.body()
	body.SetPasswordProfile(profile)
	started, lost := time.Now(), false
	var created User
	err := c.policy.Retry(ctx, IsUnknownOutcome, func(ctx context.Context) error {
		answer, err := call(ctx, "POST /users", func(ctx context.Context) (models.Userable, error) {
			return users.NewUsersRequestBuilderInternal(c.path(), c.adapter).Post(ctx, body, nil)
		})
		if err == nil {
			created = readUser(answer)
			return nil
		}
		if !alreadyExists(err) {
			lost = lost || IsUnknownOutcome(err)
			return err
		}
		if lost { // the account may be that of an attempt whose answer was lost
			found, lookErr := c.AwaitUser(ctx, user.UserPrincipalName)
			if lookErr == nil && found.Created.After(started.Add(-2*time.Minute)) { // clocks differ
				created = found
				return nil
			}
		}
		return &UserExistsError{user.UserPrincipalName}
	})
	return created, err
}

// User reads an account by its object id or its user principal name.
func (c *Client) User(ctx context.Context, idOrName string) (User, error) {
	found, err := call(ctx, "GET /users/{user-id}", func(ctx context.Context) (models.Userable, error) {
		return c.user(idOrName).Get(ctx, &users.UserItemRequestBuilderGetRequestConfiguration{
			QueryParameters: &users.UserItemRequestBuilderGetQueryParameters{Select: userFields},
		})
	})
	if err != nil {
		return User{}, err
	}
	return readUser(found), nil
}

// AwaitUser reads an account that was made a moment ago.
func (c *Client) AwaitUser(ctx context.Context, idOrName string) (user User, err error) {
	err = c.policy.Retry(ctx, isLag, func(ctx context.Context) (err error) {
		user, err = c.User(ctx, idOrName)
		return err
	})
	return user, err
}

// UpdateUser writes the account's attributes, and its password unless that is empty.
func (c *Client) UpdateUser(ctx context.Context, user User, password string) error {
	body := user.body()
	if password != "" {
		profile, keep := models.NewPasswordProfile(), false
		profile.SetPassword(&password)
		profile.SetForceChangePasswordNextSignIn(&keep)
		body.SetPasswordProfile(profile)
	}
	return c.policy.Retry(ctx, isLagOrUnknown, func(ctx context.Context) error {
		return send(ctx, "PATCH /users/{user-id}", func(ctx context.Context) error {
			_, err := c.user(string(user.ObjectID)).Patch(ctx, body, nil)
			return err
		})
	})
}

// SetLicenses assigns exactly these licences to the account and returns when Graph shows them.
func (c *Client) SetLicenses(ctx context.Context, id ObjectID, current, want []string) error {
	if SameNames(current, want) {
		return nil
	}
	body := users.NewItemAssignLicensePostRequestBody()
	add, remove := []models.AssignedLicenseable{}, []uuid.UUID{}
	for _, sku := range want {
		if parsed, err := uuid.Parse(sku); err != nil {
			return fmt.Errorf("the licence id %q is not a GUID: %w", sku, err)
		} else if !containsFold(current, sku) {
			license := models.NewAssignedLicense()
			license.SetSkuId(&parsed)
			license.SetDisabledPlans([]uuid.UUID{})
			add = append(add, license)
		}
	}
	for _, sku := range current {
		if parsed, err := uuid.Parse(sku); err == nil && !containsFold(want, sku) {
			remove = append(remove, parsed)
		}
	}
	body.SetAddLicenses(add)
	body.SetRemoveLicenses(remove)
	err := c.policy.Retry(ctx, isLagOrUnknown, func(ctx context.Context) error {
		_, err := call(ctx, "POST /users/{user-id}/assignLicense", func(ctx context.Context) (models.Userable, error) {
			return c.user(string(id)).AssignLicense().Post(ctx, body, nil)
		})
		return err
	})
	if err != nil {
		return err
	}
	return c.policy.Await(ctx, "Microsoft Graph to show the licences", func(ctx context.Context) (bool, error) {
		now, err := c.User(ctx, string(id))
		if isLag(err) {
			return false, nil
		}
		return err == nil && SameNames(now.SkuIDs, want), err
	})
}

// DeleteUser moves an account to the deleted items, where it stays for 30 days. A missing one is no error.
func (c *Client) DeleteUser(ctx context.Context, id ObjectID) error {
	return c.delete(ctx, "DELETE /users/{user-id}", func(ctx context.Context) error { return c.user(string(id)).Delete(ctx, nil) })
}

func (c *Client) user(idOrName string) *users.UserItemRequestBuilder {
	return users.NewUsersRequestBuilderInternal(c.path(), c.adapter).ByUserId(idOrName)
}

func (u User) body() models.Userable {
	m := models.NewUser()
	m.SetUserPrincipalName(&u.UserPrincipalName)
	m.SetDisplayName(&u.DisplayName)
	m.SetMailNickname(&u.MailNickname)
	m.SetAccountEnabled(&u.Enabled)
	if u.UsageLocation != "" {
		m.SetUsageLocation(&u.UsageLocation)
	}
	return m
}

func readUser(m models.Userable) User {
	user := User{
		ObjectID: ObjectID(text(m.GetId())), UserPrincipalName: text(m.GetUserPrincipalName()), DisplayName: text(m.GetDisplayName()),
		MailNickname: text(m.GetMailNickname()), UsageLocation: text(m.GetUsageLocation()), Enabled: truth(m.GetAccountEnabled()),
	}
	if created := m.GetCreatedDateTime(); created != nil {
		user.Created = *created
	}
	fromGroups := map[string]bool{} // and from nowhere else
	for _, state := range m.GetLicenseAssignmentStates() {
		if id := state.GetSkuId(); id != nil {
			only, seen := fromGroups[id.String()]
			fromGroups[id.String()] = text(state.GetAssignedByGroup()) != "" && (only || !seen)
		}
	}
	for _, license := range m.GetAssignedLicenses() {
		if id := license.GetSkuId(); id != nil && !fromGroups[id.String()] {
			user.SkuIDs = append(user.SkuIDs, id.String())
		}
	}
	return user
}

func containsFold(list []string, item string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, item) })
}
