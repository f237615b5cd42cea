// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// botUserResource is msteamssync_bot_user: the account that posts in Teams for people without a connected account.
type botUserResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure      = (*botUserResource)(nil)
	_ resource.ResourceWithImportState    = (*botUserResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*botUserResource)(nil)
	_ resource.ResourceWithValidateConfig = (*botUserResource)(nil)
)

func newBotUserResource() resource.Resource { return &botUserResource{} }

func (r *botUserResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_bot_user"
}

func (r *botUserResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

func (r *botUserResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config botUserModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	skus, err := r.skuIDs(ctx, itemsOf(ctx, plan.LicenseSKUs, &resp.Diagnostics))
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("license_skus"), "The bot user was not created", err.Error())
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	user, err := r.clients.entra.CreateUser(ctx, plan.user(), config.PasswordWO.ValueString())
	var exists *entra.UserExistsError
	if errors.As(err, &exists) {
		resp.Diagnostics.AddAttributeError(path.Root("user_principal_name"), "The account is there already",
			fmt.Sprintf("%s. Terraform does not take over an account that it did not make. If it is the bot account, import it:\n\n  terraform import msteamssync_bot_user.NAME %s", err, plan.UserPrincipalName.ValueString()))
		return
	}
	if err != nil {
		resp.Diagnostics.AddError("The bot user was not created", err.Error())
		return
	}
	plan.ID = types.StringValue(string(user.ObjectID))
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, createdKey, createdNow())...)
	if err := r.clients.entra.SetLicenses(ctx, user.ObjectID, nil, skus); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("license_skus"), "The bot user has no licence yet", err.Error())
	}
}

func (r *botUserResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state botUserModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.canRefreshEntra(&resp.Diagnostics) {
		return
	}
	id := state.ID.ValueString()
	user, err := r.clients.entra.User(ctx, id)
	if entra.IsNotFound(err) {
		var found verdict
		found, err = r.clients.judgeMissing(ctx, req.Private, entra.ObjectID(id), func(ctx context.Context) (err error) {
			user, err = r.clients.entra.User(ctx, id)
			return err
		})
		switch {
		case err == nil && found == gone:
			resp.State.RemoveResource(ctx)
			return
		case err == nil && found == tooRecent:
			warnTooRecent(&resp.Diagnostics, "The account "+state.UserPrincipalName.ValueString())
			return
		}
	}
	if err != nil {
		resp.Diagnostics.AddError("The bot user cannot be read", err.Error())
		return
	}
	state.refresh(user)
	if !state.LicenseSKUs.IsNull() {
		skus, err := r.clients.entra.Skus(ctx)
		if err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("license_skus"), "The bot user's licences cannot be read", err.Error())
			return
		}
		state.LicenseSKUs = skuSpelling(skus).refresh(ctx, state.LicenseSKUs, partNumbers(skus, user.SkuIDs), &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *botUserResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state, config botUserModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	plan.ID = state.ID
	want, password := plan.user(), ""
	if !plan.PasswordWOVersion.Equal(state.PasswordWOVersion) {
		password = config.PasswordWO.ValueString()
	}
	if err := r.clients.entra.UpdateUser(ctx, want, password); err != nil {
		resp.Diagnostics.AddError("The bot user was not changed", err.Error())
		return
	}
	if !plan.LicenseSKUs.IsNull() && !plan.LicenseSKUs.Equal(state.LicenseSKUs) {
		if err := r.setLicenses(ctx, want.ObjectID, itemsOf(ctx, plan.LicenseSKUs, &resp.Diagnostics)); err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("license_skus"), "The bot user's licences were not changed", err.Error())
			return
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *botUserResource) setLicenses(ctx context.Context, id entra.ObjectID, written []string) error {
	want, err := r.skuIDs(ctx, written)
	if err != nil {
		return err
	}
	user, err := r.clients.entra.AwaitUser(ctx, string(id))
	if err != nil {
		return err
	}
	return r.clients.entra.SetLicenses(ctx, id, user.SkuIDs, want)
}

// Delete moves the account to the deleted users, where it can be restored for 30 days.
func (r *botUserResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state botUserModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	if err := r.clients.entra.DeleteUser(ctx, entra.ObjectID(state.ID.ValueString())); err != nil {
		resp.Diagnostics.AddError("The bot user was not deleted", err.Error())
	}
}

// ImportState takes the user principal name or the object id.
func (r *botUserResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	user, err := r.clients.entra.User(ctx, strings.TrimSpace(req.ID))
	if err != nil {
		resp.Diagnostics.AddError("The account to import was not found",
			fmt.Sprintf("No user of the tenant has the user principal name or object id %q.\n\n%s", req.ID, err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), string(user.ObjectID))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("license_skus"), types.SetValueMust(types.StringType, []attr.Value{}))...)
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
		if _, err := uuid.Parse(id); err != nil {
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
