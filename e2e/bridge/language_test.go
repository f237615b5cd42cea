// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build e2e

package bridge_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// TestPeopleAreAnsweredInTheirLanguage: by commands and where they may not write.
func TestPeopleAreAnsweredInTheirLanguage(t *testing.T) {
	l := newLink(t)
	settings := maps.Clone(shared.settings)
	settings["enforceconnectedposting"] = true
	if err := shared.ConfigurePlugin(t.Context(), shared.app, settings); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shared.ConfigurePlugin(context.WithoutCancel(t.Context()), shared.app, shared.settings); err != nil {
			t.Error(err)
		}
		if _, _, err := shared.casey.Client.PatchUser(context.WithoutCancel(t.Context()), "me", &model.UserPatch{Locale: new("en")}); err != nil {
			t.Error(err)
		}
	})
	if _, _, err := shared.casey.Client.PatchUser(t.Context(), "me", &model.UserPatch{Locale: new("de")}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := shared.casey.Client.CreatePost(t.Context(), &model.Post{ChannelId: l.channel.Id, Message: "without an account"}); err == nil || !strings.Contains(err.Error(), "Dieser Kanal ist mit Microsoft Teams verknüpft") {
		t.Errorf("casey's post: %v", err)
	}
	answer, _, err := shared.casey.Client.ExecuteCommand(t.Context(), l.channel.Id, "/msteams-sync show")
	if err != nil || !strings.HasPrefix(answer.Text, "Dieser Kanal ist verknüpft mit Teams-Kanal ") {
		t.Errorf("answered %+v, %v", answer, err)
	}
}
