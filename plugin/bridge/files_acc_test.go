// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

func TestFilesCrossEachWay(t *testing.T) {
	s := newSite(t)
	s.start()
	s.sayFiles(asAlex, "<p>two</p>", attachment("a.txt"), attachment("Makefile"))
	s.sayFiles(blake, "", attachment("alone.txt"))
	s.sayFiles(asAlex, `<p>see <img src="https://graph/hostedContents/x/$value" alt="image"> here</p>`)
	s.sayFiles(asAlex, `<p><img src="https://graph/hostedContents/y/$value"></p>`)
	s.quiet()
	s.writeFiles(alexMM, "three", "b.txt", "Makefile", "b.txt")
	s.writeFiles(blakeMM, "", "only.txt")
	s.showWithFiles([]string{
		"two [Makefile a.txt]", "**Blake Demo:** [alone.txt]", "see (image: image-1.png) here [image-1.png]", " [image-1.png]",
		"three [Makefile b.txt b.txt]", " [only.txt]",
	}, []string{
		"<p>two</p> [Makefile a.txt]", " [alone.txt]", `<p>see <img src="https://graph/hostedContents/x/$value" alt="image"> here</p> []`, `<p><img src="https://graph/hostedContents/y/$value"></p> []`,
		"<p>three</p> [Makefile b.txt b.txt]", "<p><strong>Blake Demo:</strong></p> [only.txt]",
	})
	if names := s.teams.messages[4].Attachments; names[0].Name == names[2].Name {
		t.Errorf("two files have the name %q", names[0].Name)
	}
	if s.teams.changes.count()+s.mattermost.changes.count() != 0 {
		t.Error("an echo was taken for an edit")
	}
}

func TestEditsOfFilesCrossEachWay(t *testing.T) {
	for name, begin := range map[string]func(*site){
		"written in Mattermost": func(s *site) { s.writeFiles(alexMM, "hello", "a.txt", "b.txt") },
		"written in Teams":      func(s *site) { s.sayFiles(asAlex, "<p>hello</p>", attachment("a.txt"), attachment("b.txt")) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.start()
			begin(s)
			post, message := s.pair()
			uploads, opens := s.files.uploads.count(), s.files.opens.count()
			s.editFiles(post.ID, "hello", post.Files[1], s.files.add("c.txt"))
			s.showWithFiles([]string{"hello [b.txt c.txt]"}, []string{"<p>hello</p> [b.txt c.txt]"})
			if s.files.uploads.count() != uploads+1 {
				t.Errorf("%d uploads for one new file", s.files.uploads.count()-uploads)
			}
			now, _ := s.teams.read(message.Ref)
			kept := append(now.Attachments[1:], attachment("d.txt"))
			s.inTeams(message.Ref, setFiles("<p>hello</p>"+tag(kept...), kept...))
			s.showWithFiles([]string{"hello [c.txt d.txt]"}, []string{"<p>hello</p> [c.txt d.txt]"})
			if s.files.opens.count() != opens+1 {
				t.Errorf("%d files were read for one new file", s.files.opens.count()-opens)
			}
			s.editPost(post.ID, "bye")
			s.showWithFiles([]string{"bye [c.txt d.txt]"}, []string{"<p>bye</p> [c.txt d.txt]"})
			s.inTeams(message.Ref, setFiles("<p>none</p>"))
			s.showWithFiles([]string{"none []"}, []string{"<p>none</p> []"})
			if sent, written := s.teams.changes.count(), s.mattermost.changes.count(); sent != 2 || written != 2 {
				t.Errorf("%d changes were sent and %d written, want two each", sent, written)
			}
		})
	}
}

