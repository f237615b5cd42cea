// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// Both directions at once, on two nodes, with every kind of failure, notifications doubled and shuffled. In the second
// run one of the nodes dies in the middle and a third one comes.
func TestEverythingAtOnce(t *testing.T) {
	for name, crash := range map[string]bool{"two nodes": false, "one of them dies": true} {
		t.Run(name, func(t *testing.T) { everythingAtOnce(t, crash) })
	}
}

func everythingAtOnce(t *testing.T, crash bool) {
	const conversations, messages = 4, 40
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
	s.teams.reads.set(func(int) (verdict, error) {
		if chance(5) {
			return failsBefore, throttled
		}
		return works, nil
	})
	var deliveries sync.WaitGroup
	deliver := func(a bridge.Arrival) {
		for range 2 {
			mu.Lock()
			late := rand.N(30 * time.Millisecond)
			mu.Unlock()
			deliveries.Add(1)
			time.AfterFunc(late, func() {
				defer deliveries.Done()
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
		s.eventually("work has begun", func() bool { return s.teams.sends.count() > messages })
		s.crash(doomed)
		s.start()
	}
	writers.Wait()
	deliveries.Wait()
	s.quiet()
	deliveries.Wait()
	s.quiet()
	for _, link := range links {
		s.check(link, messages, !crash)
	}
}

// check compares what one side wrote with what the other side shows: everything once, replies under their roots, and, if
// nothing died, in the order of writing.
func (s *site) check(link bridge.Link, messages int, ordered bool) {
	s.t.Helper()
	var want []string
	for n := range messages {
		want = append(want, fmt.Sprint(n))
	}
	var in, out []string
	posts := map[bridge.PostID]bridge.Post{}
	for _, p := range s.mattermost.posts {
		posts[p.ID] = p
		if p.Channel != link.Channel || p.Mapping == "" {
			continue
		}
		n := p.Message[strings.LastIndex(p.Message, " ")+1:]
		in = append(in, n)
		if wantReply := number(n)%4 == 3; (p.Root != "") != wantReply || wantReply && !strings.HasSuffix(posts[p.Root].Message, fmt.Sprintf(" %d", number(n)-1)) {
			s.t.Errorf("%s: post %q is under %q", link.Channel, p.Message, posts[p.Root].Message)
		}
	}
	texts := map[bridge.TeamsMessageID]string{}
	for _, m := range s.teams.messages {
		text := markup.Canonical(m.HTML)
		if m.Ref.Conversation.ID != link.Conversation.ID || !strings.Contains(text, "out ") {
			continue
		}
		texts[m.Ref.ID] = text
		n := text[strings.LastIndex(text, " ")+1:]
		out = append(out, n)
		if wantReply := number(n)%4 == 3; (m.Ref.Root != "") != wantReply || wantReply && !strings.HasSuffix(texts[m.Ref.Root], fmt.Sprintf(" %d", number(n)-1)) {
			s.t.Errorf("%s: message %q is under %q", link.Channel, text, texts[m.Ref.Root])
		}
	}
	for direction, got := range map[string][]string{"Teams → Mattermost": in, "Mattermost → Teams": out} {
		shown := slices.Clone(got)
		if !ordered {
			slices.SortFunc(got, func(a, b string) int { return number(a) - number(b) })
		}
		if !slices.Equal(got, want) {
			s.t.Errorf("%s, %s: %d of %d arrived: %v", link.Channel, direction, len(got), messages, shown)
		}
	}
}

func number(text string) (n int) {
	fmt.Sscan(text, &n)
	return n
}
