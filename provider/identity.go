// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import "github.com/hashicorp/terraform-plugin-framework/tfsdk"

// isIdentified says whether Terraform knows an object's identity already. A known one stays as it is: Terraform takes
// another one for another object, and a refresh must not fail because the provider's tenant is not known yet, or is
// spelt in another way.
func isIdentified(identity *tfsdk.ResourceIdentity) bool {
	return identity != nil && !identity.Raw.IsFullyNull()
}