// A server shows a file once: what was taken away and comes again is another file there.
func TestAFileThatWasTakenAwayComesBack(t *testing.T) {
	s := newSite(t)
	s.start()
	m := s.sayFiles(asAlex, "<p>hello</p>", attachment("a.txt"))
	for range 2 {
		s.inTeams(m.Ref, setFiles("<p>hello</p>"))
		s.showWithFiles([]string{"hello []"}, []string{"<p>hello</p> []"})
		s.inTeams(m.Ref, setFiles("<p>hello</p>"+tag(attachment("a.txt")), attachment("a.txt")))
		s.showWithFiles([]string{"hello [a.txt]"}, []string{"<p>hello</p> [a.txt]"})
	}
	if sent := s.teams.changes.count(); sent != 0 {
		t.Errorf("%d changes were sent to Teams", sent)
	}
}

func TestPicturesStayWhereTheyAre(t *testing.T) {
	s := newSite(t)
	s.start()
	img := `<img src="https://graph/hostedContents/x/$value" alt="image">`
	card := bridge.Attachment{ID: "card", ContentType: "application/vnd.microsoft.card.adaptive", Content: "{}"}
	s.sayFiles(asAlex, "<p>see "+img+" here</p>"+tag(card)+tag(), card, attachment("a.txt"))
	post, message := s.pair()
	s.editPost(post.ID, strings.Replace(post.Message, "see ", "look at ", 1))
	s.quiet()
	now, _ := s.teams.read(message.Ref)
	if !strings.Contains(now.HTML, "<p>look at "+img+" here</p>") || len(now.Attachments) != 2 || !strings.Contains(now.HTML, tag(card)) {
		t.Errorf("the message is %+v", now)
	}
	after, _ := s.mattermost.Post(t.Context(), post.ID)
	s.editFiles(post.ID, after.Message, slices.DeleteFunc(slices.Clone(after.Files), func(id bridge.FileID) bool { return s.files.names[id] == "image-1.png" })...)
	s.quiet()
	if now, _ := s.teams.read(message.Ref); strings.Contains(now.HTML, "<img") || len(now.Attachments) != 2 {
		t.Errorf("without the picture, the message is %+v", now)
	}
}

func TestACrashAroundAPostWithFiles(t *testing.T) {
	for name, moment := range map[string]verdict{"between reserve and post": failsBefore, "between post and confirm": failsAfter} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			doomed := s.start()
			s.mattermost.creates.set(func(call int) (verdict, error) {
				if call == 1 {
					s.crash(doomed)
					return moment, errors.New("the process is gone")
				}
				return works, nil
			})
			m := s.sayFiles(blake, "<p>hello</p>", attachment("a.txt"), attachment("b.txt"))
			s.eventually("the crash", func() bool { return s.any() == nil })
			s.start()
			s.showWithFiles([]string{"**Blake Demo:** hello [a.txt b.txt]"}, []string{"<p>hello</p> [a.txt b.txt]"})
			s.inTeams(m.Ref, setFiles("<p>hello</p>"+tag(attachment("b.txt")), attachment("b.txt")))
			s.showWithFiles([]string{"**Blake Demo:** hello [b.txt]"}, []string{"<p>hello</p> [b.txt]"})
		})
	}
}

func TestACrashAroundASendWithFiles(t *testing.T) {
	for name, moment := range map[string]verdict{"before the POST took effect": failsBefore, "after the POST took effect": failsAfter} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.teams.silent = true
			doomed := s.start()
			s.teams.sends.set(func(call int) (verdict, error) {
				if call == 1 {
					s.crash(doomed)
					return moment, errors.New("the process is gone")
				}
				return works, nil
			})
			p := s.writeFiles(alexMM, "hello", "a.txt")
			s.eventually("the crash", func() bool { return s.any() == nil })
			s.start()
			s.showWithFiles([]string{"hello [a.txt]"}, []string{"<p>hello</p> [a.txt]"})
			s.teams.silent = false
			s.editFiles(p.ID, "hello", p.Files[0], s.files.add("b.txt"))
			s.showWithFiles([]string{"hello [a.txt b.txt]"}, []string{"<p>hello</p> [a.txt b.txt]"})
		})
	}
}

