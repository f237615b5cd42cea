// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// What a secret is made with unless the configuration says otherwise.
const (
	defaultSecretDescription = "Mattermost MS Teams Sync (Terraform)"
	defaultSecretValidity    = "4320h"
	defaultSecretOverlap     = "24h"
	longestRotateBefore      = 720 * time.Hour // of the default, which is never more than half of the validity
)

// longestSecretValidity is what Entra offers: 24 months.
const longestSecretValidity = 17520 * time.Hour

type clientSecretModel struct {
	ClientID         types.String `tfsdk:"client_id"`
	Description      types.String `tfsdk:"description"`
	ValidFor         types.String `tfsdk:"valid_for"`
	RotateBefore     types.String `tfsdk:"rotate_before"`
	Overlap          types.String `tfsdk:"overlap"`
	RotationTriggers types.Map    `tfsdk:"rotation_triggers"`
	KeyID            types.String `tfsdk:"key_id"`
	Hint             types.String `tfsdk:"hint"`
	ExpiresAt        types.String `tfsdk:"expires_at"`
	Fingerprint      types.String `tfsdk:"fingerprint"`
	PreviousKeyID    types.String `tfsdk:"previous_key_id"`
	PreviousRetireAt types.String `tfsdk:"previous_retire_at"`
	Status           types.String `tfsdk:"status"`
}

// What a refresh finds out about the secret. Plans always promise secretCurrent, so anything else is a planned change.
const (
	secretCurrent     = "current"
	secretRemoved     = "removed"        // not in Entra any more
	secretExpired     = "expired"        // its time is over
	secretUndelivered = "undelivered"    // not in the plugin's settings
	secretReplaced    = "replaced"       // the plugin's settings hold another one
	secretDue         = "due"            // its time is over soon
	expiryDiffers     = "expiry_differs" // the settings beside it do not describe it
	secretUnfinished  = "unfinished"     // secrets of an interrupted run are left over in Entra
	secretRetireDue   = "retire_due"     // the previous one was kept long enough
)

// needsRotation says whether only a new secret brings the status back to current.
func needsRotation(status string) bool {
	switch status {
	case secretCurrent, expiryDiffers, secretUnfinished, secretRetireDue:
		return false
	}
	return true
}

