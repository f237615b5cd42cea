// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"slices"
	"strings"
)

// TeamsServicePlan is the service plan that lets an account use Teams.
const TeamsServicePlan = "TEAMS1"

// SKU is a product that the tenant has bought.
type SKU struct {
	SKUID         string        `json:"skuId"`
	SKUPartNumber string        `json:"skuPartNumber"`
	Enabled       int           `json:"enabled"` // how many were bought
	ServicePlans  []ServicePlan `json:"servicePlans"`
}

// ServicePlan is one service inside a product.
type ServicePlan struct {
	ServicePlanID   string `json:"servicePlanId"`
	ServicePlanName string `json:"servicePlanName"`
}

// SKUs returns what the tenant has bought.
func (s *State) SKUs() []SKU {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.skus)
}

// ConsumedUnits returns how many users have a product.
func (s *State) ConsumedUnits(skuID string) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.consumed(skuID)
}

func (s *State) sku(id string) (SKU, bool) {
	at := slices.IndexFunc(s.skus, func(k SKU) bool { return strings.EqualFold(k.SKUID, id) })
	if at < 0 {
		return SKU{}, false
	}
	return s.skus[at], true
}

func (s *State) consumed(skuID string) int {
	n := 0
	for _, record := range s.users {
		if record.DeletedDateTime == nil && record.licensed(skuID) {
			n++
		}
	}
	return n
}
