// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package examples applies the repository's examples and tests its modules, with the real Terraform and the built provider,
// on a real Mattermost server and the emulated cloud. It holds tests only. Those that start servers have the build tag acc.
package examples
