// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package primary keeps the notifications of people to one place. Whoever reads in Teams is notified there; their linked
// channels and chats in Mattermost are muted for as long, and afterwards notify as they did before.
package primary
