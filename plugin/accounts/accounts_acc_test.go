// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package accounts_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store/storetest"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams/teamstest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Run(m)) }

// server is the part of Mattermost that the accounts see.
type server struct {
	mu     sync.Mutex
	users  map[bridge.UserID]bridge.User
	events []string // "event user"
	told   []string // direct messages
	deaf   error    // of each further one
}

func (s *server) User(_ context.Context, id bridge.UserID) (bridge.User, error) {
	u, ok := s.users[id]
	if !ok {
		return bridge.User{}, &bridge.Failure{Class: bridge.NotFound, Err: fmt.Errorf("no user %s", id)}
	}
	return u, nil
}
func (s *server) UserNamed(_ context.Context, name string) (bridge.UserID, bool, error) {
	for id, u := range s.users {
		if u.Username == name {
			return id, true, nil
		}
	}
	return "", false, nil
}
func (s *server) Notify(_ context.Context, user bridge.UserID, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.deaf == nil {
		s.told = append(s.told, fmt.Sprintf("%s: %s", user, text))
	}
	return s.deaf
}
func (s *server) TeamNames(context.Context, bridge.UserID) ([]string, error) {
	return []string{"red"}, nil
}
func (s *server) Offer(_ context.Context, user bridge.UserID, text, label, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.deaf != nil {
		return s.deaf
	}
	s.told = append(s.told, fmt.Sprintf("%s: %s [%s](%s)", user, text, label, address))
	return nil
}

// said are the direct messages so far.
func (s *server) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.told)
}
func (s *server) Publish(event string, user bridge.UserID, payload map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	published := event + " " + string(user)
	if message, ok := payload["message"].(string); ok {
		published += ": " + message
	}
	s.events = append(s.events, published)
}

// world is a tenant, a store and two nodes' accounts on it.
type world struct {
	*teamstest.Tenant
	*accounts.Accounts
	second    *accounts.Accounts
	store     *store.Store
	other     *store.Store // the second node's
	server    *server
	settings  config.Settings
	vault     *accounts.Vault
	client    *teams.Client
	connected []bridge.UserID
	unset     error // why there are no settings
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Tenant: teamstest.Start(t), vault: vault(t, strings.Repeat("k", 32))}
	w.settings = config.Settings{SiteURL: teamstest.SiteURL, ConnectedUsersAllowed: 1000}
	w.server = &server{users: map[bridge.UserID]bridge.User{
		"alex":   {ID: "alex", Username: "alex", Email: "Alex@Demo.example"},
		"blake":  {ID: "blake", Email: "blake@demo.example"},
		"casey":  {ID: "casey", Email: "casey@demo.example"},
		"root":   {ID: "root", Email: "root@demo.example", SystemAdmin: true},
		"guest":  {ID: "guest", Email: "guest@demo.example", Guest: true},
		"robot":  {ID: "robot", Bot: true},
		"mirror": {ID: "mirror", Email: "mirror@demo.example", Remote: true},
	}}
	dsn := storetest.NewDatabase(t)
	w.store = storetest.Open(t, dsn, "first")
	w.client = w.Client(t, nil)
	w.Accounts = w.on(t, w.store)
	w.other = storetest.Open(t, dsn, "second")
	w.second = w.on(t, w.other)
	return w
}

func (w *world) on(t *testing.T, s *store.Store) *accounts.Accounts {
	return accounts.New(accounts.Config{
		Store: s, Mattermost: w.server, Log: storetest.Log(t, "accounts"),
		Current: func() (accounts.Current, error) {
			return accounts.Current{Settings: w.settings, Login: w.client, Vault: w.vault}, w.unset
		},
		Connected: func(_ context.Context, user bridge.UserID) { w.connected = append(w.connected, user) },
	})
}

func visitor(user string) accounts.Visitor {
	return accounts.Visitor{User: bridge.UserID(user), Session: "session of " + user}
}

