// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package mattermost is the provider's half of a conversation with one Mattermost server: its version and switches, the
// plugin's installation and state, and the plugin's settings. It speaks API v4 through Mattermost's own Client4.
//
// Everything that rewrites the server's configuration goes through one lock per server address (see edit.go): saving
// settings, uploading, enabling, disabling and removing all read the whole plugin section and write it back.
//
// No value of a secret setting is ever part of an error.
package mattermost
