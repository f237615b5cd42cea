// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/billing"
)

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
			"An account that is linked to the same application already is adopted, and a warning says so. " +
			"Microsoft stopped metering the Teams APIs on 2025-08-25; the link is optional since then. The identity that runs Terraform needs Contributor on the subscription and must own the app registration.",
		Attributes: map[string]schema.Attribute{
			"id":   schema.StringAttribute{Computed: true, PlanModifiers: kept, MarkdownDescription: "ARM ID of the billing account."},
			"name": name, "resource_group_name": group, "client_id": client,
			"subscription_id": schema.StringAttribute{Optional: true, Computed: true,
				PlanModifiers:       []planmodifier.String{keepEqual(strings.EqualFold), stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()},
				MarkdownDescription: "Azure subscription that pays. Another one replaces the resource. Default: the provider's `subscription_id`."},
			"tags": schema.MapAttribute{ElementType: types.StringType, Optional: true, Computed: true,
				PlanModifiers:       []planmodifier.Map{mapplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Tags of the billing account; others are removed, `{}` removes all. Default: tags are left alone, and shown."},
			"billing_plan_id":    schema.StringAttribute{Computed: true, PlanModifiers: kept, MarkdownDescription: "Billing plan that Azure gave the account."},
			"provisioning_state": schema.StringAttribute{Computed: true, PlanModifiers: kept, MarkdownDescription: "State of the account: `Succeeded`, or `Failed` or `Canceled`, about which a warning is shown."},
		},
	}
}

// ModifyPlan fills in the provider's subscription.
func (r *meteredBillingResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.clients == nil || len(r.clients.azureUnknown) > 0 || !r.clients.needEntra(&resp.Diagnostics) {
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
		sayNoSubscription(&resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, at, r.clients.subscriptionID)...)
}

func sayNoSubscription(diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("subscription_id"), "Subscription is missing",
		"Name the Azure subscription here, or as subscription_id of the provider (environment variable ARM_SUBSCRIPTION_ID).")
}

func (m meteredBillingModel) accountID() billing.AccountID {
	return billing.AccountID{
		SubscriptionID: m.SubscriptionID.ValueString(), ResourceGroup: m.ResourceGroupName.ValueString(), Name: m.Name.ValueString(),
	}
}

func (m meteredBillingModel) tags(ctx context.Context, diags *diag.Diagnostics) map[string]string {
	tags := map[string]string{}
	if !m.Tags.IsNull() && !m.Tags.IsUnknown() {
		diags.Append(m.Tags.ElementsAs(ctx, &tags, false)...)
	}
	return tags
}

// refresh takes over what Azure says of the account.
func (m *meteredBillingModel) refresh(ctx context.Context, id billing.AccountID, account billing.Account, diags *diag.Diagnostics) {
	m.ID = types.StringValue(id.String())
	m.BillingPlanID, m.ProvisioningState = types.StringValue(account.BillingPlanID), types.StringValue(account.ProvisioningState)
	if !strings.EqualFold(m.ClientID.ValueString(), account.ClientID) {
		m.ClientID = types.StringValue(account.ClientID)
	}
	tags, problems := types.MapValueFrom(ctx, types.StringType, orNoTags(account.Tags))
	diags.Append(problems...)
	m.Tags = tags
	if !account.Works() {
		diags.AddAttributeWarning(path.Root("provisioning_state"), "The billing account does not work",
			"Azure says that provisioning of "+id.String()+" ended with the state "+account.ProvisioningState+
				". Look at the resource's activity log in the Azure portal; terraform apply -replace makes the account again.")
	}
}

func orNoTags(tags map[string]string) map[string]string {
	if tags == nil {
		return map[string]string{}
	}
	return tags
}
