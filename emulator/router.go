// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"net/http"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/admin"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/drives"
)

// router tells the services apart by the first segment of the path: they all live at one address.
type router struct {
	graph, entra, azure, web, admin, drives http.Handler
}

func (h *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch strings.ToLower(first) {
	case "":
		h.web.ServeHTTP(w, r)
	case strings.TrimPrefix(admin.Root, "/"):
		h.admin.ServeHTTP(w, r)
	case strings.TrimPrefix(drives.UploadRoot, "/"), strings.TrimPrefix(drives.DownloadRoot, "/"):
		h.drives.ServeHTTP(w, r)
	case "v1.0", "beta":
		h.graph.ServeHTTP(w, r)
	case "subscriptions", "providers", "metadata":
		h.azure.ServeHTTP(w, r)
	default:
		h.entra.ServeHTTP(w, r)
	}
}
