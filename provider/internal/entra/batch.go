// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
)

// batchLimit is how many requests Graph takes in one batch (Graph docs, "JSON batching").
const batchLimit = 20

// batchItem is one request of a batch.
type batchItem struct {
	call   string // as the permission catalogue spells it
	method string
	url    string                      // relative to the version
	body   any                         // nil = none
	done   func(error) bool            // the error means that there is nothing left to do; nil = no error does
	read   func(json.RawMessage) error // takes the answer; nil = it is not needed
	header map[string]string
}

type batchRequest struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    any               `json:"body,omitempty"`
}

type batchAnswer struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

// batch sends the items together and repeats those that lag, are throttled or have an unknown outcome until each one is
// done. The items must be safe to repeat.
func (c *Client) batch(ctx context.Context, items []batchItem) error {
	return c.batchWithin(ctx, c.policy, items)
}

func (c *Client) batchWithin(ctx context.Context, policy consistency.Policy, items []batchItem) error {
	for left := range slices.Chunk(items, batchLimit) {
		err := policy.Retry(ctx, func(err error) bool { return isLagOrUnknown(err) || isThrottled(err) }, func(ctx context.Context) (err error) {
			left, err = c.batchOnce(ctx, left)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// maxReadFailures is how often reading goes on after a failure of the service, as the transport does for a single GET.
const maxReadFailures = 4

// readBatch sends reading items together. Throttled ones are repeated until the policy's limit, failures of the service a
// few times, and "not found" not at all: an item says with done whether it can live with that.
func (c *Client) readBatch(ctx context.Context, items []batchItem) error {
	failures := 0
	return c.policy.Retry(ctx, func(err error) bool {
		if isThrottled(err) {
			return true
		}
		failures++
		return IsUnknownOutcome(err) && failures < maxReadFailures
	}, func(ctx context.Context) (err error) {
		items, err = c.batchOnce(ctx, items)
		return err
	})
}

// batchOnce returns the items that are not done, and the error that stands most in the way: one that waiting does not mend,
// else the one with the longest wait.
func (c *Client) batchOnce(ctx context.Context, items []batchItem) (left []batchItem, worst error) {
	answers, err := call(ctx, "POST /$batch", func(ctx context.Context) (map[string]batchAnswer, error) { return c.sendBatch(ctx, items) })
	if err != nil {
		return items, err
	}
	wait := time.Duration(-1)
	for i, item := range items {
		answer := answers[strconv.Itoa(i)]
		err := answer.failure(item)
		if err == nil && item.read != nil {
			if err := item.read(answer.Body); err != nil {
				return items, fmt.Errorf("reading the answer to %s: %w", item.call, err)
			}
		}
		if err == nil || item.done != nil && item.done(err) {
			continue
		}
		left = append(left, item)
		if !isLagOrUnknown(err) && !isThrottled(err) {
			return left, err
		}
		if err.after > wait {
			worst, wait = err, err.after
		}
	}
	return left, worst
}

func (c *Client) sendBatch(ctx context.Context, items []batchItem) (map[string]batchAnswer, error) {
	var outer struct {
		Requests []batchRequest `json:"requests"`
	}
	for i, item := range items {
		request := batchRequest{ID: strconv.Itoa(i), Method: item.method, URL: item.url, Body: item.body, Headers: maps.Clone(item.header)}
		if item.body != nil {
			request.Headers = map[string]string{"Content-Type": "application/json"}
		}
		outer.Requests = append(outer.Requests, request)
	}
	body, err := json.Marshal(outer)
	if err != nil {
		return nil, fmt.Errorf("building a batch: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.adapter.GetBaseUrl()+"/$batch", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("building a batch: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.graph.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the batch was refused with HTTP %d", response.StatusCode)
	}
	var answer struct {
		Responses []batchAnswer `json:"responses"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("reading the answers of a batch: %w", err)
	}
	answers := map[string]batchAnswer{}
	for _, a := range answer.Responses {
		answers[a.ID] = a
	}
	return answers, nil
}

// failure is nil for a success. An item without an answer has an unknown outcome, which Error writes as status 0.
func (a batchAnswer) failure(item batchItem) *Error {
	if a.Status >= 200 && a.Status < 300 {
		return nil
	}
	e := &Error{Call: item.call, Status: a.Status, cause: fmt.Errorf("the batch holds no answer to %s", item.call)}
	var body errorBody
	if json.Unmarshal(a.Body, &body) == nil {
		e.Code, e.Message, e.RequestID = body.Error.Code, body.Error.Message, body.Error.InnerError.RequestID
	}
	if seconds, err := strconv.Atoi(a.Headers["Retry-After"]); err == nil {
		e.after = time.Duration(seconds) * time.Second
	}
	return e
}
