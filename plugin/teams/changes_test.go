// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	emulated "github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

func TestAMessageIsEditedReactedToAndDeleted(t *testing.T) {
	w := newWorld(t)
	root, err := w.Send(t.Context(), alex, w.place(), "", html("<p>one</p>"))
	if err != nil {
		t.Fatal(err)
	}
	reply, err := w.Send(t.Context(), alex, w.place(), root.Ref.ID, html("<p>reply</p>"))
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range []bridge.MessageRef{root.Ref, reply.Ref} {
		read := func() bridge.TeamsMessage {
			t.Helper()
			m, err := w.Message(t.Context(), ref)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		if err := w.Edit(t.Context(), alex, ref, html("<p>two</p>")); err != nil {
			t.Fatal(err)
		}
		if m := read(); !strings.Contains(m.HTML, "two") || m.EditedAt.IsZero() {
			t.Errorf("after the edit: %+v", m)
		}
		for _, emoji := range []string{"👍", "❤️", "👍"} {
			if err := w.React(t.Context(), alex, ref, emoji, true); err != nil {
				t.Fatal(err)
			}
		}
		if m := read(); len(m.Reactions) != 2 || m.Reactions[1].Emoji != "❤️" || m.Reactions[0].User != m.From.User {
			t.Errorf("after two reactions: %+v", m.Reactions)
		}
		for range 2 {
			if err := w.React(t.Context(), alex, ref, "👍", false); err != nil {
				t.Fatal(err)
			}
		}
		if m := read(); len(m.Reactions) != 1 {
			t.Errorf("after one was taken back: %+v", m.Reactions)
		}
		for range 2 {
			if err := w.Delete(t.Context(), alex, ref); err != nil {
				t.Fatal(err)
			}
		}
		if m := read(); m.DeletedAt.IsZero() {
			t.Errorf("after the delete: %+v", m)
		}
	}
}

func TestTeamsLetsNobodyElseChangeAMessage(t *testing.T) {
	w := newWorld(t)
	m, err := w.Teams().Post("blake@demo.example", w.Place, "", emulated.Draft{Body: emulated.HTML("<p>mine</p>")})
	if err != nil {
		t.Fatal(err)
	}
	ref := bridge.MessageRef{Conversation: w.place(), ID: bridge.TeamsMessageID(m.ID)}
	for what, err := range map[string]error{"edit": w.Edit(t.Context(), alex, ref, html("<p>yours</p>")), "delete": w.Delete(t.Context(), alex, ref)} {
		if f := failure(t, err, bridge.UserAction); f.Status != http.StatusForbidden || f.RequestID == "" {
			t.Errorf("%s: %+v", what, f)
		}
	}
}

// Whether a change is made again is the bridge's to decide.
func TestAChangeIsMadeOnce(t *testing.T) {
	w := newWorld(t)
	root, err := w.Send(t.Context(), alex, w.place(), "", html("<p>one</p>"))
	if err != nil {
		t.Fatal(err)
	}
	w.fault(t, faults.Rule{Effect: faults.Throttle, Route: "PATCH /teams/**", Next: 1})
	failure(t, w.Edit(t.Context(), alex, root.Ref, html("<p>two</p>")), bridge.Retry)
	w.fault(t, faults.Rule{Effect: faults.Drop, Route: "PATCH /teams/**", AfterCommit: true, Next: 1})
	failure(t, w.Edit(t.Context(), alex, root.Ref, html("<p>two</p>")), bridge.Unknown)
	w.fault(t, faults.Rule{Effect: faults.Status, Status: 502, Route: "POST /teams/**", Next: 1})
	failure(t, w.Delete(t.Context(), alex, root.Ref), bridge.Unknown)
	changes := slices.DeleteFunc(w.calls(), func(call string) bool {
		return !strings.HasPrefix(call, "PATCH ") && !strings.Contains(call, "/softDelete")
	})
	if len(changes) != 3 {
		t.Errorf("the calls are %q, want each change once", changes)
	}
}

// A chat's message is deleted below its user (Graph docs, "chatMessage: softDelete").
func TestAChatMessageIsDeletedBelowItsUser(t *testing.T) {
	w := newWorld(t)
	who := alex
	who.TeamsUser = "alex-id"
	ref := bridge.MessageRef{Conversation: bridge.Conversation{ID: "19:chat@thread.v2"}, ID: "1700000000000"}
	_ = w.Delete(t.Context(), who, ref) // the emulator has no chats
	last := w.calls()[len(w.calls())-1]
	if !strings.HasPrefix(last, "POST /users/{user-id}/chats/{chat-id}/messages/{message-id}/softDelete") {
		t.Errorf("the call was %q", last)
	}
}

func html(text string) bridge.Outgoing { return bridge.Outgoing{HTML: text} }
