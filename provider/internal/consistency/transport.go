// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package consistency

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxFailures bounds how often a request is repeated for a reason other than throttling.
const maxFailures = 4

// Transport repeats requests that the service did not get to: answers 429 until the policy's limit, and for requests
// that are safe to repeat also failures of the service (5xx) and dropped connections a few times. Retry-After is honoured. The body is
// kept and sent again in full each time.
//
// A POST is repeated on 429 only, because Microsoft says that such a request was not processed; every other failure of
// a POST leaves an unknown outcome, which the caller has to settle by looking.
type Transport struct {
	Base       http.RoundTripper // required
	Policy     Policy
	ReplayPost bool // POST is safe to repeat here, as at a token endpoint
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := readBody(request)
	if err != nil {
		return nil, err
	}
	ctx, clock := request.Context(), clockOf(t.Policy.Clock)
	deadline := clock.Now().Add(t.Policy.Limit())
	failures, pause := 0, firstPause
	for {
		response, err := t.Base.RoundTrip(withBody(request, body))
		throttled := err == nil && response.StatusCode == http.StatusTooManyRequests
		failed := t.replayable(request) && (err != nil && ctx.Err() == nil || err == nil && serviceFailed(response))
		if failed {
			failures++
		}
		if !throttled && (!failed || failures >= maxFailures) {
			return response, err
		}
		wait := jitter(pause)
		if err == nil {
			if after, ok := retryAfter(response, clock.Now()); ok {
				wait = after
			}
		}
		if clock.Now().Add(wait).After(deadline) {
			return response, err
		}
		if response != nil {
			discard(response)
		}
		if interrupted := clock.Sleep(ctx, wait); interrupted != nil {
			return nil, errors.Join(interrupted, err)
		}
		pause = min(time.Duration(float64(pause)*growth*growth), 10*longest)
	}
}

func (t *Transport) replayable(request *http.Request) bool {
	return request.Method != http.MethodPost || t.ReplayPost
}

// serviceFailed leaves 501 out: what is not implemented stays so.
func serviceFailed(response *http.Response) bool {
	return response.StatusCode >= http.StatusInternalServerError && response.StatusCode != http.StatusNotImplemented
}

// retryAfter reads the header in both forms of RFC 9110: seconds and a date.
func retryAfter(response *http.Response, now time.Time) (time.Duration, bool) {
	value := response.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0), true
	}
	return 0, false
}

func readBody(request *http.Request) ([]byte, error) {
	if request.Body == nil || request.Body == http.NoBody {
		return nil, nil
	}
	defer request.Body.Close()
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the body of %s %s: %w", request.Method, request.URL.Path, err)
	}
	return body, nil
}

func withBody(request *http.Request, body []byte) *http.Request {
	clone := request.Clone(request.Context())
	clone.Body, clone.ContentLength = http.NoBody, 0
	if len(body) > 0 {
		clone.Body, clone.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		clone.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	return clone
}

// discard empties the body, so that the connection can be used again.
func discard(response *http.Response) {
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
	_ = response.Body.Close()
}
