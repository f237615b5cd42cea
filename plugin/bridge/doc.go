// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package bridge is the domain of the plugin: what happens to a message on its way between Mattermost and Teams.
// It imports neither Mattermost nor Graph nor a database driver; it speaks to all three through the interfaces that it
// declares.
package bridge
