// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package subscriptions

import (
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// coverTries is how often a subscription that is to cover a replacement may fail before it is done without.
const coverTries = 3

// plan says which subscriptions there should be, and what serves links although it is not wanted. While one has to be
// replaced, what covers it is wanted too: Graph allows no second one for the same resource.
func (p *pass) plan(scopes []scope) (wanted []store.PlannedSubscription, serving []string) {
	p.covers, p.wanted, serving = map[string][]string{}, map[string]bool{}, []string{}
	for _, s := range scopes {
		wanted = append(wanted, s.primary...)
		for _, x := range s.primary {
			p.wanted[x.Resource] = true
		}
		covered := s.mayStep && p.anyOutdated(s.primary) && !p.hopeless(s.cover)
		if covered {
			for _, c := range s.cover {
				c.Since = time.Time{} // until it is there the one to be replaced delivers
				wanted = append(wanted, c)
				p.wanted[c.Resource] = true
			}
		}
		for _, x := range s.primary {
			serving = append(serving, x.Resource)
			if covered {
				for _, c := range s.cover {
					p.covers[x.Resource] = append(p.covers[x.Resource], c.Resource)
				}
			}
		}
		for _, c := range s.cover {
			serving = append(serving, c.Resource)
		}
	}
	for i, w := range wanted {
		if gap, delivered := p.delivered(w); delivered {
			wanted[i].Since = gap
		}
	}
	return wanted, serving
}

// delivered tells whether changes of what is wanted come by way of other subscriptions already, and since when those may
// have missed some.
func (p *pass) delivered(w store.PlannedSubscription) (gap time.Time, delivered bool) {
	if !wide(w.Resource) {
		s, found := p.find(all(w.Conversation))
		return s.GapSince, found && s.State == store.SubscriptionActive
	}
	for _, resource := range p.narrow(w.Resource) {
		s, found := p.find(resource)
		if !found || s.State != store.SubscriptionActive {
			return time.Time{}, false
		}
		if !s.GapSince.IsZero() && (gap.IsZero() || s.GapSince.Before(gap)) {
			gap = s.GapSince
		}
	}
	return gap, true
}

// narrow names the subscriptions that together deliver what one to all delivers.
func (p *pass) narrow(resource string) (narrow []string) {
	if resource == allChats {
		for _, person := range p.people {
			narrow = append(narrow, chatsOf(person))
		}
		return narrow
	}
	for _, l := range p.links {
		if all(l.Conversation) == resource {
			narrow = append(narrow, resourceOf(l.Conversation))
		}
	}
	return narrow
}

func (p *pass) find(resource string) (store.Subscription, bool) {
	for _, s := range p.all {
		if s.Resource == resource && s.State != store.SubscriptionRemoving {
			return s, true
		}
	}
	return store.Subscription{}, false
}

func (p *pass) anyOutdated(wanted []store.PlannedSubscription) bool {
	for _, w := range wanted {
		if s, found := p.find(w.Resource); found && s.State == store.SubscriptionActive && p.outdated(s) != "" {
			return true
		}
	}
	return false
}

func (p *pass) hopeless(cover []store.PlannedSubscription) bool {
	for _, c := range cover {
		if s, found := p.find(c.Resource); found && s.State != store.SubscriptionActive && s.Failures >= coverTries {
			return true
		}
	}
	return false
}

// covered tells whether others deliver, as things should be, what the subscription delivers.
func (p *pass) covered(s store.Subscription) bool {
	covers := p.covers[s.Resource]
	for _, resource := range covers {
		c, found := p.find(resource)
		if !found || c.State != store.SubscriptionActive || c.Failures > 0 || c.NotificationURL != p.current.ChangesURL || p.outdated(c) != "" {
			return false
		}
	}
	return len(covers) > 0
}

// outdated says why a subscription cannot be changed into what it should be: Graph fixes these properties when it is
// created.
func (p *pass) outdated(s store.Subscription) string {
	switch {
	case !p.wanted[s.Resource]:
		return "" // it goes when what takes its place is there
	case s.Outdated != "":
		return s.Outdated
	case (s.CertificateID == "") != (p.current.Certificate == nil):
		return "encryption is switched on or off"
	case s.LifecycleURL != p.current.LifecycleURL:
		return "lifecycle notifications go to another address"
	case s.Model != p.current.modelOf(s.Resource):
		return "another billing model"
	}
	return ""
}
