// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/requestlog"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// Tokens is what can be steered of Entra ID: what it has issued, and whose assertions it trusts.
type Tokens interface {
	RevokeRefreshTokens(entra.Revocation) int
	RevokeAccessTokens(entra.Revocation)
	RegisterIssuer(issuer string, jwks []byte) error
	SetPasswordPolicy(entra.PasswordPolicy) error
}

// Parts are what the API steers.
type Parts struct {
	Clock         *clock.Clock
	Requests      *requestlog.Log
	Directory     *directory.State
	Tokens        Tokens
	Teams         *teams.State
	Subscriptions *notify.Subscriptions
	Faults        *faults.Faults
	Limits        *faults.Limits
	Reset         func() error // brings everything back to the seed
}

// Root is where the API begins.
const Root = "/_emulator"

type api struct{ Parts }

// handler serves one route: it returns what is to be written as JSON; nil is written as 204.
type handler func(*http.Request) (any, error)

type route struct {
	method, path string
	does         string // one line for the list of routes
	serve        handler
}

// Handler returns the API.
func Handler(parts Parts) http.Handler {
	a := &api{parts}
	mux := http.NewServeMux()
	routes := a.routes()
	for _, r := range routes {
		mux.HandleFunc(r.method+" "+Root+r.path, serve(r.serve))
	}
	mux.HandleFunc("GET "+Root+"/{$}", serve(func(*http.Request) (any, error) {
		type line struct {
			Method string `json:"method"`
			Path   string `json:"path"`
			Does   string `json:"does"`
		}
		var list []line
		for _, r := range routes {
			list = append(list, line{r.method, Root + r.path, r.does})
		}
		return list, nil
	}))
	mux.HandleFunc(Root+"/", serve(func(r *http.Request) (any, error) {
		return nil, &problem{http.StatusNotFound, fmt.Sprintf("There is no %s %s; GET %s/ lists what there is.", r.Method, r.URL.Path, Root)}
	}))
	return localOnly(mux)
}

