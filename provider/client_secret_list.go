// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

type clientSecretListModel struct {
	ClientID types.String `tfsdk:"client_id"`
}

// newClientSecretList is the list resource msteamssync_client_secret.
func newClientSecretList() list.ListResource {
	return newListing(listing{of: newClientSecretResource, find: findClientSecrets, schema: schema.Schema{
		MarkdownDescription: "Lists the client secrets of an application: of several under one description the newest, since the others are left over from a rotation. The secrets themselves cannot be read.",
		Attributes: map[string]schema.Attribute{
			"client_id": schema.StringAttribute{Required: true, MarkdownDescription: "Client ID of the application."},
		},
	}})
}

func findClientSecrets(ctx context.Context, c *clients, config tfsdk.Config, diags *diag.Diagnostics) iter.Seq2[listedObject, error] {
	var model clientSecretListModel
	diags.Append(config.Get(ctx, &model)...)
	if diags.HasError() || !c.needEntra(diags) {
		return nil
	}
	secrets := inOneAnswer(func() ([]entra.Password, error) {
		secrets, err := c.entra.Passwords(ctx, entra.ClientID(model.ClientID.ValueString()))
		return newestFirst(secrets), err
	})
	known := map[string]bool{}
	return shown(secrets, func(secret entra.Password) (listedObject, bool, error) {
		older := known[secret.DisplayName]
		known[secret.DisplayName] = true
		return listedObject{
			name:     fmt.Sprintf("%s (%s, until %s)", secret.DisplayName, secret.KeyID, secret.End.Format("2006-01-02")),
			identity: clientSecretIdentity{c.tenant(), model.ClientID, types.StringValue(secret.DisplayName)},
			importID: model.ClientID.ValueString() + "/" + secret.KeyID,
		}, !older, nil
	})
}

// newestFirst sorts secrets by their start. Entra adds at the end, which decides between equal ones.
func newestFirst(secrets []entra.Password) []entra.Password {
	sorted := slices.Clone(secrets)
	slices.Reverse(sorted)
	slices.SortStableFunc(sorted, func(a, b entra.Password) int { return b.Start.Compare(a.Start) })
	return sorted
}