// begin starts a log-in and goes through Microsoft's page; it returns what the browser would bring back.
func (w *world) begin(t *testing.T, who accounts.Visitor, login string, bot bool) (accounts.Visitor, accounts.Answer) {
	t.Helper()
	address, cookie, err := w.Begin(t.Context(), who, bot)
	if err != nil {
		t.Fatal(err)
	}
	who.Cookie = cookie
	back := w.LogIn(t, address, login)
	return who, accounts.Answer{State: back.Get("state"), Code: back.Get("code"), Error: back.Get("error"), Description: back.Get("error_description")}
}

func (w *world) connect(t *testing.T, user, login string, bot bool) error {
	t.Helper()
	who, answer := w.begin(t, visitor(user), login, bot)
	_, err := w.Complete(t.Context(), who, answer)
	return err
}

func (w *world) mustConnect(t *testing.T, user, login string, bot bool) {
	t.Helper()
	if err := w.connect(t, user, login, bot); err != nil {
		t.Fatal(err)
	}
}

func (w *world) account(t *testing.T, user string) bridge.Account {
	t.Helper()
	a, ok, err := w.OfUser(t.Context(), bridge.UserID(user))
	if err != nil || !ok {
		t.Fatalf("the account of %s: %v, %v", user, ok, err)
	}
	return a
}

// refused asserts that err is a refusal whose message holds the words.
func refused(t *testing.T, err error, code refusal.Code, words string) {
	t.Helper()
	r, ok := errors.AsType[*refusal.Refusal](err)
	if !ok || r.Code != code || !strings.Contains(r.Message, words) {
		t.Errorf("error = %v, want a refusal %s with %q", err, code, words)
	}
}

func TestAUserConnectsAndDisconnects(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "alex", "alex@demo.example", false)
	a := w.account(t, "alex")
	if a.Bot || a.MattermostUser != "alex" || a.DisplayName != "Alex Demo" {
		t.Errorf("account %+v", a)
	}
	same, ok, err := w.OfTeamsUser(t.Context(), a.TeamsUser)
	if err != nil || !ok || same != a {
		t.Errorf("of the Teams user: %+v, %v, %v", same, ok, err)
	}
	c, err := w.Connection(t.Context(), "alex")
	if err != nil || !c.Connected || c.Email != "alex@demo.example" {
		t.Errorf("connection %+v, %v", c, err)
	}
	token, _, err := w.Token(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if me, err := w.client.Me(t.Context(), token); err != nil || me.ID != a.TeamsUser {
		t.Errorf("the token is of %+v, %v", me, err)
	}
	if _, found, err := w.Disconnect(t.Context(), "alex"); err != nil || !found {
		t.Errorf("disconnect: %v, %v", found, err)
	}
	if _, ok, err := w.OfUser(t.Context(), "alex"); err != nil || ok {
		t.Errorf("still connected: %v, %v", ok, err)
	}
	if _, _, err := w.Token(t.Context(), a.ID); bridge.ClassOf(err) != bridge.UserAction {
		t.Errorf("a token after disconnecting: %v", err)
	}
	if want := []string{"user_connected alex", "user_disconnected alex"}; !slices.Equal(w.server.events, want) {
		t.Errorf("events %v, want %v", w.server.events, want)
	}
	if !slices.Equal(w.connected, []bridge.UserID{"alex"}) {
		t.Errorf("told about %q", w.connected)
	}
	trail, err := w.store.AuditTrail(t.Context(), 10)
	if err != nil || len(trail) != 2 || trail[1].Action != "connect" || trail[0].Action != "disconnect" || trail[0].Actor != "alex" {
		t.Errorf("audit %+v, %v", trail, err)
	}
}

