// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package takeover_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/intake"
	linking "github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/takeover"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

const (
	encryptionKey = "0123456789abcdefghijklmnopqrstuv" // 32 characters, as the System Console makes them
	bot           = "botuser"
	town          = "19:town@thread.tacv2"
	square        = "19:square@thread.tacv2"
	direct        = "19:a_b@unq.gbl.spaces"
)

// world is a database in which a predecessor was at work.
type world struct {
	t     *testing.T
	dsn   string
	store *store.Store
	key   string // the setting encryptionKey
	now   time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dsn: storetest.NewDatabase(t), key: encryptionKey, now: time.Now()}
	w.store = storetest.Open(t, w.dsn, "node1")
	for _, file := range []string{"testdata/predecessor.sql", "testdata/mattermost.sql"} {
		sql, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		w.exec(string(sql))
	}
	for _, user := range []string{"alex", "blake", "casey", "drew", bot} {
		w.exec("INSERT INTO users (id, username, email) VALUES ($1, $2, $3)", user, user, user+"@demo.example")
	}
	for _, channel := range []string{"town", "square", "old-town", "archive"} {
		w.exec("INSERT INTO channels (id, teamid) VALUES ($1, 'team')", channel)
	}
	w.exec("UPDATE channels SET deleteat = 1 WHERE id = 'archive'")
	return w
}

func (w *world) exec(sql string, arguments ...any) {
	w.t.Helper()
	if _, err := w.store.Pool().Exec(w.t.Context(), sql, arguments...); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
}

func (w *world) link(channel, conversation string) {
	w.exec("INSERT INTO msteamssync_links VALUES ($1, 'team', $2, 'teams-team', 'alex')", channel, conversation)
}

// post makes a post and what the predecessor kept of it.
func (w *world) post(id, channel, root, conversation, message string, age time.Duration, fromTeams bool) {
	w.t.Helper()
	at := w.now.Add(-age)
	props := "{}"
	if fromTeams {
		props = `{"msteams_sync_` + bot + `": true}`
	}
	w.exec("INSERT INTO posts (id, channelid, rootid, message, createat, props) VALUES ($1, $2, $3, $4, $5, $6)", id, channel, root, "text of "+id, at.UnixMilli(), props)
	w.exec("INSERT INTO msteamssync_posts VALUES ($1, $2, $3, $4)", id, message, conversation, at.UnixMicro())
}

func (w *world) account(user, teamsUser, token string, connected int) {
	w.exec("INSERT INTO msteamssync_users VALUES ($1, $2, $3, $4, 0)", user, teamsUser, token, w.now.Add(time.Duration(connected)*time.Minute-time.Hour).UnixMicro())
}

// sealed is a token as the predecessor kept it.
func sealed(t *testing.T, key, token string) string {
	t.Helper()
	block, err := aes.NewCipher([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	nonce := make([]byte, gcm.NonceSize())
	_, _ = rand.Read(nonce)
	return base64.URLEncoding.EncodeToString(gcm.Seal(nonce, nonce, []byte(token), nil))
}

func tokenOf(name string) string {
	claims := base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf(`{"name":"%s in Teams","upn":"%s@demo.example"}`, name, name)))
	return fmt.Sprintf(`{"access_token":"x.%s.y","token_type":"Bearer","refresh_token":"refresh of %s","expiry":"2024-05-29T10:00:00Z"}`, claims, name)
}

