// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package web

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"html/template"
	"net/http"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/clock"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/notify"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// Parts are what the page shows.
type Parts struct {
	Clock         *clock.Clock
	Directory     *directory.State
	Teams         *teams.State
	Subscriptions *notify.Subscriptions
}

//go:embed page.html
var pageHTML string

//go:embed page.css
var style string

//go:embed page.js
var script string

var page = template.Must(template.New("page").Parse(pageHTML))

// policy lets the page run its own script and style only: messages hold HTML that somebody else wrote.
var policy = "default-src 'none'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; " +
	"script-src '" + hash(script) + "'; style-src '" + hash(style) + "'"

// hash names an inline script or style in a content security policy.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// Handler serves the page. ?channel= or ?chat= chooses what is shown; the ETag tells whether anything has changed.
func Handler(parts Parts) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "the page can only be read", http.StatusMethodNotAllowed)
			return
		}
		var out bytes.Buffer
		if err := page.Execute(&out, parts.view(teams.ChannelID(r.URL.Query().Get("channel")), teams.ChatID(r.URL.Query().Get("chat")))); err != nil {
			http.Error(w, "the page cannot be made: "+err.Error(), http.StatusInternalServerError)
			return
		}
		sum := sha256.Sum256(out.Bytes())
		header := w.Header()
		header.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
		header.Set("Cache-Control", "no-cache")
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		if r.Header.Get("If-None-Match") == header.Get("ETag") {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		header.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(out.Bytes()) // a reader that went away is its own affair
	})
}
