// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package directoryapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	_ "image/gif"  // pictures of users
	_ "image/jpeg" // the usual form
	_ "image/png"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/graph"
)

// usersPerDelta is how many users a page of changes holds; who prefers another number says so with
// Prefer: odata.maxpagesize.
const usersPerDelta = 100

// deltaToken is what a link of a delta query carries. Source: Graph docs, "user: delta": options of the first call count for
// all that follow.
type deltaToken struct {
	Cursor uint64   `json:"c"`
	Select []string `json:"s,omitempty"`
}

// userDelta lists the tenant's users, then what changed.
func (a *api) userDelta(call *graph.Call) (*graph.Response, error) {
	token := deltaToken{Select: call.Query.Select}
	if carried := call.Query.SkipToken + call.Query.DeltaToken; carried != "" {
		raw, err := base64.RawURLEncoding.DecodeString(carried)
		if err != nil || json.Unmarshal(raw, &token) != nil {
			return nil, graph.BadRequest("Badly formed token.")
		}
	}
	shaped := *call
	shaped.Query.Select = token.Select
	if len(token.Select) > 0 && !slices.Contains(token.Select, "id") {
		shaped.Query.Select = append(slices.Clone(token.Select), "id")
	}
	call = withDefaultProperties(&shaped)
	size := usersPerDelta
	for _, preference := range call.Prefer {
		if value, ok := strings.CutPrefix(strings.ToLower(preference), "odata.maxpagesize="); ok {
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				size = min(n, 999)
			}
		}
	}
	changes, newest := a.dir.UserChanges(token.Cursor)
	more := len(changes) > size
	if more {
		changes = changes[:size]
	}
	value := []map[string]any{}
	for _, change := range changes {
		token.Cursor = change.Cursor
		if change.Removed != "" {
			value = append(value, map[string]any{"id": change.User.ID, "@removed": map[string]string{"reason": change.Removed}})
			continue
		}
		document, err := graph.Entity(call, users, change.User)
		if err != nil {
			return nil, err
		}
		delete(document, "@odata.context")
		value = append(value, document)
	}
	if !more {
		token.Cursor = max(newest, 1) // of an empty directory, too: what comes is new
	}
	raw, err := json.Marshal(token)
	if err != nil {
		return nil, err
	}
	name, option := "@odata.deltaLink", "$deltatoken"
	if more {
		name, option = "@odata.nextLink", "$skiptoken"
	}
	link := call.BaseURL + call.Request.URL.EscapedPath() + "?" + option + "=" + url.QueryEscape(base64.RawURLEncoding.EncodeToString(raw))
	return graph.OK(map[string]any{"@odata.context": call.BaseURL + "/" + call.Version + "/$metadata#users", "value": value, name: link}), nil
}

// photo describes a user's picture, photoValue is the picture. Source: Graph docs, "Get profilePhoto".
func (a *api) photo(call *graph.Call) (*graph.Response, error) {
	picture, err := a.pictureOf(call)
	if err != nil {
		return nil, err
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(picture))
	if err != nil {
		return nil, err
	}
	return graph.OK(map[string]any{
		"@odata.mediaContentType": http.DetectContentType(picture), "id": strconv.Itoa(size.Width) + "X" + strconv.Itoa(size.Height), "width": size.Width, "height": size.Height,
	}), nil
}

func (a *api) photoValue(call *graph.Call) (*graph.Response, error) {
	picture, err := a.pictureOf(call)
	if err != nil {
		return nil, err
	}
	return &graph.Response{Status: http.StatusOK, Raw: picture, Header: http.Header{"Content-Type": {http.DetectContentType(picture)}}}, nil
}

func (a *api) pictureOf(call *graph.Call) ([]byte, error) {
	user, err := a.user(call)
	if err != nil {
		return nil, err
	}
	picture := a.dir.Photo(user.ID)
	if len(picture) == 0 {
		return nil, &graph.Error{Status: http.StatusNotFound, Code: "ImageNotFound", Message: "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown."}
	}
	return picture, nil
}
