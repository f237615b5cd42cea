// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// exchange is what the last answer to a call looked like. The SDK loses it when the body is not the JSON it expects,
// and its own error type panics on a body without a message.
type exchange struct {
	status        int
	requestID     string
	code, message string // of the error body, if it was Graph's
}

type exchangeKey struct{}

// errorBody is Graph's error body, as far as it is used.
type errorBody struct {
	Error struct {
		Code, Message string
		InnerError    struct {
			RequestID string `json:"request-id"`
		} // encoding/json also takes the spelling innererror
	}
}

// recorder notes the answer for the call that the request belongs to, and logs a line without any content.
type recorder struct{ next http.RoundTripper }

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	started := time.Now()
	response, err := r.next.RoundTrip(request)
	fields := map[string]any{"method": request.Method, "path": request.URL.Path, "milliseconds": time.Since(started).Milliseconds()}
	if response != nil {
		fields["status"], fields["request_id"] = response.StatusCode, response.Header.Get("request-id")
		if ex, ok := request.Context().Value(exchangeKey{}).(*exchange); ok {
			ex.record(response)
		}
	}
	tflog.Debug(request.Context(), "Microsoft Graph", fields)
	return response, err
}

// record reads an error body and leaves it in place for the SDK.
func (ex *exchange) record(response *http.Response) {
	*ex = exchange{status: response.StatusCode, requestID: response.Header.Get("request-id")}
	if ex.status < http.StatusBadRequest {
		return
	}
	body, _ := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	_ = response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(body))
	var parsed errorBody
	if json.Unmarshal(body, &parsed) == nil {
		ex.code, ex.message = parsed.Error.Code, parsed.Error.Message
	}
}

// bearer adds the access token, to requests for Microsoft Graph only.
type bearer struct {
	next   http.RoundTripper
	host   string
	tokens *Tokens
}

func (b *bearer) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Host == b.host {
		token, err := b.tokens.Token(request.Context())
		if err != nil {
			return nil, err
		}
		request = request.Clone(request.Context())
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return b.next.RoundTrip(request)
}

type agentTransport struct {
	base      http.RoundTripper
	userAgent string
}

func (a *agentTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("User-Agent", a.userAgent)
	return a.base.RoundTrip(request)
}

// call runs one request of the SDK under its name in the permission catalogue and turns a failure into *Error.
func call[T any](ctx context.Context, name string, do func(context.Context) (T, error)) (T, error) {
	ex := &exchange{}
	result, err := do(context.WithValue(ctx, exchangeKey{}, ex))
	if err != nil {
		var none T
		return none, newError(name, ex, err)
	}
	return result, nil
}

// send is call for requests without an answer.
func send(ctx context.Context, name string, do func(context.Context) error) error {
	_, err := call(ctx, name, func(ctx context.Context) (struct{}, error) { return struct{}{}, do(ctx) })
	return err
}
