// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package command is the slash command /msteams-sync: what it offers, who may use what, and what it answers. Every answer
// is a sentence that only the caller sees.
package command
