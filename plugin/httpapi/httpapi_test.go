// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/certificates"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/httpapi"
	linking "github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// people: root is a system admin, chief an admin and reader a member of channel c.
type people struct{}

func (people) SystemAdmin(user bridge.UserID) bool { return user == "root" }
func (people) ChannelReader(user bridge.UserID, channel bridge.ChannelID) bool {
	return people{}.ChannelAdmin(user, channel) || user == "reader" && channel == "c"
}
func (people) ChannelAdmin(user bridge.UserID, channel bridge.ChannelID) bool {
	return user == "root" || user == "chief" && channel == "c"
}

// links holds one link; creating fails with err, or waits for approval.
type links struct {
	made     bridge.Link
	via      linking.Via
	backfill bridge.Backfill
	pending  bool
	asked    string
	err      error
}

func (l *links) List(context.Context) ([]bridge.Link, error) {
	return []bridge.Link{{ID: "l", Channel: "c"}}, l.err
}
func (l *links) Create(_ context.Context, by linking.Actor, channel bridge.ChannelID, in bridge.Conversation, backfill bridge.Backfill) (linking.Linked, error) {
	l.backfill, l.via = backfill, by.Via
	l.made = bridge.Link{ID: "new", Channel: channel, Conversation: in, Creator: by.User}
	return linking.Linked{Link: l.made, Pending: l.pending}, l.err
}
func (l *links) Resync(_ context.Context, _ bridge.UserID, channel bridge.ChannelID) (bridge.Link, error) {
	if channel != "c" {
		return bridge.Link{}, refusal.New(refusal.NotFound, "This channel is not linked.")
	}
	return bridge.Link{ID: "l", Channel: channel}, l.err
}
func (l *links) Delete(_ context.Context, by linking.Actor, channel bridge.ChannelID) (bridge.Link, error) {
	l.via = by.Via
	if channel != "c" {
		return bridge.Link{}, refusal.New(refusal.NotFound, "This channel is not linked.")
	}
	return bridge.Link{}, l.err
}
func (l *links) Asked(context.Context) ([]store.LinkRequest, error) {
	return []store.LinkRequest{{ID: "r", Channel: "c", Creator: "chief"}}, l.err
}
func (l *links) Approve(_ context.Context, by linking.Actor, id string) (bridge.Link, error) {
	l.asked = "approve " + string(by.User) + " " + id
	return bridge.Link{ID: "new"}, l.err
}
func (l *links) Refuse(_ context.Context, by linking.Actor, id, reason string) error {
	l.asked = "refuse " + string(by.User) + " " + id + " " + reason
	return l.err
}
func (l *links) Trail(_ context.Context, channel bridge.ChannelID, page int) ([]store.AuditRecord, int, error) {
	l.asked = fmt.Sprint("trail ", channel, " ", page)
	return []store.AuditRecord{{Actor: "root", Action: "link_refuse", Subject: "c", Detail: map[string]string{"via": "command", "team": "t", "conversation": "19:x", "reason": "no"}}}, 21, l.err
}
func (l *links) Visible(_ context.Context, user bridge.UserID, text string, page int) (linking.Listing, error) {
	l.asked = fmt.Sprint("links ", user, " ", text, " ", page)
	shown := linking.Shown{Link: bridge.Link{ID: "l", Channel: "c"}, Channel: mattermost.Channel{ID: "c", Name: "Town", TeamName: "red", TeamText: "Red"}, TeamsName: "Bridge", State: linking.StateError, Lag: 90 * time.Second, LastError: "no"}
	return linking.Listing{Page: linking.Page[linking.Shown]{Items: []linking.Shown{shown}, More: true}, Total: 21}, l.err
}
func (l *links) OfChannel(_ context.Context, _ bridge.UserID, channel bridge.ChannelID) (linking.ChannelState, error) {
	return linking.ChannelState{Channel: mattermost.Channel{ID: channel, Name: "Town"}, Refused: "It is archived."}, l.err
}
func (l *links) NeedsApproval(user bridge.UserID) bool { return user == "chief" }
func (l *links) SearchChannels(_ context.Context, user bridge.UserID, text string, page int) (linking.Page[linking.FoundChannel[mattermost.Channel]], error) {
	l.asked = fmt.Sprint("channels ", user, " ", text, " ", page)
	return linking.Page[linking.FoundChannel[mattermost.Channel]]{Items: []linking.FoundChannel[mattermost.Channel]{{Channel: mattermost.Channel{ID: "c", Name: "Town"}, Linked: true}}}, l.err
}
func (l *links) SearchTeams(_ context.Context, user bridge.UserID, text string, page int) (linking.Page[teams.Team], error) {
	l.asked = fmt.Sprint("teams ", user, " ", text, " ", page)
	return linking.Page[teams.Team]{Items: []teams.Team{{ID: "t", DisplayName: "Demo Team"}}, More: true}, l.err
}
func (l *links) SearchTeamsChannels(_ context.Context, user bridge.UserID, team bridge.TeamID, text string, page int) (linking.Page[linking.FoundChannel[teams.Channel]], error) {
	l.asked = fmt.Sprint("channels of ", team, " ", user, " ", text, " ", page)
	return linking.Page[linking.FoundChannel[teams.Channel]]{Items: []linking.FoundChannel[teams.Channel]{{Channel: teams.Channel{ID: "19:x", DisplayName: "Bridge", Membership: "standard"}, Linked: true, LinkedWith: "Town in team red"}}}, l.err
}

