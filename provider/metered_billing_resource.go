// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/billing"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// meteredBillingResource is msteamssync_metered_billing: the Azure resource that links the application to a subscription.
type meteredBillingResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure   = (*meteredBillingResource)(nil)
	_ resource.ResourceWithImportState = (*meteredBillingResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*meteredBillingResource)(nil)
	_ resource.ResourceWithIdentity    = (*meteredBillingResource)(nil)
	_ resource.ResourceWithMoveState   = (*meteredBillingResource)(nil)
)

func newMeteredBillingResource() resource.Resource { return &meteredBillingResource{} }

func (r *meteredBillingResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_metered_billing"
}

func (r *meteredBillingResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

// meteredBillingIdentity is what tells one account from another.
type meteredBillingIdentity struct {
	ID types.String `tfsdk:"id"`
}

func (r *meteredBillingResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{RequiredForImport: true, Description: "ARM ID of the billing account."},
	}}
}

// Create links the application, or adopts the account that links it already.
func (r *meteredBillingResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan meteredBillingModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	id, want := plan.accountID(), billing.Account{ClientID: plan.ClientID.ValueString(), Tags: plan.tags(ctx, &resp.Diagnostics)}
	existing := r.existing(ctx, id, want.ClientID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if existing != nil && plan.Tags.IsUnknown() {
		want.Tags = existing.Tags
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	account, err := r.put(ctx, id, want)
	if err != nil {
		addBillingError(&resp.Diagnostics, "The billing account was not created", err)
		return
	}
	if existing != nil {
		resp.Diagnostics.AddAttributeWarning(path.Root("name"), "An existing billing account was adopted",
			fmt.Sprintf("%s was linked to the application %s already. Terraform manages it from now on: destroying the resource deletes it.", id, want.ClientID))
	}
	planned := plan.Tags
	plan.refresh(ctx, id, account, &resp.Diagnostics)
	if !planned.IsUnknown() { // a policy of the subscription may add tags; the next plan shows them
		plan.Tags = planned
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, meteredBillingIdentity{plan.ID})...)
}

// put makes the account. An application that was registered a moment ago is not known to Azure at once, so its refusal is
// repeated for a while.
func (r *meteredBillingResource) put(ctx context.Context, id billing.AccountID, want billing.Account) (account billing.Account, err error) {
	once := func(ctx context.Context) (err error) {
		account, err = r.clients.billing.Put(ctx, id, want)
		return err
	}
	err = once(ctx)
	if !billing.IsInvalid(err) {
		return account, err
	}
	app, lookErr := r.clients.entra.ApplicationByClientID(ctx, entra.ClientID(want.ClientID))
	if lookErr == nil && time.Since(app.Created) < r.clients.policy.Limit() {
		err = r.clients.policy.Retry(ctx, billing.IsInvalid, once)
	}
	return account, err
}

// billingProblems are attributes by the codes of Azure Resource Manager that are about them.
var billingProblems = map[string]string{
	"ResourceGroupNotFound": "resource_group_name", "SubscriptionNotFound": "subscription_id", "InvalidSubscriptionId": "subscription_id",
	"InvalidAppId": "client_id", "Conflict": "client_id", "PropertyChangeNotAllowed": "name", "InvalidResourceName": "name",
}

// addBillingError adds an error at the attribute that it is about, if there is one.
func addBillingError(diags *diag.Diagnostics, summary string, err error) {
	text := err.Error() + conflictHint(err)
	if refused, ok := errors.AsType[*billing.Error](err); ok && billingProblems[refused.Code] != "" {
		diags.AddAttributeError(path.Root(billingProblems[refused.Code]), summary, text)
		return
	}
	diags.AddError(summary, text)
}

// existing finds the account of that id. One that belongs to another application, and another account of this application
// in the subscription, are errors: an application has one account at most.
func (r *meteredBillingResource) existing(ctx context.Context, id billing.AccountID, client string, diags *diag.Diagnostics) *billing.Account {
	list, err := r.clients.billing.List(ctx, id.SubscriptionID)
	if err != nil { // perhaps the caller may read the resource group only
		account, err := r.clients.billing.Get(ctx, id)
		switch {
		case billing.IsNotFound(err):
			return nil
		case err != nil:
			addBillingError(diags, "The billing account was not created", err)
			return nil
		}
		list = []billing.Linked{{ID: id, Account: account}}
	}
	var found *billing.Account
	for _, linked := range list {
		here, ours := linked.ID.Same(id), strings.EqualFold(linked.ClientID, client)
		switch {
		case here && ours:
			found = &linked.Account
		case here:
			diags.AddAttributeError(path.Root("name"), "The billing account belongs to another application",
				fmt.Sprintf("%s is linked to the application %s. Choose another name, or import that account:\n\n  terraform import msteamssync_metered_billing.NAME %s", linked.ID, linked.ClientID, linked.ID))
		case ours:
			diags.AddAttributeError(path.Root("client_id"), "The application has another billing account",
				fmt.Sprintf("The application %s is linked to a subscription by %s, and an application has one billing account at most. Give this resource that name and resource group, then it is adopted, or import it:\n\n  terraform import msteamssync_metered_billing.NAME %s", client, linked.ID, linked.ID))
		}
	}
	return found
}

// conflictHint explains a refusal that the list of the subscription did not announce.
func conflictHint(err error) string {
	if !billing.IsConflict(err) {
		return ""
	}
	return "\n\nAn application has one billing account at most. In another subscription, this finds it: az resource list --resource-type Microsoft.GraphServices/accounts --subscription SUBSCRIPTION. Import it, or delete it there."
}

func (r *meteredBillingResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state meteredBillingModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.clients.canRefreshEntra(&resp.Diagnostics) {
		r.refresh(ctx, resp, state)
	}
	if !isIdentified(req.Identity) {
		resp.Diagnostics.Append(resp.Identity.Set(ctx, meteredBillingIdentity{state.ID})...)
	}
}

func (r *meteredBillingResource) refresh(ctx context.Context, resp *resource.ReadResponse, state meteredBillingModel) {
	id := state.accountID()
	account, err := r.clients.billing.Get(ctx, id)
	if billing.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.AddError("The billing account cannot be read", err.Error())
		return
	}
	if linked := state.ClientID.ValueString(); linked != "" && !strings.EqualFold(linked, account.ClientID) {
		// Azure lets nobody change the application of an account, so somebody has put another one in its place.
		resp.Diagnostics.AddAttributeWarning(path.Root("client_id"), "The billing account was replaced",
			fmt.Sprintf("%s now belongs to the application %s. Terraform does not touch it, and plans to make an account for %s.", id, account.ClientID, linked))
		resp.State.RemoveResource(ctx)
		return
	}
	state.refresh(ctx, id, account, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// Update changes the tags, the only thing that Azure lets change.
func (r *meteredBillingResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan meteredBillingModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	if err := r.clients.billing.SetTags(ctx, plan.accountID(), plan.tags(ctx, &resp.Diagnostics)); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("tags"), "The tags were not changed", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	if !isIdentified(req.Identity) {
		resp.Diagnostics.Append(resp.Identity.Set(ctx, meteredBillingIdentity{plan.ID})...)
	}
}

func (r *meteredBillingResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state meteredBillingModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	if err := r.clients.billing.Delete(ctx, state.accountID()); err != nil {
		resp.Diagnostics.AddError("The billing account was not deleted", err.Error())
	}
}

// ImportState takes the ARM id.
func (r *meteredBillingResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	given := strings.TrimSpace(req.ID)
	if given == "" {
		var identity meteredBillingIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		given = identity.ID.ValueString()
	}
	id, err := billing.ParseAccountID(given)
	if err != nil {
		resp.Diagnostics.AddError("Invalid import id", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, stateOf(id))...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, meteredBillingIdentity{types.StringValue(id.String())})...)
}

// stateOf is what an id alone says; the refresh that follows fills in the rest.
func stateOf(id billing.AccountID) meteredBillingModel {
	return meteredBillingModel{
		ID: types.StringValue(id.String()), Name: types.StringValue(id.Name), ResourceGroupName: types.StringValue(id.ResourceGroup),
		SubscriptionID: types.StringValue(id.SubscriptionID), Tags: types.MapNull(types.StringType),
	}
}

// MoveState takes over azurerm_graph_services_account, whose id is the ARM id too.
func (r *meteredBillingResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{{StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
		if req.SourceTypeName != "azurerm_graph_services_account" || !strings.HasSuffix(req.SourceProviderAddress, "/hashicorp/azurerm") {
			return
		}
		var source struct {
			ID            string `json:"id"`
			ApplicationID string `json:"application_id"`
		}
		if req.SourceRawState == nil || json.Unmarshal(req.SourceRawState.JSON, &source) != nil {
			resp.Diagnostics.AddError("The state of azurerm_graph_services_account cannot be moved", "It is not JSON.")
			return
		}
		id, err := billing.ParseAccountID(source.ID)
		if err != nil {
			resp.Diagnostics.AddError("The state of azurerm_graph_services_account cannot be moved", err.Error())
			return
		}
		moved := stateOf(id)
		moved.ClientID = types.StringPointerValue(nilIfEmpty(source.ApplicationID))
		resp.Diagnostics.Append(resp.TargetState.Set(ctx, moved)...)
	}}}
}
