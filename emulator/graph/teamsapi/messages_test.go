// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

func TestPostReplyAndRead(t *testing.T) {
	c := newCloud(t)
	root := c.want(t, 201, alex, "POST", c.messages, html(`hello <b>there</b><abbr title="key"></abbr>`))
	if got := root.text("body", "content"); got != `<p>hello <b>there</b><abbr title="key"></abbr></p>` {
		t.Errorf("body %q", got)
	}
	if root.text("from", "user", "displayName") != "Alex Demo" || root.header.Get("Location") == "" || root.text("@odata.context") == "" {
		t.Errorf("created: %v, %v", root.body, root.header)
	}
	id := root.text("id")
	reply := c.want(t, 201, blake, "POST", c.messages+"/"+id+"/replies", map[string]any{"body": map[string]any{"content": "plain"}})
	if reply.text("replyToId") != id || reply.text("body", "contentType") != "text" {
		t.Errorf("reply: %v", reply.body)
	}
	for path, want := range map[string]string{
		"/" + id: "Alex Demo", "/" + id + "/replies/" + reply.text("id"): "Blake Demo",
	} {
		if got := c.want(t, 200, "app", "GET", c.messages+path, nil); got.text("from", "user", "displayName") != want {
			t.Errorf("%s: %v", path, got.body)
		}
	}
	c.want(t, 404, "app", "GET", c.messages+"/"+reply.text("id"), nil) // a reply is found in its chain only
	c.want(t, 404, "app", "GET", c.messages+"/17", nil)
}

func TestWhoMayWrite(t *testing.T) {
	c := newCloud(t)
	got := c.want(t, 403, "app", "POST", c.messages, html("x"))
	if message := got.text("error", "message"); !strings.HasPrefix(message, "Missing role permissions on the request. API requires one of 'Teamwork.Migrate.All'") {
		t.Errorf("message %q", message)
	}
	c.roles = append(c.roles, "Teamwork.Migrate.All", "Group.ReadWrite.All")
	if got := c.want(t, 403, "app", "POST", c.messages, html("x")); got.code() != "Forbidden" {
		t.Errorf("with a migration role: %v", got.body)
	}
	c.scopes = []string{"ChannelMessage.Read.All"}
	got = c.want(t, 403, alex, "POST", c.messages, html("x"))
	if message := got.text("error", "message"); !strings.Contains(message, "Missing scope permissions") || !strings.Contains(message, "ChannelMessage.Send") {
		t.Errorf("message %q", message)
	}
}

func TestWhatGraphRefuses(t *testing.T) {
	c := newCloud(t)
	for name, step := range map[string]struct {
		body   any
		status int
	}{
		"no body":         {map[string]any{}, 400},
		"unknown type":    {map[string]any{"body": map[string]any{"contentType": "rtf", "content": "x"}}, 400},
		"over 28 KB":      {html(strings.Repeat("x", teams.MaxMessageBytes) + "xx"), 413},
		"hosted contents": {map[string]any{"body": map[string]any{"content": "x"}, "hostedContents": []any{map[string]any{}}}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			c.want(t, step.status, alex, "POST", c.messages, step.body)
		})
	}
	for _, query := range []string{"?$top=51", "?$filter=x", "?$expand=hostedContents", "?$skiptoken=bm8"} {
		c.want(t, 400, "app", "GET", c.messages+query, nil)
	}
}

func TestEditDeleteReact(t *testing.T) {
	c := newCloud(t)
	root := c.want(t, 201, alex, "POST", c.messages, html("one")).text("id")
	reply := c.want(t, 201, blake, "POST", c.messages+"/"+root+"/replies", html("two")).text("id")
	for path, author := range map[string]string{"/" + root: alex, "/" + root + "/replies/" + reply: blake} {
		path, other := c.messages+path, map[string]string{alex: blake, blake: alex}[author]
		c.want(t, 204, author, "PATCH", path, html("changed"))
		c.want(t, 403, other, "PATCH", path, html("stolen"))
		c.want(t, 204, other, "POST", path+"/setReaction", map[string]any{"reactionType": "👍"})
		got := c.want(t, 200, "app", "GET", path, nil)
		if got.text("body", "content") != "<p>changed</p>" || got.text("lastEditedDateTime") == "" || len(got.body["reactions"].([]any)) != 1 {
			t.Errorf("%s after edit and reaction: %v", path, got.body)
		}
		c.want(t, 204, other, "POST", path+"/unsetReaction", map[string]any{"reactionType": "👍"})
		c.want(t, 403, other, "POST", path+"/softDelete", nil)
		c.want(t, 204, author, "POST", path+"/softDelete", nil)
		got = c.want(t, 200, "app", "GET", path, nil)
		if got.body["from"] != nil || got.text("deletedDateTime") == "" || got.text("body", "contentType") != "text" || got.text("body", "content") != "" {
			t.Errorf("%s deleted: %v", path, got.body)
		}
		c.want(t, 404, author, "PATCH", path, html("too late"))
		c.want(t, 204, author, "POST", path+"/undoSoftDelete", nil)
		if got := c.want(t, 200, "app", "GET", path, nil); got.text("body", "content") != "<p>changed</p>" {
			t.Errorf("%s undeleted: %v", path, got.body)
		}
	}
	c.want(t, 400, alex, "POST", c.messages+"/"+root+"/setReaction", map[string]any{})
}

// drain follows nextLinks and returns the ids of all pages in order.
func (c *cloud) drain(t *testing.T, path string) (ids []string, pages int, last answer) {
	t.Helper()
	for path != "" {
		last = c.want(t, 200, "app", "GET", path, nil)
		pages++
		for _, item := range last.values() {
			ids = append(ids, item["id"].(string))
		}
		path = last.text("@odata.nextLink")
	}
	return ids, pages, last
}

