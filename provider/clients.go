// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/billing"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// clients is what the provider block gives to every resource, data source and action. One side may be absent: a team that holds only Azure or
// only Mattermost credentials uses that side's resources.
type clients struct {
	entra      *entra.Client      // nil: no Azure credentials, or not known yet
	billing    *billing.Client    // nil together with entra
	mattermost *mattermost.Server // nil: no Mattermost address or log-in, or not known yet

	tenantID       string
	subscriptionID string
	cloud          catalog.Cloud
	policy         consistency.Policy

	azureUnknown      []string // provider arguments of the Azure side that are unknown during this plan
	mattermostUnknown []string // the same for the Mattermost side

	loginWarning sync.Once // one warning about a refused log-in is enough
}

// configured is clientsFrom for a resource, and for a list resource, which is configured with the same request.
func configured(req resource.ConfigureRequest, diags *diag.Diagnostics) *clients {
	return clientsFrom(req.ProviderData, diags)
}

// clientsFrom takes the clients out of the ProviderData of any Configure request: of a resource, data source, ephemeral
// resource, list resource or action. It returns nil while Terraform only validates.
func clientsFrom(providerData any, diags *diag.Diagnostics) *clients {
	if providerData == nil {
		return nil
	}
	c, ok := providerData.(*clients)
	if !ok {
		diags.AddError("Unexpected provider data", "This is a bug in the provider: its data has the wrong type.")
	}
	return c
}

// tenant is the tenant that a new object's identity names; null while it is not known.
func (c *clients) tenant() types.String { return types.StringPointerValue(nilIfEmpty(c.tenantID)) }

// needEntra reports whether the Azure side can be used, and says what is missing if not.
func (c *clients) needEntra(diags *diag.Diagnostics) bool {
	if c.entra != nil {
		return true
	}
	if len(c.azureUnknown) > 0 {
		diags.AddError("Azure credentials are not known yet",
			"This change needs the provider arguments "+strings.Join(c.azureUnknown, ", ")+", which are known only after other resources have been applied. Apply those first, for example with -target.")
		return false
	}
	diags.AddError("Azure credentials are missing",
		"This resource lives in Microsoft Entra ID. Give the provider tenant_id, client_id and one of client_secret, client_certificate, client_certificate_path, oidc_token or use_oidc, or set use_cli = true after az login. The environment variables ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET do the same.")
	return false
}

// needMattermost reports whether the Mattermost side can be used, and says what is missing if not.
func (c *clients) needMattermost(diags *diag.Diagnostics) bool {
	if c.mattermost != nil {
		return true
	}
	if len(c.mattermostUnknown) > 0 {
		diags.AddError("Mattermost credentials are not known yet",
			"This change needs the provider arguments "+strings.Join(c.mattermostUnknown, ", ")+", which are known only after other resources have been applied. Apply those first, for example with -target.")
		return false
	}
	diags.AddError("Mattermost credentials are missing",
		"This resource lives on a Mattermost server. Give the provider mattermost = { url = …, token = … } with a system admin's personal access token, or login_id and password. The environment variables MM_URL and MM_TOKEN, or MM_URL, MM_LOGIN_ID and MM_PASSWORD, do the same.")
	return false
}

// canRefreshEntra is needEntra for Read: credentials that are unknown during a plan keep the state as it is.
func (c *clients) canRefreshEntra(diags *diag.Diagnostics) bool {
	if c.entra == nil && len(c.azureUnknown) > 0 {
		diags.AddWarning("Not refreshed from Microsoft Entra ID",
			"The provider arguments "+strings.Join(c.azureUnknown, ", ")+" are not known yet, so the plan shows what Terraform wrote last.")
		return false
	}
	return c.needEntra(diags)
}

// canRefreshMattermost is needMattermost for Read.
func (c *clients) canRefreshMattermost(diags *diag.Diagnostics) bool {
	if c.mattermost == nil && len(c.mattermostUnknown) > 0 {
		diags.AddWarning("Not refreshed from Mattermost",
			"The provider arguments "+strings.Join(c.mattermostUnknown, ", ")+" are not known yet, so the plan shows what Terraform wrote last.")
		return false
	}
	return c.needMattermost(diags)
}

// canPlanMattermost is needMattermost for a plan: credentials that are unknown so far may be known when it is applied.
func (c *clients) canPlanMattermost(diags *diag.Diagnostics) bool {
	return c == nil || len(c.mattermostUnknown) > 0 || c.needMattermost(diags)
}
