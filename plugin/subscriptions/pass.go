// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package subscriptions

import (
	"cmp"
	"context"
	"errors"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

const (
	// rounds bounds how often one pass begins again: cover, replace, uncover.
	rounds = 5
	// atOnce is how many subscriptions are worked on at a time; each needs a database connection for moments.
	atOnce = 4
)

// pass is one comparison of what is with what should be, on the node that leads.
type pass struct {
	*Keeper
	current Current

	began  time.Time // the round
	links  []bridge.Link
	people []bridge.TeamsUserID // who connected an account
	all    []store.Subscription // as of the beginning of the round
	wanted map[string]bool      // resources
	// covers tells for a resource which others deliver the same changes while it is replaced; none when it must do without.
	covers map[string][]string

	mu      sync.Mutex
	actual  []teams.Subscription // what Graph has
	askedAt time.Time            // when actual was asked for; zero for not at all
	unknown error                // why it could not be had then

	acted atomic.Bool  // whether this round changed anything
	next  atomic.Int64 // time.Duration until a refused one is tried again
}

// run makes rounds until nothing is left to do at once, and returns when to look again.
func (p *pass) run(ctx context.Context, list bool) (next time.Duration, err error) {
	for range rounds {
		p.acted.Store(false)
		p.next.Store(int64(every))
		if err := p.round(ctx, list); err != nil {
			return every, err
		}
		if list = false; !p.acted.Load() {
			return time.Duration(p.next.Load()), nil
		}
	}
	return soon, nil
}

func (p *pass) round(ctx context.Context, list bool) (err error) {
	p.began = time.Now()
	if p.links, err = p.Store.Links(ctx); err != nil {
		return err
	}
	if p.people, err = p.Store.ConnectedPeople(ctx); err != nil {
		return err
	}
	if p.all, err = p.Store.Subscriptions(ctx); err != nil {
		return err
	}
	used, _, err := p.Store.Evaluation(ctx)
	if err != nil {
		return err
	}
	wanted, serving := p.plan(scopes(p.current, p.links, p.people, p.all, used >= Budget))
	if err := p.Store.AlignSubscriptions(ctx, wanted, serving); err != nil {
		return err
	}
	if p.all, err = p.Store.Subscriptions(ctx); err != nil || len(p.all) == 0 {
		return err
	}
	if list {
		if err := p.look(ctx); err != nil {
			return err
		}
	}
	return p.workOff(ctx)
}

// look asks Graph what it has.
func (p *pass) look(ctx context.Context) error {
	actual, err := p.has(ctx, p.began)
	if err != nil {
		return err
	}
	p.listed, p.graph = time.Now(), p.current.Graph
	ids := make([]string, len(actual))
	for i, a := range actual {
		ids[i] = a.ID
	}
	return p.Store.SawSubscriptions(ctx, ids, unseen)
}

// has lists what Graph has, or had at a time after since. However many subscriptions want to know it, Graph is asked once,
// even if it does not answer: a list takes a call for each hundred, and 25 calls in 20 s are all that there are.
func (p *pass) has(ctx context.Context, since time.Time) ([]teams.Subscription, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.askedAt.IsZero() || p.askedAt.Before(since) {
		now := time.Now()
		actual, err := p.current.Graph.Subscriptions(ctx)
		if p.askedAt, p.unknown = now, err; err == nil {
			p.actual = actual
		}
	}
	return p.actual, p.unknown
}

// isMissing tells whether Graph's list, if there is one, lacks the subscription.
func (p *pass) isMissing(s store.Subscription) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.askedAt.IsZero() || p.unknown != nil {
		return false
	}
	for _, a := range p.actual {
		if a.ID == s.GraphID {
			return false
		}
	}
	return true
}

// isThere notes that Graph has a subscription that its list may be too old to hold.
func (p *pass) isThere(s teams.Subscription) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.actual = append(p.actual, s)
}