func TestAFileIsTransferredOnceHoweverOftenItsMessageIsTried(t *testing.T) {
	s := newSite(t)
	s.start()
	throttled := &bridge.Failure{Class: bridge.Retry, Status: 429, Err: errors.New("slow down")}
	s.teams.sends.set(func(call int) (verdict, error) {
		if call < 6 {
			return failsBefore, throttled
		}
		return works, nil
	})
	s.mattermost.creates.set(func(call int) (verdict, error) {
		if call < 3 {
			return failsBefore, errors.New("busy")
		}
		return works, nil
	})
	s.writeFiles(alexMM, "out", "a.txt")
	s.sayFiles(blake, "<p>in</p>", attachment("b.txt"))
	s.eventually("both are there", func() bool { return len(s.teams.texts()) == 2 && len(s.mattermost.texts()) == 2 })
	s.showWithFiles([]string{"out [a.txt]", "**Blake Demo:** in [b.txt]"}, s.messagesWithFiles())
	if up, in := s.files.uploads.count(), s.files.arrivals.count(); up != 1 || in != 1 {
		t.Errorf("%d uploads to Teams and %d to Mattermost, want one each", up, in)
	}
}

func TestAFileThatDoesNotWorkDoesNotHoldItsMessage(t *testing.T) {
	failing := func(failure error) fault { return func(int) (verdict, error) { return failsBefore, failure } }
	for name, test := range map[string]struct {
		failure error
		says    string
		tries   int
	}{
		"forbidden":   {&bridge.Failure{Class: bridge.UserAction, Status: 403, Err: errors.New("no")}, "may not be read or written", 1},
		"gone":        {&bridge.Failure{Class: bridge.NotFound, Status: 404, Err: errors.New("no")}, "not there any more", 1},
		"refused":     {&bridge.Failure{Class: bridge.Permanent, Status: 400, Err: errors.New("no")}, "not allowed there", 1},
		"full":        {&bridge.Failure{Class: bridge.Permanent, Status: 507, Err: errors.New("no")}, "no space left", 1},
		"nobody else": {&bridge.Failure{Class: bridge.Permanent, Err: bridge.ErrNobodyReads}, "people of other organisations", 1},
		"an outage":   {&bridge.Failure{Class: bridge.Retry, Status: 503, Err: errors.New("no")}, "could not be transferred", 3},
		"unreachable": {&bridge.Failure{Class: bridge.Retry, Err: errors.New("no")}, "could not be transferred", 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.start()
			s.files.opens.set(failing(test.failure))
			s.files.uploads.set(failing(test.failure))
			s.sayFiles(asAlex, "<p>in</p>", attachment("a.txt"))
			s.eventually("it arrives", func() bool { return len(s.mattermost.texts()) == 1 })
			s.quiet()
			s.writeFiles(alexMM, "out", "b.txt")
			s.quiet()
			posts, messages := s.postsWithFiles(), s.messagesWithFiles()
			if len(posts) != 2 || !strings.HasPrefix(posts[0], "in") || !strings.Contains(posts[0], "[a.txt](https://sharepoint/a.txt)") || !strings.Contains(posts[0], test.says) {
				t.Errorf("Mattermost shows %q", posts)
			}
			if len(messages) != 2 || !strings.Contains(messages[1], "<strong>b.txt</strong>") || !strings.Contains(messages[1], test.says) {
				t.Errorf("Teams shows %q", messages)
			}
			// Without a bot's help when somebody may not: the next account is tried.
			if tries := s.files.opens.count(); tries != test.tries {
				t.Errorf("%d tries, want %d", tries, test.tries)
			}
			if !slices.Equal(s.mattermost.told, []bridge.UserID{alexMM, alexMM}) {
				t.Errorf("told %q, want the author of each", s.mattermost.told)
			}
			if s.tally.dead != 0 {
				t.Errorf("%d dead letters", s.tally.dead)
			}
			// What is missing stays so when the text is edited, and is still said, once, where it is missing.
			post, message := s.mattermost.posts[1], s.teams.messages[1]
			html := strings.Replace(message.HTML, "out", "changed", 1)
			s.inTeams(message.Ref, setText(html))
			s.quiet()
			if got, _ := s.mattermost.Post(t.Context(), post.ID); got.Message != "changed" || len(got.Files) != 1 {
				t.Errorf("after the edit the post is %+v", got)
			}
		})
	}
}

