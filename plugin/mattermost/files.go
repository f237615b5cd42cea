// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

var _ bridge.MattermostFiles = (*Server)(nil)

// filesPerPost is how many ids of files a post holds (model.PostFileidsMaxRunes).
const filesPerPost = 10

// FileLimits is what the server takes now.
func (s *Server) FileLimits() bridge.FileLimits {
	limits := bridge.FileLimits{PerPost: filesPerPost}
	if c := s.api.GetConfig(); c != nil {
		limits.Allowed = c.FileSettings.EnableFileAttachments == nil || *c.FileSettings.EnableFileAttachments
		if c.FileSettings.MaxFileSize != nil {
			limits.MaxSize = *c.FileSettings.MaxFileSize
		}
	}
	return limits
}

// owner is who brings files: whoever writes a post may then show them, also in an edit, which the server takes for nobody's.
const owner = model.UploadNoUserID

// Upload gives the server a file, as a stream: the API's other ways want all of it in memory.
func (s *Server) Upload(ctx context.Context, channel bridge.ChannelID, file bridge.Source) (bridge.FileID, error) {
	name := baseName(file.Name)
	id, err := s.upload(ctx, channel, name, file)
	if failure, ok := errors.AsType[*bridge.Failure](err); ok && slices.Contains(notAPicture, failure.Code) {
		// Its name says that it is a picture, and its content says otherwise.
		return s.upload(ctx, channel, name+".bin", file)
	}
	return id, err
}

// notAPicture are the errors of a file that has a picture's name and is none that the server can read.
var notAPicture = []string{"app.upload.upload_data.gen_info.app_error"}

func (s *Server) upload(ctx context.Context, channel bridge.ChannelID, name string, file bridge.Source) (bridge.FileID, error) {
	doing := fmt.Sprintf("upload file %q to channel %s", name, channel)
	content, err := file.Open(ctx, 0)
	if err != nil {
		return "", err
	}
	defer content.Close()
	if file.Size == 0 {
		return s.uploadEmpty(doing, channel, name)
	}
	session, err := s.api.CreateUploadSession(&model.UploadSession{
		Id: model.NewId(), Type: model.UploadTypeAttachment, ChannelId: string(channel), UserId: owner, Filename: name, FileSize: file.Size,
	})
	if err != nil {
		return "", asFailure(doing, err)
	}
	if session == nil {
		return "", gone(doing)
	}
	// The server does not learn why a stream ends.
	stream := &heard{Reader: content}
	info, err := s.api.UploadData(session, stream)
	switch {
	case stream.err != nil:
		return "", stream.err
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", asFailure(doing, err)
	case info == nil:
		return "", &bridge.Failure{Class: bridge.Retry, Err: fmt.Errorf("%s: the server did not get all of it", doing)}
	}
	return bridge.FileID(info.Id), nil
}

// heard remembers the error that ended a stream too early.
type heard struct {
	io.Reader
	err error
}

func (h *heard) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		h.err = err
	}
	return n, err
}

// uploadEmpty uploads a file without content, which an upload session does not take.
func (s *Server) uploadEmpty(doing string, channel bridge.ChannelID, name string) (bridge.FileID, error) {
	info, e := s.api.UploadFile([]byte{}, string(channel), name)
	switch {
	case e != nil:
		return "", failure(doing, e)
	case info == nil:
		return "", gone(doing)
	}
	return bridge.FileID(info.Id), nil
}

// asFailure says what an error of the API means that may be one of the server's.
func asFailure(doing string, err error) error {
	if e, ok := errors.AsType[*model.AppError](err); ok {
		return failure(doing, e)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func baseName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ReplaceAll(name, "\\", "/"), "\x00", ""))
	if name == "." || name == "/" || name == "" {
		return "file"
	}
	for len(name) > longestName {
		name = strings.ToValidUTF8(name[len(name)-longestName:], "")
	}
	return name
}

// longestName is less than what file systems take, with room for the endings of previews.
const longestName = 200

// OpenFiles finds files of somebody's post.
func (s *Server) OpenFiles(_ context.Context, author bridge.UserID, ids []bridge.FileID) ([]bridge.Source, error) {
	sources := make([]bridge.Source, 0, len(ids))
	for _, id := range ids {
		doing := "read file " + string(id)
		info, e := s.api.GetFileInfo(string(id))
		switch {
		case e != nil && e.StatusCode == http.StatusNotFound:
			sources = append(sources, bridge.Source{Name: string(id)})
			continue
		case e != nil:
			return nil, failure(doing, e)
		case info == nil:
			return nil, gone(doing)
		}
		source := bridge.Source{Name: info.Name, Size: info.Size, UploadedAt: info.CreateAt}
		source.Open = func(ctx context.Context, from int64) (io.ReadCloser, error) {
			if info.Size <= inOneGo {
				return s.readAll(doing, id, from)
			}
			return s.home.open(ctx, s.api, author, id, from)
		}
		sources = append(sources, source)
	}
	return sources, nil
}

// inOneGo is up to which size the API is asked for a file: it hands over all of it.
const inOneGo = 1 << 20

func (s *Server) readAll(doing string, id bridge.FileID, from int64) (io.ReadCloser, error) {
	content, e := s.api.GetFile(string(id))
	if e != nil {
		return nil, failure(doing, e)
	}
	return io.NopCloser(bytes.NewReader(content[min(from, int64(len(content))):])), nil
}

// UpdatePostFiles changes text and files of a post. Older servers keep the files that a post was made with: what they
// took shows in the returned post.
func (s *Server) UpdatePostFiles(ctx context.Context, id bridge.PostID, text string, files []bridge.FileID) (bridge.Post, error) {
	doing := "edit post " + string(id)
	if err := inTime(ctx, doing); err != nil {
		return bridge.Post{}, err
	}
	post, e := s.api.GetPost(string(id))
	switch {
	case e != nil:
		return bridge.Post{}, failure(doing, e)
	case post == nil:
		return bridge.Post{}, gone(doing)
	}
	before := post.FileIds
	shown, err := s.update(doing, post, text, files)
	if err != nil {
		return bridge.Post{}, err
	}
	taken := slices.DeleteFunc(slices.Clone(shown.Files), func(file bridge.FileID) bool {
		if slices.Contains(before, string(file)) {
			return false
		}
		info, e := s.api.GetFileInfo(string(file))
		return e == nil && info != nil && info.PostId != string(id)
	})
	if len(taken) == len(shown.Files) {
		return shown, nil
	}
	// It noted them and shows them to nobody.
	return s.update(doing, post, text, taken)
}

func (s *Server) update(doing string, post *model.Post, text string, files []bridge.FileID) (bridge.Post, error) {
	post = post.Clone()
	post.Message, post.FileIds = text, model.StringArray{}
	for _, file := range files {
		post.FileIds = append(post.FileIds, string(file))
	}
	updated, e := s.api.UpdatePost(post)
	switch {
	case e != nil:
		return bridge.Post{}, failure(doing, e)
	case updated == nil:
		return bridge.Post{}, gone(doing)
	}
	return s.ToBridge(updated), nil
}
