// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"iter"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

// listPage is how many objects one answer of a list holds.
const listPage = int32(100)

// Applications lists the registrations whose display name begins with a prefix, case aside; an empty prefix is all of
// them. Pages are fetched as the caller goes on. An error ends the list.
func (c *Client) Applications(ctx context.Context, prefix string) iter.Seq2[Application, error] {
	const name = "GET /applications"
	builder := applications.NewApplicationsRequestBuilderInternal(c.path(), c.adapter)
	size := listPage
	query := &applications.ApplicationsRequestBuilderGetQueryParameters{Select: applicationFields, Top: &size}
	if prefix != "" {
		filter := "startswith(displayName,'" + strings.ReplaceAll(prefix, "'", "''") + "')"
		query.Filter = &filter
	}
	return func(yield func(Application, error) bool) {
		page, err := call(ctx, name, func(ctx context.Context) (models.ApplicationCollectionResponseable, error) {
			return builder.Get(ctx, &applications.ApplicationsRequestBuilderGetRequestConfiguration{QueryParameters: query})
		})
		for err == nil {
			for _, app := range page.GetValue() {
				if !yield(c.remember(app), nil) {
					return
				}
			}
			next := text(page.GetOdataNextLink())
			if next == "" {
				return
			}
			if err = c.checkPage(next); err != nil {
				break
			}
			page, err = call(ctx, name, func(ctx context.Context) (models.ApplicationCollectionResponseable, error) {
				return builder.WithUrl(next).Get(ctx, nil)
			})
		}
		yield(Application{}, err)
	}
}