// certs holds the certificate c.
type certs struct{ validFor time.Duration }

func (*certs) List(context.Context) ([]certificates.Certificate, error) {
	return []certificates.Certificate{{ID: "c"}}, nil
}
func (c *certs) Create(_ context.Context, _ bridge.UserID, subject string, validFor time.Duration) (certificates.Certificate, error) {
	c.validFor = validFor
	return certificates.Certificate{ID: "new", Subject: subject}, nil
}
func (*certs) Delete(_ context.Context, _ bridge.UserID, id string) error {
	if id != "c" {
		return refusal.New(refusal.NotFound, "There is no such certificate.")
	}
	return nil
}

// logins remembers who asked.
type logins struct {
	begun     accounts.Visitor
	completed accounts.Visitor
	bot       bool
	gone      bool // disconnected
	active    []bridge.UserID
	own       bool
	failed    []string // what web apps were told
	err       error
}

func (l *logins) Begin(_ context.Context, who accounts.Visitor, bot bool) (string, string, error) {
	l.begun, l.bot = who, bot
	return "https://login.example.com/authorize", "cookie-value", l.err
}
func (l *logins) Complete(_ context.Context, who accounts.Visitor, _ accounts.Answer) (accounts.Completed, error) {
	l.completed = who
	return accounts.Completed{Own: l.own, DisplayName: "<script>alert(1)</script>"}, l.err
}
func (l *logins) ConnectFailed(user bridge.UserID, message string) {
	l.failed = append(l.failed, string(user)+": "+message)
}
func (l *logins) Connection(context.Context, bridge.UserID) (accounts.Connection, error) {
	return accounts.Connection{Connected: true, Email: "alex@demo.example"}, l.err
}
func (l *logins) Requirement(context.Context, bridge.UserID) (accounts.Requirement, error) {
	return accounts.Requirement{NeedsConnect: true, Email: "alex@demo.example"}, l.err
}

func (l *logins) Active(user bridge.UserID) { l.active = append(l.active, user) }
func (l *logins) Mine(context.Context, bridge.UserID) (accounts.Mine, error) {
	if l.gone {
		return accounts.Mine{CanConnect: true, EmailMustMatch: "alex@demo.example"}, l.err
	}
	return accounts.Mine{Connected: true, TeamsAccount: &accounts.TeamsAccount{ID: "a", DisplayName: "Alex"}}, l.err
}
func (l *logins) Disconnect(context.Context, bridge.UserID) (store.Account, bool, error) {
	found := !l.gone
	l.gone = true
	return store.Account{}, found, l.err
}

// checks finds everything in order.
type checks struct{}

func (checks) Webhook(context.Context) httpapi.Check {
	return httpapi.Check{OK: true, Detail: "It answers."}
}
func (checks) Consent(_ context.Context, by bridge.UserID) httpapi.Check {
	return httpapi.Check{OK: true, Detail: "Asked as " + string(by) + "."}
}
func (checks) Credentials(context.Context) httpapi.Check {
	return httpapi.Check{Code: "invalid_client", Detail: "The secret has expired."}
}

// access remembers what was asked of it.
type access struct{ asked []string }

func (a *access) Whitelist(context.Context) ([]string, error) { return []string{"alex"}, nil }
func (*access) ValidEntry(entry string) bool                  { return (*accounts.Accounts)(nil).ValidEntry(entry) }
func (a *access) SetWhitelist(_ context.Context, by bridge.UserID, entries []string) ([]string, error) {
	a.asked = append([]string{string(by)}, entries...)
	return entries, nil
}
func (a *access) Mappings(context.Context) ([]store.AccountMapping, error) {
	return []store.AccountMapping{{User: "c", TeamsUser: "t", UPN: "casey@corp.example"}}, nil
}
func (a *access) Approve(_ context.Context, by, user bridge.UserID, teamsUser string) (store.AccountMapping, error) {
	a.asked = []string{string(by), string(user), teamsUser}
	return store.AccountMapping{User: user, UPN: teamsUser}, nil
}
func (a *access) Withdraw(_ context.Context, by, user bridge.UserID) error {
	a.asked = []string{string(by), string(user)}
	return nil
}
func (a *access) ListBots(context.Context) ([]accounts.Bot, error) { return nil, nil }
func (a *access) ConnectBot(_ context.Context, by bridge.UserID, username, password string) (accounts.Bot, error) {
	a.asked = []string{string(by), username, password}
	if password == "wrong" {
		return accounts.Bot{}, refusal.New(refusal.LoginRefused, "AADSTS50126")
	}
	return accounts.Bot{UserPrincipalName: username}, nil
}
func (a *access) DropBot(_ context.Context, by bridge.UserID, id bridge.TeamsUserID) error {
	a.asked = []string{string(by), string(id)}
	return nil
}
func (a *access) Teams(_ context.Context, name string) ([]teams.Team, error) {
	return []teams.Team{{ID: "t1", DisplayName: name}}, nil
}
func (a *access) Team(_ context.Context, id bridge.TeamID) (teams.Team, error) {
	return teams.Team{ID: id, DisplayName: "Demo"}, nil
}
func (a *access) Channels(_ context.Context, team bridge.TeamID, name string) ([]teams.Channel, error) {
	return []teams.Channel{{ID: bridge.ConversationID(team), DisplayName: name, Membership: "standard"}}, nil
}

