// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
)

func TestUnicodeOf(t *testing.T) {
	for name, want := range map[string]string{
		"+1": "👍", "thumbsup": "👍", "heart": "❤️", "wave_medium_skin_tone": "👋🏽", "flag-de": "🇩🇪", "mattermost": "", "our-own": "",
	} {
		got, known := mattermost.UnicodeOf(name)
		if got != want || known != (want != "") {
			t.Errorf("%s is %q, %v; want %q", name, got, known, want)
		}
	}
}

// reacting answers what the server says of reactions.
type reacting struct {
	api
	all            []*model.Reaction
	added, removed []string
}

func (r *reacting) AddReaction(x *model.Reaction) (*model.Reaction, *model.AppError) {
	r.added = append(r.added, x.UserId+" "+x.EmojiName)
	return x, r.failure
}

func (r *reacting) RemoveReaction(x *model.Reaction) *model.AppError {
	r.removed = append(r.removed, x.UserId+" "+x.EmojiName)
	return r.failure
}

func (r *reacting) GetReactions(string) ([]*model.Reaction, *model.AppError) { return r.all, r.failure }

func TestReactionsAreNamed(t *testing.T) {
	a := &reacting{}
	s := mattermost.New(a, nil, "bot")
	for _, emoji := range []string{"👍", "❤", "❤️", "😮", "😆", "🤣"} {
		if err := s.AddReaction(t.Context(), "p", bridge.PostReaction{User: "alex", Emoji: emoji}); err != nil {
			t.Error(err)
		}
	}
	if want := []string{"alex +1", "alex heart", "alex heart", "alex open_mouth", "alex laughing", "alex rofl"}; !slices.Equal(a.added, want) {
		t.Errorf("added %q, want %q", a.added, want)
	}
	if err := s.AddReaction(t.Context(), "p", bridge.PostReaction{User: "alex", Emoji: "custom"}); !errors.Is(err, bridge.ErrUnknownEmoji) {
		t.Errorf("an unknown emoji: %v", err)
	}
	a.all = []*model.Reaction{{UserId: "alex", EmojiName: "+1"}, {UserId: "alex", EmojiName: "thumbsup"}, {UserId: "blake", EmojiName: "+1"}, {UserId: "alex", EmojiName: "heart"}}
	if err := s.RemoveReaction(t.Context(), "p", bridge.PostReaction{User: "alex", Emoji: "👍"}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"alex +1", "alex thumbsup"}; !slices.Equal(a.removed, want) {
		t.Errorf("removed %q, want %q", a.removed, want)
	}
	for _, status := range []int{404, 501} {
		a.failure = model.NewAppError("", "id", nil, "", status)
		if err := s.AddReaction(t.Context(), "p", bridge.PostReaction{User: "alex", Emoji: "👍"}); !errors.Is(err, bridge.ErrUnknownEmoji) {
			t.Errorf("an emoji that the server does not know (%d): %v", status, err)
		}
	}
	a.failure = model.NewAppError("", "id", nil, "", 400)
	err := s.AddReaction(t.Context(), "p", bridge.PostReaction{User: "alex", Emoji: "👍"})
	if bridge.ClassOf(err) != bridge.Permanent {
		t.Errorf("a refused reaction: %v", err)
	}
}

func (r *reacting) GetEmojiByName(name string) (*model.Emoji, *model.AppError) {
	switch name {
	case "party_parrot":
		return &model.Emoji{Name: name}, nil
	case "broken":
		return nil, model.NewAppError("", "id", nil, "", 500)
	}
	return nil, model.NewAppError("", "id", nil, "", 404)
}

func TestEmojiOfTeamsOnPosts(t *testing.T) {
	a := &reacting{}
	s := mattermost.New(a, nil, "bot")
	for emoji, want := range map[string]string{
		"👍": "👍", "👍🏽": "👍🏽", "❤": "❤", "🫆": bridge.StandIn, "🦷🏽": "🦷",
		":Party Parrot:": ":party_parrot:", ":rocket:": "🚀", ":unheard-of:": bridge.StandIn, ":né:": bridge.StandIn, "::": bridge.StandIn,
	} {
		if got, err := s.ReactionEmoji(t.Context(), emoji); err != nil || got != want {
			t.Errorf("%s is shown as %s, %v; want %s", emoji, got, err, want)
		}
	}
	if _, err := s.ReactionEmoji(t.Context(), ":broken:"); bridge.ClassOf(err) != bridge.Retry {
		t.Errorf("a server in trouble: %v", err)
	}
	for _, emoji := range []string{":party_parrot:", bridge.StandIn} {
		if err := s.AddReaction(t.Context(), "p", bridge.PostReaction{User: "alex", Emoji: emoji}); err != nil {
			t.Error(err)
		}
	}
	a.all = []*model.Reaction{{UserId: "alex", EmojiName: "party_parrot"}, {UserId: "alex", EmojiName: "symbols"}}
	if err := s.RemoveReaction(t.Context(), "p", bridge.PostReaction{User: "alex", Emoji: ":party_parrot:"}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.added, []string{"alex party_parrot", "alex symbols"}) || !slices.Equal(a.removed, []string{"alex party_parrot"}) {
		t.Errorf("added %q, removed %q", a.added, a.removed)
	}
	if got := mattermost.EmojiOf("party_parrot"); got != ":party_parrot:" {
		t.Errorf("a custom emoji is %s", got)
	}
}
