// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	_ "embed"
	"html/template"
	"net/http"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

//go:embed pages.html
var pagesHTML string

var pages = template.Must(template.New("pages").Parse(pagesHTML))

// view is what the pages show. Field names of the forms are stable, so that scripts can fill them in: login, password,
// session, for_all, and action with the values login, accept and cancel.
type view struct {
	Title       string
	App         string
	Action      string // where the form goes
	Error       string
	Users       []directory.User
	Login       string // the account that is selected
	User        string
	Permissions []string
	Session     string // ticket of the sign-in
	Admin       bool   // may consent for everybody
	ForAll      bool   // consents for everybody only
	Values      map[string][]string
}

func render(w http.ResponseWriter, status int, page string, v view) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("X-Frame-Options", "DENY")
	w.WriteHeader(status)
	_ = pages.ExecuteTemplate(w, page, v) // a caller that went away is its own affair
}