func (w *world) vault() *accounts.Vault {
	w.t.Helper()
	v, err := accounts.NewVault(w.key)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func (w *world) takeOver(s *store.Store, page int) *takeover.TakeOver {
	return takeover.New(takeover.Config{Store: s, Bot: bot, Log: storetest.Log(w.t, "take-over"), Page: page, Current: func() (takeover.Current, error) {
		return takeover.Current{EncryptionKey: w.key, WebhookSecret: "the webhook secret", Vault: w.vault()}, nil
	}})
}

func (w *world) run() store.TakeOverReport {
	w.t.Helper()
	if err := w.takeOver(w.store, 2).Run(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return w.report()
}

func (w *world) report() store.TakeOverReport {
	w.t.Helper()
	took, begun, err := w.store.TakeOver(w.t.Context())
	if err != nil || !begun || took.FinishedAt.IsZero() {
		w.t.Fatalf("take-over %+v, %v, %v", took, begun, err)
	}
	return took.Report
}

func (w *world) mapping(post string) bridge.Mapping {
	w.t.Helper()
	m, found, err := w.store.MappingOfPost(w.t.Context(), bridge.PostID(post))
	if err != nil || !found {
		w.t.Fatalf("the mapping of %s: %v, %v", post, found, err)
	}
	return m
}

func left(r store.TakeOverReport, what, words string) int {
	n := 0
	for _, l := range r.Left {
		if l.What == what && strings.Contains(l.Reason, words) {
			n += l.Count
		}
	}
	return n
}

// TestNothingHappensWithoutAPredecessor: not even a note that somebody looked, so that one that comes later is seen.
func TestNothingHappensWithoutAPredecessor(t *testing.T) {
	s := storetest.Open(t, storetest.NewDatabase(t), "node")
	w := &world{t: t, key: encryptionKey, store: s}
	take := w.takeOver(s, 2)
	if todo, err := take.Look(t.Context()); err != nil || todo {
		t.Errorf("there is something to do: %v, %v", todo, err)
	}
	if err := take.Run(t.Context()); err != nil {
		t.Error(err)
	}
	if _, begun, err := s.TakeOver(t.Context()); err != nil || begun {
		t.Errorf("begun: %v, %v", begun, err)
	}
}

func TestLinksAreTaken(t *testing.T) {
	w := newWorld(t)
	w.link("town", town)
	w.link("old-town", town)
	w.link("square", square)
	w.link("archive", "19:archive@thread.tacv2")
	w.link("deleted", "19:deleted@thread.tacv2")
	w.post("oldpost", "old-town", "", town, "1000", 3*time.Hour, true)
	w.post("newpost", "town", "", town, "2000", 2*time.Hour, true)
	r := w.run()
	if r.Links != 2 || left(r, "link", "used last") != 1 || left(r, "link", "archived") != 1 || left(r, "link", "does not exist") != 1 {
		t.Errorf("report %+v", r)
	}
	links, err := w.store.Links(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(links, func(l bridge.Link) bool { return l.Conversation.ID == town })
	if i < 0 || links[i].Channel != "town" || links[i].Conversation.Team != "teams-team" || links[i].MattermostTeam != "team" || links[i].Creator != "alex" {
		t.Errorf("links %+v", links)
	}
	records, total, err := w.store.AuditPage(t.Context(), linking.Actions(), "", 0, 10)
	if err != nil || total != 2 {
		t.Errorf("%d records of links, %v: %+v", total, err, records)
	}
	for _, r := range records {
		if r.Actor != "" || r.Action != linking.ActionLink || r.Subject != "town" && r.Subject != "square" || r.Detail["via"] != "takeover" || r.Detail["team"] != "teams-team" || r.Detail["conversation"] == "" || r.Detail["creator"] != "alex" {
			t.Errorf("record %+v", r)
		}
	}
	// What the predecessor did not carry any more is.
	if age := w.now.Sub(links[i].CreatedAt); age.Round(time.Minute) != 2*time.Hour {
		t.Errorf("the link begins %s ago, want 2 h", age)
	}
	if r.Messages != 1 || left(r, "message", "another channel") != 1 {
		t.Errorf("report %+v", r)
	}
}

// TestALongSilenceIsNoGap: a predecessor whose sync was switched off long ago leaves nothing to catch up on.
func TestALongSilenceIsNoGap(t *testing.T) {
	w := newWorld(t)
	w.link("town", town)
	w.post("p", "town", "", town, "1000", 48*time.Hour, false)
	w.run()
	links, err := w.store.Links(t.Context())
	if err != nil || len(links) != 1 || w.now.Sub(links[0].CreatedAt) > time.Minute {
		t.Errorf("links %+v, %v", links, err)
	}
}

func TestAccountsAreTaken(t *testing.T) {
	w := newWorld(t)
	w.account("alex", "teams-alex", sealed(t, encryptionKey, tokenOf("alex")), 1)
	w.account("blake", "teams-blake", sealed(t, encryptionKey, tokenOf("blake")), 5)
	w.account("blake", "teams-old", sealed(t, encryptionKey, tokenOf("old")), 2)
	w.account("casey", "teams-blake", sealed(t, encryptionKey, tokenOf("blake")), 3)
	w.account("drew", "teams-drew", "", 4) // disconnected
	w.account("nobody", "teams-nobody", sealed(t, encryptionKey, tokenOf("nobody")), 6)
	w.account(bot, "teams-bot", sealed(t, encryptionKey, tokenOf("bridge")), 1)
	w.exec("INSERT INTO msteamssync_whitelist VALUES ('casey')")
	r := w.run()
	if r.Accounts != 2 || r.Bots != 1 || r.Whitelist != 1 || left(r, "account", "later") != 2 || left(r, "account", "does not exist") != 1 || len(r.Left) != 3 {
		t.Errorf("report %+v", r)
	}
	a, found, err := w.store.AccountOfUser(t.Context(), "blake")
	if err != nil || !found || a.TeamsUser != "teams-blake" || a.DisplayName != "blake in Teams" || a.Email != "blake@demo.example" || a.Lost {
		t.Fatalf("account %+v, %v, %v", a, found, err)
	}
	token, err := w.vault().Open("account "+string(a.ID), a.TokenKey, a.Token)
	if err != nil || !strings.Contains(string(token), `"refresh of blake"`) {
		t.Errorf("the token is %s, %v", token, err)
	}
	bots, err := w.store.BotAccounts(t.Context())
	if err != nil || len(bots) != 1 || bots[0].TeamsUser != "teams-bot" || bots[0].Email != "bridge@demo.example" {
		t.Errorf("bots %+v, %v", bots, err)
	}
	if was, err := w.store.WasBot(t.Context(), "teams-bot"); err != nil || !was {
		t.Errorf("the bot is not known as one: %v", err)
	}
	if on, err := w.store.OnWhitelist(t.Context(), "casey@demo.example"); err != nil || !on {
		t.Errorf("the whitelist lacks casey: %v", err)
	}
}

// TestMirroredUsersAreTaken, and nobody who is a user of their own.
func TestMirroredUsersAreTaken(t *testing.T) {
	w := newWorld(t)
	w.account("drew", "teams-drew", "", 1) // disconnected
	for user, deleted := range map[string]int{"twice": 0, "again": 0, "gone": 1} {
		w.exec("INSERT INTO users (id, username, firstname, lastname, email, remoteid, createat, deleteat) VALUES ($1, $2, 'Mira', '', $3, 'remote', 2, $4)", user, "msteams_"+user, user+"@demo.example", deleted)
		w.account(user, map[string]string{"twice": "teams-mira", "again": "teams-mira", "gone": "teams-gone"}[user], "", 1)
	}
	w.exec("UPDATE users SET createat = 1 WHERE id = 'twice'")
	if r := w.run(); r.MirroredUsers != 2 || r.Accounts != 0 {
		t.Errorf("report %+v", r)
	}
	for user, want := range map[bridge.TeamsUserID]store.MirroredUser{
		"teams-mira": {User: "twice", State: store.MirroredActive}, "teams-gone": {User: "gone", State: store.MirroredInactive}, "teams-drew": {},
	} {
		m, _, err := w.store.MirroredUser(t.Context(), user)
		if err != nil || m.User != want.User || m.State != want.State {
			t.Errorf("%s is %+v, %v", user, m, err)
		}
	}
}

// TestAnotherKeyTakesEverythingButAccounts, and what the bot wrote still counts as the bot's.
func TestAnotherKeyTakesEverythingButAccounts(t *testing.T) {
	for name, key := range map[string]string{"of the same length": strings.Repeat("k", 32), "of another length": strings.Repeat("k", 40)} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.key = key
			w.link("town", town)
			w.post("p", "town", "", town, "1000", time.Hour, true)
			w.account("alex", "teams-alex", sealed(t, encryptionKey, tokenOf("alex")), 1)
			w.account(bot, "teams-bot", sealed(t, encryptionKey, tokenOf("bridge")), 1)
			r := w.run()
			if r.Links != 1 || r.Messages != 1 || r.Accounts != 0 || r.Bots != 0 || left(r, "account", "encryptionKey") != 1 || left(r, "bot", "encryptionKey") != 1 {
				t.Errorf("report %+v", r)
			}
			if was, err := w.store.WasBot(t.Context(), "teams-bot"); err != nil || !was {
				t.Errorf("the bot is not known as one: %v", err)
			}
		})
	}
}