func (a *api) routes() []route {
	const (
		channel = "/teams/{team}/channels/{channel}"
		chat    = "/chats/{chat}"
		message = channel + "/messages/{message}"
		reply   = channel + "/messages/{root}/replies/{message}"
	)
	routes := []route{
		{"GET", "/state", "sum up: clock, counts, faults, limits", a.state},
		{"POST", "/reset", "bring everything back to the seed", a.reset},
		{"GET", "/clock", "show the emulator's time", a.showClock},
		{"POST", "/clock", "move the clock: {\"shift\": \"1h\"}, or {\"reset\": true}", a.moveClock},
		{"GET", "/faults", "list the faults in force with their counts", a.listFaults},
		{"POST", "/faults", "add a fault", a.addFault},
		{"DELETE", "/faults", "remove all faults", a.clearFaults},
		{"GET", "/faults/{id}", "show one fault", a.showFault},
		{"DELETE", "/faults/{id}", "remove one fault", a.removeFault},
		{"PUT", "/seed", "restart chance: {\"seed\": 7}", a.seedFaults},
		{"GET", "/limits", "say whether Graph's request limits are on", a.showLimits},
		{"PUT", "/limits", "switch them: {\"enabled\": true}", a.setLimits},
		{"GET", "/requests", "read back requests; ?method=, ?path= (prefix), ?route=, ?status= narrow", a.listRequests},
		{"GET", "/requests/counts", "count requests by method and route", a.countRequests},
		{"DELETE", "/requests", "forget recorded requests", a.clearRequests},
		{"GET", "/subscriptions", "list all subscriptions", a.listSubscriptions},
		{"DELETE", "/subscriptions/{id}", "let a subscription expire now, silently", a.expireSubscription},
		{"POST", "/subscriptions/{id}/lifecycle", "send a lifecycle notification: {\"event\": \"subscriptionRemoved\"}", a.announce},
		{"GET", "/delivery", "show the limits of delivery", a.showDelivery},
		{"PUT", "/delivery", "change them; what is left out takes its default", a.setDelivery},
		{"GET", "/deliveries", "show what was delivered; ?settled=30s waits until nothing is under way", a.deliveries},
		{"POST", "/revoke/tokens", "revoke tokens: {\"appId\": …, \"user\": …, \"accessTokens\": true}", a.revokeTokens},
		{"POST", "/revoke/consent", "revoke consent: {\"appId\": …, \"kind\": \"delegated\", \"permission\": …, \"user\": …}", a.revokeConsent},
		{"PUT", "/issuers", "trust a federated issuer's keys: {\"issuer\": …, \"keys\": {JSON Web Key Set}}", a.registerIssuer},
		{"PUT", "/password-policy", "say whose password is not enough without a browser: {\"blocked\": true, \"mfaUsers\": [user]}", a.setPasswordPolicy},
		{"GET", "/teams", "list teams with channels and members", a.listTeams},
		{"POST", "/teams", "make a team, in the shape of the seed file", a.addTeam},
		{"POST", "/teams/{team}/channels", "make a channel: {\"displayName\": …}", a.addChannel},
		{"PUT", "/teams/{team}/members/{user}", "put somebody into a team: {\"role\": \"member\"}", a.addMember},
		{"DELETE", "/teams/{team}/members/{user}", "take somebody out of a team", a.removeMember},
		{"PUT", "/message-ids", "let replies share ids across chains: {\"reuse\": true}", a.reuseIDs},
		{"GET", "/chats", "list chats with their members", a.listChats},
		{"POST", "/chats", "make a chat: {\"chatType\": \"oneOnOne\", \"members\": [user, user]}", a.addChat},
		{"GET", chat + "/messages", "list a chat's messages, oldest first", a.listMessages},
		{"POST", chat + "/messages", "write in a chat, as in a channel", a.post},
		{"GET", channel + "/messages", "list messages with their replies, oldest first", a.listMessages},
		{"POST", channel + "/messages", "write as somebody: {\"as\": …, \"content\": …, \"replyTo\": …}, or as a bot: {\"application\": {\"displayName\": …}, …}", a.post},
		{"POST", channel + "/events", "make a system message of an eventDetail: {\"@odata.type\": \"#microsoft.graph.…EventMessageDetail\", …}", a.happen},
	}
	for _, path := range []string{message, reply, chat + "/messages/{message}"} {
		routes = append(routes,
			route{"PATCH", path, "edit as somebody: {\"as\": …, \"content\": …}", a.edit},
			route{"DELETE", path, "delete as somebody: ?as=", a.deleteMessage},
			route{"POST", path + "/undelete", "undelete as somebody: {\"as\": …}", a.undelete},
			route{"POST", path + "/reactions", "react as somebody: {\"as\": …, \"emoji\": …}", a.react},
			route{"DELETE", path + "/reactions", "take a reaction away: ?as=&emoji=", a.unreact},
		)
	}
	return routes
}

// problem is an error with its status.
type problem struct {
	status  int
	message string
}

func (p *problem) Error() string { return p.message }

func bad(format string, args ...any) error {
	return &problem{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// statusOf finds the status for an error of one of the packages steered.
func statusOf(err error) int {
	var mine *problem
	var ofTeams *teams.Error
	var ofNotify *notify.Error
	switch {
	case errors.As(err, &mine):
		return mine.status
	case errors.As(err, &ofTeams):
		return map[teams.Kind]int{teams.NotFound: 404, teams.Forbidden: 403, teams.Invalid: 400, teams.TooLarge: 413, teams.Conflict: 409}[ofTeams.Kind]
	case errors.As(err, &ofNotify):
		return ofNotify.Status
	case errors.Is(err, faults.ErrUnknownRule):
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}

func serve(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := h(r)
		status := http.StatusOK
		switch {
		case err != nil:
			status, body = statusOf(err), map[string]string{"error": err.Error()}
		case body == nil:
			w.WriteHeader(http.StatusNoContent)
			return
		case r.Method == http.MethodPost:
			status = http.StatusCreated
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(body) // a caller that went away is its own affair
	}
}

const maxBody = 1 << 20

// decode reads a JSON body. Unknown names are refused: a misspelt fault that does nothing would make a test lie.
func decode(r *http.Request, v any) error {
	decoder := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		if errors.Is(err, io.EOF) {
			return bad("The request needs a JSON body.")
		}
		return bad("The body is not what this route takes: %v", err)
	}
	return nil
}