// written is a post c in channel c.
type written struct{}

func (written) Channel(_ context.Context, post bridge.PostID) (bridge.ChannelID, error) {
	if post != "c" {
		return "", refusal.New(refusal.NotFound, "There is no such post.")
	}
	return "c", nil
}
func (written) Sync(_ context.Context, post bridge.PostID) (httpapi.PostSync, error) {
	return httpapi.PostSync{PostID: post, State: httpapi.PostFailed, Reason: "It was too long."}, nil
}

func (written) States(_ context.Context, by bridge.UserID, posts []bridge.PostID) ([]httpapi.PostSync, error) {
	return []httpapi.PostSync{{PostID: posts[0], State: httpapi.PostSynced, Direction: "outbound", Reason: "asked by " + string(by)}}, nil
}
func (written) Retry(_ context.Context, by bridge.UserID, _ bridge.PostID) (int, error) {
	if by == "reader" {
		return 0, nil
	}
	return 2, nil
}
func (written) Of(_ context.Context, user bridge.UserID) ([]bridge.Link, error) {
	return []bridge.Link{{Channel: bridge.ChannelID(user)}, {Channel: "d", Conversation: bridge.Conversation{Team: "t"}}}, nil
}

func accepted(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func parts() httpapi.Parts {
	return httpapi.Parts{
		Log: slog.New(slog.DiscardHandler), Permissions: people{}, SiteURL: func() string { return "https://chat.example.com/mm" },
		Status:       func(context.Context) any { return map[string]string{"state": "running"} },
		Fingerprints: func(salt []byte) map[string]string { return map[string]string{"clientSecret": string(salt[:1])} },
		Checks:       checks{},
		Accounts:     &logins{}, Links: &links{}, DeadLetters: letters{}, Mirrored: mirrors{}, Posts: written{}, Linked: written{}, Access: &access{}, Bots: &access{}, Reports: reports{}, Keys: keys{}, Lookup: &access{}, Certificates: &certs{},
		Changes: http.HandlerFunc(accepted), Lifecycle: http.HandlerFunc(accepted), Metrics: http.HandlerFunc(accepted),
	}
}

func ask(t *testing.T, p httpapi.Parts, user, method, path, body string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	caller := httpapi.Caller{User: bridge.UserID(user), RequestID: "request-1"}
	if user != "" {
		caller.Session = "session of " + user
	}
	httpapi.New(p).ServeCaller(caller, w, r)
	return w
}

// problem reads an error's JSON.
func problem(t *testing.T, w *httptest.ResponseRecorder) (code, message string) {
	t.Helper()
	var e struct{ Code, Message, Detail string }
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil {
		t.Fatalf("the answer %q is no JSON: %v", w.Body, err)
	}
	return e.Code, e.Message
}

// bodies are requests that each route accepts.
var bodies = map[string]string{
	"POST /api/v1/config/fingerprints":                  `{"salt":"` + base64.StdEncoding.EncodeToString(make([]byte, 16)) + `"}`,
	"POST /api/v1/dead-letters/retry":                   `{"channel_id":"c"}`,
	"POST /api/v1/link-requests/{id}/refuse":            `{"reason":"no"}`,
	"POST /api/v1/links":                                `{"channel_id":"c","teams_team_id":"t","teams_channel_id":"19:x@thread.tacv2"}`,
	"POST /api/v1/posts/sync":                           `{"post_ids":["c"]}`,
	"PUT /api/v1/whitelist":                             `{"users":["alex@demo.example"]}`,
	"PUT /api/v1/account-mappings/{mattermost_user_id}": `{"teams_user":"casey@corp.example"}`,
	"POST /api/v1/bots":                                 `{"username":"bot@demo.example","password":"secret"}`,
	"POST /changes":                                     `{}`,
	"POST /lifecycle":                                   `{}`,
	"POST /api/v1/certificates":                         `{"subject":"CN=Sync","valid_for_seconds":3600}`,
}

// pathOf puts the channel c, or any other thing c, into a route's path.
func pathOf(route httpapi.Route) string { return pathValue.ReplaceAllString(route.Path, "c") }

var pathValue = regexp.MustCompile(`\{\w+\}`)

// TestAuthorisation tries every route as every kind of caller.
func TestAuthorisation(t *testing.T) {
	callers := map[string]httpapi.Role{"": httpapi.Anonymous, "somebody": httpapi.User, "reader": httpapi.ChannelReader, "chief": httpapi.ChannelAdmin, "root": httpapi.SystemAdmin}
	for _, route := range httpapi.Routes() {
		name := route.Method + " " + route.Path
		path := pathOf(route)
		for user, role := range callers {
			w := ask(t, parts(), user, route.Method, path, bodies[name])
			want := http.StatusForbidden
			switch {
			case role >= route.Role:
				if w.Code >= http.StatusBadRequest {
					t.Errorf("%s as %q answers %d: %s", name, user, w.Code, w.Body)
				}
				continue
			case role == httpapi.Anonymous:
				want = http.StatusUnauthorized
			}
			if w.Code != want {
				t.Errorf("%s as %q answers %d, want %d", name, user, w.Code, want)
			}
		}
	}
}

func TestRequestsWithoutAPartAreToldToWait(t *testing.T) {
	p := parts()
	p.Access, p.Bots, p.Lookup, p.DeadLetters, p.Posts, p.Mirrored, p.Reports, p.Keys, p.Linked = nil, nil, nil, nil, nil, nil, nil, nil, nil
	p.Accounts, p.Links, p.Certificates, p.Changes, p.Lifecycle, p.NotReady = nil, nil, nil, nil, nil, "No database."
	for _, route := range httpapi.Routes() {
		name := route.Method + " " + route.Path
		w := ask(t, p, "root", route.Method, pathOf(route), bodies[name])
		switch route.Path {
		case "/api/v1/status", "/api/v1/metrics", "/api/v1/config/fingerprints", "/api/v1/checks/webhook", "/api/v1/checks/credentials", "/api/v1/checks/consent":
			if w.Code >= http.StatusBadRequest {
				t.Errorf("%s answers %d without a database", name, w.Code)
			}
		default:
			if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "No database.") {
				t.Errorf("%s answers %d %s", name, w.Code, w.Body)
			}
		}
	}
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	if w := ask(t, parts(), "root", "GET", "/api/v1/nothing", ""); w.Code != http.StatusNotFound || w.Header().Get("X-Request-ID") != "request-1" {
		t.Errorf("status %d, headers %v", w.Code, w.Header())
	}
	w := ask(t, parts(), "root", "PUT", "/api/v1/links", "")
	if code, message := problem(t, w); w.Code != http.StatusMethodNotAllowed || code != "method_not_allowed" || !strings.Contains(message, "GET, HEAD, POST") {
		t.Errorf("status %d: %s %s", w.Code, code, message)
	}
}

