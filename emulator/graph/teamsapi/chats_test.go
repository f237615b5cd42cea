// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// newChat is the body of POST /chats.
func (c *cloud) newChat(t *testing.T, kind string, members ...string) map[string]any {
	t.Helper()
	var list []map[string]any
	for _, name := range members {
		user, ok := c.dir.User(name)
		if !ok {
			t.Fatalf("no user %s", name)
		}
		list = append(list, map[string]any{
			"@odata.type": "#microsoft.graph.aadUserConversationMember", "roles": []string{"owner"},
			"user@odata.bind": "https://graph.microsoft.com/v1.0/users('" + user.ID + "')",
		})
	}
	return map[string]any{"chatType": kind, "members": list}
}

func TestTwoPeopleHaveOneChat(t *testing.T) {
	c := newCloud(t)
	first := c.want(t, 201, alex, "POST", "/chats", c.newChat(t, "oneOnOne", alex, blake))
	id := first.text("id")
	if !strings.HasSuffix(id, "@unq.gbl.spaces") || first.text("chatType") != "oneOnOne" {
		t.Errorf("created: %v", first.body)
	}
	if again := c.want(t, 201, blake, "POST", "/chats", c.newChat(t, "oneOnOne", blake, alex)); again.text("id") != id {
		t.Errorf("the second chat is %s, want %s again", again.text("id"), id)
	}
	group := c.want(t, 201, alex, "POST", "/chats", c.newChat(t, "group", alex, blake, "admin@demo.example")).text("id")
	if again := c.want(t, 201, alex, "POST", "/chats", c.newChat(t, "group", alex, blake, "admin@demo.example")); again.text("id") == group {
		t.Error("a group chat was made once only, want one for each request")
	}
	members := c.want(t, 200, "app", "GET", "/chats/"+url.PathEscape(id)+"?$expand=members", nil)
	if list, _ := members.body["members"].([]any); len(list) != 2 {
		t.Errorf("members: %v", members.body)
	}
	if list := c.want(t, 200, blake, "GET", "/me/chats?$expand=members", nil).values(); len(list) != 3 {
		t.Errorf("blake has %d chats, want 3", len(list))
	}
}

func TestWhoMayUseAChat(t *testing.T) {
	c := newCloud(t)
	c.want(t, 403, "app", "POST", "/chats", c.newChat(t, "oneOnOne", alex, blake))
	c.want(t, 403, "admin@demo.example", "POST", "/chats", c.newChat(t, "oneOnOne", alex, blake))
	chat := "/chats/" + url.PathEscape(c.want(t, 201, alex, "POST", "/chats", c.newChat(t, "oneOnOne", alex, blake)).text("id"))
	c.want(t, 403, "admin@demo.example", "GET", chat+"/messages", nil)
	c.want(t, 403, "admin@demo.example", "POST", chat+"/messages", html("x"))
	c.want(t, 403, "app", "POST", chat+"/messages", html("x"))
	message := c.want(t, 201, alex, "POST", chat+"/messages", html("hello")).text("id")
	alexID := c.want(t, 200, "app", "GET", chat+"/messages/"+message, nil).text("from", "user", "id")
	c.want(t, 403, blake, "POST", "/users/"+alexID+chat+"/messages/"+message+"/softDelete", nil)
	c.want(t, 404, alex, "POST", "/users/nobody"+chat+"/messages/"+message+"/softDelete", nil)
	c.want(t, 204, blake, "POST", chat+"/messages/"+message+"/setReaction", map[string]any{"reactionType": "👍"})
	c.want(t, 204, alex, "POST", "/users/"+alexID+chat+"/messages/"+message+"/softDelete", nil)
	c.scopes = []string{"Chat.Read"}
	c.want(t, 403, alex, "POST", chat+"/messages", html("x"))
	c.want(t, 403, alex, "POST", "/chats", c.newChat(t, "oneOnOne", alex, blake))
}

