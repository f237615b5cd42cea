// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
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
	_ resource.ResourceWithIdentity       = (*botUserResource)(nil)
	_ resource.ResourceWithMoveState      = (*botUserResource)(nil)
)

func newBotUserResource() resource.Resource { return &botUserResource{} }

func (r *botUserResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_bot_user"
}

func (r *botUserResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

// Create makes the account, or brings a deleted one of the same name back.
func (r *botUserResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config botUserModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	want, err := r.skuIDs(ctx, itemsOf(ctx, plan.LicenseSKUs, &resp.Diagnostics))
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("license_skus"), "The bot user was not created", err.Error())
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	user, restored := r.restore(ctx, plan, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !restored {
		if user, err = r.clients.entra.CreateUser(ctx, plan.user(), config.PasswordWO.ValueString()); err != nil {
			refuseCreation(plan.UserPrincipalName.ValueString(), err, &resp.Diagnostics)
			return
		}
	}
	licenses := plan.LicenseSKUs
	plan.ID = types.StringValue(string(user.ObjectID))
	if plan.UsageLocation.IsUnknown() {
		plan.UsageLocation = types.StringPointerValue(nilIfEmpty(user.UsageLocation))
	}
	if licenses.IsUnknown() {
		want, plan.LicenseSKUs = user.SkuIDs, setOf(r.names(ctx, user.SkuIDs))
	}
	// In the state before anything waits: whatever goes wrong from here on, Terraform knows the account.
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.identity(plan.ID))...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, createdKey, createdNow())...)
	if restored {
		if err := r.clients.entra.UpdateUser(ctx, plan.user(), config.PasswordWO.ValueString()); err != nil {
			addUserError(&resp.Diagnostics, "The restored bot user was not changed", err)
			return
		}
	}
	if err := r.clients.entra.SetLicenses(ctx, user.ObjectID, user.SkuIDs, want); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("license_skus"), "The bot user has no licence yet", err.Error())
	}
	r.rememberSkus(ctx, resp.Private, itemsOf(ctx, plan.LicenseSKUs, &resp.Diagnostics), want)
}

// restore takes the account out of the deleted users, if it is there and may be restored.
func (r *botUserResource) restore(ctx context.Context, plan botUserModel, diags *diag.Diagnostics) (entra.User, bool) {
	name := plan.UserPrincipalName.ValueString()
	if !plan.RestoreDeleted.ValueBool() {
		return entra.User{}, false
	}
	deleted, err := r.clients.entra.DeletedUser(ctx, name)
	if err != nil {
		diags.AddAttributeWarning(path.Root("restore_deleted"), "The deleted users were not searched",
			fmt.Sprintf("Whether %s was deleted earlier and could be restored is not known, so a new account is made.\n\n%s", name, err))
		return entra.User{}, false
	}
	if deleted == nil {
		return entra.User{}, false
	}
	user, err := r.clients.entra.RestoreUser(ctx, *deleted)
	if isTaken(err) {
		return entra.User{}, false // CreateUser will say that the name is taken
	}
	if err != nil {
		diags.AddAttributeError(path.Root("restore_deleted"), "The deleted bot user was not restored",
			fmt.Sprintf("%s stands in the tenant's deleted users with the object id %s. Set restore_deleted = false to make a new account beside it.\n\n%s", name, deleted.ObjectID, err))
		return entra.User{}, false
	}
	diags.AddAttributeWarning(path.Root("user_principal_name"), "A deleted account was restored",
		fmt.Sprintf("%s stood in the tenant's deleted users. It was restored with its object id %s and its chats, and got the attributes and the password of this configuration. With restore_deleted = false a new account is made instead.", name, user.ObjectID))
	return user, true
}

func isTaken(err error) bool {
	_, taken := errors.AsType[*entra.UserExistsError](err)
	return taken
}

func refuseCreation(name string, err error, diags *diag.Diagnostics) {
	if isTaken(err) {
		diags.AddAttributeError(path.Root("user_principal_name"), "The account is there already",
			fmt.Sprintf("%s. Terraform does not take over an account that it did not make. If it is the bot account, import it:\n\n  terraform import msteamssync_bot_user.NAME %s", err, name))
		return
	}
	addUserError(diags, "The bot user was not created", err)
}

// userProblems are attributes by what Graph's sentences about them hold, in lower case.
var userProblems = []struct{ words, attribute string }{
	{"userprincipalname", "user_principal_name"}, {"mailnickname", "mail_nickname"}, {"usage location", "usage_location"},
	{"usagelocation", "usage_location"}, {"password", "password_wo"}, {"displayname", "display_name"},
}

// addUserError adds an error at the attribute that Graph complains about, if it names one.
func addUserError(diags *diag.Diagnostics, summary string, err error) {
	if refused, ok := errors.AsType[*entra.Error](err); ok {
		message := strings.ToLower(refused.Message)
		for _, problem := range userProblems {
			if strings.Contains(message, problem.words) {
				diags.AddAttributeError(path.Root(problem.attribute), summary, err.Error())
				return
			}
		}
	}
	diags.AddError(summary, err.Error())
}

func (r *botUserResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state botUserModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.clients.canRefreshEntra(&resp.Diagnostics) {
		r.refresh(ctx, req, resp, state)
	}
	// Also when the resource has left the state: the framework asks for the identity in any case.
	if !isIdentified(req.Identity) {
		resp.Diagnostics.Append(resp.Identity.Set(ctx, r.identity(state.ID))...)
	}
}

func (r *botUserResource) refresh(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse, state botUserModel) {
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
	r.refreshLicenses(ctx, &state, user.SkuIDs, resp.Private, &resp.Diagnostics)
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
	if password != "" || !want.Same(state.user()) {
		if err := r.clients.entra.UpdateUser(ctx, want, password); err != nil {
			addUserError(&resp.Diagnostics, "The bot user was not changed", err)
			return
		}
	}
	if !plan.LicenseSKUs.Equal(state.LicenseSKUs) {
		written := itemsOf(ctx, plan.LicenseSKUs, &resp.Diagnostics)
		ids, err := r.setLicenses(ctx, want.ObjectID, written)
		if err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("license_skus"), "The bot user's licences were not changed", err.Error())
			return
		}
		r.rememberSkus(ctx, resp.Private, written, ids)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	if !isIdentified(req.Identity) {
		resp.Diagnostics.Append(resp.Identity.Set(ctx, r.identity(plan.ID))...)
	}
}

// Delete moves the account to the deleted users, where it can be restored for 30 days.
func (r *botUserResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state botUserModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	state.refuseDeletion(&resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	if err := r.clients.entra.DeleteUser(ctx, entra.ObjectID(state.ID.ValueString())); err != nil {
		resp.Diagnostics.AddError("The bot user was not deleted", err.Error())
	}
}