func TestErrorsAreJSON(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		code   string
		holds  string
	}{
		{refusal.New(refusal.Conflict, "Linked already."), 409, "conflict", "Linked already."},
		{refusal.New(refusal.NotConnected, "Connect first."), 403, "not_connected", "Connect first."},
		{&bridge.LinkConflict{Holder: bridge.Link{Channel: "other"}}, 409, "conflict", "other"},
		{&bridge.Failure{Class: bridge.Retry, Status: 429, RequestID: "g-1", Err: errors.New("slow down")}, 503, "microsoft_retry", "slow down"},
		{&bridge.Failure{Class: bridge.Permanent, Err: errors.New("no")}, 502, "microsoft_permanent", "no"},
		{errors.New("password=hunter2"), 500, "internal", "log"},
	} {
		p := parts()
		p.Links = &links{err: c.err}
		w := ask(t, p, "root", "POST", "/api/v1/links", bodies["POST /api/v1/links"])
		code, message := problem(t, w)
		if w.Code != c.status || code != c.code || !strings.Contains(message, c.holds) || strings.Contains(message, "hunter2") {
			t.Errorf("%v: answers %d %s: %s", c.err, w.Code, code, message)
		}
	}
}

func TestAPanicIsAnAnswer(t *testing.T) {
	p := parts()
	p.Status = func(context.Context) any { panic("oh") }
	if w := ask(t, p, "root", "GET", "/api/v1/status", ""); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "oh\n") {
		t.Errorf("answers %d: %s", w.Code, w.Body)
	}
}

func TestBodiesAreChecked(t *testing.T) {
	large := `{"salt":"` + strings.Repeat("A", 70<<10) + `"}`
	for body, want := range map[string]int{
		"":                    400,
		"{}":                  400,
		`{"salt":"AAAA"}`:     400, // 3 bytes
		`{"salt":"!"}`:        400,
		`{"pepper":"AAAA"}`:   400,
		large:                 413,
		`{"salt":"x"}{"a":1}`: 400,
	} {
		if w := ask(t, parts(), "root", "POST", "/api/v1/config/fingerprints", body); w.Code != want {
			t.Errorf("%.40q answers %d, want %d: %s", body, w.Code, want, w.Body)
		}
	}
	if w := ask(t, parts(), "root", "POST", "/api/v1/links", `{"channel_id":"c"}`); w.Code != 400 {
		t.Errorf("half a link answers %d", w.Code)
	}
	if w := ask(t, parts(), "", "POST", "/changes", strings.Repeat("x", 5<<20)); w.Code != 413 {
		t.Errorf("5 MB of notifications answer %d", w.Code)
	}
}

// letters is one dead letter of channel c.
type letters struct{ err error }

