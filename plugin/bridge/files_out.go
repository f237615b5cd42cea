// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"cmp"
	"context"
	"html"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// pictures says how pictures go to Teams that are not there yet.
type pictures bool

const (
	inPlace      pictures = true // in the message itself, as far as it has room for them
	asReferences pictures = false
)

// sendFiles brings a post's files to Teams that are not there yet, as the first of the accounts that may. before is what message
// and post showed until now. Pictures that go in place are only looked at: the message brings them along.
func (w *worker) sendFiles(ctx context.Context, event *OutboundEvent, post Post, as []Account, before []CarriedFile, p pictures) ([]CarriedFile, error) {
	files := []CarriedFile{}
	for _, f := range before {
		if (f.File == "" || slices.Contains(post.Files, f.File)) && !f.unsent() {
			files = append(files, f)
		}
	}
	fresh := slices.DeleteFunc(slices.Clone(post.Files), func(id FileID) bool {
		return slices.ContainsFunc(files, func(f CarriedFile) bool { return f.File == id })
	})
	if len(fresh) == 0 || len(as) == 0 || w.MattermostFiles == nil {
		return files, nil
	}
	sources, err := w.MattermostFiles.OpenFiles(ctx, post.Author, fresh)
	if err != nil {
		return nil, err
	}
	taken, room := 0, int64(mostPictures)
	for _, i := range asUploaded(sources) {
		id := fresh[i]
		if p == inPlace && w.carriesFiles() && isPicture(ctx, sources[i], room) {
			taken++
			room -= sources[i].Size
			files = append(files, CarriedFile{File: id, Name: sources[i].Name, Size: sources[i].Size, Teams: unsentPicture(taken), Sent: true})
			continue
		}
		f, err := w.sendFile(ctx, event, id, sources[i], as)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// asUploaded are the positions of the sources in the order in which they were uploaded, which is how Mattermost shows them: it keeps
// the ids in another.
func asUploaded(sources []Source) []int {
	positions := make([]int, len(sources))
	for i := range positions {
		positions[i] = i
	}
	slices.SortStableFunc(positions, func(a, b int) int { return cmp.Compare(sources[a].UploadedAt, sources[b].UploadedAt) })
	return positions
}

// sendFile brings one file. One that cannot be brought is returned with the reason.
func (w *worker) sendFile(ctx context.Context, event *OutboundEvent, id FileID, source Source, as []Account) (CarriedFile, error) {
	f := CarriedFile{File: id, Name: source.Name, Size: source.Size}
	missing := func(why Reason) (CarriedFile, error) {
		f.Missing = why
		w.Observer.Ignored(Outbound, File, why)
		return f, nil
	}
	switch {
	case !w.carriesFiles():
		return missing(SwitchedOff)
	case source.Open == nil:
		return missing(FileGone)
	}
	var last error
	for _, account := range as {
		key := string(w.lease.Conversation) + "/" + string(id)
		if w.link.Conversation.Team == "" {
			key += "/" + string(account.ID) // chats have no place of their own for files
		}
		if done, ok := w.transfers.find(key); ok {
			return done, nil
		}
		err := w.transfer(ctx, func(ctx context.Context) error {
			source.Name = uniqueName(f.Name, id)
			attachment, closedTo, err := w.TeamsFiles.Upload(ctx, account, w.link.Conversation, source)
			f.Teams, f.Attachment, f.ClosedTo = attachment.ID, &attachment, closedTo
			return err
		})
		if err == nil {
			w.transfers.note(key, f)
			w.Observer.Carried(Outbound, File, time.Since(event.SourceAt))
			return f, nil
		}
		f.Teams, f.Attachment, f.ClosedTo, last = "", nil, nil, err
		if ClassOf(err) != UserAction {
			break
		}
	}
	why, err := w.giveUp(ctx, event.Event, f.Name, last)
	if err != nil {
		return f, err
	}
	return missing(why)
}

// uniqueName is a file's name with a part of its id: two files of one name are two files, and the same file is always the same.
func uniqueName(name string, id FileID) string {
	extension := path.Ext(name)
	if extension == name {
		extension = "" // a name that begins with a dot
	}
	return strings.TrimSuffix(name, extension) + " (" + string(id[:min(len(id), 8)]) + ")" + extension
}

// attach has a message show files. Their elements stand before the text: behind it there is the mark of a send.
func (w *worker) attach(message Outgoing, files []CarriedFile) Outgoing {
	elements, pictures, notices := "", "", ""
	for _, f := range files {
		switch {
		case f.Attachment != nil:
			elements += attachmentTag(f.Attachment.ID)
			message.Attachments = append(slices.Clone(message.Attachments), *f.Attachment)
		case f.unsent():
			pictures += pictureTag(f)
		case f.Missing != "" && f.Teams == "":
			notices += noticeHTML(f, "Mattermost", w.fileLimits())
		}
	}
	if pictures != "" {
		pictures = "<p>" + pictures + "</p>"
	}
	message.HTML = elements + message.HTML + pictures + notices
	return message
}

func attachmentTag(id string) string {
	return `<attachment id="` + html.EscapeString(id) + `"></attachment>`
}

func (w *worker) fileLimits() FileLimits {
	if w.MattermostFiles == nil {
		return FileLimits{}
	}
	return w.MattermostFiles.FileLimits()
}

// withoutNotices takes from a text what notices of missing files say: only one side shows them.
func (w *worker) withoutNotices(text string, files []CarriedFile, side string) string {
	for _, f := range files {
		if f.Missing != "" {
			text = strings.Replace(text, strings.TrimSpace(markup.ToMarkdown(noticeHTML(f, side, w.fileLimits()))), "", 1)
		}
	}
	return strings.TrimRight(text, " \n")
}

// accountsOf lists the accounts of groups in their order.
func accountsOf(groups [][]Account) []Account { return slices.Concat(groups...) }

// revisedFiles are the files of a message after its post was edited in Mattermost. What was carried before files were is as
// Teams shows it.
func (w *worker) revisedFiles(ctx context.Context, event *OutboundEvent, mapping Mapping, account Account, post Post) ([]CarriedFile, error) {
	before := mapping.Record.Files
	if before == nil || slices.ContainsFunc(before, CarriedFile.unsent) {
		message, err := w.Teams.Message(ctx, mapping.Ref)
		if err != nil {
			return nil, err
		}
		before = filesBefore(before, message, post)
	}
	return w.sendFiles(ctx, event, post, []Account{account}, before, asReferences)
}

// withPictures has a message of ours show the pictures that somebody put into it in Teams.
func (w *worker) withPictures(ctx context.Context, mapping Mapping, message Outgoing, files []CarriedFile) (Outgoing, error) {
	if !slices.ContainsFunc(files, func(f CarriedFile) bool { return strings.HasPrefix(f.Teams, pictureKey) }) {
		return message, nil
	}
	shown, err := w.Teams.Message(ctx, mapping.Ref)
	if err != nil {
		return message, err
	}
	message.HTML = placePictures(message.HTML, shown, files)
	return message, nil
}

func placePictures(text string, message TeamsMessage, files []CarriedFile) string {
	var placed []markup.PlacedPicture
	all := markup.PictureTags(message.HTML)
	for _, f := range files {
		id, picture := strings.CutPrefix(f.Teams, pictureKey)
		if !picture || all[id] == "" {
			continue
		}
		p := markup.PlacedPicture{Tag: all[id]}
		switch {
		case f.File == "": // it is as it was
			p.Mark = markup.ToMarkdown(all[id])
		case !f.Sent:
			p.Mark = markup.PictureMark(f.Name)
		}
		placed = append(placed, p)
	}
	return markup.PlacePictures(text, placed)
}

// keep has the new text of a message that was written in Teams show what the message shows besides: pictures where they were,
// files, and whatever else is attached. Only files that were taken from the post are taken away.
func keep(text Outgoing, message TeamsMessage, files []CarriedFile) Outgoing {
	text.HTML = placePictures(text.HTML, message, files)
	elements := ""
	for _, a := range message.Attachments {
		if _, ok := carriedAs(files, a.ID); ok || !isFile(a) {
			if tag := attachmentTag(a.ID); !strings.Contains(text.HTML, tag) {
				elements += tag
			}
			text.Attachments = append(text.Attachments, a)
		}
	}
	for _, f := range files {
		if f.Attachment != nil && f.File != "" && !slices.ContainsFunc(message.Attachments, func(a Attachment) bool { return a.ID == f.Teams }) {
			elements += attachmentTag(f.Teams)
			text.Attachments = append(text.Attachments, *f.Attachment)
		}
	}
	text.HTML = elements + text.HTML
	return text
}
