// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package subscriptions

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// advance takes a subscription to where it belongs.
func (p *pass) advance(ctx context.Context, s store.Subscription) error {
	switch s.State {
	case store.SubscriptionWanted:
		return p.create(ctx, s)
	case store.SubscriptionCreating:
		return p.settle(ctx, s)
	case store.SubscriptionActive:
		return p.maintain(ctx, s)
	case store.SubscriptionRemoving:
		return p.remove(ctx, s)
	}
	return nil
}

// create asks Graph for the subscription. When Graph has one for the same conversation already, it is adopted if we
// know its secret, and removed otherwise.
func (p *pass) create(ctx context.Context, s store.Subscription) error {
	err := p.ask(ctx, s)
	existing, listErr := p.inTheWay(ctx, s, err)
	if listErr != nil {
		return listErr
	}
	if existing == "" {
		return err
	}
	if adopted, err := p.Store.AdoptSubscription(ctx, s.ID, existing); err != nil {
		return err
	} else if adopted {
		return p.renew(ctx, s.ID, existing)
	}
	// We have no secret for it: it was made by the plugin that this one replaces, or its row is lost.
	if err := p.Store.OpenSubscriptionGap(ctx, s.ID, time.Now()); err != nil {
		return err
	}
	if err := p.current.Graph.Unsubscribe(ctx, existing); err != nil && bridge.ClassOf(err) != bridge.NotFound {
		return err
	}
	p.Log.Info("removed a subscription that another installation had left", "resource", s.Resource)
	return p.ask(ctx, s)
}

// inTheWay finds the subscription because of which Graph refused: the answer names it when it is about the same
// changes, else the quota of one for each conversation is used up.
func (p *pass) inTheWay(ctx context.Context, s store.Subscription, refused error) (string, error) {
	if existing := teams.ExistingID(refused); existing != "" {
		return existing, nil
	}
	if teams.Status(refused) != http.StatusForbidden {
		return "", nil
	}
	actual, err := p.has(ctx, time.Time{})
	for _, a := range actual {
		if sameResource(a.Resource, s.Resource) {
			return a.ID, nil
		}
	}
	return "", err
}

// ask commits a fresh secret and makes one POST.
func (p *pass) ask(ctx context.Context, s store.Subscription) error {
	secret, model := rand.Text()+rand.Text(), p.current.modelOf(s.Resource)
	asked := store.Asked{
		SecretHash: hash(secret), NotificationURL: p.current.ChangesURL, LifecycleURL: p.current.LifecycleURL,
		Model: model, CertificateID: p.certificateID(), Expiry: expiry(),
	}
	if err := p.Store.BeginSubscription(ctx, s.ID, asked); err != nil {
		return err
	}
	wanted := teams.Subscription{
		ChangeType: "created,updated,deleted", Resource: s.Resource, ExpiresAt: asked.Expiry, ClientState: secret,
		NotificationURL: p.current.ChangesURL, LifecycleNotificationURL: p.current.LifecycleURL,
	}
	if model != "" {
		wanted.Resource += "?model=" + model
	}
	if key := p.current.Certificate; key != nil {
		wanted.IncludeResourceData, wanted.EncryptionCertificate, wanted.EncryptionCertificateID = true, key.Certificate(), key.ID
	}
	created, err := p.current.Graph.Subscribe(ctx, wanted)
	if err != nil {
		if bridge.ClassOf(err) != bridge.Unknown {
			// Nothing happened, so there is nothing to settle.
			if abandonErr := p.Store.AbandonSubscription(context.WithoutCancel(ctx), s.ID); abandonErr != nil {
				return abandonErr
			}
		}
		return fmt.Errorf("%w: %w", errNotMade, err)
	}
	p.Count("created")
	p.acted.Store(true)
	p.isThere(created)
	return p.Store.ActivateSubscription(context.WithoutCancel(ctx), s.ID, created.ID, created.ExpiresAt)
}

