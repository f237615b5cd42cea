// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package drives

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Where uploads and downloads go that need no token. SharePoint has the same paths.
const (
	UploadRoot   = "/_api"
	DownloadRoot = "/_layouts"

	uploadPath   = UploadRoot + "/v2.0/uploadSession/"
	downloadPath = DownloadRoot + "/15/download.aspx"
)

// Unit is what all ranges of an upload but the last are a multiple of, and MaxRange more than the longest (Graph docs,
// "driveItem: createUploadSession").
const (
	Unit     = 320 << 10
	MaxRange = 60 << 20
)

// session is an upload in ranges.
type session struct {
	drive, named string
	behaviour    Behaviour
	total        int64 // -1 until the first range
	file         *os.File
	next         int64
	until        time.Time
	busy         chan struct{} // holds one element while no range is being received
}

// sessionFor is how long a session waits for its next range.
const sessionFor = 24 * time.Hour

// Ticket returns the path under which an item can be downloaded without a token.
func (s *State) Ticket(driveID, named string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.existing(driveID, named)
	if err != nil {
		return "", err
	}
	ticket := token()
	s.tickets[ticket] = i
	return downloadPath + "?UniqueId=" + i.unique + "&tempauth=" + ticket, nil
}

// Begin begins an upload and returns its path.
func (s *State) Begin(driveID, named string, behaviour Behaviour) (address string, until time.Time, err error) {
	s.mu.Lock()
	_, rest, err := s.find(driveID, named)
	s.mu.Unlock()
	if err != nil {
		return "", time.Time{}, err
	}
	if len(rest) > 0 {
		if err := checkName(rest[len(rest)-1]); err != nil {
			return "", time.Time{}, err
		}
	} else if behaviour == Fail {
		return "", time.Time{}, refuse(Conflict, "nameAlreadyExists", "The specified item name already exists.")
	}
	file, err := s.newFile()
	if err != nil {
		return "", time.Time{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := token()
	made := &session{drive: driveID, named: named, behaviour: behaviour, total: -1, file: file, until: s.clock.Now().Add(sessionFor), busy: make(chan struct{}, 1)}
	made.busy <- struct{}{}
	s.sessions[name] = made
	return uploadPath + name, made.until, nil
}

// ServeHTTP answers uploads and downloads.
func (s *State) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, DownloadRoot) {
		s.download(w, r)
		return
	}
	status, body, err := s.upload(r)
	if err != nil {
		var refusal *Error
		if !errors.As(err, &refusal) {
			refusal = &Error{Invalid, "generalException", err.Error()}
		}
		status, body = refusal.Kind.Status(), map[string]any{"error": map[string]string{"code": refusal.Code, "message": refusal.Message}}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if body != nil {
		_ = json.NewEncoder(w).Encode(body) // a caller that went away is its own affair
	}
}

func (s *State) download(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	i, ok := s.tickets[r.URL.Query().Get("tempauth")]
	s.mu.Unlock()
	if !ok || r.URL.Path != downloadPath {
		http.Error(w, "401 Unauthorized", http.StatusUnauthorized)
		return
	}
	f, err := os.Open(i.file)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, f)
}

// status is what an upload's address tells about it.
type status struct {
	Until time.Time `json:"expirationDateTime"`
	Next  []string  `json:"nextExpectedRanges"`
}

func (u *session) status() status {
	return status{Until: u.until.UTC(), Next: []string{strconv.FormatInt(u.next, 10) + "-"}}
}

func (s *State) upload(r *http.Request) (int, any, error) {
	if r.Header.Get("Authorization") != "" {
		return http.StatusUnauthorized, map[string]any{"error": map[string]string{"code": "unauthenticated", "message": "An upload's address takes no token."}}, nil
	}
	name := strings.TrimPrefix(r.URL.Path, uploadPath)
	s.mu.Lock()
	u, ok := s.sessions[name]
	s.mu.Unlock()
	if !ok || s.clock.Now().After(u.until) {
		return 0, nil, refuse(NotFound, "itemNotFound", "The upload session was not found.")
	}
	select {
	case <-u.busy:
		defer func() { u.busy <- struct{}{} }()
	case <-r.Context().Done():
		return 0, nil, r.Context().Err()
	}
	switch r.Method {
	case http.MethodGet:
		return http.StatusOK, u.status(), nil
	case http.MethodDelete:
		s.end(name)
		return http.StatusNoContent, nil, discard(u.file)
	case http.MethodPut:
		return s.receive(r, name, u)
	}
	return http.StatusMethodNotAllowed, nil, nil
}

func (s *State) end(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, name)
}

var contentRange = regexp.MustCompile(`^bytes (\d+)-(\d+)/(\d+)$`)

// receive takes one range. What came of a range that was broken off is forgotten.
func (s *State) receive(r *http.Request, name string, u *session) (int, any, error) {
	match := contentRange.FindStringSubmatch(r.Header.Get("Content-Range"))
	if match == nil {
		return 0, nil, refuse(Invalid, "invalidRequest", "Content-Range is missing or malformed.")
	}
	var numbers [3]int64
	for i := range numbers {
		n, err := strconv.ParseInt(match[i+1], 10, 64)
		if err != nil {
			return 0, nil, refuse(Invalid, "invalidRequest", "Content-Range: %v", err)
		}
		numbers[i] = n
	}
	from, to, total := numbers[0], numbers[1], numbers[2]
	length := to - from + 1
	switch {
	case u.total >= 0 && total != u.total:
		return 0, nil, refuse(Invalid, "invalidRequest", "The total is not the one of the ranges before.")
	case length <= 0 || to >= total || r.ContentLength >= 0 && r.ContentLength != length:
		return 0, nil, refuse(Invalid, "invalidRequest", "The range and the length of the content do not fit.")
	case from != u.next:
		return 0, nil, refuse(BadRange, "invalidRange", "The range was received already or is not the next one.")
	case length >= MaxRange:
		return 0, nil, refuse(TooLarge, "requestTooLarge", "A range is less than 60 MiB.")
	case to+1 < total && length%Unit != 0:
		return 0, nil, refuse(Invalid, "invalidRequest", "All ranges but the last are multiples of 320 KiB.")
	}
	if _, err := u.file.Seek(from, io.SeekStart); err != nil {
		return 0, nil, err
	}
	if n, err := io.Copy(u.file, io.LimitReader(r.Body, length)); err != nil || n != length {
		return 0, nil, refuse(Invalid, "invalidRequest", "The content ended after %d of %d bytes.", n, length)
	}
	u.total, u.next, u.until = total, to+1, s.clock.Now().Add(sessionFor)
	if u.next < total {
		return http.StatusAccepted, u.status(), nil
	}
	s.end(name)
	if err := u.file.Close(); err != nil {
		return 0, nil, err
	}
	kept, created, err := s.place(u.drive, u.named, u.behaviour, u.file.Name(), total)
	if err != nil {
		return 0, nil, fmt.Errorf("%w", errors.Join(err, os.Remove(u.file.Name())))
	}
	if created {
		return http.StatusCreated, kept, nil
	}
	return http.StatusOK, kept, nil
}

// Status is the HTTP status of a refusal.
func (k Kind) Status() int {
	switch k {
	case NotFound:
		return http.StatusNotFound
	case Denied:
		return http.StatusForbidden
	case Conflict:
		return http.StatusConflict
	case Full:
		return http.StatusInsufficientStorage
	case BadRange:
		return http.StatusRequestedRangeNotSatisfiable
	case TooLarge:
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}
