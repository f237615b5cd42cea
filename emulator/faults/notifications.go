// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package faults

import "time"

// Notification decides what becomes of one change notification: the result has one delay for each copy to deliver;
// none means that it is withheld. resource is the changed resource's path.
func (f *Faults) Notification(resource string) []time.Duration {
	rules := f.struck(onNotification, func(r *Rule) bool { return matches(r.Route, "*", resource) }, "")
	copies := []time.Duration{0}
	for _, r := range rules {
		switch r.Effect {
		case Withhold:
			return nil
		case Delay:
			for i := range copies {
				copies[i] += time.Duration(r.Delay)
			}
		case Reorder:
			for i := range copies {
				copies[i] += f.within(r.Delay)
			}
		case Duplicate:
			for range max(1, r.Copies) {
				copies = append(copies, copies[0]+f.within(r.Delay))
			}
		}
	}
	return copies
}

// ValidationFault decides what becomes of one validation handshake: "refused", "timeout", or "" to carry it out.
func (f *Faults) ValidationFault() string {
	rules := f.struck(onValidation, func(*Rule) bool { return true }, "")
	switch {
	case len(rules) == 0:
		return ""
	case rules[0].Effect == ValidationTimeout:
		return "timeout"
	}
	return "refused"
}
