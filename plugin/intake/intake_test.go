// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
)

// desk is everything behind an intake.
type desk struct {
	arrivals []bridge.Arrival
	events   []LifecycleEvent
	ignored  []bridge.Reason
	failing  string // the method that fails

	delivered int // messages that were counted
	asked     int // whether a conversation is linked
	matches   int // how often secrets were looked up
}

func (d *desk) fail(method string) error {
	if d.failing == method {
		return errors.New("no database")
	}
	return nil
}

const (
	secret  = "secret-of-one"
	channel = "19:one@thread.tacv2"
)

func (d *desk) Match(_ context.Context, claims []Claim) (map[Claim]Subscription, error) {
	d.matches++
	found := map[Claim]Subscription{}
	for _, claim := range claims {
		if claim.ClientState == secret {
			found[claim] = Subscription{ID: "one", Conversation: channel}
		}
	}
	return found, d.fail("Match")
}

func (d *desk) Delivered(_ context.Context, _ Subscription, messages int) error {
	d.delivered += messages
	return d.fail("Delivered")
}

func (d *desk) Lifecycle(_ context.Context, e LifecycleEvent) error {
	d.events = append(d.events, e)
	return d.fail("Lifecycle")
}

func (d *desk) Takes(_ context.Context, c bridge.Conversation) (bool, error) {
	d.asked++
	return c.ID == channel, d.fail("Takes")
}

func (d *desk) Receive(_ context.Context, arrivals []bridge.Arrival) error {
	d.arrivals = append(d.arrivals, arrivals...)
	return d.fail("Receive")
}

func (d *desk) Ignored(_ bridge.Direction, _ bridge.Kind, r bridge.Reason) {
	d.ignored = append(d.ignored, r)
}

func (d *desk) post(target, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	handler := New(Config{Subscriptions: d, Inbox: d, Observer: d, Log: slog.New(slog.DiscardHandler)})
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, target, strings.NewReader(body)))
	return w
}

func notified(state, change, resource string) string {
	return fmt.Sprintf(`{"subscriptionId":"s","clientState":%q,"changeType":%q,"resource":%q,"tenantId":"t",
		"resourceData":{"@odata.type":"#Microsoft.Graph.chatMessage","@odata.id":%q,"id":"1700000000000"}}`, state, change, resource, resource)
}

func batch(items ...string) string { return `{"value":[` + strings.Join(items, ",") + `]}` }

const message = "teams('t')/channels('" + channel + "')/messages('1700000000000')"

