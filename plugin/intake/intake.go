// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Subscription is what a notification's secret proves: which subscription it belongs to.
type Subscription struct {
	ID           string
	Conversation bridge.ConversationID // empty when the subscription covers several
}

// Claim is what a notification says to be of.
type Claim struct{ SubscriptionID, ClientState string }

// LifecycleEvent is a lifecycle notification.
type LifecycleEvent struct {
	Subscription Subscription
	Event        string // reauthorizationRequired, subscriptionRemoved, missed, or what Graph may add
	TenantID     string
	ExpiresAt    time.Time // zero when it was not given
}

// Subscriptions knows the secrets. Package subscriptions implements it.
type Subscriptions interface {
	// Match finds the subscriptions of notifications by their client states, comparing in constant time. The id may not be
	// known yet: a notification can come before Graph has answered the request that made the subscription. Whoever sends
	// them need not have proven anything so far, so that many of them must not cost more than one.
	Match(ctx context.Context, claims []Claim) (map[Claim]Subscription, error)
	// Delivered is told how many messages a subscription has delivered, taken or not.
	Delivered(ctx context.Context, subscription Subscription, messages int) error
	// Lifecycle records what is to be done; an error has Graph deliver the event again.
	Lifecycle(ctx context.Context, event LifecycleEvent) error
}

// Inbox is where notifications go; *bridge.Engine is one.
type Inbox interface {
	// Takes tells whether what happens in a conversation is to be received.
	Takes(ctx context.Context, conversation bridge.Conversation) (bool, error)
	Receive(ctx context.Context, arrivals []bridge.Arrival) error
}

// Observer counts what was left out.
type Observer interface {
	Ignored(direction bridge.Direction, kind bridge.Kind, reason bridge.Reason)
}

// Config is what an intake works with; all but Log is required.
type Config struct {
	Subscriptions Subscriptions
	Inbox         Inbox
	Observer      Observer
	Log           *slog.Logger // default: slog.Default()
}

// New returns the handler of both routes, /changes and /lifecycle: Graph may be told the same address for both, so each
// item says itself what it is.
func New(config Config) http.Handler {
	if config.Log == nil {
		config.Log = slog.Default()
	}
	return &intake{config}
}

type intake struct{ Config }

// Graph wants an answer within 3 s; after 2.5 s a 5xx brings the delivery again, a late 202 would count against us.
const answerWithin = 2500 * time.Millisecond

// maxToken bounds the handshake's token, which is opaque to us; real ones have some 100 characters.
const maxToken = 4096

