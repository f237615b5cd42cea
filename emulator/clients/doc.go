// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package clients tests the emulator with clients that nobody here wrote: azidentity, Microsoft's Graph SDK, azcore's
// Resource Manager pipeline and golang.org/x/oauth2. It is a package of its own so that their weight is linked once.
package clients
