// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

func TestNeedsOfAPlan(t *testing.T) {
	texts := func(items ...string) tftypes.Value {
		var values []tftypes.Value
		for _, item := range items {
			values = append(values, tftypes.NewValue(tftypes.String, item))
		}
		return tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, values)
	}
	account := func(name string, licences tftypes.Value) map[string]tftypes.Value {
		return map[string]tftypes.Value{"display_name": tftypes.NewValue(tftypes.String, name), "license_skus": licences}
	}
	unknown := tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, tftypes.UnknownValue)
	const create, change, license, remove = "POST /users", "PATCH /users/{user-id}", "POST /users/{user-id}/assignLicense", "DELETE /users/{user-id}"
	for name, test := range map[string]struct {
		before, after map[string]tftypes.Value
		want          []string
	}{
		"nothing":                {nil, nil, nil},
		"create":                 {nil, account("a", texts("x")), []string{create, license}},
		"create without licence": {nil, account("a", texts()), []string{create}},
		"create, licence later":  {nil, account("a", unknown), []string{create, license}},
		"no change":              {account("a", texts("x")), account("a", texts("x")), nil},
		"rename":                 {account("a", texts("x")), account("b", texts("x")), []string{change}},
		"another licence":        {account("a", texts("x")), account("a", texts("y")), []string{license}},
		"destroy":                {account("a", texts("x")), nil, []string{remove}},
	} {
		var got []string
		for _, each := range botUserNeeds.of(test.before, test.after) {
			got = append(got, each.call)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// TestNeedsAreInTheCatalogue: a misspelt call would never be missed.
func TestNeedsAreInTheCatalogue(t *testing.T) {
	for _, all := range []needs{applicationNeeds, adminConsentNeeds, clientSecretNeeds, botUserNeeds} {
		for _, each := range slices.Concat(all.create, all.update, all.remove) {
			if !catalog.Known(each.call) {
				t.Errorf("the permission catalogue has no call %q", each.call)
			}
		}
	}
}

func TestDirectoryRolesMayStandIn(t *testing.T) {
	var diags diag.Diagnostics
	rights := entra.Rights{AppOnly: true, DirectoryRoles: []string{"9B895D92-2cd3-44c7-9d02-a6ac2d5ea5c3", "12345678-0000-4000-8000-000000000000"}}
	warnOfMissing(rights, applicationNeeds.create, &diags)
	if diags.HasError() || len(diags) != 2 {
		t.Fatalf("%v", diags)
	}
	for _, words := range []string{"Application.ReadWrite.All", "has the directory role Application Administrator, 12345678-0000-4000-8000-000000000000, which may stand in"} {
		if !strings.Contains(diags[0].Detail(), words) {
			t.Errorf("%q does not say %q", diags[0].Detail(), words)
		}
	}
}