// settle finds out what became of a POST whose answer is not known.
func (p *pass) settle(ctx context.Context, s store.Subscription) error {
	actual, err := p.has(ctx, p.posted(s))
	if err != nil {
		return err
	}
	for _, a := range actual {
		if sameResource(a.Resource, s.Resource) && a.NotificationURL == s.NotificationURL && a.ExpiresAt.Sub(s.AskedExpiry).Abs() <= time.Second {
			p.Count("adopted")
			p.acted.Store(true)
			p.isThere(a)
			return p.Store.ActivateSubscription(ctx, s.ID, a.ID, a.ExpiresAt)
		}
	}
	if err := p.Store.WantSubscription(ctx, s.ID, time.Time{}); err != nil {
		return err
	}
	return p.create(ctx, s)
}

// posted is a time after the POST whose outcome is not known had come to its end.
func (p *pass) posted(s store.Subscription) time.Time {
	known := func(x store.Subscription) bool {
		return x.ID == s.ID && x.State == s.State && x.AskedExpiry.Equal(s.AskedExpiry)
	}
	if slices.ContainsFunc(p.all, known) {
		return p.began
	}
	return time.Now()
}

// maintain renews, follows the settings, and makes anew what Graph does not have any more.
func (p *pass) maintain(ctx context.Context, s store.Subscription) error {
	reason := p.outdated(s)
	if reason != "" && (p.covered(s) || len(p.covers[s.Resource]) == 0) {
		return p.replace(ctx, s, reason)
	}
	switch {
	case !p.wanted[s.Resource]: // only kept alive
	case s.NotificationURL != p.current.ChangesURL && s.Outdated == "":
		return p.move(ctx, s)
	case s.CertificateID != p.certificateID() && reason == "":
		return p.recertify(ctx, s)
	}
	// Whether it is really gone only the subscription itself tells: lists lag behind.
	err := p.renew(ctx, s.ID, s.GraphID)
	if teams.Status(err) == http.StatusNotFound {
		return p.recreate(ctx, s)
	}
	return err
}

// move has Graph notify the address in use, without a gap: it asks the address first.
func (p *pass) move(ctx context.Context, s store.Subscription) error {
	moved, err := p.current.Graph.Move(ctx, s.GraphID, expiry(), p.current.ChangesURL)
	switch {
	case teams.Status(err) == http.StatusNotFound:
		return p.recreate(ctx, s)
	case err != nil:
		return err
	case moved.NotificationURL != "" && moved.NotificationURL != p.current.ChangesURL:
		return p.outdate(ctx, s, "Graph did not take another address")
	}
	p.Count("moved")
	p.acted.Store(true)
	if err := p.Store.MoveSubscription(context.WithoutCancel(ctx), s.ID, p.current.ChangesURL); err != nil {
		return err
	}
	return p.Store.ActivateSubscription(context.WithoutCancel(ctx), s.ID, s.GraphID, moved.ExpiresAt)
}

// outdate has a subscription replaced, as soon as others deliver its changes.
func (p *pass) outdate(ctx context.Context, s store.Subscription, reason string) error {
	p.Log.Warn("a subscription cannot be changed into what it should be; it is replaced", "resource", s.Resource, "reason", reason)
	p.acted.Store(true)
	return p.Store.OutdateSubscription(ctx, s.ID, reason)
}

// certificateID is the one that subscriptions should have; empty for none.
func (p *pass) certificateID() string {
	if p.current.Certificate == nil {
		return ""
	}
	return p.current.Certificate.ID
}

