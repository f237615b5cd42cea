// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/billing"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
)

// meteredBillingResource is msteamssync_metered_billing: the Azure resource that links the application to a subscription.
type meteredBillingResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure   = (*meteredBillingResource)(nil)
	_ resource.ResourceWithImportState = (*meteredBillingResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*meteredBillingResource)(nil)
)

func newMeteredBillingResource() resource.Resource { return &meteredBillingResource{} }

type meteredBillingModel struct {
	ID                types.String `tfsdk:"id"`
	Name              types.String `tfsdk:"name"`
	ResourceGroupName types.String `tfsdk:"resource_group_name"`
	SubscriptionID    types.String `tfsdk:"subscription_id"`
	ClientID          types.String `tfsdk:"client_id"`
	Tags              types.Map    `tfsdk:"tags"`
	BillingPlanID     types.String `tfsdk:"billing_plan_id"`
	ProvisioningState types.String `tfsdk:"provisioning_state"`
}

func (r *meteredBillingResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_metered_billing"
}

func (r *meteredBillingResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

var accountNamePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func (r *meteredBillingResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replaced := func(validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Required: true, Validators: validators,
			PlanModifiers: []planmodifier.String{keepEqual(strings.EqualFold), stringplanmodifier.RequiresReplace()}}
	}
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	name := replaced(stringvalidator.RegexMatches(accountNamePattern, "must be 1 to 64 letters, digits, dots, hyphens and underscores"))
	name.MarkdownDescription = "Name of the billing account. Another one replaces the resource."
	group := replaced(stringvalidator.LengthBetween(1, 90))
	group.MarkdownDescription = "Resource group that holds the billing account; it must exist. Another one replaces the resource."
	client := replaced()
	client.MarkdownDescription = "Application (client) ID of the application that is billed. Another one replaces the resource."
	resp.Schema = schema.Schema{
		MarkdownDescription: "The `Microsoft.GraphServices/accounts` resource that links the application to an Azure subscription for metered Microsoft Graph APIs. " +
			"Microsoft stopped metering the Teams APIs on 2025-08-25; the link is optional since then. The identity that runs Terraform needs Contributor on the subscription and must own the app registration.",
		Attributes: map[string]schema.Attribute{
			"id":   schema.StringAttribute{Computed: true, PlanModifiers: kept, MarkdownDescription: "ARM ID of the billing account."},
			"name": name, "resource_group_name": group, "client_id": client,
			"subscription_id": schema.StringAttribute{Optional: true, Computed: true,
				PlanModifiers:       []planmodifier.String{keepEqual(strings.EqualFold), stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()},
				MarkdownDescription: "Azure subscription that pays. Another one replaces the resource. Default: the provider's `subscription_id`."},
			"tags": schema.MapAttribute{ElementType: types.StringType, Optional: true,
				MarkdownDescription: "Tags of the billing account; others are removed. Null leaves tags alone."},
			"billing_plan_id":    schema.StringAttribute{Computed: true, PlanModifiers: kept, MarkdownDescription: "Billing plan that Azure gave the account."},
			"provisioning_state": schema.StringAttribute{Computed: true, PlanModifiers: kept, MarkdownDescription: "State of the account; `Succeeded` when it works."},
		},
	}
}

// ModifyPlan fills in the provider's subscription.
func (r *meteredBillingResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.clients == nil || len(r.clients.azureUnknown) > 0 {
		return
	}
	at := path.Root("subscription_id")
	var planned types.String
	resp.Diagnostics.Append(resp.Plan.GetAttribute(ctx, at, &planned)...)
	var configured types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, at, &configured)...)
	if !configured.IsNull() || !planned.IsUnknown() {
		return
	}
	if r.clients.subscriptionID == "" {
		resp.Diagnostics.AddAttributeError(at, "Subscription is missing",
			"Name the Azure subscription here, or as subscription_id of the provider (environment variable ARM_SUBSCRIPTION_ID).")
		return
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, at, r.clients.subscriptionID)...)
}

func (m meteredBillingModel) accountID() billing.AccountID {
	return billing.AccountID{
		SubscriptionID: m.SubscriptionID.ValueString(), ResourceGroup: m.ResourceGroupName.ValueString(), Name: m.Name.ValueString(),
	}
}

func (m meteredBillingModel) tags(ctx context.Context, diags *diag.Diagnostics) map[string]string {
	tags := map[string]string{}
	if !m.Tags.IsNull() {
		diags.Append(m.Tags.ElementsAs(ctx, &tags, false)...)
	}
	return tags
}

func (r *meteredBillingResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan meteredBillingModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	id, want := plan.accountID(), billing.Account{ClientID: plan.ClientID.ValueString(), Tags: plan.tags(ctx, &resp.Diagnostics)}
	existing, err := r.clients.billing.Get(ctx, id)
	switch {
	case err == nil && !strings.EqualFold(existing.ClientID, want.ClientID):
		resp.Diagnostics.AddAttributeError(path.Root("name"), "The billing account belongs to another application",
			fmt.Sprintf("%s is linked to the application %s. Choose another name, or import that account:\n\n  terraform import msteamssync_metered_billing.NAME %s", id, existing.ClientID, id))
		return
	case err == nil && plan.Tags.IsNull():
		want.Tags = existing.Tags
	case err != nil && !billing.IsNotFound(err):
		resp.Diagnostics.AddError("The billing account was not created", err.Error())
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	account, err := r.clients.billing.Put(ctx, id, want)
	if err != nil {
		resp.Diagnostics.AddError("The billing account was not created", err.Error())
		return
	}
	plan.refresh(id, account)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (m *meteredBillingModel) refresh(id billing.AccountID, account billing.Account) {
	m.ID = types.StringValue(id.String())
	m.BillingPlanID, m.ProvisioningState = types.StringValue(account.BillingPlanID), types.StringValue(account.ProvisioningState)
}

func (r *meteredBillingResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state meteredBillingModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.canRefreshEntra(&resp.Diagnostics) {
		return
	}
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
	state.refresh(id, account)
	if !strings.EqualFold(state.ClientID.ValueString(), account.ClientID) {
		state.ClientID = types.StringValue(account.ClientID)
	}
	if !state.Tags.IsNull() {
		tags, diags := types.MapValueFrom(ctx, types.StringType, account.Tags)
		resp.Diagnostics.Append(diags...)
		state.Tags = tags
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// Update changes the tags, the only thing that Azure lets change.
func (r *meteredBillingResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan meteredBillingModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	if !plan.Tags.IsNull() {
		if err := r.clients.billing.SetTags(ctx, plan.accountID(), plan.tags(ctx, &resp.Diagnostics)); err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("tags"), "The tags were not changed", err.Error())
			return
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
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
	id, err := billing.ParseAccountID(strings.TrimSpace(req.ID))
	if err != nil {
		resp.Diagnostics.AddError("Invalid import id", err.Error())
		return
	}
	for name, value := range map[string]string{
		"id": id.String(), "name": id.Name, "resource_group_name": id.ResourceGroup, "subscription_id": id.SubscriptionID,
	} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("tags"), map[string]string{})...)
}
