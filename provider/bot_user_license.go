// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// skusKey is where the private state keeps the part numbers of the account's licences, by id, so that a refresh need not
// ask for the tenant's licences.
const skusKey = "skus"

func rememberedSkus(ctx context.Context, private privateState) []entra.Sku {
	byID := map[string]string{}
	if value, problems := private.GetKey(ctx, skusKey); !problems.HasError() && len(value) > 0 {
		_ = json.Unmarshal(value, &byID) // unreadable: ask again
	}
	var skus []entra.Sku
	for id, part := range byID {
		skus = append(skus, entra.Sku{ID: id, PartNumber: part})
	}
	return skus
}

// rememberSkus keeps those of the tenant's licences that the configuration or the account has. Without them, which is no
// error, the next refresh asks again.
func (r *botUserResource) rememberSkus(ctx context.Context, private privateWriter, written, ids []string) {
	if len(written)+len(ids) == 0 {
		return
	}
	skus, err := r.clients.entra.Skus(ctx)
	if err != nil {
		return
	}
	byID := map[string]string{}
	for _, id := range ids {
		byID[strings.ToLower(id)] = "" // one that the tenant has no name for is known, too
	}
	for _, sku := range skus {
		id := strings.ToLower(sku.ID)
		_, assigned := byID[id]
		named := slices.ContainsFunc(written, func(w string) bool { return strings.EqualFold(w, sku.PartNumber) })
		if assigned || named {
			byID[id] = sku.PartNumber
		}
	}
	value, _ := json.Marshal(byID)
	_ = private.SetKey(ctx, skusKey, value)
}

// cover says whether the licences name all ids and part numbers.
func cover(skus []entra.Sku, written, ids []string) bool {
	for _, id := range ids {
		if !slices.ContainsFunc(skus, func(s entra.Sku) bool { return strings.EqualFold(s.ID, id) }) {
			return false
		}
	}
	for _, w := range written {
		if !isGUID(skuSpelling(skus)(w)) {
			return false
		}
	}
	return true
}

func isGUID(text string) bool {
	_, err := uuid.Parse(text)
	return err == nil
}

// skusFor returns licences that name all ids and part numbers, from the private state if that has them.
func (r *botUserResource) skusFor(ctx context.Context, private privateState, written, ids []string) (skus []entra.Sku, remembered bool, err error) {
	if skus = rememberedSkus(ctx, private); cover(skus, written, ids) {
		return skus, true, nil
	}
	skus, err = r.clients.entra.Skus(ctx)
	return skus, false, err
}

// refreshLicenses takes over which licences the account has, written as the state writes them.
func (r *botUserResource) refreshLicenses(ctx context.Context, state *botUserModel, ids []string, private interface {
	privateState
	privateWriter
}, diags *diag.Diagnostics,
) {
	written := itemsOf(ctx, state.LicenseSKUs, diags)
	skus, remembered, err := r.skusFor(ctx, private, written, ids)
	switch {
	case err != nil && slices.ContainsFunc(written, func(w string) bool { return !isGUID(w) }):
		diags.AddAttributeError(path.Root("license_skus"), "The bot user's licences cannot be read", err.Error())
		return
	case err == nil && !remembered:
		r.rememberSkus(ctx, private, written, ids)
	}
	state.LicenseSKUs = skuSpelling(skus).refresh(ctx, state.LicenseSKUs, partNumbers(skus, ids), diags)
}

// keepSkuSpelling plans no change when the configuration writes the state's licences differently.
func (r *botUserResource) keepSkuSpelling(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state types.Set
	at := path.Root("license_skus")
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, at, &plan)...)
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, at, &state)...)
	if plan.IsNull() || state.IsNull() || !isFullyKnown(plan) || plan.Equal(state) {
		return
	}
	want, has := itemsOf(ctx, plan, &resp.Diagnostics), itemsOf(ctx, state, &resp.Diagnostics)
	skus, _, err := r.skusFor(ctx, req.Private, slices.Concat(want, has), nil)
	if err != nil {
		return // apply will say so
	}
	if skuSpelling(skus).sameItems(want, has) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, at, state)...)
	}
}

// setLicenses gives the account exactly the written licences and returns their ids.
func (r *botUserResource) setLicenses(ctx context.Context, id entra.ObjectID, written []string) ([]string, error) {
	want, err := r.skuIDs(ctx, written)
	if err != nil {
		return nil, err
	}
	user, err := r.clients.entra.AwaitUser(ctx, string(id))
	if err != nil {
		return nil, err
	}
	return want, r.clients.entra.SetLicenses(ctx, id, user.SkuIDs, want)
}

// skuIDs turns part numbers into ids of licences that the tenant has. Ids pass.
func (r *botUserResource) skuIDs(ctx context.Context, written []string) ([]string, error) {
	var ids, owned []string
	var skus []entra.Sku
	for _, w := range written {
		if id, err := uuid.Parse(w); err == nil {
			ids = append(ids, id.String())
			continue
		}
		if skus == nil {
			var err error
			if skus, err = r.clients.entra.Skus(ctx); err != nil {
				return nil, err
			}
			for _, sku := range skus {
				owned = append(owned, sku.PartNumber)
			}
		}
		id := skuSpelling(skus)(w)
		if !isGUID(id) {
			return nil, fmt.Errorf("the tenant has no licence with the part number %q; it has: %s", w, strings.Join(owned, ", "))
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// skuSpelling makes a part number in any case and the licence's id the same.
func skuSpelling(skus []entra.Sku) spelling {
	return func(written string) string {
		for _, sku := range skus {
			if strings.EqualFold(sku.PartNumber, written) {
				return strings.ToLower(sku.ID)
			}
		}
		return strings.ToLower(written)
	}
}

// names returns part numbers for licences, or their ids where the tenant's licences cannot be asked for.
func (r *botUserResource) names(ctx context.Context, ids []string) []string {
	if len(ids) == 0 {
		return nil
	}
	skus, _ := r.clients.entra.Skus(ctx)
	return partNumbers(skus, ids)
}

func partNumbers(skus []entra.Sku, ids []string) []string {
	var names []string
	for _, id := range ids {
		name := id
		for _, sku := range skus {
			if strings.EqualFold(sku.ID, id) && sku.PartNumber != "" {
				name = sku.PartNumber
			}
		}
		names = append(names, name)
	}
	return names
}
