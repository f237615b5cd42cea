//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/entra"
)

// TestASecretThatRanOutHoldsMessagesUp, and does not lose them, nor have a bot speak for people who are connected, nor ask these
// to connect again: when there is another secret, all goes on as it was.
func TestASecretThatRanOutHoldsMessagesUp(t *testing.T) {
	// Tokens that end soon are renewed for each call, and for that the secret is needed.
	shared.Emulator.Entra().SetAccessTokenLife(time.Minute)
	connect := func() {
		for _, user := range []*stack.User{shared.alex, shared.blake} {
			if err := shared.Connect(context.WithoutCancel(t.Context()), user, stack.DemoCredentials(user.Username)); err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(func() {
		shared.Emulator.Entra().SetAccessTokenLife(0)
		connect()
	})
	connect()
	l := newLink(t)
	root := l.write(t, shared.alex, "", "with a secret")
	l.message(t, "with a secret")
	askedToConnect := func() int {
		t.Helper()
		texts, err := fromTheBot(t.Context(), shared.alex)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(texts, "has not been sent to Teams yet")
	}
	before := askedToConnect()
	tenant := shared.Emulator.Directory()
	app, ok := tenant.Application(shared.app.ObjectID)
	if !ok {
		t.Fatal("the application is gone")
	}
	mend := func() {
		secret, err := tenant.AddPassword(app.ID, directory.NewPassword{})
		if err != nil {
			t.Fatal(err)
		}
		shared.app.Secret = *secret.SecretText
		if err := shared.ConfigurePlugin(context.WithoutCancel(t.Context()), shared.app, shared.settings); err != nil {
			t.Fatal(err)
		}
	}
	mended := false
	t.Cleanup(func() {
		if !mended {
			mend()
		}
	})
	for _, secret := range app.PasswordCredentials {
		if err := tenant.ExpirePassword(app.ID, secret.KeyID); err != nil {
			t.Fatal(err)
		}
	}
	shared.Emulator.Entra().RevokeAccessTokens(entra.Revocation{AppID: app.AppID})

	l.write(t, shared.alex, root.Id, "without a secret")
	l.say(t, "blake@demo.example", "", "<p>said meanwhile</p>")
	type lane struct {
		LastError   string `json:"last_error"`
		LastErrorAt string `json:"last_error_at"`
	}
	tries := map[string]bool{} // more than an account that is of no use gets
	eventually(t, func(ctx context.Context) error {
		_, answer, err := shared.CallPlugin(ctx, http.MethodGet, "/api/v1/status", nil)
		if err != nil {
			return err
		}
		var status struct {
			Links []struct {
				Channel           string `json:"channel_id"`
				Inbound, Outbound lane
			}
		}
		if err := json.Unmarshal(answer, &status); err != nil {
			return err
		}
		for _, link := range status.Links {
			if link.Channel != l.channel.Id {
				continue
			}
			if strings.Contains(link.Outbound.LastError, "AADSTS7000222") {
				tries[link.Outbound.LastErrorAt] = true
			}
			if strings.Contains(link.Inbound.LastError, "AADSTS7000222") && len(tries) > 4 {
				return nil
			}
		}
		return fmt.Errorf("the status does not show the link's errors after %d tries: %s", len(tries), answer)
	})
	mend()
	mended = true
	if reply := l.message(t, "without a secret"); reply.ReplyToID == nil || reply.From == nil || reply.From.User == nil || !strings.HasPrefix(reply.From.User.DisplayName, "Alex") {
		t.Errorf("the reply is %+v, from %+v", reply, reply.From)
	}
	l.post(t, "said meanwhile")
	if posts, messages := l.counts(t); posts != 3 || messages != 3 {
		t.Errorf("%d posts and %d Teams messages, want 3 on each side", posts, messages)
	}
	if n := askedToConnect() - before; n != 0 {
		t.Errorf("the author was asked to connect an account %d times", n)
	}
}
