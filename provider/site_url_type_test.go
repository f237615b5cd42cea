// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestSiteURLSemanticEquality(t *testing.T) {
	for _, test := range []struct {
		a, b  string
		equal bool
	}{
		{"https://chat.example.com", "https://chat.example.com/", true},
		{"https://chat.example.com", "HTTPS://Chat.Example.com:443", true},
		{"https://chat.example.com/mm", "https://chat.example.com/mm/", true},
		{"https://chat.example.com", "https://chat.example.com:8443", false},
		{"https://chat.example.com", "https://chat.example.org", false},
		{"https://chat.example.com", "nonsense", false},
	} {
		equal, diags := newSiteURL(test.a).StringSemanticEquals(t.Context(), newSiteURL(test.b))
		if equal != test.equal || diags.HasError() {
			t.Errorf("%q and %q: equal = %v, want %v (%v)", test.a, test.b, equal, test.equal, diags)
		}
	}
}

func TestSiteURLValidation(t *testing.T) {
	for value, valid := range map[string]bool{
		"https://chat.example.com": true, "http://localhost:8065": true, "http://chat.example.com": false, "chat.example.com": false,
	} {
		var resp xattr.ValidateAttributeResponse
		newSiteURL(value).ValidateAttribute(t.Context(), xattr.ValidateAttributeRequest{Path: path.Root("site_url")}, &resp)
		if resp.Diagnostics.HasError() == valid {
			t.Errorf("%q: valid should be %v: %v", value, valid, resp.Diagnostics)
		}
	}
}

func TestSiteURLConvertsFromTerraform(t *testing.T) {
	ctx := context.Background()
	for _, value := range []tftypes.Value{
		tftypes.NewValue(tftypes.String, "https://chat.example.com"),
		tftypes.NewValue(tftypes.String, nil),
		tftypes.NewValue(tftypes.String, tftypes.UnknownValue),
	} {
		got, err := siteURLType{}.ValueFromTerraform(ctx, value)
		if err != nil {
			t.Fatal(err)
		}
		text, err := basetypes.StringType{}.ValueFromTerraform(ctx, value)
		if err != nil {
			t.Fatal(err)
		}
		if site, ok := got.(siteURLValue); !ok || !site.StringValue.Equal(text) {
			t.Errorf("%v became %v", value, got)
		}
	}
}
