// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

// Hold keeps this node from working on lanes, and gives back those that it has when their current events are done; false
// lets it work again. What arrives is still taken into the store, where other nodes find it.
func (e *Engine) Hold(hold bool) {
	if e.held.Swap(hold) == hold {
		return
	}
	if !hold {
		e.scans.poke() // the poll finds what waits
		return
	}
	e.giveBackKept(e.life)
}

// isResting tells whether no new event may be begun.
func (e *Engine) isResting() bool { return e.held.Load() || e.isStopping() }

// leave is what a node that may not work does with a lane that it was woken for.
func (e *Engine) leave(lane Lane) {
	e.Governor.Withdraw(lane)
	if kept, ok := e.kept.take(lane); ok {
		e.release(e.life, kept.Lease)
	}
}
