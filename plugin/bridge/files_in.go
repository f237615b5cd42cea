// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"html"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// brought is what became of a message's files on their way to Mattermost.
type brought struct {
	files []CarriedFile
	// shown is the message as its post's text is made of: pictures have the names of their files, and what is missing is
	// said in its place.
	shown TeamsMessage
}

// bringFiles brings a message's files to Mattermost that are not there yet. before is what message and post showed until now.
func (w *worker) bringFiles(ctx context.Context, event *InboundEvent, message TeamsMessage, before []CarriedFile) (brought, error) {
	shown, err := w.withSnippets(ctx, message, w.patience(ctx, event.Event))
	if err != nil {
		return brought{}, err
	}
	b := brought{files: []CarriedFile{}, shown: shown}
	for _, f := range before {
		if f.Teams == "" {
			b.files = append(b.files, f) // only Mattermost shows it
		}
	}
	now := filesOf(message)
	if len(now) == 0 && len(b.files) == 0 {
		return b, nil
	}
	standing := len(postFiles(b.files))
	for _, f := range now {
		if known, ok := carriedAs(before, f.Teams); ok && known.File != "" {
			standing++
		}
	}
	pictures := 0
	for _, f := range now {
		if strings.HasPrefix(f.Teams, pictureKey) {
			pictures++
			f.Name = "image-" + strconv.Itoa(pictures)
		}
		known, ok := carriedAs(before, f.Teams)
		if ok {
			b.files = append(b.files, known)
			continue
		}
		f, err := w.bringFile(ctx, event, message, f, standing)
		if err != nil {
			return brought{}, err
		}
		if f.File != "" {
			standing++
		}
		b.files = append(b.files, f)
	}
	w.show(&b)
	return b, nil
}

func carriedAs(files []CarriedFile, teams string) (CarriedFile, bool) {
	i := slices.IndexFunc(files, func(f CarriedFile) bool { return f.Teams == teams })
	if i < 0 {
		return CarriedFile{}, false
	}
	return files[i], true
}

// bringFile brings one file. One that cannot be brought is returned with the reason.
func (w *worker) bringFile(ctx context.Context, event *InboundEvent, message TeamsMessage, f CarriedFile, standing int) (CarriedFile, error) {
	missing := func(why Reason) (CarriedFile, error) {
		f.Missing = why
		w.Observer.Ignored(Inbound, File, why)
		return f, nil
	}
	if !w.carriesFiles() {
		return missing(SwitchedOff)
	}
	key := broughtKey(event.Ref, f)
	if done, ok := w.transfers.find(key); ok {
		return done, nil
	}
	limits := w.MattermostFiles.FileLimits()
	switch {
	case !limits.Allowed:
		return missing(FileBlocked)
	case limits.PerPost > 0 && standing >= limits.PerPost:
		return missing(FilesTooMany)
	}
	err := w.transfer(ctx, func(ctx context.Context) error {
		source, err := w.openInTeams(ctx, message, f)
		if err != nil {
			return err
		}
		if f.Size = source.Size; f.Attachment == nil {
			f.Name += path.Ext(source.Name)
		} else if f.Name == "" {
			f.Name = source.Name
		}
		if limits.MaxSize > 0 && source.Size > limits.MaxSize {
			f.Missing = FileTooLarge
			return nil
		}
		source.Name = f.Name
		f.File, err = w.MattermostFiles.Upload(ctx, w.link.Channel, source)
		return err
	})
	if err != nil {
		why, err := w.giveUp(ctx, event.Event, f.Name, err)
		if err != nil {
			return f, err
		}
		return missing(why)
	}
	if f.Missing != "" {
		return missing(f.Missing)
	}
	w.transfers.note(key, f)
	w.Observer.Carried(Inbound, File, time.Since(event.SourceAt))
	return f, nil
}

func broughtKey(ref MessageRef, f CarriedFile) string {
	return strings.Join([]string{string(ref.Conversation.ID), string(ref.Root), string(ref.ID), f.Teams}, "/")
}

// arrived is for after the post shows the files.
func (w *worker) arrived(ctx context.Context, event *InboundEvent, author UserID, files, before []CarriedFile) {
	for _, f := range files {
		w.transfers.forget(broughtKey(event.Ref, f))
	}
	w.tellAuthor(ctx, author, newlyMissing(files, before), "Mattermost")
}

func (w *worker) openInTeams(ctx context.Context, message TeamsMessage, f CarriedFile) (Source, error) {
	if id, picture := strings.CutPrefix(f.Teams, pictureKey); picture {
		return w.TeamsFiles.OpenPicture(ctx, message.Ref, id)
	}
	readers, err := w.readers(ctx, message.From.User)
	if err != nil {
		return Source{}, err
	}
	return w.TeamsFiles.OpenFile(ctx, message, *f.Attachment, readers)
}

