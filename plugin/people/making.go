// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package people

import (
	"context"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

const (
	// makingTakes is for how long a run makes users at most, so that the server does other things half of the time.
	makingTakes = 30 * time.Second
	// mostRefused is how many users a server may refuse until a run makes no more: it has as many as it may have.
	mostRefused = 10
)

// making is what one run makes. Who is left over is made by the next one, within a minute.
type making struct {
	left    int
	until   time.Time
	refused int
	stopped bool // somebody is left over
}

func (p *People) begin() *making {
	return &making{left: p.MadePerRun, until: time.Now().Add(makingTakes)}
}

// enough tells whether the run has made what it may.
func (m *making) enough() bool { return m.left <= 0 || time.Now().After(m.until) }

// makeAll makes the mirrored users of those people who have none and are to be mirrored, and tells how many. Beside whom the
// settings leave out that is nobody who left, our bots, who has connected an account, and who has a user of this server with the
// same address: that one is mentioned and written to here, and is mirrored when they write in Teams.
func (p *People) makeAll(ctx context.Context, current Current, profiles []teams.Profile, m *making) (made int, err error) {
	newest := map[bridge.TeamsUserID]teams.Profile{} // one may be there twice, the newest last
	ids := make([]bridge.TeamsUserID, 0, len(profiles))
	for _, profile := range profiles {
		if _, twice := newest[profile.ID]; !twice {
			ids = append(ids, profile.ID)
		}
		newest[profile.ID] = profile
	}
	mirrors, err := p.Store.MirroredUsersOf(ctx, ids)
	if err != nil {
		return 0, err
	}
	for _, mirror := range mirrors {
		delete(newest, mirror.TeamsUser)
	}
	for _, id := range ids {
		profile, without := newest[id]
		if !without || m.refused >= mostRefused {
			continue
		}
		if m.enough() {
			m.stopped = true
			return made, nil
		}
		did, err := p.makeOne(ctx, current, profile, m)
		if err != nil {
			return made, err
		}
		if did {
			made++
			m.left--
		}
	}
	return made, nil
}

func (p *People) makeOne(ctx context.Context, current Current, profile teams.Profile, m *making) (bool, error) {
	kind := store.MirroredMember
	if profile.Guest() {
		kind = store.MirroredGuest
	}
	if profile.Gone() || profile.UPN == "" { // groups have groups as members, too
		return false, nil
	}
	wanted, err := p.wanted(ctx, current, store.MirroredUser{TeamsUser: profile.ID, Mail: profile.Mail, UPN: profile.UPN, Kind: kind})
	if err != nil || !wanted {
		return false, err
	}
	if here, err := p.isHere(ctx, profile); here || err != nil {
		return false, err
	}
	_, err = p.create(ctx, current.Settings, profile, kind)
	if class := bridge.ClassOf(err); err != nil && (class == bridge.Permanent || class == bridge.NotFound) {
		if m.refused++; m.refused == mostRefused {
			p.Log.Warn("the server takes no more mirrored users; they are made when they are seen, or with the next list of all users", "teams_user", profile.ID, "error", err)
		}
		return false, nil
	}
	return err == nil, err
}

// isHere tells whether somebody needs no mirrored user.
func (p *People) isHere(ctx context.Context, profile teams.Profile) (bool, error) {
	if _, connected, err := p.Accounts.OfTeamsUser(ctx, profile.ID); connected || err != nil {
		return connected, err
	}
	if bot, err := p.Accounts.WasBot(ctx, profile.ID); bot || err != nil {
		return bot, err
	}
	for _, address := range []string{profile.Mail, profile.UPN} {
		if address == "" {
			continue
		}
		if _, taken, err := p.Mattermost.UserWithEmail(ctx, address); taken || err != nil {
			return taken, err
		}
	}
	return false, nil
}

// groupPage is how many members of a group are looked at together.
const groupPage = 200

// makeOfGroups makes those who became members of the groups whose members are mirrored: that is no change of theirs.
func (p *People) makeOfGroups(ctx context.Context, current Current, m *making) (made int, err error) {
	for _, group := range current.Settings.MirroredGroups() {
		members, err := p.membersOf(ctx, current.Directory, group)
		if err != nil {
			return made, err
		}
		for len(members) > 0 && !m.stopped {
			page := members[:min(len(members), groupPage)]
			members = members[len(page):]
			n, err := p.makeAll(ctx, current, page, m)
			if made += n; err != nil {
				return made, err
			}
		}
	}
	return made, nil
}
