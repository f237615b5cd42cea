// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package accounts_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
)

func (w *world) mine(t *testing.T, user bridge.UserID) accounts.Mine {
	t.Helper()
	m, err := w.Mine(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestMyConnection: what it says of somebody before, while and after an account is connected.
func TestMyConnection(t *testing.T) {
	w := newWorld(t)
	before := w.mine(t, "alex")
	if before != (accounts.Mine{CanConnect: true, EmailMustMatch: "Alex@Demo.example"}) {
		t.Errorf("before: %+v", before)
	}
	w.mustConnect(t, "alex", "alex@demo.example", false)
	m := w.mine(t, "alex")
	who := m.TeamsAccount
	if !m.Connected || m.NeedsReconnect || m.ConnectedAt == nil || m.Reason != "" || !m.CanConnect {
		t.Errorf("connected: %+v", m)
	}
	if who == nil || who.ID == "" || who.DisplayName != "Alex Demo" || who.UserPrincipalName != "alex@demo.example" || who.Mail != "alex@demo.example" {
		t.Errorf("the Teams account is %+v", who)
	}
	a := w.age(t, "alex")
	if err := w.Directory().RevokeSessions("alex@demo.example"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Token(t.Context(), a.ID); bridge.ClassOf(err) != bridge.UserAction {
		t.Fatalf("a token after revocation: %v", err)
	}
	if m := w.mine(t, "alex"); m.Connected || !m.NeedsReconnect || m.TeamsAccount == nil || m.Reason == "" || !m.CanConnect {
		t.Errorf("lost: %+v", m)
	}
	if _, found, err := w.Disconnect(t.Context(), "alex"); err != nil || !found {
		t.Errorf("disconnect: %v, %v", found, err)
	}
	if after := w.mine(t, "alex"); after != before {
		t.Errorf("after: %+v", after)
	}
	if robot := w.mine(t, "robot"); robot.CanConnect || !strings.Contains(robot.Reason, "bot account") {
		t.Errorf("a bot: %+v", robot)
	}
	if _, err := w.Approve(t.Context(), "root", "casey", "blake@demo.example"); err != nil {
		t.Fatal(err)
	}
	if m := w.mine(t, "casey"); m.EmailMustMatch != "blake@demo.example" {
		t.Errorf("with an approved account: %+v", m)
	}
}

// TestMyConnectionWithoutSettings: it is an answer, not an error.
func TestMyConnectionWithoutSettings(t *testing.T) {
	w := newWorld(t)
	w.unset = refusal.New(refusal.NotReady, "The plugin is not configured yet.")
	if m := w.mine(t, "alex"); m.CanConnect || m.Reason != "The plugin is not configured yet." || m.EmailMustMatch == "" {
		t.Errorf("connection %+v", m)
	}
	w.unset = errors.New("no settings")
	if m, err := w.Mine(t.Context(), "alex"); err == nil {
		t.Errorf("connection %+v", m)
	}
}
