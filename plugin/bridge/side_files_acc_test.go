// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// filesSide is where files are on both sides.
type filesSide struct {
	mattermost *mattermostSide
	opens      counter // of Teams
	uploads    counter // to Teams
	arrivals   counter // in Mattermost
	reads      counter // of Mattermost
	refuses    bool    // knows no edit of files, as old servers

	mu    sync.Mutex
	names map[bridge.FileID]string // content is the name
	code  map[string]string        // of snippets, by their hosted ids
	spent map[bridge.FileID]bool   // shown by a post at some time: no post takes them again
	max   int64
	made  int
	// closedTo are those in a chat who cannot open what is uploaded.
	closedTo []string
}

func source(name string) bridge.Source {
	content := name
	switch {
	case strings.HasSuffix(name, ".gif"):
		content = "GIF89a" + name
	case strings.HasPrefix(name, "huge"):
		content = "\x89PNG\r\n\x1a\n" + strings.Repeat("x", 2_000_000)
	case strings.HasSuffix(name, ".png") && !strings.HasPrefix(name, "no "):
		content = "\x89PNG\r\n\x1a\n" + name
	}
	return bridge.Source{Name: name, Size: int64(len(content)), Open: func(_ context.Context, from int64) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content[from:])), nil
	}}
}

// attachment is a file that somebody put into Teams.
func attachment(name string) bridge.Attachment {
	return bridge.Attachment{ID: "id-" + name, ContentType: "reference", ContentURL: "https://sharepoint/" + name, Name: name}
}

func tag(attachments ...bridge.Attachment) (tags string) {
	for _, a := range attachments {
		tags += `<attachment id="` + a.ID + `"></attachment>`
	}
	return tags
}

// setFiles is an edit that gives a message a text and files.
func setFiles(html string, attachments ...bridge.Attachment) func(*bridge.TeamsMessage) bool {
	return func(m *bridge.TeamsMessage) bool {
		if !setText(html)(m) {
			return false
		}
		m.Attachments = attachments
		return true
	}
}

// inTeams is the side as Teams.
func (s *filesSide) inTeams() bridge.TeamsFiles { return teamsFiles{s} }

type teamsFiles struct{ *filesSide }

func (s teamsFiles) OpenFile(ctx context.Context, _ bridge.TeamsMessage, a bridge.Attachment, _ []bridge.Account) (bridge.Source, error) {
	if v, err := s.opens.next(); v != works {
		return bridge.Source{}, err
	}
	return source(a.Name), ctx.Err()
}

