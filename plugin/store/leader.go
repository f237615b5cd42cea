// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
)

// leaderLock is the advisory lock of the node that reconciles subscriptions; the number is ours alone.
const leaderLock = 7_305_418_626_042

// AsLeader runs f unless another node is running it, and tells whether it ran. The lock belongs to a connection, not to a
// transaction, because f talks to Graph; a node that dies gives it back with its connection.
func (s *Store) AsLeader(ctx context.Context, f func(context.Context) error) (bool, error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return false, fmt.Errorf("ask for the lead: %w", err)
	}
	defer conn.Release()
	var leads bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(leaderLock)).Scan(&leads); err != nil {
		return false, fmt.Errorf("ask for the lead: %w", err)
	}
	if !leads {
		return false, nil
	}
	defer func() {
		if _, err := conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(leaderLock)); err != nil {
			_ = conn.Conn().Close(context.WithoutCancel(ctx)) // the lock goes with the connection
		}
	}()
	return true, f(ctx)
}
