// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package catalog holds the facts that the provider, the plugin and the emulator share: the Microsoft Graph permissions
// (name, id, what each one opens), the permission set of Mattermost's set-up guide, the clouds and the plugin's identity.
//
// permissions.json is the single source of permission ids. It was derived from the permission table published in the
// microsoft-graph-devx-content repository and checked against the live Microsoft Graph service principal.
package catalog
