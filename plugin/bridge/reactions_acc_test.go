// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// reactions waits until nothing is queued, and checks the reactions of the only post and message.
func (s *site) reactions(post bridge.Post, message bridge.TeamsMessage, onPost, onMessage []string) {
	s.t.Helper()
	s.quiet()
	if got := s.mattermost.shown(post.ID); !slices.Equal(got, onPost) {
		s.t.Errorf("the post has %q, want %q", got, onPost)
	}
	if got := s.teams.shown(message.Ref); !slices.Equal(got, onMessage) {
		s.t.Errorf("the message has %q, want %q", got, onMessage)
	}
}

func TestReactionsCrossEachWay(t *testing.T) {
	s := newSite(t)
	s.start()
	s.writePost("", alexMM, "hello")
	post, message := s.pair()
	s.reactToPost(post.ID, alexMM, "👍", true)
	s.reactToPost(post.ID, alexMM, "🎉", true)
	s.reactions(post, message, []string{"alex 🎉", "alex 👍"}, []string{"teams-alex 🎉", "teams-alex 👍"})
	s.inTeams(message.Ref, setReaction(alex.TeamsUser, "😆", true))
	s.reactions(post, message, []string{"alex 🎉", "alex 👍", "alex 😆"}, []string{"teams-alex 🎉", "teams-alex 👍", "teams-alex 😆"})
	// Each side takes back what came from the other.
	s.reactToPost(post.ID, alexMM, "😆", false)
	s.inTeams(message.Ref, setReaction(alex.TeamsUser, "👍", false))
	s.reactions(post, message, []string{"alex 🎉"}, []string{"teams-alex 🎉"})
	if n := s.teams.changes.count(); n != 3 {
		t.Errorf("%d calls of setReaction and unsetReaction, want 3", n)
	}
	if n := s.mattermost.changes.count(); n != 2 {
		t.Errorf("%d changes in Mattermost, want 2", n)
	}
	if texts, _ := s.standing(); !slices.Equal(texts, []string{"hello"}) {
		t.Errorf("Mattermost shows %q", texts)
	}
}

// Who has no account is stood in for by a bot, which then stands for several.
func TestReactionsOfPeopleWithoutAnAccount(t *testing.T) {
	s := newSite(t)
	s.start()
	s.writePost("", alexMM, "hello")
	post, message := s.pair()
	s.reactToPost(post.ID, blakeMM, "👍", true)
	s.reactToPost(post.ID, "casey", "👍", true)
	s.reactions(post, message, []string{"blake 👍", "casey 👍"}, []string{"teams-bot 👍"})
	s.reactToPost(post.ID, blakeMM, "👍", false)
	s.reactions(post, message, []string{"casey 👍"}, []string{"teams-bot 👍"})
	s.reactToPost(post.ID, "casey", "👍", false)
	s.reactions(post, message, nil, nil)

	s.inTeams(message.Ref, setReaction(blake.User, "❤️", true))
	s.inTeams(message.Ref, setReaction("teams-casey", "❤️", true))
	s.reactions(post, message, []string{"plugin-bot ❤️"}, []string{"teams-blake ❤️", "teams-casey ❤️"})
	s.inTeams(message.Ref, setReaction(blake.User, "❤️", false))
	s.reactions(post, message, []string{"plugin-bot ❤️"}, []string{"teams-casey ❤️"})
	s.inTeams(message.Ref, setReaction("teams-casey", "❤️", false))
	s.reactions(post, message, nil, nil)
	if s.tally.dead != 0 {
		t.Errorf("%d dead letters", s.tally.dead)
	}
}

func TestReactionsThatCannotBeShown(t *testing.T) {
	s := newSite(t)
	s.people.bots = nil
	s.start()
	s.writePost("", alexMM, "hello")
	post, message := s.pair()
	s.inTeams(message.Ref, setReaction(blake.User, "unknown-emoji", true))
	s.quiet()
	s.reactToPost(post.ID, blakeMM, "👍", true) // nobody can react for blake
	s.reactions(post, message, []string{"blake 👍"}, []string{"teams-blake unknown-emoji"})
	s.inTeams(message.Ref, setReaction(alex.TeamsUser, "🎉", true))
	s.reactions(post, message, []string{"alex 🎉", "blake 👍"}, []string{"teams-alex 🎉", "teams-blake unknown-emoji"})
	if unknown, nobody := s.tally.count(bridge.UnknownEmoji), s.tally.count(bridge.NoAccount); unknown != 1 || nobody != 1 || s.tally.dead != 0 {
		t.Errorf("%d unknown emoji, %d without an account, %d dead letters; want 1, 1, 0", unknown, nobody, s.tally.dead)
	}
}

