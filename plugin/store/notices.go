// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package store

import (
	"context"
	"fmt"
)

// Tell records that somebody is being told something, and tells whether it is the first time. It is recorded before it is
// done: a crash in between leaves a person without a notice, not with two.
func (s *Store) Tell(ctx context.Context, subject string) (bool, error) {
	tag, err := s.pool.Exec(ctx, `INSERT INTO msteamssync.notices (subject) VALUES ($1) ON CONFLICT DO NOTHING`, subject)
	if err != nil {
		return false, fmt.Errorf("record a notice: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}