// A file that somebody in the chat cannot open is carried all the same, and its author is told who cannot, once.
func TestAFileThatNotEverybodyCanOpen(t *testing.T) {
	s := newSite(t)
	s.files.closedTo = []string{"Vera Visitor"}
	s.start()
	post := s.writeFiles(alexMM, "out", "b.txt")
	s.eventually("it is carried", func() bool { return len(s.messagesWithFiles()) == 1 })
	s.quiet()
	if messages := s.messagesWithFiles(); !strings.Contains(messages[0], "b.txt") {
		t.Errorf("Teams shows %q", messages)
	}
	if !slices.Equal(s.mattermost.told, []bridge.UserID{alexMM}) || !strings.Contains(s.mattermost.notices[0], "b.txt: Vera Visitor") {
		t.Errorf("told %q: %q, want the author who cannot open it", s.mattermost.told, s.mattermost.notices)
	}
	s.editPost(post.ID, "changed")
	s.quiet()
	if len(s.mattermost.told) != 1 {
		t.Errorf("told %q after an edit", s.mattermost.notices)
	}
}

func TestLimitsOfMattermostAreKept(t *testing.T) {
	s := newSite(t)
	s.files.max = 10
	s.start()
	s.sayFiles(asAlex, "<p>many</p>", attachment("much-too-large.bin"), attachment("1.txt"), attachment("2.txt"), attachment("3.txt"), attachment("4.txt"))
	s.quiet()
	posts := s.postsWithFiles()
	if len(posts) != 1 || !strings.HasSuffix(posts[0], "[1.txt 2.txt 3.txt]") || !strings.Contains(posts[0], "larger than the 10 bytes") || !strings.Contains(posts[0], "no more than 3 files") {
		t.Errorf("Mattermost shows %q", posts)
	}
	for _, reason := range []bridge.Reason{bridge.FileTooLarge, bridge.FilesTooMany} {
		if s.tally.count(reason) != 1 {
			t.Errorf("%s is counted %d times", reason, s.tally.count(reason))
		}
	}
}

func TestFilesCanBeSwitchedOff(t *testing.T) {
	s := newSite(t)
	s.withoutFiles = true
	s.start()
	m := s.sayFiles(asAlex, "<p>in</p>", attachment("a.txt"))
	s.quiet()
	p := s.writeFiles(alexMM, "out", "b.txt")
	s.quiet()
	if posts, messages := s.postsWithFiles(), s.messagesWithFiles(); !strings.Contains(posts[0], "a.txt") || !strings.HasSuffix(posts[0], "[]") || !strings.HasSuffix(messages[1], "[]") || !strings.Contains(messages[1], "b.txt") {
		t.Errorf("%q and %q", posts, messages)
	}
	if s.files.opens.count()+s.files.uploads.count()+len(s.mattermost.told) != 0 {
		t.Error("a file was touched, or somebody was bothered")
	}
	s.withoutFiles = false // from now on; what was left stays
	s.inTeams(m.Ref, setFiles("<p>in</p>"+tag(attachment("a.txt"), attachment("c.txt")), attachment("a.txt"), attachment("c.txt")))
	s.quiet()
	s.editFiles(p.ID, "out", p.Files[0], s.files.add("d.txt"))
	s.quiet()
	if posts, messages := s.postsWithFiles(), s.messagesWithFiles(); !strings.HasSuffix(posts[0], "[c.txt]") || !strings.HasSuffix(messages[1], "[d.txt]") {
		t.Errorf("%q and %q", posts, messages)
	}
}