func TestMessagesAreTaken(t *testing.T) {
	w := newWorld(t)
	w.link("town", town)
	w.post("root", "town", "", town, "1000", 5*time.Hour, false)
	w.post("reply", "town", "root", town, "2000", 4*time.Hour, true)
	w.post("chat", "dm", "", direct, "3000", 3*time.Hour, true)
	w.post("foreign", "square", "", square, "4000", 3*time.Hour, true) // its channel is not linked
	w.post("edited", "town", "", town, "5000", 2*time.Hour, false)
	w.exec("UPDATE posts SET editat = $1 WHERE id = 'edited'", w.now.UnixMilli())
	w.post("deleted", "town", "", town, "6000", 2*time.Hour, false)
	w.exec("UPDATE posts SET deleteat = $1 WHERE id = 'deleted'", w.now.Add(-3*time.Hour).UnixMilli())
	w.post("late", "town", "", town, "7000", time.Hour, false) // the predecessor's last one
	w.exec("UPDATE posts SET deleteat = $1 WHERE id = 'late'", w.now.UnixMilli())
	w.exec("INSERT INTO msteamssync_posts VALUES ('vanished', '8000', $1, 1)", town)
	r := w.run()
	if r.Messages != 6 || r.Copies != 0 || left(r, "message", "not linked") != 1 || left(r, "message", "does not exist") != 1 {
		t.Errorf("report %+v", r)
	}
	reply := w.mapping("reply")
	if want := (bridge.MessageRef{Conversation: bridge.Conversation{ID: town, Team: "teams-team"}, Root: "1000", ID: "2000"}); reply.Ref != want {
		t.Errorf("the reply is %+v, want %+v", reply.Ref, want)
	}
	if reply.State != bridge.Confirmed || reply.Direction != bridge.Inbound || reply.RootPost != "root" || reply.Channel != "town" {
		t.Errorf("the reply's mapping %+v", reply)
	}
	if age := w.now.Sub(reply.SeenAt); age.Round(time.Minute) != 4*time.Hour {
		t.Errorf("seen %s ago, want 4 h", age)
	}
	sum := sha256.Sum256([]byte("text of root"))
	if root := w.mapping("root"); root.Record.PostHash != hex.EncodeToString(sum[:]) || root.Direction != bridge.Outbound {
		t.Errorf("the root's mapping %+v", root)
	}
	if m := w.mapping("edited"); m.Record.PostHash != bridge.NeverShown || m.Record.Deleted {
		t.Errorf("edited after the predecessor stopped: %+v", m.Record)
	}
	if m := w.mapping("deleted"); m.Record.PostHash != bridge.NeverShown || !m.Record.Deleted || !m.SeenAt.IsZero() {
		t.Errorf("deleted while the predecessor ran: %+v", m)
	}
	if m := w.mapping("late"); m.Record.Deleted || m.SeenAt.IsZero() {
		t.Errorf("deleted after the predecessor stopped: %+v", m)
	}
	if m := w.mapping("chat"); m.Ref.Conversation != (bridge.Conversation{ID: direct}) {
		t.Errorf("of a chat: %+v", m.Ref)
	}
}