func (l letters) List(_ context.Context, channel bridge.ChannelID, limit int) ([]store.DeadLetter, int, error) {
	if channel != "" && channel != "c" {
		return nil, 0, l.err
	}
	return []store.DeadLetter{{Direction: bridge.Outbound, Kind: bridge.Edit, Channel: "c", Post: "p", Attempts: limit, Reason: "refused"}}, 1, l.err
}
func (l letters) Retry(context.Context, bridge.UserID, bridge.ChannelID) (int, error) {
	return 1, l.err
}

func TestDeadLetters(t *testing.T) {
	for path, want := range map[string]string{
		"/api/v1/dead-letters":              `"direction":"outbound","kind":"edit","channel_id":"c","teams_channel_id":"","post_id":"p","attempts":100`,
		"/api/v1/dead-letters?limit=5":      `"attempts":5`,
		"/api/v1/dead-letters?channel_id=d": `{"dead_letters":[],"total":0}`,
	} {
		if w := ask(t, parts(), "root", "GET", path, ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s answers %d: %s", path, w.Code, w.Body)
		}
	}
	for _, limit := range []string{"0", "1001", "many"} {
		if w := ask(t, parts(), "root", "GET", "/api/v1/dead-letters?limit="+limit, ""); w.Code != http.StatusBadRequest {
			t.Errorf("limit %s answers %d", limit, w.Code)
		}
	}
	if w := ask(t, parts(), "root", "POST", "/api/v1/dead-letters/retry", `{}`); w.Code != http.StatusAccepted || !strings.Contains(w.Body.String(), `{"retried":1}`) {
		t.Errorf("a retry answers %d: %s", w.Code, w.Body)
	}
}

// mirrors are the users of the Teams users 1 to 5.
type mirrors struct{}

func (mirrors) MirroredUsers(_ context.Context, after bridge.TeamsUserID, limit int) (list []store.MirroredUser, _ error) {
	for _, id := range []bridge.TeamsUserID{"1", "2", "3", "4", "5"} {
		if id > after && len(list) < limit {
			list = append(list, store.MirroredUser{TeamsUser: id, User: "u" + bridge.UserID(id), Kind: store.MirroredGuest, State: store.MirroredInactive, Reason: store.LeftTenant})
		}
	}
	return list, nil
}

func TestMirroredUsersComeInPages(t *testing.T) {
	for query, want := range map[string]string{
		"":                 `{"teams_user_id":"5","mattermost_user_id":"u5","display_name":"","email":"","user_principal_name":"","kind":"guest","state":"inactive","reason":"left"}],"next_after":null}`,
		"?limit=2":         `"u2","display_name":"","email":"","user_principal_name":"","kind":"guest","state":"inactive","reason":"left"}],"next_after":"2"}`,
		"?limit=2&after=3": `"next_after":null`,
		"?limit=1&after=3": `"next_after":"4"`,
		"?after=5":         `{"mirrored_users":[],"next_after":null}`,
	} {
		w := ask(t, parts(), "root", "GET", "/api/v1/mirrored-users"+query, "")
		var answer struct {
			List json.RawMessage `json:"mirrored_users"`
			Next *string         `json:"next_after"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%q answers %d: %s", query, w.Code, w.Body)
		}
		next, _ := json.Marshal(answer.Next)
		if got := fmt.Sprintf(`{"mirrored_users":%s,"next_after":%s}`, answer.List, next); !strings.Contains(got, want) {
			t.Errorf("%q answers %s, want %s in it", query, got, want)
		}
	}
	if w := ask(t, parts(), "root", "GET", "/api/v1/mirrored-users?limit=1001", ""); w.Code != http.StatusBadRequest {
		t.Errorf("a limit of 1001 answers %d", w.Code)
	}
}

func TestALinkMayBringOldMessagesAlong(t *testing.T) {
	p, l := parts(), &links{}
	p.Links = l
	if w := ask(t, p, "root", "POST", "/api/v1/links", `{"channel_id":"c","teams_team_id":"t","teams_channel_id":"19:x@thread.tacv2","backfill_days":7,"backfill_to_teams_days":3}`); w.Code != http.StatusCreated || l.backfill != (bridge.Backfill{FromTeams: 7, ToTeams: 3}) {
		t.Errorf("answers %d, %+v", w.Code, l.backfill)
	}
}

// TestABrowserThatIsNotLoggedInIsTold: where to, and only it is.
func TestABrowserThatIsNotLoggedInIsTold(t *testing.T) {
	w := ask(t, parts(), "", "GET", "/connect", "")
	if w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), `<a href="https://chat.example.com/mm/login">Log in to Mattermost</a>`) || strings.Contains(w.Body.String(), "close this window") {
		t.Errorf("answers %d: %s", w.Code, w.Body)
	}
	p := parts()
	p.Accounts = &logins{err: refusal.New(refusal.Forbidden, "Not on the whitelist.")}
	if w := ask(t, p, "alex", "GET", "/connect", ""); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "<a ") || !strings.Contains(w.Body.String(), "close this window") {
		t.Errorf("answers %d: %s", w.Code, w.Body)
	}
}

func TestMyConnection(t *testing.T) {
	p := parts()
	if w := ask(t, p, "alex", "GET", "/api/v1/my/connection", ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"connected":true,"teams_account":{"id":"a","display_name":"Alex"`) {
		t.Errorf("answers %d: %s", w.Code, w.Body)
	}
	const want = `{"connected":false,"teams_account":null,"can_connect":true,"reason":"","email_must_match":"alex@demo.example","needs_reconnect":false,"connected_at":null}`
	for range 2 {
		if w := ask(t, p, "alex", "POST", "/api/v1/my/disconnect", ""); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("disconnecting answers %d: %s, want %s", w.Code, w.Body, want)
		}
	}
}

