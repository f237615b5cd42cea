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

	"github.com/microsoftgraph/msgraph-sdk-go/directory"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

// uniqueNamePrefix begins the unique name of every registration that this provider makes.
const uniqueNamePrefix = "mattermost-msteams-sync-"

// MadeHere says whether this provider registered the application.
func (a Application) MadeHere() bool { return strings.HasPrefix(a.UniqueName, uniqueNamePrefix) }

// Namesakes finds the registrations with a display name, the newest first. Deleted ones are looked for on request; a
// caller who may not list them, or a cloud that cannot filter them, is shown none.
func (c *Client) Namesakes(ctx context.Context, displayName string, deletedToo bool) (live, deleted []Application, err error) {
	query := "?$filter=" + escapeQuery("displayName eq '"+quoted(displayName)+"'") + "&$select=" + strings.Join(applicationFields, ",")
	take := func(into *[]Application) func(json.RawMessage) error {
		return func(body json.RawMessage) error {
			list, err := parse[models.ApplicationCollectionResponseable](body, models.CreateApplicationCollectionResponseFromDiscriminatorValue)
			if err != nil {
				return err
			}
			for _, m := range list.GetValue() {
				*into = append(*into, readApplication(m))
			}
			return nil
		}
	}
	items := []batchItem{{call: "GET /applications", method: http.MethodGet, url: "/applications" + query, read: take(&live)}}
	if deletedToo {
		items = append(items, batchItem{
			call: "GET /directory/deletedItems/{app-object-id}", method: http.MethodGet,
			url:    "/directory/deletedItems/microsoft.graph.application" + query + "&$count=true",
			header: map[string]string{"ConsistencyLevel": "eventual"}, // filters on deleted items need the index
			done: func(err error) bool {
				return hasStatus(err, http.StatusForbidden) || hasStatus(err, http.StatusBadRequest)
			},
			read: take(&deleted),
		})
	}
	err = c.readBatch(ctx, items)
	slices.SortFunc(live, func(a, b Application) int { return b.Created.Compare(a.Created) })
	slices.SortFunc(deleted, func(a, b Application) int { return b.Deleted.Compare(a.Deleted) })
	return live, deleted, err
}

// RestoreApplication takes a registration out of the deleted items, and its service principal, which Graph does not do by
// itself. A service principal that cannot be restored is left to be made again.
func (c *Client) RestoreApplication(ctx context.Context, app Application) error {
	if err := c.restore(ctx, app.ObjectID); err != nil {
		return err
	}
	var principals []ServicePrincipal
	_ = c.readBatch(ctx, []batchItem{{
		call: "GET /servicePrincipals", method: http.MethodGet,
		url: "/directory/deletedItems/microsoft.graph.servicePrincipal?$filter=" + escapeQuery("appId eq '"+quoted(string(app.ClientID))+"'") +
			"&$select=" + strings.Join(servicePrincipalFields, ",") + "&$count=true",
		header: map[string]string{"ConsistencyLevel": "eventual"},
		read: func(body json.RawMessage) error {
			list, err := parse[models.ServicePrincipalCollectionResponseable](body, models.CreateServicePrincipalCollectionResponseFromDiscriminatorValue)
			if err != nil {
				return err
			}
			for _, m := range list.GetValue() {
				principals = append(principals, readServicePrincipal(m))
			}
			return nil
		},
	}})
	for _, principal := range slices.Backward(principals) {
		if c.restore(ctx, principal.ObjectID) == nil {
			break
		}
	}
	return nil
}

// restore repeats an unknown outcome. An object that an earlier attempt took out of the deleted items is not found there.
func (c *Client) restore(ctx context.Context, id ObjectID) error {
	lost := false
	transient := func(err error) bool { return isLagOrUnknown(err) && !IsNotFound(err) }
	return c.policy.Retry(ctx, transient, func(ctx context.Context) error {
		_, err := call(ctx, "POST /directory/deletedItems/{app-object-id}/restore", func(ctx context.Context) (models.DirectoryObjectable, error) {
			return directory.NewDirectoryRequestBuilderInternal(c.path(), c.adapter).DeletedItems().ByDirectoryObjectId(string(id)).Restore().Post(ctx, nil)
		})
		if lost && IsNotFound(err) {
			return nil
		}
		lost = lost || IsUnknownOutcome(err)
		return err
	})
}

// Claim marks a registration as belonging to one resource of this run. It reports false when another one has it: two
// resources that are declared alike must not share a registration.
func (c *Client) Claim(id ObjectID, client ClientID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, taken := c.claimed[id]; taken {
		return false
	}
	c.claimed[id] = client
	return true
}

// Claimed says whether this run of Terraform has made, restored or adopted the registration with an object id or client id.
func (c *Client) Claimed(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for object, client := range c.claimed {
		if strings.EqualFold(string(object), id) || strings.EqualFold(string(client), id) {
			return true
		}
	}
	return false
}

// quoted writes a text for use between the quotes of a filter.
func quoted(text string) string { return strings.ReplaceAll(text, "'", "''") }

// escapeQuery writes a value of a query inside a batch, where a plus sign would stay one.
func escapeQuery(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "+", "%20") }