func TestHandshakeEchoesTheToken(t *testing.T) {
	const token = "Validation: Testing client application reachability for subscription Request-Id: 5f3c <b>"
	for _, encoded := range []string{url.QueryEscape(token), url.PathEscape(token)} {
		w := new(desk).post("/changes?validationToken="+encoded, "")
		if w.Code != http.StatusOK || w.Body.String() != token || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") ||
			w.Header().Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("token %q: %d %q %q", encoded, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
	}
}

func TestHandshakeRefusesWhatIsNoToken(t *testing.T) {
	for _, token := range []string{"", strings.Repeat("x", maxToken+1)} {
		if w := new(desk).post("/changes?validationToken="+token, ""); w.Code != http.StatusBadRequest {
			t.Errorf("a token of %d characters: %d", len(token), w.Code)
		}
	}
}

func TestAcceptsAfterCommit(t *testing.T) {
	var d desk
	w := d.post("/changes", batch(notified(secret, "created", message), notified(secret, "updated", message),
		notified(secret, "deleted", message), notified(secret, "created", message+"/replies('1700000000000')")))
	if w.Code != http.StatusAccepted || w.Body.Len() != 0 {
		t.Fatalf("answer %d %q, want an empty 202", w.Code, w.Body)
	}
	var kinds []bridge.Kind
	for _, a := range d.arrivals {
		kinds = append(kinds, a.Kind)
	}
	if want := []bridge.Kind{bridge.Create, bridge.Edit, bridge.Delete, bridge.Create}; !slices.Equal(kinds, want) {
		t.Errorf("arrived %v, want %v", kinds, want)
	}
	if got, want := d.arrivals[0].SourceAt, time.UnixMilli(1700000000000); !got.Equal(want) {
		t.Errorf("a create's time is %v, want that of its id, %v", got, want)
	}
	if got := d.arrivals[1].SourceAt; time.Since(got) > time.Minute {
		t.Errorf("an update's time is %v, want now", got)
	}
	if got := d.arrivals[3].Ref.Root; got != "1700000000000" {
		t.Errorf("the reply's root is %q", got)
	}
}

func TestAsksForARepeatWhenNothingIsStored(t *testing.T) {
	for _, method := range []string{"Match", "Takes", "Receive", "Lifecycle"} {
		d := desk{failing: method}
		w := d.post("/changes", batch(notified(secret, "created", message), `{"clientState":"`+secret+`","lifecycleEvent":"missed"}`))
		if w.Code != http.StatusServiceUnavailable || w.Body.Len() != 0 {
			t.Errorf("%s fails: answer %d %q, want an empty 503", method, w.Code, w.Body)
		}
	}
}

// TestWhatASubscriptionDeliversIsCounted, taken or not, and each conversation is looked up once.
func TestWhatASubscriptionDeliversIsCounted(t *testing.T) {
	d := desk{}
	w := d.post("/changes", batch(notified(secret, "created", message), notified(secret, "updated", message), notified(secret, "created", "teams('t')/channels('c')"),
		notified("guess", "created", message), `{"clientState":"`+secret+`","lifecycleEvent":"missed"}`))
	if w.Code != http.StatusAccepted || d.delivered != 3 || d.asked != 1 {
		t.Errorf("answer %d, counted %d, looked up %d; want 3 and 1", w.Code, d.delivered, d.asked)
	}
	// They are stored all the same when they cannot be counted.
	d = desk{failing: "Delivered"}
	if w := d.post("/changes", batch(notified(secret, "created", message))); w.Code != http.StatusAccepted || len(d.arrivals) != 1 {
		t.Errorf("answer %d, %d arrivals", w.Code, len(d.arrivals))
	}
}

// TestADeliveryThatComesAgainCountsOnce: what could not be noted as a whole is delivered again.
func TestADeliveryThatComesAgainCountsOnce(t *testing.T) {
	d := desk{failing: "Lifecycle"}
	delivery := batch(notified(secret, "created", message), `{"clientState":"`+secret+`","lifecycleEvent":"missed"}`)
	if w := d.post("/changes", delivery); w.Code != http.StatusServiceUnavailable {
		t.Fatalf("answer %d", w.Code)
	}
	d.failing = ""
	if w := d.post("/changes", delivery); w.Code != http.StatusAccepted || d.delivered != 1 {
		t.Errorf("answer %d, counted %d", w.Code, d.delivered)
	}
}

// TestGuessesCostOneLookUp: whoever sends them has proven nothing. What is right among them is taken.
func TestGuessesCostOneLookUp(t *testing.T) {
	var d desk
	var items []string
	for i := range 1000 {
		items = append(items, fmt.Sprintf(`{"subscriptionId":"%d","clientState":"guess %d","changeType":"created","resource":%q}`, i, i, message))
	}
	w := d.post("/changes", batch(append(items, notified(secret, "created", message))...))
	if w.Code != http.StatusAccepted || d.matches != 1 || len(d.arrivals) != 1 || len(d.ignored) != 1000 {
		t.Errorf("answer %d after %d look-ups with %d arrivals, %d ignored", w.Code, d.matches, len(d.arrivals), len(d.ignored))
	}
	d = desk{}
	if w := d.post("/changes", batch(`{"subscriptionId":"1","changeType":"created"}`)); w.Code != http.StatusAccepted || d.matches != 0 {
		t.Errorf("without a secret: answer %d after %d look-ups", w.Code, d.matches)
	}
}

func TestCountsWhatItLeavesOut(t *testing.T) {
	for name, test := range map[string]struct {
		item string
		want bridge.Reason
	}{
		"wrong secret":        {notified("guess", "created", message), bridge.UnknownSecret},
		"no secret":           {notified("", "created", message), bridge.UnknownSecret},
		"another channel":     {notified(secret, "created", "teams('t')/channels('19:two@thread.tacv2')/messages('1700000000000')"), bridge.OtherResource},
		"not a message":       {notified(secret, "created", "teams('t')/channels('c')"), bridge.NotAMessage},
		"unknown change type": {notified(secret, "unknownFutureValue", message), bridge.NotAMessage},
		"no data":             {`{"clientState":"` + secret + `","changeType":"Validation: Testing","resource":"NA"}`, bridge.NotAMessage},
	} {
		var d desk
		w := d.post("/changes", batch(test.item, notified(secret, "created", message)))
		if w.Code != http.StatusAccepted {
			t.Errorf("%s: answer %d; the sender must not learn what we think of an item", name, w.Code)
		}
		if !slices.Equal(d.ignored, []bridge.Reason{test.want}) || len(d.arrivals) != 1 {
			t.Errorf("%s: left out %v and stored %d, want %v and the other item", name, d.ignored, len(d.arrivals), test.want)
		}
	}
}

func TestLifecycle(t *testing.T) {
	var d desk
	w := d.post("/lifecycle", batch(`{"subscriptionId":"s","clientState":"`+secret+`","tenantId":"t","lifecycleEvent":"reauthorizationRequired",
		"subscriptionExpirationDateTime":"2026-11-26T02:00:00-08:00"}`, `{"clientState":"guess","lifecycleEvent":"subscriptionRemoved"}`))
	if w.Code != http.StatusAccepted || len(d.events) != 1 {
		t.Fatalf("answer %d with events %+v", w.Code, d.events)
	}
	e := d.events[0]
	if e.Event != "reauthorizationRequired" || e.Subscription.ID != "one" || e.ExpiresAt.UTC().Hour() != 10 {
		t.Errorf("event %+v", e)
	}
}

func TestRefusesWhatIsNoDelivery(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want int
	}{
		"no JSON":                  {"hello", http.StatusBadRequest},
		"empty":                    {"", http.StatusBadRequest},
		"too large":                {`{"x":"` + strings.Repeat("x", maxBody) + `"}`, http.StatusRequestEntityTooLarge},
		"too many items":           {batch(strings.Repeat("{},", maxItems) + "{}"), http.StatusBadRequest},
		"too many tokens":          {`{"value":[],"validationTokens":["` + strings.Repeat(`x","`, maxTokens) + `"]}`, http.StatusBadRequest},
		"a token with a zero byte": {`{"value":[],"validationTokens":["x\u0000"]}`, http.StatusBadRequest},
		"a token too long":         {`{"value":[],"validationTokens":["` + strings.Repeat("x", maxTokenBytes+1) + `"]}`, http.StatusBadRequest},
	} {
		if w := new(desk).post("/changes", test.body); w.Code != test.want {
			t.Errorf("%s: answer %d, want %d", name, w.Code, test.want)
		}
	}
	w := httptest.NewRecorder()
	New(Config{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/changes", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", w.Code)
	}
}

