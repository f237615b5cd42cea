// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams_test

import (
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	emulated "github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
)

// history reads all pages and returns "text" of roots, "→ text" of replies and "✗" of deleted messages, sorted.
func (w *world) history(t *testing.T, since time.Time) (texts []string, pages int) {
	t.Helper()
	for page := ""; ; {
		messages, next, err := w.History(t.Context(), w.place(), since, page)
		if err != nil {
			t.Fatal(err)
		}
		pages++
		for _, m := range messages {
			text := strings.NewReplacer("<p>", "", "</p>", "").Replace(m.HTML)
			if !m.DeletedAt.IsZero() {
				text = "✗"
			}
			if m.Ref.Root != "" {
				text = "→ " + text
			}
			texts = append(texts, text)
		}
		if page = next; page == "" {
			slices.Sort(texts)
			return texts, pages
		}
	}
}

func TestAHistoryHoldsWhatChanged(t *testing.T) {
	w := newWorld(t)
	say := func(root emulated.MessageID, text string) *emulated.Message {
		m, err := w.Teams().Post("alex@demo.example", w.Place, root, emulated.Draft{Body: emulated.HTML("<p>" + text + "</p>")})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	start := time.Now()
	one := say("", "one")
	say(one.ID, "reply to one")
	two := say("", "two")
	for i := range 45 {
		say("", fmt.Sprintf("more %02d", i))
	}
	if _, err := w.Teams().Delete("alex@demo.example", two.Ref()); err != nil {
		t.Fatal(err)
	}
	texts, pages := w.history(t, start.Add(-time.Minute))
	if len(texts) != 48 || pages != 3 || !slices.Contains(texts, "→ reply to one") || !slices.Contains(texts, "✗") {
		t.Errorf("on %d pages %q", pages, texts)
	}
	later := say("", "the last").ModifiedAt.Time() // the emulator gives each message a millisecond of its own
	say(one.ID, "late reply")
	if texts, _ := w.history(t, later); !slices.Equal(texts, []string{"one", "→ late reply", "→ reply to one"}) {
		t.Errorf("since then there is %q", texts)
	}
	if texts, _ := w.history(t, time.Now().Add(time.Hour)); len(texts) > 0 {
		t.Errorf("since an hour from now there is %q", texts)
	}
}

func TestAPageOfAHistoryMustBeGraphs(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.History(t.Context(), w.place(), time.Now(), "https://elsewhere.example/v1.0/page")
	failure(t, err, bridge.Permanent)
	_, _, err = w.History(t.Context(), w.place(), time.Now(), w.URL()+"/v1.0/teams/"+string(w.place().Team)+"/channels/"+string(w.place().ID)+"/messages/delta?$skiptoken=old")
	failure(t, err, bridge.Permanent)
}

// TestAChatsHistory asks a stand-in: the emulator has no chats yet.
func TestAChatsHistory(t *testing.T) {
	var asked []string
	graph := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			_, _ = io.WriteString(w, `{"token_type":"Bearer","expires_in":3599,"access_token":"token"}`)
			return
		}
		asked = append(asked, r.URL.Path+" "+r.URL.Query().Get("$orderby")+" "+r.URL.Query().Get("$filter"))
		if r.URL.Query().Get("$skiptoken") == "" {
			fmt.Fprintf(w, `{"value":[{"id":"2","chatId":"19:c","body":{"content":"two"}}],"@odata.nextLink":"https://%s/v1.0/chats/19:c/messages?$skiptoken=x"}`, r.Host)
			return
		}
		_, _ = io.WriteString(w, `{"value":[{"id":"1","chatId":"19:c","body":{"content":"one"}}]}`)
	}))
	defer graph.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(graph.Certificate())
	client := teams.New(teams.Config{LoginURL: graph.URL, GraphURL: graph.URL, TenantID: "tenant", ClientID: "client", ClientSecret: "secret", Trusted: trusted})
	defer client.Close()
	chat := bridge.Conversation{ID: "19:c"}
	var ids []bridge.TeamsMessageID
	for page := ""; ; {
		messages, next, err := client.History(t.Context(), chat, time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			ids = append(ids, m.Ref.ID)
		}
		if page = next; page == "" {
			break
		}
	}
	if !slices.Equal(ids, []bridge.TeamsMessageID{"2", "1"}) {
		t.Errorf("read %v", ids)
	}
	// Graph ignores a filter whose property is not the one that the list is ordered by.
	if want := "/v1.0/chats/19:c/messages lastModifiedDateTime desc lastModifiedDateTime gt 2026-11-23T10:00:00.000Z"; len(asked) != 2 || asked[0] != want {
		t.Errorf("asked %q, want %q first", asked, want)
	}
}
