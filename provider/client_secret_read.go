// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
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
	if resp.Diagnostics.HasError() {
		return
	}
	if r.clients.canRefreshEntra(&resp.Diagnostics) && r.clients.canRefreshMattermost(&resp.Diagnostics) {
		r.refresh(ctx, req, resp, &state)
	}
	// Also when the resource has left the state: the framework asks for the identity in any case.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.renewed(ctx, state, req.Identity, &resp.Diagnostics))...)
}

func (r *clientSecretResource) refresh(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse, state *clientSecretModel) {
	importing := state.ExpiresAt.IsNull()
	saved, err := r.clients.mattermost.Settings(ctx)
	if err != nil {
		resp.Diagnostics.AddError("The plugin's settings cannot be read", err.Error())
		return
	}
	delivered := textOf(saved, clientSecretKeyIDKey)
	unproven := leftoverKeys(ctx, req.Private, &resp.Diagnostics)
	list, err := r.passwords(ctx, *state, delivered, req.Private)
	switch {
	case entra.IsNotFound(err): // the application is gone, and its secrets with it
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		resp.Diagnostics.AddError("The client secret cannot be read", err.Error())
		return
	}
	if !importing && !containsKey(unproven, delivered) {
		state.adopt(list, delivered)
	}
	status := secretRemoved
	if i := indexOfKey(list, state.KeyID.ValueString()); i >= 0 {
		state.take(list[i])
		status = r.statusOf(ctx, state, list[i], saved, &resp.Diagnostics)
	}
	if indexOfKey(list, state.PreviousKeyID.ValueString()) < 0 {
		state.PreviousKeyID, state.PreviousRetireAt = types.StringNull(), types.StringNull()
	}
	if status == secretCurrent {
		status = state.tidiness(list, unproven, delivered)
	}
	state.Status = types.StringValue(status)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// take fills in what Entra says, and what an import leaves open. The validity is what the key was made with.
func (m *clientSecretModel) take(p entra.Password) {
	m.KeyID = types.StringValue(p.KeyID)
	m.Description = describedAs(m.Description, p)
	m.Hint = types.StringValue(p.Hint)
	m.ExpiresAt = types.StringValue(timeText(p.End))
	if m.ValidFor.IsNull() {
		m.ValidFor = validityOf(p)
	}
	if m.RotateBefore.IsNull() {
		m.RotateBefore = defaultRotateBefore(m.ValidFor)
	}
	if m.Overlap.IsNull() {
		m.Overlap = types.StringValue(defaultSecretOverlap)
	}
}

// adopt takes over a rotation that the state does not know: by the action, or by a run that was killed between the
// delivery and the end. The plugin's settings name the secret then, and it stands under the resource's description.
func (m *clientSecretModel) adopt(list []entra.Password, delivered string) {
	secret, live := liveSecret(list, delivered)
	if !live || secret.DisplayName != m.Description.ValueString() || strings.EqualFold(delivered, m.KeyID.ValueString()) {
		return
	}
	m.PreviousKeyID, m.PreviousRetireAt = m.KeyID, types.StringValue(timeText(secret.Start.Add(lengthOf(m.Overlap))))
	m.take(secret)
	m.Fingerprint = types.StringNull()
}

// tidiness says whether something is to be removed although the secret itself is as it should be.
func (m clientSecretModel) tidiness(list []entra.Password, leftover []string, delivered string) string {
	retire, err := time.Parse(time.RFC3339, m.PreviousRetireAt.ValueString())
	switch {
	case len(m.superfluous(list, leftover, delivered)) > 0:
		return secretUnfinished
	case err == nil && !retire.After(now()):
		return secretRetireDue
	}
	return secretCurrent
}

func indexOfKey(list []entra.Password, key string) int {
	return slices.IndexFunc(list, func(p entra.Password) bool { return strings.EqualFold(p.KeyID, key) })
}

// passwords lists the registration's secrets. A key that was made a short while ago is given time to appear.
func (r *clientSecretResource) passwords(ctx context.Context, state clientSecretModel, delivered string, private privateState) (list []entra.Password, err error) {
	look := func(ctx context.Context) bool {
		list, err = r.clients.entra.Passwords(ctx, state.client())
		return err != nil && !entra.IsNotFound(err) || indexOfKey(list, state.KeyID.ValueString()) >= 0 || indexOfKey(list, delivered) >= 0
	}
	if look(ctx) {
		return list, err
	}
	var created time.Time
	if value, problems := private.GetKey(ctx, createdKey); !problems.HasError() && len(value) > 0 {
		_ = json.Unmarshal(value, &created) // unreadable: as old as can be
	}
	if time.Since(created) > r.clients.policy.Limit() {
		return list, err
	}
	patience := consistency.Policy{Timeout: min(youngWait, r.clients.policy.Limit())}
	_ = patience.Await(ctx, "the new client secret to appear", func(ctx context.Context) (bool, error) { return look(ctx), nil })
	return list, err
}

// statusOf compares what the plugin's settings hold with what was delivered. A fingerprint that is missing is taken from
// the plugin, where the settings name this secret.
func (r *clientSecretResource) statusOf(ctx context.Context, state *clientSecretModel, password entra.Password, saved mattermost.Settings, diags *diag.Diagnostics) string {
	if !password.End.After(now()) {
		return secretExpired
	}
	if !saved.Has(clientSecretKey) {
		if plugin, err := r.clients.mattermost.Plugin(ctx); err != nil || !plugin.Switched {
			diags.AddWarning("The client secret was not compared", "The server does not show the settings of plugins now, because PluginSettings.Enable is false or it cannot be asked.")
			return secretCurrent
		}
		return secretUndelivered
	}
	named := strings.EqualFold(textOf(saved, clientSecretKeyIDKey), state.KeyID.ValueString())
	if state.Fingerprint.IsNull() && named {
		state.Fingerprint = r.fingerprint(ctx)
	}
	fingerprint, err := mattermost.ParseFingerprint(state.Fingerprint.ValueString())
	known := err == nil // else imported: the text was never seen
	switch {
	case known && !r.clients.deliveredMatches(ctx, clientSecretKey, fingerprint, diags):
		return secretReplaced
	case !password.End.After(now().Add(lengthOf(state.RotateBefore))):
		return secretDue
	case known && (!named || textOf(saved, clientSecretExpiresKey) != state.ExpiresAt.ValueString()):
		return expiryDiffers
	}
	return secretCurrent
}

// fingerprint asks the plugin for one of the secret that it holds, under a fresh salt; null when it does not answer.
func (r *clientSecretResource) fingerprint(ctx context.Context) types.String {
	fresh := mattermost.NewFingerprint("")
	sums, err := r.clients.mattermost.Fingerprints(ctx, fresh.Salt)
	if err != nil || sums[clientSecretKey] == "" {
		return types.StringNull()
	}
	fresh.Sum = sums[clientSecretKey]
	return types.StringValue(fresh.String())
}