func (in *intake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if query := r.URL.Query(); query.Has("validationToken") {
		shakeHands(w, query.Get("validationToken"))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
	defer cancel()
	delivery, err := decode(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		status := http.StatusBadRequest
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			status = http.StatusRequestEntityTooLarge
		}
		in.Log.Warn("refused a delivery of notifications", "status", status, "error", err)
		w.WriteHeader(status)
		return
	}
	if err := in.take(ctx, delivery); err != nil {
		in.Log.Error("could not store notifications; Graph delivers them again", "items", len(delivery.Value), "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// shakeHands proves that the address is ours: the token comes back as it was, decoded, as plain text. Graph's docs advise
// to escape HTML in it; that would break the comparison for a token that holds an ampersand. What the advice is for is
// reached by the headers instead: no browser takes this answer for a page.
func shakeHands(w http.ResponseWriter, token string) {
	if token == "" || len(token) > maxToken {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff") // the caller chose the text
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, _ = w.Write([]byte(token))
}

// take commits what concerns us, all or none.
func (in *intake) take(ctx context.Context, delivery collection) error {
	var arrivals []bridge.Arrival
	var events []LifecycleEvent
	now := time.Now()
	matched, err := in.match(ctx, delivery)
	if err != nil {
		return err
	}
	delivered := map[Subscription]int{}
	linked := map[bridge.ConversationID]bool{} // a subscription to all channels brings much that is not
	for _, it := range delivery.Value {
		kind := kinds[strings.ToLower(it.ChangeType)]
		subscription, known := matched[it.claim()]
		if !known {
			in.Observer.Ignored(bridge.Inbound, kind, bridge.UnknownSecret)
			continue
		}
		if it.LifecycleEvent != "" {
			events = append(events, LifecycleEvent{Subscription: subscription, Event: it.LifecycleEvent, TenantID: it.TenantID, ExpiresAt: it.ExpiresAt.Time})
			continue
		}
		delivered[subscription]++
		arrival, reason, err := in.arrival(ctx, subscription, linked, kind, it, now)
		if err != nil {
			return err
		}
		if reason != "" {
			in.Observer.Ignored(bridge.Inbound, kind, reason)
			continue
		}
		// Whether the tokens are right is found out later: the answer must not wait for it, nor tell.
		arrival.Tokens = delivery.ValidationTokens
		arrivals = append(arrivals, arrival)
	}
	if len(arrivals) > 0 {
		if err := in.Inbox.Receive(ctx, arrivals); err != nil {
			return err
		}
	}
	for _, event := range events {
		if err := in.Subscriptions.Lifecycle(ctx, event); err != nil {
			return err // all may come again: what is noted already is noted once more
		}
	}
	// Last, because what is delivered again must not count again.
	for subscription, messages := range delivered {
		if err := in.Subscriptions.Delivered(ctx, subscription, messages); err != nil {
			in.Log.Warn("could not count what a subscription delivered", "messages", messages, "error", err) // they are stored
		}
	}
	return nil
}

var kinds = map[string]bridge.Kind{"created": bridge.Create, "updated": bridge.Edit, "deleted": bridge.Delete}

// match asks once for all subscriptions and secrets of a delivery.
func (in *intake) match(ctx context.Context, delivery collection) (map[Claim]Subscription, error) {
	asked := map[Claim]bool{}
	var claims []Claim
	for _, it := range delivery.Value {
		if claim := it.claim(); claim.ClientState != "" && !asked[claim] {
			asked[claim] = true
			claims = append(claims, claim)
		}
	}
	if len(claims) == 0 {
		return nil, nil
	}
	return in.Subscriptions.Match(ctx, claims)
}

func (it item) claim() Claim { return Claim{it.SubscriptionID, it.ClientState} }

// arrival turns an item into an inbox row, or says why it is none.
func (in *intake) arrival(ctx context.Context, subscription Subscription, known map[bridge.ConversationID]bool, kind bridge.Kind, it item, now time.Time) (bridge.Arrival, bridge.Reason, error) {
	var data resourceData
	if it.ResourceData != nil {
		data = *it.ResourceData
	}
	ref, err := reference(it.Resource, data.ODataID, data.ID)
	if err != nil || kind == "" {
		return bridge.Arrival{}, bridge.NotAMessage, nil //nolint:nilerr // what cannot be parsed is no message, and no failure of ours
	}
	if subscription.Conversation != "" && subscription.Conversation != ref.Conversation.ID {
		return bridge.Arrival{}, bridge.OtherResource, nil
	}
	linked, asked := known[ref.Conversation.ID]
	if !asked {
		if linked, err = in.Inbox.Takes(ctx, ref.Conversation); err != nil {
			return bridge.Arrival{}, "", err
		}
		known[ref.Conversation.ID] = linked
	}
	if !linked {
		return bridge.Arrival{}, bridge.Unlinked, nil
	}
	arrival := bridge.Arrival{Ref: ref, Kind: kind, SourceAt: sourceTime(kind, ref.ID, now), Tenant: strings.ReplaceAll(it.TenantID, "\x00", "")}
	if content := it.EncryptedContent; content.Data != "" {
		sum := sha256.Sum256([]byte(content.Data))
		arrival.ContentHash = hex.EncodeToString(sum[:])
		if kind == bridge.Create {
			arrival.Sealed = content.Pack()
		}
	}
	return arrival, "", nil
}

// sourceTime is when it happened in Teams, as far as a notification tells: a message's id is its creation time in
// milliseconds; when it was changed or deleted is not told, so that these come after what was there before.
func sourceTime(kind bridge.Kind, id bridge.TeamsMessageID, now time.Time) time.Time {
	ms, err := strconv.ParseInt(string(id), 10, 64)
	if kind != bridge.Create || err != nil || ms <= 0 || ms > now.Add(24*time.Hour).UnixMilli() {
		return now
	}
	return time.UnixMilli(ms)
}
