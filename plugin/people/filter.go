// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package people

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// groups remembers who is in which group.
type groups struct {
	mu      sync.Mutex
	members map[string]groupMembers
}

type groupMembers struct {
	ids   map[bridge.TeamsUserID]bool
	until time.Time
}

// wanted tells whether the settings have somebody mirrored. Of people of other organisations neither address nor groups are
// known, so they are not where those count.
func (p *People) wanted(ctx context.Context, current Current, m store.MirroredUser) (bool, error) {
	if m.Kind != store.MirroredMember && !current.Settings.SyncGuestUsers {
		return false, nil
	}
	if domains := current.Settings.MirroredDomains(); len(domains) > 0 {
		_, domain, _ := strings.Cut(strings.ToLower(cmp.Or(m.Mail, m.UPN)), "@")
		if !slices.Contains(domains, domain) {
			return false, nil
		}
	}
	list := current.Settings.MirroredGroups()
	for _, group := range list {
		if in, err := p.inGroup(ctx, current.Directory, group, m.TeamsUser); in || err != nil {
			return in, err
		}
	}
	return len(list) == 0, nil
}

// inGroup tells whether somebody is a member of a group.
func (p *People) inGroup(ctx context.Context, directory Directory, group string, user bridge.TeamsUserID) (bool, error) {
	p.groups.mu.Lock()
	defer p.groups.mu.Unlock()
	if known, ok := p.groups.members[group]; ok && time.Now().Before(known.until) {
		return known.ids[user], nil
	}
	if _, err := p.readGroup(ctx, directory, group); err != nil {
		return false, err
	}
	return p.groups.members[group].ids[user], nil
}

// membersOf lists the members of a group as they are now.
func (p *People) membersOf(ctx context.Context, directory Directory, group string) ([]teams.Profile, error) {
	p.groups.mu.Lock()
	defer p.groups.mu.Unlock()
	return p.readGroup(ctx, directory, group)
}

// readGroup reads and remembers who is in a group. One that does not exist has no members.
func (p *People) readGroup(ctx context.Context, directory Directory, group string) ([]teams.Profile, error) {
	list, err := directory.GroupMembers(ctx, group)
	if class := bridge.ClassOf(err); err != nil && class != bridge.NotFound && class != bridge.Permanent && class != bridge.UserAction {
		return nil, err
	} else if err != nil {
		p.Log.Warn("cannot read who is in a group whose members are to be mirrored", "group", group, "error", err)
	}
	known := groupMembers{ids: map[bridge.TeamsUserID]bool{}, until: time.Now().Add(p.Remember)}
	for _, member := range list {
		known.ids[member.ID] = true
	}
	if p.groups.members == nil {
		p.groups.members = map[string]groupMembers{}
	}
	p.groups.members[group] = known
	return list, nil
}
