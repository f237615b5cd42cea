// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// subscriptionPage is how many subscriptions one page lists.
const subscriptionPage = 100

func (a *api) subscribe(call *graph.Call) (*graph.Response, error) {
	var request notify.Request
	if err := call.Decode(&request); err != nil {
		return nil, err
	}
	resource, err := notify.ParseResource(request.Resource)
	if err != nil && request.Resource != "" { // an empty one is refused below, with the other properties
		return nil, graphError(err)
	}
	if err == nil {
		if err := a.mayWatch(call, resource); err != nil {
			return nil, err
		}
	}
	sub, err := a.Subscriptions.Create(call.Request.Context(), ownerOf(call), request)
	if err != nil {
		return nil, graphError(err)
	}
	document, err := graph.Entity(call, "subscriptions", sub)
	if err != nil {
		return nil, err
	}
	return graph.Created(document, call.BaseURL+call.Request.URL.EscapedPath()+"/"+sub.ID), nil
}

// mayWatch refuses resources that the caller may not read or that do not exist.
func (a *api) mayWatch(call *graph.Call, resource notify.Resource) error {
	names := opening(call.Caller.Kind(), resource)
	if !call.Caller.Has(names...) {
		required := "is not supported in " + string(call.Caller.Kind()) + " context"
		if len(names) > 0 {
			required = "requires one of '" + strings.Join(names, ", ") + "'"
		}
		return &graph.Error{Status: http.StatusForbidden, Code: "ExtensionError", Message: fmt.Sprintf(
			"Operation: Create; Exception: [Status Code: Forbidden; Reason: Subscribing to %s %s. Permissions on the request '%s'.]",
			resource.Pattern, required, strings.Join(call.Caller.Permissions(), ", "))}
	}
	switch resource.Pattern {
	case notify.OneChannel:
	case notify.OneChat, notify.UserChats:
		return a.mayWatchChats(call, resource)
	default:
		return nil
	}
	if _, err := a.Teams.Channel(resource.Place.Team, resource.Place.Channel); err != nil {
		return &graph.Error{Status: http.StatusNotFound, Code: "ExtensionError", Message: fmt.Sprintf(
			"Operation: Create; Exception: [Status Code: NotFound; Reason: %v]", err)}
	}
	if !call.Caller.AppOnly() && !a.Teams.IsMember(resource.Place.Team, call.Caller.UserID) {
		return &graph.Error{Status: http.StatusForbidden, Code: "ExtensionError", Message: "Operation: Create; Exception: [Status Code: Forbidden; Reason: The caller is not a member of the team.]"}
	}
	return nil
}

// mayWatchChats refuses chats and users that do not exist or that a signed-in user has nothing to do with.
func (a *api) mayWatchChats(call *graph.Call, resource notify.Resource) error {
	refused := func(status int, reason string) error {
		return &graph.Error{Status: status, Code: "ExtensionError", Message: fmt.Sprintf("Operation: Create; Exception: [Status Code: %s; Reason: %s]", strings.ReplaceAll(http.StatusText(status), " ", ""), reason)}
	}
	if resource.Pattern == notify.UserChats {
		user, ok := a.Directory.User(resource.User)
		switch {
		case !ok:
			return refused(http.StatusNotFound, "There is no user '"+resource.User+"'.")
		case !call.Caller.AppOnly() && user.ID != call.Caller.UserID:
			return refused(http.StatusForbidden, "The caller may watch only their own chats.")
		}
		return nil
	}
	if _, err := a.Teams.Chat(resource.Place.Chat); err != nil {
		return refused(http.StatusNotFound, err.Error())
	}
	if !call.Caller.AppOnly() && !a.Teams.InChat(resource.Place.Chat, call.Caller.UserID) {
		return refused(http.StatusForbidden, "The caller is not a member of the chat.")
	}
	return nil
}

func opening(kind catalog.Kind, resource notify.Resource) []string {
	var names []string
	for _, p := range catalog.Opening(kind, "SUBSCRIBE "+resource.Pattern) {
		names = append(names, p.Name)
	}
	return names
}

// Authorized says whether the owner of a subscription still has consent for a permission that opens its resource.
func Authorized(dir *directory.State) func(notify.Owner, notify.Resource) bool {
	return func(owner notify.Owner, resource notify.Resource) bool {
		client, ok := dir.ServicePrincipalByAppID(owner.AppID)
		if !ok {
			return false
		}
		api, ok := dir.ServicePrincipalByAppID(catalog.GraphAppID)
		if !ok {
			return false
		}
		kind, held := catalog.Application, []string(nil)
		if owner.Delegated {
			kind, held = catalog.Delegated, dir.Consented(client.ID, api.ID, owner.CreatorID)
		} else {
			held = dir.Roles(client.ID, api.ID)
		}
		return slices.ContainsFunc(opening(kind, resource), func(name string) bool { return slices.Contains(held, name) })
	}
}

// TokensWithheld says whether Graph leaves the validation tokens of an application's notifications out: when its service
// principal demands an assignment, the change tracking service has to have one to get a token for it (Graph docs, "Set up
// change notifications that include resource data").
func TokensWithheld(dir *directory.State) func(appID string) bool {
	return func(appID string) bool {
		client, ok := dir.ServicePrincipalByAppID(appID)
		if !ok || !client.AppRoleAssignmentRequired {
			return false
		}
		tracking, ok := dir.ServicePrincipalByAppID(directory.ChangeTrackingAppID)
		return !ok || !slices.ContainsFunc(dir.Assignments(), func(a directory.Assignment) bool {
			return strings.EqualFold(a.PrincipalID, tracking.ID) && strings.EqualFold(a.ResourceID, client.ID)
		})
	}
}

func (a *api) listSubscriptions(call *graph.Call) (*graph.Response, error) {
	if err := allowOptions(call, "skiptoken"); err != nil {
		return nil, err
	}
	return graph.Page(call, anySlice(a.Subscriptions.List(ownerOf(call))), subscriptionPage, subscriptionPage)
}

func (a *api) getSubscription(call *graph.Call) (*graph.Response, error) {
	sub, err := a.Subscriptions.Get(ownerOf(call), call.Path["subscription-id"])
	if err != nil {
		return nil, graphError(err)
	}
	return entity(call, "subscriptions", sub)
}

func (a *api) renewSubscription(call *graph.Call) (*graph.Response, error) {
	var renewal notify.Renewal
	if err := call.Decode(&renewal); err != nil {
		return nil, err
	}
	sub, err := a.Subscriptions.Renew(call.Request.Context(), ownerOf(call), call.Path["subscription-id"], renewal)
	if err != nil {
		return nil, graphError(err)
	}
	return entity(call, "subscriptions", sub)
}

func (a *api) unsubscribe(call *graph.Call) (*graph.Response, error) {
	if err := a.Subscriptions.Delete(ownerOf(call), call.Path["subscription-id"]); err != nil {
		return nil, graphError(err)
	}
	return graph.NoContent(), nil
}

func (a *api) reauthorize(call *graph.Call) (*graph.Response, error) {
	if err := a.Subscriptions.Reauthorize(ownerOf(call), call.Path["subscription-id"]); err != nil {
		return nil, graphError(err)
	}
	return graph.NoContent(), nil
}

func ownerOf(call *graph.Call) notify.Owner {
	owner := notify.Owner{TenantID: call.Caller.TenantID, AppID: call.Caller.AppID, CreatorID: call.Caller.ServicePrincipalID}
	if !call.Caller.AppOnly() {
		owner.CreatorID, owner.Delegated = call.Caller.UserID, true
	}
	return owner
}
