// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package faults makes the emulator misbehave as the real cloud does: late, throttled, failing before or after the
// effect was committed, behind in replication, and with notifications doubled, shuffled, delayed or withheld. A test
// sets rules (see Rule); chance comes from a seeded generator, so that a run can be repeated. The package also holds
// Graph's documented request limits as token buckets.
package faults
