// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"crypto/rand"
	"html/template"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// pageText is what a browser shows after a log-in.
type pageText struct {
	Title  texts.Text
	Text   texts.Text
	Link   string // where to log in first; empty for nowhere
	Detail string // request id
	Closes bool   // the page closes its own window
}

// pageView is a page in a language.
type pageView struct {
	Language                                 texts.Language
	Title, Text, Link, LogIn, Close, Request string
	Closes                                   bool
	Nonce                                    string
}

// The page brings its style and its one line of script along; the policy lets exactly these two run.
var pageTemplate = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="{{.Language}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style nonce="{{.Nonce}}">
body { font: 16px/1.5 "Open Sans", system-ui, sans-serif; color: #3f4350; background: #fff; margin: 15vh auto; max-width: 30em; padding: 0 1em; }
h1 { font-size: 1.5em; }
small { color: #6c6e77; }
</style>
</head>
<body>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
{{if .Link}}<p><a href="{{.Link}}">{{.LogIn}}</a></p>
{{else}}<p>{{.Close}}</p>
{{end}}{{- if .Request}}<p><small>{{.Request}}</small></p>{{end}}
{{- if .Closes}}<script nonce="{{.Nonce}}">window.close();</script>{{end}}
</body>
</html>
`))

func (a *api) page(c *call, status int, text pageText) {
	language := a.language(c)
	view := pageView{
		Language: language, Title: text.Title.In(language), Text: text.Text.In(language), Link: text.Link, Closes: text.Closes, Nonce: rand.Text(),
		LogIn: texts.New("Log in to Mattermost").In(language), Close: texts.New("You can close this window.").In(language),
	}
	if text.Detail != "" {
		view.Request = texts.New("Request %s", text.Detail).In(language)
	}
	header := c.w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'nonce-"+view.Nonce+"'; script-src 'nonce-"+view.Nonce+"'")
	c.w.WriteHeader(status)
	if err := pageTemplate.Execute(c.w, view); err != nil {
		return // the browser has gone
	}
}
