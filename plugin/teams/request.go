// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// maxAnswer bounds what is read of an answer: a page of 50 messages of 28 KB with their attachments stays far below.
const maxAnswer = 16 << 20

// How requests that may be repeated are repeated.
const (
	maxTries   = 4
	firstWait  = 500 * time.Millisecond
	maxWait    = 30 * time.Second
	freshToken = time.Minute
)

// request is one call of Graph. as is empty for the application.
type request struct {
	method string
	route  string   // with {names}, e.g. /users/{user-id}
	path   []string // the values for the names, in order
	query  string   // without the question mark
	link   string   // a @odata.nextLink, used as it is instead of all of the above but the route
	body   any
	header http.Header
	as     bridge.AccountID
	token  string // used instead of looking one up
	repeat bool   // make it again when it failed in passing
	most   int64  // what is read of the answer, in bytes; 0: maxAnswer
	// content is sent as it is instead of body: length bytes.
	content io.Reader
	length  int64
}

// do makes the request and decodes the answer into out, which may be nil. Errors are a *bridge.Failure.
func (c *Client) do(ctx context.Context, r request, out any) error {
	var err error
	for try := 1; ; try++ {
		err = c.once(ctx, r, out)
		if err == nil || !r.repeat || try == maxTries || bridge.ClassOf(err) != bridge.Retry || refusedEntry(err) {
			return err
		}
		if c.config.Gate != nil && asksForTime(err) {
			continue // the gate knows, and waits
		}
		if !pause(ctx, waitBefore(try, err)) {
			return err
		}
	}
}

// asksForTime tells whether Graph said for how long it wants no such request.
func asksForTime(err error) bool {
	f, ok := errors.AsType[*bridge.Failure](err)
	return ok && f.Status != 0 && f.RetryAfter > 0
}

// refusedEntry tells that the gate would have had the request wait for too long.
func refusedEntry(err error) bool {
	f, ok := errors.AsType[*bridge.Failure](err)
	return ok && f.Status == 0 && f.RetryAfter > 0
}

// waitBefore is how long to wait after the try: what Graph asks for, else doubling with some spread.
func waitBefore(try int, err error) time.Duration {
	if f, ok := errors.AsType[*bridge.Failure](err); ok && f.RetryAfter > 0 {
		return f.RetryAfter
	}
	wait := firstWait << (try - 1)
	return wait/2 + rand.N(wait)
}

// pause waits and tells whether there is time left. It does not even begin to wait longer than the caller has, or than
// a caller should: who can wait longer keeps the work queued instead.
func pause(ctx context.Context, wait time.Duration) bool {
	if deadline, ok := ctx.Deadline(); wait > maxWait || ok && time.Until(deadline) < wait {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// once makes the request once.
func (c *Client) once(ctx context.Context, r request, out any) error {
	token, issued, err := c.tokenFor(ctx, r)
	if err != nil {
		return err
	}
	// Whether the head of the request was written tells "it cannot have happened" from "it may have happened". The transport says so
	// from a goroutine of its own, which goes on for a moment after the call was cut off.
	var sent atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	httpRequest, err := c.build(traced, r)
	if err != nil {
		return &bridge.Failure{Class: bridge.Permanent, Err: err}
	}
	httpRequest.Header.Set("Authorization", "Bearer "+token)

	pass, err := c.enter(ctx, r)
	if err != nil {
		return err
	}
	began := time.Now()
	response, err := c.http.Do(httpRequest)
	status := 0
	defer func() {
		var wanted time.Duration
		scope := ""
		if response != nil {
			wanted, scope = retryAfter(response.Header.Get("Retry-After"), time.Now()), response.Header.Get("x-ms-throttle-scope")
		}
		pass.Leave(status, wanted, scope)
		if c.config.Observe != nil {
			c.config.Observe(r.method, r.route, status, time.Since(began))
		}
	}()
	if err != nil {
		return unanswered(r, sent.Load() || ctx.Err() != nil, err)
	}
	defer response.Body.Close()
	status = response.StatusCode
	body, err := io.ReadAll(io.LimitReader(response.Body, cmp.Or(r.most, maxAnswer)))
	if err != nil {
		return unanswered(r, true, err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		if response.StatusCode == http.StatusUnauthorized {
			c.forget(r, token)
		}
		return refused(r, response, body, time.Since(issued) < freshToken)
	}
	if out == nil || len(body) == 0 {
		return nil
	}
	if picture, ok := out.(*raw); ok {
		*picture = body
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		// The call was accepted; only what it did is not known.
		return &bridge.Failure{Class: r.doubtful(), Status: response.StatusCode, RequestID: response.Header.Get("request-id"), Err: fmt.Errorf("%s %s: read the answer: %w", r.method, r.route, err)}
	}
	return nil
}

func (c *Client) tokenFor(ctx context.Context, r request) (token string, issued time.Time, err error) {
	switch {
	case r.token != "":
		return r.token, time.Now(), nil
	case r.as == "":
		return c.app.token(ctx)
	case c.config.Tokens == nil:
		return "", time.Time{}, &bridge.Failure{Class: bridge.UserAction, Err: errors.New("no account is connected")}
	}
	return c.config.Tokens.Token(ctx, r.as)
}

func (c *Client) forget(r request, token string) {
	switch {
	case r.token != "":
	case r.as == "":
		c.app.forget(token)
	default:
		c.config.Tokens.Forget(r.as, token)
	}
}

func (c *Client) build(ctx context.Context, r request) (*http.Request, error) {
	address := r.link
	if address == "" {
		address = c.config.GraphURL + "/v1.0" + fill(r.route, r.path)
		if r.query != "" {
			address += "?" + r.query
		}
	} else if !strings.HasPrefix(address, c.config.GraphURL+"/") {
		// A token must not follow a link to another host.
		return nil, fmt.Errorf("%s %s: Graph's link to the next page leads to another address", r.method, r.route)
	}
	var body io.Reader
	if r.body != nil {
		document, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", r.method, r.route, err)
		}
		body = bytes.NewReader(document)
	}
	if r.content != nil {
		body = r.content
	}
	httpRequest, err := http.NewRequestWithContext(ctx, r.method, address, body)
	if err != nil {
		return nil, err
	}
	if r.content != nil {
		httpRequest.ContentLength = r.length
	}
	if r.header != nil {
		httpRequest.Header = r.header.Clone()
	}
	if r.content != nil {
		httpRequest.Header.Set("Content-Type", "application/octet-stream")
	}
	if r.body != nil {
		httpRequest.Header.Set("Content-Type", "application/json")
	}
	httpRequest.Header.Set("Accept", "application/json")
	// Without GetBody no transport can send the body a second time on its own.
	httpRequest.GetBody = nil
	return httpRequest, nil
}
