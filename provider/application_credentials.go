// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// certificateSpelling makes texts of the same certificate the same, however they are indented and broken into lines.
var certificateSpelling = spelling(func(text string) string {
	certificate, err := entra.ParseCertificate(text)
	if err != nil {
		return text // validation has refused it
	}
	return certificate.Thumbprint()
})

// certificatesOf reads texts that validation has passed.
func certificatesOf(texts []string) []entra.Certificate {
	list := []entra.Certificate{}
	for _, text := range texts {
		if certificate, err := entra.ParseCertificate(text); err == nil {
			list = append(list, certificate)
		}
	}
	return list
}

func pemTexts(certificates []entra.Certificate) []string {
	var list []string
	for _, certificate := range certificates {
		list = append(list, certificate.PEM())
	}
	return list
}

func texts[T ~string](items []T) []string {
	var list []string
	for _, item := range items {
		list = append(list, string(item))
	}
	return list
}

// withReported adds what was found to what the configuration lists. What is listed stays when it is gone, so that only
// something new shows in a plan; an apply puts the configuration's set back, and the next refresh reports again.
func withReported(ctx context.Context, listed types.Set, found []string, diags *diag.Diagnostics) types.Set {
	return spelling(strings.ToLower).refresh(ctx, listed, append(itemsOf(ctx, listed, diags), found...), diags)
}

// warnReported says in a plan what an apply will not do: end what refresh has found and the configuration does not list.
func warnReported(ctx context.Context, state, plan types.Set, attribute, summary, mend string, diags *diag.Diagnostics) {
	if state.IsNull() || !isFullyKnown(plan) {
		return
	}
	unlisted := missingFrom(itemsOf(ctx, plan, diags), itemsOf(ctx, state, diags))
	if len(unlisted) > 0 {
		diags.AddAttributeWarning(path.Root(attribute), summary, strings.Join(unlisted, ", ")+
			": an apply does not end this, and plans show it until it is gone or listed in "+attribute+". "+mend)
	}
}

// setOfCertificates validates each item of a set.
func setOfCertificates() validator.Set { return setvalidator.ValueStringsAre(certificateValidator{}) }

// certificateValidator refuses what is not exactly one certificate, and above all private keys.
type certificateValidator struct{}

func (certificateValidator) Description(context.Context) string {
	return "must be one PEM certificate without a private key"
}

func (v certificateValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (v certificateValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := entra.ParseCertificate(req.ConfigValue.ValueString()); err != nil {
		// Without the path of the item: that would repeat its text, which may be a private key.
		resp.Diagnostics.AddAttributeError(req.Path.ParentPath(), "Invalid certificate", fmt.Sprintf("An item %s: %s.", v.Description(ctx), err))
	}
}