func TestAResync(t *testing.T) {
	for who, want := range map[string]int{"chief": http.StatusAccepted, "root": http.StatusAccepted, "somebody": http.StatusForbidden} {
		if w := ask(t, parts(), who, "POST", "/api/v1/links/c/resync", ""); w.Code != want {
			t.Errorf("%s: answers %d, want %d: %s", who, w.Code, want, w.Body)
		}
	}
	if w := ask(t, parts(), "chief", "POST", "/api/v1/links/d/resync", ""); w.Code != http.StatusForbidden {
		t.Errorf("for somebody else's channel it answers %d", w.Code)
	}
	if w := ask(t, parts(), "root", "POST", "/api/v1/links/d/resync", ""); w.Code != http.StatusNotFound {
		t.Errorf("for a channel without a link it answers %d", w.Code)
	}
}

// TestAnAdministratorsConsentComesBack: it is no log-in, so there is no state, and nothing to complete.
func TestAnAdministratorsConsentComesBack(t *testing.T) {
	p := parts()
	l := &logins{}
	p.Accounts = l
	w := ask(t, p, "somebody", "GET", "/oauth-redirect?admin_consent=True&tenant=t&scope=s", "")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Consent was given") || l.completed.User != "" {
		t.Errorf("answers %d: %s", w.Code, w.Body)
	}
	w = ask(t, p, "somebody", "GET", "/oauth-redirect?admin_consent=True&error=consent_required&error_description=AADSTS65004%3A+%3Cb%3Edenied%0D%0ATrace", "")
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "consent_required AADSTS65004.") || strings.Contains(w.Body.String(), "denied") {
		t.Errorf("answers %d: %s", w.Code, w.Body)
	}
	w = ask(t, p, "somebody", "GET", "/oauth-redirect?admin_consent=True&error=Call+your+bank&error_description=Call+your+bank+AADSTS65004", "")
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "no reason that is known") || strings.Contains(w.Body.String(), "bank") {
		t.Errorf("a made-up reason answers %d: %s", w.Code, w.Body)
	}
}

func TestChecksAnswerWhatTheyFound(t *testing.T) {
	for path, want := range map[string]string{
		"/api/v1/checks/consent":     `{"ok":true,"detail":"Asked as root."}`,
		"/api/v1/checks/webhook":     `{"ok":true,"detail":"It answers."}`,
		"/api/v1/checks/credentials": `{"ok":false,"detail":"The secret has expired.","code":"invalid_client"}`,
	} {
		if w := ask(t, parts(), "root", "POST", path, ""); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%s answers %d: %s", path, w.Code, w.Body)
		}
	}
}

func TestLinksAreShownAndMade(t *testing.T) {
	p := parts()
	made := &links{}
	p.Links = made
	w := ask(t, p, "root", "POST", "/api/v1/links", bodies["POST /api/v1/links"])
	if w.Code != http.StatusCreated || !bytes.Contains(w.Body.Bytes(), []byte(`"teams_channel_id":"19:x@thread.tacv2"`)) {
		t.Errorf("answers %d: %s", w.Code, w.Body)
	}
	if made.made.Creator != "root" || made.made.Conversation != (bridge.Conversation{ID: "19:x@thread.tacv2", Team: "t"}) {
		t.Errorf("made %+v", made.made)
	}
	if w := ask(t, p, "root", "DELETE", "/api/v1/links/unknown", ""); w.Code != http.StatusNotFound {
		t.Errorf("unlinking an unlinked channel answers %d", w.Code)
	}
	if w := ask(t, p, "root", "DELETE", "/api/v1/links/c", ""); w.Code != http.StatusNoContent || w.Body.Len() != 0 {
		t.Errorf("unlinking answers %d %q", w.Code, w.Body)
	}
}

func TestConnectBindsTheBrowser(t *testing.T) {
	p := parts()
	l := &logins{}
	p.Accounts = l
	w := ask(t, p, "somebody", "GET", "/connect", "")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "https://login.example.com/authorize" {
		t.Fatalf("answers %d to %q", w.Code, w.Header().Get("Location"))
	}
	if l.begun.User != "somebody" || l.begun.Session != "session of somebody" || l.bot {
		t.Errorf("begun %+v", l.begun)
	}
	cookies := w.Result().Cookies()
	if len(cookies) != 1 {
		t.Fatalf("cookies %v", cookies)
	}
	c := cookies[0]
	if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/mm/plugins/com.mattermost.msteams-sync" || c.Value != "cookie-value" {
		t.Errorf("cookie %+v", c)
	}
	ask(t, p, "somebody", "GET", "/oauth-redirect?state=s&code=c", "", c)
	if l.completed.Cookie != "cookie-value" {
		t.Errorf("completed %+v", l.completed)
	}
}

