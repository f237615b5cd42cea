// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import "time"

// PutClockForward makes the provider believe that it is later. Tests that use it are not parallel.
func PutClockForward(by time.Duration) (back func()) {
	now = func() time.Time { return time.Now().Add(by) }
	return func() { now = time.Now }
}
