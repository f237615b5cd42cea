// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package links is linking and unlinking a Mattermost channel with a Teams channel: who may, what is checked before, and
// what is written down about it. The links themselves live in the bridge.
package links