// TestCopies: of several posts of one message the oldest that stands is the mapping's. The same id in two threads is two
// messages.
func TestCopies(t *testing.T) {
	w := newWorld(t)
	w.link("town", town)
	w.post("c", "town", "", town, "1000", 5*time.Hour, true)
	w.post("b", "town", "", town, "1000", 4*time.Hour, true)
	w.post("a", "town", "", town, "1000", 4*time.Hour, true)
	w.post("tidied", "town", "", town, "1000", 6*time.Hour, true)
	w.exec("UPDATE posts SET deleteat = $1 WHERE id = 'tidied'", w.now.Add(-3*time.Hour).UnixMilli())
	w.post("root1", "town", "", town, "2000", 3*time.Hour, true)
	w.post("root2", "town", "", town, "3000", 3*time.Hour, true)
	w.post("reply1", "town", "root1", town, "4000", time.Hour, true)
	w.post("reply2", "town", "root2", town, "4000", time.Hour, true)
	r := w.run()
	if r.Messages != 5 || r.Copies != 3 {
		t.Errorf("report %+v", r)
	}
	m, found, err := w.store.MappingOf(t.Context(), bridge.MessageRef{Conversation: bridge.Conversation{ID: town}, ID: "1000"})
	if err != nil || !found || m.Post != "c" || m.Copy || !slices.Equal(m.Copies, []bridge.PostID{"a", "b", "tidied"}) {
		t.Errorf("mapping %+v, %v, %v", m, found, err)
	}
	if byCopy := w.mapping("a"); byCopy.ID != m.ID || byCopy.Post != "c" || !byCopy.Copy {
		t.Errorf("by a copy: %+v", byCopy)
	}
	if one, two := w.mapping("reply1"), w.mapping("reply2"); one.ID == two.ID || one.Ref.Root != "2000" || two.Ref.Root != "3000" {
		t.Errorf("replies with one id in two threads: %+v, %+v", one.Ref, two.Ref)
	}
}

