// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package primary_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/primary"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

// world is a database with the server's tables as far as they matter. Alex and Blake are connected, Casey is not; all are members
// of the channels town, which is linked, and other.
type world struct {
	*store.Store
	t      *testing.T
	mutes  *primary.Mutes
	failed error                          // what changing a membership ends with
	before func(channel bridge.ChannelID) // called before a change
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Store: storetest.Open(t, storetest.NewDatabase(t), "node"), t: t}
	w.mutes = primary.New(primary.Config{Store: w.Store, Server: w, Log: storetest.Log(t, "node")})
	w.exec(`CREATE TABLE preferences (userid text, category text, name text, value text, PRIMARY KEY (userid, category, name))`)
	w.exec(`CREATE TABLE channelmembers (userid text, channelid text, notifyprops jsonb, PRIMARY KEY (channelid, userid))`)
	for _, user := range []string{"alex", "blake", "casey"} {
		for _, channel := range []string{"town", "other"} {
			w.exec("INSERT INTO channelmembers VALUES ($1, $2, $3)", user, channel, map[string]string{"desktop": "default", "push": "all", "email": "default", "mark_unread": "all"})
		}
		if user != "casey" {
			w.exec(`INSERT INTO msteamssync.accounts (id, bot, user_id, teams_user_id, display_name, email, token, token_key) VALUES ($1, false, $1, $1, '', '', '', '')`, user)
		}
	}
	w.link("town")
	return w
}

func (w *world) exec(sql string, arguments ...any) {
	w.t.Helper()
	if _, err := w.Pool().Exec(w.t.Context(), sql, arguments...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) link(channel string) {
	w.t.Helper()
	w.exec("INSERT INTO msteamssync.links (id, channel_id, team_id, conversation, teams_team_id, creator_id, created_at) VALUES ($1, $1, 't', $1, 't', 'alex', now())", channel)
}

func (w *world) prefer(user, platform string) {
	w.t.Helper()
	w.exec("INSERT INTO preferences VALUES ($1, 'pp_com.mattermost.msteams-sync', 'platform', $2) ON CONFLICT (userid, category, name) DO UPDATE SET value = excluded.value", user, platform)
	w.sweep(store.Whose{User: bridge.UserID(user)})
}

func (w *world) sweep(whose store.Whose) {
	w.t.Helper()
	if err := w.mutes.Sweep(w.t.Context(), whose); err != nil {
		w.t.Fatal(err)
	}
}

// Notifications implements primary.Server.
func (w *world) Notifications(ctx context.Context, user bridge.UserID, channel bridge.ChannelID) (props map[string]string, err error) {
	err = w.Pool().QueryRow(ctx, "SELECT notifyprops FROM channelmembers WHERE userid = $1 AND channelid = $2", user, channel).Scan(&props)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, &bridge.Failure{Class: bridge.NotFound, Err: err}
	}
	return props, err
}

// SetNotifications implements primary.Server.
func (w *world) SetNotifications(ctx context.Context, user bridge.UserID, channel bridge.ChannelID, to map[string]string) error {
	if w.failed != nil {
		return w.failed
	}
	if w.before != nil {
		w.before(channel)
	}
	props, err := w.Notifications(ctx, user, channel)
	if err != nil {
		return err
	}
	maps.Copy(props, to)
	document, err := json.Marshal(props)
	if err != nil {
		return err
	}
	_, err = w.Pool().Exec(ctx, "UPDATE channelmembers SET notifyprops = $3 WHERE userid = $1 AND channelid = $2", user, channel, document)
	return err
}

// is checks some notification properties of a membership.
func (w *world) is(what, user, channel string, want map[string]string) {
	w.t.Helper()
	props, err := w.Notifications(w.t.Context(), bridge.UserID(user), bridge.ChannelID(channel))
	if err != nil {
		w.t.Fatal(err)
	}
	for property, value := range want {
		if props[property] != value {
			w.t.Errorf("%s: %s of %s in %s is %q, want %q", what, property, user, channel, props[property], value)
		}
	}
}

var (
	loud  = map[string]string{"desktop": "default", "push": "all", "email": "default", "mark_unread": "all"}
	muted = map[string]string{"desktop": "none", "push": "none", "email": "false", "mark_unread": "mention", "desktop_threads": "none", "push_threads": "none"}
)

func TestWhoReadsInTeamsIsMutedAndBack(t *testing.T) {
	w := newWorld(t)
	w.prefer("alex", "msteams")
	w.is("reads in Teams", "alex", "town", muted)
	w.is("not linked", "alex", "other", loud)
	w.is("somebody else", "blake", "town", loud)
	w.prefer("alex", "mattermost")
	w.is("reads in Mattermost again", "alex", "town", loud)
	w.is("what had no value", "alex", "town", map[string]string{"desktop_threads": "default", "push_threads": "default"})
}

