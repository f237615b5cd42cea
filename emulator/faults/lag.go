// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package faults

import "time"

// Hidden says whether an object of a collection that was created at a time is not replicated yet: reading it by id
// finds nothing.
func (f *Faults) Hidden(collection string, createdAt time.Time) bool {
	return f.lags(Lag, collection, createdAt)
}

// HiddenInList says whether an object is still missing in lists of its collection.
func (f *Faults) HiddenInList(collection string, createdAt time.Time) bool {
	return f.lags(ListLag, collection, createdAt)
}

func (f *Faults) lags(effect Effect, collection string, createdAt time.Time) bool {
	age := f.clock.Now().Sub(createdAt)
	return len(f.struck(onReading, func(r *Rule) bool {
		return r.Effect == effect && (r.Collection == "*" || r.Collection == collection) && age < time.Duration(r.Delay)
	}, "")) > 0
}
