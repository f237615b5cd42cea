//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// Selective synchronisation carries the chats that somebody is in who is in Teams only; with "Sync remote members only", only
// when everybody of Mattermost in them has connected an account.
func TestSelectiveSynchronisation(t *testing.T) {
	withChats(t, map[string]any{"selectivesync": true, "syncremoteonly": true})
	watched(t, shared.alex, shared.blake)
	ruth := inTeamsOnly(t, "ruth")
	thea := inTeamsOnly(t, "thea")

	direct := &link{place: teams.Place{Chat: newChat(t, teams.OneOnOne, "alex", "ruth").ID}}
	direct.say(t, ruth, "", "<p>ruth to alex</p>")
	direct.channel = channelWith(t, shared.alex, model.ChannelTypeDirect, "ruth to alex")
	direct.write(t, shared.alex, "", "alex to ruth")
	if message := direct.message(t, "alex to ruth"); message.From.User.DisplayName != "Alex Demo" {
		t.Errorf("it is by %q", message.From.User.DisplayName)
	}
	group := &link{place: teams.Place{Chat: newChat(t, teams.Group, "alex", "blake", "ruth").ID}}
	group.say(t, ruth, "", "<p>ruth to the two</p>")
	group.channel = channelWith(t, shared.alex, model.ChannelTypeGroup, "ruth to the two")
	group.write(t, shared.blake, "", "blake to ruth and alex")
	group.message(t, "blake to ruth and alex")

	// ruth gets a user of her own, without an account that is connected.
	if _, err := shared.Emulator.Directory().UpdateUser(ruth, directory.Properties{}.Set("mail", ruth)); err != nil {
		t.Fatal(err)
	}
	command := "/msteams-sync promote msteams_ruth_demo ruth"
	if answer, err := shared.Command(t.Context(), shared.Mattermost.Admin(), newChannels(t).channel.Id, command); err != nil || !strings.Contains(answer, "is a regular user now") {
		t.Fatalf("%s answered %q, %v", command, answer, err)
	}
	mixed := &link{place: teams.Place{Chat: newChat(t, teams.Group, "alex", "ruth", "thea").ID}}
	mixed.say(t, thea, "", "<p>thea before</p>")
	mixed.say(t, "alex@demo.example", "", "<p>alex before</p>")
	both := &link{place: teams.Place{Chat: newChat(t, teams.Group, "alex", "blake", "thea").ID}}
	both.say(t, thea, "", "<p>thea to the two</p>")
	channelWith(t, shared.alex, model.ChannelTypeGroup, "thea to the two")

	withChats(t, map[string]any{"selectivesync": true})
	watched(t, shared.alex)
	mixed.say(t, thea, "", "<p>thea after</p>")
	mixed.channel = channelWith(t, shared.alex, model.ChannelTypeGroup, "thea after")
	mixed.write(t, shared.alex, "", "alex after")
	mixed.message(t, "alex after")
	posts, err := mixed.posts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, post := range posts {
		if strings.Contains(post.Message, "before") {
			t.Errorf("%q was carried although ruth has no account", post.Message)
		}
	}
}

// The reminder comes again when the interval is over, and not before.
func TestTheReminderComesAgainAfterItsInterval(t *testing.T) {
	withChats(t, map[string]any{"promptintervalfordmsandgms": 2})
	l := &link{channel: directOf(t, shared.casey, shared.blake)}
	whispered := l.whispers(t, shared.casey)
	ago := func(minutes int) {
		t.Helper()
		execute(t, "UPDATE msteamssync.chat_prompts SET prompted_at = clock_timestamp() - make_interval(mins => $3) WHERE user_id = $1 AND channel_id = $2", shared.casey.ID, l.channel.Id, minutes)
	}
	l.write(t, shared.casey, "", "the first")
	<-whispered
	for i, minutes := range []int{119, 121} {
		ago(minutes)
		l.write(t, shared.casey, "", fmt.Sprintf("after %d minutes", minutes))
		if i == 0 {
			// What the plugin does about a later message, it has done about that one.
			group := &link{channel: groupOf(t, shared.casey, shared.blake, newConnected(t, "walt"))}
			inGroup := group.whispers(t, shared.casey)
			group.write(t, shared.casey, "", "to all")
			<-inGroup
			select {
			case text := <-whispered:
				t.Errorf("after %d minutes casey is told again: %q", minutes, text)
			default:
			}
			continue
		}
		if text := <-whispered; !strings.Contains(text, "/connect)") {
			t.Errorf("after %d minutes casey is told %q", minutes, text)
		}
	}
}
