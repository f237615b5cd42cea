// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

var _ bridge.TeamsFiles = (*Client)(nil)

// driveItem is Graph's as far as it is used (Graph docs, "driveItem resource type").
type driveItem struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	ETag   string `json:"eTag"`
	WebURL string `json:"webUrl"`
	Parent struct {
		Drive string `json:"driveId"`
		Path  string `json:"path"`
	} `json:"parentReference"`
	File     *struct{} `json:"file"`
	Download string    `json:"@microsoft.graph.downloadUrl"`
}

const (
	driveItemByID   = "/drives/{drive-id}/items/{item-id}"
	driveItemByPath = "/drives/{drive-id}/items/{item-id}:/{path}"
	chatFolder      = "Microsoft Teams Chat Files" // where Teams keeps what somebody sends in chats, in their own drive
)

// place is a folder whose files have addresses below its own.
type place struct {
	drive, item, address string
}

// below returns the path of an address below the place.
func (p place) below(address string) ([]string, bool) {
	base, whole := plainAddress(p.address), plainAddress(address)
	if p.address == "" || len(whole) <= len(base)+1 || !strings.EqualFold(whole[:len(base)], base) || whole[len(base)] != '/' {
		return nil, false
	}
	return strings.Split(whole[len(base)+1:], "/"), true
}

// plainAddress is an address without escapes and without what is behind its path.
func plainAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// places remembers where conversations and people keep their files.
type places struct {
	mu    sync.Mutex
	known map[string]knownPlace
}

type knownPlace struct {
	place
	until time.Time
}

// rememberPlace is how long a place is believed to be where it was.
const rememberPlace = 10 * time.Minute

func (p *places) of(key string, find func() (place, error)) (place, error) {
	p.mu.Lock()
	known, ok := p.known[key]
	p.mu.Unlock()
	if ok && time.Now().Before(known.until) {
		return known.place, nil
	}
	found, err := find()
	if err != nil {
		return place{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || len(p.known) > 10000 {
		p.known = map[string]knownPlace{}
	}
	p.known[key] = knownPlace{found, time.Now().Add(rememberPlace)}
	return found, nil
}

// forget is for when something was not where it should be.
func (p *places) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.known)
}

// channelFolder finds the folder of a channel, as the application.
func (c *Client) channelFolder(ctx context.Context, in bridge.Conversation) (place, error) {
	return c.files.places.of("channel/"+string(in.ID), func() (place, error) {
		var folder driveItem
		err := c.do(ctx, request{method: "GET", route: "/teams/{team-id}/channels/{channel-id}/filesFolder", path: []string{string(in.Team), string(in.ID)}, repeat: true}, &folder)
		return place{folder.Parent.Drive, folder.ID, folder.WebURL}, err
	})
}

// ownDrive finds somebody's drive, as the application.
func (c *Client) ownDrive(ctx context.Context, user bridge.TeamsUserID) (place, error) {
	return c.files.places.of("user/"+string(user), func() (place, error) {
		var drive struct{ ID, WebURL string }
		err := c.do(ctx, request{method: "GET", route: "/users/{user-id}/drive", path: []string{string(user)}, repeat: true}, &drive)
		return place{drive.ID, "root", drive.WebURL}, err
	})
}

// OpenFile finds the file of an attachment. The application may read every drive but not look addresses up; so the address is
// looked for below the channel's library and the author's drive, and only then asked for as one of the accounts.
func (c *Client) OpenFile(ctx context.Context, message bridge.TeamsMessage, attachment bridge.Attachment, as []bridge.Account) (bridge.Source, error) {
	address, err := url.Parse(attachment.ContentURL)
	if err != nil || address.Scheme != "https" || address.Host == "" {
		return bridge.Source{}, &bridge.Failure{Class: bridge.Permanent, Err: fmt.Errorf("file %q has no address in SharePoint", attachment.Name)}
	}
	find, item, err := c.findItem(ctx, message, attachment.ContentURL, as)
	if err != nil {
		return bridge.Source{}, err
	}
	if item.File == nil {
		return bridge.Source{}, &bridge.Failure{Class: bridge.Permanent, Err: fmt.Errorf("%q is no file", attachment.Name)}
	}
	name := attachment.Name
	if name == "" {
		name = item.Name
	}
	current := &current{item: item, at: time.Now(), find: find}
	return bridge.Source{Name: name, Size: item.Size, Open: func(ctx context.Context, from int64) (io.ReadCloser, error) {
		return c.files.open(ctx, current.address, from, item.Size), nil
	}}, nil
}

// current is an item with an address that can be downloaded from. Such addresses last for an hour.
type current struct {
	mu   sync.Mutex
	item driveItem
	at   time.Time
	find func(context.Context) (driveItem, error)
}

// addressFor is how long a download address is used.
const addressFor = 30 * time.Minute

func (c *current) address(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.at) > addressFor {
		item, err := c.find(ctx)
		if err != nil {
			return "", err
		}
		if item.ETag != c.item.ETag {
			return "", &bridge.Failure{Class: bridge.Retry, Status: http.StatusConflict, Err: errors.New("the file was changed while it was read")}
		}
		c.item, c.at = item, time.Now()
	}
	if c.item.Download == "" {
		return "", &bridge.Failure{Class: bridge.UserAction, Err: errors.New("Graph named no address to download the file from")}
	}
	return c.item.Download, nil
}

