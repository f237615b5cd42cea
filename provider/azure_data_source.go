// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// azureDataSource is the part that data sources of the Azure side have in common.
type azureDataSource struct{ clients *clients }

// Configure takes the provider's clients over. Terraform does not call it with data while it only validates.
func (d *azureDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.clients = clientsFrom(req.ProviderData, &resp.Diagnostics)
}

// ready reports whether Microsoft Graph can be asked, and says what is missing if not.
func (d *azureDataSource) ready(diags *diag.Diagnostics) bool {
	return !diags.HasError() && d.clients.needEntra(diags)
}
