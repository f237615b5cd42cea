// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directoryapi

import (
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

func (a *api) registerOrganization(front *graph.Front) {
	front.Handle("GET", "/organization", a.listOrganization)
	front.Handle("GET", "/organization/{organization-id}", a.getOrganization, graph.SameAs("GET /organization"))
	front.Handle("GET", "/subscribedSkus", a.listSKUs)
	front.Handle("GET", "/subscribedSkus/{sku-id}", a.getSKU, graph.SameAs("GET /subscribedSkus"))
}

func (a *api) organization() map[string]any {
	tenant := a.dir.Tenant()
	domains := []any{}
	for i, name := range tenant.Domains {
		domains = append(domains, map[string]any{"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": i == 0, "isInitial": i == 0, "name": name, "type": "Managed"})
	}
	return map[string]any{
		"id": tenant.ID, "displayName": tenant.DisplayName, "createdDateTime": tenant.Created.Format("2006-01-02T15:04:05Z"), "deletedDateTime": nil,
		"tenantType": "AAD", "countryLetterCode": "US", "preferredLanguage": "en", "verifiedDomains": domains, "assignedPlans": []any{}, "provisionedPlans": []any{},
		"businessPhones": []any{}, "technicalNotificationMails": []any{}, "securityComplianceNotificationMails": []any{}, "onPremisesSyncEnabled": nil,
	}
}

func (a *api) listOrganization(call *graph.Call) (*graph.Response, error) {
	return graph.Page(call, []any{a.organization()}, 100, 999)
}

func (a *api) getOrganization(call *graph.Call) (*graph.Response, error) {
	if !strings.EqualFold(call.Path["organization-id"], a.dir.Tenant().ID) {
		return nil, graph.NotFound(call.Path["organization-id"])
	}
	return one(call, "organization", a.organization())
}

func servicePlans(sku directory.SKU) []any {
	plans := []any{}
	for _, plan := range sku.ServicePlans {
		plans = append(plans, map[string]any{"servicePlanId": plan.ServicePlanID, "servicePlanName": plan.ServicePlanName, "provisioningStatus": "Success", "appliesTo": "User"})
	}
	return plans
}

func (a *api) sku(sku directory.SKU) map[string]any {
	tenant := a.dir.Tenant()
	return map[string]any{
		"id": tenant.ID + "_" + sku.SKUID, "accountId": tenant.ID, "accountName": tenant.DisplayName, "appliesTo": "User", "capabilityStatus": "Enabled",
		"skuId": sku.SKUID, "skuPartNumber": sku.SKUPartNumber, "consumedUnits": a.dir.ConsumedUnits(sku.SKUID), "subscriptionIds": []any{},
		"prepaidUnits": map[string]any{"enabled": sku.Enabled, "suspended": 0, "warning": 0, "lockedOut": 0}, "servicePlans": servicePlans(sku),
	}
}

func (a *api) listSKUs(call *graph.Call) (*graph.Response, error) {
	items := []any{}
	for _, sku := range a.dir.SKUs() {
		items = append(items, a.sku(sku))
	}
	return graph.Page(call, items, 100, 999)
}

func (a *api) getSKU(call *graph.Call) (*graph.Response, error) {
	all := a.dir.SKUs()
	at := slices.IndexFunc(all, func(sku directory.SKU) bool { return strings.HasSuffix(call.Path["sku-id"], sku.SKUID) })
	if at < 0 {
		return nil, graph.NotFound(call.Path["sku-id"])
	}
	return one(call, "subscribedSkus", a.sku(all[at]))
}