// TestALogInIsBound: to its user, session and browser, and it works once.
func TestALogInIsBound(t *testing.T) {
	w := newWorld(t)
	spoil := map[string]func(who *accounts.Visitor, answer *accounts.Answer){
		"another user":    func(who *accounts.Visitor, _ *accounts.Answer) { who.User = "blake" },
		"another session": func(who *accounts.Visitor, _ *accounts.Answer) { who.Session = "another" },
		"no session":      func(who *accounts.Visitor, _ *accounts.Answer) { who.Session = "" },
		"another browser": func(who *accounts.Visitor, _ *accounts.Answer) { who.Cookie = "another" },
		"no cookie":       func(who *accounts.Visitor, _ *accounts.Answer) { who.Cookie = "" },
		"unknown state":   func(_ *accounts.Visitor, answer *accounts.Answer) { answer.State = "made up" },
	}
	for name, f := range spoil {
		who, answer := w.begin(t, visitor("alex"), "alex@demo.example", false)
		other, changed := who, answer
		f(&other, &changed)
		if _, err := w.Complete(t.Context(), other, changed); err == nil {
			t.Errorf("%s completes the log-in", name)
		}
		// Whoever touched it has used it up, except who did not know its state.
		_, err := w.Complete(t.Context(), who, answer)
		if used := name != "unknown state"; (err == nil) == used {
			t.Errorf("after %s: %v", name, err)
		}
	}
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.oauth_states SET expires_at = clock_timestamp()"); err != nil {
		t.Fatal(err)
	}
	who, answer := w.begin(t, visitor("alex"), "alex@demo.example", false)
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.oauth_states SET expires_at = clock_timestamp() - interval '1 second'"); err != nil {
		t.Fatal(err)
	}
	_, err := w.Complete(t.Context(), who, answer)
	refused(t, err, refusal.BadRequest, "ten minutes")
}

// TestAFailedLogInSaysWhoseItWas: only the web app of whoever began it, here and for themselves, may be told.
func TestAFailedLogInSaysWhoseItWas(t *testing.T) {
	w := newWorld(t)
	declined := func(_ *accounts.Visitor, answer *accounts.Answer) { answer.Code, answer.Error = "", "access_denied" }
	for name, c := range map[string]struct {
		user, login string
		bot         bool
		spoil       func(who *accounts.Visitor, answer *accounts.Answer)
		own         bool
	}{
		"declined at Microsoft": {"alex", "alex@demo.example", false, declined, true},
		"without a code":        {"alex", "alex@demo.example", false, func(_ *accounts.Visitor, answer *accounts.Answer) { answer.Code = "" }, true},
		"another person's":      {"alex", "blake@demo.example", false, nil, true},
		"of another user":       {"alex", "alex@demo.example", false, func(who *accounts.Visitor, _ *accounts.Answer) { who.User = "blake" }, false},
		"of another session":    {"alex", "alex@demo.example", false, func(who *accounts.Visitor, _ *accounts.Answer) { who.Session = "another" }, false},
		"of another browser":    {"alex", "alex@demo.example", false, func(who *accounts.Visitor, _ *accounts.Answer) { who.Cookie = "another" }, false},
		"with a state made up":  {"alex", "alex@demo.example", false, func(_ *accounts.Visitor, answer *accounts.Answer) { answer.State = "made up" }, false},
		"of a bot":              {"root", "alex@demo.example", true, declined, false},
		"that works":            {"alex", "alex@demo.example", false, nil, true},
	} {
		who, answer := w.begin(t, visitor(c.user), c.login, c.bot)
		if c.spoil != nil {
			c.spoil(&who, &answer)
		}
		done, err := w.Complete(t.Context(), who, answer)
		if done.Own != c.own || (err == nil) != (name == "that works") {
			t.Errorf("a log-in %s: %+v, %v", name, done, err)
		}
	}
	if w.ConnectFailed("alex", "Not this account."); w.server.events[len(w.server.events)-1] != "user_connect_failed alex: Not this account." {
		t.Errorf("events %q", w.server.events)
	}
}

