// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// How contents are uploaded (Graph docs, "driveItem: createUploadSession").
const (
	rangeUnit = 320 << 10  // all pieces but the last are multiples
	maxPiece  = 60<<20 - 1 // a piece is shorter than 60 MiB
	onePut    = 4 << 20    // up to here one request does
	maxWays   = 2          // how often an upload is begun whose session was lost
)

// Upload puts a file into the folder of the channel, or for a chat into the account's own drive, and lets the chat's members
// read it there. What has the name is replaced. closedTo names the members of a chat who cannot open it; a file for a chat in
// which nobody else could is not uploaded (bridge.ErrNobodyReads).
func (c *Client) Upload(ctx context.Context, as bridge.Account, in bridge.Conversation, file bridge.Source) (made bridge.Attachment, closedTo []string, err error) {
	name := allowedName(file.Name)
	var folder place
	var with readers
	if in.Team == "" {
		if with, err = c.readersOf(ctx, as, in); err != nil {
			return bridge.Attachment{}, nil, err
		}
	}
	if in.Team != "" {
		folder, err = c.channelFolder(ctx, in)
	} else if folder, err = c.ownDrive(ctx, as.TeamsUser); err == nil {
		folder.address += "/" + url.PathEscape(chatFolder)
	}
	if err != nil {
		return bridge.Attachment{}, nil, err
	}
	target := uploadTarget{folder: folder, as: as.ID, name: name}
	if in.Team == "" {
		target.below = chatFolder
	}
	var item driveItem
	if file.Size <= onePut {
		item, err = c.put(ctx, target, file)
	} else {
		item, err = c.uploadInPieces(ctx, target, file)
	}
	if err != nil {
		if bridge.ClassOf(err) == bridge.NotFound {
			c.files.places.forget()
		}
		return bridge.Attachment{}, nil, err
	}
	id, ok := uniqueID(item.ETag)
	if !ok {
		return bridge.Attachment{}, nil, &bridge.Failure{Class: bridge.Permanent, Err: fmt.Errorf("Graph's answer names no id of file %q", name)}
	}
	if in.Team == "" {
		if closedTo, err = c.share(ctx, as, with, folder.drive, item.ID); err != nil {
			return bridge.Attachment{}, nil, err
		}
	}
	return bridge.Attachment{ID: id, ContentType: "reference", ContentURL: folder.address + "/" + url.PathEscape(item.Name), Name: item.Name}, closedTo, nil
}

// uploadTarget is where a file goes.
type uploadTarget struct {
	folder place
	below  string // a folder in it; "" for itself
	name   string
	as     bridge.AccountID
}

// at returns a request on the target.
func (t uploadTarget) at(method, action string) request {
	r := request{method: method, route: driveItemByPath + ":" + action, path: []string{t.folder.drive, t.folder.item, t.name}, as: t.as}
	if t.below != "" {
		r.route = "/drives/{drive-id}/items/{item-id}:/{folder}/{path}:" + action
		r.path = []string{t.folder.drive, t.folder.item, t.below, t.name}
	}
	return r
}

// put uploads a small file with one request.
func (c *Client) put(ctx context.Context, target uploadTarget, file bridge.Source) (item driveItem, err error) {
	for try := 1; ; try++ {
		item, err = c.putOnce(ctx, target, file)
		class := bridge.ClassOf(err)
		if err == nil || class != bridge.Retry && class != bridge.Unknown || try == maxTries || refusedEntry(err) || !pause(ctx, waitBefore(try, err)) {
			return item, err
		}
	}
}

func (c *Client) putOnce(ctx context.Context, target uploadTarget, file bridge.Source) (item driveItem, err error) {
	content, err := file.Open(ctx, 0)
	if err != nil {
		return driveItem{}, err
	}
	defer content.Close()
	r := target.at("PUT", "/content")
	r.query = url.Values{"@microsoft.graph.conflictBehavior": {"replace"}}.Encode()
	// What it replaces is the same file: making it twice does no harm.
	r.content, r.length, r.repeat = content, file.Size, false
	if file.Size == 0 {
		r.content = http.NoBody
	}
	err = c.once(ctx, r, &item)
	if failure, ok := errors.AsType[*bridge.Failure](err); ok && failure.Status == http.StatusInsufficientStorage {
		failure.Class = bridge.Permanent
	}
	return item, err
}

// uploadInPieces uploads a large file.
func (c *Client) uploadInPieces(ctx context.Context, target uploadTarget, file bridge.Source) (driveItem, error) {
	for way := 1; ; way++ {
		var session struct{ UploadURL string }
		r := target.at("POST", "/createUploadSession")
		r.body = map[string]any{"item": map[string]any{"@microsoft.graph.conflictBehavior": "replace", "name": target.name}}
		r.repeat = true // a session that nobody uses goes away
		if err := c.do(ctx, r, &session); err != nil {
			return driveItem{}, err
		}
		item, err := c.files.upload(ctx, session.UploadURL, file)
		if err == nil || way == maxWays || bridge.ClassOf(err) != bridge.NotFound {
			return item, err
		}
	}
}

// pieceSize is how much of a content a request sends.
func (t *fileTransport) pieceSize() int64 {
	size := min(t.rangeSize, maxPiece)
	return max(size-size%rangeUnit, rangeUnit)
}

