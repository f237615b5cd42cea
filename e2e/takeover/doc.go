// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package takeover holds the end-to-end test of taking over what another plugin with this plugin's id left: on a real
// Mattermost server and its tables, with the emulator as Microsoft's cloud. Build tag e2e.
package takeover
