// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package generate writes Terraform configuration and import blocks for an installation that somebody made by hand. It
// asks the provider itself, over the protocol that Terraform uses, so that what it writes plans nothing but imports.
package generate
