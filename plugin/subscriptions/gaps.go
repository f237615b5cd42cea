// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package subscriptions

import (
	"context"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// tellGaps has looked for what an active subscription may have missed. What was missed before one was made is looked for
// from the moment that it is there (store.ActivateSubscription).
func (k *Keeper) tellGaps(ctx context.Context) error {
	subscriptions, err := k.Store.Subscriptions(ctx)
	if err != nil {
		return err
	}
	for _, s := range subscriptions {
		if s.GapSince.IsZero() || s.State != store.SubscriptionActive {
			continue
		}
		k.Log.Info("changes may have been missed", "resource", s.Resource, "since", s.GapSince)
		if _, err := k.Store.WantResync(ctx, s.Conversation.ID, store.WantedMissed); err != nil { // of all, when it covers all
			return err
		}
		if err := k.Store.CloseSubscriptionGap(ctx, s.ID, s.GapSince); err != nil {
			return err
		}
	}
	return nil
}
