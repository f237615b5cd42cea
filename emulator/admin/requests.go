// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package admin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/requestlog"
)

func (a *api) listRequests(r *http.Request) (any, error) {
	query := r.URL.Query()
	status := 0
	if text := query.Get("status"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, bad("status must be a number, not %q.", text)
		}
		status = n
	}
	method, path, route := query.Get("method"), query.Get("path"), query.Get("route")
	return slices.DeleteFunc(a.Requests.Requests(), func(e requestlog.Entry) bool {
		return method != "" && !strings.EqualFold(e.Method, method) ||
			path != "" && !strings.HasPrefix(e.Path, path) ||
			route != "" && e.Route != route ||
			status != 0 && e.Status != status ||
			query.Get("own") == "" && strings.HasPrefix(e.Path, Root) // asking changes nothing, so it is not shown
	}), nil
}

func (a *api) countRequests(*http.Request) (any, error) { return a.Requests.Counts(), nil }

func (a *api) clearRequests(*http.Request) (any, error) {
	a.Requests.Reset()
	return nil, nil
}