func (c *cloud) fill(t *testing.T, root teams.MessageID, n int) (ids []string) {
	t.Helper()
	for i := range n {
		m, err := c.teams.Post(alex, c.place, root, teams.Draft{Body: teams.Text(strconv.Itoa(i))})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, string(m.ID))
	}
	return ids
}

func TestListsArePaged(t *testing.T) {
	c := newCloud(t)
	roots := c.fill(t, "", 45)
	got, pages, _ := c.drain(t, c.messages)
	if len(got) != 45 || pages != 3 || got[0] != roots[44] || got[44] != roots[0] {
		t.Errorf("%d messages in %d pages, newest first? %s … %s", len(got), pages, got[0], got[len(got)-1])
	}
	c.fill(t, teams.MessageID(roots[0]), 7)
	got, pages, _ = c.drain(t, c.messages+"/"+roots[0]+"/replies?$top=3")
	if len(got) != 7 || pages != 3 {
		t.Errorf("%d replies in %d pages", len(got), pages)
	}
	page := c.want(t, 200, "app", "GET", c.messages+"?$top=1", nil)
	c.fill(t, "", 1) // does not shift the next page
	if second := c.want(t, 200, "app", "GET", page.text("@odata.nextLink"), nil).values(); second[0]["id"] != roots[43] {
		t.Errorf("the second page begins with %v, want %s", second[0]["id"], roots[43])
	}
	expanded := c.want(t, 200, "app", "GET", c.messages+"?$top=50&$expand=replies", nil).values()
	if replies := expanded[len(expanded)-1]["replies"].([]any); len(replies) != 7 {
		t.Errorf("%d replies expanded", len(replies))
	}
}

func TestManyRepliesHaveALinkOfTheirOwn(t *testing.T) {
	c := newCloud(t)
	root := c.fill(t, "", 1)[0]
	all := c.fill(t, teams.MessageID(root), 1005)
	item := c.want(t, 200, "app", "GET", c.messages+"?$expand=replies", nil).values()[0]
	rest, _, _ := c.drain(t, item["replies@odata.nextLink"].(string))
	if first := len(item["replies"].([]any)); first+len(rest) != len(all) || first != 1000 {
		t.Errorf("%d replies expanded, %d behind the link", first, len(rest))
	}
}

func TestDelta(t *testing.T) {
	c := newCloud(t)
	roots := c.fill(t, "", 25)
	got, pages, last := c.drain(t, c.messages+"/delta")
	if len(got) != 25 || pages != 2 || got[0] != roots[0] {
		t.Fatalf("%d messages in %d pages, first %s", len(got), pages, got[0])
	}
	deltaLink := last.text("@odata.deltaLink")
	if deltaLink == "" || last.text("@odata.nextLink") != "" {
		t.Fatalf("the last page: %v", last.body)
	}
	if got, _, last := c.drain(t, deltaLink); len(got) != 0 || last.text("@odata.deltaLink") == "" {
		t.Errorf("nothing has changed, but: %v", got)
	}
	ref := teams.Ref{Place: c.place, ID: teams.MessageID(roots[3])}
	if _, err := c.teams.Delete(alex, ref); err != nil {
		t.Fatal(err)
	}
	c.fill(t, teams.MessageID(roots[5]), 1)
	if got, _, last := c.drain(t, deltaLink); len(got) != 1 || got[0] != roots[3] || last.values()[0]["@odata.type"] != "#microsoft.graph.chatMessage" {
		t.Errorf("after a deletion: %v", got)
	}
	withReplies := c.want(t, 200, "app", "GET", c.messages+"/delta()?$expand=replies&$top=50", nil)
	if items := withReplies.values(); len(items) != 25 || items[24]["id"] != roots[5] || len(items[24]["replies"].([]any)) != 1 {
		t.Errorf("with replies: %d items", len(items))
	}
	since := url.Values{"$filter": {"lastModifiedDateTime gt " + c.clock.Now().Add(time.Hour).Format(time.RFC3339)}}.Encode()
	if got, _, _ := c.drain(t, c.messages+"/delta?"+since); len(got) != 0 {
		t.Errorf("modified in an hour from now: %v", got)
	}
	c.clock.Shift(9 * 31 * 24 * time.Hour)
	if got, _, _ := c.drain(t, c.messages+"/delta"); len(got) != 0 {
		t.Errorf("older than eight months: %v", got)
	}
}

func TestLagHidesMessages(t *testing.T) {
	c := newCloud(t)
	for _, rule := range []faults.Rule{
		{Effect: faults.Lag, Collection: "messages", Delay: faults.Duration(time.Minute)},
		{Effect: faults.ListLag, Collection: "messages", Delay: faults.Duration(time.Hour)},
	} {
		if _, err := c.faults.Add(rule); err != nil {
			t.Fatal(err)
		}
	}
	id := c.fill(t, "", 1)[0]
	c.want(t, 404, "app", "GET", c.messages+"/"+id, nil)
	c.clock.Shift(2 * time.Minute)
	c.want(t, 200, "app", "GET", c.messages+"/"+id, nil)
	if got, _, _ := c.drain(t, c.messages); len(got) != 0 {
		t.Errorf("listed already: %v", got)
	}
	c.clock.Shift(time.Hour)
	if got, _, _ := c.drain(t, c.messages); len(got) != 1 {
		t.Errorf("not listed after an hour: %v", got)
	}
}
