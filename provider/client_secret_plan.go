// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ModifyPlan promises a current secret, and a new one where only that leads there. It does not look at the clock: Terraform
// plans a second time while it applies and wants the same answer. What time brings is found by a refresh.
func (r *clientSecretResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	defer r.clients.preflight(ctx, req, resp, clientSecretNeeds)
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan, state clientSecretModel
	var rotateBefore types.String
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("rotate_before"), &rotateBefore)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if rotateBefore.IsNull() {
		plan.RotateBefore = defaultRotateBefore(plan.ValidFor)
	}
	plan.Status = types.StringValue(secretCurrent)
	if plan.rotates(state) {
		plan.KeyID, plan.Hint, plan.ExpiresAt, plan.Fingerprint = types.StringUnknown(), types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
		plan.PreviousKeyID, plan.PreviousRetireAt = types.StringUnknown(), types.StringUnknown()
	} else {
		plan.PreviousKeyID, plan.PreviousRetireAt = state.previousUnder(plan.Overlap)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// rotates says whether going from state to m takes a new secret. state is empty on create.
func (m clientSecretModel) rotates(state clientSecretModel) bool {
	return needsRotation(state.Status.ValueString()) || !m.Description.Equal(state.Description) ||
		!m.ValidFor.Equal(state.ValidFor) || !m.RotationTriggers.Equal(state.RotationTriggers)
}

// previousUnder is the previous secret after an apply that does not rotate, with an overlap that may be a new one.
func (m clientSecretModel) previousUnder(overlap types.String) (keyID, retireAt types.String) {
	none := types.StringNull()
	switch {
	case m.PreviousKeyID.IsNull() || m.Status.ValueString() == secretRetireDue:
		return none, none
	case overlap.IsUnknown():
		return types.StringUnknown(), types.StringUnknown()
	}
	long, was := lengthOf(overlap), lengthOf(m.Overlap)
	retire, err := time.Parse(time.RFC3339, m.PreviousRetireAt.ValueString())
	if long == 0 || err != nil {
		return none, none
	}
	return m.PreviousKeyID, types.StringValue(timeText(retire.Add(long - was)))
}

// defaultRotateBefore is 30 days, but never more than half of the validity.
func defaultRotateBefore(validFor types.String) types.String {
	if validFor.IsUnknown() {
		return types.StringUnknown()
	}
	return types.StringValue(durationText(min(longestRotateBefore, lengthOf(validFor)/2)))
}

// lengthOf is a duration that a validator has accepted; 0 for none.
func lengthOf(text types.String) time.Duration {
	d, _ := time.ParseDuration(text.ValueString())
	return d
}

// timeText is how times stand in the state and in the plugin's settings.
func timeText(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }
