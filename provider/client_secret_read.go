// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// youngWait bounds how long a refresh waits for a key that was made a short while ago and that Entra does not show.
const youngWait = 5 * time.Second

func (r *clientSecretResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state clientSecretModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.canRefreshEntra(&resp.Diagnostics) || !r.clients.canRefreshMattermost(&resp.Diagnostics) {
		return
	}
	importing := state.ExpiresAt.IsNull()
	password, found, err := r.password(ctx, state, req.Private)
	switch {
	case entra.IsNotFound(err) && !importing: // the application is gone, and its secrets with it
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		resp.Diagnostics.AddError("The client secret cannot be read", err.Error())
		return
	case !found && importing:
		resp.Diagnostics.AddError("There is no such client secret",
			fmt.Sprintf("The application %s has no secret with the key id %s. The portal lists the ids under Certificates & secrets as Secret ID.", state.ClientID.ValueString(), state.KeyID.ValueString()))
		return
	case found:
		state.take(password)
	}
	status := secretRemoved
	if found {
		status = r.statusOf(ctx, state, password, &resp.Diagnostics)
	}
	if status == secretCurrent && len(leftoverKeys(ctx, req.Private, &resp.Diagnostics)) > 0 {
		status = secretUnfinished
	}
	state.Status = types.StringValue(status)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// take fills in what Entra says. The validity is what the key was made with, so only an import needs it.
func (m *clientSecretModel) take(p entra.Password) {
	m.Description = types.StringValue(p.DisplayName)
	m.Hint = types.StringValue(p.Hint)
	m.ExpiresAt = types.StringValue(timeText(p.End))
	if m.ValidFor.IsNull() {
		m.ValidFor = types.StringValue(fmt.Sprintf("%.0fh", p.End.Sub(p.Start).Hours()))
	}
}

// password looks the key up. A key that was made a short while ago is given time to appear.
func (r *clientSecretResource) password(ctx context.Context, state clientSecretModel, private privateState) (p entra.Password, found bool, err error) {
	look := func(ctx context.Context) (bool, error) {
		list, err := r.clients.entra.Passwords(ctx, state.client())
		i := slices.IndexFunc(list, func(p entra.Password) bool { return strings.EqualFold(p.KeyID, state.KeyID.ValueString()) })
		if i >= 0 {
			p = list[i]
		}
		return i >= 0, err
	}
	if found, err = look(ctx); found || err != nil && !entra.IsNotFound(err) {
		return p, found, err
	}
	var created time.Time
	if value, problems := private.GetKey(ctx, createdKey); !problems.HasError() && len(value) > 0 {
		_ = json.Unmarshal(value, &created) // unreadable: as old as can be
	}
	if time.Since(created) > r.clients.policy.Limit() {
		return p, false, err
	}
	patience := consistency.Policy{Timeout: min(youngWait, r.clients.policy.Limit())}
	_ = patience.Await(ctx, "the new client secret to appear", func(ctx context.Context) (bool, error) {
		found, err = look(ctx)
		return found || err != nil && !entra.IsNotFound(err), nil
	})
	return p, found, err
}

// statusOf compares what the plugin's settings hold with what was delivered.
func (r *clientSecretResource) statusOf(ctx context.Context, state clientSecretModel, password entra.Password, diags *diag.Diagnostics) string {
	server := r.clients.mattermost
	if !password.End.After(time.Now()) {
		return secretExpired
	}
	saved, err := server.Settings(ctx)
	if err != nil {
		diags.AddError("The plugin's settings cannot be read", err.Error())
		return secretCurrent
	}
	if !saved.Has(clientSecretKey) {
		if now, err := server.Plugin(ctx); err != nil || !now.Switched {
			diags.AddWarning("The client secret was not compared", "The server does not show the settings of plugins now, because PluginSettings.Enable is false or it cannot be asked.")
			return secretCurrent
		}
		return secretUndelivered
	}
	fingerprint, err := mattermost.ParseFingerprint(state.Fingerprint.ValueString())
	if err != nil { // imported: the text was never seen
		return secretCurrent
	}
	if !r.clients.deliveredMatches(ctx, clientSecretKey, fingerprint, diags) {
		return secretReplaced
	}
	expiry, _ := saved.Lookup(clientSecretExpiresKey)
	if text, ok := expiry.Text(); !ok || text != state.ExpiresAt.ValueString() {
		return expiryDiffers
	}
	return secretCurrent
}

// ImportState takes <client id>/<key id>. Only what Entra shows is imported: the text of the secret is not known, so it is
// neither delivered nor compared until the first rotation.
func (r *clientSecretResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	client, key, ok := strings.Cut(req.ID, "/")
	if !ok || !guidPattern.MatchString(client) || !guidPattern.MatchString(key) {
		resp.Diagnostics.AddError("Unknown id", fmt.Sprintf("%q is not <client id>/<key id>, both GUIDs. The portal lists the key ids under Certificates & secrets as Secret ID.", req.ID))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("client_id"), client)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("key_id"), key)...)
}
