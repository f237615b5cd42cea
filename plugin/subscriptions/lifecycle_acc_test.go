// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package subscriptions_test

import (
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/intake"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/subscriptions"
)

// match asks about one notification.
func (w *world) match(t *testing.T, id, secret string) (intake.Subscription, bool, error) {
	t.Helper()
	claim := intake.Claim{SubscriptionID: id, ClientState: secret}
	found, err := w.keeper.Match(t.Context(), []intake.Claim{claim})
	s, ok := found[claim]
	return s, ok, err
}

// announced waits for a lifecycle event, finds its subscription by its secret, and hands it on.
func (w *world) announced(t *testing.T, event string) {
	t.Helper()
	n := w.notification(t, func(n item) bool { return n.LifecycleEvent == event })
	s, ok, err := w.match(t, n.SubscriptionID, n.ClientState)
	if err != nil || !ok {
		t.Fatalf("matched %v, %v", ok, err)
	}
	w.hand(t, s, event)
}

func (w *world) hand(t *testing.T, s intake.Subscription, event string) {
	t.Helper()
	if err := w.keeper.Lifecycle(t.Context(), intake.LifecycleEvent{Subscription: s, Event: event}); err != nil {
		t.Fatal(err)
	}
}

// settledInAChat is settled with a chat of somebody who connected an account in place of the channel.
func (w *world) settledInAChat(t *testing.T) store.Subscription {
	t.Helper()
	alex, found := w.Directory().User("alex@demo.example")
	if !found {
		t.Fatal("there is no alex")
	}
	person, chat := bridge.TeamsUserID(alex.ID), bridge.Conversation{ID: "19:a_b@unq.gbl.spaces"}
	if err := w.store.ConnectAccount(t.Context(), store.Account{ID: "account", User: "alex", TeamsUser: person, Token: []byte("sealed")}, 1); err != nil {
		t.Fatal(err)
	}
	if err := w.store.CreateLink(t.Context(), bridge.Link{ID: "link", Channel: "channel", Conversation: chat, Creator: "alex", CreatedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.KeepChat(t.Context(), store.Chat{Conversation: chat.ID, Kind: "oneOnOne", Members: []bridge.TeamsUserID{person, "b"}}); err != nil {
		t.Fatal(err)
	}
	w.reconcile(t)
	w.took()
	w.wanted(t)
	return w.agree(t)
}

func TestLifecycleEvents(t *testing.T) {
	for _, kind := range []struct {
		name  string
		wide  int
		chats bool
	}{{"one channel", 0, false}, {"all channels", 1, false}, {"the chats of a user", 0, true}, {"all chats", 1, true}} {
		for event, want := range map[string][]string{
			"reauthorizationRequired": {"announced_reauthorizationRequired", "renewed"},
			"subscriptionRemoved":     {"announced_subscriptionRemoved", "recreated", "created"},
			"missed":                  {"announced_missed"},
			"somethingNew":            {"announced_other", "renewed"},
		} {
			t.Run(kind.name+"/"+event, func(t *testing.T) {
				w := newWorld(t)
				w.set(func(c *subscriptions.Current) { c.WideFrom, c.Direct = kind.wide, kind.chats })
				settled := w.settled
				if kind.chats {
					settled = w.settledInAChat
				}
				before := settled(t)
				if event == "missed" || event == "somethingNew" { // Teams has neither today
					w.hand(t, intake.Subscription{ID: before.ID, Conversation: before.Conversation.ID}, event)
				} else {
					if err := w.Subscriptions().Announce(before.GraphID, notify.LifecycleEvent(event)); err != nil {
						t.Fatal(err)
					}
					w.announced(t, event)
				}
				w.reconcile(t)
				w.wantActions(t, want...)
				w.agree(t)
				want := map[string]string{"subscriptionRemoved": store.WantedSubscription, "missed": store.WantedMissed}[event]
				if kind.chats && want != "" {
					want = store.WantedMissed // chats may have come that nobody knows
				}
				if why := w.wanted(t); why != want {
					t.Errorf("a resync is wanted for %q, want %q", why, want)
				}
			})
		}
	}
}

// TestAccessIsRenewedWhenGraphAsks: the emulator lets access lapse after an hour, as Graph does, unless it is renewed.
func TestAccessIsRenewedWhenGraphAsks(t *testing.T) {
	w := newWorld(t)
	before := w.settled(t)
	w.Clock().Shift(50 * time.Minute)
	w.announced(t, "reauthorizationRequired")
	w.reconcile(t)
	w.wantActions(t, "announced_reauthorizationRequired", "renewed")
	w.Clock().Shift(50 * time.Minute)
	w.say(t, "hello")
	w.notification(t, func(n item) bool { return n.LifecycleEvent == "" })
	if after := w.agree(t); after.GraphID != before.GraphID {
		t.Error("it is another one")
	}
}

// TestAnEventOfAnEndedSubscription must not disturb the one that took its place.
func TestAnEventOfAnEndedSubscription(t *testing.T) {
	w := newWorld(t)
	old := w.settled(t)
	w.Subscriptions().Clear()
	w.reconcile(t)
	w.took()
	w.hand(t, intake.Subscription{ID: "unknown", Conversation: w.Channel.ID}, "subscriptionRemoved")
	w.reconcile(t)
	w.wantActions(t, "announced_subscriptionRemoved")
	if s := w.agree(t); s.State != store.SubscriptionActive || s.GraphID == old.GraphID {
		t.Errorf("it is %+v", s)
	}
}
