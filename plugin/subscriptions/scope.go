// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package subscriptions

import (
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// The resources that subscriptions are about (Graph docs, "subscription resource type"). Those to one channel or chat were
// never metered and carry no billing model.
const (
	allChannels = "/teams/getAllMessages"
	allChats    = "/chats/getAllMessages"
	metered     = "B" // of applications that are neither for security nor for compliance
)

func resourceOf(c bridge.Conversation) string {
	if c.Team == "" {
		return "/chats/" + string(c.ID) + "/messages"
	}
	return "/teams/" + string(c.Team) + "/channels/" + string(c.ID) + "/messages"
}

// all names the subscription that covers a conversation together with all others of its kind.
func all(c bridge.Conversation) string {
	if c.Team == "" {
		return allChats
	}
	return allChannels
}

// chatsOf names the subscription that covers all chats of a person.
func chatsOf(person bridge.TeamsUserID) string {
	return "/users/" + string(person) + "/chats/getAllMessages"
}

func wide(resource string) bool { return resource == allChannels || resource == allChats }

// wasMetered tells whether a subscription cost something where metering is in force.
func wasMetered(resource string) bool {
	return wide(resource) || strings.HasPrefix(resource, "/users/")
}

// modelOf is the billing model that a subscription should name; empty for none.
func (c Current) modelOf(resource string) string {
	if c.Evaluation || !wasMetered(resource) {
		return ""
	}
	return metered
}

// scope is what there should be, for one kind of conversation.
type scope struct {
	primary []store.PlannedSubscription
	cover   []store.PlannedSubscription // what can stand in for it
	mayStep bool                        // whether the cover may be used to replace one of the primary
}

// scopes decides for channels and for chats between one subscription each and one for all. There is a band in which what
// there is stays: a link more or less must not move a thousand subscriptions.
//
// Chats are not known before somebody writes in them, so that what stands beside the subscription to all of them is one for
// each person who connected an account. Only when the evaluation budget is used up each chat that is known has its own.
func scopes(current Current, links []bridge.Link, people []bridge.TeamsUserID, existing []store.Subscription, usedUp bool) []scope {
	var list []scope
	for _, resource := range []string{allChannels, allChats} {
		if resource == allChats && !current.Direct && !current.Group {
			continue
		}
		var each []store.PlannedSubscription
		for _, l := range links {
			if all(l.Conversation) == resource {
				each = append(each, store.PlannedSubscription{Resource: resourceOf(l.Conversation), Conversation: l.Conversation, Since: l.CreatedAt})
			}
		}
		one := []store.PlannedSubscription{{Resource: resource, Since: oldest(each)}}
		if resource == allChats && !(current.Evaluation && usedUp) {
			// What somebody's chats held before they connected is not looked for.
			each, one[0].Since = nil, time.Time{}
			for _, person := range people {
				each = append(each, store.PlannedSubscription{Resource: chatsOf(person)})
			}
		}
		if len(each) == 0 {
			continue
		}
		there := slices.ContainsFunc(existing, func(s store.Subscription) bool { return s.Resource == resource && s.State == store.SubscriptionActive })
		enough := current.WideFrom > 0 && (len(each) >= current.WideFrom || there && len(each) > current.WideFrom-current.WideFrom/10)
		if enough && !(current.Evaluation && usedUp) {
			list = append(list, scope{primary: one, cover: each, mayStep: true})
			continue
		}
		// What all channels say counts against the budget.
		list = append(list, scope{primary: each, cover: one, mayStep: !current.Evaluation})
	}
	return list
}

// oldest is since when the oldest is wanted; zero when there is none.
func oldest(wanted []store.PlannedSubscription) time.Time {
	if len(wanted) == 0 {
		return time.Time{}
	}
	first := wanted[0].Since
	for _, w := range wanted {
		if w.Since.Before(first) {
			first = w.Since
		}
	}
	return first
}
