// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// keptWhileDown reports whether err says that the plugin cannot answer, and then warns that the state is kept: what a
// plugin holds that is disabled, starting or older is not gone.
func keptWhileDown(diags *diag.Diagnostics, what string, err error) bool {
	if !mattermost.IsDown(err) {
		return false
	}
	diags.AddWarning("Not refreshed from the plugin",
		fmt.Sprintf("%s stays as Terraform wrote it last, because the plugin %s does not answer: %s", what, catalog.PluginID, err))
	return true
}

// leftBehind reports whether something could not be deleted because the plugin is not installed any more, and then warns
// that it is left in the plugin's tables.
func leftBehind(diags *diag.Diagnostics, what string, err error) bool {
	if !mattermost.IsNotInstalled(err) {
		return false
	}
	diags.AddWarning(what+" was not removed",
		"The plugin is not installed on the server, so nothing uses it. It is there again when the plugin is installed again.")
	return true
}