// An emoji of an organisation's own is shown by one of the same name, or by a stand-in, and goes when it is taken back.
func TestReactionsWithEmojiOfTheirOwn(t *testing.T) {
	s := newSite(t)
	s.start()
	s.writePost("", alexMM, "hello")
	post, message := s.pair()
	s.reactToPost(post.ID, alexMM, ":ship:", true)
	s.reactToPost(post.ID, alexMM, ":cake:", true)
	s.reactions(post, message, []string{"alex :cake:", "alex :ship:"}, []string{"teams-alex " + bridge.StandIn})
	s.start() // its scan finds nothing new
	s.reactions(post, message, []string{"alex :cake:", "alex :ship:"}, []string{"teams-alex " + bridge.StandIn})
	s.reactToPost(post.ID, alexMM, ":ship:", false)
	s.reactions(post, message, []string{"alex :cake:"}, []string{"teams-alex " + bridge.StandIn})
	s.reactToPost(post.ID, alexMM, ":cake:", false)
	s.reactions(post, message, nil, nil)

	s.inTeams(message.Ref, setReaction(alex.TeamsUser, ":both:", true))
	s.inTeams(message.Ref, setReaction(alex.TeamsUser, ":party:", true))
	s.reactions(post, message, []string{"alex :both:", "alex " + bridge.StandIn}, []string{"teams-alex :both:", "teams-alex :party:"})
	s.start()
	s.reactions(post, message, []string{"alex :both:", "alex " + bridge.StandIn}, []string{"teams-alex :both:", "teams-alex :party:"})
	s.inTeams(message.Ref, setReaction(alex.TeamsUser, ":party:", false))
	s.inTeams(message.Ref, setReaction(alex.TeamsUser, ":both:", false))
	s.reactions(post, message, nil, nil)
	if s.tally.dead != 0 {
		t.Errorf("%d dead letters", s.tally.dead)
	}
}

func TestReactionsBeforeTheirMessage(t *testing.T) {
	s := newSite(t)
	s.tuning.ParkFor = time.Minute
	s.start()
	p := s.mattermost.write(channel, "", alexMM, "post")
	s.reactToPost(p.ID, alexMM, "👍", true)
	m := s.teams.write(bridge.MessageRef{Conversation: chat}, blake, "message")
	s.inTeams(m.Ref, setReaction(alex.TeamsUser, "🎉", true))
	s.writeInTeams("", blake, "another")
	s.eventually("the lane goes on", func() bool { return len(s.mattermost.texts()) == 2 })
	s.hook(p)
	if err := s.receive([]bridge.Arrival{created(m)}); err != nil {
		t.Fatal(err)
	}
	s.quiet()
	sent := s.teams.messages[len(s.teams.messages)-1]
	made := s.mattermost.posts[len(s.mattermost.posts)-1]
	if got := s.teams.shown(sent.Ref); !slices.Equal(got, []string{"teams-alex 👍"}) {
		t.Errorf("the message has %q", got)
	}
	if got := s.mattermost.shown(made.ID); !slices.Equal(got, []string{"alex 🎉"}) {
		t.Errorf("the post has %q", got)
	}
}

func TestAReactionWithAnUnknownOutcome(t *testing.T) {
	dropped := &bridge.Failure{Class: bridge.Unknown, Err: errors.New("the connection was dropped")}
	for name, moment := range map[string]verdict{"it did not arrive": failsBefore, "it arrived": failsAfter} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.start()
			s.writePost("", alexMM, "hello")
			post, message := s.pair()
			s.teams.changes.set(once(moment, dropped))
			s.reactToPost(post.ID, alexMM, "👍", true)
			s.reactions(post, message, []string{"alex 👍"}, []string{"teams-alex 👍"})
			s.mattermost.changes.set(once(moment, errors.New("the server did not answer")))
			s.inTeams(message.Ref, setReaction(alex.TeamsUser, "👍", false))
			s.reactions(post, message, nil, nil)
		})
	}
}

// Reactions added and taken back on both sides at once, faster than they can cross.
func TestReactionsOnBothSidesAtOnce(t *testing.T) {
	s := newSite(t)
	s.start()
	s.start()
	s.writePost("", alexMM, "hello")
	post, message := s.pair()
	emoji := []string{"👍", "🎉", "😆", "😮"}
	var writers sync.WaitGroup
	for i, e := range emoji {
		writers.Go(func() {
			for n := range 5 {
				s.reactToPost(post.ID, alexMM, e, n%2 == 0)
				waitABit(n + i)
			}
		})
		writers.Go(func() {
			for n := range 5 {
				s.inTeams(message.Ref, setReaction(alex.TeamsUser, e, n%2 == 1))
				waitABit(n)
			}
		})
	}
	writers.Wait()
	s.quiet()
	var want []string
	for _, e := range s.mattermost.shown(post.ID) {
		want = append(want, fmt.Sprint("teams-", e))
	}
	if got := s.teams.shown(message.Ref); !slices.Equal(got, want) {
		t.Errorf("Teams shows %q, Mattermost %q", got, s.mattermost.shown(post.ID))
	}
}

