// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package terraform runs the Terraform (or OpenTofu) command line offline on one of the examples, with the provider that
// was built here in a filesystem mirror, so that `init` works as it does for users and asks no registry.
package terraform