func TestTwoLogInsOfOneBrowserDoNotSpoilEachOther(t *testing.T) {
	w := newWorld(t)
	first, answer := w.begin(t, visitor("alex"), "alex@demo.example", false)
	second, _ := w.begin(t, first, "alex@demo.example", false)
	if _, err := w.Complete(t.Context(), second, answer); err != nil {
		t.Error(err)
	}
}

func TestTheAuthorizationRequestIsProtected(t *testing.T) {
	w := newWorld(t)
	address, _, err := w.Begin(t.Context(), visitor("alex"), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"code_challenge_method=S256", "code_challenge=", "response_type=code", "prompt=select_account", "login_hint=Alex", "offline_access"} {
		if !strings.Contains(address, want) {
			t.Errorf("%s lacks %s", address, want)
		}
	}
	var stored int
	state := strings.Split(strings.Split(address, "&state=")[1], "&")[0]
	if err := w.store.Pool().QueryRow(t.Context(), "SELECT count(*) FROM msteamssync.oauth_states o WHERE o::text LIKE '%' || $1 || '%'", state).Scan(&stored); err != nil || stored != 0 {
		t.Errorf("the state is stored in clear %d times, %v", stored, err)
	}
}

func TestTheEmailMustMatch(t *testing.T) {
	w := newWorld(t)
	refused(t, w.connect(t, "casey", "alex@demo.example", false), refusal.Forbidden, "casey@demo.example")
	if _, ok, err := w.OfUser(t.Context(), "casey"); ok || err != nil {
		t.Errorf("connected all the same: %v", err)
	}
}

func TestOneTeamsAccountBelongsToOne(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "root", "admin@demo.example", true)
	w.server.users["admin"] = bridge.User{ID: "admin", Email: "admin@demo.example"}
	refused(t, w.connect(t, "admin", "admin@demo.example", false), refusal.Conflict, "as a bot")
	w.mustConnect(t, "alex", "alex@demo.example", false)
	refused(t, w.connect(t, "root", "alex@demo.example", true), refusal.Conflict, "it is connected by the Mattermost user @alex, who has to disconnect it first; a system admin can do that for them")
	w.server.users["alex2"] = bridge.User{ID: "alex2", Email: "alex@demo.example"}
	refused(t, w.connect(t, "alex2", "alex@demo.example", false), refusal.Conflict, "it is connected by the Mattermost user @alex")
	// The same user may connect again.
	before := w.account(t, "alex")
	w.mustConnect(t, "alex", "alex@demo.example", false)
	if after := w.account(t, "alex"); after.TeamsUser != before.TeamsUser {
		t.Errorf("after %+v", after)
	}
}

// TestTwoWantOneTeamsAccountAtOnce: on two nodes; one gets it, and the other learns who has it.
func TestTwoWantOneTeamsAccountAtOnce(t *testing.T) {
	w := newWorld(t)
	w.server.users["alex2"] = bridge.User{ID: "alex2", Username: "alex2", Email: "alex@demo.example"}
	type attempt struct {
		node   *accounts.Accounts
		who    accounts.Visitor
		answer accounts.Answer
		err    error
	}
	attempts := []*attempt{{node: w.Accounts, who: visitor("alex")}, {node: w.second, who: visitor("alex2")}}
	for _, a := range attempts {
		a.who, a.answer = w.begin(t, a.who, "alex@demo.example", false)
	}
	var both sync.WaitGroup
	for _, a := range attempts {
		both.Go(func() { _, a.err = a.node.Complete(t.Context(), a.who, a.answer) })
	}
	both.Wait()
	winner, loser := attempts[0], attempts[1]
	if winner.err != nil {
		winner, loser = loser, winner
	}
	if winner.err != nil {
		t.Fatalf("nobody got it: %v, %v", winner.err, loser.err)
	}
	refused(t, loser.err, refusal.Conflict, "@"+string(winner.who.User)+",")
	var n int
	if err := w.store.Pool().QueryRow(t.Context(), "SELECT count(*) FROM msteamssync.accounts").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d accounts, %v", n, err)
	}
}