func TestReactionsCanBeSwitchedOff(t *testing.T) {
	s := newSite(t)
	s.withoutReactions = true
	s.start()
	s.writePost("", alexMM, "hello")
	post, message := s.pair()
	s.reactToPost(post.ID, alexMM, "👍", true)
	s.inTeams(message.Ref, setReaction(alex.TeamsUser, "🎉", true))
	s.reactions(post, message, []string{"alex 👍"}, []string{"teams-alex 🎉"})
}

// A reaction that may have been set is taken back before anybody knows.
func TestAReactionTakenBackDuringAnUnknownOutcome(t *testing.T) {
	for name, user := range map[string]bridge.UserID{"with an account": alexMM, "through the bot": blakeMM} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.start()
			s.writePost("", alexMM, "hello")
			post, message := s.pair()
			s.teams.changes.set(func(call int) (verdict, error) {
				if call > 1 {
					return works, nil
				}
				s.reactToPost(post.ID, user, "👍", false)
				return failsAfter, &bridge.Failure{Class: bridge.Unknown, Err: errors.New("the connection was dropped")}
			})
			s.reactToPost(post.ID, user, "👍", true)
			s.reactions(post, message, nil, nil)

			s.mattermost.changes.set(func(call int) (verdict, error) {
				if call > 1 {
					return works, nil
				}
				s.inTeams(message.Ref, setReaction(blake.User, "🎉", false))
				return failsAfter, errors.New("the server did not answer")
			})
			s.inTeams(message.Ref, setReaction(blake.User, "🎉", true))
			s.reactions(post, message, nil, nil)
		})
	}
}

// A call without an answer takes effect after the opposite was wanted: that somebody did it in Teams is not what happened.
func TestAReactionThatTakesEffectLate(t *testing.T) {
	dropped := &bridge.Failure{Class: bridge.Unknown, Err: errors.New("the connection was dropped")}
	for name, user := range map[string]bridge.UserID{"with an account": alexMM, "through the bot": blakeMM} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.start()
			s.writePost("", alexMM, "hello")
			post, message := s.pair()
			shown, sender := []string{string(user) + " 👍"}, alex.TeamsUser
			if user == blakeMM {
				sender = bot.TeamsUser
			}
			late := func(on bool) {
				first := s.teams.changes.count() + 1
				s.teams.changes.set(func(call int) (verdict, error) {
					if call > first {
						return works, nil
					}
					s.reactToPost(post.ID, user, "👍", !on)
					return failsBefore, dropped
				})
				s.reactToPost(post.ID, user, "👍", on)
				s.quiet()
				s.inTeams(message.Ref, setReaction(sender, "👍", on))
			}
			late(true)
			s.reactions(post, message, nil, nil)
			s.start() // its scan finds nothing that differs
			s.reactions(post, message, nil, nil)

			s.reactToPost(post.ID, user, "👍", true)
			s.reactions(post, message, shown, []string{string(sender) + " 👍"})
			late(false)
			s.reactions(post, message, shown, []string{string(sender) + " 👍"})
			s.reactToPost(post.ID, user, "👍", false)
			s.reactions(post, message, nil, nil)
		})
	}
}

// A reaction from Teams is taken back in Mattermost, or made again, while nobody knows whether the bridge's own writing of it
// arrived.
func TestAReactionTakenBackDuringACutOffWrite(t *testing.T) {
	lost := errors.New("the server did not answer")
	t.Run("taken back", func(t *testing.T) {
		s := newSite(t)
		s.start()
		s.writePost("", alexMM, "hello")
		post, message := s.pair()
		s.mattermost.changes.set(once(failsAfter, lost))
		s.mattermost.reacted = func(id bridge.PostID, r bridge.PostReaction) {
			s.hookReaction(id, r)
			s.mattermost.reacted = s.hookReaction
			s.reactToPost(post.ID, alexMM, "👍", false)
		}
		s.inTeams(message.Ref, setReaction(alex.TeamsUser, "👍", true))
		s.reactions(post, message, nil, nil)
	})
	t.Run("made again", func(t *testing.T) {
		s := newSite(t)
		s.start()
		s.writePost("", alexMM, "hello")
		post, message := s.pair()
		s.reactToPost(post.ID, alexMM, "👍", true)
		s.quiet()
		s.mattermost.changes.set(once(failsAfter, lost))
		s.mattermost.reacted = func(id bridge.PostID, r bridge.PostReaction) {
			s.hookReaction(id, r)
			s.mattermost.reacted = s.hookReaction
			s.reactToPost(post.ID, alexMM, "👍", true)
		}
		s.inTeams(message.Ref, setReaction(alex.TeamsUser, "👍", false))
		s.reactions(post, message, []string{"alex 👍"}, []string{"teams-alex 👍"})
	})
}
