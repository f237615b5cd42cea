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
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// newAdminConsentList is the list resource msteamssync_admin_consent.
func newAdminConsentList() list.ListResource {
	return newListing(listing{of: newAdminConsentResource, find: findAdminConsents, schema: schema.Schema{
		MarkdownDescription: "Lists the app registrations of the tenant that belong to a bridge, as `msteamssync_application` does, and to which an administrator has granted permissions for everybody.",
		Attributes: map[string]schema.Attribute{
			"display_name_prefix": schema.StringAttribute{Optional: true, MarkdownDescription: "Only registrations whose name begins like this; upper and lower case do not matter. Default: any name."},
		},
	}})
}

func findAdminConsents(ctx context.Context, c *clients, config tfsdk.Config, diags *diag.Diagnostics) iter.Seq2[listedObject, error] {
	var prefix types.String
	diags.Append(config.GetAttribute(ctx, path.Root("display_name_prefix"), &prefix)...)
	if diags.HasError() || !c.needEntra(diags) {
		return nil
	}
	return shown(c.entra.Applications(ctx, prefix.ValueString()), func(app entra.Application) (listedObject, bool, error) {
		if !belongsToBridge(app) {
			return listedObject{}, false, nil
		}
		consent, err := c.consentOf(ctx, app.ClientID)
		return listedObject{
			name:     fmt.Sprintf("%s (%d delegated, %d application permissions)", app.DisplayName, len(consent.Delegated), len(consent.Application)),
			identity: c.applicationIdentity(types.StringValue(string(app.ClientID))),
			importID: string(app.ClientID),
		}, !consent.IsEmpty(), err
	})
}

// consentOf reads what is granted to an application; one without a service principal has nothing.
func (c *clients) consentOf(ctx context.Context, id entra.ClientID) (entra.Consent, error) {
	principal, err := c.entra.ServicePrincipalByClientID(ctx, id)
	if entra.IsNotFound(err) {
		return entra.Consent{}, nil
	}
	if err != nil {
		return entra.Consent{}, err
	}
	return c.entra.Consent(ctx, principal.ObjectID)
}