// findItem finds the item with an address and returns how it was found.
func (c *Client) findItem(ctx context.Context, message bridge.TeamsMessage, address string, as []bridge.Account) (find func(context.Context) (driveItem, error), item driveItem, err error) {
	var ways []func(context.Context) (driveItem, error)
	var failures []error
	consider := func(p place, err error) {
		if err != nil {
			failures = append(failures, err)
			return
		}
		if path, ok := p.below(address); ok {
			ways = append(ways, func(ctx context.Context) (driveItem, error) { return c.itemAt(ctx, p, path) })
		}
	}
	in := message.Ref.Conversation
	if in.Team != "" {
		folder, err := c.channelFolder(ctx, in)
		consider(folder, err)
		// The other channels of the team have their folders beside this one.
		if at := strings.LastIndex(folder.address, "/"); at > 0 {
			consider(place{folder.drive, "root", folder.address[:at]}, err)
		}
	}
	if message.From.User != "" {
		drive, err := c.ownDrive(ctx, message.From.User)
		consider(drive, err)
	}
	token := "u!" + base64.RawURLEncoding.EncodeToString([]byte(address))
	for _, account := range as {
		ways = append(ways, func(ctx context.Context) (item driveItem, err error) {
			err = c.do(ctx, request{method: "GET", route: "/shares/{share-token}/driveItem", path: []string{token}, as: account.ID, repeat: true}, &item)
			return item, err
		})
	}
	for _, way := range ways {
		if item, err = way(ctx); err == nil {
			return way, item, nil
		}
		failures = append(failures, err)
		if class := bridge.ClassOf(err); class != bridge.NotFound && class != bridge.UserAction && class != bridge.Permanent {
			return nil, driveItem{}, err
		}
	}
	if len(failures) == 0 {
		failures = append(failures, &bridge.Failure{Class: bridge.UserAction, Err: errors.New("it lies where neither the application nor a connected account may look")})
	}
	last := failures[len(failures)-1]
	// What one does not find and another may not see is there.
	for _, failure := range failures {
		if class := bridge.ClassOf(failure); class == bridge.UserAction || class == bridge.Retry {
			last = failure
		}
	}
	return nil, driveItem{}, last
}

// itemAt reads an item by its path below a place, as the application.
func (c *Client) itemAt(ctx context.Context, p place, path []string) (item driveItem, err error) {
	address := c.config.GraphURL + "/v1.0" + fill("/drives/{drive-id}/items/{item-id}", []string{p.drive, p.item}) + ":"
	for _, segment := range path {
		address += "/" + url.PathEscape(segment)
	}
	err = c.do(ctx, request{method: "GET", route: driveItemByPath, link: address, repeat: true}, &item)
	return item, err
}

// OpenPicture finds a picture of a message, or the text of a code snippet, as the application. The answer that tells its size and type is the one that is read.
func (c *Client) OpenPicture(ctx context.Context, ref bridge.MessageRef, id string) (bridge.Source, error) {
	route, path := messageOf(ref)
	route, path = route+"/hostedContents/{hosted-id}/$value", append(path, id)
	response, err := c.stream(ctx, request{method: "GET", route: route, path: path, repeat: true})
	if err != nil {
		return bridge.Source{}, err
	}
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	source := bridge.Source{Name: "picture" + extensionOf(kind), Size: response.ContentLength}
	var first atomic.Pointer[http.Response]
	if source.Size >= 0 {
		first.Store(response) // who does not read it lets it stand still, and that ends it
	} else {
		// A picture of unknown size is small enough to be counted.
		source.Size, err = io.Copy(io.Discard, io.LimitReader(response.Body, maxPicture+1))
		if err == nil && source.Size > maxPicture {
			err = &bridge.Failure{Class: bridge.Permanent, Err: errors.New("the picture is too large")}
		}
		if err := errors.Join(err, response.Body.Close()); err != nil {
			return bridge.Source{}, err
		}
	}
	source.Open = func(ctx context.Context, from int64) (io.ReadCloser, error) {
		return &ranged{ctx: ctx, at: from, size: source.Size, piece: max(source.Size, 1), get: func(ctx context.Context, from, _ int64) (io.ReadCloser, error) {
			if response := first.Swap(nil); response != nil && from == 0 {
				return response.Body, nil
			}
			response, err := c.stream(ctx, request{method: "GET", route: route, path: path, repeat: true})
			if err != nil {
				return nil, err
			}
			if _, err := io.CopyN(io.Discard, response.Body, from); err != nil {
				_ = response.Body.Close() // of no more use
				return nil, err
			}
			return response.Body, nil
		}}, nil
	}
	return source, nil
}

// maxPicture is more than Teams takes for a picture in a message.
const maxPicture = 64 << 20

// extensionOf is the usual ending of names of a type; "" for an unknown one.
func extensionOf(kind string) string {
	known := map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp", "image/svg+xml": ".svg", "image/tiff": ".tiff"}
	if extension := known[kind]; extension != "" {
		return extension
	}
	if all, err := mime.ExtensionsByType(kind); err == nil && len(all) > 0 {
		return all[0]
	}
	return ""
}
