// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"slices"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/subscribedskus"
)

// teamsPlans are the service plans that let an account write in Microsoft Teams, of all clouds (Entra docs, "Product names
// and service plan identifiers for licensing").
var teamsPlans = []string{"TEAMS1", "TEAMS_GOV", "TEAMS_AR_GCCHIGH", "TEAMS_AR_DOD"}

// LicensedForTeams says whether one of these licences of an account includes Microsoft Teams.
func (c *Client) LicensedForTeams(ctx context.Context, skuIDs []string) (bool, error) {
	if len(skuIDs) == 0 {
		return false, nil
	}
	answer, err := call(ctx, "GET /subscribedSkus", func(ctx context.Context) (models.SubscribedSkuCollectionResponseable, error) {
		return subscribedskus.NewSubscribedSkusRequestBuilderInternal(c.path(), c.adapter).Get(ctx, nil)
	})
	if err != nil {
		return false, err
	}
	for _, sku := range answer.GetValue() {
		if id := sku.GetSkuId(); id == nil || !containsFold(skuIDs, id.String()) {
			continue
		}
		for _, plan := range sku.GetServicePlans() {
			if slices.Contains(teamsPlans, text(plan.GetServicePlanName())) {
				return true, nil
			}
		}
	}
	return false, nil
}