// TestWhoCouldNotBeToldOfALossIsToldLater: once, whichever node does it.
func TestWhoCouldNotBeToldOfALossIsToldLater(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "alex", "alex@demo.example", false)
	a := w.age(t, "alex")
	if err := w.Directory().RevokeSessions("alex@demo.example"); err != nil {
		t.Fatal(err)
	}
	w.server.deaf = errors.New("busy")
	if _, _, err := w.Token(t.Context(), a.ID); bridge.ClassOf(err) != bridge.UserAction {
		t.Errorf("a token after revocation: %v", err)
	}
	if err := w.TellLost(t.Context()); err == nil {
		t.Error("it is told nobody, and there is no error")
	}
	w.server.deaf = nil
	for _, node := range []*accounts.Accounts{w.Accounts, w.second, w.Accounts} {
		if err := node.TellLost(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if told := w.server.said(); len(told) != 1 || !strings.Contains(told[0], "(AADSTS50173)") {
		t.Errorf("told %q", told)
	}
}

func TestNoMoreUsersThanAllowed(t *testing.T) {
	w := newWorld(t)
	w.settings.ConnectedUsersAllowed = 1
	late, answer := w.begin(t, visitor("blake"), "blake@demo.example", false)
	w.mustConnect(t, "alex", "alex@demo.example", false)
	_, err := w.Complete(t.Context(), late, answer)
	refused(t, err, refusal.Conflict, "connectedUsersAllowed")
	_, _, err = w.Begin(t.Context(), visitor("blake"), false)
	refused(t, err, refusal.Conflict, "connectedUsersAllowed")
	if m, err := w.Mine(t.Context(), "blake"); err != nil || m.CanConnect || m.NeedsReconnect || !strings.Contains(m.Reason, "connectedUsersAllowed") {
		t.Errorf("connection %+v, %v", m, err)
	}
	w.mustConnect(t, "alex", "alex@demo.example", false)
	w.mustConnect(t, "root", "admin@demo.example", true)
}

func TestBots(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "root", "admin@demo.example", true)
	w.mustConnect(t, "root", "blake@demo.example", true)
	bots, err := w.Bots(t.Context())
	if err != nil || len(bots) != 2 || !bots[0].Bot || bots[0].MattermostUser != "" || bots[0].DisplayName != "Admin Demo" {
		t.Fatalf("bots %+v, %v", bots, err)
	}
	if _, ok, err := w.OfTeamsUser(t.Context(), bots[0].TeamsUser); ok || err != nil {
		t.Errorf("a bot is a user's account: %v", err)
	}
	_, _, err = w.DisconnectBot(t.Context(), "root", "")
	refused(t, err, refusal.BadRequest, "blake@demo.example")
	if _, found, err := w.DisconnectBot(t.Context(), "root", "BLAKE@demo.example"); err != nil || !found {
		t.Errorf("disconnect: %v, %v", found, err)
	}
	for _, bot := range bots {
		if was, err := w.WasBot(t.Context(), bot.TeamsUser); err != nil || !was {
			t.Errorf("%s is not remembered: %v", bot.DisplayName, err)
		}
	}
	// Who was a bot may become a user's account again; it stays known as a former bot.
	w.mustConnect(t, "blake", "blake@demo.example", false)
	if !slices.Equal(w.connected, []bridge.UserID{"", "", "blake"}) {
		t.Errorf("told about %q", w.connected)
	}
}

func TestADeclinedLogInIsExplained(t *testing.T) {
	w := newWorld(t)
	who, answer := w.begin(t, visitor("alex"), "alex@demo.example", false)
	answer.Code, answer.Error, answer.Description = "", "access_denied", "AADSTS65004: User declined to consent.\r\nTrace ID: x"
	_, err := w.Complete(t.Context(), who, answer)
	refused(t, err, refusal.Forbidden, "AADSTS65004: User declined to consent.")
	if strings.Contains(err.Error(), "Trace ID") {
		t.Errorf("%v shows the trace", err)
	}
}

