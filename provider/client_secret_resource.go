// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// clientSecretResource is msteamssync_client_secret. Entra generates the text of a secret, so it cannot be an argument,
// and Terraform must not keep it: the resource hands it from Entra to the plugin's settings in one step.
type clientSecretResource struct{ clients *clients }

var (
	_ resource.ResourceWithConfigure      = (*clientSecretResource)(nil)
	_ resource.ResourceWithIdentity       = (*clientSecretResource)(nil)
	_ resource.ResourceWithImportState    = (*clientSecretResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*clientSecretResource)(nil)
	_ resource.ResourceWithValidateConfig = (*clientSecretResource)(nil)
)

// leftoverKey is where the private state keeps the key ids of secrets that are still to be removed from Entra, among them
// a delivered one that did not work.
const leftoverKey = "leftover"

func newClientSecretResource() resource.Resource { return &clientSecretResource{} }

func (r *clientSecretResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_client_secret"
	resp.ResourceBehavior.MutableIdentity = true // a new description is a rotation, not another resource
}

func (r *clientSecretResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.clients = configured(req, &resp.Diagnostics)
}

// needBoth reports whether both sides can be used, and says what is missing if not.
func (c *clients) needBoth(diags *diag.Diagnostics) bool {
	azure := c.needEntra(diags)
	return c.needMattermost(diags) && azure
}

func (m clientSecretModel) client() entra.ClientID { return entra.ClientID(m.ClientID.ValueString()) }

// Create keeps the key in the state as soon as it is there: when a later step fails, the resource is tainted and the next
// apply removes that key. What a killed create left behind is removed once the new secret is in use.
func (r *clientSecretResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan clientSecretModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.clients.needBoth(&resp.Diagnostics) || !r.clients.checkSecretReceiver(ctx, &resp.Diagnostics) {
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	minted, existing, ok := r.clients.mintSecret(ctx, plan.client(), plan.Description.ValueString(), lengthOf(plan.ValidFor), &resp.Diagnostics)
	if !ok {
		return
	}
	plan.use(minted)
	plan.PreviousKeyID, plan.PreviousRetireAt = types.StringNull(), types.StringNull()
	plan.Status = types.StringValue(secretUndelivered)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.identity(plan))...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, createdKey, createdNow())...)
	if !r.clients.handOverSecret(ctx, plan.client(), minted, &resp.Diagnostics) {
		return
	}
	plan.Status = types.StringValue(secretCurrent)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	left := r.clients.retireSecrets(ctx, plan.client(), plan.superfluous(existing, nil), &resp.Diagnostics)
	resp.Diagnostics.Append(rememberLeftover(ctx, resp.Private, left)...)
}

// use fills in what a new secret brings.
func (m *clientSecretModel) use(minted entra.Password) {
	m.KeyID = types.StringValue(minted.KeyID)
	m.Hint = types.StringValue(minted.Hint)
	m.ExpiresAt = types.StringValue(timeText(minted.End))
	m.Fingerprint = types.StringValue(mattermost.NewFingerprint(minted.SecretText).String())
}

// Update rotates, or finishes what an earlier run left. Until the new secret is delivered and proven the state names the
// old one, and both stay valid.
func (r *clientSecretResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state clientSecretModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.renewed(ctx, state, req.Identity, &resp.Diagnostics))...)
	if resp.Diagnostics.HasError() || !r.clients.needBoth(&resp.Diagnostics) {
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	leftover := leftoverKeys(ctx, req.Private, &resp.Diagnostics)
	step := r.tidy
	if plan.KeyID.IsUnknown() {
		step = r.rotate
	}
	superfluous, ok := step(ctx, &plan, state, &leftover, &resp.Diagnostics)
	if !ok {
		resp.Diagnostics.Append(rememberLeftover(ctx, resp.Private, leftover)...)
		return
	}
	if !plan.KeyID.Equal(state.KeyID) {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, createdKey, createdNow())...)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.renewed(ctx, plan, req.Identity, &resp.Diagnostics))...)
	left := r.clients.retireSecrets(ctx, plan.client(), superfluous, &resp.Diagnostics)
	resp.Diagnostics.Append(rememberLeftover(ctx, resp.Private, left)...)
}