func (r *clientSecretResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	computed := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description,
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()}}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A client secret of the app registration, delivered to the plugin's settings in the same step. Its text is in no plan, no state and no log. " +
			"A change of `description`, `valid_for` or `rotation_triggers` rotates it without an outage: the new secret is added, delivered and proven with a token request, " +
			"and the old one is kept for `overlap` before it is removed. " +
			"A secret that is missing in Entra, expired or due, or missing or replaced in the plugin's settings shows as a planned rotation. " +
			"The description tells this resource's secrets from others: what an interrupted run left under it is removed by the next apply, so two of these resources on one registration need different descriptions. " +
			"A rotation made by the action `msteamssync_rotate_secret` is taken over at the next refresh. " +
			"It needs Azure and Mattermost credentials and an installed plugin: let it depend on `msteamssync_plugin`.",
		Attributes: map[string]schema.Attribute{
			"client_id": schema.StringAttribute{Required: true,
				PlanModifiers:       []planmodifier.String{keepEqual(strings.EqualFold), stringplanmodifier.RequiresReplace()},
				Validators:          []validator.String{stringvalidator.RegexMatches(guidPattern, "it must be a GUID: the application (client) ID, not the object ID or a name")},
				MarkdownDescription: "Application (client) ID of the app registration. Another one replaces the resource."},
			"description": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(defaultSecretDescription),
				Validators: []validator.String{stringvalidator.LengthBetween(1, 120)},
				MarkdownDescription: "Description of the secret in the portal. Every secret of the registration with this description belongs to this resource, also one that somebody added by hand: " +
					"what is neither the current nor the previous one is removed. Default: `" + defaultSecretDescription + "`."},
			"valid_for": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(defaultSecretValidity),
				PlanModifiers:       []planmodifier.String{keepEqual(sameDuration)},
				Validators:          []validator.String{durationBetween{time.Hour, longestSecretValidity, "4320h for 180 days"}},
				MarkdownDescription: "How long a new secret is valid, in hours as in `4320h`, from `1h` to `17520h` (24 months, the longest that Entra offers). Default: `4320h`, 180 days."},
			"rotate_before": schema.StringAttribute{Optional: true, Computed: true,
				PlanModifiers: []planmodifier.String{keepEqual(sameDuration)},
				Validators:    []validator.String{durationBetween{0, longestSecretValidity, "720h for 30 days"}},
				MarkdownDescription: "How long before its end a secret is due: when less time than this remains, a refresh sets `status` to `due` and the plan rotates it. In hours as in `720h`, shorter than `valid_for`; `0s` waits for the end. " +
					"Default: `720h`, 30 days, but never more than half of `valid_for`."},
			"overlap": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(defaultSecretOverlap),
				PlanModifiers: []planmodifier.String{keepEqual(sameDuration)},
				Validators:    []validator.String{durationBetween{0, longestSecretValidity, "24h for a day"}},
				MarkdownDescription: "How long the previous secret stays valid after a rotation, in hours as in `24h`. Until then plans are empty; after it a refresh sets `status` to `retire_due` and the plan removes the previous secret. " +
					"`0s` removes it in the same apply. Default: `24h`."},
			"rotation_triggers": schema.MapAttribute{Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Any values; a change rotates the secret."},
			"key_id":      computed("Key ID of the secret in Entra; the portal calls it Secret ID. It is also written to the plugin's setting `clientSecretKeyId`."),
			"hint":        computed("First characters of the secret, as the portal shows them."),
			"expires_at":  computed("When the secret expires, RFC 3339 in UTC."),
			"fingerprint": computed("Random salt and HMAC-SHA256 of the secret, with which a replaced value is noticed. Null after an import while the plugin's setting `clientSecretKeyId` does not name this secret."),
			"previous_key_id": schema.StringAttribute{Computed: true,
				MarkdownDescription: "Key ID of the secret before this one, while it is kept; null otherwise."},
			"previous_retire_at": schema.StringAttribute{Computed: true,
				MarkdownDescription: "When the previous secret is to be removed, RFC 3339 in UTC; null when there is none."},
			"status": schema.StringAttribute{Computed: true,
				MarkdownDescription: "`current`, or why the next apply changes the secret: `removed` in Entra, `expired`, `due`, `undelivered` or `replaced` in the plugin's settings, `expiry_differs` (the settings beside it name another expiry or key ID), " +
					"`unfinished` (secrets under this description are left over), `retire_due` (the overlap is over)."},
		},
	}
}

// ValidateConfig refuses a secret that would be due as soon as it is made.
func (r *clientSecretResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config clientSecretModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		checkRotateBefore(config.RotateBefore, config.ValidFor, defaultSecretValidity, &resp.Diagnostics)
	}
}

// checkRotateBefore refuses a rotate_before that is not shorter than valid_for.
func checkRotateBefore(rotateBefore, validFor types.String, defaultValidity string, diags *diag.Diagnostics) {
	if rotateBefore.IsNull() || rotateBefore.IsUnknown() || validFor.IsUnknown() {
		return
	}
	if validFor.IsNull() {
		validFor = types.StringValue(defaultValidity)
	}
	valid, err := time.ParseDuration(validFor.ValueString())
	before, errBefore := time.ParseDuration(rotateBefore.ValueString())
	if err == nil && errBefore == nil && before >= valid { // what cannot be read is reported by the attributes
		diags.AddAttributeError(path.Root("rotate_before"), "It would be due at once",
			fmt.Sprintf("rotate_before is %s, valid_for is %s: every refresh would plan a rotation. Make rotate_before shorter than valid_for.", rotateBefore.ValueString(), validFor.ValueString()))
	}
}

// sameDuration compares "4320h" and "4320h0m0s" as equal.
func sameDuration(a, b string) bool {
	x, errX := time.ParseDuration(a)
	y, errY := time.ParseDuration(b)
	return errX == nil && errY == nil && x == y
}

// durationText is how durations stand in the state: in whole hours where that is possible.
func durationText(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return d.String()
}

// durationBetween accepts durations from least to most. example completes "for example …".
type durationBetween struct {
	least, most time.Duration
	example     string
}

func (v durationBetween) Description(context.Context) string {
	return "it must be a duration from " + durationText(v.least) + " to " + durationText(v.most)
}

func (v durationBetween) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v durationBetween) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	d, err := time.ParseDuration(req.ConfigValue.ValueString())
	if err != nil || d < v.least || d > v.most {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration",
			fmt.Sprintf("%q: %s, written in hours, for example %s.", req.ConfigValue.ValueString(), v.Description(ctx), v.example))
	}
}
