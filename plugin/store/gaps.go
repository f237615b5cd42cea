// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"time"
)

// OpenSubscriptionGap has it told, once the subscription is active, that changes may have been missed since a time.
func (s *Store) OpenSubscriptionGap(ctx context.Context, id string, since time.Time) error {
	return s.changeSubscription(ctx, "gap_since = least(gap_since, $2)", "true", id, since)
}

// CloseSubscriptionGap records that it was told; an earlier one that came up meanwhile stays.
func (s *Store) CloseSubscriptionGap(ctx context.Context, id string, since time.Time) error {
	if _, err := s.pool.Exec(ctx, "UPDATE msteamssync.subscriptions SET gap_since = NULL WHERE id = $1 AND gap_since = $2", id, since); err != nil {
		return fmt.Errorf("record that a gap was told: %w", err)
	}
	return nil
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
