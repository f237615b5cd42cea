// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import "net/http"

// changes and lifecycle answer 503 while nothing can be stored: Graph then delivers again for up to four hours.

func (a *api) changes(c *call) error { return a.deliver(c, a.Changes) }

func (a *api) lifecycle(c *call) error { return a.deliver(c, a.Lifecycle) }

func (a *api) deliver(c *call, to http.Handler) error {
	if to == nil {
		return a.notReady()
	}
	to.ServeHTTP(c.w, c.Request)
	return nil
}