func TestAChatIsReadByWhatChangedLast(t *testing.T) {
	c := newCloud(t)
	chat := "/chats/" + url.PathEscape(c.want(t, 201, alex, "POST", "/chats", c.newChat(t, "oneOnOne", alex, blake)).text("id"))
	first := c.want(t, 201, alex, "POST", chat+"/messages", html("first"))
	second := c.want(t, 201, alex, "POST", chat+"/messages", html("second"))
	c.clock.Shift(time.Second)
	c.want(t, 204, alex, "PATCH", chat+"/messages/"+first.text("id"), html("first, changed"))
	list := c.want(t, 200, "app", "GET", chat+"/messages", nil).values()
	if len(list) != 2 || list[0]["id"] != first.text("id") {
		t.Errorf("by last change: %v", list)
	}
	after := url.QueryEscape("lastModifiedDateTime gt " + second.text("lastModifiedDateTime"))
	if list := c.want(t, 200, "app", "GET", chat+"/messages?$orderby=lastModifiedDateTime%20desc&$filter="+after, nil).values(); len(list) != 1 {
		t.Errorf("changed after the second: %v", list)
	}
	if list := c.want(t, 200, "app", "GET", chat+"/messages?$orderby=createdDateTime%20desc&$filter="+after, nil).values(); len(list) != 2 {
		t.Errorf("a filter on another property than the order's: %v, want it ignored", list)
	}
	c.want(t, 400, "app", "GET", chat+"/messages?$orderby=lastModifiedDateTime%20asc", nil)
	user, _ := c.dir.User(blake)
	if list := c.want(t, 200, "app", "GET", "/users/"+user.ID+"/chats/getAllMessages?$top=50&$filter="+after, nil).values(); len(list) != 1 || list[0]["id"] != first.text("id") {
		t.Errorf("of all chats of blake, changed after the second: %v", list)
	}
	c.want(t, 403, alex, "GET", "/users/"+user.ID+"/chats/getAllMessages", nil)
}

func TestChatsAreNotifiedToWhoeverAskedForThem(t *testing.T) {
	for _, test := range []struct {
		resource string
		status   int
	}{
		{"/chats/{chat}/messages", 201}, {"/users/{alex}/chats/getAllMessages", 201}, {"/chats/getAllMessages", 201},
		{"/users/{admin}/chats/getAllMessages", 0}, {"/users/nobody/chats/getAllMessages", 404}, {"/chats/19:nothing@thread.v2/messages", 404},
	} {
		t.Run(test.resource, func(t *testing.T) {
			c := newCloud(t)
			c.consent(t, "Chat.Read.All")
			id := c.want(t, 201, alex, "POST", "/chats", c.newChat(t, "oneOnOne", alex, blake)).text("id")
			user, _ := c.dir.User(alex)
			admin, _ := c.dir.User("admin@demo.example")
			address, items := receiver(t, c)
			wanted := c.subscription(address, 24*time.Hour)
			wanted["resource"] = strings.NewReplacer("{chat}", id, "{alex}", user.ID, "{admin}", admin.ID).Replace(test.resource)
			if test.status == 404 {
				c.want(t, 404, "app", "POST", "/subscriptions", wanted)
				return
			}
			c.want(t, 201, "app", "POST", "/subscriptions", wanted)
			if test.status == 0 { // not in the chat: the next message that comes is of another one
				c.want(t, 201, alex, "POST", "/chats/"+url.PathEscape(id)+"/messages", html("not for the admin"))
				id = c.want(t, 201, alex, "POST", "/chats", c.newChat(t, "oneOnOne", alex, "admin@demo.example")).text("id")
			}
			message := c.want(t, 201, alex, "POST", "/chats/"+url.PathEscape(id)+"/messages", html("hello")).text("id")
			if item := next(t, items); item["resource"] != "chats('"+id+"')/messages('"+message+"')" {
				t.Errorf("item: %v", item)
			}
		})
	}
	c := newCloud(t)
	c.roles = []string{"ChannelMessage.Read.All"}
	address, _ := receiver(t, c)
	wanted := c.subscription(address, 24*time.Hour)
	wanted["resource"] = "/chats/getAllMessages"
	c.want(t, 403, "app", "POST", "/subscriptions", wanted)
}

func TestMembersOfAGroupChatChange(t *testing.T) {
	c := newCloud(t)
	id := c.want(t, 201, alex, "POST", "/chats", c.newChat(t, "group", alex, blake)).text("id")
	chat := "/chats/" + url.PathEscape(id)
	added, _ := c.newChat(t, "group", "admin@demo.example")["members"].([]map[string]any)
	c.want(t, 201, alex, "POST", chat+"/members", added[0])
	if list := c.want(t, 200, "app", "GET", chat+"/members", nil).values(); len(list) != 3 {
		t.Errorf("members: %v", list)
	}
	if err := c.teams.RemoveFromChat(alex, teams.ChatID(id), blake); err != nil {
		t.Fatal(err)
	}
	c.want(t, 403, blake, "GET", chat+"/messages", nil)
	if list := c.want(t, 200, alex, "GET", chat+"/messages", nil).values(); len(list) != 2 || list[0]["eventDetail"] == nil {
		t.Errorf("messages about the changes: %v", list)
	}
}
