// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
)

// CleanUp deletes what has served its purpose.
//
//   - Tombstones after 90 days. They keep a message that was deleted from being carried by a notification that comes late; what
//     looks for missed messages sees by itself that they are deleted.
//   - The keys of sends after 7 days: a send is looked for within minutes.
//   - Edits that were sent and never came back after a day: they count for 10 minutes.
//   - Log-ins that nobody finished, and what bots said an hour ago.
//   - What people have been told after 90 days, but for losses of accounts that are still there.
//   - Nodes that have not told of their settings for 30 days.
//   - Audit records after 400 days.
func (s *Store) CleanUp(ctx context.Context) error {
	for _, statement := range []string{
		`DELETE FROM msteamssync.message_map m WHERE state = 'tombstone' AND reserved_at < clock_timestamp() - interval '90 days'
			AND NOT EXISTS (SELECT FROM msteamssync.message_map a WHERE a.alias_of = m.id)`,
		`UPDATE msteamssync.message_map SET attempt_key = '' WHERE attempt_key <> '' AND state = 'confirmed' AND confirmed_at < clock_timestamp() - interval '7 days'`,
		`UPDATE msteamssync.message_map SET sent_versions = '[]', version = version + 1 WHERE sent_versions <> '[]'
			AND (sent_versions -> -1 ->> 'at')::timestamptz < clock_timestamp() - interval '1 day'`,
		`DELETE FROM msteamssync.sayings WHERE noted_at < clock_timestamp() - interval '1 hour'`,
		`DELETE FROM msteamssync.oauth_states WHERE expires_at < clock_timestamp()`,
		`DELETE FROM msteamssync.notices WHERE told_at < clock_timestamp() - interval '90 days'
			AND NOT EXISTS (SELECT FROM msteamssync.accounts a WHERE subject = 'lost:' || a.id)`,
		`DELETE FROM msteamssync.settings_nodes WHERE seen_at < clock_timestamp() - interval '30 days'`,
		`DELETE FROM msteamssync.audit WHERE at < clock_timestamp() - interval '400 days'`,
	} {
		if _, err := s.pool.Exec(ctx, statement); err != nil {
			return fmt.Errorf("clean up: %w", err)
		}
	}
	return nil
}