// TestARefusedLogInReachesTheWebApp: where the log-in was the caller's own, in the words of the page; what nobody foresaw shows nothing.
func TestARefusedLogInReachesTheWebApp(t *testing.T) {
	const internal = "somebody: Something went wrong inside the plugin; the server's log says what, under this request's id."
	for _, c := range []struct {
		own  bool
		err  error
		want []string
	}{
		{true, refusal.New(refusal.Forbidden, "Not this account."), []string{"somebody: Not this account."}},
		{true, errors.New("password=hunter2"), []string{internal}},
		{false, refusal.New(refusal.Forbidden, "Begun by somebody else."), nil},
		{true, nil, nil},
	} {
		p := parts()
		l := &logins{own: c.own, err: c.err}
		p.Accounts = l
		ask(t, p, "somebody", "GET", "/oauth-redirect?state=s&code=c", "")
		if !slices.Equal(l.failed, c.want) {
			t.Errorf("own %v, %v: the web app is told %q, want %q", c.own, c.err, l.failed, c.want)
		}
	}
	p := parts()
	l := &logins{own: true, err: refusal.New(refusal.BadRequest, "The plugin's encryption key was changed meanwhile. Begin again where you began.")}
	p.Accounts, p.Locale = l, func(bridge.UserID) string { return "de" }
	if ask(t, p, "somebody", "GET", "/oauth-redirect?state=s&code=c", ""); len(l.failed) != 1 || !strings.Contains(l.failed[0], "Beginnen Sie dort erneut") {
		t.Errorf("in German the web app is told %q", l.failed)
	}
}

func TestOnlySystemAdminsConnectBots(t *testing.T) {
	p := parts()
	l := &logins{}
	p.Accounts = l
	if w := ask(t, p, "somebody", "GET", "/connect?bot=true", ""); w.Code != http.StatusForbidden || l.begun.User != "" {
		t.Errorf("a user's request for a bot answers %d", w.Code)
	}
	if w := ask(t, p, "root", "GET", "/connect?bot=true", ""); w.Code != http.StatusSeeOther || !l.bot {
		t.Errorf("a system admin's request for a bot answers %d", w.Code)
	}
}

func TestPagesAreHarmless(t *testing.T) {
	w := ask(t, parts(), "somebody", "GET", "/oauth-redirect?state=s&code=c", "")
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "<script>alert") {
		t.Errorf("answers %d: %s", w.Code, w.Body)
	}
	policy := w.Header().Get("Content-Security-Policy")
	_, nonce, _ := strings.Cut(policy, "script-src 'nonce-")
	nonce = strings.TrimSuffix(nonce, "'")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(w.Body.String(), `<script nonce="`+nonce+`">window.close();</script>`) {
		t.Errorf("policy %q does not fit the page %s", policy, w.Body)
	}
	p := parts()
	p.Accounts = &logins{err: refusal.New(refusal.Forbidden, "Not this <b>account</b>.")}
	w = ask(t, p, "somebody", "GET", "/oauth-redirect", "")
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "Not this &lt;b&gt;account") || strings.Contains(w.Body.String(), "window.close") {
		t.Errorf("a refused log-in answers %d: %s", w.Code, w.Body)
	}
}

// TestAccessRoutes: what is asked arrives, with who asks, and what comes back has the documented shape.
func TestAccessRoutes(t *testing.T) {
	a := &access{}
	p := parts()
	p.Access, p.Bots, p.Lookup = a, a, a
	for _, c := range []struct {
		method, path, body string
		status             int
		asked              []string
		holds              string
	}{
		{"GET", "/api/v1/whitelist", "", 200, nil, `{"users":["alex"]}`},
		{"PUT", "/api/v1/whitelist", `{"users":[]}`, 200, []string{"root"}, `{"users":[]}`},
		{"PUT", "/api/v1/whitelist", `{}`, 400, nil, "users is needed"},
		{"GET", "/api/v1/account-mappings", "", 200, nil, `"teams_user_principal_name":"casey@corp.example"`},
		{"PUT", "/api/v1/account-mappings/u", `{"teams_user":"x"}`, 200, []string{"root", "u", "x"}, `"mattermost_user_id":"u"`},
		{"DELETE", "/api/v1/account-mappings/u", "", 204, []string{"root", "u"}, ""},
		{"GET", "/api/v1/bots", "", 200, nil, `"bots":`},
		{"POST", "/api/v1/bots", `{"username":" b@x ","password":"p"}`, 201, []string{"root", "b@x", "p"}, `"user_principal_name":"b@x"`},
		{"POST", "/api/v1/bots", `{"username":"b@x","password":"wrong"}`, 422, nil, `"code":"login_refused"`},
		{"POST", "/api/v1/bots", `{"username":"b@x"}`, 400, nil, "password are needed"},
		{"DELETE", "/api/v1/bots/t", "", 204, []string{"root", "t"}, ""},
		{"GET", "/api/v1/teams?name=Demo+Team", "", 200, nil, `{"teams":[{"id":"t1","display_name":"Demo Team"}]}`},
		{"GET", "/api/v1/teams/t9", "", 200, nil, `{"id":"t9","display_name":"Demo"}`},
		{"GET", "/api/v1/teams/t9/channels?name=X", "", 200, nil, `{"channels":[{"id":"t9","display_name":"X","membership_type":"standard"}]}`},
	} {
		a.asked = nil
		w := ask(t, p, "root", c.method, c.path, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.holds) || c.asked != nil && !slices.Equal(a.asked, c.asked) {
			t.Errorf("%s %s answers %d %s, asked %q", c.method, c.path, w.Code, w.Body, a.asked)
		}
	}
}

