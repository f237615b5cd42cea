// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// clientCertificateResource is msteamssync_client_certificate: the plugin makes it, the application lists it.
type clientCertificateResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure      = (*clientCertificateResource)(nil)
	_ resource.ResourceWithImportState    = (*clientCertificateResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*clientCertificateResource)(nil)
	_ resource.ResourceWithValidateConfig = (*clientCertificateResource)(nil)
)

func newClientCertificateResource() resource.Resource { return &clientCertificateResource{} }

func (r *clientCertificateResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_client_certificate"
}

func (r *clientCertificateResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

func (r *clientCertificateResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan clientCertificateModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !resp.Diagnostics.HasError() && r.make(ctx, &plan, &resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

// Update makes a new certificate beside the old one, which the plugin goes on to use until Entra knows the new one.
func (r *clientCertificateResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan clientCertificateModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || plan.ID.IsUnknown() && !r.make(ctx, &plan, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *clientCertificateResource) make(ctx context.Context, plan *clientCertificateModel, diags *diag.Diagnostics) bool {
	if !r.clients.needMattermost(diags) {
		return false
	}
	plugin, err := r.clients.mattermost.Plugin(ctx)
	if err != nil {
		diags.AddError("The plugin's state cannot be read", err.Error())
		return false
	}
	if plugin.Switched && !plugin.Installed {
		diags.AddError("The plugin is not installed",
			fmt.Sprintf("%s has no plugin %s that could make a certificate. Declare msteamssync_plugin and let this resource depend on it.", r.clients.mattermost.URL(), catalog.PluginID))
		return false
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	made, err := r.clients.mattermost.CreateCertificate(ctx, plan.Subject.ValueString(), lengthOf(plan.ValidFor))
	if err != nil {
		diags.AddError("The certificate was not made", err.Error())
		return false
	}
	subject := plan.Subject // as it was written
	plan.take(made)
	plan.Subject = subject
	return true
}

// take fills in what the plugin says, and what an import leaves open.
func (m *clientCertificateModel) take(c mattermost.Certificate) {
	m.ID, m.CertificatePEM, m.Thumbprint = types.StringValue(c.ID), types.StringValue(c.PEM), types.StringValue(c.Thumbprint)
	m.NotBefore, m.NotAfter = types.StringValue(timeText(c.NotBefore)), types.StringValue(timeText(c.NotAfter))
	if m.Subject.IsNull() {
		m.Subject = types.StringValue(c.Subject)
	}
	if m.ValidFor.IsNull() {
		m.ValidFor = hoursBetween(c.NotBefore, c.NotAfter)
	}
	if m.RotateBefore.IsNull() {
		m.RotateBefore = defaultRotateBefore(m.ValidFor)
	}
}

// Read takes over a newer certificate, which a run that was killed has left: the plugin logs in with the newest.
func (r *clientCertificateResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state clientCertificateModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.canRefreshMattermost(&resp.Diagnostics) {
		return
	}
	list, err := r.clients.mattermost.Certificates(ctx)
	switch {
	case errors.Is(err, mattermost.ErrPluginDown):
		resp.Diagnostics.AddWarning("The certificate was not compared", "The plugin does not answer, so the plan shows what Terraform wrote last.\n\n"+err.Error())
		return
	case err != nil:
		resp.Diagnostics.AddError("The certificates cannot be read", err.Error())
		return
	}
	importing := state.CertificatePEM.IsNull()
	at := 0
	if importing {
		at = slices.IndexFunc(list, func(c mattermost.Certificate) bool { return c.ID == state.ID.ValueString() })
	}
	status := certificateRemoved
	if at >= 0 && at < len(list) {
		state.take(list[at])
		status = state.statusOf(list[at])
	}
	state.Status = types.StringValue(status)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (m clientCertificateModel) statusOf(c mattermost.Certificate) string {
	switch {
	case !c.NotAfter.After(now()):
		return certificateExpired
	case !c.Usable:
		return certificateUnusable
	case !c.NotAfter.After(now().Add(lengthOf(m.RotateBefore))):
		return certificateDue
	}
	return certificateCurrent
}

// Delete deletes all certificates of the plugin: with the resource goes the way to log in with one.
func (r *clientCertificateResource) Delete(ctx context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	if !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	server := r.clients.mattermost
	list, err := server.Certificates(ctx)
	if errors.Is(err, mattermost.ErrPluginDown) {
		if plugin, pluginErr := server.Plugin(ctx); pluginErr == nil && !plugin.Installed {
			resp.Diagnostics.AddWarning("The certificate is left in the database", "The plugin that made it is not installed any more. Its private key is encrypted there, and of no use without the plugin's encryption key.")
			return
		}
	}
	if err != nil {
		resp.Diagnostics.AddError("The certificates were not deleted", err.Error())
		return
	}
	for _, c := range list {
		if err := server.DeleteCertificate(ctx, c.ID); err != nil {
			resp.Diagnostics.AddError("A certificate was not deleted", err.Error())
		}
	}
}

// ImportState takes the thumbprint, as the portal shows it.
func (r *clientCertificateResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if !r.clients.needMattermost(&resp.Diagnostics) {
		return
	}
	list, err := r.clients.mattermost.Certificates(ctx)
	if err != nil {
		resp.Diagnostics.AddError("The certificates cannot be read", err.Error())
		return
	}
	i := slices.IndexFunc(list, func(c mattermost.Certificate) bool { return sameThumbprint(c.Thumbprint, req.ID) })
	if i < 0 {
		var have []string
		for _, c := range list {
			have = append(have, c.Thumbprint)
		}
		resp.Diagnostics.AddError("There is no such certificate",
			fmt.Sprintf("The plugin on %s has no certificate with the SHA-1 thumbprint %q; it has %q.", r.clients.mattermost.URL(), req.ID, have))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), list[i].ID)...)
}
