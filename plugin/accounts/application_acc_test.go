// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package accounts_test

import (
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// TestAnAccountIsOfUseToItsApplicationOnly: with another one it waits to be connected again, and with its own it works
// again.
func TestAnAccountIsOfUseToItsApplicationOnly(t *testing.T) {
	w := newWorld(t)
	w.settings.ClientID = "first"
	w.mustConnect(t, "alex", "alex@demo.example", false)
	a := w.account(t, "alex")
	w.settings.ClientID = "second"
	w.ForgetAll()
	if _, ok, err := w.OfUser(t.Context(), "alex"); ok || err != nil {
		t.Errorf("usable with another application: %v", err)
	}
	if _, _, err := w.Token(t.Context(), a.ID); bridge.ClassOf(err) != bridge.UserAction || !strings.Contains(err.Error(), "app registration") {
		t.Errorf("a token with another application: %v", err)
	}
	if c, err := w.Connection(t.Context(), "alex"); err != nil || c.Connected || !strings.Contains(c.Reason, "app registration") {
		t.Errorf("connection %+v, %v", c, err)
	}
	w.settings.ClientID = "FIRST"
	if b := w.account(t, "alex"); b.ID != a.ID {
		t.Errorf("account %+v", b)
	}
	// Of one that was taken over it is not known; whether it works, Microsoft tells.
	if _, err := w.store.Pool().Exec(t.Context(), "UPDATE msteamssync.accounts SET client_id = ''"); err != nil {
		t.Fatal(err)
	}
	w.settings.ClientID = "second"
	w.account(t, "alex")
}
