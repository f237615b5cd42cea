// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package governor

import (
	"fmt"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// directory is the row of what is neither Teams nor subscriptions. The tenant's size is not known, so it is taken for
// small.
var directory = catalog.Limits{Name: "directory", By: [4]catalog.Limit{catalog.PerAppAndTenant: catalog.DirectoryUnits(0)}}

// limitsOf returns the row of a request and how much of it the request costs.
func limitsOf(method, route string) (limits catalog.Limits, cost int) {
	if l, ok := catalog.LimitsOf(method, route); ok {
		return l, 1
	}
	return directory, catalog.ResourceUnits(method, route, false, false, 0)
}

// wish is what a call needs: its row, and for each account that may make it the account's bucket.
type wish struct {
	row      catalog.Limits
	cost     int
	scope    string // whose buckets: an application in a tenant
	resource string
	users    []bridge.AccountID // one of them; a single empty one for the application
	late     bool
}

func wishOf(scope string, call bridge.Call) wish {
	method, route := teams.RouteOf(call)
	w := wish{scope: scope, resource: string(call.In.ID), late: call.Late}
	w.row, w.cost = limitsOf(method, route)
	for _, account := range call.As {
		w.users = append(w.users, account.ID)
	}
	if len(w.users) == 0 {
		w.users = []bridge.AccountID{""}
	}
	return w
}

// same tells whether a permit for one wish does for the other.
func (w wish) same(o wish) bool {
	if w.row.Name != o.row.Name || w.scope != o.scope || w.resource != o.resource || len(w.users) != len(o.users) {
		return false
	}
	for i := range w.users {
		if w.users[i] != o.users[i] {
			return false
		}
	}
	return true
}

// key names a bucket of the wish.
func (w wish) key(d catalog.Dimension, id string) string {
	return strings.Join([]string{w.scope, w.row.Name, fmt.Sprint(int(d)), id}, "|")
}