func TestEncryptedDataIsPartOfTheKey(t *testing.T) {
	item := func(data string) string {
		return strings.TrimSuffix(notified(secret, "updated", message), "}") + `,"encryptedContent":{"data":"` + data + `"}}`
	}
	var d desk
	d.post("/changes", batch(item("one"), item("two"), item("one")))
	if len(d.arrivals) != 3 || d.arrivals[0].ContentHash == d.arrivals[1].ContentHash || d.arrivals[0].ContentHash != d.arrivals[2].ContentHash {
		t.Errorf("arrived %+v", d.arrivals)
	}
}

// encrypted is a notification that carries its message.
func encrypted(change, data string) string {
	return strings.TrimSuffix(notified(secret, change, message), "}") +
		`,"encryptedContent":{"data":"` + data + `","dataSignature":"cw==","dataKey":"aw==","encryptionCertificateId":"c"}}`
}

func TestTheCiphertextIsKeptForTheLane(t *testing.T) {
	var d desk
	body := `{"value":[` + encrypted("created", "b25l") + `,` + encrypted("updated", "dHdv") + `,` + notified(secret, "created", message) + `],"validationTokens":["t1","t2"]}`
	if w := d.post("/changes", body); w.Code != http.StatusAccepted || len(d.arrivals) != 3 {
		t.Fatalf("answer %d, %d arrivals", w.Code, len(d.arrivals))
	}
	if want := (notification.Content{Data: "b25l", Signature: "cw==", Key: "aw==", CertificateID: "c"}); !bytes.Equal(d.arrivals[0].Sealed, want.Pack()) {
		t.Errorf("kept %q", d.arrivals[0].Sealed)
	}
	if d.arrivals[1].Sealed != nil || d.arrivals[1].ContentHash == "" || d.arrivals[2].Sealed != nil || d.arrivals[2].ContentHash != "" {
		t.Errorf("kept %+v and %+v; a change is read when its turn comes", d.arrivals[1], d.arrivals[2])
	}
	for _, a := range d.arrivals {
		if a.Tenant != "t" || !slices.Equal(a.Tokens, []string{"t1", "t2"}) {
			t.Errorf("tenant %q, tokens %q", a.Tenant, a.Tokens)
		}
	}
}

