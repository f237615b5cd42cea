// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

func TestWhatWasMissedInTeamsIsFound(t *testing.T) {
	s := newSite(t)
	n := s.start()
	edited := s.writeInTeams("", blake, "one")
	deleted := s.writeInTeams("", blake, "two")
	reacted := s.writeInTeams("", blake, "three")
	same := s.writeInTeams("", blake, "four")
	s.quiet()
	s.writePost("", alexMM, "five, from Mattermost")
	s.writePost("", blakeMM, "six, by the bot")
	s.quiet()

	// The subscription is gone.
	s.inTeamsUnseen(edited.Ref, setText("one, edited"))
	s.inTeamsUnseen(deleted.Ref, setDeleted)
	s.inTeamsUnseen(reacted.Ref, setReaction(alex.TeamsUser, "👍", true))
	s.writeUnseen(same.Ref.ID, blake, "reply to four")
	later := s.writeUnseen("", blake, "seven")
	s.writeUnseen(later.Ref.ID, asAlex, "reply to seven")
	gone := s.writeUnseen("", blake, "never seen")
	s.inTeamsUnseen(gone.Ref, setDeleted)
	s.writeUnseen("", bridge.Sender{User: bot.TeamsUser, Name: "Bridge"}, "the bot by itself")
	s.writeUnseen("", blake, "eight")

	s.wantResync(n)
	if found := s.catchUp(n, store.Catchup); found != 7 {
		t.Errorf("found %d, want 3 changes and 4 messages", found)
	}
	s.quiet()
	posts, _ := s.standing()
	want := []string{"**Blake Demo:** one, edited", "**Blake Demo:** three", "**Blake Demo:** four", "five, from Mattermost", "six, by the bot",
		"**Blake Demo:** reply to four", "**Blake Demo:** seven", "reply to seven", "**Blake Demo:** eight"}
	if !slices.Equal(posts, want) {
		t.Errorf("Mattermost shows\n\t%q\nwant\n\t%q", posts, want)
	}
	if got := s.mattermost.shown("post0003"); !slices.Equal(got, []string{"alex 👍"}) {
		t.Errorf("the reactions are %v", got)
	}
	if sent := s.teams.sends.count(); sent != 2 {
		t.Errorf("%d messages were sent to Teams, want the two of before", sent)
	}

	s.wantResync(n)
	if found := s.catchUp(n, store.Catchup); found != 0 {
		t.Errorf("a second look found %d, want nothing", found)
	}
}

