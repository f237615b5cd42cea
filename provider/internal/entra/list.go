// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"iter"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"
)

// listPage is how many objects one answer of a list holds.
const listPage = int32(100)

// Applications lists the registrations whose display name begins with a prefix, case aside; an empty prefix is all of
// them. Pages are fetched as the caller goes on. An error ends the list.
func (c *Client) Applications(ctx context.Context, prefix string) iter.Seq2[Application, error] {
	builder := applications.NewApplicationsRequestBuilderInternal(c.path(), c.adapter)
	size := listPage
	query := &applications.ApplicationsRequestBuilderGetQueryParameters{Select: applicationFields, Top: &size}
	if prefix != "" {
		filter := "startswith(displayName,'" + strings.ReplaceAll(prefix, "'", "''") + "')"
		query.Filter = &filter
	}
	first := func(ctx context.Context) (models.ApplicationCollectionResponseable, error) {
		return builder.Get(ctx, &applications.ApplicationsRequestBuilderGetRequestConfiguration{QueryParameters: query})
	}
	next := func(ctx context.Context, address string) (models.ApplicationCollectionResponseable, error) {
		return builder.WithUrl(address).Get(ctx, nil)
	}
	return paged(ctx, c, "GET /applications", first, next, c.remember)
}

// UsersNamed lists the accounts whose user principal name begins with a prefix, case aside, without their licences. Pages
// are fetched as the caller goes on. An error ends the list.
func (c *Client) UsersNamed(ctx context.Context, prefix string) iter.Seq2[User, error] {
	builder := users.NewUsersRequestBuilderInternal(c.path(), c.adapter)
	size, filter := listPage, "startswith(userPrincipalName,'"+strings.ReplaceAll(prefix, "'", "''")+"')"
	query := &users.UsersRequestBuilderGetQueryParameters{Select: []string{"id", "userPrincipalName", "displayName"}, Top: &size, Filter: &filter}
	first := func(ctx context.Context) (models.UserCollectionResponseable, error) {
		return builder.Get(ctx, &users.UsersRequestBuilderGetRequestConfiguration{QueryParameters: query})
	}
	next := func(ctx context.Context, address string) (models.UserCollectionResponseable, error) {
		return builder.WithUrl(address).Get(ctx, nil)
	}
	return paged(ctx, c, "GET /users", first, next, readUser)
}

// page is an answer of a list: its objects, and the address of the next page if there is one.
type page[Item any] interface {
	GetValue() []Item
	GetOdataNextLink() *string
}

// paged goes through a list page by page.
func paged[Page page[Item], Item, T any](
	ctx context.Context, c *Client, name string, first func(context.Context) (Page, error), next func(context.Context, string) (Page, error), read func(Item) T,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		answer, err := call(ctx, name, first)
		for err == nil {
			for _, item := range answer.GetValue() {
				if !yield(read(item), nil) {
					return
				}
			}
			address := text(answer.GetOdataNextLink())
			if address == "" {
				return
			}
			if err = c.checkPage(address); err != nil {
				break
			}
			answer, err = call(ctx, name, func(ctx context.Context) (Page, error) { return next(ctx, address) })
		}
		var none T
		yield(none, err)
	}
}
