// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package admin is the emulator's own API below /_emulator/: set faults and limits, move the clock, act as somebody in
// Teams, read back requests and deliveries, end subscriptions, revoke tokens and consent. It answers callers on this
// machine only. Every route is listed by GET /_emulator/ and explained in the emulator's README.
package admin
