// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi/httpapitest"
)

// TestTheDescriptionIsTheTableOfRoutes; that answers are as it describes them is tested on a real server (e2e/rest).
func TestTheDescriptionIsTheTableOfRoutes(t *testing.T) {
	operations := httpapitest.Read(t).Operations()
	for _, route := range httpapi.Routes() {
		name := route.Method + " " + route.Path
		o, ok := operations[name]
		if !ok {
			t.Errorf("%s is not in openapi.yaml", name)
			continue
		}
		delete(operations, name)
		if o.Role != route.Role.String() {
			t.Errorf("%s: openapi.yaml says x-role %q, the table %q", name, o.Role, route.Role)
		}
		if o.Summary == "" {
			t.Errorf("%s has no summary", name)
		}
		if o.RequestBody != nil && route.MaxBody == 0 {
			t.Errorf("%s: openapi.yaml describes a body, the table lets none in", name)
		}
		for status, can := range map[string]bool{
			"400": route.MaxBody > 0,
			"401": route.Role != httpapi.Anonymous,
			"403": route.Role > httpapi.User || route.Role == httpapi.User && route.Method != http.MethodGet, // cross_origin
			"413": route.MaxBody > 0,
			"429": true,
			"500": true,
		} {
			if _, described := o.Responses[status]; can && !described {
				t.Errorf("%s: openapi.yaml does not say that it answers %s", name, status)
			}
		}
	}
	for name := range operations {
		t.Errorf("%s is in openapi.yaml and not in the table", name)
	}
}