// TestIDsAreOneConversationsOnly: another conversation may have the same ones, and a post's thread may have been carried to
// another one. Chats have no threads.
func TestIDsAreOneConversationsOnly(t *testing.T) {
	w := newWorld(t)
	w.link("town", town)
	w.post("moved", "town", "", square, "1000", 6*time.Hour, true) // the channel was linked with another one then
	w.post("answer", "town", "moved", town, "2000", 5*time.Hour, true)
	w.post("here", "town", "", town, "3000", 4*time.Hour, true)
	w.post("there", "dm", "", direct, "3000", 4*time.Hour, true)
	w.post("reply", "dm", "there", direct, "4000", 3*time.Hour, true)
	w.post("twin", "town", "here", town, "3000", 3*time.Hour, true) // a copy of a message in its own thread
	r := w.run()
	if r.Messages != 4 || r.Copies != 1 || left(r, "message", "not linked") != 1 {
		t.Errorf("report %+v", r)
	}
	inTown, inDirect := bridge.Conversation{ID: town, Team: "teams-team"}, bridge.Conversation{ID: direct}
	for post, want := range map[string]bridge.MessageRef{
		"answer": {Conversation: inTown, ID: "2000"}, "here": {Conversation: inTown, ID: "3000"}, "twin": {Conversation: inTown, ID: "3000"},
		"there": {Conversation: inDirect, ID: "3000"}, "reply": {Conversation: inDirect, ID: "4000"},
	} {
		if m := w.mapping(post); m.Ref != want || m.Copy != (post == "twin") {
			t.Errorf("%s is %+v, want %+v", post, m, want)
		}
	}
}

// TestWhatIsThereAlreadyStays: links, accounts and messages of this plugin come first, and the report says what was in their way.
func TestWhatIsThereAlreadyStays(t *testing.T) {
	w := newWorld(t)
	ours := bridge.Link{ID: "ours", Channel: "town", MattermostTeam: "team", Conversation: bridge.Conversation{ID: square, Team: "teams-team"}, Creator: "blake", CreatedAt: w.now}
	if err := w.store.CreateLink(t.Context(), ours); err != nil {
		t.Fatal(err)
	}
	w.exec(`INSERT INTO msteamssync.accounts (id, bot, user_id, teams_user_id, display_name, email, user_principal_name, token, token_key, connected_at)
		VALUES ('ours', false, 'alex', 'teams-new', '', '', '', '', '', clock_timestamp())`)
	w.exec(`INSERT INTO msteamssync.message_map (id, conversation, teams_team_id, root, message, channel_id, post_id, direction, state)
		VALUES ('ours', $1, 'teams-team', '', '1000', 'town', 'post', 'in', 'confirmed')`, square)
	w.link("town", town)
	w.account("alex", "teams-alex", sealed(t, encryptionKey, tokenOf("alex")), 1)
	w.post("theirs", "town", "", square, "1000", time.Hour, true)
	w.post("post", "town", "", square, "2000", time.Hour, true)
	r := w.run()
	if r.Links != 0 || r.Accounts != 0 || r.Messages != 0 || r.Copies != 1 {
		t.Errorf("report %+v", r)
	}
	if left(r, "link", "linked already") != 1 || left(r, "account", "connected already") != 1 || left(r, "message", "known already") != 1 {
		t.Errorf("report %+v", r)
	}
	if m := w.mapping("theirs"); m.ID != "ours" || !m.Copy {
		t.Errorf("another post of a known message is %+v", m)
	}
	if a, _, err := w.store.AccountOfUser(t.Context(), "alex"); err != nil || a.TeamsUser != "teams-new" {
		t.Errorf("the account is %+v, %v", a, err)
	}
}

