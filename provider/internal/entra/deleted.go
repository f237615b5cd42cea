// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/directory"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

// WasDeleted says whether an object stands in the deleted items, i.e. is gone for certain and not just not there yet.
func (c *Client) WasDeleted(ctx context.Context, id ObjectID) bool {
	_, err := call(ctx, "GET /directory/deletedItems/{app-object-id}", func(ctx context.Context) (models.DirectoryObjectable, error) {
		return c.deletedItem(id).Get(ctx, nil)
	})
	return err == nil
}

// DeletedUser finds the account in the deleted items that had a user principal name, the one that was deleted last if there
// are several; nil = none. A deleted account's name has its object id without hyphens before it (Graph docs, "Restore
// deleted item"), so the list is compared here.
func (c *Client) DeletedUser(ctx context.Context, userPrincipalName string) (*User, error) {
	const name = "GET /directory/deletedItems/{user-id}"
	builder := directory.NewDirectoryRequestBuilderInternal(c.path(), c.adapter).DeletedItems().GraphUser()
	// The SDK writes the type as graph.user; the documentation spells it out.
	next := c.adapter.GetBaseUrl() + "/directory/deletedItems/microsoft.graph.user?$select=id,userPrincipalName,deletedDateTime&$top=999"
	var found *User
	var when time.Time
	for next != "" {
		page, err := call(ctx, name, func(ctx context.Context) (models.UserCollectionResponseable, error) {
			return builder.WithUrl(next).Get(ctx, nil)
		})
		if err != nil {
			return nil, err
		}
		for _, candidate := range page.GetValue() {
			user, deleted := readUser(candidate), time.Time{}
			if at := candidate.GetDeletedDateTime(); at != nil {
				deleted = *at
			}
			was := strings.TrimPrefix(strings.ToLower(user.UserPrincipalName), strings.ReplaceAll(strings.ToLower(string(user.ObjectID)), "-", ""))
			if was == strings.ToLower(userPrincipalName) && (found == nil || deleted.After(when)) {
				user.UserPrincipalName = userPrincipalName
				found, when = &user, deleted
			}
		}
		next = text(page.GetOdataNextLink())
		if next != "" {
			if err := c.checkPage(next); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// RestoreUser takes an account out of the deleted items, under its former name, and returns it as it is then. A name that
// somebody else has by now is *UserExistsError.
func (c *Client) RestoreUser(ctx context.Context, deleted User) (User, error) {
	lost := false
	err := c.policy.Retry(ctx, IsUnknownOutcome, func(ctx context.Context) error {
		_, err := call(ctx, "POST /directory/deletedItems/{user-id}/restore", func(ctx context.Context) (models.DirectoryObjectable, error) {
			return c.deletedItem(deleted.ObjectID).Restore().Post(ctx, nil)
		})
		if lost && IsNotFound(err) { // the attempt whose answer was lost has restored it
			return nil
		}
		lost = lost || IsUnknownOutcome(err)
		return err
	})
	if alreadyExists(err) {
		return User{}, &UserExistsError{deleted.UserPrincipalName}
	}
	if err != nil {
		return User{}, err
	}
	return c.AwaitUser(ctx, string(deleted.ObjectID))
}

func (c *Client) deletedItem(id ObjectID) *directory.DeletedItemsDirectoryObjectItemRequestBuilder {
	return directory.NewDirectoryRequestBuilderInternal(c.path(), c.adapter).DeletedItems().ByDirectoryObjectId(string(id))
}
