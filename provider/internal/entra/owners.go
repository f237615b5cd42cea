// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

const ownersCall = "GET /applications/{app-object-id}/owners"

// ownersItem reads the owners of the registration at a path. There are at most 100, which is one page.
func ownersItem(path string, owners *[]ObjectID) batchItem {
	return batchItem{
		call: ownersCall, method: http.MethodGet, url: path + "/owners?$select=id", done: IsNotFound,
		read: func(body json.RawMessage) error {
			list, err := parse[models.DirectoryObjectCollectionResponseable](body, models.CreateDirectoryObjectCollectionResponseFromDiscriminatorValue)
			if err != nil {
				return err
			}
			for _, owner := range list.GetValue() {
				*owners = append(*owners, ObjectID(text(owner.GetId())))
			}
			return nil
		},
	}
}

// ownerWait is how long a user or service principal that is to become an owner may be unknown. The registration itself has
// been read by then, so an id that stays unknown longer was most likely mistyped.
const ownerWait = 20 * time.Second

// SetOwners makes exactly these users and service principals the owners of a registration. Whoever is missing is added
// before anybody is removed, so that there is no moment in which nobody of either set may change the registration.
func (c *Client) SetOwners(ctx context.Context, id ObjectID, want []string) error {
	path := "/applications/" + url.PathEscape(string(id))
	var current []ObjectID
	err := c.policy.Retry(ctx, isLag, func(ctx context.Context) error {
		current = nil
		item := ownersItem(path, &current)
		item.done = nil
		return c.readBatch(ctx, []batchItem{item})
	})
	if err != nil {
		return err
	}
	var add, remove []batchItem
	for _, owner := range want {
		if !slices.ContainsFunc(current, func(o ObjectID) bool { return strings.EqualFold(string(o), owner) }) {
			add = append(add, batchItem{
				call: "POST /applications/{app-object-id}/owners/$ref", method: http.MethodPost, url: path + "/owners/$ref",
				body: map[string]string{"@odata.id": c.adapter.GetBaseUrl() + "/directoryObjects/" + url.PathEscape(owner)},
				done: alreadyExists,
			})
		}
	}
	for _, owner := range current {
		if !containsFold(want, string(owner)) {
			remove = append(remove, batchItem{
				call: "DELETE /applications/{app-object-id}/owners/{owner-id}/$ref", method: http.MethodDelete,
				url:  path + "/owners/" + url.PathEscape(string(owner)) + "/$ref",
				done: IsNotFound,
			})
		}
	}
	patience := c.policy
	patience.Timeout = min(ownerWait, c.policy.Limit())
	if err := c.batchWithin(ctx, patience, add); err != nil {
		return err
	}
	return c.batch(ctx, remove)
}
