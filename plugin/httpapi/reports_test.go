// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// reports has 450 users with an account, whose names begin like formulas, and an invitation of the user c.
type reports struct{}

func (reports) ConnectedUsers(_ context.Context, offset, limit int) (users []accounts.ConnectedUser, total int, _ error) {
	const all = 450
	at := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	for n := offset; n < min(all, offset+limit); n++ {
		users = append(users, accounts.ConnectedUser{User: bridge.UserID(fmt.Sprint("u", n)), DisplayName: "=1+1", Mail: "+x@demo.example", ConnectedAt: at, LastUsedAt: &at, TokenState: accounts.TokenGood})
	}
	return users, all, nil
}
func (reports) DisconnectUser(_ context.Context, by, user bridge.UserID) (store.Account, error) {
	if by != "root" || user != "u0" && user != "c" {
		return store.Account{}, refusal.New(refusal.NotFound, "Not connected.")
	}
	return store.Account{}, nil
}
func (reports) Invites(context.Context) (accounts.Invites, error) {
	return accounts.Invites{Invites: []accounts.Invite{{User: "c"}}}, nil
}
func (reports) WithdrawInvite(_ context.Context, _, user bridge.UserID) error {
	if user != "c" {
		return refusal.New(refusal.NotFound, "Not invited.")
	}
	return nil
}

// keys are one.
type keys struct{}

func (keys) State(context.Context) (accounts.KeysState, error) {
	return accounts.KeysState{DataKeys: []accounts.DataKeyState{{ID: "k", Current: true}}}, nil
}
func (keys) Rotate(context.Context, bridge.UserID) error { return nil }

func TestConnectedUsers(t *testing.T) {
	for path, want := range map[string]string{
		"/api/v1/connected-users":                         `"page":0,"per_page":100,"total":450,"users":[{"mattermost_user_id":"u0",`,
		"/api/v1/connected-users?page=4":                  `[{"mattermost_user_id":"u400",`,
		"/api/v1/connected-users?page=9":                  `"users":[]`,
		"/api/v1/connected-users?format=json&per_page=1":  `"last_used_at":"2026-11-25T00:00:00Z"`,
		"/api/v1/connected-users?format=csv&per_page=1":   "u0,",
		"/api/v1/connected-users?format=csv&page=2&x=abc": "u200,",
	} {
		if w := ask(t, parts(), "root", "GET", path, ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s answers %d: %.300s", path, w.Code, w.Body)
		}
	}
	for _, query := range []string{"format=xml", "page=-1", "per_page=0", "per_page=201", "page=x"} {
		if w := ask(t, parts(), "root", "GET", "/api/v1/connected-users?"+query, ""); w.Code != http.StatusBadRequest {
			t.Errorf("%s answers %d", query, w.Code)
		}
	}
}

func TestASystemAdminEndsAConnection(t *testing.T) {
	for path, want := range map[string]int{"/api/v1/connected-users/u0": http.StatusNoContent, "/api/v1/connected-users/u1": http.StatusNotFound} {
		if w := ask(t, parts(), "root", "DELETE", path, ""); w.Code != want {
			t.Errorf("%s answers %d %s, want %d", path, w.Code, w.Body, want)
		}
	}
	p := parts()
	p.Reports = nil
	if w := ask(t, p, "root", "DELETE", "/api/v1/connected-users/u0", ""); w.Code != http.StatusServiceUnavailable {
		t.Errorf("before it is ready it answers %d", w.Code)
	}
}

// TestTheReportIsNoFormula: whoever names an account chooses what a system admin's spreadsheet shows, not what it does.
func TestTheReportIsNoFormula(t *testing.T) {
	w := ask(t, parts(), "root", "GET", "/api/v1/connected-users?format=csv", "")
	lines, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(lines) != 451 || w.Header().Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(w.Header().Get("Content-Disposition"), "attachment") {
		t.Fatalf("%d lines, %v, headers %v", len(lines), err, w.Header())
	}
	for _, line := range lines {
		for _, cell := range line {
			if cell != "" && strings.Contains("=+-@\t\r", cell[:1]) {
				t.Fatalf("the cell %q is a formula", cell)
			}
		}
	}
}

