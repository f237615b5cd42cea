// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package process

import (
	"context"
	"fmt"
	"time"
)

// probeEvery is how often Until asks. A probe is a loopback request of a millisecond.
const probeEvery = 50 * time.Millisecond

// Until calls probe until it succeeds or ctx is done; the error then carries the probe's last answer. It is the one
// place where tests and the demo wait for something that has no event of its own.
func Until(ctx context.Context, probe func(context.Context) error) error {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	var last error
	for {
		err := probe(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil && last != nil {
			err = last // the probe was cut off; the one before it says more
		}
		last = err
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w; last answer: %w", context.Cause(ctx), err)
		case <-tick.C:
		}
	}
}
