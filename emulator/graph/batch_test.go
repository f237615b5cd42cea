// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

// batchFront can add, read and fail, and remembers the order of adds.
func batchFront() (*front, func() []string) {
	f := newFront()
	var mu sync.Mutex
	var added []string
	f.Handle("POST", "/items", func(call *graph.Call) (*graph.Response, error) {
		var body struct{ Name string }
		if err := call.Decode(&body); err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		added = append(added, body.Name)
		return graph.Created(map[string]any{"name": body.Name}, "/items/"+body.Name), nil
	})
	f.Handle("GET", "/items/{id}", func(call *graph.Call) (*graph.Response, error) {
		if call.Path["id"] == "missing" {
			return nil, graph.NotFound("missing")
		}
		return graph.OK(map[string]any{"id": call.Path["id"], "top": call.Query.Top, "base": call.BaseURL}), nil
	})
	f.Handle("DELETE", "/items/{id}", func(*graph.Call) (*graph.Response, error) { return graph.NoContent(), nil })
	f.Handle("GET", "/applications", show)
	f.Handle("GET", "/picture", func(*graph.Call) (*graph.Response, error) {
		return &graph.Response{Status: 200, Raw: []byte{0xFF, 0xD8}, Header: http.Header{"Content-Type": {"image/jpeg"}}}, nil
	})
	return f, func() []string { mu.Lock(); defer mu.Unlock(); return added }
}

type item map[string]any

// send posts a batch and returns the answers by id.
func send(t *testing.T, f *front, token string, items ...item) (answer, map[string]map[string]any) {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"requests": items})
	if err != nil {
		t.Fatal(err)
	}
	got := f.do(t, token, "POST", "https://emulator.example/v1.0/$batch", strings.NewReader(string(raw)), "Content-Type", "application/json")
	byID := map[string]map[string]any{}
	list, _ := got.body["responses"].([]any)
	for _, each := range list {
		one := each.(map[string]any)
		byID[one["id"].(string)] = one
	}
	return got, byID
}

func add(id, name string, after ...string) item {
	i := item{"id": id, "method": "POST", "url": "/items", "headers": map[string]string{"Content-Type": "application/json"}, "body": map[string]any{"name": name}}
	if len(after) > 0 {
		i["dependsOn"] = after
	}
	return i
}

func get(id, url string, after ...string) item {
	i := item{"id": id, "method": "GET", "url": url}
	if len(after) > 0 {
		i["dependsOn"] = after
	}
	return i
}

func TestBatch(t *testing.T) {
	f, added := batchFront()
	got, answers := send(t, f, "all",
		add("1", "first"), add("2", "second", "1"), add("3", "third", "2"),
		get("4", "items/x?$top=7"), get("5", "/items/missing"), get("6", "/items/y", "5"), get("7", "/items/z", "6"),
		item{"id": "8", "method": "delete", "url": "/items/x"}, get("9", "/picture"), get("10", "/nothing"),
	)
	if got.Code != http.StatusOK {
		t.Fatalf("batch = %d %v", got.Code, got.body)
	}
	for id, want := range map[string]float64{"1": 201, "2": 201, "3": 201, "4": 200, "5": 404, "6": 424, "7": 424, "8": 204, "9": 200, "10": 404} {
		if answers[id]["status"] != want {
			t.Errorf("item %s = %v, want %v", id, answers[id], want)
		}
	}
	if order := strings.Join(added(), " "); order != "first second third" {
		t.Errorf("order = %s", order)
	}
	body, _ := answers["4"]["body"].(map[string]any)
	if body["top"] != 7.0 || body["base"] != "https://emulator.example" {
		t.Errorf("item 4 = %v", body)
	}
	if answers["9"]["body"] != "_9g" { // base64url
		t.Errorf("item 9 = %v", answers["9"])
	}
	parents := 0
	for _, entry := range f.log.Requests() {
		if entry.Parent != "" {
			parents++
		}
	}
	if parents != 8 { // the two that failed with their parent were never sent
		t.Errorf("%d items recorded, want 8", parents)
	}
}

func TestBatchItemsNeedPermissionOnTheirOwn(t *testing.T) {
	f, _ := batchFront()
	_, answers := send(t, f, "none", get("1", "/applications"), get("2", "/items/x"))
	if answers["1"]["status"] != 403.0 || answers["2"]["status"] != 200.0 {
		t.Errorf("answers = %v", answers)
	}
}

type limiter struct{}

func (limiter) Take(call *graph.Call, pattern string) (http.Header, *graph.Error) {
	if pattern == "/items/{id}" && call.Path["id"] == "busy" {
		return nil, graph.Throttled(1)
	}
	return nil, nil
}

func TestBatchItemsAreLimitedOnTheirOwn(t *testing.T) {
	f, _ := batchFront()
	f.SetLimiter(limiter{})
	_, answers := send(t, f, "all", get("1", "/items/busy"), get("2", "/items/x"))
	headers, _ := answers["1"]["headers"].(map[string]any)
	if answers["1"]["status"] != 429.0 || headers["Retry-After"] != "1" || answers["2"]["status"] != 200.0 {
		t.Errorf("answers = %v", answers)
	}
}

func TestDroppedBatchItem(t *testing.T) {
	f, _ := batchFront()
	f.WrapItems(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1.0/items/drop" {
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		})
	})
	_, answers := send(t, f, "all", get("1", "/items/drop"), get("2", "/items/x"))
	if answers["1"]["status"] != 504.0 || answers["2"]["status"] != 200.0 {
		t.Errorf("answers = %v", answers)
	}
}

func TestBrokenBatches(t *testing.T) {
	f, added := batchFront()
	many := []item{}
	for i := range 21 {
		many = append(many, get(fmt.Sprint(i), "/items/x"))
	}
	for name, items := range map[string][]item{
		"none":           {},
		"21":             many,
		"the same id":    {add("a", "x"), add("A", "y")},
		"no url":         {{"id": "1", "method": "GET"}},
		"unknown parent": {add("1", "x", "7")},
		"a cycle":        {add("1", "x", "2"), add("2", "y", "1")},
	} {
		if got, _ := send(t, f, "all", items...); got.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, got.Code)
		}
	}
	if len(added()) > 0 {
		t.Errorf("a refused batch did %v", added())
	}
	noType := add("1", "x")
	delete(noType, "headers")
	for name, broken := range map[string]item{"body without type": noType, "absolute url": get("1", "https://elsewhere.example/x"), "nested": {"id": "1", "method": "POST", "url": "/$batch"}} {
		if _, answers := send(t, f, "all", broken); answers["1"]["status"] != 400.0 {
			t.Errorf("%s: %v", name, answers)
		}
	}
	if got := f.do(t, "all", "GET", "/v1.0/$batch", nil); got.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET $batch = %d", got.Code)
	}
}
