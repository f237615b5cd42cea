// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/subscribedskus"
)

// Sku is a licence that the tenant has bought.
type Sku struct {
	ID         string // GUID
	PartNumber string // e.g. TEAMS_ENTERPRISE
}

// Skus lists the licences that the tenant has bought, asking once.
func (c *Client) Skus(ctx context.Context) ([]Sku, error) {
	c.mu.Lock()
	known := c.skus
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	answer, err := call(ctx, "GET /subscribedSkus", func(ctx context.Context) (models.SubscribedSkuCollectionResponseable, error) {
		return subscribedskus.NewSubscribedSkusRequestBuilderInternal(c.path(), c.adapter).Get(ctx, nil)
	})
	if err != nil {
		return nil, err
	}
	list := []Sku{}
	for _, sku := range answer.GetValue() {
		if id := sku.GetSkuId(); id != nil {
			list = append(list, Sku{ID: id.String(), PartNumber: text(sku.GetSkuPartNumber())})
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skus = list
	return list, nil
}
