// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package subscriptions

import (
	"context"
	"slices"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// tellGaps has looked for what an active subscription may have missed. What was missed before one was made is looked for
// from the moment that it is there (store.ActivateSubscription).
func (k *Keeper) tellGaps(ctx context.Context) error {
	subscriptions, err := k.Store.Subscriptions(ctx)
	if err != nil {
		return err
	}
	connected, err := k.Store.ConnectedPeople(ctx)
	if err != nil {
		return err
	}
	for _, s := range subscriptions {
		if s.GapSince.IsZero() || s.State != store.SubscriptionActive {
			continue
		}
		k.Log.Info("changes may have been missed", "resource", s.Resource, "since", s.GapSince)
		if _, err := k.Store.WantResync(ctx, store.Scope(s), store.WantedMissed); err != nil {
			return err
		}
		if people := k.watchedPeople(s, connected); k.MissedChats != nil && len(people) > 0 {
			if err := k.MissedChats(ctx, people, s.GapSince); err != nil {
				k.Log.Warn("could not look for chats that are not known yet; it is tried again", "resource", s.Resource, "since", s.GapSince, "error", err)
				continue
			}
		}
		if err := k.Store.CloseSubscriptionGap(ctx, s.ID, s.GapSince); err != nil {
			return err
		}
	}
	return nil
}

// watchedPeople are those whose chats a subscription is about, among those who connected an account.
func (k *Keeper) watchedPeople(s store.Subscription, connected []bridge.TeamsUserID) []bridge.TeamsUserID {
	if s.Resource == allChats {
		return connected
	}
	return slices.DeleteFunc(slices.Clone(connected), func(person bridge.TeamsUserID) bool { return chatsOf(person) != s.Resource })
}
