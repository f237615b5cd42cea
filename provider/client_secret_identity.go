// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// clientSecretIdentity tells one resource from another. The key id cannot: each rotation brings another one.
type clientSecretIdentity struct {
	TenantID    types.String `tfsdk:"tenant_id"`
	ClientID    types.String `tfsdk:"client_id"`
	Description types.String `tfsdk:"description"`
}

func (r *clientSecretResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"tenant_id":   identityschema.StringAttribute{OptionalForImport: true, Description: "Directory (tenant) ID."},
		"client_id":   identityschema.StringAttribute{RequiredForImport: true, Description: "Application (client) ID."},
		"description": identityschema.StringAttribute{RequiredForImport: true, Description: "Description of the secret in the portal."},
	}}
}

func (r *clientSecretResource) identity(m clientSecretModel) clientSecretIdentity {
	return clientSecretIdentity{r.clients.tenant(), m.ClientID, m.Description}
}

// renewed is the identity after a refresh or an update. The tenant of a known one stays; the description follows.
func (r *clientSecretResource) renewed(ctx context.Context, m clientSecretModel, known *tfsdk.ResourceIdentity, diags *diag.Diagnostics) clientSecretIdentity {
	identity := r.identity(m)
	if isIdentified(known) {
		diags.Append(known.GetAttribute(ctx, path.Root("tenant_id"), &identity.TenantID)...)
	}
	return identity
}

// ImportState takes <client id>/<key id>, or an identity. Only what Entra shows is imported: the text of the secret is not
// known. It is compared from then on if the plugin's settings name this secret, and else from the first rotation.
func (r *clientSecretResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var found clientSecretIdentity
	var key string
	if req.ID != "" {
		client, id, ok := strings.Cut(req.ID, "/")
		if !ok || !guidPattern.MatchString(client) || !guidPattern.MatchString(id) {
			resp.Diagnostics.AddError("Unknown id", fmt.Sprintf("%q is not <client id>/<key id>, both GUIDs. The portal lists the key ids under Certificates & secrets as Secret ID.", req.ID))
			return
		}
		found.ClientID, key = types.StringValue(client), id
	} else {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &found)...)
	}
	if resp.Diagnostics.HasError() || !r.clients.needEntra(&resp.Diagnostics) {
		return
	}
	list, err := r.clients.entra.Passwords(ctx, entra.ClientID(found.ClientID.ValueString()))
	if err != nil {
		resp.Diagnostics.AddError("The client secrets cannot be read", err.Error())
		return
	}
	list = newestFirst(list) // of several under one description, the newest
	i := slices.IndexFunc(list, func(p entra.Password) bool {
		return strings.EqualFold(p.KeyID, key) || key == "" && p.DisplayName == found.Description.ValueString()
	})
	if i < 0 {
		resp.Diagnostics.AddError("There is no such client secret",
			fmt.Sprintf("The application %s has no secret with the key id %q or the description %q. The portal lists both under Certificates & secrets, the key id as Secret ID.",
				found.ClientID.ValueString(), key, found.Description.ValueString()))
		return
	}
	imported := clientSecretModel{ClientID: found.ClientID, Description: types.StringValue(list[i].DisplayName)}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("client_id"), imported.ClientID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("key_id"), list[i].KeyID)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.identity(imported))...)
}
