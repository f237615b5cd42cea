// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type clientSecretModel struct {
	ClientID         types.String `tfsdk:"client_id"`
	Description      types.String `tfsdk:"description"`
	ValidFor         types.String `tfsdk:"valid_for"`
	RotationTriggers types.Map    `tfsdk:"rotation_triggers"`
	KeyID            types.String `tfsdk:"key_id"`
	Hint             types.String `tfsdk:"hint"`
	ExpiresAt        types.String `tfsdk:"expires_at"`
	Fingerprint      types.String `tfsdk:"fingerprint"`
	Status           types.String `tfsdk:"status"`
}

// What a refresh finds out about the secret. Plans always promise secretCurrent, so anything else is a planned change.
const (
	secretCurrent     = "current"
	secretRemoved     = "removed"     // not in Entra any more
	secretExpired     = "expired"     // its time is over
	secretUndelivered = "undelivered" // not in the plugin's settings
	secretReplaced    = "replaced"    // the plugin's settings hold another one
	expiryDiffers     = "expiry_differs"
	secretUnfinished  = "unfinished" // a rotation was interrupted; keys are left over in Entra
)

// needsRotation says whether only a new secret brings the status back to current.
func needsRotation(status string) bool {
	switch status {
	case secretCurrent, expiryDiffers, secretUnfinished:
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
			"A change of `description`, `valid_for` or `rotation_triggers` rotates it without an outage: the new secret is added, delivered and proven with a token request before the old one is removed. " +
			"A secret that is missing in Entra, expired, or missing or replaced in the plugin's settings shows as a planned rotation. " +
			"It needs Azure and Mattermost credentials and an installed plugin: let it depend on `msteamssync_plugin`.",
		Attributes: map[string]schema.Attribute{
			"client_id": schema.StringAttribute{Required: true,
				PlanModifiers:       []planmodifier.String{keepEqual(strings.EqualFold), stringplanmodifier.RequiresReplace()},
				Validators:          []validator.String{stringvalidator.RegexMatches(guidPattern, "it must be a GUID: the application (client) ID, not the object ID or a name")},
				MarkdownDescription: "Application (client) ID of the app registration. Another one replaces the resource."},
			"description": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("Mattermost MS Teams Sync (Terraform)"),
				Validators:          []validator.String{stringvalidator.LengthBetween(1, 120)},
				MarkdownDescription: "Description of the secret in the portal. Default: `Mattermost MS Teams Sync (Terraform)`."},
			"valid_for": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("4320h"),
				PlanModifiers:       []planmodifier.String{keepEqual(sameDuration)},
				Validators:          []validator.String{validityValidator{}},
				MarkdownDescription: "How long a new secret is valid, in hours as in `4320h`, from `1h` to `17520h` (24 months, the longest that Entra offers). Default: `4320h`, 180 days."},
			"rotation_triggers": schema.MapAttribute{Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Any values; a change rotates the secret."},
			"key_id":      computed("Key ID of the secret in Entra; the portal calls it Secret ID."),
			"hint":        computed("First characters of the secret, as the portal shows them."),
			"expires_at":  computed("When the secret expires, RFC 3339 in UTC."),
			"fingerprint": computed("Random salt and HMAC-SHA256 of the secret, with which a replaced value is noticed. Null after an import until the first rotation."),
			"status": schema.StringAttribute{Computed: true,
				MarkdownDescription: "`current`, or why the next apply changes the secret: `removed` in Entra, `expired`, `undelivered` or `replaced` in the plugin's settings, `expiry_differs` there, `unfinished` rotation."},
		},
	}
}

// sameDuration compares "4320h" and "4320h0m0s" as equal.
func sameDuration(a, b string) bool {
	x, errX := time.ParseDuration(a)
	y, errY := time.ParseDuration(b)
	return errX == nil && errY == nil && x == y
}

// validityValidator accepts the durations that Entra takes.
type validityValidator struct{}

func (validityValidator) Description(context.Context) string {
	return "it must be a duration from 1h to 17520h"
}

func (v validityValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v validityValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	d, err := time.ParseDuration(req.ConfigValue.ValueString())
	if err != nil || d < time.Hour || d > 17520*time.Hour {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration",
			fmt.Sprintf("%q: %s, written in hours, for example 4320h for 180 days.", req.ConfigValue.ValueString(), v.Description(ctx)))
	}
}
