// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// looked waits until nothing of the queue is due: its events were looked at, and either wait or are done. It may be called
// from within a call of the bridge.
func (s *site) looked(queue func(bridge.Health) bridge.Queue) {
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); <-time.After(time.Millisecond) {
		if h, err := s.any().Health(s.t.Context()); err == nil && queue(h).Pending == 0 {
			return
		}
	}
	s.t.Error("an event was not looked at within a second")
}

func inbound(h bridge.Health) bridge.Queue  { return h.Inbound }
func outbound(h bridge.Health) bridge.Queue { return h.Outbound }

// withReaction is a site with one post and its message, to which alex has reacted or not.
func withReaction(t *testing.T, reacted bool) (*site, bridge.Post, bridge.TeamsMessage) {
	t.Helper()
	s := newSite(t)
	s.start()
	s.writePost("", alexMM, "hello")
	post, message := s.pair()
	if reacted {
		s.reactToPost(post.ID, alexMM, "👍", true)
		s.quiet()
	}
	return s, post, message
}

// bothShow checks that both sides show alex's reaction, or none.
func (s *site) bothShow(post bridge.Post, message bridge.TeamsMessage, reacted bool) {
	s.t.Helper()
	if got := s.mattermost.shown(post.ID); len(got) != len(s.teams.shown(message.Ref)) || (len(got) == 1) != reacted {
		s.t.Errorf("Mattermost shows %q, Teams %q", got, s.teams.shown(message.Ref))
	}
}

// In Teams somebody undoes what the bridge is sending, after it arrived and before the bridge knows. The event of that is
// looked at while the mapping still says what was so before, so that nothing seems to have changed.
func TestASentChangeIsUndoneBeforeItIsConfirmed(t *testing.T) {
	for name, test := range map[string]struct{ before, sent bool }{"a reaction": {false, true}, "a reaction taken back": {true, false}} {
		t.Run(name, func(t *testing.T) {
			s, post, message := withReaction(t, test.before)
			var undo sync.Once
			s.teams.notify = func([]bridge.Arrival) {
				undo.Do(func() {
					s.inTeams(message.Ref, setReaction(alex.TeamsUser, "👍", test.before))
					s.looked(inbound)
				})
			}
			s.reactToPost(post.ID, alexMM, "👍", test.sent)
			s.quiet()
			s.bothShow(post, message, test.before)
		})
	}
}

// The same in Mattermost, while the bridge is writing there.
func TestAWrittenChangeIsUndoneBeforeItIsConfirmed(t *testing.T) {
	for name, test := range map[string]struct{ before, written bool }{"a reaction": {false, true}, "a reaction taken back": {true, false}} {
		t.Run(name, func(t *testing.T) {
			s, post, message := withReaction(t, test.before)
			var undo sync.Once
			s.mattermost.reacted = func(id bridge.PostID, r bridge.PostReaction) {
				s.hookReaction(id, r)
				undo.Do(func() {
					s.reactToPost(post.ID, alexMM, "👍", test.before)
					s.looked(outbound)
				})
			}
			s.inTeams(message.Ref, setReaction(alex.TeamsUser, "👍", test.written))
			s.quiet()
			s.bothShow(post, message, test.before)
		})
	}
	t.Run("an edit", func(t *testing.T) {
		s := newSite(t)
		s.start()
		s.writePost("", alexMM, "one")
		post, message := s.pair()
		var undo sync.Once
		s.mattermost.changed = func(after, before bridge.Post) {
			s.hookChange(after, before)
			undo.Do(func() {
				s.editPost(post.ID, "one")
				s.looked(outbound)
			})
		}
		s.inTeams(message.Ref, setText("<p>two</p>"))
		s.stands([]string{"one"}, []string{"one"})
	})
}

