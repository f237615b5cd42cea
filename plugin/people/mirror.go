// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package people

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// introduce makes a mirrored user of somebody who is seen for the first time, if the settings and the server have it so.
func (p *People) introduce(ctx context.Context, current Current, who bridge.Sender) (known, error) {
	if bot, err := p.Accounts.WasBot(ctx, who.User); bot || err != nil {
		return known{}, err
	}
	profile, kind, err := p.profile(ctx, current, who)
	if err != nil || kind == "" {
		return known{}, err
	}
	if profile.Gone() {
		return known{}, nil
	}
	wanted, err := p.wanted(ctx, current, store.MirroredUser{TeamsUser: who.User, Mail: profile.Mail, UPN: profile.UPN, Kind: kind})
	if err != nil || !wanted {
		return known{}, err
	}
	m, err := p.create(ctx, current.Settings, profile, kind)
	switch class := bridge.ClassOf(err); {
	case err != nil && (class == bridge.Permanent || class == bridge.NotFound):
		// E.g. the server has as many users as it may have.
		p.Log.Warn("could not make a mirrored user; the plugin's bot shows what the person writes", "teams_user", who.User, "error", err)
		return known{}, nil
	case err != nil:
		return known{}, err
	}
	p.fetchPicture(current.Directory, m)
	return known{user: m.User, joins: true}, nil
}

// profile finds out who somebody is; no kind when that cannot be known. Of people of other tenants only the message tells.
func (p *People) profile(ctx context.Context, current Current, who bridge.Sender) (teams.Profile, store.MirroredKind, error) {
	external := teams.Profile{ID: who.User, DisplayName: who.Name}
	if who.Tenant != "" && !strings.EqualFold(who.Tenant, current.Settings.TenantID) && !strings.Contains(current.Settings.TenantID, ".") {
		// A guest's account is in the tenant under another id, and that one writes.
		return external, store.MirroredExternal, nil
	}
	profile, err := current.Directory.Profile(ctx, who.User)
	switch class := bridge.ClassOf(err); {
	case err == nil && profile.Guest():
		return profile, store.MirroredGuest, nil
	case err == nil:
		return profile, store.MirroredMember, nil
	case class == bridge.NotFound, class == bridge.Permanent, class == bridge.UserAction:
		p.Log.Info("the directory does not tell who somebody is; the plugin's bot shows what the person writes", "teams_user", who.User, "error", err)
		return external, "", nil
	}
	return external, "", err
}

// userIDOf is the Mattermost id of the user that mirrors a Teams user.
func userIDOf(user bridge.TeamsUserID) bridge.UserID {
	sum := sha256.Sum256([]byte("msteams-sync mirrors " + strings.ToLower(string(user))))
	return bridge.UserID(strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16])))
}

// mostNames is how many user names are tried.
const mostNames = 50

// create makes the mirrored user, or finds the one that another node made or this one before it crashed.
func (p *People) create(ctx context.Context, settings config.Settings, profile teams.Profile, kind store.MirroredKind) (store.MirroredUser, error) {
	m := store.MirroredUser{
		TeamsUser: profile.ID, User: userIDOf(profile.ID), DisplayName: cmp.Or(profile.DisplayName, "Unknown sender"), Mail: profile.Mail, UPN: profile.UPN,
		Kind: kind, State: store.MirroredActive,
	}
	mirror := mirrorOf(m, profile)
	var err error
	if mirror.AuthService, mirror.AuthData, err = p.login(ctx, settings, m); err != nil {
		return m, err
	}
	for n := 1; ; n++ {
		mirror.Username = username(m.DisplayName, m.TeamsUser, n)
		err := p.Mattermost.CreateMirror(ctx, mirror)
		if err == nil {
			break
		}
		of, found, lookErr := p.Mattermost.MirrorOf(ctx, m.User)
		switch {
		case lookErr != nil:
			return m, lookErr
		case found && of == m.TeamsUser:
			// Its node has not recorded it yet, or never will.
		case mattermost.NameTaken(err) && n < mostNames:
			continue
		case mirror.AuthService != "" && !mattermost.NameTaken(err):
			// Somebody on the server logs in with the same data.
			mirror.AuthService, mirror.AuthData = "", ""
			n--
			continue
		default:
			return m, err
		}
		break
	}
	if err := p.Store.KeepMirrored(ctx, m); err != nil {
		return m, err
	}
	p.Log.Info("made a mirrored user", "user", m.User, "teams_user", m.TeamsUser, "kind", m.Kind)
	return m, nil
}