// upload sends a content to the address of an upload session, piece by piece. After a failure the session is asked for what it
// has.
func (t *fileTransport) upload(ctx context.Context, address string, file bridge.Source) (item driveItem, err error) {
	var content io.ReadCloser
	defer func() {
		if content != nil {
			_ = content.Close() // it was read as far as it was needed
		}
	}()
	var at int64
	for tries := 0; ; {
		if content == nil {
			if content, err = file.Open(ctx, at); err != nil {
				return driveItem{}, err
			}
		}
		to := min(at+t.pieceSize(), file.Size)
		next, kept, err := t.piece(ctx, address, io.LimitReader(content, to-at), at, to, file.Size)
		switch {
		case err == nil && kept != nil:
			return *kept, nil
		case err == nil && next == to:
			at, tries = to, 0
			continue
		}
		// The content was read to somewhere else than the session wants.
		_ = content.Close()
		content = nil
		if err == nil {
			at = next
			if tries++; tries >= maxPieceTries {
				return driveItem{}, &bridge.Failure{Class: bridge.Retry, Err: errors.New("the upload session does not go on")}
			}
			continue
		}
		status := 0
		if failure, ok := errors.AsType[*bridge.Failure](err); ok {
			status = failure.Status
		}
		class := bridge.ClassOf(err)
		if tries++; tries >= maxPieceTries || class != bridge.Retry && status != http.StatusRequestedRangeNotSatisfiable {
			return driveItem{}, err
		}
		if status != http.StatusRequestedRangeNotSatisfiable && !pause(ctx, waitBefore(tries, err)) {
			return driveItem{}, err
		}
		if at, err = t.expected(ctx, address); err != nil {
			if bridge.ClassOf(err) != bridge.Retry {
				return driveItem{}, err
			}
			at = 0
		}
	}
}

// piece sends bytes from up to, but not with, to. It returns where the session wants to go on, or the item when it is complete.
func (t *fileTransport) piece(ctx context.Context, address string, content io.Reader, from, to, size int64) (next int64, item *driveItem, err error) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	moving := &moving{Reader: content, timer: time.AfterFunc(stall, end)}
	defer moving.timer.Stop()
	header := http.Header{"Content-Range": {fmt.Sprintf("bytes %d-%d/%d", from, to-1, size)}, "Content-Type": {"application/octet-stream"}}
	response, cancel, err := t.send(ctx, http.MethodPut, address, header, moving, to-from)
	if err != nil {
		return 0, nil, err
	}
	defer cancel()
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK, http.StatusCreated:
		item = &driveItem{}
		if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(item); err != nil {
			return 0, nil, &bridge.Failure{Class: bridge.Retry, Status: response.StatusCode, Err: fmt.Errorf("read what became of an upload: %w", err)}
		}
		return to, item, nil
	case http.StatusAccepted:
		next, err = nextRange(response.Body)
		return next, nil, err
	}
	return 0, nil, t.refused("upload of a file", response, response.Body)
}

// moving ends an upload that stands still.
type moving struct {
	io.Reader
	timer *time.Timer
}

func (m *moving) Read(p []byte) (int, error) {
	m.timer.Reset(stall)
	return m.Reader.Read(p)
}

// expected asks an upload session what it wants next.
func (t *fileTransport) expected(ctx context.Context, address string) (int64, error) {
	response, cancel, err := t.send(ctx, http.MethodGet, address, http.Header{}, nil, 0)
	if err != nil {
		return 0, err
	}
	defer cancel()
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return 0, t.refused("state of an upload", response, response.Body)
	}
	return nextRange(response.Body)
}

// nextRange reads where an upload session wants to go on.
func nextRange(answer io.Reader) (int64, error) {
	var state struct{ NextExpectedRanges []string }
	err := json.NewDecoder(io.LimitReader(answer, maxAnswer)).Decode(&state)
	if err == nil && len(state.NextExpectedRanges) == 0 {
		err = errors.New("no range is expected")
	}
	if err != nil {
		return 0, &bridge.Failure{Class: bridge.Retry, Err: fmt.Errorf("read the state of an upload: %w", err)}
	}
	first, _, _ := strings.Cut(state.NextExpectedRanges[0], "-")
	next, err := strconv.ParseInt(first, 10, 64)
	if err != nil || next < 0 {
		return 0, &bridge.Failure{Class: bridge.Retry, Err: fmt.Errorf("read the state of an upload: %q is no range", state.NextExpectedRanges[0])}
	}
	return next, nil
}

// uniqueID is the GUID in an item's eTag: Teams names the file by it.
func uniqueID(etag string) (string, bool) {
	_, rest, found := strings.Cut(etag, "{")
	id, _, closed := strings.Cut(rest, "}")
	return strings.ToLower(id), found && closed && len(id) == 36
}

// allowedName is a name that SharePoint takes, as like the given one as can be (Office support, "Restrictions and limitations
// in OneDrive and SharePoint").
func allowedName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\"*:<>?/\\|", r) || r < ' ' || r == 0x7f {
			return '_'
		}
		return r
	}, name)
	name = strings.ReplaceAll(strings.Trim(name, " "), "_vti_", "_")
	name = strings.TrimRight(name, ". ")
	if strings.HasPrefix(name, "~$") {
		name = "_" + name[1:]
	}
	for len(name) > longestName {
		extension := path.Ext(name)
		if len(extension) > longestExtension {
			extension = ""
		}
		// The part with the id stays: it stands before the extension.
		base := []rune(strings.TrimSuffix(name, extension))
		tail := string(base[max(0, len(base)-keptTail):])
		room := longestName - len(tail) - len(extension)
		head := string(base[:max(0, len(base)-keptTail)])
		for len(head) > room {
			_, size := lastRune(head)
			head = head[:len(head)-size]
		}
		name = head + tail + extension
	}
	if name == "" {
		return "file"
	}
	return name
}

// The lengths of names in bytes: SharePoint takes paths of 400 characters.
const (
	longestName      = 200
	longestExtension = 20
	keptTail         = 12
)