func (s teamsFiles) OpenPicture(_ context.Context, _ bridge.MessageRef, id string) (bridge.Source, error) {
	if v, err := s.opens.next(); v != works {
		return bridge.Source{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if code, is := s.code[id]; is {
		return source(code), nil
	}
	return source(id + ".png"), nil
}

func (s teamsFiles) Upload(_ context.Context, _ bridge.Account, _ bridge.Conversation, file bridge.Source) (made bridge.Attachment, closedTo []string, err error) {
	if v, err := s.uploads.next(); v != works {
		return bridge.Attachment{}, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return attachment(file.Name), s.closedTo, nil
}

func (s *filesSide) FileLimits() bridge.FileLimits {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bridge.FileLimits{Allowed: true, MaxSize: s.max, PerPost: 3}
}

func (s *filesSide) Upload(ctx context.Context, _ bridge.ChannelID, file bridge.Source) (bridge.FileID, error) {
	if v, err := s.arrivals.next(); v != works {
		return "", err
	}
	content, err := file.Open(ctx, 0)
	if err != nil {
		return "", err
	}
	if _, err := io.ReadAll(content); err != nil {
		return "", err
	}
	return s.add(file.Name), nil
}

// add is a file that somebody uploads in Mattermost.
func (s *filesSide) add(name string) bridge.FileID {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.names == nil {
		s.names = map[bridge.FileID]string{}
	}
	s.made++
	id := bridge.FileID(fmt.Sprintf("%04dfile", s.made))
	s.names[id] = name
	return id
}

func (s *filesSide) OpenFiles(_ context.Context, _ bridge.UserID, ids []bridge.FileID) (sources []bridge.Source, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		file := source(s.names[id])
		open := file.Open
		file.Open = func(ctx context.Context, from int64) (io.ReadCloser, error) {
			if v, err := s.reads.next(); v != works {
				return nil, err
			}
			return open(ctx, from)
		}
		sources = append(sources, file)
	}
	return sources, nil
}

func (s *filesSide) UpdatePostFiles(ctx context.Context, id bridge.PostID, text string, files []bridge.FileID) (bridge.Post, error) {
	if err := ctx.Err(); err != nil {
		return bridge.Post{}, err
	}
	v, err := s.mattermost.changes.next()
	if v == failsBefore {
		return bridge.Post{}, err
	}
	after, before, ok := s.mattermost.change(id, func(p *bridge.Post) {
		p.Message = text
		if s.refuses {
			return
		}
		if s.spent == nil {
			s.spent = map[bridge.FileID]bool{}
		}
		for _, file := range p.Files {
			s.spent[file] = true
		}
		shown := p.Files
		p.Files = nil
		for _, file := range files {
			if slices.Contains(shown, file) || !s.spent[file] {
				p.Files = append(p.Files, file)
			}
			s.spent[file] = true
		}
	})
	if !ok {
		return bridge.Post{}, &bridge.Failure{Class: bridge.Permanent, Err: errors.New("the post is deleted")}
	}
	s.mattermost.changed(after, before)
	if v == failsAfter {
		return bridge.Post{}, err
	}
	return after, nil
}

// shows lists the standing posts as "text [files]".
func (s *site) postsWithFiles() (list []string) {
	s.mattermost.mu.Lock()
	defer s.mattermost.mu.Unlock()
	for _, p := range s.mattermost.posts {
		var names []string
		for _, id := range p.Files {
			names = append(names, s.files.names[id])
		}
		slices.Sort(names)
		if p.DeleteAt == 0 {
			list = append(list, fmt.Sprint(p.Message, " ", names))
		}
	}
	return list
}

// messagesWithFiles lists the standing messages as "html [files]", without what makes names unique and without marks.
func (s *site) messagesWithFiles() (list []string) {
	s.teams.mu.Lock()
	defer s.teams.mu.Unlock()
	for _, m := range s.teams.messages {
		var names []string
		text := m.HTML
		for _, a := range m.Attachments {
			if !strings.Contains(text, tag(a)) {
				names = append(names, "without a place:")
			}
			text = strings.Replace(text, tag(a), "", 1)
			name, rest, _ := strings.Cut(a.Name, " (")
			_, extension, _ := strings.Cut(rest, ")")
			names = append(names, name+extension)
		}
		if before, rest, found := strings.Cut(text, "<abbr"); found {
			_, after, _ := strings.Cut(rest, "</abbr>")
			text = before + after
		}
		slices.Sort(names)
		if m.DeletedAt.IsZero() {
			list = append(list, fmt.Sprint(text, " ", names))
		}
	}
	return list
}

// showWithFiles waits until nothing is queued, and checks what each side shows.
func (s *site) showWithFiles(posts, messages []string) {
	s.t.Helper()
	s.quiet()
	if got := s.postsWithFiles(); !slices.Equal(got, posts) {
		s.t.Errorf("Mattermost shows\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(posts, "\n\t"))
	}
	if got := s.messagesWithFiles(); !slices.Equal(got, messages) {
		s.t.Errorf("Teams shows\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(messages, "\n\t"))
	}
}

// writeFiles makes a post with files and runs its hook.
func (s *site) writeFiles(author bridge.UserID, text string, names ...string) bridge.Post {
	var ids []bridge.FileID
	for _, name := range names {
		ids = append(ids, s.files.add(name))
	}
	s.mattermost.mu.Lock()
	p := s.mattermost.add(bridge.Post{Channel: channel, Author: author, Message: text, Files: ids})
	s.mattermost.mu.Unlock()
	s.hook(p)
	return p
}

// sayFiles makes a message with files and notifies of it.
func (s *site) sayFiles(from bridge.Sender, html string, attachments ...bridge.Attachment) bridge.TeamsMessage {
	s.t.Helper()
	m := s.teams.write(bridge.MessageRef{Conversation: chat}, from, html+tag(attachments...))
	s.teams.change(m.Ref, func(m *bridge.TeamsMessage) bool {
		m.Attachments = attachments
		return true
	})
	m.Attachments = attachments
	if err := s.receive([]bridge.Arrival{{Ref: m.Ref, Kind: bridge.Create, SourceAt: time.Now()}}); err != nil {
		s.t.Error(err)
	}
	return m
}

// editFiles changes a post as somebody in Mattermost.
func (s *site) editFiles(id bridge.PostID, text string, files ...bridge.FileID) {
	if after, before, ok := s.mattermost.change(id, func(p *bridge.Post) { p.Message, p.Files = text, files }); ok {
		s.hookChange(after, before)
	}
}
