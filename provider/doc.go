// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package provider is the Terraform provider msteamssync: one file per resource, data source and function, with its test
// beside it. The Azure half (application, admin_consent, bot_user, metered_billing) works with Azure credentials alone, the
// Mattermost half (plugin, plugin_config) with Mattermost credentials alone; client_secret needs both.
//
// What the remote systems want lives in the packages below internal: entra, billing, mattermost, and consistency, the
// only place that waits.
package provider
