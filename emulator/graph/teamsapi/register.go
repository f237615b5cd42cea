// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi

import (
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// Lag says whether something that was created at a time is not replicated yet (see package faults). Messages belong to
// the collection "messages".
type Lag interface {
	Hidden(collection string, createdAt time.Time) bool
	HiddenInList(collection string, createdAt time.Time) bool
}

// Parts are what the routes stand on.
type Parts struct {
	Teams         *teams.State
	Subscriptions *notify.Subscriptions
	Directory     *directory.State
	Lag           Lag // may be nil
}

type api struct{ Parts }

const (
	teamPath    = "/teams/{team-id}"
	channelPath = teamPath + "/channels/{channel-id}"
	messagePath = channelPath + "/messages/{message-id}"
	replyPath   = messagePath + "/replies/{reply-id}"
)

// Register adds the routes to a front.
func Register(front *graph.Front, parts Parts) {
	a := &api{parts}
	front.Handle("GET", "/me/joinedTeams", a.joinedTeams)
	front.Handle("GET", "/users/{user-id}/joinedTeams", a.joinedTeams)
	front.Handle("GET", "/groups", a.groups)
	front.Handle("GET", "/groups/{group-id}", a.group)
	front.Handle("GET", "/groups/{group-id}/members", a.groupMembers)
	front.Handle("GET", teamPath, a.team)
	front.Handle("GET", teamPath+"/members", a.teamMembers)
	front.Handle("GET", teamPath+"/channels", a.channels)
	front.Handle("GET", teamPath+"/allChannels", a.channels)
	front.Handle("GET", teamPath+"/primaryChannel", a.primaryChannel)
	front.Handle("GET", channelPath, a.channel)
	front.Handle("GET", channelPath+"/members", a.teamMembers)

	front.Handle("GET", channelPath+"/messages", a.listMessages)
	front.Handle("GET", channelPath+"/messages/delta", a.delta)
	front.Handle("POST", channelPath+"/messages", a.post)
	front.Handle("GET", messagePath+"/replies", a.listReplies)
	front.Handle("POST", messagePath+"/replies", a.post)
	for _, path := range []string{messagePath, replyPath} {
		front.Handle("GET", path, a.message)
		front.Handle("PATCH", path, a.edit)
		front.Handle("POST", path+"/softDelete", a.change(parts.Teams.Delete))
		front.Handle("POST", path+"/undoSoftDelete", a.change(parts.Teams.Undelete))
		front.Handle("POST", path+"/setReaction", a.react(parts.Teams.React))
		front.Handle("POST", path+"/unsetReaction", a.react(parts.Teams.Unreact))
		front.Handle("GET", path+"/hostedContents", a.hostedContents, graph.SameAs("GET "+messagePath+"/hostedContents"))
		front.Handle("GET", path+"/hostedContents/{hosted-id}/$value", a.hostedContent, graph.SameAs("GET "+messagePath+"/hostedContents/{hosted-id}/$value"))
	}

	a.registerChats(front)

	front.Handle("POST", "/subscriptions", a.subscribe)
	front.Handle("GET", "/subscriptions", a.listSubscriptions)
	front.Handle("GET", "/subscriptions/{subscription-id}", a.getSubscription)
	front.Handle("PATCH", "/subscriptions/{subscription-id}", a.renewSubscription)
	front.Handle("DELETE", "/subscriptions/{subscription-id}", a.unsubscribe)
	front.Handle("POST", "/subscriptions/{subscription-id}/reauthorize", a.reauthorize)
}

// PeopleOf lets Teams look people up in the directory.
func PeopleOf(dir *directory.State) teams.People {
	return func(idOrUPN string) (teams.Person, bool) {
		user, ok := dir.User(idOrUPN)
		if !ok {
			return teams.Person{}, false
		}
		return teams.Person{
			ID:                user.ID,
			DisplayName:       user.DisplayName,
			UserPrincipalName: user.UserPrincipalName,
			TenantID:          dir.Tenant().ID,
			Licensed:          user.AccountEnabled && dir.HasLicense(user.ID, directory.TeamsServicePlan),
		}, true
	}
}
