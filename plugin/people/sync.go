// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package people

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

const (
	// photosAge is how old a picture may be before it is asked for again. A run asks for no more than photosPerMinute of its
	// interval, and photosPerRun.
	photosAge       = 24 * time.Hour
	photosPerMinute = 50
	photosPerRun    = 500
	// syncTolerance lets a run begin a little early: the job that begins it is not to the second.
	syncTolerance = 5 * time.Second
)

// Sync brings the mirrored users up to date when that is due: as often as the setting syncUsers says it reads what changed
// among the tenant's users, makes those who are to be mirrored, renames, deactivates those who left and activates those who are
// back. It goes on where it was cut off, and within a minute where it made as many as one run may.
func (p *People) Sync(ctx context.Context) error {
	current, err := p.Current()
	if err != nil {
		return nil //nolint:nilerr // without settings there is nothing to do
	}
	if err := p.retireConnected(ctx); err != nil {
		return err
	}
	every := time.Duration(current.Settings.SyncUsersMinutes) * time.Minute
	if every <= 0 {
		return nil
	}
	state, due, err := p.Store.BeginUserSync(ctx, listOf(current.Settings), every-syncTolerance)
	if err != nil || !due {
		return err
	}
	if err := p.sync(ctx, current, state); err != nil {
		if ctx.Err() == nil {
			err = errors.Join(err, p.Store.FailUserSync(ctx, err.Error()))
		}
		return err
	}
	return nil
}

