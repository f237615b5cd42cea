// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package bridge holds the end-to-end tests of the bridge: the plugin on a real Mattermost server and PostgreSQL, the
// emulator as Microsoft's cloud, accounts connected through the real log-in pages. Build tag e2e.
package bridge
