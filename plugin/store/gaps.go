// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
	"time"
)

// ofManyChats tells whether a subscription is about several chats, some of which may not be known yet: a resync looks only into
// those that have a link, so that of a gap in the others the keeper is told.
const ofManyChats = "conversation = '' AND resource NOT LIKE '/teams/%'"

// OpenSubscriptionGap has it told, once the subscription is active, that changes may have been missed since a time.
func (s *Store) OpenSubscriptionGap(ctx context.Context, id string, since time.Time) error {
	return s.changeSubscription(ctx, "gap_since = least(gap_since, $2)", "true", id, since)
}

// openGaps has it told of all subscriptions to several chats that changes may have been missed since a time. Of one that Graph did
// not have in the meantime only when something may have been missed anyway: what somebody's chats held before they connected is not
// looked for.
func openGaps(ctx context.Context, on executor, since *time.Time) error {
	_, err := on.Exec(ctx, "UPDATE msteamssync.subscriptions SET gap_since = least(gap_since, $1) WHERE "+ofManyChats+`
		AND (state = 'active' OR state IN ('wanted', 'creating') AND gap_since IS NOT NULL)`, since)
	return err
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
