// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package markup turns Teams HTML into Mattermost Markdown and back. Its functions are pure and work on parse trees,
// never on patterns: what is not understood comes out as its text, escaped for the other side.
package markup
