// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"
	"unicode/utf8"
)

// stream makes a request of Graph whose answer is read as it comes. The caller closes the answer's body.
func (c *Client) stream(ctx context.Context, r request) (*http.Response, error) {
	token, issued, err := c.tokenFor(ctx, r)
	if err != nil {
		return nil, err
	}
	var sent bool
	limited, cancel := context.WithCancel(ctx)
	httpRequest, err := c.build(httptrace.WithClientTrace(limited, &httptrace.ClientTrace{WroteHeaders: func() { sent = true }}), r)
	if err != nil {
		cancel()
		return nil, err
	}
	httpRequest.Header.Set("Authorization", "Bearer "+token)
	httpRequest.Header.Set("Accept", "*/*")
	pass, err := c.enter(ctx, r)
	if err != nil {
		cancel()
		return nil, err
	}
	began := time.Now()
	response, err := c.http.Transport.RoundTrip(httpRequest) // the client's own limit is for answers that are short
	status := 0
	var wanted time.Duration
	scope := ""
	if response != nil {
		status, wanted, scope = response.StatusCode, retryAfter(response.Header.Get("Retry-After"), time.Now()), response.Header.Get("x-ms-throttle-scope")
	}
	pass.Leave(status, wanted, scope)
	if c.config.Observe != nil {
		c.config.Observe(r.method, r.route, status, time.Since(began))
	}
	if err != nil {
		cancel()
		return nil, unanswered(r, sent, err)
	}
	response.Body = &watched{ReadCloser: response.Body, cancel: cancel, timer: time.AfterFunc(stall, cancel)}
	if status != http.StatusOK {
		defer response.Body.Close()
		body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
		if err != nil {
			return nil, unanswered(r, true, err)
		}
		if status == http.StatusUnauthorized {
			c.forget(r, token)
		}
		return nil, refused(r, response, body, time.Since(issued) < freshToken)
	}
	return response, nil
}

func lastRune(text string) (rune, int) { return utf8.DecodeLastRuneInString(text) }