func (p *People) sync(ctx context.Context, current Current, state store.UserSync) error {
	of, making := listOf(current.Settings), p.begin()
	link, full := state.Link, !state.FullSince.IsZero()
	begin := func() error {
		link, full = "", true
		return p.Store.BeginFullUserSync(ctx, of)
	}
	if state.Of != of || link == "" {
		if err := begin(); err != nil {
			return err
		}
	}
	for more := true; more; {
		profiles, next, further, err := current.Directory.ProfileChanges(ctx, link)
		if f, ok := errors.AsType[*bridge.Failure](err); ok && link != "" && (f.Status == http.StatusGone || f.Status == http.StatusBadRequest) {
			// The link has expired.
			if err := begin(); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		changed, err := p.updateAll(ctx, current, profiles, full)
		if err != nil {
			return err
		}
		made, err := p.makeAll(ctx, current, profiles, making)
		if err != nil {
			return err
		}
		if changed += made; !further && !making.stopped {
			if made, err = p.makeOfGroups(ctx, current, making); err != nil {
				return err
			}
			changed += made
		}
		if making.stopped {
			// The next run, within a minute, begins with this page: who was made needs nothing more.
			return p.Store.AdvanceUserSync(ctx, of, link, changed, false)
		}
		if more = further; full && !more {
			left, err := p.retireUnseen(ctx)
			if err != nil {
				return err
			}
			changed += left
		}
		if err := p.Store.AdvanceUserSync(ctx, of, next, changed, !more); err != nil {
			return err
		}
		link = next
	}
	return p.lookThrough(ctx, current)
}

// listOf says what the list of all users was read for. Another tenant has others, and other settings have others of them
// mirrored, of whom no change tells.
func listOf(s config.Settings) string {
	of := strings.ToLower(s.TenantID + "/" + s.ClientID)
	chosen := sha256.Sum256(fmt.Append(nil, s.SyncGuestUsers, s.MirroredDomains(), s.MirroredGroups()))
	return of + "/" + hex.EncodeToString(chosen[:4])
}

// updateAll brings those of the people who are mirrored to what the directory says, and tells how many were not.
func (p *People) updateAll(ctx context.Context, current Current, profiles []teams.Profile, full bool) (changed int, err error) {
	ids := make([]bridge.TeamsUserID, len(profiles))
	for i, profile := range profiles {
		ids[i] = profile.ID
	}
	mirrors, err := p.Store.MirroredUsersOf(ctx, ids)
	if err != nil || len(mirrors) == 0 {
		return 0, err
	}
	if err := p.Store.SeeMirrored(ctx, ids); err != nil {
		return 0, err
	}
	for _, profile := range profiles { // one may be there twice, the newest last
		i := slices.IndexFunc(mirrors, func(m store.MirroredUser) bool { return m.TeamsUser == profile.ID })
		if i < 0 || mirrors[i].State == store.Promoted {
			continue
		}
		did, err := p.update(ctx, current, &mirrors[i], profile, full)
		if err != nil {
			return changed, err
		}
		if did {
			changed++
		}
	}
	return changed, nil
}

// update brings one of them. A list of all users does not say that a picture is another one.
func (p *People) update(ctx context.Context, current Current, mirror *store.MirroredUser, profile teams.Profile, full bool) (changed bool, err error) {
	m := *mirror
	defer func() { *mirror = m }()
	if profile.Removed == nil {
		was := m
		m.DisplayName, m.Mail, m.UPN, m.Kind = profile.DisplayName, profile.Mail, profile.UPN, store.MirroredMember
		if m.DisplayName == "" {
			m.DisplayName = was.DisplayName
		}
		if profile.Guest() {
			m.Kind = store.MirroredGuest
		}
		if was.DisplayName != m.DisplayName || was.Mail != m.Mail || was.UPN != m.UPN || was.Kind != m.Kind {
			if err := p.Store.KeepMirrored(ctx, m); err != nil {
				return false, err
			}
			changed = true
		}
		renamed, err := p.Mattermost.RenameMirror(ctx, mirrorOf(m, profile))
		if err != nil && bridge.ClassOf(err) != bridge.NotFound {
			return changed, err
		}
		changed = changed || renamed
		if err := p.giveLogin(ctx, current, m); err != nil {
			return changed, err
		}
		if m.State == store.MirroredActive && !full {
			p.fetchPicture(current.Directory, m)
		}
	}
	wanted, err := p.wanted(ctx, current, m)
	if err != nil {
		return changed, err
	}
	state, reason := m.State, m.Reason
	switch {
	case profile.Gone():
		state, reason = store.MirroredInactive, store.LeftTenant
	case !wanted:
		state, reason = store.MirroredInactive, store.Excluded
	case m.Reason == store.LeftTenant, m.Reason == store.Excluded:
		state, reason = store.MirroredActive, ""
	}
	if m.Reason == store.HasConnected || state == m.State && reason == m.Reason {
		return changed, nil
	}
	err = p.setState(ctx, m, state, reason)
	m.State, m.Reason = state, reason
	return true, err
}

// retireUnseen deactivates the mirrored users of people whom a list of all users does not hold: of who was deleted before it
// was asked for, nothing else tells.
func (p *People) retireUnseen(ctx context.Context) (changed int, err error) {
	mirrors, err := p.Store.UnseenMirrors(ctx)
	if err != nil {
		return 0, err
	}
	for _, m := range mirrors {
		if err := p.setState(ctx, m, store.MirroredInactive, store.LeftTenant); err != nil {
			return changed, err
		}
		changed++
	}
	return changed, nil
}

// giveLogin lets the person log in to whom the user may become, where the setting was switched on since the user was made.
func (p *People) giveLogin(ctx context.Context, current Current, m store.MirroredUser) error {
	service, data, err := p.login(ctx, current.Settings, m)
	if err != nil || service == "" {
		return err
	}
	if err := p.Mattermost.SetLogin(ctx, m.User, service, data); err != nil {
		p.Log.Info("could not set how a mirrored user's person logs in", "user", m.User, "error", err)
	}
	return nil
}

// retireConnected deactivates the mirrored users of people who have connected an account.
func (p *People) retireConnected(ctx context.Context) error {
	mirrors, err := p.Store.ConnectedMirrors(ctx)
	if err != nil {
		return err
	}
	for _, m := range mirrors {
		if err := p.setState(ctx, m, store.MirroredInactive, store.HasConnected); err != nil {
			return err
		}
	}
	return nil
}

// Connected is for when a user has connected an account: the mirrored user of that account is not needed any more.
func (p *People) Connected(ctx context.Context) {
	if err := p.retireConnected(ctx); err != nil {
		p.Log.Warn("could not deactivate the mirrored user of somebody who connected an account; it is tried again within a minute", "error", err)
	}
}

// mirrorsPerPage is how many mirrored users are read at a time.
const mirrorsPerPage = 500

// lookThrough does what no change of the directory tells of: who is to be mirrored after settings have changed, and pictures.
func (p *People) lookThrough(ctx context.Context, current Current) error {
	for after := bridge.TeamsUserID(""); ; {
		page, err := p.Store.MirroredUsers(ctx, after, mirrorsPerPage)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return p.renewPictures(ctx, current)
		}
		for _, m := range page {
			after = m.TeamsUser
			if m.State == store.Promoted {
				continue
			}
			wanted, err := p.wanted(ctx, current, m)
			switch {
			case err != nil:
			case !wanted && m.State == store.MirroredActive:
				err = p.setState(ctx, m, store.MirroredInactive, store.Excluded)
			case wanted && m.Reason == store.Excluded:
				err = p.setState(ctx, m, store.MirroredActive, "")
			}
			if err != nil {
				return err
			}
		}
	}
}

// renewPictures asks for the pictures that were not asked for the longest. What goes wrong is tried with the next run.
func (p *People) renewPictures(ctx context.Context, current Current) error {
	most := min(max(current.Settings.SyncUsersMinutes, 1)*photosPerMinute, photosPerRun)
	mirrors, err := p.Store.MirrorsWithOldPictures(ctx, photosAge, most)
	if err != nil {
		return err
	}
	for _, m := range mirrors {
		if err := p.refreshPicture(ctx, current.Directory, m); err != nil {
			p.Log.Info("could not renew the picture of a mirrored user", "user", m.User, "error", err)
			return ctx.Err()
		}
	}
	return nil
}