// TestSubscriptions: those of the predecessor are known by their ids and its secret, and only so.
func TestSubscriptions(t *testing.T) {
	w := newWorld(t)
	expires := w.now.Add(time.Hour)
	w.exec("INSERT INTO msteamssync_subscriptions VALUES ('with-secret', 'channel', 'teams-team', $1, '', 'its secret', $2, '', 0)", town, expires.UnixMicro())
	w.exec("INSERT INTO msteamssync_subscriptions VALUES ('without', 'channel', 'teams-team', $1, '', '', $2, '', 0)", square, expires.UnixMicro())
	w.exec("INSERT INTO msteamssync_subscriptions VALUES ('chats', 'allChats', '', '', '', 'its secret', $1, '', 0)", expires.UnixMicro())
	if r := w.run(); r.Subscriptions != 3 {
		t.Errorf("report %+v", r)
	}
	for id, want := range map[string]struct {
		conversation bridge.ConversationID
		secret       string
	}{"with-secret": {town, "its secret"}, "without": {square, "the webhook secret"}, "chats": {"", "its secret"}} {
		sum := sha256.Sum256([]byte(want.secret))
		byID, bySecret, err := w.store.SubscriptionsClaimed(t.Context(), []string{id}, [][]byte{sum[:]})
		x, found := byID[id]
		if err != nil || !found || x.Conversation.ID != want.conversation || string(x.SecretHash) != string(sum[:]) || x.State != store.SubscriptionRemoving || x.ExpiresAt.Sub(expires).Abs() > time.Second {
			t.Errorf("%s: %+v, %v, %v", id, x, found, err)
		}
		if len(bySecret) > 0 {
			t.Errorf("the shared secret alone matches: %+v", bySecret)
		}
	}
}

// TestASecondStartDoesNothing, whatever the predecessor's tables hold by then.
func TestASecondStartDoesNothing(t *testing.T) {
	w := newWorld(t)
	w.link("town", town)
	w.post("p", "town", "", town, "1000", time.Hour, true)
	first := w.run()
	w.link("square", square)
	w.post("q", "town", "", town, "2000", time.Hour, true)
	if second := w.run(); second.Links != first.Links || second.Messages != first.Messages {
		t.Errorf("first %+v, second %+v", first, second)
	}
	if links, err := w.store.Links(t.Context()); err != nil || len(links) != 1 {
		t.Errorf("links %+v, %v", links, err)
	}
}

// TestThePredecessorsTablesStayAsTheyWere, so that it can be installed again.
func TestThePredecessorsTablesStayAsTheyWere(t *testing.T) {
	w := newWorld(t)
	w.link("town", town)
	w.post("p", "town", "", town, "1000", time.Hour, true)
	w.account("alex", "teams-alex", sealed(t, encryptionKey, tokenOf("alex")), 1)
	w.exec("INSERT INTO msteamssync_subscriptions VALUES ('s', 'channel', 'teams-team', $1, '', 'secret', 1, '', 0)", town)
	before := w.predecessor()
	w.run()
	if after := w.predecessor(); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
}

func (w *world) predecessor() string {
	var all []string
	for _, table := range []string{"links", "users", "posts", "subscriptions", "whitelist"} {
		rows, _ := w.store.Pool().Query(w.t.Context(), "SELECT r::text FROM msteamssync_"+table+" r ORDER BY 1")
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, table)
		all = append(all, lines...)
	}
	return strings.Join(all, "\n")
}

// many makes n messages, each with a copy.
func (w *world) many(n int) {
	w.link("town", town)
	w.exec(`INSERT INTO posts (id, channelid, message, createat, props) SELECT 'p' || i || c, 'town', 'text ' || i, 1700000000000 + i, '{"msteams_sync_botuser": true}'
		FROM generate_series(1, $1) i, unnest('{a,b}'::text[]) c`, n)
	w.exec(`INSERT INTO msteamssync_posts SELECT 'p' || i || c, (1700000000000 + i)::text, $2, (1700000000000 + i) * 1000
		FROM generate_series(1, $1) i, unnest('{a,b}'::text[]) c`, n, town)
}

