// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package intake takes what Microsoft Graph posts to the plugin: the validation handshake, change notifications, lifecycle
// notifications. It answers 202 only when everything that concerns us is committed; on any doubt it answers 5xx and Graph
// delivers again, for up to four hours (Graph docs, change notifications delivery through webhooks).
//
// It never tells the sender what it thinks of an item: what does not carry a secret of ours is counted and left out.
package intake
