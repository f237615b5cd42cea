// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
)

func TestWhatSomebodyIsAboutToWrite(t *testing.T) {
	carried := model.StringMap{bridge.MappingProp: "m"}
	for name, c := range map[string]struct {
		session string
		kind    string
		props   model.StringMap
		want    bool
	}{
		"in a client":                       {"s", "", nil, true},
		"later, by the server's schedule":   {"", "", nil, true},
		"in Teams":                          {"", "", carried, false},
		"with the prop of what was carried": {"s", "", carried, true},
		"by a webhook":                      {"", "", model.StringMap{model.PostPropsFromWebhook: "true"}, false},
		"as if by a webhook":                {"s", "", model.StringMap{model.PostPropsFromWebhook: "true"}, true},
		"the server's notice":               {"s", model.PostTypeJoinChannel, nil, false},
	} {
		post := &model.Post{Type: c.kind}
		for prop, value := range c.props {
			post.AddProp(prop, value)
		}
		if got := writtenHere(c.session, post); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// BenchmarkPostInAnUnlinkedChannel is what every post on the server waits for in the plugin while posting is enforced.
func BenchmarkPostInAnUnlinkedChannel(b *testing.B) {
	s := &Service{}
	s.used.Store(&used{settings: config.Settings{EnforceConnectedPosting: true}})
	s.rooms.Store(&rooms{engine: bridge.New(bridge.Config{})})
	post := &model.Post{ChannelId: model.NewId(), UserId: model.NewId(), Message: "hello"}
	for b.Loop() {
		if refusal := s.PostWillBeMade("session", post); refusal != "" {
			b.Fatal(refusal)
		}
	}
}