// In Teams somebody undoes what the bridge is writing in Mattermost, and whether it was written is not known.
func TestAChangeIsUndoneWhileItsWritingIsUnknown(t *testing.T) {
	for name, user := range map[string]bridge.TeamsUserID{"a reaction of alex": alex.TeamsUser, "a reaction shown by the bot": blake.User} {
		for state, on := range map[string]bool{"set": true, "taken back": false} {
			t.Run(name+" "+state, func(t *testing.T) {
				s := newSite(t)
				s.start()
				s.writePost("", alexMM, "hello")
				post, message := s.pair()
				if !on {
					s.inTeams(message.Ref, setReaction(user, "🎉", true))
					s.quiet()
				}
				s.mattermost.changes.set(s.undoing(message, setReaction(user, "🎉", !on)))
				s.inTeams(message.Ref, setReaction(user, "🎉", on))
				s.quiet()
				if got := s.mattermost.shown(post.ID); len(got) != len(s.teams.shown(message.Ref)) || (len(got) == 0) != on {
					t.Errorf("Mattermost shows %q, Teams %q", got, s.teams.shown(message.Ref))
				}
			})
		}
	}
	t.Run("an edit", func(t *testing.T) {
		s := newSite(t)
		s.start()
		s.writePost("", alexMM, "one")
		_, message := s.pair()
		s.mattermost.changes.set(s.undoing(message, setText("<p>one</p>")))
		s.inTeams(message.Ref, setText("<p>two</p>"))
		s.stands([]string{"one"}, []string{"one"})
	})
}

// undoing makes the next call take effect without an answer, while somebody undoes in Teams what it is about.
func (s *site) undoing(message bridge.TeamsMessage, undo func(*bridge.TeamsMessage) bool) fault {
	var begun atomic.Bool
	return func(int) (verdict, error) {
		if begun.Swap(true) {
			return works, nil
		}
		s.inTeams(message.Ref, undo)
		return failsAfter, errors.New("the server did not answer")
	}
}

// A hook died with its node while the post was being written. The scan that finds its reaction does not wait for the
// writing to end, because nobody scans again after that.
func TestAScanFindsAReactionToAPostThatIsBeingWritten(t *testing.T) {
	s := newSite(t)
	s.tuning.MaxAttempts = 1000
	s.start()
	s.writePost("", alexMM, "hello")
	post, message := s.pair()
	var mended atomic.Bool
	s.mattermost.changes.set(func(int) (verdict, error) {
		if mended.Load() {
			return works, nil
		}
		return failsBefore, errors.New("not now")
	})
	s.inTeams(message.Ref, setReaction(alex.TeamsUser, "🎉", true))
	s.eventually("the post is being written", func() bool { return s.mattermost.changes.count() > 0 })
	s.mattermost.setReaction(post.ID, bridge.PostReaction{User: alexMM, Emoji: "👍"}, true)
	s.mattermost.write(channel, "", alexMM, "no hook told of this either")
	s.start()
	s.eventually("a scan", func() bool { return len(s.teams.texts()) == 2 })
	mended.Store(true)
	s.reactions(post, message, []string{"alex 🎉", "alex 👍"}, []string{"teams-alex 🎉", "teams-alex 👍"})
}

// Posts made and reacted to while nobody was there.
func TestAScanFindsReactionsToWhatIsNotCarriedYet(t *testing.T) {
	s := newSite(t)
	s.stop(s.start())
	post := s.mattermost.write(channel, "", alexMM, "hello")
	s.mattermost.setReaction(post.ID, bridge.PostReaction{User: alexMM, Emoji: "👍"}, true)
	s.start()
	s.eventually("the post crosses", func() bool { return len(s.teams.texts()) == 1 })
	s.reactions(post, s.teams.messages[0], []string{"alex 👍"}, []string{"teams-alex 👍"})
}

// An edit of a message of ours that nobody knows to be ours yet: the POST was not answered, and looking for it fails for
// so long that the edit no longer waits.
func TestAnEditOfASendThatIsNotConfirmedYet(t *testing.T) {
	s := newSite(t)
	s.tuning.MaxAttempts = 1000
	s.start()
	s.teams.silent = true
	s.teams.sends.set(once(failsAfter, dropped))
	s.teams.looks.set(func(int) (verdict, error) { return failsBefore, throttled })
	s.writePost("", alexMM, "one")
	s.eventually("the message is there", func() bool { return len(s.teams.texts()) == 1 })
	message := s.teams.messages[0]
	s.inTeams(message.Ref, setText("<p>two</p>"))
	s.inTeams(message.Ref, setReaction(alex.TeamsUser, "👍", true))
	s.stands([]string{"two"}, []string{"two"})
	if got := s.mattermost.shown(s.mattermost.posts[0].ID); !slices.Equal(got, []string{"alex 👍"}) {
		t.Errorf("the post has %q", got)
	}
}
