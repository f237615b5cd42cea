// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	emulated "github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams/teamstest"
)

// wallet holds the tokens of people who logged in.
type wallet struct {
	mu     sync.Mutex
	tokens map[bridge.AccountID]string
	issued time.Time
	forgot []bridge.AccountID
}

func (w *wallet) Token(_ context.Context, id bridge.AccountID) (string, time.Time, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tokens[id], w.issued, nil
}

func (w *wallet) Forget(id bridge.AccountID, _ string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forgot = append(w.forgot, id)
}

var alex = bridge.Account{ID: "alex@demo.example"}

// world is a tenant, a client, and Alex, who has logged in.
type world struct {
	*teamstest.Tenant
	*teams.Client
	wallet *wallet
	calls  func() []string // "METHOD route status" of each request to Graph
}

func newWorld(t *testing.T) *world {
	t.Helper()
	tenant := teamstest.Start(t)
	w := &world{Tenant: tenant, wallet: &wallet{tokens: map[bridge.AccountID]string{}, issued: time.Now()}}
	var mu sync.Mutex
	var calls []string
	w.Client = tenant.Client(t, w.wallet, func(c *teams.Config) {
		c.Observe = func(method, route string, status int, _ time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			calls = append(calls, fmt.Sprint(method, " ", route, " ", status))
		}
	})
	w.calls = func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(calls)
	}
	w.wallet.tokens[alex.ID] = w.logIn(t, string(alex.ID)).AccessToken
	return w
}

// place is the channel of the tests.
func (w *world) place() bridge.Conversation { return w.Tenant.Channel }

