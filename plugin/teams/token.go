// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// endpoint returns a path of Entra's OAuth 2.0 endpoints for the tenant.
func (c *Client) endpoint(name string) string {
	return c.config.LoginURL + "/" + c.config.TenantID + "/oauth2/v2.0/" + name
}

// appTokens keeps the application's own token. One caller fetches, the others wait for it.
type appTokens struct {
	credentials clientcredentials.Config
	http        *http.Client

	fetching chan struct{} // holds one element while nobody fetches
	mu       sync.Mutex
	current  *oauth2.Token
	issued   time.Time
	last     Credentials
}

// Credentials is what came of the last time that the application asked for a token for itself.
type Credentials struct {
	CheckedAt time.Time // zero when it has not asked yet
	Err       error     // nil when it got one
}

// Credentials tells whether tenant, client and secret belonged together when they were last used.
func (c *Client) Credentials() Credentials {
	c.app.mu.Lock()
	defer c.app.mu.Unlock()
	return c.app.last
}

func newAppTokens(c *Client) *appTokens {
	a := &appTokens{
		credentials: clientcredentials.Config{
			ClientID: c.config.ClientID, ClientSecret: c.config.ClientSecret, TokenURL: c.endpoint("token"),
			Scopes: []string{c.config.GraphURL + "/.default"}, AuthStyle: oauth2.AuthStyleInParams,
		},
		http:     c.http,
		fetching: make(chan struct{}, 1),
	}
	a.fetching <- struct{}{}
	return a
}

// token returns a valid token and when it was issued.
func (a *appTokens) token(ctx context.Context) (string, time.Time, error) {
	if token, issued, ok := a.cached(); ok {
		return token, issued, nil
	}
	select {
	case <-a.fetching:
	case <-ctx.Done():
		return "", time.Time{}, &bridge.Failure{Class: bridge.Retry, Err: fmt.Errorf("wait for the application's token: %w", ctx.Err())}
	}
	defer func() { a.fetching <- struct{}{} }()
	if token, issued, ok := a.cached(); ok {
		return token, issued, nil
	}
	token, err := a.credentials.Token(context.WithValue(ctx, oauth2.HTTPClient, a.http))
	if err != nil {
		err = TokenFailure("get a token for the application", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = Credentials{CheckedAt: time.Now(), Err: err}
	if err != nil {
		return "", time.Time{}, err
	}
	a.current, a.issued = token, a.last.CheckedAt
	return token.AccessToken, a.issued, nil
}

func (a *appTokens) cached() (string, time.Time, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.current.Valid() {
		return "", time.Time{}, false
	}
	return a.current.AccessToken, a.issued, true
}

func (a *appTokens) forget(token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.current != nil && a.current.AccessToken == token {
		a.current = nil
	}
}

// CheckCredentials gets a token for the application, a new one, to see whether tenant, client and secret belong
// together.
func (c *Client) CheckCredentials(ctx context.Context) error {
	if token, _, ok := c.app.cached(); ok {
		c.app.forget(token)
	}
	_, _, err := c.app.token(ctx)
	return err
}

// TokenFailure says what an error of the token endpoint means. Only invalid_grant and interaction_required mean that a
// person has to log in again (Entra docs, "Handle errors from the token issuance endpoint").
func TokenFailure(doing string, err error) error {
	answer, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return &bridge.Failure{Class: bridge.Retry, Err: fmt.Errorf("%s: %w", doing, err)}
	}
	f := &bridge.Failure{Status: answer.Response.StatusCode, Code: answer.ErrorCode, RequestID: answer.Response.Header.Get("x-ms-request-id"),
		RetryAfter: retryAfter(answer.Response.Header.Get("Retry-After"), time.Now())}
	// The description is several lines with trace ids; the first one says what happened.
	description, _, _ := strings.Cut(answer.ErrorDescription, "\r\n")
	if description == "" {
		description = answer.ErrorCode
	}
	if description == "" {
		description = http.StatusText(f.Status)
	}
	f.Err = fmt.Errorf("%s: %s", doing, description)
	switch {
	case f.Status == http.StatusTooManyRequests || f.Status >= http.StatusInternalServerError || f.Code == "temporarily_unavailable" || f.Code == "server_error":
		f.Class = bridge.Retry
	case f.Code == "":
		f.Class = bridge.Retry // not an answer of Entra: a proxy, a page
	default:
		f.Class = bridge.UserAction
	}
	return f
}

// LostGrant tells that the person has to log in again: nothing else brings the token back.
func LostGrant(err error) bool {
	f, ok := errors.AsType[*bridge.Failure](err)
	return ok && (f.Code == "invalid_grant" || f.Code == "interaction_required")
}