func TestCertificates(t *testing.T) {
	p, made := parts(), &certs{}
	p.Certificates = made
	if w := ask(t, p, "root", "POST", "/api/v1/certificates", bodies["POST /api/v1/certificates"]); w.Code != http.StatusCreated || made.validFor != time.Hour {
		t.Errorf("created: %d, valid for %v: %s", w.Code, made.validFor, w.Body)
	}
	if w := ask(t, p, "root", "GET", "/api/v1/certificates", ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"certificates":[{"id":"c"`) {
		t.Errorf("listed: %d %s", w.Code, w.Body)
	}
	if w := ask(t, p, "root", "DELETE", "/api/v1/certificates/unknown", ""); w.Code != http.StatusNotFound {
		t.Errorf("an unknown one: %d", w.Code)
	}
	if w := ask(t, p, "root", "DELETE", "/api/v1/certificates/c", ""); w.Code != http.StatusNoContent {
		t.Errorf("deleted: %d", w.Code)
	}
	p.Certificates = nil
	for _, method := range []string{"GET", "POST"} {
		if w := ask(t, p, "root", method, "/api/v1/certificates", bodies[method+" /api/v1/certificates"]); w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s before the store is open: %d", method, w.Code)
		}
	}
}

func TestThePostsWayIsToldToItsReaders(t *testing.T) {
	w := ask(t, parts(), "reader", "GET", "/api/v1/posts/c/sync", "")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"state":"failed"`) || !strings.Contains(w.Body.String(), "It was too long.") {
		t.Errorf("answers %d %s", w.Code, w.Body)
	}
	if w := ask(t, parts(), "reader", "GET", "/api/v1/posts/other/sync", ""); w.Code != http.StatusNotFound {
		t.Errorf("an unknown post: %d %s", w.Code, w.Body)
	}
}

func TestStatesOfPosts(t *testing.T) {
	w := ask(t, parts(), "reader", "POST", "/api/v1/posts/sync", `{"post_ids":["p1"]}`)
	if want := `{"posts":[{"post_id":"p1","state":"synced","direction":"outbound","reason":"asked by reader"}]}` + "\n"; w.Body.String() != want {
		t.Errorf("answers %s", w.Body)
	}
	many, err := json.Marshal(map[string]any{"post_ids": slices.Repeat([]string{"p"}, 201)})
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{`{}`, `{"post_ids":[]}`, string(many)} {
		if w := ask(t, parts(), "reader", "POST", "/api/v1/posts/sync", body); w.Code != http.StatusBadRequest {
			t.Errorf("%.30s: answers %d", body, w.Code)
		}
	}
}

func TestAPostIsRetried(t *testing.T) {
	for user, want := range map[string]int{"reader": 0, "chief": 2} {
		w := ask(t, parts(), user, "POST", "/api/v1/posts/c/retry", "")
		if w.Code != http.StatusAccepted || w.Body.String() != `{"retried":`+strconv.Itoa(want)+"}\n" {
			t.Errorf("%s: answers %d: %s", user, w.Code, w.Body)
		}
	}
	if w := ask(t, parts(), "reader", "POST", "/api/v1/posts/unknown/retry", ""); w.Code != http.StatusNotFound {
		t.Errorf("an unknown post: answers %d", w.Code)
	}
}

func TestLinkedChannels(t *testing.T) {
	w := ask(t, parts(), "alex", "GET", "/api/v1/my/linked-channels", "")
	if want := `{"channels":[{"channel_id":"alex","kind":"chat"},{"channel_id":"d","kind":"channel"}]}` + "\n"; w.Body.String() != want {
		t.Errorf("answers %s", w.Body)
	}
}

// TestLinkMark: the event says all that the list of linked channels would.
func TestLinkMark(t *testing.T) {
	channel := bridge.Link{Channel: "d", Conversation: bridge.Conversation{Team: "t", ID: "19:x@thread.tacv2"}}
	chat := bridge.Link{Channel: "d", Conversation: bridge.Conversation{ID: "19:y@thread.v2"}}
	for _, c := range []struct {
		link   bridge.Link
		linked bool
		kind   string
	}{{channel, true, "channel"}, {channel, false, "channel"}, {chat, true, "chat"}} {
		want := map[string]any{"channel_id": "d", "linked": c.linked, "kind": c.kind}
		if got := httpapi.LinkMark(c.link, c.linked); !maps.Equal(got, want) {
			t.Errorf("tells %v, want %v", got, want)
		}
	}
}
