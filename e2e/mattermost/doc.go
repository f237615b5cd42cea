// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package mattermost runs the real Mattermost server (built by tools/mattermost) for tests and the demo: with TLS, on
// a free loopback port, in a work directory of its own, configured by environment except for what Terraform manages.
package mattermost
