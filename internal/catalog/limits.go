// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package catalog

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Limit is a number of requests per time, as Graph lists it: what may come at once. A Count of 0 means no limit.
type Limit struct {
	Count float64
	Per   time.Duration
}

// sustained is the share of a listed limit that can be kept up for long; the listed number is the burst.
const sustained = 0.83

// Refill is how many requests per second can be kept up.
func (l Limit) Refill() float64 { return l.Count * sustained / l.Per.Seconds() }

// Dimension is what a limit counts by. A request must be within all of them.
type Dimension int

// The dimensions, in the order of Graph's tables.
const (
	PerApp Dimension = iota
	PerAppAndTenant
	PerResource // a channel, a chat or a team
	PerUser     // on whose behalf the request is made; none for an application
)

// Limits is one row of Graph's tables. Requests of the same row share its limits.
type Limits struct {
	Name string
	By   [4]Limit // indexed by Dimension
}

func perSecond(name string, app, appAndTenant, resource, user float64) Limits {
	return Limits{name, [4]Limit{{app, time.Second}, {appAndTenant, time.Second}, {resource, time.Second}, {user, time.Second}}}
}

func per20Seconds(name string, app, appAndTenant float64) Limits {
	return Limits{name, [4]Limit{{app, 20 * time.Second}, {appAndTenant, 20 * time.Second}}}
}

// The limits that Graph documents (Graph docs, "throttling-limits", Microsoft Teams and change notifications).
var (
	channelRead   = perSecond("GET channel messages", 200, 20, 1, 0)
	channelPost   = perSecond("POST channel message", 500, 50, 1, 1)
	chatRead      = perSecond("GET chat messages", 200, 20, 1, 0)
	chatPost      = perSecond("POST chat message", 200, 20, 1, 1)
	chatEdit      = perSecond("PATCH chat message", 300, 30, 1, 0)
	chatsRead     = perSecond("GET chats", 200, 20, 0, 1)
	chatGet       = perSecond("GET chat", 2000, 200, 1, 5)
	chatCreate    = perSecond("POST chats", 200, 20, 0, 0)
	chatChange    = perSecond("PATCH chat", 300, 30, 1, 0)
	teamGet       = perSecond("GET team", 1500, 30, 4, 0)
	joinedTeams   = perSecond("GET joinedTeams", 300, 30, 0, 0)
	channelsRead  = perSecond("GET channels", 1200, 60, 4, 0)
	channelGet    = perSecond("GET channel", 600, 30, 1, 0)
	teamMembers   = perSecond("GET team members", 1200, 60, 4, 0)
	channelPeople = perSecond("GET channel members", 1200, 60, 1, 0)
	bulkRead      = perSecond("GET getAllMessages", 1000, 200, 0, 0)
	otherGet      = perSecond("other GET", 1500, 30, 1, 1)
	otherWrite    = perSecond("other POST, PUT, PATCH", 300, 30, 1, 1)
	otherDelete   = perSecond("other DELETE", 150, 15, 1, 1)

	subscriptionWrite = per20Seconds("subscription writes", 2000, 500)
	subscriptionRenew = per20Seconds("subscription reauthorize", 4000, 1000)
	subscriptionGet   = per20Seconds("GET subscription", 2000, 500)
	subscriptionList  = per20Seconds("GET subscriptions", 40, 25)
)

const (
	teamPath    = "/teams/{team-id}"
	channelPath = teamPath + "/channels/{channel-id}"
)

// listed are the rows of single calls; what is under /teams or /chats and not here has a default row.
var listed = map[string]Limits{
	"GET " + teamPath:                                                            teamGet,
	"GET " + teamPath + "/members":                                               teamMembers,
	"GET " + teamPath + "/channels":                                              channelsRead,
	"GET " + teamPath + "/channels/getAllMessages":                               bulkRead,
	"GET " + channelPath:                                                         channelGet,
	"GET " + channelPath + "/members":                                            channelPeople,
	"GET " + channelPath + "/messages":                                           channelRead,
	"GET " + channelPath + "/messages/{message-id}":                              channelRead,
	"POST " + channelPath + "/messages":                                          channelPost,
	"GET " + channelPath + "/messages/{message-id}/replies":                      channelRead,
	"POST " + channelPath + "/messages/{message-id}/replies":                     channelPost,
	"GET /me/joinedTeams":                                                        joinedTeams,
	"GET /users/{user-id}/joinedTeams":                                           joinedTeams,
	"GET /chats":                                                                 chatsRead,
	"GET /me/chats":                                                              chatsRead,
	"GET /users/{user-id}/chats":                                                 chatsRead,
	"POST /chats":                                                                chatCreate,
	"GET /chats/{chat-id}":                                                       chatGet,
	"PATCH /chats/{chat-id}":                                                     chatChange,
	"GET /chats/{chat-id}/messages":                                              chatRead,
	"GET /chats/{chat-id}/messages/{message-id}":                                 chatRead,
	"POST /chats/{chat-id}/messages":                                             chatPost,
	"PATCH /chats/{chat-id}/messages/{message-id}":                               chatEdit,
	"GET /users/{user-id}/chats/getAllMessages":                                  bulkRead,
	"GET /subscriptions":                                                         subscriptionList,
	"GET /subscriptions/{subscription-id}":                                       subscriptionGet,
	"POST /subscriptions":                                                        subscriptionWrite,
	"PATCH /subscriptions/{subscription-id}":                                     subscriptionWrite,
	"DELETE /subscriptions/{subscription-id}":                                    subscriptionWrite,
	"POST /subscriptions/{subscription-id}/reauthorize":                          subscriptionRenew,
	"GET " + channelPath + "/messages/{message-id}/replies/{reply-id}":           channelRead,
	"POST /users/{user-id}/chats/{chat-id}/messages/{message-id}/softDelete":     chatEdit,
	"POST /users/{user-id}/chats/{chat-id}/messages/{message-id}/undoSoftDelete": chatEdit,
}

// LimitsOf returns the limits of a call of Teams or of subscriptions, by method and pattern with {names}; false for any
// other call.
func LimitsOf(method, pattern string) (Limits, bool) {
	if l, ok := listed[method+" "+pattern]; ok {
		return l, true
	}
	if !strings.Contains(pattern, "/teams") && !strings.Contains(pattern, "/chats") {
		return Limits{}, false
	}
	switch method {
	case "GET":
		return otherGet, true
	case "DELETE":
		return otherDelete, true
	}
	return otherWrite, true
}

// LimitedResource returns which of a call's ids its resource limit counts by; "" when it has none. value returns the id
// for a {name} of the pattern.
func LimitedResource(value func(name string) string) string {
	for _, name := range []string{"channel-id", "chat-id", "team-id"} {
		if id := value(name); id != "" {
			return id
		}
	}
	return ""
}

// AllLimits returns every row once.
func AllLimits() []Limits {
	rows := map[string]Limits{otherGet.Name: otherGet, otherWrite.Name: otherWrite, otherDelete.Name: otherDelete}
	for _, l := range listed {
		rows[l.Name] = l
	}
	return slices.SortedFunc(maps.Values(rows), func(a, b Limits) int { return strings.Compare(a.Name, b.Name) })
}
