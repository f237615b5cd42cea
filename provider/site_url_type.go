// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// siteURLType is the type of a Mattermost site URL: https, and equal to another one whatever the case of the host name, a
// default port or a trailing slash.
type siteURLType struct{ basetypes.StringType }

// siteURLValue is a value of siteURLType.
type siteURLValue struct{ basetypes.StringValue }

var (
	_ basetypes.StringTypable                    = siteURLType{}
	_ basetypes.StringValuableWithSemanticEquals = siteURLValue{}
	_ xattr.ValidateableAttribute                = siteURLValue{}
)

func newSiteURL(value string) siteURLValue {
	return siteURLValue{basetypes.NewStringValue(value)}
}

func (t siteURLType) Equal(other attr.Type) bool {
	o, ok := other.(siteURLType)
	return ok && t.StringType.Equal(o.StringType)
}

func (t siteURLType) String() string { return "siteURLType" }

func (t siteURLType) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return siteURLValue{in}, nil
}

func (t siteURLType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	text, ok := value.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("a site URL is not a string but %T", value)
	}
	return siteURLValue{text}, nil
}

func (t siteURLType) ValueType(context.Context) attr.Value { return siteURLValue{} }

func (v siteURLValue) Type(context.Context) attr.Type { return siteURLType{} }

func (v siteURLValue) Equal(other attr.Value) bool {
	o, ok := other.(siteURLValue)
	return ok && v.StringValue.Equal(o.StringValue)
}

// StringSemanticEquals keeps the spelling in the state when the address is the same.
func (v siteURLValue) StringSemanticEquals(_ context.Context, other basetypes.StringValuable) (bool, diag.Diagnostics) {
	o, ok := other.(siteURLValue)
	return ok && sameSiteURL(v.ValueString(), o.ValueString()), nil
}

// ValidateAttribute refuses what Entra and Graph would refuse later.
func (v siteURLValue) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	if v.IsNull() || v.IsUnknown() {
		return
	}
	if _, err := catalog.NormalizeSiteURL(v.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid site URL", err.Error())
	}
}

func sameSiteURL(a, b string) bool {
	x, errX := catalog.NormalizeSiteURL(a)
	y, errY := catalog.NormalizeSiteURL(b)
	return errX == nil && errY == nil && x == y
}