func TestWhoIsNotConnectedIsNotMuted(t *testing.T) {
	w := newWorld(t)
	w.prefer("casey", "msteams")
	w.is("not connected", "casey", "town", loud)
	w.prefer("alex", "msteams")
	w.exec("UPDATE msteamssync.accounts SET state = 'lost' WHERE user_id = 'alex'")
	w.sweep(store.Whose{})
	w.is("the connection was lost", "alex", "town", muted)
	w.exec("DELETE FROM msteamssync.accounts WHERE user_id = 'alex'")
	w.sweep(store.Whose{User: "alex"})
	w.is("disconnected", "alex", "town", loud)
}

func TestMutesFollowLinks(t *testing.T) {
	w := newWorld(t)
	w.prefer("alex", "msteams")
	w.prefer("blake", "msteams")
	w.link("other")
	w.sweep(store.Whose{Channel: "other"})
	w.is("linked", "alex", "other", muted)
	w.is("linked", "blake", "other", muted)
	w.exec("DELETE FROM msteamssync.links WHERE channel_id = 'town'")
	w.sweep(store.Whose{Channel: "town"})
	w.is("unlinked", "alex", "town", loud)
	w.is("still linked", "alex", "other", muted)
	w.exec("DELETE FROM channelmembers WHERE userid = 'alex'")
	w.sweep(store.Whose{})
	w.count("left", 1)
}

func (w *world) count(what string, want int) {
	w.t.Helper()
	var n int
	if err := w.Pool().QueryRow(w.t.Context(), "SELECT count(*) FROM msteamssync.muted_members").Scan(&n); err != nil || n != want {
		w.t.Errorf("%s: %d memberships are kept, want %d: %v", what, n, want, err)
	}
}

// TestTheUsersOwnChoiceIsKept: what they had before comes back, what they change meanwhile stays.
func TestTheUsersOwnChoiceIsKept(t *testing.T) {
	w := newWorld(t)
	w.exec(`UPDATE channelmembers SET notifyprops = notifyprops || '{"mark_unread": "mention", "desktop": "mention"}' WHERE userid = 'alex' AND channelid = 'town'`)
	w.prefer("alex", "msteams")
	w.is("reads in Teams", "alex", "town", muted)
	w.exec(`UPDATE channelmembers SET notifyprops = notifyprops || '{"push": "mention"}' WHERE userid = 'alex' AND channelid = 'town'`)
	w.sweep(store.Whose{})
	w.is("changed by hand", "alex", "town", map[string]string{"push": "mention"})
	w.prefer("alex", "mattermost")
	w.is("back", "alex", "town", map[string]string{"mark_unread": "mention", "desktop": "mention", "push": "mention", "email": "default"})
	w.count("back", 0)
}

// TestACrashLosesNoChoice: what was kept first is what comes back, however often the change is begun.
func TestACrashLosesNoChoice(t *testing.T) {
	w := newWorld(t)
	w.failed = errors.New("the server is gone")
	w.prefer("alex", "msteams")
	w.is("not told", "alex", "town", loud)
	// The server was told, and nobody recorded it.
	w.failed = nil
	if err := w.SetNotifications(t.Context(), "alex", "town", muted); err != nil {
		t.Fatal(err)
	}
	w.sweep(store.Whose{})
	w.prefer("alex", "mattermost")
	w.is("back", "alex", "town", loud)
}

// TestAnotherNodeIsNotOverruled: somebody changes back while a node is about to mute.
func TestAnotherNodeIsNotOverruled(t *testing.T) {
	w := newWorld(t)
	w.before = func(bridge.ChannelID) {
		w.before = nil
		w.exec("DELETE FROM msteamssync.muted_members")
	}
	w.prefer("alex", "msteams")
	w.is("restored meanwhile", "alex", "town", loud)
}

func TestNoticesCanBeSwitchedOff(t *testing.T) {
	w := newWorld(t)
	for value, want := range map[string]bool{"": true, "on": true, "off": false} {
		if value != "" {
			w.exec("INSERT INTO preferences VALUES ('alex', 'pp_com.mattermost.msteams-sync', 'notifications', $1) ON CONFLICT (userid, category, name) DO UPDATE SET value = excluded.value", value)
		}
		if wanted, err := w.mutes.WantsNotices(t.Context(), "alex"); err != nil || (value != "" && wanted != want) {
			t.Errorf("%q: %t, %v", value, wanted, err)
		}
	}
	if wanted, err := w.mutes.WantsNotices(t.Context(), "blake"); err != nil || !wanted {
		t.Errorf("without a choice: %t, %v", wanted, err)
	}
}
