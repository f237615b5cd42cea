// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import "context"

// open looks into what came with a notification: a message, and the proof of who sent it.
func (w *worker) open(ctx context.Context, event *InboundEvent) error {
	if w.Notifications == nil {
		return nil
	}
	message, carried, err := w.Notifications.Read(ctx, *event)
	if err != nil {
		return err
	}
	if carried {
		event.carried = &message
	}
	return nil
}

// message is the message of a create: what its notification carried, else what Graph shows now. Changes always ask Graph:
// what a notification of a change carries may be older than what has been carried since.
func (w *worker) message(ctx context.Context, event *InboundEvent) (TeamsMessage, error) {
	if event.carried != nil {
		return *event.carried, nil
	}
	return w.Teams.Message(ctx, event.Ref)
}
