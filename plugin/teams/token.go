// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// endpoint returns a path of Entra's OAuth 2.0 endpoints for the tenant.
func (c *Client) endpoint(name string) string {
	return c.config.LoginURL + "/" + c.config.TenantID + "/oauth2/v2.0/" + name
}

// appTokens keeps the application's own token. One caller fetches, the others wait for it.
type appTokens struct {
	request func(ctx context.Context) (*oauth2.Token, error)

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

// Credentials tells whether tenant, client and its credential belonged together when they were last used.
func (c *Client) Credentials() Credentials {
	c.app.mu.Lock()
	defer c.app.mu.Unlock()
	return c.app.last
}

func newAppTokens(c *Client) *appTokens {
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {c.config.GraphURL + "/.default"}}
	a := &appTokens{
		request:  func(ctx context.Context) (*oauth2.Token, error) { return c.requestToken(ctx, form) },
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
	token, err := a.request(ctx)
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

// CheckCredentials gets a token for the application, a new one, to see whether tenant, client and its credential belong
// together.
func (c *Client) CheckCredentials(ctx context.Context) error {
	if token, _, ok := c.app.cached(); ok {
		c.app.forget(token)
	}
	_, _, err := c.app.token(ctx)
	return err
}

// maxTokenAnswer is more than any answer of the token endpoint.
const maxTokenAnswer = 1 << 20

// requestToken asks the token endpoint, proving the application's identity with the newest certificate. Where Entra does
// not know that one, as between the two halves of a rotation, the older ones are tried and then the client secret. The
// newest one gets a second chance at the end: Entra may have taken it in the place of an older one between two attempts.
func (c *Client) requestToken(ctx context.Context, form url.Values) (*oauth2.Token, error) {
	var refused []string
	all := c.proofs()
	for i, by := range all {
		token, err := c.requestTokenBy(ctx, form, by)
		if i > 0 && i == len(all)-1 && isUnknownCredential(err) {
			newest := c.proofs()[0]
			if again, retryErr := c.requestTokenBy(ctx, form, newest); retryErr == nil {
				by, token, err = newest, again, nil
			}
		}
		switch {
		case err == nil:
			if by.certificate != "" && c.config.Accepted != nil {
				c.config.Accepted(by.certificate)
			}
			return token, nil
		case !isUnknownCredential(err) || i == len(all)-1:
			if answer, ok := errors.AsType[*oauth2.RetrieveError](err); ok && len(refused) > 0 {
				answer.ErrorDescription = firstLine(answer.ErrorDescription) + " Tried before that: " + strings.Join(refused, " ")
			}
			return nil, err
		}
		answer, _ := errors.AsType[*oauth2.RetrieveError](err)
		refused = append(refused, firstLine(answer.ErrorDescription))
	}
	return nil, errors.New("there is nothing to log in with") // not reached: there is always one to try
}

// isUnknownCredential tells that Entra does not take this credential, so that another one may do.
func isUnknownCredential(err error) bool {
	answer, ok := errors.AsType[*oauth2.RetrieveError](err)
	return ok && (answer.ErrorCode == "invalid_client" || strings.HasPrefix(answer.ErrorDescription, "AADSTS700027"))
}

func (c *Client) requestTokenBy(ctx context.Context, form url.Values, by proof) (*oauth2.Token, error) {
	sent := url.Values{"client_id": {c.config.ClientID}}
	for name, values := range form {
		sent[name] = values
	}
	if err := by.add(sent); err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint("token"), strings.NewReader(sent.Encode()))
	if err != nil {
		return nil, fmt.Errorf("build the token request: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxTokenAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the answer of the token endpoint: %w", err)
	}
	var answer struct {
		AccessToken  string      `json:"access_token"`
		TokenType    string      `json:"token_type"`
		RefreshToken string      `json:"refresh_token"`
		ExpiresIn    json.Number `json:"expires_in"` // seconds; a number, and text in some clouds
		Error        string      `json:"error"`
		Description  string      `json:"error_description"`
	}
	unreadable := json.Unmarshal(body, &answer)
	if response.StatusCode != http.StatusOK || answer.Error != "" || unreadable != nil || answer.AccessToken == "" {
		return nil, &oauth2.RetrieveError{Response: response, Body: body, ErrorCode: answer.Error, ErrorDescription: answer.Description}
	}
	token := &oauth2.Token{AccessToken: answer.AccessToken, TokenType: answer.TokenType, RefreshToken: answer.RefreshToken}
	if seconds, err := answer.ExpiresIn.Int64(); err == nil && seconds > 0 {
		token.Expiry = time.Now().Add(time.Duration(seconds) * time.Second)
	}
	return token, nil
}

// firstLine is what a description of Entra says; the lines after it are trace ids.
func firstLine(description string) string {
	first, _, _ := strings.Cut(description, "\r\n")
	return first
}

// TokenFailure says what an error of the token endpoint means. Only invalid_grant and interaction_required mean that a
// person has to log in again; invalid_client and unauthorized_client are about the application: its secret ran out or is
// wrong, it was deleted, or it is disabled (Entra docs, "Handle errors from the token issuance endpoint"). Once that is mended, what
// was to be done can be done as before.
func TokenFailure(doing string, err error) error {
	answer, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return &bridge.Failure{Class: bridge.Retry, Err: fmt.Errorf("%s: %w", doing, err)}
	}
	f := &bridge.Failure{Status: answer.Response.StatusCode, Code: answer.ErrorCode, RequestID: answer.Response.Header.Get("x-ms-request-id"),
		RetryAfter: retryAfter(answer.Response.Header.Get("Retry-After"), time.Now())}
	description := firstLine(answer.ErrorDescription)
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
	case f.Code == "invalid_client" || f.Code == "unauthorized_client":
		f.Class, f.OfApplication = bridge.Retry, true
	default:
		f.Class = bridge.UserAction
	}
	return f
}

// LostGrant tells that the person has to log in again: nothing else brings the token back. Microsoft's advice for interaction_required,
// e.g. after an administrator asked for a second factor, is that of invalid_grant.
func LostGrant(err error) bool {
	f, ok := errors.AsType[*bridge.Failure](err)
	return ok && (f.Code == "invalid_grant" || f.Code == "interaction_required")
}
