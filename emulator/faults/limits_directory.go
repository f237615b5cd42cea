// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package faults

import (
	"net/http"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// directoryCharges are the resource units of a call of the directory, and its write, if it is one.
func (l *Limits) directoryCharges(call *graph.Call, pattern string) []charge {
	method := call.Request.Method
	app, tenant := call.Caller.AppID, call.Caller.TenantID
	units := float64(catalog.ResourceUnits(method, pattern, len(call.Query.Select) > 0, len(call.Query.Expand) > 0, call.Query.Top))
	both, byApp := "/"+app+"/"+tenant, "/"+app+"/"
	charges := []charge{
		{bucketKey{"directory units, app and tenant", both}, catalog.DirectoryUnits(l.users()), units, "Tenant_Application/ReadWrite" + both, "ResourceUnitLimitExceeded"},
		{bucketKey{"directory units, app", byApp}, catalog.DirectoryUnitsPerApp, units, "Application/ReadWrite" + byApp, "ResourceUnitLimitExceeded"},
	}
	if method == http.MethodGet {
		return charges
	}
	return append(charges,
		charge{bucketKey{"directory writes, app and tenant", both}, catalog.DirectoryWrites, 1, "Tenant_Application/Write" + both, "WriteLimitExceeded"},
		charge{bucketKey{"directory writes, app", byApp}, catalog.DirectoryWritesPerApp, 1, "Application/Write" + byApp, "WriteLimitExceeded"},
		charge{bucketKey{"directory writes, tenant", tenant}, catalog.DirectoryWritesPerTenant, 1, "Tenant/Write//" + tenant, "WriteLimitExceeded"},
	)
}
