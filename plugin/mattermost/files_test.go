// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
)

// filesAPI keeps files and posts as a server does.
type filesAPI struct {
	plugin.API
	config   *model.Config
	refused  map[string]*model.AppError // by name
	uploads  map[string]string          // name → content
	owners   []string
	infos    map[string]*model.FileInfo
	post     *model.Post
	old      bool // takes no files into a post that is there
	sessions map[string]string
	revoked  int
	whole    int
}

func (a *filesAPI) GetConfig() *model.Config { return a.config }
func (a *filesAPI) CreateUploadSession(us *model.UploadSession) (*model.UploadSession, error) {
	a.owners = append(a.owners, us.UserId)
	return us, nil
}
func (a *filesAPI) UploadData(us *model.UploadSession, content io.Reader) (*model.FileInfo, error) {
	data, err := io.ReadAll(content)
	if err != nil || int64(len(data)) < us.FileSize {
		return nil, nil //nolint:nilerr,nilnil // what a stream's error becomes on the way over RPC
	}
	if e := a.refused[us.Filename]; e != nil {
		return nil, e
	}
	a.uploads[us.Filename] = string(data)
	return &model.FileInfo{Id: "id-" + us.Filename}, nil
}
func (a *filesAPI) UploadFile(data []byte, _ string, name string) (*model.FileInfo, *model.AppError) {
	a.uploads[name] = string(data)
	return &model.FileInfo{Id: "id-" + name}, nil
}
func (a *filesAPI) GetFileInfo(id string) (*model.FileInfo, *model.AppError) {
	if info := a.infos[id]; info != nil {
		return info, nil
	}
	return nil, &model.AppError{StatusCode: http.StatusNotFound}
}
func (a *filesAPI) GetFile(id string) ([]byte, *model.AppError) {
	a.whole++
	return []byte("whole " + id), nil
}
func (a *filesAPI) GetPost(string) (*model.Post, *model.AppError) { return a.post.Clone(), nil }
func (a *filesAPI) UpdatePost(post *model.Post) (*model.Post, *model.AppError) {
	a.post = post.Clone()
	for _, id := range post.FileIds {
		if !a.old {
			a.infos[id].PostId = post.Id
		}
	}
	return post, nil
}
func (a *filesAPI) GetUser(id string) (*model.User, *model.AppError) { return &model.User{Id: id}, nil }
func (a *filesAPI) CreateSession(s *model.Session) (*model.Session, *model.AppError) {
	s.Id, s.Token = model.NewId(), model.NewId()
	if s.ExpiresAt < time.Now().UnixMilli() || s.ExpiresAt > time.Now().Add(time.Hour).UnixMilli() {
		return nil, &model.AppError{Message: "a session that is not short"}
	}
	a.sessions[s.Token] = s.UserId
	return s, nil
}
func (a *filesAPI) RevokeSession(string) *model.AppError {
	a.revoked++
	return nil
}

func newFilesAPI() *filesAPI {
	return &filesAPI{uploads: map[string]string{}, infos: map[string]*model.FileInfo{}, sessions: map[string]string{}, refused: map[string]*model.AppError{}}
}

