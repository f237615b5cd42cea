// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// Files travel before the message that shows them, from one side to the other without resting anywhere. Repeating that does no
// harm: in Mattermost a file that no post shows is seen by nobody, in Teams the same file gets the same name again. A lane waits
// for its files, because what comes after a message must not overtake it; its lease is renewed meanwhile. A file that cannot be
// carried does not hold its message back: the message says so in its place.

// TeamsFiles are the files of Teams as the bridge needs them. Errors are a *Failure.
type TeamsFiles interface {
	// OpenFile finds the file that an attachment of a message refers to, as the application or else as one of the accounts.
	OpenFile(ctx context.Context, message TeamsMessage, attachment Attachment, as []Account) (Source, error)
	// OpenPicture finds a picture inside a message, or the text of a code snippet, as the application.
	OpenPicture(ctx context.Context, ref MessageRef, id string) (Source, error)
	// Upload puts a file where those of the conversation are, as the account, for the conversation's members to read. What
	// has its name there is replaced. It returns what a message has that shows the file, and the names of those in a chat who
	// cannot open it. Where nobody else could, it fails with ErrNobodyReads.
	Upload(ctx context.Context, as Account, in Conversation, file Source) (made Attachment, closedTo []string, err error)
}

// ErrNobodyReads says of a file that it can be shared with nobody in the chat.
var ErrNobodyReads = errors.New("files cannot be shared with people of other organisations, and nobody else is in the chat")

// MattermostFiles are the files of the Mattermost server as the bridge needs them. An error that is no *Failure counts as class
// Retry.
type MattermostFiles interface {
	// FileLimits is what the server takes now.
	FileLimits() FileLimits
	// OpenFiles finds files of somebody's post, in the order of the ids.
	OpenFiles(ctx context.Context, author UserID, ids []FileID) ([]Source, error)
	// Upload gives the server a file for a post in the channel.
	Upload(ctx context.Context, channel ChannelID, file Source) (FileID, error)
	// UpdatePostFiles changes text and files of a post and nothing else. Old servers cannot change a post's files: that is a
	// Failure of class Permanent.
	UpdatePostFiles(ctx context.Context, id PostID, text string, files []FileID) (Post, error)
}

// FileLimits is what a Mattermost server takes.
type FileLimits struct {
	Allowed bool
	MaxSize int64 // bytes
	PerPost int
}

// Source is a file that can be read, as often as one likes.
type Source struct {
	Name       string
	Size       int64 // bytes
	UploadedAt int64 // milliseconds since the epoch; 0 when it is not known
	// Open reads what is behind the first from bytes.
	Open func(ctx context.Context, from int64) (io.ReadCloser, error)
}

// CarriedFile is a file of a message and of its post. A side is empty when it does not show the file.
type CarriedFile struct {
	Teams string `json:"teams,omitempty"` // an attachment's id, or a picture's behind pictureKey
	File  FileID `json:"file,omitempty"`
	Name  string `json:"name,omitempty"`
	Size  int64  `json:"size,omitempty"`
	// Attachment is what the message has that shows it; nil of a picture.
	Attachment *Attachment `json:"attachment,omitempty"`
	// Missing is why one side does not show it.
	Missing Reason `json:"missing,omitempty"`
	// ClosedTo names who is in the chat and cannot open the file in Teams.
	ClosedTo []string `json:"closed_to,omitempty"`
	// Sent is set of a picture that the post brought into the message: the post's text does not say where it stands.
	Sent bool `json:"sent,omitempty"`
}

// pictureKey begins the keys of pictures.
const pictureKey = "picture/"

// fileReference is the content type of an attachment that is a file in SharePoint or OneDrive.
const fileReference = "reference"

// isFile tells whether an attachment is a file; others are cards, quotes and the like.
func isFile(a Attachment) bool { return a.ContentType == fileReference }

// filesOf lists the files that a message shows: attachments, then pictures.
func filesOf(message TeamsMessage) (files []CarriedFile) {
	for _, a := range message.Attachments {
		if isFile(a) {
			files = append(files, CarriedFile{Teams: a.ID, Name: a.Name, Attachment: &a})
		}
	}
	if message.Text {
		return files
	}
	for _, id := range markup.Pictures(message.HTML) {
		if !slices.ContainsFunc(files, func(f CarriedFile) bool { return f.Teams == pictureKey+id }) {
			files = append(files, CarriedFile{Teams: pictureKey + id})
		}
	}
	return files
}

// withFiles is the hash of a text with the files that stand with it, of the text alone when there are none.
func withFiles[ID ~string](text string, files []ID) string {
	if len(files) == 0 {
		return text
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = string(f)
	}
	slices.Sort(names)
	return hash(text + "\n" + strings.Join(names, "\n"))
}

// sameFiles tells whether two posts show the same files, in whatever order.
func sameFiles(a, b []FileID) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// teamsKeys are the keys of files in Teams.
func teamsKeys(files []CarriedFile) (keys []string) {
	for _, f := range files {
		if f.Teams != "" {
			keys = append(keys, f.Teams)
		}
	}
	return keys
}

// postFiles are the ids of files in Mattermost.
func postFiles(files []CarriedFile) (ids []FileID) {
	for _, f := range files {
		if f.File != "" {
			ids = append(ids, f.File)
		}
	}
	return ids
}

// teamsHash is of the canonical text, since Teams rewrites the HTML that it is given, and of the files.
func teamsHash(message TeamsMessage) string {
	return withFiles(textHash(message), teamsKeys(filesOf(message)))
}

// outgoingHash is the teamsHash that a message will have.
func outgoingHash(in Conversation, message Outgoing) string {
	return teamsHash(TeamsMessage{
		Ref: MessageRef{Conversation: in}, HTML: message.HTML, Mentions: message.Mentions, Attachments: message.Attachments, Importance: message.Importance,
		Subject: message.Subject,
	})
}

// postHash is of a post's text and files.
func postHash(text string, files []FileID) string { return withFiles(hash(text), files) }

// shownHash is of what a post shows.
func (p Post) shownHash() string { return postHash(said(p), p.Files) }

// teamsHash is the message's as the record has it. The record of a message that was carried before files were holds its text
// only.
func (r Record) teamsHash(message TeamsMessage) string {
	if r.Files == nil {
		return textHash(message)
	}
	return teamsHash(message)
}

// postHashOf is the post's as the record has it.
func (r Record) postHashOf(post Post) string {
	if r.Files == nil {
		return hash(said(post))
	}
	return post.shownHash()
}
