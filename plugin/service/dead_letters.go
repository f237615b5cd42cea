// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"strconv"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// deadLetters are what the bridge gave up, for system admins.
type deadLetters struct{ *rooms }

// List returns the newest of a channel, or of all when channel is empty, and how many there are.
func (d deadLetters) List(ctx context.Context, channel bridge.ChannelID, limit int) ([]store.DeadLetter, int, error) {
	return d.store.DeadLetters(ctx, channel, limit)
}

// Retry gives those of a channel, or all when channel is empty, another chance and tells how many there are.
func (d deadLetters) Retry(ctx context.Context, by bridge.UserID, channel bridge.ChannelID) (int, error) {
	_, total, err := d.store.DeadLetters(ctx, channel, 1)
	if err != nil || total == 0 {
		return 0, err
	}
	if err := d.jobs.RetryDeadLetters(ctx, channel); err != nil {
		return 0, err
	}
	return total, d.store.Audit(ctx, by, "retry", string(channel), map[string]string{"dead_letters": strconv.Itoa(total)})
}
