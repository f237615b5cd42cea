// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package subscriptions

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// worker brings subscriptions in order while this node has the right to.
type worker struct {
	*Keeper
	current Current
	actual  []teams.Subscription // what Graph has, as listed before the work began
}

// advance takes a subscription to where it belongs.
func (w *worker) advance(ctx context.Context, s store.Subscription) error {
	switch s.State {
	case store.SubscriptionWanted:
		return w.create(ctx, s)
	case store.SubscriptionCreating:
		return w.settle(ctx, s)
	case store.SubscriptionActive:
		return w.maintain(ctx, s)
	case store.SubscriptionRemoving:
		return w.remove(ctx, s)
	}
	return nil
}

// create asks Graph for the subscription. When Graph has one for the same conversation already, it is adopted if we
// know its secret, and removed otherwise.
func (w *worker) create(ctx context.Context, s store.Subscription) error {
	err := w.ask(ctx, s)
	existing := w.inTheWay(s, err)
	if existing == "" {
		return err
	}
	if adopted, err := w.Store.AdoptSubscription(ctx, s.ID, existing); err != nil {
		return err
	} else if adopted {
		return w.renew(ctx, s.ID, existing)
	}
	// We have no secret for it: it was made by the plugin that this one replaces, or its row is lost.
	if err := w.current.Graph.Unsubscribe(ctx, existing); err != nil && bridge.ClassOf(err) != bridge.NotFound {
		return err
	}
	w.Log.Info("removed a subscription that another installation had left", "conversation", s.Conversation.ID)
	return w.ask(ctx, s)
}

// inTheWay finds the subscription because of which Graph refused: the answer names it when it is about the same
// changes, else the quota of one for each conversation is used up.
func (w *worker) inTheWay(s store.Subscription, err error) string {
	if existing := teams.ExistingID(err); existing != "" {
		return existing
	}
	if teams.Status(err) == http.StatusForbidden {
		for _, a := range w.actual {
			if sameResource(a.Resource, s.Resource) {
				return a.ID
			}
		}
	}
	return ""
}

// ask commits a fresh secret and makes one POST.
func (w *worker) ask(ctx context.Context, s store.Subscription) error {
	secret, until := rand.Text()+rand.Text(), expiry()
	if err := w.Store.BeginSubscription(ctx, s.ID, hash(secret), w.current.ChangesURL, w.certificateID(), until); err != nil {
		return err
	}
	wanted := teams.Subscription{
		ChangeType: "created,updated,deleted", Resource: s.Resource, ExpiresAt: until, ClientState: secret,
		NotificationURL: w.current.ChangesURL, LifecycleNotificationURL: w.current.LifecycleURL,
	}
	if key := w.current.Certificate; key != nil {
		wanted.IncludeResourceData, wanted.EncryptionCertificate, wanted.EncryptionCertificateID = true, key.Certificate(), key.ID
	}
	created, err := w.current.Graph.Subscribe(ctx, wanted)
	if err != nil {
		if bridge.ClassOf(err) != bridge.Unknown {
			// Nothing happened, so there is nothing to settle.
			if abandonErr := w.Store.AbandonSubscription(context.WithoutCancel(ctx), s.ID); abandonErr != nil {
				return abandonErr
			}
		}
		return err
	}
	w.Count("created")
	return w.Store.ActivateSubscription(context.WithoutCancel(ctx), s.ID, created.ID, created.ExpiresAt)
}

// settle finds out what became of a POST whose answer is not known.
func (w *worker) settle(ctx context.Context, s store.Subscription) error {
	// The list may be older than the POST.
	actual, err := w.current.Graph.Subscriptions(ctx)
	if err != nil {
		return err
	}
	for _, a := range actual {
		if sameResource(a.Resource, s.Resource) && a.NotificationURL == s.NotificationURL && a.ExpiresAt.Sub(s.AskedExpiry).Abs() <= time.Second {
			w.Count("adopted")
			return w.Store.ActivateSubscription(ctx, s.ID, a.ID, a.ExpiresAt)
		}
	}
	if err := w.Store.WantSubscription(ctx, s.ID); err != nil {
		return err
	}
	return w.create(ctx, s)
}

