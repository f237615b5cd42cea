// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package requestlog records every request that reaches the emulator, so that tests count and read them back. Secrets
// are taken out before anything is kept: the log can be shown, written to a file and searched for leaks.
package requestlog
