// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// Both directions at once, on two nodes, with every kind of failure, notifications doubled and shuffled, while people edit,
// delete and react on both sides. Where one of the nodes dies in the middle, a third one comes.
func TestEverythingAtOnce(t *testing.T) {
	for name, c := range map[string]chaos{
		"two nodes":                       {messages: 40, meddlings: 200},
		"one of them dies":                {messages: 40, meddlings: 200, crash: true},
		"one of them dies amid reactions": {messages: 12, meddlings: 500, crash: true, onlyReactions: true},
	} {
		t.Run(name, func(t *testing.T) { everythingAtOnce(t, c) })
	}
}

// chaos is what happens in each conversation.
type chaos struct {
	messages      int // of each side
	meddlings     int // what people do with them
	onlyReactions bool
	crash         bool
}

func everythingAtOnce(t *testing.T, c chaos) {
	const conversations = 4
	messages, crash := c.messages, c.crash
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, 0))
	chance := func(percent int) bool {
		mu.Lock()
		defer mu.Unlock()
		return random.IntN(100) < percent
	}

	s := newSite(t)
	s.tuning.ReorderWindow = 300 * time.Millisecond
	s.tuning.MaxAttempts = 100 // nothing may be given up here
	s.tuning.ParkFor = 5 * time.Second
	failing := func(before, after error) fault {
		return func(int) (verdict, error) {
			switch {
			case chance(5):
				return failsBefore, before
			case chance(5):
				return failsBefore, dropped
			case chance(5):
				return failsAfter, after
			}
			return works, nil
		}
	}
	s.teams.sends.set(failing(throttled, dropped))
	s.mattermost.creates.set(failing(errors.New("no"), errors.New("perhaps")))
	s.teams.changes.set(failing(throttled, dropped))
	s.mattermost.changes.set(failing(errors.New("no"), errors.New("perhaps")))
	s.teams.reads.set(func(int) (verdict, error) {
		if chance(5) {
			return failsBefore, throttled
		}
		return works, nil
	})
	var begun, underway atomic.Int64
	deliver := func(a bridge.Arrival) {
		for range 2 {
			underway.Add(1)
			begun.Add(1)
			time.AfterFunc(rand.N(30*time.Millisecond), func() {
				defer underway.Add(-1)
				if err := s.receive([]bridge.Arrival{a}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	s.teams.notify = func(arrivals []bridge.Arrival) { deliver(arrivals[0]) }

	first := s.start()
	doomed := s.start()
	var links []bridge.Link
	for i := range conversations {
		link, err := first.Links().Create(t.Context(), bridge.Link{
			Channel:      bridge.ChannelID(fmt.Sprintf("c%d", i)),
			Conversation: bridge.Conversation{ID: bridge.ConversationID(fmt.Sprintf("19:%d", i)), Team: "team"},
		})
		if err != nil {
			t.Fatal(err)
		}
		links = append(links, link)
	}
	s.eventually("both nodes know the links", func() bool { return len(doomed.Links().All()) == len(first.Links().All()) })

	var writers sync.WaitGroup
	for _, link := range links {
		writers.Go(func() {
			c.meddle(s, link, rand.New(rand.NewPCG(seed, uint64(link.Channel[1]))))
		})
		writers.Go(func() {
			var root bridge.TeamsMessageID
			for n := range messages {
				ref := bridge.MessageRef{Conversation: link.Conversation}
				if n%4 == 3 {
					ref.Root = root // an answer to what may not have arrived yet
				}
				from := blake
				if n%3 == 0 {
					from = asAlex
				}
				m := s.teams.write(ref, from, fmt.Sprintf("<p>in %d</p>", n))
				if ref.Root == "" {
					root = m.Ref.ID
				}
				deliver(created(m))
			}
		})
		writers.Go(func() {
			var root bridge.PostID
			for n := range messages {
				under := bridge.PostID("")
				if n%4 == 3 {
					under = root
				}
				author := alexMM
				if n%3 == 0 {
					author = blakeMM
				}
				p := s.mattermost.write(link.Channel, under, author, fmt.Sprintf("out %d", n))
				if under == "" {
					root = p.ID
				}
				s.hook(p)
			}
		})
	}
	if crash {
		s.eventually("work has begun", func() bool { return s.teams.sends.count() > messages/2 })
		s.crash(doomed)
		s.start()
	}
	writers.Wait()
	var differences []string
	for deadline := time.Now().Add(30 * time.Second); ; {
		s.eventually("every notification has arrived and nothing is queued", func() bool {
			before := begun.Load()
			return underway.Load() == 0 && s.idle() && begun.Load() == before
		})
		differences = nil
		for _, link := range links {
			differences = append(differences, s.compare(link, messages, !crash)...)
		}
		// What a scan has yet to find, because a hook died with its node, is queued nowhere.
		if len(differences) == 0 || time.Now().After(deadline) {
			break
		}
		<-time.After(s.tuning.PollEvery)
	}
	for _, difference := range differences {
		t.Error(difference)
	}
}

// compare says in what the two sides differ that they should not: everything that stands is there once, with the same text
// and reactions, replies under their roots, nothing that was deleted, and, if nothing died, in the order of writing.
func (s *site) compare(link bridge.Link, messages int, ordered bool) (differences []string) {
	differ := func(format string, values ...any) {
		differences = append(differences, fmt.Sprintf("%s: ", link.Channel)+fmt.Sprintf(format, values...))
	}
	s.mattermost.mu.Lock()
	allPosts := slices.Clone(s.mattermost.posts)
	s.mattermost.mu.Unlock()
	s.teams.mu.Lock()
	allMessages, first := slices.Clone(s.teams.messages), maps.Clone(s.teams.first)
	s.teams.mu.Unlock()
	posts, sent := map[string][]bridge.Post{}, map[string][]bridge.TeamsMessage{}
	byID := map[bridge.PostID]bridge.Post{}
	var in, out []string // in the order in which they were made
	for _, p := range allPosts {
		byID[p.ID] = p
		if p.Channel != link.Channel {
			continue
		}
		key := keyOf(p.Message)
		posts[key] = append(posts[key], p)
		if p.Mapping != "" {
			in = append(in, key)
		}
	}
	byRef := map[bridge.TeamsMessageID]string{}
	for _, m := range allMessages {
		if m.Ref.Conversation.ID != link.Conversation.ID {
			continue
		}
		key := keyOf(first[m.Ref])
		byRef[m.Ref.ID] = key
		sent[key] = append(sent[key], m)
		if strings.HasPrefix(key, "out ") {
			out = append(out, key)
		}
	}
	for n := range messages {
		for _, side := range []string{"in", "out"} {
			key := fmt.Sprint(side, " ", n)
			p, m := posts[key], sent[key]
			if deletable(n) && len(m) > 1 {
				// Teams does not say whose a deleted message was: one that is deleted before its send is confirmed is sent again.
				m = slices.DeleteFunc(m, func(m bridge.TeamsMessage) bool { return !m.DeletedAt.IsZero() })
			}
			if gone := standingPosts(p) == 0 && standingMessages(m) == 0; gone && deletable(n) && len(p) <= 1 && len(m) <= 1 {
				continue // deleted on both sides, or before it was carried
			}
			if len(p) != 1 || len(m) != 1 || standingPosts(p) != 1 || standingMessages(m) != 1 {
				differ("%q is there as %d posts and %d messages, of which %d and %d stand", key, len(p), len(m), standingPosts(p), standingMessages(m))
				continue
			}
			s.same(differ, key, p[0], m[0])
			if wantReply := n%4 == 3; (p[0].Root != "") != wantReply || (m[0].Ref.Root != "") != wantReply {
				differ("%q is under %q and %q", key, p[0].Root, m[0].Ref.Root)
			} else if above := fmt.Sprint(side, " ", n-1); wantReply && (keyOf(byID[p[0].Root].Message) != above || byRef[m[0].Ref.Root] != above) {
				differ("%q is under %q and %q, want %q", key, byID[p[0].Root].Message, byRef[m[0].Ref.Root], above)
			}
		}
	}
	for direction, got := range map[string][]string{"Teams → Mattermost": in, "Mattermost → Teams": out} {
		if ordered && !slices.IsSortedFunc(got, func(a, b string) int { return number(a) - number(b) }) {
			differ("%s: out of order: %v", direction, got)
		}
	}
	return differences
}

// same compares the text and the reactions of a pair. Who has no account is stood in for by a bot.
func (s *site) same(differ func(string, ...any), key string, p bridge.Post, m bridge.TeamsMessage) {
	if text := markup.Canonical(m.HTML); text[strings.Index(text, key):] != p.Message[strings.Index(p.Message, key):] {
		differ("%q is %q in Mattermost and %q in Teams", key, p.Message, text)
	}
	onPost, onMessage := map[string]bool{}, map[string]bool{}
	for _, r := range s.mattermost.shown(p.ID) {
		onPost[strings.NewReplacer("plugin-bot", "somebody in Teams", "blake", "somebody in Mattermost").Replace(r)] = true
	}
	for _, r := range s.teams.shown(m.Ref) {
		onMessage[strings.NewReplacer("teams-alex", "alex", "teams-blake", "somebody in Teams", "teams-bot", "somebody in Mattermost").Replace(r)] = true
	}
	if !maps.Equal(onPost, onMessage) {
		differ("%q has the reactions %q in Mattermost and %q in Teams", key, s.mattermost.shown(p.ID), s.teams.shown(m.Ref))
	}
}

// meddle edits, deletes and reacts as people on both sides do, on whatever there is, carried or not.
func (c chaos) meddle(s *site, link bridge.Link, random *rand.Rand) {
	emoji := []string{"👍", "🎉"}
	for range c.meddlings {
		<-time.After(rand.N(10 * time.Millisecond))
		what := random.IntN(10)
		if c.onlyReactions {
			what = 6 + random.IntN(4)
		}
		if random.IntN(2) == 0 {
			if p, ok := s.mattermost.pick(link.Channel, random); ok {
				key := keyOf(p.Message)
				switch {
				case what < 5 && p.Author != "":
					s.editPost(p.ID, fmt.Sprintf("%s edit %d", key, random.IntN(1000)))
				case what == 5 && p.Author != "" && deletable(number(key)):
					s.deletePost(p.ID)
				case what > 5:
					s.reactToPost(p.ID, []bridge.UserID{alexMM, blakeMM}[what%2], emoji[random.IntN(2)], random.IntN(3) > 0)
				}
			}
			continue
		}
		if m, ok := s.teams.pick(link.Conversation.ID, random); ok {
			key := keyOf(s.teams.first[m.Ref])
			switch {
			case what < 5 && m.From.User != bot.TeamsUser:
				s.inTeams(m.Ref, setText(fmt.Sprintf("<p>%s edit %d</p>", key, random.IntN(1000))))
			case what == 5 && deletable(number(key)):
				s.inTeams(m.Ref, setDeleted)
			case what > 5:
				s.inTeams(m.Ref, setReaction([]bridge.TeamsUserID{alex.TeamsUser, blake.User}[what%2], emoji[random.IntN(2)], random.IntN(3) > 0))
			}
		}
	}
}

// deletable messages are some that nobody replies to.
func deletable(n int) bool { return n%8 == 1 }

func (s *mattermostSide) pick(channel bridge.ChannelID, random *rand.Rand) (bridge.Post, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []bridge.Post
	for _, p := range s.posts {
		if p.Channel == channel && p.DeleteAt == 0 {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		return bridge.Post{}, false
	}
	return all[random.IntN(len(all))], true
}

func (s *teamsSide) pick(conversation bridge.ConversationID, random *rand.Rand) (bridge.TeamsMessage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []bridge.TeamsMessage
	for _, m := range s.messages {
		if m.Ref.Conversation.ID == conversation && m.DeletedAt.IsZero() {
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return bridge.TeamsMessage{}, false
	}
	return all[random.IntN(len(all))], true
}

func standingPosts(posts []bridge.Post) (n int) {
	for _, p := range posts {
		if p.DeleteAt == 0 {
			n++
		}
	}
	return n
}

func standingMessages(messages []bridge.TeamsMessage) (n int) {
	for _, m := range messages {
		if m.DeletedAt.IsZero() {
			n++
		}
	}
	return n
}

var keys = regexp.MustCompile(`(in|out) [0-9]+`)

// keyOf is what a message was called when it was written: "in 3" or "out 3".
func keyOf(text string) string { return keys.FindString(text) }

func number(key string) (n int) {
	fmt.Sscanf(key[strings.LastIndex(key, " ")+1:], "%d", &n)
	return n
}
