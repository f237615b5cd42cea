// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package process runs the servers that tests and the demo need as child processes: each writes its output to a file,
// is waited for by its own ready signal, is stopped in an orderly way with a deadline, and does not outlive us.
package process