// due tells whether there is something to do about a subscription.
func (p *pass) due(s store.Subscription) bool {
	if s.State != store.SubscriptionActive {
		return true
	}
	reason := p.outdated(s)
	switch {
	case s.Failures > 0, time.Until(s.ExpiresAt) <= renewBefore(s.ID), p.isMissing(s):
		return true
	case !p.wanted[s.Resource]:
		return false
	case s.NotificationURL != p.current.ChangesURL && s.Outdated == "":
		return true
	case reason != "":
		return p.covered(s) || len(p.covers[s.Resource]) == 0 || time.Since(s.RenewedAt) > stray
	}
	return s.CertificateID != p.certificateID()
}

// renewBefore is how long before its end a subscription is renewed: half its life, spread over a tenth of it so that those
// made together are not renewed together.
func renewBefore(id string) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return Life/2 - Life/20 + time.Duration(int64(Life/10)*int64(h.Sum32()%1000)/1000)
}

// workOff brings in order what needs it, a few at a time; first what nothing has gone wrong with, so that a new link does not
// wait for a thousand that have to be made anew.
func (p *pass) workOff(ctx context.Context) error {
	var workers sync.WaitGroup
	var failed atomic.Pointer[error]
	places := make(chan struct{}, atOnce)
	queue := slices.Clone(p.all)
	slices.SortStableFunc(queue, func(a, b store.Subscription) int { return cmp.Compare(min(a.Failures, 1), min(b.Failures, 1)) })
	for _, s := range queue {
		if !p.due(s) {
			continue
		}
		places <- struct{}{}
		if failed.Load() != nil || ctx.Err() != nil {
			break
		}
		workers.Go(func() {
			defer func() { <-places }()
			if err := p.keep(ctx, s.ID); err != nil {
				failed.Store(&err)
			}
		})
	}
	workers.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// keep brings one subscription in order. What Graph refuses is recorded; an error is one of the database.
func (p *pass) keep(ctx context.Context, id string) error {
	s, claimed, err := p.Store.ClaimSubscription(ctx, id, hold)
	if err != nil || !claimed {
		return err
	}
	defer func() {
		if err := p.Store.ReleaseSubscription(context.WithoutCancel(ctx), id); err != nil && !errors.Is(err, store.ErrClaimLost) {
			p.Log.Warn("could not release a subscription; it is free again in a few minutes", "error", err)
		}
	}()
	err = p.advance(ctx, s)
	if err == nil || ctx.Err() != nil || errors.Is(err, store.ErrClaimLost) {
		return nil
	}
	wait := waitAfter(s.Failures, err)
	for old := p.next.Load(); int64(wait) < old && !p.next.CompareAndSwap(old, int64(wait)); old = p.next.Load() {
	}
	p.Count("failed")
	p.Log.Warn("could not bring a subscription in order; it is tried again", "resource", s.Resource, "state", s.State, "wait", wait, "error", err)
	return p.Store.FailSubscription(context.WithoutCancel(ctx), id, p.codeOf(s, err), err.Error(), wait)
}

// QuotaExceeded is the code of a subscription that Graph refuses because there are too many.
const QuotaExceeded = "quota_exceeded"

// errNotMade marks Graph's refusal to make a subscription.
var errNotMade = errors.New("Graph did not make the subscription")

// codeOf tells a quota from other refusals. Graph's status and code for it are those of a missing permission, too, and its words are
// nobody's promise; but what it has accepted of the same kind shows that the permission is there. When it refuses for one that it has
// already, it did not come so far (inTheWay).
func (p *pass) codeOf(s store.Subscription, err error) string {
	f, ok := errors.AsType[*bridge.Failure](err)
	switch {
	case !ok:
		return ""
	case f.Class == bridge.NotFound:
		return store.ResourceNotFound
	case f.Status == http.StatusForbidden && errors.Is(err, errNotMade) && p.hasLike(s):
		return QuotaExceeded
	}
	return f.Code
}

// hasLike tells whether Graph has made a subscription for which it asks the same permission: to a channel or all of them, or to a
// chat, somebody's chats or all of them.
func (p *pass) hasLike(s store.Subscription) bool {
	ofChannels := func(resource string) bool { return strings.HasPrefix(resource, "/teams") }
	return slices.ContainsFunc(p.all, func(other store.Subscription) bool {
		return other.ID != s.ID && other.GraphID != "" && ofChannels(other.Resource) == ofChannels(s.Resource)
	})
}
