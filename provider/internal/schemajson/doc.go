// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package schemajson writes down what a provider declares in the JSON that "terraform providers schema -json" prints.
//
// The documentation is generated from it. Terraform itself is not asked, because it leaves out what is newer than it:
// the project's own CLI knows neither list resources nor actions nor identities. Format: Terraform documentation,
// "terraform providers schema".
package schemajson
