// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
)

// archive is a server with posts in channels of each kind.
type archive struct {
	plugin.API
	posts    map[string]*model.Post
	channels map[string]*model.Channel
	may      map[string]bool // "user permission place"
	proves   bool
}

func (a *archive) GetConfig() *model.Config {
	return &model.Config{
		ServiceSettings:    model.ServiceSettings{SiteURL: model.NewPointer("https://chat.example/sub/")},
		ComplianceSettings: model.ComplianceSettings{Enable: &a.proves},
	}
}

var notThere = model.NewAppError("x", "x", nil, "x", http.StatusNotFound)

func (a *archive) GetPost(id string) (*model.Post, *model.AppError) {
	if p := a.posts[id]; p != nil {
		return p, nil
	}
	return nil, notThere
}

func (a *archive) GetChannel(id string) (*model.Channel, *model.AppError) {
	if c := a.channels[id]; c != nil {
		return c, nil
	}
	return nil, notThere
}

func (a *archive) GetUser(id string) (*model.User, *model.AppError) {
	return &model.User{Id: id, Username: id, Nickname: strings.ToUpper(id[:1]) + id[1:] + " Demo"}, nil
}

func (a *archive) HasPermissionToChannel(user, channel string, p *model.Permission) bool {
	return a.may[user+" "+p.Id+" "+channel]
}

func (a *archive) HasPermissionToTeam(user, team string, p *model.Permission) bool {
	return a.may[user+" "+p.Id+" "+team]
}

func TestForwardedPosts(t *testing.T) {
	id := strings.Repeat("p", 26)
	const quote = "> **Blake Demo:** bold\n> snake_case @\u2060all"
	original := func(channel string) *model.Post {
		return &model.Post{Id: id, ChannelId: channel, UserId: "blake", Message: "**bold**\n\n`snake_case` @all"}
	}
	link := "see https://chat.example/sub/town/pl/" + id
	for name, c := range map[string]struct {
		text, want string
		original   *model.Post
		set        func(*archive, *bridge.Post)
	}{
		"of the same channel":               {text: link, original: original("here"), want: quote},
		"by the address that fits all":      {text: "https://chat.example/sub/_redirect/pl/" + id, original: original("here"), want: quote},
		"as a link with words":              {text: "[this](https://chat.example/sub/town/pl/" + id + ")", original: original("here"), want: quote},
		"of a public channel of theirs":     {text: link, original: original("public"), want: quote, set: func(a *archive, _ *bridge.Post) { a.may["alex read_channel public"] = true }},
		"of a public channel of the team":   {text: link, original: original("public"), want: quote, set: func(a *archive, _ *bridge.Post) { a.may["alex read_public_channel team"] = true }},
		"where every reader is a member":    {text: link, original: original("public"), set: func(a *archive, _ *bridge.Post) { a.may["alex read_public_channel team"], a.proves = true, true }},
		"of a public channel of others":     {text: link, original: original("public")},
		"of a private channel of theirs":    {text: link, original: original("private"), set: func(a *archive, _ *bridge.Post) { a.may["alex read_channel private"] = true }},
		"of an archived channel":            {text: link, original: original("archived"), set: func(a *archive, _ *bridge.Post) { a.may["alex read_channel archived"] = true }},
		"of a channel that is gone":         {text: link, original: original("gone"), set: func(a *archive, _ *bridge.Post) { a.may["alex read_channel gone"] = true }},
		"that is gone":                      {text: link},
		"that nobody wrote":                 {text: link, original: &model.Post{Id: id, ChannelId: "here", Type: model.PostTypeJoinChannel, Message: "joined"}},
		"without a text":                    {text: link, original: &model.Post{Id: id, ChannelId: "here", UserId: "blake"}},
		"by the bot":                        {text: link, original: &model.Post{Id: id, ChannelId: "here", UserId: "bot", Message: "**Casey:** hello"}, want: "> Casey: hello"},
		"by a webhook":                      {text: link, original: &model.Post{Id: id, ChannelId: "here", UserId: "blake", Message: "rain", Props: model.StringInterface{"from_webhook": "true", "override_username": "Weather"}}, want: "> **Weather:** rain"},
		"of many lines":                     {text: link, original: &model.Post{Id: id, ChannelId: "here", UserId: "blake", Message: "- 1\n- 2\n- 3\n- 4\n- 5"}, want: "> **Blake Demo:** 1\n> 2\n> 3\n> 4\n> 5…"},
		"of one long line":                  {text: link, original: &model.Post{Id: id, ChannelId: "here", UserId: "blake", Message: strings.Repeat("ä", 500)}, want: "> **Blake Demo:** " + strings.Repeat("ä", 400) + "…"},
		"of another server":                 {text: "https://chat.example.org/sub/town/pl/" + id, original: original("here")},
		"named in code":                     {text: "`https://chat.example/sub/town/pl/" + id + "`", original: original("here")},
		"by an address of something else":   {text: "https://chat.example/sub/town/channels/pl/" + id, original: original("here")},
		"by an address with something else": {text: link + "x", original: original("here")},
		"in what came from Teams":           {text: link, original: original("here"), set: func(_ *archive, p *bridge.Post) { p.Mapping = "m" }},
	} {
		a := &archive{posts: map[string]*model.Post{}, may: map[string]bool{}, channels: map[string]*model.Channel{
			"public":   {Id: "public", TeamId: "team", Type: model.ChannelTypeOpen},
			"private":  {Id: "private", TeamId: "team", Type: model.ChannelTypePrivate},
			"archived": {Id: "archived", TeamId: "team", Type: model.ChannelTypeOpen, DeleteAt: 1},
		}}
		if c.original != nil {
			a.posts[id] = c.original
		}
		forward := &bridge.Post{}
		if c.set != nil {
			c.set(a, forward)
		}
		post := &model.Post{ChannelId: "here", UserId: "alex", Message: c.text}
		if forward.Mapping != "" {
			post.AddProp(bridge.MappingProp, string(forward.Mapping))
		}
		if got := mattermost.New(a, nil, "bot").ToBridge(post).Cards; got != c.want {
			t.Errorf("a post %s is shown as\n%q, want\n%q", name, got, c.want)
		}
	}
}
