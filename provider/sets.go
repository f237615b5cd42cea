// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// setOf makes a set of strings, sorted so that a plan reads well.
func setOf(items []string) types.Set {
	sorted := slices.Sorted(slices.Values(items))
	values := make([]types.String, 0, len(sorted))
	for _, item := range slices.Compact(sorted) {
		values = append(values, types.StringValue(item))
	}
	set, _ := types.SetValueFrom(context.Background(), types.StringType, values)
	return set
}

// itemsOf reads a set of strings. Null and unknown sets have no items.
func itemsOf(ctx context.Context, set types.Set, diags *diag.Diagnostics) []string {
	if set.IsNull() || set.IsUnknown() {
		return nil
	}
	var items []string
	diags.Append(set.ElementsAs(ctx, &items, false)...)
	return items
}

// isFullyKnown says whether the set and all its items are known.
func isFullyKnown(set types.Set) bool {
	if set.IsUnknown() {
		return false
	}
	for _, item := range set.Elements() {
		if item.IsUnknown() {
			return false
		}
	}
	return true
}

// spelling maps every way to write an item to one of them, so that a re-cased or otherwise rewritten item is no change.
type spelling func(string) string

// sameItems compares two lists as sets.
func (s spelling) sameItems(a, b []string) bool { return slices.Equal(s.normal(a), s.normal(b)) }

func (s spelling) normal(items []string) []string {
	list := make([]string, 0, len(items))
	for _, item := range items {
		list = append(list, s(item))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// refresh returns what the remote side has, written as prior writes it as far as prior has it.
func (s spelling) refresh(ctx context.Context, prior types.Set, remote []string, diags *diag.Diagnostics) types.Set {
	known := map[string]string{}
	for _, item := range itemsOf(ctx, prior, diags) {
		known[s(item)] = item
	}
	list := make([]string, 0, len(remote))
	for _, item := range remote {
		if written, ok := known[s(item)]; ok {
			item = written
		}
		list = append(list, item)
	}
	return setOf(list)
}

// keepSpelling plans no change for a set that only writes the items of the state differently.
func keepSpelling(s spelling) planmodifier.Set { return keepSpellingModifier{s} }

type keepSpellingModifier struct{ spelling spelling }

func (m keepSpellingModifier) Description(context.Context) string {
	return "Items compare without case and order."
}

func (m keepSpellingModifier) MarkdownDescription(ctx context.Context) string {
	return m.Description(ctx)
}

func (m keepSpellingModifier) PlanModifySet(ctx context.Context, req planmodifier.SetRequest, resp *planmodifier.SetResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsNull() || !isFullyKnown(req.PlanValue) {
		return
	}
	if m.spelling.sameItems(itemsOf(ctx, req.StateValue, &resp.Diagnostics), itemsOf(ctx, req.PlanValue, &resp.Diagnostics)) {
		resp.PlanValue = req.StateValue
	}
}

// keepEqual plans no change for a string that is equal to the state's in the given sense.
func keepEqual(equal func(a, b string) bool) planmodifier.String { return keepEqualModifier{equal} }

type keepEqualModifier struct{ equal func(a, b string) bool }

func (m keepEqualModifier) Description(context.Context) string { return "Equal values are no change." }

func (m keepEqualModifier) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (m keepEqualModifier) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsNull() || req.PlanValue.IsUnknown() {
		return
	}
	if m.equal(req.StateValue.ValueString(), req.PlanValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}
