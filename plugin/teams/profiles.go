// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"encoding/json"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Profile is a user of the tenant as the directory has it.
type Profile struct {
	ID          bridge.TeamsUserID `json:"id"`
	DisplayName string             `json:"displayName"`
	GivenName   string             `json:"givenName"`
	Surname     string             `json:"surname"`
	Mail        string             `json:"mail"`
	UPN         string             `json:"userPrincipalName"`
	Type        string             `json:"userType"` // Member or Guest
	Enabled     *bool              `json:"accountEnabled"`
	// Removed is set in a list of changes when the user was deleted; only the id is there then.
	Removed *struct{} `json:"@removed"`
}

// Guest tells whether the user belongs to another organisation.
func (p Profile) Guest() bool { return p.Type == "Guest" }

// Gone tells whether the user was deleted or may not log in.
func (p Profile) Gone() bool { return p.Removed != nil || p.Enabled != nil && !*p.Enabled }

const profileFields = "$select=id,displayName,givenName,surname,mail,userPrincipalName,userType,accountEnabled"

// Profile reads a user as the application. Permission User.Read.All.
func (c *Client) Profile(ctx context.Context, id bridge.TeamsUserID) (Profile, error) {
	var p Profile
	err := c.do(ctx, request{method: "GET", route: "/users/{user-id}", path: []string{string(id)}, query: profileFields, repeat: true}, &p)
	return p, err
}

// ProfileChanges reads one page of what changed among the tenant's users (Graph docs, "user: delta") from where a page before
// said to go on: with an empty link all users. more says that there are further pages now; else next is for the next time.
// A Failure with status 410 says that the link has expired.
func (c *Client) ProfileChanges(ctx context.Context, link string) (changed []Profile, next string, more bool, err error) {
	var page struct {
		Value []json.RawMessage `json:"value"`
		Next  string            `json:"@odata.nextLink"`
		Delta string            `json:"@odata.deltaLink"`
	}
	if err := c.do(ctx, request{method: "GET", route: "/users/delta", query: profileFields, link: link, repeat: true}, &page); err != nil {
		return nil, "", false, err
	}
	for _, document := range page.Value {
		var p Profile
		if err := json.Unmarshal(document, &p); err != nil {
			return nil, "", false, &bridge.Failure{Class: bridge.Permanent, Err: err}
		}
		changed = append(changed, p)
	}
	if page.Next != "" {
		return changed, page.Next, true, nil
	}
	return changed, page.Delta, false, nil
}

// GroupMembers lists the users who are direct members of a group, as the application. Permissions Group.Read.All and, for more
// than their ids, User.Read.All.
func (c *Client) GroupMembers(ctx context.Context, group string) ([]Profile, error) {
	return list[Profile](ctx, c, request{method: "GET", route: "/groups/{group-id}/members", path: []string{group}, query: profileFields + "&$top=999", repeat: true})
}

// maxPhoto bounds a picture: Graph keeps none above 4 MB (Graph docs, "Update profilePhoto").
const maxPhoto = 4 << 20

// Photo reads a user's picture as the application; a Failure of class NotFound when there is none. Permission User.Read.All.
func (c *Client) Photo(ctx context.Context, id bridge.TeamsUserID) ([]byte, error) {
	var picture raw
	err := c.do(ctx, request{method: "GET", route: "/users/{user-id}/photo/$value", path: []string{string(id)}, repeat: true, most: maxPhoto}, &picture)
	return picture, err
}

// raw is an answer that is no JSON.
type raw []byte
