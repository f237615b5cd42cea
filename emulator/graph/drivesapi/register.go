// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package drivesapi serves the routes of Graph for files: the folders of channels, drives, their items and what is shared.
package drivesapi

import (
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/drives"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// Parts are what the routes stand on.
type Parts struct {
	Drives    *drives.State
	Teams     *teams.State
	Directory *directory.State
}

type api struct{ Parts }

const itemPath = "/drives/{drive-id}/items/{item-id}"

// Register adds the routes to a front. An item may be named by its path too: a front makes one value of it.
func Register(front *graph.Front, parts Parts) {
	a := &api{parts}
	// Graph docs, "Get Drive".
	mayReadDrive := []graph.RouteOption{
		graph.AnyOf(catalog.Delegated, "Files.Read", "Files.Read.All", "Files.ReadWrite", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All"),
		graph.AnyOf(catalog.Application, "Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All"),
	}
	front.Handle("GET", "/teams/{team-id}/channels/{channel-id}/filesFolder", a.filesFolder)
	front.Handle("GET", "/me/drive", a.ownDrive, mayReadDrive...)
	front.Handle("GET", "/users/{user-id}/drive", a.userDrive, mayReadDrive...)
	front.Handle("GET", itemPath, a.item)
	front.Handle("GET", itemPath+"/content", a.content)
	front.Handle("PUT", itemPath+"/content", a.put, graph.Streams())
	front.Handle("POST", itemPath+"/createUploadSession", a.createUploadSession)
	front.Handle("POST", itemPath+"/invite", a.invite)
	front.Handle("POST", itemPath+"/createLink", a.createLink)
	front.Handle("GET", "/shares/{share-token}/driveItem", a.shared)
}

func (a *api) filesFolder(call *graph.Call) (*graph.Response, error) {
	team, err := a.Teams.Team(teams.TeamID(call.Path["team-id"]))
	if err != nil {
		return nil, notFound()
	}
	if !call.Caller.AppOnly() && !a.Teams.IsMember(team.ID, call.Caller.UserID) {
		return nil, denied()
	}
	channel, err := a.Teams.Channel(team.ID, teams.ChannelID(call.Path["channel-id"]))
	if err != nil {
		return nil, notFound()
	}
	drive := a.Drives.TeamDrive(string(team.ID), team.DisplayName)
	folder, err := a.Drives.Folder(drive.ID, channel.DisplayName)
	if err != nil {
		return nil, refused(err)
	}
	return graph.OK(folder), nil
}

func (a *api) ownDrive(call *graph.Call) (*graph.Response, error) {
	if call.Caller.AppOnly() {
		return nil, &graph.Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: "/me request is only valid with delegated authentication flow."}
	}
	return a.driveOf(call.Caller.UserID)
}

func (a *api) userDrive(call *graph.Call) (*graph.Response, error) {
	user, ok := a.Directory.User(call.Path["user-id"])
	if !ok {
		return nil, graph.NotFound(call.Path["user-id"])
	}
	if !call.Caller.AppOnly() && user.ID != call.Caller.UserID {
		return nil, denied()
	}
	return a.driveOf(user.ID)
}

func (a *api) driveOf(userID string) (*graph.Response, error) {
	user, ok := a.Directory.User(userID)
	if !ok {
		return nil, graph.NotFound(userID)
	}
	return graph.OK(a.Drives.UserDrive(user.ID, user.UserPrincipalName)), nil
}

func (a *api) item(call *graph.Call) (*graph.Response, error) {
	if err := a.may(call, "read"); err != nil {
		return nil, err
	}
	return a.show(call, call.Path["drive-id"], call.Path["item-id"])
}

func (a *api) show(call *graph.Call, driveID, named string) (*graph.Response, error) {
	i, err := a.Drives.Item(driveID, named)
	if err != nil {
		return nil, refused(err)
	}
	if i.File != nil {
		ticket, err := a.Drives.Ticket(driveID, named)
		if err != nil {
			return nil, refused(err)
		}
		i.DownloadURL = call.BaseURL + ticket
	}
	return graph.OK(i), nil
}

func (a *api) content(call *graph.Call) (*graph.Response, error) {
	if err := a.may(call, "read"); err != nil {
		return nil, err
	}
	ticket, err := a.Drives.Ticket(call.Path["drive-id"], call.Path["item-id"])
	if err != nil {
		return nil, refused(err)
	}
	return &graph.Response{Status: http.StatusFound, Header: http.Header{"Location": {call.BaseURL + ticket}}}, nil
}

// maxPut is how much one PUT may carry (Graph docs, "Upload or replace the contents of a driveItem").
const maxPut = 250 << 20

func (a *api) put(call *graph.Call) (*graph.Response, error) {
	if err := a.may(call, "write"); err != nil {
		return nil, err
	}
	if call.Request.ContentLength > maxPut {
		return nil, &graph.Error{Status: http.StatusRequestEntityTooLarge, Code: "requestTooLarge", Message: "A simple upload takes at most 250 MB."}
	}
	behaviour := drives.Behaviour(call.Query.Values.Get("@microsoft.graph.conflictBehavior"))
	if behaviour == "" {
		behaviour = drives.Replace
	}
	kept, created, err := a.Drives.Put(call.Path["drive-id"], call.Path["item-id"], behaviour, http.MaxBytesReader(nil, call.Request.Body, maxPut))
	if err != nil {
		return nil, refused(err)
	}
	if created {
		return graph.Created(kept, ""), nil
	}
	return graph.OK(kept), nil
}

func (a *api) createUploadSession(call *graph.Call) (*graph.Response, error) {
	if err := a.may(call, "write"); err != nil {
		return nil, err
	}
	var body struct {
		Item struct {
			Behaviour drives.Behaviour `json:"@microsoft.graph.conflictBehavior"`
		} `json:"item"`
	}
	if err := call.DecodeOptional(&body); err != nil {
		return nil, err
	}
	behaviour := body.Item.Behaviour
	switch behaviour {
	case "":
		behaviour = drives.Fail
	case drives.Fail, drives.Replace, drives.Rename:
	default:
		return nil, badRequest("conflictBehavior is one of fail, replace, rename.")
	}
	address, until, err := a.Drives.Begin(call.Path["drive-id"], call.Path["item-id"], behaviour)
	if err != nil {
		return nil, refused(err)
	}
	return graph.OK(map[string]any{"uploadUrl": call.BaseURL + address, "expirationDateTime": until.UTC(), "nextExpectedRanges": []string{"0-"}}), nil
}

// permission is what an invitation or a link gives (Graph docs, permission resource).
type permission struct {
	ID      string   `json:"id"`
	Roles   []string `json:"roles"`
	Granted any      `json:"grantedToV2,omitempty"`
	Link    any      `json:"link,omitempty"`
}

func (a *api) invite(call *graph.Call) (*graph.Response, error) {
	if err := a.may(call, "write"); err != nil {
		return nil, err
	}
	var body struct {
		Recipients []struct {
			ID    string `json:"objectId"`
			Email string `json:"email"`
		} `json:"recipients"`
		Roles          []string `json:"roles"`
		RequireSignIn  bool     `json:"requireSignIn"`
		SendInvitation bool     `json:"sendInvitation"`
	}
	if err := call.Decode(&body); err != nil {
		return nil, err
	}
	if len(body.Recipients) == 0 || len(body.Roles) != 1 || body.Roles[0] != "read" && body.Roles[0] != "write" || !body.RequireSignIn && !body.SendInvitation {
		return nil, badRequest("An invitation has recipients, one role, and requireSignIn or sendInvitation.")
	}
	value := []permission{}
	for _, r := range body.Recipients {
		name := r.ID
		if name == "" {
			name = r.Email
		}
		user, ok := a.Directory.User(name)
		if !ok {
			return nil, badRequest("One or more users could not be resolved.")
		}
		g, err := a.Drives.Grant(call.Path["drive-id"], call.Path["item-id"], drives.Grant{User: user.ID, Role: body.Roles[0]})
		if err != nil {
			return nil, refused(err)
		}
		value = append(value, permission{ID: g.ID, Roles: body.Roles, Granted: map[string]any{"user": map[string]string{"id": user.ID, "displayName": user.DisplayName}}})
	}
	return graph.OK(map[string]any{"value": value}), nil
}

func (a *api) createLink(call *graph.Call) (*graph.Response, error) {
	if err := a.may(call, "write"); err != nil {
		return nil, err
	}
	var body struct {
		Type  string `json:"type"`
		Scope string `json:"scope"`
	}
	if err := call.Decode(&body); err != nil {
		return nil, err
	}
	roles := map[string]string{"view": "read", "edit": "write"}
	if roles[body.Type] == "" || !slices.Contains([]string{"anonymous", "organization", "users"}, body.Scope) {
		return nil, badRequest("A link has a type, view or edit, and a scope.")
	}
	i, err := a.Drives.Item(call.Path["drive-id"], call.Path["item-id"])
	if err != nil {
		return nil, refused(err)
	}
	g, err := a.Drives.Grant(call.Path["drive-id"], call.Path["item-id"], drives.Grant{Role: roles[body.Type], Scope: body.Scope})
	if err != nil {
		return nil, refused(err)
	}
	link := permission{ID: g.ID, Roles: []string{g.Role}, Link: map[string]string{"type": body.Type, "scope": body.Scope, "webUrl": i.WebURL}}
	return graph.Created(link, ""), nil
}

// shared finds an item by its address (Graph docs, "Access shared items").
func (a *api) shared(call *graph.Call) (*graph.Response, error) {
	encoded, ok := strings.CutPrefix(call.Path["share-token"], "u!")
	address, err := base64.RawURLEncoding.DecodeString(encoded)
	if !ok || err != nil {
		return nil, badRequest("The sharing token is malformed.")
	}
	driveID, itemID, err := a.Drives.ByAddress(string(address))
	if err != nil {
		return nil, refused(err)
	}
	call.Path["drive-id"], call.Path["item-id"] = driveID, itemID
	return a.item(call)
}

// may says whether a caller with the permission may also have this item: applications any, people what is theirs, what a team
// of theirs has, and what they were given.
func (a *api) may(call *graph.Call, role string) error {
	owner, team, grants, err := a.Drives.Rights(call.Path["drive-id"], call.Path["item-id"])
	user := call.Caller.UserID
	switch {
	case err != nil:
		return refused(err)
	case call.Caller.AppOnly(), !team && owner == user, team && a.Teams.IsMember(teams.TeamID(owner), user):
		return nil
	}
	for _, g := range grants {
		if (g.User == user || g.Scope == "organization" || g.Scope == "anonymous") && (g.Role == role || g.Role == "write") {
			return nil
		}
	}
	return denied()
}

func refused(err error) error {
	if refusal := (*drives.Error)(nil); errors.As(err, &refusal) {
		return &graph.Error{Status: refusal.Kind.Status(), Code: refusal.Code, Message: refusal.Message}
	}
	return err
}

func notFound() error {
	return &graph.Error{Status: http.StatusNotFound, Code: "itemNotFound", Message: "The resource could not be found."}
}

func denied() error {
	return &graph.Error{Status: http.StatusForbidden, Code: "accessDenied", Message: "Access denied"}
}

func badRequest(message string) error {
	return &graph.Error{Status: http.StatusBadRequest, Code: "invalidRequest", Message: message}
}
