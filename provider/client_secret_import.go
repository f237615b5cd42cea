// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"math"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// describedAs is the description of a secret. One without any has that of the state, after an import the default, so that
// it is not rotated for the want of a name.
func describedAs(state types.String, p entra.Password) types.String {
	switch {
	case p.DisplayName != "":
		return types.StringValue(p.DisplayName)
	case state.ValueString() != "":
		return state
	}
	return types.StringValue(defaultSecretDescription)
}

// validityOf is the validity that a secret was made with, as valid_for takes it. The portal's 24 months are two calendar
// years, with a leap day in them more than the 17520 hours that a new secret may get.
func validityOf(p entra.Password) types.String {
	hours := math.Round(p.End.Sub(p.Start).Hours())
	return types.StringValue(fmt.Sprintf("%.0fh", min(max(hours, 1), 17520)))
}