// readers are the accounts that may be able to read somebody's file: the author's own, then the bots.
func (w *worker) readers(ctx context.Context, author TeamsUserID) ([]Account, error) {
	bots, err := w.Accounts.Bots(ctx)
	if err != nil || author == "" {
		return bots, err
	}
	own, able, err := w.accountByTeamsUser(ctx, author)
	if err != nil || !able {
		return bots, err
	}
	return append([]Account{own}, bots...), nil
}

// show makes the message that the post's text is made of.
func (w *worker) show(b *brought) {
	names := map[string]string{}
	var own []string
	notices, text := "", ""
	for _, f := range b.files {
		id, picture := strings.CutPrefix(f.Teams, pictureKey)
		switch {
		case f.File != "" && picture && f.Sent:
			own = append(own, id)
			b.shown.brought++
		case f.File != "" && picture:
			names[id] = f.Name
			b.shown.brought++
		case f.File != "":
			b.shown.brought++
		case f.Missing != "" && f.Teams != "" && !(picture && f.Missing == SwitchedOff) && w.MattermostFiles != nil:
			notices += noticeHTML(f, "Microsoft Teams", w.MattermostFiles.FileLimits())
		}
	}
	if b.shown.Text {
		if notices != "" {
			b.shown.Text = false
			b.shown.HTML = "<p>" + strings.ReplaceAll(html.EscapeString(b.shown.HTML), "\n", "<br>") + "</p>" + notices
		}
		return
	}
	b.shown.HTML = markup.DropPictures(b.shown.HTML, own)
	b.shown.HTML = markup.NamePictures(b.shown.HTML, names)
	if len(names) > 0 {
		text = formless(b.shown)
		for _, name := range names {
			text = strings.ReplaceAll(text, markup.PictureMark(name), "")
		}
		if strings.TrimSpace(text) == "" {
			b.shown.HTML = "" // the pictures are all it says
		}
	}
	b.shown.HTML += notices
}

// carriesFiles tells whether files are to be carried now.
func (w *worker) carriesFiles() bool {
	return w.TeamsFiles != nil && w.MattermostFiles != nil && w.Files()
}

// transfer moves a file. It is cut off when the engine stops: a transfer may take longer than a stop has time, and nothing is
// lost by beginning it anew.
func (w *worker) transfer(ctx context.Context, move func(context.Context) error) error {
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-w.stopping:
			cancel()
		case <-limited.Done():
		}
	}()
	err := move(limited)
	w.called = true // the event must not begin anew for a call that has to wait a little
	switch {
	case err == nil:
		return nil
	case ctx.Err() == nil && limited.Err() != nil:
		return errWaiting // it is as it was
	}
	return err
}

// broughtAgain brings the files that an edit in Teams added. What was carried before files were stays as the post shows it.
func (w *worker) broughtAgain(ctx context.Context, event *InboundEvent, mapping Mapping, message TeamsMessage, post Post) (brought, error) {
	return w.bringFiles(ctx, event, message, filesBefore(mapping.Record.Files, message, post))
}

// filesBefore is what a message and its post showed until now, as recorded. Of what was carried before files were, each side
// stays as it is.
func filesBefore(recorded []CarriedFile, message TeamsMessage, post Post) []CarriedFile {
	if recorded != nil {
		return placed(recorded, message)
	}
	before := filesOf(message)
	for _, id := range post.Files {
		before = append(before, CarriedFile{File: id})
	}
	return before
}

// update changes text and files of a post. What the server did not take is recorded as missing.
func (w *worker) update(ctx context.Context, post Post, text string, files []FileID, record *Record) (Post, error) {
	if sameFiles(files, post.Files) || w.MattermostFiles == nil {
		return w.Mattermost.UpdatePost(ctx, post.ID, text)
	}
	updated, err := w.MattermostFiles.UpdatePostFiles(ctx, post.ID, text, files)
	if err != nil {
		return updated, err
	}
	record.Files = slices.Clone(record.Files)
	for i, f := range record.Files {
		if f.File != "" && !slices.Contains(updated.Files, f.File) {
			record.Files[i].File, record.Files[i].Missing = "", FileBlocked
			w.Observer.Ignored(Inbound, File, FileBlocked)
		}
	}
	return updated, nil
}

// newlyMissing are those of the files that were not missing before.
func newlyMissing(files, before []CarriedFile) []CarriedFile {
	return slices.DeleteFunc(slices.Clone(files), func(f CarriedFile) bool {
		return slices.ContainsFunc(before, func(o CarriedFile) bool {
			return o.Missing == f.Missing && o.Teams == f.Teams && (o.File == f.File || f.Teams != "")
		})
	})
}
