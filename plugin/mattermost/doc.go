// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package mattermost is the Mattermost server as the other packages need it: posts, people, permissions, websocket
// events and the log, over the plugin API; and the channels' posts in the order of their changes, over our own
// connection to the server's database, because the API cuts such lists at 1,000 unordered rows.
//
// The plugin API reports a broken connection to the server by returning nothing at all: neither result nor error. Every
// call here turns that into an error.
package mattermost
