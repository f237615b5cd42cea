// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// The reasons for which a file is not carried.
const (
	FileTooLarge  Reason = "file_too_large" // for the Mattermost server
	FilesTooMany  Reason = "file_too_many"  // for one post
	FileBlocked   Reason = "file_blocked"   // the other side does not take it
	FileGone      Reason = "file_gone"      // it is not there any more
	FileForbidden Reason = "file_forbidden" // nobody of ours may read it or put it there
	FileFailed    Reason = "file_failed"    // each try failed
	FilesFull     Reason = "file_no_space"  // Teams has no space left
	FileClosed    Reason = "file_closed"    // nobody else in the chat could open it
)

// because says to people why a file is missing. The rest of the sentence stands before it.
var because = map[Reason]string{
	FileTooLarge:  "it is larger than the %s that Mattermost takes",
	FilesTooMany:  "Mattermost takes no more than %s files with a message",
	FileBlocked:   "it is not allowed there",
	FileGone:      "it is not there any more",
	FileForbidden: "it may not be read or written by this bridge",
	FileFailed:    "it could not be transferred",
	FilesFull:     "there is no space left in Microsoft Teams",
	FileClosed:    "files cannot be shared with people of other organisations, and nobody else is in the chat",
	SwitchedOff:   "files are not brought along",
}

// noticeHTML says in place of a file that it is missing. side is where it can be seen.
func noticeHTML(f CarriedFile, side string, limits FileLimits) string {
	name := "A file"
	switch {
	case f.Attachment != nil && f.Attachment.ContentURL != "" && f.File == "":
		name = `The file <a href="` + html.EscapeString(f.Attachment.ContentURL) + `">` + html.EscapeString(f.Name) + "</a>"
	case f.Name != "":
		name = "The file <strong>" + html.EscapeString(f.Name) + "</strong>"
	case strings.HasPrefix(f.Teams, pictureKey):
		name = "A picture"
	}
	if f.Size > 0 {
		name += " (" + size(f.Size) + ")"
	}
	return "<p><em>" + name + " is only in " + side + ": " + html.EscapeString(f.why(limits)) + ".</em></p>"
}

func (f CarriedFile) why(limits FileLimits) string {
	switch f.Missing {
	case FileTooLarge:
		return fmt.Sprintf(because[f.Missing], size(limits.MaxSize))
	case FilesTooMany:
		return fmt.Sprintf(because[f.Missing], fmt.Sprint(limits.PerPost))
	}
	return because[f.Missing]
}

// size is a number of bytes for people.
func size(bytes int64) string {
	value, unit := float64(bytes), 0
	for value >= 1000 && unit < 4 {
		value, unit = value/1000, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d bytes", bytes)
	}
	return fmt.Sprintf("%.3g %s", value, []string{"", "kB", "MB", "GB", "TB"}[unit])
}

// tellAuthor tells somebody whose file was not carried, or is closed to somebody who is to see it, once it is clear that the
// message was carried. That files are switched off is no news.
func (w *worker) tellAuthor(ctx context.Context, user UserID, files []CarriedFile, to string) {
	var missing, closed []string
	for _, f := range files {
		name := markup.EscapeMarkdown(cmp.Or(f.Name, "a picture"))
		switch {
		case f.Missing != "" && f.Missing != SwitchedOff:
			missing = append(missing, "* "+name+": "+f.why(w.MattermostFiles.FileLimits()))
		case len(f.ClosedTo) > 0:
			closed = append(closed, "* "+name+": "+markup.EscapeMarkdown(strings.Join(f.ClosedTo, ", ")))
		}
	}
	var text []string
	if len(missing) > 0 {
		text = append(text, "Your message was brought to "+to+" without these files:\n"+strings.Join(missing, "\n"))
	}
	if len(closed) > 0 {
		text = append(text, "Not everybody in the chat can open these files: "+to+" shares them within your organisation only. Those who cannot:\n"+strings.Join(closed, "\n"))
	}
	if len(text) == 0 || user == "" || user == w.Mattermost.Bot() {
		return
	}
	if err := w.Mattermost.Notify(ctx, user, strings.Join(text, "\n\n")); err != nil {
		w.Log.Warn("could not tell an author that a file was not carried", "user", user, "error", err)
	}
}

// filePatience is after how many failures of an event its files are given up, so that the message is not.
const filePatience = 3

// giveUp says why a file is not carried after an error. The error that it returns is to be handled as the event's: the file is
// worth another try. Such an error counts, also when it is an outage, and so has a status that is none: a message does not wait for its
// file for ever.
func (w *worker) giveUp(ctx context.Context, event Event, name string, err error) (Reason, error) {
	if ctx.Err() != nil || errors.Is(err, errWaiting) || errors.Is(err, errHeld) {
		return "", err
	}
	failure, classified := errors.AsType[*Failure](err)
	class := ClassOf(err)
	w.Observer.Failed(event.Lane.Direction, File, class)
	var why Reason
	switch {
	case errors.Is(err, ErrNobodyReads):
		why = FileClosed
	case classified && failure.Status == http.StatusInsufficientStorage:
		why = FilesFull
	case class == NotFound:
		why = FileGone
	case class == UserAction:
		why = FileForbidden
	case class == Permanent:
		why = FileBlocked
	case classified && (failure.RetryAfter > 0 || failure.OfApplication):
		return "", err // it is only a matter of time
	case event.Attempts+1 < filePatience:
		return "", &Failure{Class: Retry, Status: http.StatusFailedDependency, Err: fmt.Errorf("file %q: %w", name, err)}
	default:
		why = FileFailed
	}
	w.Log.Warn("a message goes without a file", "conversation", event.Lane.Conversation, "direction", event.Lane.Direction, "file", name, "error", err)
	return why, nil
}
