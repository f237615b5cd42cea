// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import "time"

// When nobody took notifications for a while, Graph repeats those of that time, in any order and mixed with new ones. What comes
// first must wait longer for what is older then.

const (
	// settlingFor is how long after a start that is, in reorder windows; settlingWindow is how many of them an event waits.
	settlingFor    = 10
	settlingWindow = 3
)

// Settling says that notifications were not taken until now.
func (e *Engine) Settling() {
	e.settled.Store(time.Now().Add(settlingFor * e.Tuning.ReorderWindow).UnixNano())
}

// inboundWindow is how long a notification that comes now waits for earlier ones.
func (e *Engine) inboundWindow() time.Duration {
	if time.Now().UnixNano() < e.settled.Load() {
		return settlingWindow * e.Tuning.ReorderWindow
	}
	return e.Tuning.ReorderWindow
}
