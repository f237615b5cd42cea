// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package release tests that what is released can be built again. Its tests compile programs and have the tag e2e.
package release