// TestTwoNodesAtOnce: one of them does it, the other one waits until it is done.
func TestTwoNodesAtOnce(t *testing.T) {
	w := newWorld(t)
	w.many(500)
	nodes := []*store.Store{w.store, storetest.Open(t, w.dsn, "node2"), storetest.Open(t, w.dsn, "node3")}
	var all sync.WaitGroup
	for _, node := range nodes {
		all.Go(func() {
			if err := w.takeOver(node, 20).Run(t.Context()); err != nil {
				t.Error(err)
			}
			if took, _, err := node.TakeOver(t.Context()); err != nil || took.FinishedAt.IsZero() {
				t.Errorf("it was not done when this node went on: %+v, %v", took, err)
			}
		})
	}
	all.Wait()
	if r := w.report(); r.Links != 1 || r.Messages != 500 || r.Copies != 500 {
		t.Errorf("report %+v", r)
	}
}

// TestADeadNodesTakeOverIsFinished at every place where it may have died.
func TestADeadNodesTakeOverIsFinished(t *testing.T) {
	w := newWorld(t)
	w.many(50)
	ctx, cancel := context.WithCancel(t.Context())
	node := storetest.Open(t, w.dsn, "node2")
	take := w.takeOver(node, 7)
	take.Current = func() (takeover.Current, error) { return takeover.Current{}, errors.New("no settings yet") }
	if err := take.Run(ctx); err == nil {
		t.Error("it ran without settings")
	}
	if todo, err := take.Look(ctx); err != nil || !todo {
		t.Errorf("after a failure there is nothing to do: %v, %v", todo, err)
	}
	// The links and two pages are committed, then the node is gone.
	began := w.takeOver(node, 7)
	if err := w.beginOnly(began); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if done, err := node.TakeMessages(ctx, bot, 7); err != nil || done {
			t.Fatalf("done %v, %v", done, err)
		}
	}
	cancel()
	node.Close()
	if todo, err := w.takeOver(w.store, 7).Look(t.Context()); err != nil || !todo {
		t.Errorf("there is nothing left to do: %v, %v", todo, err)
	}
	if r := w.run(); r.Links != 1 || r.Messages != 50 || r.Copies != 50 {
		t.Errorf("report %+v", r)
	}
}

// beginOnly takes links, and fails at the first page.
func (w *world) beginOnly(take *takeover.TakeOver) error {
	w.exec("ALTER TABLE posts RENAME COLUMN rootid TO away")
	err := take.Run(w.t.Context())
	w.exec("ALTER TABLE posts RENAME COLUMN away TO rootid")
	if err == nil {
		return errors.New("the take-over did not fail")
	}
	if _, begun, lookErr := w.store.TakeOver(w.t.Context()); lookErr != nil || !begun {
		return fmt.Errorf("the links were not taken: %w, %w", err, lookErr)
	}
	return nil
}

// matchesAll is subscriptions whose every notification is ours.
type matchesAll struct{ intake.Subscriptions }

func (matchesAll) Match(_ context.Context, claims []intake.Claim) (map[intake.Claim]intake.Subscription, error) {
	return map[intake.Claim]intake.Subscription{claims[0]: {}}, nil
}

// TestNotificationsAreRefusedUntilItIsKnownWhoseTheyAre: whoever sends them repeats them.
func TestNotificationsAreRefusedUntilItIsKnownWhoseTheyAre(t *testing.T) {
	w := newWorld(t)
	take := w.takeOver(w.store, 2)
	gate := take.Gate(matchesAll{})
	if _, err := take.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	claims := []intake.Claim{{SubscriptionID: "id", ClientState: "secret"}}
	if found, err := gate.Match(t.Context(), claims); len(found) > 0 || err == nil {
		t.Errorf("before the take-over: %v, %v", found, err)
	}
	w.run() // by another node
	if found, err := gate.Match(t.Context(), claims); len(found) != 1 || err != nil {
		t.Errorf("after the take-over: %v, %v", found, err)
	}
}
