// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"fmt"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/billing"
)

type meteredBillingListModel struct {
	SubscriptionID types.String `tfsdk:"subscription_id"`
}

// newMeteredBillingList is the list resource msteamssync_metered_billing.
func newMeteredBillingList() list.ListResource {
	return newListing(listing{of: newMeteredBillingResource, find: findMeteredBilling, schema: schema.Schema{
		MarkdownDescription: "Lists the accounts that link applications with a subscription that pays for Graph's metered APIs, the ones of other applications too.",
		Attributes: map[string]schema.Attribute{
			"subscription_id": schema.StringAttribute{Optional: true, MarkdownDescription: "ID of the Azure subscription. Default: the provider's `subscription_id`."},
		},
	}})
}

func findMeteredBilling(ctx context.Context, c *clients, config tfsdk.Config, diags *diag.Diagnostics) iter.Seq2[listedObject, error] {
	var model meteredBillingListModel
	diags.Append(config.Get(ctx, &model)...)
	if diags.HasError() || !c.needEntra(diags) {
		return nil
	}
	subscription := cmp.Or(model.SubscriptionID.ValueString(), c.subscriptionID)
	if subscription == "" {
		sayNoSubscription(diags)
		return nil
	}
	accounts := inOneAnswer(func() ([]billing.Linked, error) { return c.billing.List(ctx, subscription) })
	return shown(accounts, func(account billing.Linked) (listedObject, bool, error) {
		id := account.ID.String()
		return listedObject{
			name:     fmt.Sprintf("%s (application %s)", account.ID.Name, account.ClientID),
			identity: meteredBillingIdentity{types.StringValue(id)},
			importID: id,
		}, true, nil
	})
}
