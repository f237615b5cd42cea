// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package governor

import (
	"context"
	"time"
)

// Ledger records what of each bucket is handed out to which node's calls; package store keeps it in PostgreSQL. Its clock
// is the only one that counts.
type Ledger interface {
	// Exchange answers several wants at once, each bucket at most once.
	Exchange(ctx context.Context, wants []Want) ([]Grant, error)
	// ForgetBuckets deletes what has been full for a while.
	ForgetBuckets(ctx context.Context) error
}

// Want is what a node wants of a bucket.
type Want struct {
	Bucket string
	Step   time.Duration // that one call costs
	// Burst is how many steps may be handed out ahead. 0 makes it a turn: all of Count, after those of others.
	Burst time.Duration
	Count int
	// Reach is how long from now a turn must last at least.
	Reach time.Duration
	// Group is the same for turns that are used together: all last until Count steps after the last of them begins. 0 for
	// none.
	Group int
	// Late is how many calls more are wanted that are late anyway. They get only what leaves the bucket fuller than
	// LateBurst.
	Late      int
	LateBurst time.Duration
	// Close says for how long Graph wants no calls; 0 for nothing.
	Close time.Duration
	// Return is the End of a turn of this node that it does not need to its end, unless somebody waits behind it: the
	// bucket will be full after ReturnFrom.
	Return     time.Time
	ReturnFrom time.Duration
}

// Grant is what a node gets of a bucket.
type Grant struct {
	Bucket      string
	Count, Late int
	Begin, End  time.Time     // of a turn, by the ledger's clock: names, not times
	From, Until time.Duration // the same as seen from the ledger's present
	Closed      time.Duration // for how long the bucket is closed
}