// mirrorOf says how a mirrored user looks.
func mirrorOf(m store.MirroredUser, profile teams.Profile) mattermost.Mirror {
	mirror := mattermost.Mirror{ID: m.User, TeamsUser: m.TeamsUser, Nickname: m.DisplayName, FirstName: profile.GivenName, LastName: profile.Surname, Position: "Microsoft Teams"}
	if mirror.FirstName == "" && mirror.LastName == "" {
		mirror.FirstName = m.DisplayName
	}
	switch m.Kind {
	case store.MirroredGuest:
		mirror.Position = "Guest in Microsoft Teams"
	case store.MirroredExternal:
		mirror.Position = "Another organisation in Microsoft Teams"
	}
	return mirror
}

// login is how the person would log in to whom the user may become; nothing where that is not wanted, or where the server
// has a user with the person's address: that one is the person's.
func (p *People) login(ctx context.Context, settings config.Settings, m store.MirroredUser) (service, data string, err error) {
	if !settings.PromoteSyntheticUsers || m.Kind != store.MirroredMember {
		return "", "", nil
	}
	for _, address := range []string{m.Mail, m.UPN} {
		if address == "" {
			continue
		}
		if holder, taken, err := p.Mattermost.UserWithEmail(ctx, address); err != nil || taken && holder != m.User {
			return "", "", err
		}
	}
	data = string(m.TeamsUser)
	switch settings.SyntheticUserAuthData {
	case "Mail":
		data = m.Mail
	case "UserPrincipalName":
		data = m.UPN
	}
	if data == "" {
		return "", "", nil
	}
	return settings.SyntheticUserAuthService, data, nil
}

// longestSlug leaves room for what goes around a user name of 64 characters.
const longestSlug = 48

// username is the n-th name that a mirrored user may have: msteams_alex_demo, msteams_alex_demo-2.
func username(displayName string, user bridge.TeamsUserID, n int) string {
	var b strings.Builder
	for _, r := range strings.ToLower(displayName) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '-':
			b.WriteRune(r)
		case plainLetters[r] != "":
			b.WriteString(plainLetters[r])
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	slug := strings.Trim(b.String(), "_.-")
	slug = strings.TrimRight(slug[:min(len(slug), longestSlug)], "_.-")
	if slug == "" {
		slug = strings.ToLower(string(user))
		slug = slug[:min(len(slug), 8)]
	}
	name := "msteams_" + slug
	if n > 1 {
		name += fmt.Sprintf("-%d", n)
	}
	return name
}

// plainLetters are letters with marks that names in Latin script have.
var plainLetters = func() map[rune]string {
	plain := map[rune]string{'ä': "ae", 'ö': "oe", 'ü': "ue", 'ß': "ss", 'æ': "ae", 'ø': "o", 'œ': "oe", 'đ': "d", 'ð': "d", 'ł': "l", 'þ': "th", 'ı': "i"}
	for letter, marked := range map[string]string{
		"a": "àáâãåāăą", "c": "çćĉċč", "d": "ď", "e": "èéêëēĕėęě", "g": "ĝğġģ", "h": "ĥ", "i": "ìíîïĩīĭį", "j": "ĵ", "k": "ķ", "l": "ĺļľ", "n": "ñńņň",
		"o": "òóôõōŏő", "r": "ŕŗř", "s": "śŝşšș", "t": "ţťț", "u": "ùúûũūŭůűų", "w": "ŵ", "y": "ýÿŷ", "z": "źżž",
	} {
		for _, r := range marked {
			plain[r] = letter
		}
	}
	return plain
}()
