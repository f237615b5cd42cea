// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build e2e

package bridge_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// TestAnotherKeyWhileThePluginWasOffIsToldAndTakenBack: whoever writes learns once why it waits, and what waits is sent when
// the former key is back; nobody has to connect again.
func TestAnotherKeyWhileThePluginWasOffIsToldAndTakenBack(t *testing.T) {
	l := newLink(t)
	if err := shared.DisablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	set(t, map[string]any{"encryptionkey": rand.Text() + rand.Text()})
	if err := shared.EnablePlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := shared.WaitPlugin(t.Context()); err != nil {
		t.Fatal(err)
	}
	const reason = "was lost. The plugin's encryption key was changed."
	l.write(t, shared.alex, "", "while the key is another one")
	direct := channelWith(t, shared.alex, model.ChannelTypeDirect, reason)
	l.write(t, shared.alex, "", "and once more")
	if err := shared.ConfigurePlugin(t.Context(), shared.app, shared.settings); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"while the key is another one", "and once more"} {
		if from := l.message(t, text).From.User.DisplayName; from != "Alex Demo" {
			t.Errorf("%q comes from %s", text, from)
		}
	}
	list, _, err := shared.alex.Client.GetPostsForChannel(t.Context(), direct.Id, 0, 100, "", false, false)
	if err != nil {
		t.Fatal(err)
	}
	messages, buttons := 0, 0
	for _, post := range list.Posts {
		if strings.Contains(post.Message, reason) {
			messages++
			for _, button := range post.Attachments() {
				if strings.HasSuffix(button.TitleLink, "/connect") {
					buttons++
				}
			}
		}
		if strings.Contains(post.Message, "has not been sent to Teams yet") {
			t.Errorf("told apart from that: %q", post.Message)
		}
	}
	if messages != 1 || buttons != 1 {
		t.Errorf("%d messages with %d buttons, want one with one", messages, buttons)
	}
	eventually(t, func(ctx context.Context) error {
		_, answer, err := shared.CallPlugin(ctx, http.MethodGet, "/api/v1/status", nil)
		var status struct{ Accounts struct{ Lost int } }
		if err == nil {
			err = json.Unmarshal(answer, &status)
		}
		if err == nil && status.Accounts.Lost > 0 {
			err = fmt.Errorf("the status still shows %d lost accounts", status.Accounts.Lost)
		}
		return err
	})
}