// age makes the stored token look old, and empties both nodes' memories.
func (w *world) age(t *testing.T, user string) bridge.Account {
	t.Helper()
	a := w.account(t, user)
	token, _, err := w.Token(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.second.Token(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	w.Forget(a.ID, token)
	w.second.Forget(a.ID, token)
	return a
}

func (w *world) refreshes() (n int) {
	for _, r := range w.Requests() {
		if strings.Contains(r.Body, "grant_type=refresh_token") {
			n++
		}
	}
	return n
}

func TestOneCallerRefreshesForAll(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "alex", "alex@demo.example", false)
	a := w.age(t, "alex")
	var callers sync.WaitGroup
	for range 20 {
		callers.Go(func() {
			if _, _, err := w.Token(t.Context(), a.ID); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	if n := w.refreshes(); n != 1 {
		t.Errorf("%d refreshes", n)
	}
	// The other node takes what the first one kept.
	if _, _, err := w.second.Token(t.Context(), a.ID); err != nil {
		t.Error(err)
	}
	if n := w.refreshes(); n != 1 {
		t.Errorf("%d refreshes after the second node", n)
	}
}

func TestAnOutageOfTheTokenEndpointLosesNobody(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "alex", "alex@demo.example", false)
	a := w.age(t, "alex")
	for _, rule := range []faults.Rule{{Effect: faults.Status, Status: 503}, {Effect: faults.Throttle}, {Effect: faults.Drop}} {
		rule.Route, rule.Next = "POST /*/oauth2/v2.0/token", 1
		if _, err := w.Faults().Add(rule); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Token(t.Context(), a.ID); bridge.ClassOf(err) != bridge.Retry {
			t.Errorf("%s: %v", rule.Effect, err)
		}
	}
	if _, _, err := w.Token(t.Context(), a.ID); err != nil {
		t.Error(err)
	}
	w.account(t, "alex")
}

func TestARevokedLogInIsLostOnceAndToldOnce(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "alex", "alex@demo.example", false)
	a := w.age(t, "alex")
	if err := w.Directory().RevokeSessions("alex@demo.example"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, _, err := w.Token(t.Context(), a.ID); bridge.ClassOf(err) != bridge.UserAction {
			t.Errorf("a token after revocation: %v", err)
		}
	}
	if _, ok, err := w.OfUser(t.Context(), "alex"); ok || err != nil {
		t.Errorf("a lost account can send: %v", err)
	}
	if _, ok, err := w.OfTeamsUser(t.Context(), a.TeamsUser); !ok || err != nil {
		t.Errorf("a lost account is not known as its user's: %v", err)
	}
	const button = "[Connect again](" + teamstest.SiteURL + "/plugins/com.mattermost.msteams-sync/connect)"
	if told := w.server.said(); len(told) != 1 || !strings.Contains(told[0], "alex: ") || !strings.Contains(told[0], "alex@demo.example") || !strings.Contains(told[0], "(AADSTS50173)") || !strings.HasSuffix(told[0], button) {
		t.Errorf("told %q", told)
	}
	for user, want := range map[bridge.UserID]bool{"alex": true, "blake": false} {
		if told, err := w.ToldLost(t.Context(), user); told != want || err != nil {
			t.Errorf("%s knows of a loss: %v, %v", user, told, err)
		}
	}
	c, err := w.Connection(t.Context(), "alex")
	if err != nil || c.Connected || c.Reason == "" {
		t.Errorf("connection %+v, %v", c, err)
	}
	w.mustConnect(t, "alex", "alex@demo.example", false)
	a = w.age(t, "alex")
	if told, err := w.ToldLost(t.Context(), "alex"); told || err != nil {
		t.Errorf("knows of a loss that is over: %v", err)
	}
	if err := w.Directory().RevokeSessions("alex@demo.example"); err != nil {
		t.Fatal(err)
	}
	for _, node := range []*accounts.Accounts{w.Accounts, w.second} {
		if _, _, err := node.Token(t.Context(), a.ID); bridge.ClassOf(err) != bridge.UserAction {
			t.Errorf("a token after revocation: %v", err)
		}
	}
	if told := w.server.said(); len(told) != 2 {
		t.Errorf("told %q after the second loss", told)
	}
}

func TestAChangedKeyMakesAccountsUselessNotBroken(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "alex", "alex@demo.example", false)
	a := w.account(t, "alex")
	w.vault = vault(t, strings.Repeat("n", 32))
	fresh := w.on(t, w.store)
	if _, ok, err := fresh.OfUser(t.Context(), "alex"); ok || err != nil {
		t.Errorf("usable with another key: %v", err)
	}
	if _, _, err := fresh.Token(t.Context(), a.ID); bridge.ClassOf(err) != bridge.UserAction || !strings.Contains(err.Error(), "encryptionKey") {
		t.Errorf("a token with another key: %v", err)
	}
	w.mustConnect(t, "alex", "alex@demo.example", false)
	w.account(t, "alex")
}

func TestTokensAreNotReadableInTheDatabase(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "alex", "alex@demo.example", false)
	token, _, err := w.Token(t.Context(), w.account(t, "alex").ID)
	if err != nil {
		t.Fatal(err)
	}
	var sealed []byte
	var row string
	if err := w.store.Pool().QueryRow(t.Context(), "SELECT token, a::text FROM msteamssync.accounts a").Scan(&sealed, &row); err != nil {
		t.Fatal(err)
	}
	if row += string(sealed); strings.Contains(row, token) || strings.Contains(row, "refresh") {
		t.Error("the token can be read")
	}
}