// rotate puts a new secret in the place of the state's and returns the keys that are not needed any more. One that was
// made but does not work joins the leftovers.
func (r *clientSecretResource) rotate(ctx context.Context, plan *clientSecretModel, state clientSecretModel, leftover *[]string, diags *diag.Diagnostics) (superfluous []string, ok bool) {
	if !r.clients.checkSecretReceiver(ctx, diags) {
		return nil, false
	}
	minted, existing, ok := r.clients.mintSecret(ctx, plan.client(), plan.Description.ValueString(), lengthOf(plan.ValidFor), diags)
	if !ok {
		return nil, false
	}
	if !r.clients.handOverSecret(ctx, plan.client(), minted, diags) {
		*leftover = append(*leftover, minted.KeyID)
		return nil, false
	}
	plan.use(minted)
	plan.PreviousKeyID, plan.PreviousRetireAt = types.StringNull(), types.StringNull()
	if _, live := liveSecret(existing, state.KeyID.ValueString()); live && lengthOf(plan.Overlap) > 0 {
		plan.PreviousKeyID, plan.PreviousRetireAt = state.KeyID, types.StringValue(timeText(now().Add(lengthOf(plan.Overlap))))
	}
	return plan.superfluous(existing, append(*leftover, state.ownKeys()...)), true
}

// tidy corrects what stands beside the secret and returns the keys that are not needed any more.
func (r *clientSecretResource) tidy(ctx context.Context, plan *clientSecretModel, state clientSecretModel, leftover *[]string, diags *diag.Diagnostics) (superfluous []string, ok bool) {
	if state.Status.ValueString() == expiryDiffers &&
		!r.clients.deliverSecret(ctx, describeSecret(plan.KeyID.ValueString(), plan.ExpiresAt.ValueString()), diags) {
		return nil, false
	}
	saved, err := r.clients.mattermost.Settings(ctx)
	if err != nil {
		diags.AddError("The plugin's settings cannot be read", err.Error())
		return nil, false
	}
	list, err := r.clients.entra.Passwords(ctx, plan.client())
	if err != nil {
		diags.AddError("The client secrets cannot be read", err.Error())
		return nil, false
	}
	return plan.superfluous(list, append(*leftover, state.ownKeys()...), textOf(saved, clientSecretKeyIDKey)), true
}

// ownKeys are the keys that the state names.
func (m clientSecretModel) ownKeys() (keys []string) {
	for _, key := range []types.String{m.KeyID, m.PreviousKeyID} {
		if key.ValueString() != "" {
			keys = append(keys, key.ValueString())
		}
	}
	return keys
}

// superfluous are those of the registration's secrets that are m's, by their description or because they are among more,
// and that m does not name. Keys to spare are not among them.
func (m clientSecretModel) superfluous(list []entra.Password, more []string, spare ...string) (keys []string) {
	needed := append(m.ownKeys(), spare...)
	for _, p := range list {
		ours := p.DisplayName == m.Description.ValueString() || containsKey(more, p.KeyID)
		if ours && !containsKey(needed, p.KeyID) {
			keys = append(keys, p.KeyID)
		}
	}
	return keys
}

func containsKey(keys []string, key string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
}

// liveSecret finds a secret that has not expired.
func liveSecret(list []entra.Password, key string) (entra.Password, bool) {
	i := slices.IndexFunc(list, func(p entra.Password) bool { return strings.EqualFold(p.KeyID, key) && p.End.After(now()) })
	if i < 0 {
		return entra.Password{}, false
	}
	return list[i], true
}

// Delete takes the secret from the plugin before it ends it in Entra, with all that stands under its description. A secret
// that somebody else delivered, such as this resource's own replacement, stays.
func (r *clientSecretResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state clientSecretModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.clients.needBoth(&resp.Diagnostics) {
		return
	}
	ctx, done := consistency.Finish(ctx, interruptGrace)
	defer done()
	var foreign string
	warnings, err := r.clients.mattermost.EditSettings(ctx, func(current mattermost.Settings) (mattermost.Edit, error) {
		foreign = textOf(current, clientSecretKeyIDKey)
		if foreign != "" && !containsKey(state.ownKeys(), foreign) {
			return mattermost.Edit{}, nil
		}
		foreign = ""
		return mattermost.Edit{Clear: []string{clientSecretKey, clientSecretExpiresKey, clientSecretKeyIDKey}}, nil
	})
	warnAll(&resp.Diagnostics, warnings)
	if err != nil {
		resp.Diagnostics.AddError("The client secret was not removed from the plugin's settings", err.Error())
		return
	}
	list, err := r.clients.entra.Passwords(ctx, state.client())
	if err != nil {
		if !entra.IsNotFound(err) {
			resp.Diagnostics.AddError("The client secrets cannot be read", err.Error())
		}
		return
	}
	more := append(leftoverKeys(ctx, req.Private, &resp.Diagnostics), state.ownKeys()...)
	nothing := clientSecretModel{Description: state.Description} // that is to stay
	for _, key := range nothing.superfluous(list, more, foreign) {
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
