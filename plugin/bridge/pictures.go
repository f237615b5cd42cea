// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"html"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

// Pictures of a new post stand in the message itself, below its text, as Mattermost shows them. They come along in the request
// that makes the message, so their contents are in memory while it is made; Graph takes four megabytes with a request. What does
// not fit, and what an edit adds, is a file beside the message. Teams gives each picture its name when it makes the message; until
// that is known a picture has a number.

const (
	// mostPictures is how many bytes of pictures a message brings along: in the request each three bytes are four.
	mostPictures = 2_900_000
	// picturesAtOnce is how many messages with pictures are made at a time.
	picturesAtOnce = 3
)

// unsentKey begins the keys of pictures that have no name in Teams yet.
const unsentKey = pictureKey + "~"

func unsentPicture(n int) string { return unsentKey + strconv.Itoa(n) }

// unsent tells whether a file is a picture that its message is to bring along.
func (f CarriedFile) unsent() bool { return strings.HasPrefix(f.Teams, unsentKey) }

// isPicture tells whether a file is a picture that Teams shows in messages and that there is room for. What cannot be read is
// none: it is a file that is not carried.
func isPicture(ctx context.Context, source Source, room int64) bool {
	if source.Open == nil || source.Size <= 0 || source.Size > room || !slices.Contains(pictureEndings, ending(source.Name)) {
		return false
	}
	content, err := source.Open(ctx, 0)
	if err != nil {
		return false
	}
	defer content.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false
	}
	return slices.Contains(pictureTypes, http.DetectContentType(head[:n]))
}

// What Teams shows as pictures, by the ends of names and by types.
var (
	pictureEndings = []string{"png", "jpg", "jpeg", "gif"}
	pictureTypes   = []string{"image/png", "image/jpeg", "image/gif"}
)

func ending(name string) string {
	return strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
}

// pictureTag is the element of a picture that the message brings along.
func pictureTag(f CarriedFile) string {
	return `<img src="../hostedContents/` + strings.TrimPrefix(f.Teams, unsentKey) + `/$value" alt="` + html.EscapeString(f.Name) + `">`
}

// pictureRoom bounds how many contents of pictures are in memory.
type pictureRoom struct{ taken chan struct{} }

func newPictureRoom() pictureRoom { return pictureRoom{make(chan struct{}, picturesAtOnce)} }

// withContents reads the pictures among the files that a message is to bring along, and calls send with them.
func (w *worker) withContents(ctx context.Context, author UserID, files []CarriedFile, send func([]Picture) error) error {
	var ids []FileID
	for _, f := range files {
		if f.unsent() {
			ids = append(ids, f.File)
		}
	}
	if len(ids) == 0 {
		return send(nil)
	}
	select {
	case w.pictures.taken <- struct{}{}:
		defer func() { <-w.pictures.taken }()
	case <-w.stopping:
		return errWaiting
	case <-ctx.Done():
		return ctx.Err()
	}
	var pictures []Picture
	err := w.transfer(ctx, func(ctx context.Context) error {
		sources, err := w.MattermostFiles.OpenFiles(ctx, author, ids)
		if err != nil {
			return err
		}
		for i, source := range sources {
			content, err := contentOf(ctx, source)
			if err != nil {
				return err
			}
			pictures = append(pictures, Picture{ID: strconv.Itoa(i + 1), Type: http.DetectContentType(content), Content: content})
		}
		return nil
	})
	if err != nil && (errors.Is(err, errWaiting) || ctx.Err() != nil) {
		return err
	}
	if err != nil {
		return &unreadable{err}
	}
	return send(pictures)
}

// unreadable says that a picture could not be read. As a file it is given up after a while, and its message is not.
type unreadable struct{ error }

func (u *unreadable) Unwrap() error { return u.error }

func contentOf(ctx context.Context, source Source) ([]byte, error) {
	if source.Open == nil || source.Size > mostPictures {
		return nil, &Failure{Class: Retry, Err: errors.New("a picture was there a moment ago and is not any more")}
	}
	content, err := source.Open(ctx, 0)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	return io.ReadAll(io.LimitReader(content, mostPictures))
}

// placed are the files of a message that was made: its pictures have their names now.
func placed(files []CarriedFile, message TeamsMessage) []CarriedFile {
	if !slices.ContainsFunc(files, CarriedFile.unsent) {
		return files
	}
	names := markup.Pictures(message.HTML)
	files = slices.Clone(files)
	for i, f := range files {
		if n, err := strconv.Atoi(strings.TrimPrefix(f.Teams, unsentKey)); f.unsent() && err == nil && n >= 1 && n <= len(names) {
			files[i].Teams = pictureKey + names[n-1]
		}
	}
	return files
}

// hashAsSent is the teamsHash that a message had when it was sent.
func hashAsSent(message TeamsMessage) string {
	message.HTML = markup.NumberPictures(message.HTML)
	return teamsHash(message)
}

// refusedPictures tells whether a send was refused, or could not be made, and its pictures may be the reason.
func refusedPictures(err error, files []CarriedFile) bool {
	if _, is := errors.AsType[*unreadable](err); is {
		return true
	}
	failure, is := errors.AsType[*Failure](err)
	return is && failure.Class == Permanent && (failure.Status == http.StatusBadRequest || failure.Status == http.StatusRequestEntityTooLarge) &&
		slices.ContainsFunc(files, CarriedFile.unsent)
}

// unplaced are files without the pictures that were to come along.
func unplaced(files []CarriedFile) []CarriedFile {
	return slices.DeleteFunc(slices.Clone(files), CarriedFile.unsent)
}
