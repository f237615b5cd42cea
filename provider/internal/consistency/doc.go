// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package consistency is the only place of the provider that waits and the only place that retries.
//
// Microsoft's directory is eventually consistent: an object that was just created may answer "not found" for seconds,
// and a reference to it may be refused. Policy retries such an operation until it succeeds or the time that the user
// grants (consistency_timeout) has passed, and then reports the last real error instead of "deadline exceeded".
// Transport handles what is about requests rather than objects: throttling, failures of the service, dropped connections.
//
// Neither sleeps longer than needed: both stop at the first sufficient answer.
package consistency