// recertify has Graph encrypt for the certificate in use. Where Graph does not take another certificate, the subscription
// is replaced.
func (p *pass) recertify(ctx context.Context, s store.Subscription) error {
	key := p.current.Certificate
	changed, err := p.current.Graph.Recertify(ctx, s.GraphID, expiry(), key.Certificate(), key.ID)
	switch {
	case teams.Status(err) == http.StatusNotFound:
		return p.recreate(ctx, s)
	case err != nil && bridge.ClassOf(err) == bridge.Permanent:
		return p.outdate(ctx, s, "Graph did not take another certificate: "+err.Error())
	case err == nil && changed.EncryptionCertificateID != "" && changed.EncryptionCertificateID != key.ID:
		return p.outdate(ctx, s, "Graph did not take another certificate")
	case err != nil:
		return err
	}
	p.Count("recertified")
	p.acted.Store(true)
	if err := p.Store.CertifySubscription(context.WithoutCancel(ctx), s.ID, key.ID); err != nil {
		return err
	}
	return p.Store.ActivateSubscription(context.WithoutCancel(ctx), s.ID, s.GraphID, changed.ExpiresAt)
}

// replace removes a subscription that cannot be changed into what it should be, and makes it anew. Graph allows no second
// one before, so that without others that deliver the same changes some may be missed in between.
func (p *pass) replace(ctx context.Context, s store.Subscription, reason string) error {
	p.Log.Info("replacing a subscription", "resource", s.Resource, "reason", reason, "covered", p.covered(s))
	var gap time.Time
	if !p.covered(s) {
		gap = time.Now()
	}
	if err := p.current.Graph.Unsubscribe(ctx, s.GraphID); err != nil && bridge.ClassOf(err) != bridge.NotFound {
		return err
	}
	p.Count("replaced")
	if err := p.Store.WantSubscription(ctx, s.ID, gap); err != nil {
		return err
	}
	return p.create(ctx, s)
}

// renew moves the expiry, which also reauthorises.
func (p *pass) renew(ctx context.Context, id, graphID string) error {
	renewed, err := p.current.Graph.Renew(ctx, graphID, expiry())
	if err != nil {
		return err
	}
	p.Count("renewed")
	p.isThere(renewed)
	return p.Store.ActivateSubscription(context.WithoutCancel(ctx), id, graphID, renewed.ExpiresAt)
}

// expiry is in whole seconds, which survive every way of writing a time: it tells our subscription from others.
func expiry() time.Time { return time.Now().Add(Life).UTC().Truncate(time.Second) }

func (p *pass) recreate(ctx context.Context, s store.Subscription) error {
	p.Log.Info("making a subscription anew that Graph does not have any more", "resource", s.Resource)
	p.Count("recreated")
	// Graph pauses before it removes; when that began is not told, but it was after the latest renewal.
	if err := p.Store.WantSubscription(ctx, s.ID, s.RenewedAt); err != nil {
		return err
	}
	if err := p.create(ctx, s); err != nil {
		return err
	}
	p.leave(ctx, s.GraphID)
	return nil
}

// leave deletes the former application's subscription, which only that application can, while its credentials still work. What
// it does not reach ends by itself within three days; until then it delivers what is carried already, or is not linked.
func (p *pass) leave(ctx context.Context, graphID string) {
	if p.former == nil {
		return
	}
	if err := p.former.Unsubscribe(ctx, graphID); err == nil {
		p.Count("left")
	} else if bridge.ClassOf(err) != bridge.NotFound {
		p.Log.Info("the subscription of the application that was in use before cannot be deleted; it ends by itself", "subscription", graphID, "error", err)
	}
}

// remove deletes at Graph what nobody wants.
func (p *pass) remove(ctx context.Context, s store.Subscription) error {
	if s.GraphID == "" {
		actual, err := p.has(ctx, time.Time{})
		if err != nil {
			return err
		}
		for _, a := range actual {
			if sameResource(a.Resource, s.Resource) && a.NotificationURL == s.NotificationURL {
				s.GraphID = a.ID
			}
		}
	}
	if s.GraphID != "" {
		switch err := p.current.Graph.Unsubscribe(ctx, s.GraphID); {
		case err != nil && bridge.ClassOf(err) == bridge.NotFound:
			p.leave(ctx, s.GraphID)
		case err != nil:
			return err
		}
	}
	p.Count("removed")
	p.acted.Store(true)
	return p.Store.RetireSubscription(ctx, s.ID)
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
