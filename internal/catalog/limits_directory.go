// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package catalog

import "time"

// The directory's limits (Graph docs, "throttling-limits", Identity and access). Reads and writes cost resource units;
// writes are counted besides.
var (
	DirectoryUnitsPerApp     = Limit{150_000, 20 * time.Second}
	DirectoryWrites          = Limit{3_000, 150 * time.Second} // per application and tenant
	DirectoryWritesPerApp    = Limit{35_000, 5 * time.Minute}
	DirectoryWritesPerTenant = Limit{18_000, 5 * time.Minute}
)

// DirectoryUnits are the resource units of one application in a tenant with that many users.
func DirectoryUnits(users int) Limit {
	switch {
	case users < 50:
		return Limit{3_500, 10 * time.Second}
	case users <= 500:
		return Limit{5_000, 10 * time.Second}
	}
	return Limit{8_000, 10 * time.Second}
}

// baseCosts are the calls that do not cost one resource unit.
var baseCosts = map[string]int{
	"GET /users":                                        2,
	"GET /applications":                                 2,
	"GET /oauth2PermissionGrants":                       2,
	"GET /groups/{group-id}/members":                    3,
	"GET /subscribedSkus":                               3,
	"GET /servicePrincipals/{sp-id}/appRoleAssignments": 2,
}

// ResourceUnits is what a call of the directory costs. top is 0 without $top.
func ResourceUnits(method, pattern string, selects, expands bool, top int) int {
	cost := max(baseCosts[method+" "+pattern], 1)
	if selects {
		cost--
	}
	if expands {
		cost++
	}
	if top > 0 && top < 20 {
		cost--
	}
	return max(cost, 1)
}