func file(name, content string) bridge.Source {
	return bridge.Source{Name: name, Size: int64(len(content)), Open: func(context.Context, int64) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

func TestFilesAreGivenToTheServer(t *testing.T) {
	a := newFilesAPI()
	s := mattermost.New(a, nil, "bot")
	a.refused["photo.png"] = &model.AppError{Id: "app.upload.upload_data.gen_info.app_error", StatusCode: 500}
	a.refused["virus.exe"] = &model.AppError{Id: "hook", StatusCode: 400}
	for _, f := range []bridge.Source{file("a.txt", "a"), file("Makefile", "m"), file("empty", ""), file("../../x/b.txt", "b"), file("photo.png", "none")} {
		if id, err := s.Upload(t.Context(), "c", f); err != nil || id == "" {
			t.Errorf("%s: %q, %v", f.Name, id, err)
		}
	}
	for name, content := range map[string]string{"a.txt": "a", "Makefile": "m", "empty": "", "b.txt": "b", "photo.png.bin": "none"} {
		if got, ok := a.uploads[name]; !ok || got != content {
			t.Errorf("%s is %q, %v", name, got, ok)
		}
	}
	if slices.ContainsFunc(a.owners, func(owner string) bool { return owner != model.UploadNoUserID }) {
		t.Errorf("owners are %q", a.owners)
	}
	if _, err := s.Upload(t.Context(), "c", file("virus.exe", "x")); bridge.ClassOf(err) != bridge.Permanent {
		t.Errorf("a refused file: %v", err)
	}
	broken := errors.New("broken off")
	_, err := s.Upload(t.Context(), "c", bridge.Source{Name: "c", Size: 10, Open: func(context.Context, int64) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("12345"), failing{broken})), nil
	}})
	if !errors.Is(err, broken) {
		t.Errorf("a stream that broke off: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestAnOldServerKeepsThePostsFiles(t *testing.T) {
	for _, old := range []bool{false, true} {
		a := newFilesAPI()
		a.old, a.post = old, &model.Post{Id: "p", Message: "before", FileIds: model.StringArray{"a"}}
		a.infos["a"], a.infos["b"] = &model.FileInfo{PostId: "p"}, &model.FileInfo{}
		post, err := mattermost.New(a, nil, "bot").UpdatePostFiles(t.Context(), "p", "after", []bridge.FileID{"a", "b"})
		want := []bridge.FileID{"a", "b"}
		if old {
			want = want[:1]
		}
		if err != nil || !slices.Equal(post.Files, want) || len(a.post.FileIds) != len(want) || post.Message != "after" {
			t.Errorf("old %v: %+v, %v; the server has %+v", old, post, err, a.post)
		}
	}
}

// Large files are read from the server's own port, and only from the server that has the certificate of its file.
func TestLargeFilesAreReadOverHTTP(t *testing.T) {
	a := newFilesAPI()
	content := bytes.Repeat([]byte("0123456789"), 200_000)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user := a.sessions[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]; user != "alex" || r.URL.Path != "/chat/api/v4/files/large" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	}))
	defer server.Close()
	certificate := filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	a.config = &model.Config{}
	a.config.SetDefaults()
	*a.config.ServiceSettings.ListenAddress = strings.Replace(server.Listener.Addr().String(), "127.0.0.1", "", 1)
	*a.config.ServiceSettings.SiteURL = "https://chat.example/chat"
	*a.config.ServiceSettings.ConnectionSecurity = model.ConnSecurityTLS
	*a.config.ServiceSettings.TLSCertFile = certificate
	a.infos["large"], a.infos["small"] = &model.FileInfo{Name: "large.bin", Size: int64(len(content))}, &model.FileInfo{Name: "small.bin", Size: 11}
	s := mattermost.New(a, nil, "bot")
	sources, err := s.OpenFiles(t.Context(), "alex", []bridge.FileID{"large", "small", "gone"})
	if err != nil || len(sources) != 3 || sources[2].Open != nil {
		t.Fatalf("%+v, %v", sources, err)
	}
	for _, from := range []int{0, 1_000_003} {
		reader, err := sources[0].Open(t.Context(), int64(from))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(reader)
		if err := errors.Join(err, reader.Close()); err != nil || !bytes.Equal(got, content[from:]) {
			t.Errorf("from %d on %d bytes, %v", from, len(got), err)
		}
	}
	if a.whole != 0 || a.revoked != 2 {
		t.Errorf("%d whole files, %d sessions revoked", a.whole, a.revoked)
	}
	if reader, err := sources[1].Open(t.Context(), 6); err != nil {
		t.Error(err)
	} else if got, _ := io.ReadAll(reader); string(got) != "small" {
		t.Errorf("the small one is %q", got)
	}
	if foreign, err := s.OpenFiles(t.Context(), "blake", []bridge.FileID{"large"}); err != nil {
		t.Error(err)
	} else if _, err := foreign[0].Open(t.Context(), 0); bridge.ClassOf(err) != bridge.UserAction {
		t.Errorf("as somebody who may not: %v", err)
	}
	*a.config.ServiceSettings.TLSCertFile = certificate + ".none"
	if _, err := sources[0].Open(t.Context(), 0); err == nil {
		t.Error("a server with another certificate was believed")
	}
	if a.revoked != len(a.sessions) {
		t.Errorf("%d of %d sessions were revoked", a.revoked, len(a.sessions))
	}
}
