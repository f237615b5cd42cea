// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package signin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// form is the first form of a page.
type form struct {
	action  string     // absolute
	values  url.Values // of hidden inputs
	names   map[string]bool
	answers []string // values of the buttons named action
	refused bool     // the page shows an error beside the form: sending the same once more is pointless
}

func findForm(document *html.Node, at *url.URL) *form {
	node := find(document, func(n *html.Node) bool { return n.DataAtom == atom.Form })
	if node == nil || !strings.EqualFold(attribute(node, "method"), "post") {
		return nil
	}
	action, err := at.Parse(attribute(node, "action"))
	if err != nil {
		return nil
	}
	f := &form{action: action.String(), values: url.Values{}, names: map[string]bool{}}
	f.refused = find(document, func(n *html.Node) bool { return attribute(n, "role") == "alert" }) != nil
	find(node, func(n *html.Node) bool {
		name := attribute(n, "name")
		switch {
		case name == "":
		case n.DataAtom == atom.Button && name == "action":
			f.answers = append(f.answers, attribute(n, "value"))
		case n.DataAtom == atom.Input && attribute(n, "type") == "hidden":
			f.values.Add(name, attribute(n, "value"))
		default:
			f.names[name] = true
		}
		return false
	})
	return f
}

// fill answers the form: the account and its password where they are asked for, and the first button, which is the one
// that goes on.
func (f *form) fill(ctx context.Context, who Credentials) (*http.Request, error) {
	if f.names["login"] {
		f.values.Set("login", who.Login)
	}
	if f.names["password"] {
		f.values.Set("password", who.Password)
	}
	if len(f.answers) > 0 {
		f.values.Set("action", f.answers[0])
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.action, strings.NewReader(f.values.Encode()))
	if err != nil {
		return nil, fmt.Errorf("send the form to %q: %w", f.action, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req, nil
}

// find walks the tree in document order and returns the first node that matches.
func find(n *html.Node, match func(*html.Node) bool) *html.Node {
	if n.Type == html.ElementNode && match(n) {
		return n
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if found := find(child, match); found != nil {
			return found
		}
	}
	return nil
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// text is what a reader sees.
func text(n *html.Node) string {
	switch {
	case n.Type == html.TextNode:
		return n.Data + " "
	case n.DataAtom == atom.Script, n.DataAtom == atom.Style, n.DataAtom == atom.Head:
		return ""
	}
	var b strings.Builder
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		b.WriteString(text(child))
	}
	return b.String()
}