// What was carried before files were does not turn into an edit by itself, and keeps what it shows when it is edited.
func TestMessagesFromBeforeFilesStayAsTheyAre(t *testing.T) {
	s := newSite(t)
	n := s.start()
	s.sayFiles(asAlex, "<p>hello</p>", attachment("a.txt"))
	post, message := s.pair()
	if _, err := n.store.Pool().Exec(t.Context(), "UPDATE msteamssync.message_map SET files = NULL, teams_hash = encode(sha256('hello'), 'hex'), post_hash = encode(sha256('hello'), 'hex')"); err != nil {
		t.Fatal(err)
	}
	s.mattermost.change(post.ID, func(p *bridge.Post) { p.Files = nil })
	now, _ := s.teams.read(message.Ref)
	if missed, err := n.Missed(t.Context(), chat, []bridge.TeamsMessage{now}, bridge.Window{}); err != nil || len(missed) != 0 {
		t.Errorf("a resync finds %+v, %v", missed, err)
	}
	s.inTeams(message.Ref, func(m *bridge.TeamsMessage) bool { return true })
	s.inTeams(message.Ref, setReaction(blake.User, "👍", true))
	s.showWithFiles([]string{"hello []"}, []string{"<p>hello</p> [a.txt]"})
	s.inTeams(message.Ref, setFiles("<p>bye</p>"+tag(attachment("a.txt")), attachment("a.txt")))
	s.showWithFiles([]string{"bye []"}, []string{"<p>bye</p> [a.txt]"})
	s.editPost(post.ID, "again")
	s.showWithFiles([]string{"again []"}, []string{"<p>again</p> [a.txt]"})
	if changes := s.mattermost.changes.count(); changes != 2 {
		t.Errorf("%d changes in Mattermost, want a reaction and an edit", changes)
	}
}

// An old server keeps the files that a post was made with: that is recorded and makes no loop.
func TestAServerThatCannotChangeFiles(t *testing.T) {
	s := newSite(t)
	s.files.refuses = true
	s.start()
	m := s.sayFiles(asAlex, "<p>hello</p>", attachment("a.txt"))
	s.quiet()
	s.inTeams(m.Ref, setFiles("<p>hello</p>"+tag(attachment("a.txt"), attachment("b.txt")), attachment("a.txt"), attachment("b.txt")))
	s.showWithFiles([]string{"hello [a.txt]"}, []string{"<p>hello</p> [a.txt b.txt]"})
	s.inTeams(m.Ref, setFiles("<p>bye</p>"+tag(attachment("a.txt"), attachment("b.txt")), attachment("a.txt"), attachment("b.txt")))
	s.quiet()
	if posts := s.postsWithFiles(); len(posts) != 1 || !strings.HasPrefix(posts[0], "bye") || !strings.Contains(posts[0], "b.txt") || !strings.HasSuffix(posts[0], "[a.txt]") {
		t.Errorf("Mattermost shows %q", posts)
	}
	if sent := s.teams.changes.count(); sent != 0 {
		t.Errorf("%d changes were sent to Teams", sent)
	}
}

// A stop does not wait for a transfer, and loses none.
func TestAStopCutsTransfersOff(t *testing.T) {
	s := newSite(t)
	n := s.start()
	begun := make(chan struct{})
	blocked := make(chan struct{})
	s.files.opens.set(func(call int) (verdict, error) {
		if call == 1 {
			close(begun)
			<-blocked
		}
		return works, nil
	})
	s.sayFiles(asAlex, "<p>hello</p>", attachment("a.txt"))
	<-begun
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.stop(n)
	}()
	s.eventually("the stop began", func() bool { return s.any() == nil })
	close(blocked)
	<-stopped
	if got := fmt.Sprint(s.postsWithFiles()); got != "[]" {
		t.Errorf("posted %s although the transfer was cut off", got)
	}
	s.start()
	s.showWithFiles([]string{"hello [a.txt]"}, []string{"<p>hello</p> [a.txt]"})
}