// TestTheAnswerTellsNothingOfTheTokens: whether they are right is found out later.
func TestTheAnswerTellsNothingOfTheTokens(t *testing.T) {
	for _, tokens := range []string{`["forged"]`, `null`, `[]`} {
		var d desk
		w := d.post("/changes", `{"value":[`+encrypted("created", "one")+`],"validationTokens":`+tokens+`}`)
		if w.Code != http.StatusAccepted || w.Body.Len() != 0 || len(d.arrivals) != 1 {
			t.Errorf("tokens %s: answer %d %q with %d arrivals", tokens, w.Code, w.Body, len(d.arrivals))
		}
	}
}

func TestOddContentIsNoContent(t *testing.T) {
	for _, content := range []string{`null`, `"text"`, `{}`, `{"data":""}`, `{"data":1}`, `[]`} {
		var d desk
		item := strings.TrimSuffix(notified(secret, "created", message), "}") + `,"encryptedContent":` + content + `}`
		if w := d.post("/changes", batch(item)); w.Code != http.StatusAccepted || len(d.arrivals) != 1 || d.arrivals[0].Sealed != nil || d.arrivals[0].ContentHash != "" {
			t.Errorf("content %s: answer %d, arrivals %+v", content, w.Code, d.arrivals)
		}
	}
}

func FuzzDelivery(f *testing.F) {
	f.Add([]byte(batch(notified(secret, "created", message), encrypted("updated", "x"))))
	f.Add([]byte(`{"value":[` + encrypted("created", "one") + `],"validationTokens":["a"]}`))
	f.Add([]byte(batch(`{"clientState":"` + secret + `","lifecycleEvent":"missed","subscriptionExpirationDateTime":"2026-11-26T02:00:00-08:00"}`)))
	f.Add([]byte(`{"value":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var d desk
		w := d.post("/changes", string(body))
		if w.Code != http.StatusAccepted && w.Code != http.StatusBadRequest || w.Body.Len() != 0 {
			t.Errorf("answer %d %q", w.Code, w.Body)
		}
		for _, a := range d.arrivals {
			if a.Ref.Conversation.ID != channel || a.Ref.ID == "" || a.Kind == "" || a.SourceAt.IsZero() || (a.Sealed != nil) && (a.ContentHash == "" || a.Kind != bridge.Create) {
				t.Errorf("arrival %+v", a)
			}
		}
	})
}