func (w *world) logIn(t *testing.T, login string) *oauth2.Token {
	t.Helper()
	verifier := oauth2.GenerateVerifier()
	back := w.LogIn(t, w.LoginAddress(teamstest.RedirectURI(), "state", verifier, login), login)
	token, err := w.Exchange(t.Context(), teamstest.RedirectURI(), back.Get("code"), verifier)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (w *world) fault(t *testing.T, rule faults.Rule) {
	t.Helper()
	if _, err := w.Faults().Add(rule); err != nil {
		t.Fatal(err)
	}
}

// failure asserts that err is a Failure of the class.
func failure(t *testing.T, err error, class bridge.Class) *bridge.Failure {
	t.Helper()
	f, ok := errors.AsType[*bridge.Failure](err)
	if !ok || f.Class != class {
		t.Fatalf("error = %v (%T), want a failure of class %v", err, err, class)
	}
	return f
}

func TestAMessageIsSentReadAndListed(t *testing.T) {
	w := newWorld(t)
	began := time.Now().Add(-time.Minute)
	root, err := w.Send(t.Context(), alex, w.place(), "", html(markup.Mark("<p>Hello <b>you</b></p>", "key-1")))
	if err != nil {
		t.Fatal(err)
	}
	if root.Attempt != "key-1" || root.From.Name != "Alex Demo" || root.Ref.Conversation != w.place() || root.Ref.Root != "" {
		t.Errorf("sent %+v", root)
	}
	reply, err := w.Send(t.Context(), alex, w.place(), root.Ref.ID, html("<p>again</p>"))
	if err != nil {
		t.Fatal(err)
	}
	read, err := w.Message(t.Context(), reply.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if read.Ref != reply.Ref || read.Ref.Root != root.Ref.ID || !strings.Contains(read.HTML, "again") || read.Text || read.System {
		t.Errorf("read %+v", read)
	}
	roots, err := w.Recent(t.Context(), w.place(), "", began)
	if err != nil || len(roots) != 1 || roots[0].Ref.ID != root.Ref.ID {
		t.Errorf("roots %+v, %v", roots, err)
	}
	replies, err := w.Recent(t.Context(), w.place(), root.Ref.ID, began)
	if err != nil || len(replies) != 1 || replies[0].Ref.ID != reply.Ref.ID {
		t.Errorf("replies %+v, %v", replies, err)
	}
}

func TestRecentGoesBackOverPages(t *testing.T) {
	w := newWorld(t)
	began := time.Now().Add(-time.Minute)
	const n = 2_050
	for i := range n {
		if _, err := w.Teams().Post("blake@demo.example", w.Place, "", emulated.Draft{Body: emulated.HTML(fmt.Sprintf("<p>%d</p>", i))}); err != nil {
			t.Fatal(err)
		}
	}
	found, err := w.Recent(t.Context(), w.place(), "", began)
	if err != nil || len(found) != n {
		t.Fatalf("%d messages, %v; want %d", len(found), err, n)
	}
	if !slices.IsSortedFunc(found, func(a, b bridge.TeamsMessage) int { return b.CreatedAt.Compare(a.CreatedAt) }) {
		t.Error("not newest first")
	}
	if none, err := w.Recent(t.Context(), w.place(), "", time.Now().Add(time.Hour)); err != nil || len(none) != 0 {
		t.Errorf("%d messages from the future, %v", len(none), err)
	}
}

func TestADeletedMessageStillExistsAnUnknownOneDoesNot(t *testing.T) {
	w := newWorld(t)
	m, err := w.Teams().Post("blake@demo.example", w.Place, "", emulated.Draft{Body: emulated.HTML("<p>gone</p>")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Teams().Delete("blake@demo.example", m.Ref()); err != nil {
		t.Fatal(err)
	}
	ref := bridge.MessageRef{Conversation: w.place(), ID: bridge.TeamsMessageID(m.ID)}
	read, err := w.Message(t.Context(), ref)
	if err != nil || read.DeletedAt.IsZero() {
		t.Errorf("read %+v, %v", read, err)
	}
	ref.ID = "1600000000000"
	_, err = w.Message(t.Context(), ref)
	failure(t, err, bridge.NotFound)
}

// TestAPostIsMadeOnce: whatever happens to a POST, it is not repeated, and the failure says whether it may have had its
// effect.
func TestAPostIsMadeOnce(t *testing.T) {
	for name, c := range map[string]struct {
		rule    faults.Rule
		class   bridge.Class
		arrives int
	}{
		"throttled":              {faults.Rule{Effect: faults.Throttle, RetryAfter: faults.Duration(7 * time.Second)}, bridge.Retry, 0},
		"failed before":          {faults.Rule{Effect: faults.Status, Status: 503}, bridge.Unknown, 0},
		"failed after":           {faults.Rule{Effect: faults.Status, Status: 502, AfterCommit: true}, bridge.Unknown, 1},
		"dropped before":         {faults.Rule{Effect: faults.Drop}, bridge.Unknown, 0},
		"dropped after":          {faults.Rule{Effect: faults.Drop, AfterCommit: true}, bridge.Unknown, 1},
		"refused":                {faults.Rule{Effect: faults.Status, Status: 400}, bridge.Permanent, 0},
		"not allowed":            {faults.Rule{Effect: faults.Status, Status: 403}, bridge.UserAction, 0},
		"not known with a token": {faults.Rule{Effect: faults.Status, Status: 401}, bridge.UserAction, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.rule.Route = "POST /teams/**"
			w.fault(t, c.rule)
			_, err := w.Send(t.Context(), alex, w.place(), "", html("<p>once</p>"))
			f := failure(t, err, c.class)
			if name == "throttled" && f.RetryAfter != 7*time.Second {
				t.Errorf("retry after %v", f.RetryAfter)
			}
			posts := 0
			for _, r := range w.Requests() {
				if r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/messages") {
					posts++
				}
			}
			if posts != 1 {
				t.Errorf("%d POSTs", posts)
			}
			arrived, err := w.Teams().Messages(w.Place)
			if err != nil || len(arrived) != c.arrives {
				t.Errorf("%d messages arrived, %v; want %d", len(arrived), err, c.arrives)
			}
		})
	}
}

func TestAPostThatNeverLeftDidNotHappen(t *testing.T) {
	w := newWorld(t)
	if _, err := w.Team(t.Context(), w.place().Team); err != nil {
		t.Fatal(err)
	}
	if err := w.Server.Close(); err != nil {
		t.Fatal(err)
	}
	w.Client.Close()
	_, err := w.Send(t.Context(), alex, w.place(), "", html("<p>nobody listens</p>"))
	failure(t, err, bridge.Retry)
}

func TestReadsAreRepeated(t *testing.T) {
	for name, rule := range map[string]faults.Rule{
		"throttled": {Effect: faults.Throttle, RetryAfter: faults.Duration(time.Second), Next: 1},
		"failed":    {Effect: faults.Status, Status: 503, Next: 2},
		"dropped":   {Effect: faults.Drop, Next: 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			rule.Route = "GET /teams/*"
			w.fault(t, rule)
			team, err := w.Team(t.Context(), w.place().Team)
			if err != nil || team.DisplayName != "Demo Team" {
				t.Errorf("team %+v, %v", team, err)
			}
		})
	}
}

func TestAReadDoesNotWaitLongerThanItsCaller(t *testing.T) {
	w := newWorld(t)
	w.fault(t, faults.Rule{Effect: faults.Throttle, RetryAfter: faults.Duration(time.Hour), Route: "GET /teams/*"})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := w.Team(ctx, w.place().Team)
	if f := failure(t, err, bridge.Retry); f.RetryAfter != time.Hour || ctx.Err() != nil {
		t.Errorf("retry after %v, context %v", f.RetryAfter, ctx.Err())
	}
}

func TestFailuresKeepWhatSupportNeeds(t *testing.T) {
	w := newWorld(t)
	_, err := w.Team(t.Context(), "99999999-9999-4999-8999-999999999999")
	f := failure(t, err, bridge.NotFound)
	if f.Status != 404 || f.Code == "" || f.RequestID == "" {
		t.Errorf("failure %+v", f)
	}
	for _, want := range []string{"GET /teams/{team-id}", "404", f.RequestID} {
		if !strings.Contains(f.Error(), want) {
			t.Errorf("%q does not tell %s", f.Error(), want)
		}
	}
}

// TestWhoWasRefusedIsTold: the application's missing consent is nobody's in particular, and a person's is no matter of the application.
func TestWhoWasRefusedIsTold(t *testing.T) {
	for _, status := range []int{http.StatusPaymentRequired, http.StatusForbidden} {
		w := newWorld(t)
		w.fault(t, faults.Rule{Route: "* /teams/**", Effect: faults.Status, Status: status})
		_, err := w.Team(t.Context(), w.place().Team)
		if f := failure(t, err, bridge.UserAction); !f.OfApplication || f.Status != status {
			t.Errorf("the application is refused with %+v", f)
		}
		_, err = w.Send(t.Context(), alex, w.place(), "", html("<p>x</p>"))
		if f := failure(t, err, bridge.UserAction); f.OfApplication || f.Status != status {
			t.Errorf("a person is refused with %+v", f)
		}
	}
}

// TestARefusedTokenIsReplaced: a 401 with a token that has been in use for a while may be cured by another one.
func TestARefusedTokenIsReplaced(t *testing.T) {
	w := newWorld(t)
	w.wallet.issued = time.Now().Add(-time.Hour)
	w.wallet.tokens[alex.ID] = "not a token"
	_, err := w.Send(t.Context(), alex, w.place(), "", html("<p>x</p>"))
	failure(t, err, bridge.Retry)
	if len(w.wallet.forgot) != 1 {
		t.Errorf("forgot %v", w.wallet.forgot)
	}
	w.wallet.issued = time.Now()
	_, err = w.Send(t.Context(), alex, w.place(), "", html("<p>x</p>"))
	failure(t, err, bridge.UserAction)
}

func TestManyCallersFetchOneToken(t *testing.T) {
	tenant := teamstest.Start(t)
	client := tenant.Client(t, nil)
	var callers sync.WaitGroup
	for range 20 {
		callers.Go(func() {
			if _, err := client.Team(t.Context(), tenant.Channel.Team); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	fetched := 0
	for _, r := range tenant.Requests() {
		if strings.HasSuffix(r.Path, "/token") {
			fetched++
		}
	}
	if fetched != 1 {
		t.Errorf("%d tokens fetched", fetched)
	}
}

func TestAWrongSecretIsTheAdministratorsToMend(t *testing.T) {
	tenant := teamstest.Start(t)
	client := tenant.Client(t, nil, func(c *teams.Config) { c.ClientSecret = "wrong-and-never-shown" })
	err := client.CheckCredentials(t.Context())
	f := failure(t, err, bridge.Retry)
	if f.Code != "invalid_client" || !f.OfApplication || !strings.Contains(f.Error(), "AADSTS7000215") || strings.Contains(f.Error(), "never-shown") {
		t.Errorf("failure %v", f)
	}
	if teams.LostGrant(err) {
		t.Error("a wrong secret counts as a lost log-in")
	}
	if c := client.Credentials(); c.Err == nil || c.CheckedAt.IsZero() {
		t.Errorf("credentials %+v", c)
	}
	client = tenant.Client(t, nil)
	if c := client.Credentials(); !c.CheckedAt.IsZero() {
		t.Errorf("credentials that nobody used: %+v", c)
	}
	if err := client.CheckCredentials(t.Context()); err != nil || client.Credentials().Err != nil {
		t.Errorf("the right secret: %v", err)
	}
}

func TestAFailingTokenEndpointLosesNobody(t *testing.T) {
	w := newWorld(t)
	token := w.logIn(t, "blake@demo.example")
	w.fault(t, faults.Rule{Effect: faults.Status, Status: 503, Route: "POST /*/oauth2/v2.0/token", Next: 1})
	_, err := w.Refresh(t.Context(), token.RefreshToken)
	failure(t, err, bridge.Retry)
	if teams.LostGrant(err) {
		t.Error("a 503 of the token endpoint counts as a lost log-in")
	}
	fresh, err := w.Refresh(t.Context(), token.RefreshToken)
	if err != nil || fresh.AccessToken == token.AccessToken {
		t.Errorf("refresh: %v", err)
	}
	if err := w.Directory().RevokeSessions("blake@demo.example"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Refresh(t.Context(), fresh.RefreshToken); !teams.LostGrant(err) {
		t.Errorf("after revocation: %v, want a lost log-in", err)
	}
}

func TestWhoAndWhat(t *testing.T) {
	w := newWorld(t)
	me, err := w.Me(t.Context(), w.wallet.tokens[alex.ID])
	if err != nil || me.UPN != string(alex.ID) || me.ID == "" || me.DisplayName != "Alex Demo" {
		t.Errorf("me %+v, %v", me, err)
	}
	joined, err := w.JoinedTeams(t.Context(), alex.ID)
	if err != nil || len(joined) != 1 || joined[0].ID != w.place().Team {
		t.Errorf("teams %+v, %v", joined, err)
	}
	channels, err := w.Channels(t.Context(), alex.ID, w.place().Team)
	if err != nil || len(channels) != 2 {
		t.Errorf("channels %+v, %v", channels, err)
	}
	if err := w.CanRead(t.Context(), alex.ID, w.place()); err != nil {
		t.Errorf("a member may not read: %v", err)
	}
	if !slices.Contains(w.calls(), "GET /me/joinedTeams 200") {
		t.Errorf("observed %v", w.calls())
	}
}

func TestIdsCannotChangeThePath(t *testing.T) {
	w := newWorld(t)
	_, err := w.Team(t.Context(), "../users?x=")
	if err == nil {
		t.Error("a team with a path for an id was found")
	}
	for _, r := range w.Requests() {
		if strings.HasPrefix(r.Path, "/v1.0/users") {
			t.Errorf("asked for %s", r.Path)
		}
	}
}
