// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
)

// handshake asks an endpoint to echo a token, as Graph does before it creates a subscription.
func (s *Subscriptions) handshake(ctx context.Context, endpoint string) error {
	refused := refuse(http.StatusBadRequest, "InvalidRequest", "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.")
	timedOut := refuse(http.StatusBadRequest, "ValidationError", "Subscription validation request timed out.")
	if s.config.Disturb != nil {
		switch s.config.Disturb.ValidationFault() {
		case "refused":
			return refused
		case "timeout":
			return timedOut
		}
	}
	token := "Validation: Testing client application reachability for subscription Request-Id: " + uuid.NewString()
	address, err := withToken(endpoint, token)
	if err != nil {
		return refused
	}
	ctx, cancel := context.WithTimeout(ctx, s.Settings().HandshakeTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
	if err != nil {
		return refused
	}
	request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	response, err := s.sender.client.Do(request)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return timedOut
		}
		return refuse(http.StatusBadRequest, "InvalidRequest", "%s (%v)", refused.Message, unwrapURL(err))
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if errors.Is(err, context.DeadlineExceeded) {
		return timedOut
	}
	media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	switch {
	case response.StatusCode != http.StatusOK:
		return refuse(http.StatusBadRequest, "InvalidRequest", "%s Received '%s'.", refused.Message, response.Status)
	case err != nil || media != "text/plain" || string(body) != token:
		return refuse(http.StatusBadRequest, "InvalidRequest", "%s The answer must be the decoded validationToken as text/plain and nothing else.", refused.Message)
	}
	return nil
}

// withToken appends the token to an address whose own query string is kept.
func withToken(endpoint, token string) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return "", err
	}
	u.RawQuery = strings.TrimPrefix(u.RawQuery+"&validationToken="+url.QueryEscape(token), "&")
	return u.String(), nil
}

// unwrapURL drops the address from a client's error: its query may hold the receiver's secrets.
func unwrapURL(err error) error {
	var urlErr *url.Error
	if errors.As(err, &urlErr) {
		return urlErr.Err
	}
	return err
}
