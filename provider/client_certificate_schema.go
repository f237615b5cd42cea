// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const (
	defaultCertificateSubject  = "CN=Mattermost MS Teams Sync"
	defaultCertificateValidity = "8760h"
	longestCertificateValidity = 26280 * time.Hour // what the plugin makes: three years
)

type clientCertificateModel struct {
	ID               types.String `tfsdk:"id"`
	Subject          types.String `tfsdk:"subject"`
	ValidFor         types.String `tfsdk:"valid_for"`
	RotateBefore     types.String `tfsdk:"rotate_before"`
	RotationTriggers types.Map    `tfsdk:"rotation_triggers"`
	CertificatePEM   types.String `tfsdk:"certificate_pem"`
	Thumbprint       types.String `tfsdk:"thumbprint"`
	NotBefore        types.String `tfsdk:"not_before"`
	NotAfter         types.String `tfsdk:"not_after"`
	Status           types.String `tfsdk:"status"`
}

// What a refresh finds out about the certificate. Plans always promise certificateCurrent.
const (
	certificateCurrent  = "current"
	certificateRemoved  = "removed"  // the plugin has none
	certificateExpired  = "expired"  // its time is over
	certificateDue      = "due"      // its time is over soon
	certificateUnusable = "unusable" // the plugin cannot read its private key
)

// subjectPattern is what the plugin takes.
var subjectPattern = regexp.MustCompile(`^\s*(CN|O|OU|L|ST|C)=[^,+="\\<>;#]{1,64}(,\s*(CN|O|OU|L|ST|C)=[^,+="\\<>;#]{1,64})*$`)

func (r *clientCertificateResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	computed := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description,
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()}}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A certificate with which the plugin logs in at Entra ID, in the place of a client secret. The plugin makes the RSA-2048 key, keeps it encrypted in its database and never gives it out; " +
			"`certificate_pem` goes into `certificates` of `msteamssync_application`, in the same run or through an output in another team's state. " +
			"It needs Mattermost credentials only and an installed plugin: let it depend on `msteamssync_plugin`. One server has one of these resources. " +
			"A rotation makes a new certificate in place. The plugin tries the newest one first and falls back to the older ones and then to the client secret where Entra does not know it, so there is no gap, whichever side changes first; " +
			"older ones are deleted by the plugin an hour after Entra has first accepted the newest.",
		Attributes: map[string]schema.Attribute{
			"id": computed("ID of the certificate in the plugin."),
			"subject": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(defaultCertificateSubject),
				Validators: []validator.String{stringvalidator.RegexMatches(subjectPattern, "it must be like CN=Mattermost MS Teams Sync, O=Example; known are CN, O, OU, L, ST and C, and values hold none of , + = \" \\ < > ; #"),
					stringvalidator.RegexMatches(regexp.MustCompile(`(^|,)\s*CN=`), "it needs a CN")},
				MarkdownDescription: "Subject of the certificate. Another one makes a new certificate. Default: `" + defaultCertificateSubject + "`."},
			"valid_for": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(defaultCertificateValidity),
				PlanModifiers:       []planmodifier.String{keepEqual(sameDuration)},
				Validators:          []validator.String{durationBetween{time.Hour, longestCertificateValidity, "8760h for a year"}},
				MarkdownDescription: "How long a new certificate is valid, in hours as in `8760h`, from `1h` to `26280h`. Another validity makes a new certificate. Default: `8760h`, a year."},
			"rotate_before": schema.StringAttribute{Optional: true, Computed: true,
				PlanModifiers: []planmodifier.String{keepEqual(sameDuration)},
				Validators:    []validator.String{durationBetween{0, longestCertificateValidity, "720h for 30 days"}},
				MarkdownDescription: "How long before its end a certificate is due: when less time than this remains, a refresh sets `status` to `due` and the plan makes a new one. In hours as in `720h`, shorter than `valid_for`; `0s` waits for the end. " +
					"Default: `720h`, 30 days, but never more than half of `valid_for`."},
			"rotation_triggers": schema.MapAttribute{Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Any values; a change makes a new certificate."},
			"certificate_pem": computed("The certificate, PEM; it is public."),
			"thumbprint":      computed("SHA-1 thumbprint in upper-case hex, as the portal shows it."),
			"not_before":      computed("From when it is valid, RFC 3339 in UTC."),
			"not_after":       computed("Until when it is valid, RFC 3339 in UTC."),
			"status": schema.StringAttribute{Computed: true,
				MarkdownDescription: "`current`, or why the next apply makes a new certificate: `removed` from the plugin, `expired`, `due`, `unusable` because the plugin's encryption key was changed while the plugin did not run."},
		},
	}
}

// ValidateConfig refuses a certificate that would be due as soon as it is made.
func (r *clientCertificateResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config clientCertificateModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		checkRotateBefore(config.RotateBefore, config.ValidFor, defaultCertificateValidity, &resp.Diagnostics)
	}
}

// ModifyPlan promises a current certificate, and a new one where only that leads there.
func (r *clientCertificateResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan, state clientCertificateModel
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
	plan.Status = types.StringValue(certificateCurrent)
	if plan.rotates(state) {
		unknown := types.StringUnknown()
		plan.ID, plan.CertificatePEM, plan.Thumbprint, plan.NotBefore, plan.NotAfter = unknown, unknown, unknown, unknown, unknown
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// rotates says whether going from state to m takes a new certificate. state is empty on create.
func (m clientCertificateModel) rotates(state clientCertificateModel) bool {
	return state.Status.ValueString() != certificateCurrent || !m.Subject.Equal(state.Subject) ||
		!m.ValidFor.Equal(state.ValidFor) || !m.RotationTriggers.Equal(state.RotationTriggers)
}

// sameThumbprint compares them as people copy them: with or without colons, in either case.
func sameThumbprint(a, b string) bool {
	plain := strings.NewReplacer(":", "", " ", "")
	return strings.EqualFold(plain.Replace(a), plain.Replace(b))
}

// hoursBetween is a validity as it is written.
func hoursBetween(from, to time.Time) types.String {
	return types.StringValue(fmt.Sprintf("%.0fh", to.Sub(from).Hours()))
}