// upload sends a CSV file.
func upload(t *testing.T, p httpapi.Parts, document string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("PUT", "/api/v1/whitelist", strings.NewReader(document))
	r.Header.Set("Content-Type", "text/csv; charset=utf-8")
	w := httptest.NewRecorder()
	httpapi.New(p).ServeCaller(httpapi.Caller{User: "root"}, w, r)
	return w
}

func TestAWhitelistIsUploadedAsCSV(t *testing.T) {
	for name, c := range map[string]struct {
		document string
		kept     []string
		failed   []int
	}{
		"one column":               {"alex@demo.example\nblake\n", []string{"alex@demo.example", "blake"}, nil},
		"headings":                 {"Name,E-Mail\r\nAlex,alex@demo.example\r\nBlake,\"blake@demo.example\"\r\n", []string{"alex@demo.example", "blake@demo.example"}, nil},
		"semicolons and a mark":    {"\xef\xbb\xbfname;email\nAlex;alex@demo.example\n", []string{"alex@demo.example"}, nil},
		"tabs":                     {"email\tname\nalex@demo.example\tAlex\n", []string{"alex@demo.example"}, nil},
		"lines that name nobody":   {"email\nalex@demo.example\ntwo words\n\n<script>\na@b@c\n", []string{"alex@demo.example"}, []int{3, 5, 6}},
		"a short line":             {"name,email\nAlex,alex@demo.example\nBlake,\n", []string{"alex@demo.example"}, []int{3}},
		"what was made no formula": {"email\n'+x@demo.example\n", []string{"+x@demo.example"}, nil},
	} {
		a := &access{}
		p := parts()
		p.Access = a
		w := upload(t, p, c.document)
		var done struct {
			Count  int
			Failed []string
			Lines  []int `json:"failed_lines"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &done); err != nil || w.Code != http.StatusOK {
			t.Errorf("%s: answers %d: %s, %v", name, w.Code, w.Body, err)
			continue
		}
		if done.Count != len(c.kept) || !slices.Equal(a.asked, append([]string{"root"}, c.kept...)) || !slices.Equal(done.Lines, c.failed) || len(done.Failed) != len(c.failed) {
			t.Errorf("%s: kept %q, answer %s", name, a.asked, w.Body)
		}
	}
	for _, document := range []string{"", "email\n", "two words\n"} {
		a := &access{}
		p := parts()
		p.Access = a
		if w := upload(t, p, document); w.Code != http.StatusBadRequest || a.asked != nil {
			t.Errorf("%q answers %d: %s", document, w.Code, w.Body)
		}
	}
	w := ask(t, parts(), "root", "GET", "/api/v1/whitelist?format=csv", "")
	if w.Body.String() != "email\nalex\n" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") {
		t.Errorf("the download is %q", w.Body)
	}
	if w := ask(t, parts(), "root", "GET", "/api/v1/whitelist?format=xml", ""); w.Code != http.StatusBadRequest {
		t.Errorf("another format answers %d", w.Code)
	}
}

func TestInvitesOverTheInterface(t *testing.T) {
	if w := ask(t, parts(), "root", "GET", "/api/v1/invites", ""); !strings.Contains(w.Body.String(), `"invites":[{"mattermost_user_id":"c"`) {
		t.Errorf("answers %s", w.Body)
	}
	if w := ask(t, parts(), "root", "DELETE", "/api/v1/invites/d", ""); w.Code != http.StatusNotFound {
		t.Errorf("answers %d", w.Code)
	}
}

// TestWhoHasTheWebAppOpenIsActive: who is connected needs no invitation, and who has just disconnected wants none.
func TestWhoHasTheWebAppOpenIsActive(t *testing.T) {
	l := &logins{}
	p := parts()
	p.Accounts = l
	ask(t, p, "alex", "GET", "/api/v1/my/connection", "")
	ask(t, p, "alex", "POST", "/api/v1/my/disconnect", "")
	if l.active != nil {
		t.Errorf("active are %q", l.active)
	}
	ask(t, p, "alex", "GET", "/api/v1/my/connection", "")
	if !slices.Equal(l.active, []bridge.UserID{"alex"}) {
		t.Errorf("active are %q", l.active)
	}
}
