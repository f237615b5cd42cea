// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// unanswered says what a request without an answer means.
func unanswered(r request, sent bool, err error) error {
	class := bridge.Retry
	if sent {
		class = r.doubtful()
	}
	return &bridge.Failure{Class: class, Err: fmt.Errorf("%s %s: %w", r.method, r.route, err)}
}

// doubtful is the class of a request that may have had its effect. What may be repeated has none to fear.
func (r request) doubtful() bridge.Class {
	if r.repeat {
		return bridge.Retry
	}
	return bridge.Unknown
}

// graphError is the body of Graph's errors. Both spellings of the inner error occur.
type graphError struct {
	Error struct {
		Code       string
		Message    string
		InnerError struct {
			RequestID string `json:"request-id"`
		} `json:"innerError"`
	}
}

// refused says what an answer other than 2xx means. freshToken: the token was new, so that another one would not help.
func refused(r request, response *http.Response, body []byte, freshToken bool) error {
	var e graphError
	_ = json.Unmarshal(body, &e) // a body that is no error of Graph leaves the fields empty
	f := &bridge.Failure{
		Status: response.StatusCode, Code: e.Error.Code, RequestID: response.Header.Get("request-id"),
		RetryAfter: retryAfter(response.Header.Get("Retry-After"), time.Now()),
	}
	if f.RequestID == "" {
		f.RequestID = e.Error.InnerError.RequestID
	}
	message := e.Error.Message
	if message == "" {
		message = http.StatusText(response.StatusCode)
	}
	f.Err = fmt.Errorf("%s %s: %s", r.method, r.route, message)
	switch status := response.StatusCode; {
	case status == http.StatusTooManyRequests:
		f.Class = bridge.Retry
	case status == http.StatusUnauthorized && !freshToken:
		f.Class = bridge.Retry
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusPaymentRequired:
		// As the application, it is mended by an administrator's consent or a billing account, and by nothing else.
		f.Class, f.OfApplication = bridge.UserAction, r.as == "" && r.token == ""
	case status == http.StatusNotFound, status == http.StatusGone:
		f.Class = bridge.NotFound
	case status == http.StatusRequestTimeout, status >= http.StatusInternalServerError:
		f.Class = r.doubtful()
	case status == http.StatusLocked:
		f.Class = bridge.Retry
	default:
		f.Class = bridge.Permanent
	}
	return f
}

// retryAfter reads seconds or a date; 0 when the header says nothing.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseFloat(header, 64); err == nil && seconds > 0 {
		return time.Duration(seconds * float64(time.Second))
	}
	if date, err := http.ParseTime(header); err == nil {
		return max(date.Sub(now), 0)
	}
	return 0
}

// Status returns the HTTP status of Graph's answer; 0 when err is none.
func Status(err error) int {
	if f, ok := errors.AsType[*bridge.Failure](err); ok {
		return f.Status
	}
	return 0
}
