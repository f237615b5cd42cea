// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"testing"
	"time"
)

// TestRepeatedNotificationsMayComeLater: Graph repeats those that nobody took, after newer ones.
func TestRepeatedNotificationsMayComeLater(t *testing.T) {
	e := &Engine{Config: Config{Tuning: Tuning{ReorderWindow: time.Hour}}}
	if got := e.inboundWindow(); got != time.Hour {
		t.Errorf("at rest an event waits for %s", got)
	}
	e.Settling()
	if got := e.inboundWindow(); got != 3*time.Hour {
		t.Errorf("after a silence an event waits for %s", got)
	}
	e.settled.Store(time.Now().Add(-time.Nanosecond).UnixNano())
	if got := e.inboundWindow(); got != time.Hour {
		t.Errorf("afterwards an event waits for %s", got)
	}
}
