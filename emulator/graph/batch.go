// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/requestlog"
)

const (
	batchPath  = "/$batch"
	batchLimit = 20 // Graph docs, "json-batching"
)

type batchItem struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

type batchAnswer struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    any               `json:"body,omitempty"`
}

// batch serves POST /$batch: up to 20 requests, side by side except where dependsOn orders them. Each item goes through
// the whole front on its own (authentication, limits, permission) and fails on its own.
func (f *Front) batch(r *http.Request, version string) (*Response, error) {
	if r.Method != http.MethodPost {
		return nil, &Error{Status: http.StatusMethodNotAllowed, Code: "Request_BadRequest", Message: "Specified HTTP method is not allowed for the request target."}
	}
	var request struct {
		Requests []batchItem `json:"requests"`
	}
	if err := (&Call{Request: r}).Decode(&request); err != nil {
		return nil, err
	}
	byID, err := checkBatch(request.Requests)
	if err != nil {
		return nil, err
	}
	done := map[string]chan struct{}{}
	for id := range byID {
		done[id] = make(chan struct{})
	}
	answers := make([]batchAnswer, len(request.Requests))
	var group sync.WaitGroup
	for i, item := range request.Requests {
		group.Go(func() {
			defer close(done[strings.ToLower(item.ID)])
			for _, parent := range item.DependsOn {
				<-done[strings.ToLower(parent)]
				if answers[byID[strings.ToLower(parent)]].Status >= 400 {
					answers[i] = failedDependency(item.ID)
					return
				}
			}
			answers[i] = f.runItem(r, version, item)
		})
	}
	group.Wait()
	return OK(map[string]any{"responses": answers}), nil
}

func badBatch(format string, args ...any) error {
	return &Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: "Invalid batch payload format. " + fmt.Sprintf(format, args...)}
}

// checkBatch returns the position of each item by lower-case id.
func checkBatch(items []batchItem) (map[string]int, error) {
	if len(items) == 0 {
		return nil, badBatch("The batch holds no requests.")
	}
	if len(items) > batchLimit {
		return nil, &Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: fmt.Sprintf("Number of batch request steps exceeds the maximum value of %d.", batchLimit)}
	}
	byID := map[string]int{}
	for i, item := range items {
		id := strings.ToLower(item.ID)
		if id == "" || item.Method == "" || item.URL == "" {
			return nil, badBatch("Each request needs id, method and url.")
		}
		if _, taken := byID[id]; taken {
			return nil, badBatch("The request id '%s' is used twice.", item.ID)
		}
		// Parents come first: what dependsOn names must be known already, so there are no cycles.
		for _, parent := range item.DependsOn {
			if _, known := byID[strings.ToLower(parent)]; !known {
				return nil, badBatch("Request '%s' depends on '%s', which does not come before it.", item.ID, parent)
			}
		}
		byID[id] = i
	}
	return byID, nil
}

func failedDependency(id string) batchAnswer {
	return batchAnswer{ID: id, Status: http.StatusFailedDependency, Headers: map[string]string{"Content-Type": "application/json"}, Body: map[string]any{
		"error": map[string]any{"code": "FailedDependency", "message": "The request failed because a request that it depends on failed."},
	}}
}

// runItem sends one item through the front (and what WrapItems put around it).
func (f *Front) runItem(parent *http.Request, version string, item batchItem) (answer batchAnswer) {
	request, err := itemRequest(parent, version, item)
	if err != nil {
		var graphErr *Error
		if !errors.As(err, &graphErr) {
			graphErr = BadRequest("%v", err)
		}
		refused := graphErr.Response(requestlog.ID(parent.Context()), "", f.clock.Now())
		return batchAnswer{ID: item.ID, Status: refused.Status, Headers: map[string]string{"Content-Type": "application/json"}, Body: refused.Body}
	}
	recorder := httptest.NewRecorder()
	defer func() {
		// A handler that aborts the connection cannot do so inside a batch: Graph's gateway reports such an item as 504.
		if crash := recover(); crash != nil {
			if err, ok := crash.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(crash)
			}
			answer = batchAnswer{ID: item.ID, Status: http.StatusGatewayTimeout, Headers: map[string]string{}}
		}
	}()
	requestlog.Item(recorder, request, f.wrap(f))
	answer = batchAnswer{ID: item.ID, Status: recorder.Code, Headers: map[string]string{}}
	for name := range recorder.Header() {
		answer.Headers[name] = recorder.Header().Get(name)
	}
	switch body := recorder.Body.Bytes(); {
	case len(body) == 0:
	case strings.HasPrefix(recorder.Header().Get("Content-Type"), "application/json"):
		answer.Headers["Content-Type"] = "application/json"
		answer.Body = json.RawMessage(body)
	default:
		answer.Body = base64.RawURLEncoding.EncodeToString(body)
	}
	return answer
}

func itemRequest(parent *http.Request, version string, item batchItem) (*http.Request, error) {
	target, err := url.Parse("/" + version + "/" + strings.TrimPrefix(item.URL, "/"))
	if err != nil || strings.Contains(item.URL, "://") {
		return nil, &Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: fmt.Sprintf("The url '%s' of a batch request must be relative to the service root.", item.URL)}
	}
	if target.Path == "/"+version+batchPath {
		return nil, &Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: "A batch cannot hold a batch."}
	}
	header := http.Header{"Authorization": parent.Header.Values("Authorization")}
	for name, value := range item.Headers {
		header.Set(name, value)
	}
	var body []byte
	if len(item.Body) > 0 && string(item.Body) != "null" {
		contentType := header.Get("Content-Type")
		switch {
		case contentType == "":
			return nil, &Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: "A batch request with a body needs a Content-Type header."}
		case strings.HasPrefix(contentType, "application/json"):
			body = item.Body
		default:
			var encoded string
			if err := json.Unmarshal(item.Body, &encoded); err != nil {
				return nil, badBatch("A body that is not JSON must be a base64url string.")
			}
			if body, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "=")); err != nil {
				return nil, badBatch("A body that is not JSON must be a base64url string.")
			}
		}
	}
	ctx := context.WithoutCancel(parent.Context())
	request := (&http.Request{
		Method: strings.ToUpper(item.Method), URL: target, Header: header, Host: parent.Host, TLS: parent.TLS,
		Proto: parent.Proto, ProtoMajor: parent.ProtoMajor, ProtoMinor: parent.ProtoMinor, RemoteAddr: parent.RemoteAddr,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), RequestURI: target.RequestURI(),
	}).WithContext(ctx)
	return request, nil
}