func TestACatchUpAndNotificationsAtOnce(t *testing.T) {
	s := newSite(t)
	one, two := s.start(), s.start()
	const n = 30
	var messages []bridge.TeamsMessage
	for i := range n {
		messages = append(messages, s.writeUnseen("", blake, fmt.Sprintf("message %02d", i)))
	}
	var all sync.WaitGroup
	for _, node := range []*node{one, two} {
		all.Go(func() {
			for range 3 {
				if _, err := node.store.WantResync(context.Background(), chat.ID, store.WantedByPerson); err != nil {
					t.Error(err)
				}
				if _, err := s.resync(node).Run(context.Background(), chat.ID, store.Catchup); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Go(func() {
		for _, m := range messages {
			if err := s.receive([]bridge.Arrival{created(m), created(m)}); err != nil {
				t.Error(err)
			}
		}
	})
	all.Wait()
	s.catchUp(one, store.Catchup)
	s.quiet()
	texts := s.mattermost.texts()
	slices.Sort(texts)
	var want []string
	for i := range n {
		want = append(want, fmt.Sprintf("**Blake Demo:** message %02d", i))
	}
	if !slices.Equal(texts, want) {
		t.Errorf("Mattermost shows %q", texts)
	}
}

// What is newer than a gap waits for what was missed in it; so the order stays.
func TestWhatIsNewerWaitsForWhatWasMissed(t *testing.T) {
	s := newSite(t)
	n := s.start()
	gap := func() {
		if _, err := n.store.WantResync(t.Context(), chat.ID, store.WantedSubscription); err != nil {
			t.Fatal(err)
		}
	}
	s.writeUnseen("", blake, "missed")
	gap()
	s.writeInTeams("", blake, "newer")
	s.writePost("", alexMM, "from Mattermost")
	s.eventually("the other direction is not held", func() bool { return s.teams.sends.count() == 1 })
	if got := s.mattermost.texts(); !slices.Equal(got, []string{"alex: from Mattermost"}) {
		t.Errorf("before the missed message is found, Mattermost shows %q", got)
	}
	s.catchUp(n, store.Catchup)
	s.settle([]string{"alex: from Mattermost", "**Blake Demo:** missed", "**Blake Demo:** newer"}, []string{"missed", "newer", "from Mattermost"})

	// A search that does not go on holds nobody up for ever.
	gap()
	s.writeInTeams("", blake, "newest")
	if _, err := n.store.Pool().Exec(t.Context(), "UPDATE msteamssync.resyncs SET hold_until = clock_timestamp() + interval '300 milliseconds'"); err != nil {
		t.Fatal(err)
	}
	s.eventually("the newest is posted", func() bool { return len(s.mattermost.texts()) == 4 })
}

// What a notification carries is not fetched because a search finds the message too, unless it was changed since.
func TestWhatCameAlongIsNotFetchedForASearch(t *testing.T) {
	s, _ := newAnnouncedSite(t)
	n := s.any()
	if _, err := n.store.WantResync(t.Context(), chat.ID, store.WantedSubscription); err != nil {
		t.Fatal(err)
	}
	changed, untouched := s.announce("", blake, "changed"), s.announce("", blake, "untouched")
	s.inTeamsUnseen(changed.Ref, setText("changed since"))
	s.deliver(changed, untouched)
	s.catchUp(n, store.Catchup)
	s.settle([]string{"**Blake Demo:** changed since", "**Blake Demo:** untouched"}, []string{"changed since", "untouched"})
	if n := s.teams.reads.count(); n != 1 {
		t.Errorf("%d messages fetched, want the changed one", n)
	}
}

// A node that dies while it looks: another one goes on where it was, and everything comes in its order.
func TestACrashInTheMiddleOfACatchUp(t *testing.T) {
	s := newSite(t)
	doomed := s.start()
	var posts, messages []string
	for i := range 7 {
		text := fmt.Sprintf("message %d", i)
		s.writeUnseen("", blake, text)
		posts, messages = append(posts, "**Blake Demo:** "+text), append(messages, text)
	}
	s.wantResync(doomed)
	s.teams.pages.set(func(call int) (verdict, error) {
		if call == 3 {
			s.crash(doomed)
			return failsBefore, &bridge.Failure{Class: bridge.Retry, Err: errors.New("the process is gone")}
		}
		return works, nil
	})
	if _, err := s.resync(doomed).Run(t.Context(), chat.ID, store.Catchup); err == nil {
		t.Error("the run of the node that died did not fail")
	}
	next := s.start()
	if got := s.mattermost.texts(); len(got) > 0 {
		t.Errorf("before the run has ended Mattermost shows %q", got)
	}
	s.catchUp(next, store.Catchup)
	s.settle(posts, messages)
	if want := []string{"", "from 2", "from 4", "from 6"}; !slices.Equal(s.teams.turned, want) {
		t.Errorf("the pages %q were read, want %q", s.teams.turned, want)
	}
}

func TestACatchUpBeginsAgainWhenGraphForgotItsPage(t *testing.T) {
	s := newSite(t)
	n := s.start()
	for i := range 5 {
		s.writeUnseen("", blake, fmt.Sprint(i))
	}
	s.wantResync(n)
	s.teams.pages.set(func(call int) (verdict, error) {
		if call == 2 {
			return failsBefore, &bridge.Failure{Class: bridge.NotFound, Status: 410, Err: errors.New("the page is gone")}
		}
		return works, nil
	})
	if more, err := s.resync(n).Run(t.Context(), chat.ID, store.Catchup); more || err != nil {
		t.Fatal(more, err)
	}
	all, err := n.store.Resyncs(t.Context())
	if err != nil || len(all) != 1 || all[0].Failures != 1 || all[0].Page != "" || all[0].LastError == "" {
		t.Fatalf("the resync stands at %+v, %v", all, err)
	}
	if due, err := n.store.DueResyncs(t.Context()); err != nil || len(due) > 0 {
		t.Errorf("after a failure %v is due at once (%v)", due, err)
	}
	s.catchUp(n, store.Catchup)
	s.quiet()
	if got := s.mattermost.texts(); len(got) != 5 {
		t.Errorf("Mattermost shows %q", got)
	}
}

func TestAGapDuringACatchUpIsLookedForToo(t *testing.T) {
	s := newSite(t)
	n := s.start()
	for i := range 3 {
		s.writeUnseen("", blake, fmt.Sprint(i))
	}
	s.wantResync(n)
	s.teams.pages.set(func(call int) (verdict, error) {
		if call == 2 {
			s.wantResync(n)
		}
		return works, nil
	})
	if more, err := s.resync(n).Run(t.Context(), chat.ID, store.Catchup); !more || err != nil {
		t.Fatalf("the run says that there is %t more, %v", more, err)
	}
	if more, err := s.resync(n).Run(t.Context(), chat.ID, store.Catchup); more || err != nil {
		t.Fatalf("the second run says that there is %t more, %v", more, err)
	}
}

func TestACatchUpLeavesWhatWasGivenUp(t *testing.T) {
	s := newSite(t)
	n := s.start()
	s.mattermost.creates.set(func(int) (verdict, error) {
		return failsBefore, &bridge.Failure{Class: bridge.Permanent, Err: errors.New("it cannot be posted")}
	})
	s.writeInTeams("", blake, "poison")
	s.quiet()
	attempts := s.mattermost.creates.count()
	s.wantResync(n)
	s.catchUp(n, store.Catchup)
	s.quiet()
	if got := s.mattermost.creates.count(); got != attempts {
		t.Errorf("what was given up was tried %d more times", got-attempts)
	}
	if h, err := n.Health(t.Context()); err != nil || h.Inbound.Dead != 1 {
		t.Errorf("%d dead letters, %v; want the one", h.Inbound.Dead, err)
	}
}

// A message of ours that is found before its send is confirmed is the answer that the send waits for.
func TestACatchUpSettlesASend(t *testing.T) {
	s := newSite(t)
	s.tuning.Looks = []time.Duration{time.Hour, time.Hour, time.Hour}
	s.teams.silent = true
	n := s.start()
	s.teams.sends.set(once(failsAfter, &bridge.Failure{Class: bridge.Unknown, Err: errors.New("no answer")}))
	s.writePost("", blakeMM, "by the bot")
	s.eventually("the send", func() bool { return s.teams.sends.count() == 1 })
	s.wantResync(n)
	s.catchUp(n, store.Catchup)
	s.settle([]string{"blake: by the bot"}, []string{"Blake Demo: by the bot"})
}

func TestABackfillBringsOldMessagesAfterNewOnes(t *testing.T) {
	s := newSite(t)
	old := time.Now().Add(-48 * time.Hour)
	before := func(days int, root bridge.TeamsMessageID, text string) bridge.TeamsMessage {
		return s.teams.writeAt(time.Now().Add(time.Duration(-24*days)*time.Hour), bridge.MessageRef{Conversation: chat, Root: root}, blake, text)
	}
	before(9, "", "much older")
	root := before(8, "", "older, but answered")
	before(1, root.Ref.ID, "reply to the older one")
	before(1, "", "yesterday")
	erased := before(1, "", "erased")
	s.inTeamsUnseen(erased.Ref, setDeleted)
	s.backfill = old
	n := s.start()
	if found := s.catchUp(n, store.Backfill); found != 3 {
		t.Errorf("found %d old messages, want 3", found)
	}
	s.quiet()
	posts := []string{"**Blake Demo:** older, but answered", "→ **Blake Demo:** reply to the older one", "**Blake Demo:** yesterday"}
	if got := s.mattermost.texts(); !slices.Equal(got, posts) {
		t.Errorf("Mattermost shows %q, want %q", got, posts)
	}
	if at := s.mattermost.at("**Blake Demo:** yesterday"); time.Since(at) < 23*time.Hour {
		t.Errorf("the message of yesterday is shown as one of %v", at)
	}
	if all, err := n.store.Resyncs(t.Context()); err != nil || slices.ContainsFunc(all, func(r store.Resync) bool { return r.Kind == store.Backfill }) {
		t.Errorf("after the backfill there is %+v, %v", all, err)
	}
}

func TestACrashAroundAnOldMessage(t *testing.T) {
	s := newSite(t)
	s.teams.writeAt(time.Now().Add(-24*time.Hour), bridge.MessageRef{Conversation: chat}, blake, "yesterday")
	s.backfill = time.Now().Add(-48 * time.Hour)
	doomed := s.start()
	s.mattermost.creates.set(func(call int) (verdict, error) {
		if call == 1 {
			s.crash(doomed)
			return failsAfter, errors.New("the process is gone")
		}
		return works, nil
	})
	s.catchUp(doomed, store.Backfill)
	s.eventually("the crash", func() bool { return s.any() == nil })
	s.start()
	s.settle([]string{"**Blake Demo:** yesterday"}, []string{"yesterday"})
}
