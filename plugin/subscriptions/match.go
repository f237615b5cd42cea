// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package subscriptions

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/intake"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// It knows the intake's secrets.
var _ intake.Subscriptions = (*Keeper)(nil)

// match is what is remembered of a subscription whose secret was right once. Ids and secrets never change; a
// subscription that was removed matches until the next start, which does no harm: its secret was random, and what comes
// for a conversation that is not linked is ignored.
type match struct {
	subscription intake.Subscription
	secretHash   []byte
}

// Match finds the subscriptions of notifications by their ids and secrets. Secrets are compared in constant time, as
// hashes. A notification can come before Graph has told the subscription's id: then the secret alone finds it. The store is
// asked once for all that are not remembered.
func (k *Keeper) Match(ctx context.Context, claims []intake.Claim) (map[intake.Claim]intake.Subscription, error) {
	found := map[intake.Claim]intake.Subscription{}
	var open []intake.Claim
	var ids []string
	var hashes [][]byte
	for _, claim := range claims {
		given := hash(claim.ClientState)
		if known, ok := k.known.Load(claim.SubscriptionID); ok {
			m, _ := known.(match) // nothing else is stored
			if subtle.ConstantTimeCompare(m.secretHash, given) == 1 {
				found[claim] = m.subscription
				continue
			}
		}
		open, ids, hashes = append(open, claim), append(ids, claim.SubscriptionID), append(hashes, given)
	}
	if len(open) == 0 {
		return found, nil
	}
	byID, bySecret, err := k.Store.SubscriptionsClaimed(ctx, ids, hashes)
	if err != nil {
		return nil, err
	}
	for i, claim := range open {
		if s, ok := byID[claim.SubscriptionID]; ok && subtle.ConstantTimeCompare(s.SecretHash, hashes[i]) == 1 {
			found[claim] = toIntake(s.Subscription)
			k.known.Store(claim.SubscriptionID, match{found[claim], s.SecretHash})
		} else if s, ok := bySecret[string(hashes[i])]; ok {
			found[claim] = toIntake(s)
		}
	}
	return found, nil
}

func toIntake(s store.Subscription) intake.Subscription {
	return intake.Subscription{ID: s.ID, Conversation: s.Conversation.ID}
}

// The lifecycle events (Graph docs, "change-notifications-lifecycle-events"). Teams has no missed today.
const (
	reauthorizationRequired = "reauthorizationRequired"
	subscriptionRemoved     = "subscriptionRemoved"
	missed                  = "missed"
)

// Lifecycle acts on what Graph says about a subscription itself: reauthorizationRequired has it renewed, which also
// reauthorises it; subscriptionRemoved has it made anew; missed has looked for what was missed.
func (k *Keeper) Lifecycle(ctx context.Context, event intake.LifecycleEvent) error {
	id := event.Subscription.ID
	if id == "" {
		return nil // it concerns none of ours
	}
	k.Log.Info("Graph announced a change of a subscription", "event", event.Event, "subscription", id, "conversation", event.Subscription.Conversation)
	k.Count("announced_" + known(event.Event))
	var err error
	if event.Event == missed {
		err = k.lost(ctx, event.Subscription)
	} else {
		// One in doubt is renewed whatever its age, and made anew when that shows that it is gone.
		err = k.Store.DoubtSubscription(ctx, id, "Graph announced "+event.Event)
	}
	if err != nil && !errors.Is(err, store.ErrClaimLost) {
		return err
	}
	k.Poke()
	return nil
}

// lostFor is from when on something may be missing when Graph says so: it does not say since when, and it may have tried for 4
// hours before it gave up, and as long again to tell.
const lostFor = 8 * time.Hour

// lost has looked for what Graph could not deliver; in all conversations when the subscription covers several.
func (k *Keeper) lost(ctx context.Context, subscription intake.Subscription) error {
	_, err := k.Store.WantResync(ctx, subscription.Conversation, store.WantedMissed)
	if err != nil || subscription.Conversation != "" {
		return err
	}
	// Chats that are not known yet have no link that a resync could look into.
	return k.Store.OpenSubscriptionGap(ctx, subscription.ID, time.Now().Add(-lostFor))
}

// known keeps what others send out of the names of metrics.
func known(event string) string {
	switch event {
	case reauthorizationRequired, subscriptionRemoved, missed:
		return event
	}
	return "other"
}
