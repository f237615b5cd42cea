// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"os"
	"time"
)

// parentPoll is how often a plugin looks whether its server still lives. The operating system tells nobody of the death
// of a parent in a way that works on all of them.
const parentPoll = time.Second

// WhenOrphaned calls f once when the process that started this one has died. A server that is killed leaves its plugins
// running; such a plugin can post nothing but would go on leasing lanes.
func WhenOrphaned(f func()) {
	parent := os.Getppid()
	go func() {
		tick := time.NewTicker(parentPoll)
		defer tick.Stop()
		for range tick.C {
			if os.Getppid() != parent {
				f()
				return
			}
		}
	}()
}
