// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

type botUserListModel struct {
	UserPrincipalNamePrefix types.String `tfsdk:"user_principal_name_prefix"`
}

// newBotUserList is the list resource msteamssync_bot_user.
func newBotUserList() list.ListResource {
	return newListing(listing{of: newBotUserResource, find: findBotUsers, schema: schema.Schema{
		MarkdownDescription: "Lists the accounts of the tenant whose user principal name begins in a certain way. Nothing in an account says that it is a bot of a bridge, so the prefix is required.",
		Attributes: map[string]schema.Attribute{
			"user_principal_name_prefix": schema.StringAttribute{Required: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "How the user principal names begin; upper and lower case do not matter."},
		},
	}})
}

func findBotUsers(ctx context.Context, c *clients, config tfsdk.Config, diags *diag.Diagnostics) iter.Seq2[listedObject, error] {
	var model botUserListModel
	diags.Append(config.Get(ctx, &model)...)
	if diags.HasError() || !c.needEntra(diags) {
		return nil
	}
	return shown(c.entra.UsersNamed(ctx, model.UserPrincipalNamePrefix.ValueString()), func(user entra.User) (listedObject, bool, error) {
		return listedObject{
			name:     fmt.Sprintf("%s (%s)", user.DisplayName, user.UserPrincipalName),
			identity: botUserIdentity{c.tenant(), types.StringValue(string(user.ObjectID))},
			importID: string(user.ObjectID),
		}, true, nil
	})
}
