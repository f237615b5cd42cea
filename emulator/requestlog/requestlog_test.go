// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package requestlog_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/requestlog"
)

func TestSecretsAreNotKept(t *testing.T) {
	for name, test := range map[string]struct{ contentType, body string }{
		"form":   {"application/x-www-form-urlencoded", "client_id=app&client_secret=HUSH&code=HUSH&refresh_token=HUSH&password=HUSH"},
		"JSON":   {"application/json; charset=utf-8", `{"displayName":"app","passwordProfile":{"password":"HUSH"},"list":[{"secretText":"HUSH","clientState":"HUSH"}]}`},
		"broken": {"application/json", `{"secretText": "HUSH`},
		"other":  {"text/plain", "HUSH"},
	} {
		t.Run(name, func(t *testing.T) {
			var e requestlog.Entry
			e.SetBody(test.contentType, []byte(test.body))
			if strings.Contains(e.Body, "HUSH") {
				t.Errorf("kept %s", e.Body)
			}
			if (name == "form" || name == "JSON") && !strings.Contains(e.Body, "app") {
				t.Errorf("kept too little: %q", e.Body)
			}
		})
	}
}

// TestTheLengthOfAVerifierIsKept: and nothing else of it.
func TestTheLengthOfAVerifierIsKept(t *testing.T) {
	var e requestlog.Entry
	e.SetBody("application/x-www-form-urlencoded", []byte("client_id=app&code_verifier="+strings.Repeat("V", 43)))
	form, err := url.ParseQuery(e.Body)
	if err != nil || form.Get("code_verifier") != "[redacted, 43 characters]" || strings.Contains(e.Body, "V") {
		t.Errorf("kept %q, %v", e.Body, err)
	}
}

func TestMiddlewareRecords(t *testing.T) {
	log := requestlog.New(clock.New())
	var id string
	handler := log.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id = requestlog.ID(r.Context())
		requestlog.Annotate(r.Context(), func(e *requestlog.Entry) { e.Route, e.AppID = "/things/{id}", "app" })
		requestlog.Item(httptest.NewRecorder(), r, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
		_, _ = w.Write([]byte("ok"))
	}))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/things/1?code=HUSH&x=1", nil))
	entries := log.Requests()
	if len(entries) != 2 {
		t.Fatalf("%d entries, want the request and its item", len(entries))
	}
	whole, item := entries[0], entries[1]
	if whole.ID != id || whole.Status != http.StatusOK || whole.AppID != "app" || strings.Contains(whole.Query, "HUSH") || !strings.Contains(whole.Query, "x=1") {
		t.Errorf("request = %+v", whole)
	}
	if item.Parent != id || item.Status != http.StatusTeapot {
		t.Errorf("item = %+v", item)
	}
	if n := log.Counts()["GET /things/{id}"]; n != 1 {
		t.Errorf("counts = %v", log.Counts())
	}
	log.Reset()
	if len(log.Requests()) != 0 || len(log.Counts()) != 0 {
		t.Error("Reset kept something")
	}
}

func TestDroppedConnectionIsRecorded(t *testing.T) {
	log := requestlog.New(clock.New())
	server := httptest.NewServer(log.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })))
	defer server.Close()
	if response, err := http.Get(server.URL); err == nil {
		_ = response.Body.Close()
		t.Fatal("the connection was not dropped")
	}
	if entries := log.Requests(); len(entries) == 0 || entries[0].Status != 0 {
		t.Errorf("entries = %+v", entries)
	}
}

func TestOldEntriesMakeRoom(t *testing.T) {
	log := requestlog.New(clock.New())
	handler := log.Middleware(http.NotFoundHandler())
	request := httptest.NewRequest("GET", "/x", nil)
	for range requestlog.Capacity + 5 {
		handler.ServeHTTP(httptest.NewRecorder(), request)
	}
	if n := len(log.Requests()); n != requestlog.Capacity {
		t.Errorf("%d entries kept, want %d", n, requestlog.Capacity)
	}
	if n := log.Counts()["GET /x"]; n != requestlog.Capacity+5 {
		t.Errorf("%d counted, want %d", n, requestlog.Capacity+5)
	}
}
