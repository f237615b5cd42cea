// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// readers are the other members of a chat: those with whom a file in somebody's drive can be shared, and those with whom it
// cannot. Graph knows only people of the tenant whose drive it is, its guests among them, and refuses an invitation as a whole
// that names anybody else.
type readers struct {
	ours   []ChatMember
	others []ChatMember
}

// readersOf finds them. It fails with bridge.ErrNobodyReads in a chat where all others are of other organisations.
func (c *Client) readersOf(ctx context.Context, as bridge.Account, in bridge.Conversation) (r readers, err error) {
	members, err := list[ChatMember](ctx, c, request{method: "GET", route: chatMembers, path: []string{string(in.ID)}, repeat: true})
	if err != nil {
		return r, err
	}
	// The setting may name the tenant by a domain; the sender is of it.
	tenant := ""
	if i := slices.IndexFunc(members, func(m ChatMember) bool { return m.User == as.TeamsUser }); i >= 0 {
		tenant = members[i].TenantID
	}
	for _, m := range members {
		switch {
		case m.User == as.TeamsUser:
		case m.User == "", m.TenantID != "" && tenant != "" && !strings.EqualFold(m.TenantID, tenant):
			r.others = append(r.others, m)
		default:
			r.ours = append(r.ours, m)
		}
	}
	if len(r.ours) == 0 && len(r.others) > 0 {
		return r, &bridge.Failure{Class: bridge.Permanent, Err: bridge.ErrNobodyReads}
	}
	return r, nil
}

// share lets the readers read a file, and nobody else. It returns the names of the chat's members who cannot open it. Where an
// invitation of all is refused each is invited alone: one of them may be gone.
func (c *Client) share(ctx context.Context, as bridge.Account, with readers, drive, item string) (closedTo []string, err error) {
	closed := with.others
	if err := c.invite(ctx, as, drive, item, with.ours); err != nil {
		if bridge.ClassOf(err) != bridge.Permanent || len(with.ours) < 2 {
			return nil, err
		}
		var refused []ChatMember
		for _, m := range with.ours {
			if one := c.invite(ctx, as, drive, item, []ChatMember{m}); one != nil {
				if bridge.ClassOf(one) != bridge.Permanent {
					return nil, one
				}
				err = errors.Join(err, one)
				refused = append(refused, m)
			}
		}
		if len(refused) == len(with.ours) {
			return nil, err
		}
		closed = slices.Concat(refused, closed)
	}
	for _, m := range closed {
		closedTo = append(closedTo, m.Name)
	}
	return closedTo, nil
}

func (c *Client) invite(ctx context.Context, as bridge.Account, drive, item string, people []ChatMember) error {
	if len(people) == 0 {
		return nil
	}
	recipients := make([]map[string]string, len(people))
	for i, m := range people {
		recipients[i] = map[string]string{"objectId": string(m.User)}
	}
	return c.do(ctx, request{
		method: "POST", route: driveItemByID + "/invite", path: []string{drive, item}, as: as.ID, repeat: true,
		body: map[string]any{"recipients": recipients, "roles": []string{"read"}, "requireSignIn": true, "sendInvitation": false},
	}, nil)
}