func TestWhoMustConnect(t *testing.T) {
	w := newWorld(t)
	w.mustConnect(t, "blake", "blake@demo.example", false)
	for name, c := range map[string]struct {
		user     bridge.UserID
		enforced bool
		teams    string
		want     bool
	}{
		"not enforced":             {"alex", false, "", false},
		"enforced":                 {"alex", true, "", true},
		"connected already":        {"blake", true, "", false},
		"system admin":             {"root", true, "", false},
		"guest":                    {"guest", true, "", false},
		"bot":                      {"robot", true, "", false},
		"of another system":        {"mirror", true, "", false},
		"in an enabled team":       {"alex", true, "blue, Red", true},
		"in none of those enabled": {"alex", true, "blue", false},
	} {
		w.settings.EnforceConnectedUsers, w.settings.AllowSkipConnectUsers, w.settings.EnabledTeams = c.enforced, true, c.teams
		r, err := w.Requirement(t.Context(), c.user)
		if err != nil || r.NeedsConnect != c.want || !r.CanSkip || r.Email != w.server.users[c.user].Email {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		// Posting asks the same of the same people, whether or not the prompt is on.
		if may, err := w.MayPost(t.Context(), c.user); err != nil || c.enforced && may == c.want {
			t.Errorf("%s may post: %t, %v", name, may, err)
		}
	}
	w.settings.EnforceConnectedUsers, w.settings.EnabledTeams, w.settings.ConnectedUsersAllowed = true, "", 1
	if r, err := w.Requirement(t.Context(), "alex"); err != nil || r.NeedsConnect {
		t.Errorf("for whom there is no place: %+v, %v", r, err)
	}
	if may, err := w.MayPost(t.Context(), "alex"); err != nil || !may {
		t.Errorf("for whom there is no place may post: %t, %v", may, err)
	}
	w.unset = errors.New("no settings")
	if may, err := w.MayPost(t.Context(), "alex"); err != nil || !may {
		t.Errorf("without settings: %t, %v", may, err)
	}
}
