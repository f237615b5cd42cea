// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package plugin tests the plugin's edges on a real server: settings, status, routes and who may call them, commands, and
// our reading of the server's tables. What happens to messages is tested in e2e/bridge.
package plugin