// maintain renews, and makes anew what Graph does not have any more or what leads to an old address.
func (w *worker) maintain(ctx context.Context, s store.Subscription) error {
	if s.NotificationURL != w.current.ChangesURL {
		// The lifecycle address cannot be changed (Graph docs), so the subscription is replaced.
		return w.replace(ctx, s)
	}
	if s.CertificateID != w.certificateID() {
		return w.recertify(ctx, s)
	}
	listed := false
	for _, a := range w.actual {
		listed = listed || a.ID == s.GraphID
	}
	if listed && time.Until(s.ExpiresAt) > Life/2 && s.Failures == 0 {
		return nil
	}
	// Whether it is really gone only the subscription itself tells: lists lag behind.
	err := w.renew(ctx, s.ID, s.GraphID)
	if teams.Status(err) == http.StatusNotFound {
		return w.recreate(ctx, s)
	}
	return err
}

// certificateID is the one that subscriptions should have; empty for none.
func (w *worker) certificateID() string {
	if w.current.Certificate == nil {
		return ""
	}
	return w.current.Certificate.ID
}

// recertify has Graph encrypt for the certificate in use. Whether messages are carried at all is fixed when a
// subscription is created, and where Graph does not take another certificate later, the subscription is replaced too.
func (w *worker) recertify(ctx context.Context, s store.Subscription) error {
	key := w.current.Certificate
	if key == nil || s.CertificateID == "" {
		return w.replace(ctx, s)
	}
	changed, err := w.current.Graph.Recertify(ctx, s.GraphID, expiry(), key.Certificate(), key.ID)
	switch {
	case teams.Status(err) == http.StatusNotFound:
		return w.recreate(ctx, s)
	case err != nil && bridge.ClassOf(err) == bridge.Permanent, err == nil && changed.EncryptionCertificateID != "" && changed.EncryptionCertificateID != key.ID:
		w.Log.Warn("Graph did not take another certificate for a subscription; it is replaced", "conversation", s.Conversation.ID, "error", err)
		return w.replace(ctx, s)
	case err != nil:
		return err
	}
	w.Count("recertified")
	if err := w.Store.CertifySubscription(context.WithoutCancel(ctx), s.ID, key.ID); err != nil {
		return err
	}
	return w.Store.ActivateSubscription(context.WithoutCancel(ctx), s.ID, s.GraphID, changed.ExpiresAt)
}

// replace removes a subscription that cannot be changed into what it should be, and makes it anew.
func (w *worker) replace(ctx context.Context, s store.Subscription) error {
	if err := w.current.Graph.Unsubscribe(ctx, s.GraphID); err != nil && bridge.ClassOf(err) != bridge.NotFound {
		return err
	}
	return w.recreate(ctx, s)
}

// renew moves the expiry, which also reauthorises.
func (w *worker) renew(ctx context.Context, id, graphID string) error {
	renewed, err := w.current.Graph.Renew(ctx, graphID, expiry())
	if err != nil {
		return err
	}
	w.Count("renewed")
	return w.Store.ActivateSubscription(context.WithoutCancel(ctx), id, graphID, renewed.ExpiresAt)
}

// expiry is in whole seconds, which survive every way of writing a time: it tells our subscription from others.
func expiry() time.Time { return time.Now().Add(Life).UTC().Truncate(time.Second) }

func (w *worker) recreate(ctx context.Context, s store.Subscription) error {
	w.Log.Info("making a subscription anew", "conversation", s.Conversation.ID)
	w.Count("recreated")
	if err := w.Store.WantSubscription(ctx, s.ID); err != nil {
		return err
	}
	return w.create(ctx, s)
}

// remove deletes at Graph what nobody wants.
func (w *worker) remove(ctx context.Context, s store.Subscription) error {
	if s.GraphID == "" {
		for _, a := range w.actual {
			if sameResource(a.Resource, s.Resource) && a.NotificationURL == s.NotificationURL {
				s.GraphID = a.ID
			}
		}
	}
	if s.GraphID != "" {
		if err := w.current.Graph.Unsubscribe(ctx, s.GraphID); err != nil && bridge.ClassOf(err) != bridge.NotFound {
			return err
		}
	}
	w.Count("removed")
	return w.Store.RetireSubscription(ctx, s.ID)
}

// sameResource compares what two subscriptions are about. The leading slash is optional, and an old billing model in
// the query does not make another resource.
func sameResource(a, b string) bool {
	plain := func(resource string) string {
		path, _, _ := strings.Cut(resource, "?")
		return strings.ToLower(strings.Trim(path, "/"))
	}
	return plain(a) == plain(b)
}

func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
