// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestClassOf(t *testing.T) {
	for name, test := range map[string]struct {
		err    error
		class  Class
		outage bool
	}{
		"unclassified":  {errors.New("x"), Retry, false},
		"throttled":     {&Failure{Class: Retry, Status: 429}, Retry, true},
		"unavailable":   {&Failure{Class: Retry, Status: 503}, Retry, true},
		"no connection": {&Failure{Class: Retry}, Retry, true},
		"server error":  {&Failure{Class: Retry, Status: 500}, Retry, true},
		"no answer":     {&Failure{Class: Unknown}, Unknown, true},
		"bad gateway":   {&Failure{Class: Unknown, Status: 502}, Unknown, true},
		"locked":        {&Failure{Class: Retry, Status: 423}, Retry, false},
		"refused":       {&Failure{Class: Permanent, Status: 400}, Permanent, false},
		"wrapped":       {fmt.Errorf("read: %w", &Failure{Class: NotFound, Status: 404}), NotFound, false},
	} {
		if got := ClassOf(test.err); got != test.class {
			t.Errorf("%s: class %v, want %v", name, got, test.class)
		}
		if got := outage(test.err); got != test.outage {
			t.Errorf("%s: outage %v, want %v", name, got, test.outage)
		}
	}
}

func TestFailureTellsWhatMicrosoftAsksFor(t *testing.T) {
	f := &Failure{Class: Permanent, Status: 403, Code: "Forbidden", RequestID: "5f3c", Err: errors.New("send a message")}
	if got, want := f.Error(), "send a message (status 403, code Forbidden, request-id 5f3c)"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestBackoff(t *testing.T) {
	tuning := Tuning{FirstBackoff: time.Second, LastBackoff: 10 * time.Second}.withDefaults()
	for attempts, want := range map[int]time.Duration{0: time.Second, 1: 2 * time.Second, 3: 8 * time.Second, 4: 10 * time.Second, 1000: 10 * time.Second} {
		for range 20 {
			if got := tuning.backoff(attempts, errors.New("x")); got < want*3/4 || got > want*5/4+1 {
				t.Errorf("after %d failures: %v, want about %v", attempts, got, want)
			}
		}
	}
	if got := tuning.backoff(5, fmt.Errorf("send: %w", &Failure{RetryAfter: 7 * time.Second})); got != 7*time.Second {
		t.Errorf("asked for 7 s, waits %v", got)
	}
}

func TestSendTimeoutEndsBeforeTheLease(t *testing.T) {
	tuning := Tuning{Lease: 3 * time.Second}.withDefaults()
	if tuning.SendTimeout >= tuning.Lease {
		t.Errorf("a POST may take %v of a lease of %v", tuning.SendTimeout, tuning.Lease)
	}
	w := &worker{Engine: &Engine{Config: Config{Tuning: tuning}}}
	ctx, cancel := w.within(t.Context(), time.Now().Add(-time.Hour), time.Second)
	defer cancel()
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Error("a worker that was paused for an hour may still act")
	}
}

func TestOutgoing(t *testing.T) {
	link := Link{CreatedAt: time.UnixMilli(1000), Conversation: Conversation{Team: "team"}}
	for name, test := range map[string]struct {
		post Post
		want bool
	}{
		"a person's":      {Post{CreateAt: 1000}, true},
		"before the link": {Post{CreateAt: 999}, false},
		"system":          {Post{CreateAt: 1000, System: true}, false},
		"of a mirror":     {Post{CreateAt: 1000, System: true, OfMirror: true}, false},
		"from Teams":      {Post{CreateAt: 1000, Mapping: "m"}, false},
		"the plugin's":    {Post{CreateAt: 1000, Own: true}, false},
		"deleted":         {Post{CreateAt: 1000, DeleteAt: 1001}, false},
		"ephemeral":       {Post{CreateAt: 1000, Ephemeral: true}, false},
	} {
		e := New(Config{})
		if got := e.outgoing(test.post, link); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
		e.SystemMessages = func() bool { return true }
		if got, want := e.outgoing(test.post, link), test.want || test.post.System && !test.post.OfMirror; got != want {
			t.Errorf("%s, with system messages: %v, want %v", name, got, want)
		}
		if got := e.outgoing(test.post, Link{CreatedAt: link.CreatedAt}); got != test.want {
			t.Errorf("%s, with system messages in a chat: %v, want %v", name, got, test.want)
		}
	}
}

func TestNamed(t *testing.T) {
	for text, want := range map[string]string{
		"hello":       "**Alex \\*Demo:** hello",
		"**bold** x":  "**Alex \\*Demo:** **bold** x",
		"3 apples":    "**Alex \\*Demo:** 3 apples",
		"1. one":      "**Alex \\*Demo:**\n1. one",
		"- one":       "**Alex \\*Demo:**\n- one",
		"> one":       "**Alex \\*Demo:**\n> one",
		"```\nx\n```": "**Alex \\*Demo:**\n```\nx\n```",
	} {
		if got := named("Alex *Demo", text); got != want {
			t.Errorf("named(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestAuthored(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"", "<p>a <em>b</em></p>", "<p>a <em>b</em></p>"},
		{"Alex <Demo>", "<p>a</p>", "<p><strong>Alex &lt;Demo&gt;:</strong> a</p>"},
		{"Alex", "<ul><li>a</li></ul>", "<p><strong>Alex:</strong></p><ul><li>a</li></ul>"},
	} {
		if got := authored(test.name, Outgoing{HTML: test.text}); got.HTML != test.want {
			t.Errorf("authored(%q, %q) = %q, want %q", test.name, test.text, got.HTML, test.want)
		}
	}
}

func TestQuotedIsShort(t *testing.T) {
	got := quoted("Alex", strings.Repeat("ä word ", 100)+"\nend")
	if n := strings.Count(got, "\n"); n != 2 || len([]rune(got)) > longestQuote+30 {
		t.Errorf("quoted a long text as %q", got)
	}
}

func TestMappingsNameTheirThread(t *testing.T) {
	root := Mapping{Ref: MessageRef{ID: "1"}, Post: "p1"}
	reply := Mapping{Ref: MessageRef{Root: "1", ID: "2"}, Post: "p2", RootPost: "p1"}
	for _, m := range []Mapping{root, reply} {
		if m.Thread() != "p1" || m.TeamsThread() != "1" {
			t.Errorf("%+v belongs to %s and %s", m, m.Thread(), m.TeamsThread())
		}
	}
}

// The hook runs for every post on the server: what is not linked must cost next to nothing.
func BenchmarkUnlinkedHook(b *testing.B) {
	e := New(Config{})
	index := &linkIndex{byChannel: map[ChannelID]Link{}}
	for i := range 1000 {
		channel := ChannelID(fmt.Sprint(i))
		index.byChannel[channel] = Link{Channel: channel}
	}
	e.links.index.Store(index)
	post := Post{Channel: "elsewhere"}
	for b.Loop() {
		if err := e.PostCreated(b.Context(), post); err != nil {
			b.Fatal(err)
		}
	}
}
