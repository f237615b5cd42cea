// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// clientSecretResource is msteamssync_client_secret. Entra generates the text of a secret, so it cannot be an argument,
// and Terraform must not keep it: the resource hands it from Entra to the plugin's settings in one step.
type clientSecretResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure   = (*clientSecretResource)(nil)
	_ resource.ResourceWithImportState = (*clientSecretResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*clientSecretResource)(nil)
)

// leftoverKey is where the private state keeps the key ids of secrets that are still to be removed from Entra.
const leftoverKey = "leftover"

func newClientSecretResource() resource.Resource { return &clientSecretResource{} }

func (r *clientSecretResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_client_secret"
}

func (r *clientSecretResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

// needBoth reports whether both sides can be used, and says what is missing if not.
func (r *clientSecretResource) needBoth(diags *diag.Diagnostics) bool {
	azure := r.clients.needEntra(diags)
	return r.clients.needMattermost(diags) && azure
}

// ModifyPlan promises a current secret, and a new one where only that leads there.
func (r *clientSecretResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan, state clientSecretModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	plan.Status = types.StringValue(secretCurrent)
	if plan.rotates(state) {
		plan.KeyID, plan.Hint, plan.ExpiresAt, plan.Fingerprint = types.StringUnknown(), types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// rotates says whether going from state to m takes a new secret. state is empty on create.
func (m clientSecretModel) rotates(state clientSecretModel) bool {
	return needsRotation(state.Status.ValueString()) || !m.Description.Equal(state.Description) ||
		!m.ValidFor.Equal(state.ValidFor) || !m.RotationTriggers.Equal(state.RotationTriggers)
}

func (m clientSecretModel) client() entra.ClientID { return entra.ClientID(m.ClientID.ValueString()) }

// Create keeps the key in the state as soon as it is there: when a later step fails, the resource is tainted and the next
// apply removes that key.
func (r *clientSecretResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan clientSecretModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.needBoth(&resp.Diagnostics) || !r.checkReceiver(ctx, &resp.Diagnostics) {
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	secret, ok := r.mint(ctx, &plan, &resp.Diagnostics)
	if !ok {
		return
	}
	plan.Status = types.StringValue(secretUndelivered)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, createdKey, createdNow())...)
	if !r.handOver(ctx, plan, secret, &resp.Diagnostics) {
		return
	}
	plan.Status = types.StringValue(secretCurrent)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Update rotates, or finishes what an earlier run left. Until the new secret is delivered and proven the state names the
// old one, and both stay valid.
func (r *clientSecretResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state clientSecretModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.needBoth(&resp.Diagnostics) {
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	leftover := leftoverKeys(ctx, req.Private, &resp.Diagnostics)
	switch {
	case plan.rotates(state):
		if !r.checkReceiver(ctx, &resp.Diagnostics) {
			return
		}
		secret, ok := r.mint(ctx, &plan, &resp.Diagnostics)
		if !ok {
			return
		}
		if !r.handOver(ctx, plan, secret, &resp.Diagnostics) {
			resp.Diagnostics.Append(rememberLeftover(ctx, resp.Private, append(leftover, plan.KeyID.ValueString()))...)
			return
		}
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, createdKey, createdNow())...)
		leftover = append(leftover, state.KeyID.ValueString())
	case state.Status.ValueString() == expiryDiffers:
		if !r.deliver(ctx, map[string]any{clientSecretExpiresKey: plan.ExpiresAt.ValueString()}, &resp.Diagnostics) {
			return
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	leftover = r.retire(ctx, plan.client(), leftover, &resp.Diagnostics)
	resp.Diagnostics.Append(rememberLeftover(ctx, resp.Private, leftover)...)
}

// checkReceiver makes sure, before a secret exists, that the plugin's settings can take it.
func (r *clientSecretResource) checkReceiver(ctx context.Context, diags *diag.Diagnostics) bool {
	server := r.clients.mattermost
	now, err := server.Plugin(ctx)
	if err != nil {
		diags.AddError("The plugin's state cannot be read", err.Error())
		return false
	}
	if !now.Installed {
		diags.AddError("The plugin is not installed",
			fmt.Sprintf("%s has no plugin %s that could take the client secret. Declare msteamssync_plugin and let this resource depend on it.", server.URL(), catalog.PluginID))
		return false
	}
	saved, err := server.Settings(ctx)
	if err == nil {
		err = checkOwner(saved, server)
	}
	if err != nil {
		diags.AddError("The client secret cannot be delivered", err.Error())
		return false
	}
	return true
}

// checkOwner refuses to write a secret that msteamssync_plugin_config manages.
func checkOwner(saved mattermost.Settings, server *mattermost.Server) error {
	value, _ := saved.Lookup(managedKeysKey)
	text, _ := value.Text()
	for _, key := range splitNames(text) {
		if strings.EqualFold(key, clientSecretKey) {
			return fmt.Errorf("the client secret on %s is managed by client_secret_wo of msteamssync_plugin_config; a secret has one owner: remove that argument or this resource", server.URL())
		}
	}
	return nil
}

// mint adds a secret in Entra and fills in what the plan leaves open.
func (r *clientSecretResource) mint(ctx context.Context, plan *clientSecretModel, diags *diag.Diagnostics) (secret string, ok bool) {
	validity, err := time.ParseDuration(plan.ValidFor.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("valid_for"), "Invalid duration", err.Error())
		return "", false
	}
	added, err := r.clients.entra.AddPassword(ctx, plan.client(), plan.Description.ValueString(), time.Now().Add(validity))
	if err != nil {
		diags.AddError("The client secret was not made", err.Error())
		return "", false
	}
	plan.KeyID = types.StringValue(added.KeyID)
	plan.Hint = types.StringValue(added.Hint)
	plan.ExpiresAt = types.StringValue(timeText(added.End))
	plan.Fingerprint = types.StringValue(mattermost.NewFingerprint(added.SecretText).String())
	return added.SecretText, true
}

// handOver delivers a secret and proves that it works.
func (r *clientSecretResource) handOver(ctx context.Context, plan clientSecretModel, secret string, diags *diag.Diagnostics) bool {
	if !r.deliver(ctx, map[string]any{clientSecretKey: secret, clientSecretExpiresKey: plan.ExpiresAt.ValueString()}, diags) {
		return false
	}
	if err := r.clients.entra.VerifySecret(ctx, plan.client(), secret); err != nil {
		diags.AddError("The new client secret does not work",
			"It was made and delivered, but a token request with it fails; the previous one was kept. The next apply tries again.\n\n"+err.Error())
		return false
	}
	return true
}

func (r *clientSecretResource) deliver(ctx context.Context, values map[string]any, diags *diag.Diagnostics) bool {
	warnings, err := r.clients.mattermost.EditSettings(ctx, func(current mattermost.Settings) (mattermost.Edit, error) {
		return mattermost.Edit{Set: values}, checkOwner(current, r.clients.mattermost)
	})
	warnAll(diags, warnings)
	if err != nil {
		diags.AddError("The client secret was not delivered", err.Error())
	}
	return err == nil
}

// retire removes keys from Entra and returns those that are still there.
func (r *clientSecretResource) retire(ctx context.Context, client entra.ClientID, keys []string, diags *diag.Diagnostics) (left []string) {
	for _, key := range keys {
		if err := r.clients.entra.RemovePassword(ctx, client, key); err != nil && !entra.IsNotFound(err) {
			left = append(left, key)
			diags.AddWarning("An old client secret was not removed", "The new one is in use. The next apply tries again to remove the key "+key+".\n\n"+err.Error())
		}
	}
	return left
}

// Delete takes the secret from the plugin before it ends it in Entra. A secret that somebody else delivered, such as this
// resource's own replacement, stays.
func (r *clientSecretResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state clientSecretModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.needBoth(&resp.Diagnostics) {
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	warnings, err := r.clients.mattermost.EditSettings(ctx, func(current mattermost.Settings) (mattermost.Edit, error) {
		expiry, present := current.Lookup(clientSecretExpiresKey)
		if text, ok := expiry.Text(); present && ok && text != "" && text != state.ExpiresAt.ValueString() {
			return mattermost.Edit{}, nil
		}
		return mattermost.Edit{Clear: []string{clientSecretKey, clientSecretExpiresKey}}, nil
	})
	warnAll(&resp.Diagnostics, warnings)
	if err != nil {
		resp.Diagnostics.AddError("The client secret was not removed from the plugin's settings", err.Error())
		return
	}
	leftover := leftoverKeys(ctx, req.Private, &resp.Diagnostics)
	for _, key := range append(leftover, state.KeyID.ValueString()) {
		if err := r.clients.entra.RemovePassword(ctx, state.client(), key); err != nil && !entra.IsNotFound(err) {
			resp.Diagnostics.AddError("The client secret was not removed from Entra", err.Error())
		}
	}
}

func leftoverKeys(ctx context.Context, private privateState, diags *diag.Diagnostics) (keys []string) {
	value, problems := private.GetKey(ctx, leftoverKey)
	diags.Append(problems...)
	if len(value) > 0 {
		_ = json.Unmarshal(value, &keys) // unreadable: nothing is known to be left
	}
	return keys
}

func rememberLeftover(ctx context.Context, private privateWriter, keys []string) diag.Diagnostics {
	value, _ := json.Marshal(keys)
	return private.SetKey(ctx, leftoverKey, value)
}

// timeText is how times stand in the state and in the plugin's settings.
func timeText(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }
