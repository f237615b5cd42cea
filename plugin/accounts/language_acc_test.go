// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package accounts_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// TestPeopleReadOfTheirConnectionInTheirLanguage: the message about a loss, its reason wherever it is shown, and refusals.
func TestPeopleReadOfTheirConnectionInTheirLanguage(t *testing.T) {
	w := newWorld(t)
	for user, locale := range map[bridge.UserID]string{"alex": "de", "blake": "ja"} {
		who := w.server.users[user]
		who.Locale = locale
		w.server.users[user] = who
	}
	w.mustConnect(t, "alex", "alex@demo.example", false)
	a := w.age(t, "alex")
	if err := w.Directory().RevokeSessions("alex@demo.example"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Token(t.Context(), a.ID); bridge.ClassOf(err) != bridge.UserAction {
		t.Errorf("a token after revocation: %v", err)
	}
	const reason = "Das Passwort des Microsoft-Kontos wurde geändert, oder seine Sitzungen wurden widerrufen. (AADSTS50173)"
	if told := w.server.said(); len(told) != 1 || !strings.HasPrefix(told[0], "alex: Ihre Verbindung mit dem Microsoft-Teams-Konto alex@demo.example ist verloren gegangen. "+reason+"\n") ||
		!strings.Contains(told[0], "[Erneut verbinden](") {
		t.Errorf("told %q", told)
	}
	if m, err := w.Mine(t.Context(), "alex"); err != nil || m.Reason != reason {
		t.Errorf("connection %+v, %v", m, err)
	}
	if c, err := w.Connection(t.Context(), "alex"); err != nil || c.Reason != reason {
		t.Errorf("connection %+v, %v", c, err)
	}
	w.settings.ConnectedUsersAllowed = 1
	if m, err := w.Mine(t.Context(), "blake"); err != nil || !strings.HasPrefix(m.Reason, "アカウントを接続できません: 接続済みまたは招待済みのユーザーが 1 人で") {
		t.Errorf("connection %+v, %v", m, err)
	}
	_, _, err := w.Begin(t.Context(), visitor("blake"), false)
	if r, ok := errors.AsType[*refusal.Refusal](err); !ok || !strings.HasPrefix(r.Message, "Your account cannot be connected: 1 users") || !strings.HasPrefix(r.In(texts.Spanish), "Su cuenta no se puede conectar: hay 1 ") {
		t.Errorf("refused with %v", err)
	}
}
