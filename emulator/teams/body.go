// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// kept lists the elements that survive in a message and the attributes that survive on them. Everything else goes:
// an unknown element leaves its children behind, a comment or script leaves nothing.
var kept = map[string][]string{
	"p": nil, "div": nil, "br": nil, "hr": nil, "blockquote": {"itemtype", "itemscope"}, "pre": nil,
	"b": nil, "strong": nil, "i": nil, "em": nil, "u": nil, "s": nil, "strike": nil, "del": nil, "sub": nil, "sup": nil,
	"h1": nil, "h2": nil, "h3": nil, "h4": nil, "h5": nil, "h6": nil,
	"ul": nil, "ol": {"start"}, "li": nil,
	"table": nil, "thead": nil, "tbody": nil, "tr": nil, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"},
	"a": {"href", "title", "rel", "target"}, "img": {"src", "alt", "width", "height", "itemid", "itemtype", "itemscope"},
	"span": {"style", "itemid", "itemtype", "itemscope"}, "code": {"class"}, "codeblock": {"class"},
	"at": {"id"}, "attachment": {"id"}, "emoji": {"id", "alt", "title"}, "customemoji": {"id", "alt", "source"}, "abbr": {"title"},
}

// silent elements vanish with all that is in them.
var silent = []string{"script", "style", "head", "title", "template", "iframe", "object", "noscript", "svg", "math", "textarea", "select"}

// block elements stand on their own; what is not inside one is wrapped in a paragraph.
var block = []string{"p", "div", "hr", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "codeblock", "attachment"}

// Normalise returns an html body as Teams keeps it: known elements and attributes only, no comments, inline content at
// the top level wrapped in <p>. Normalising twice changes nothing. An <abbr title="…"></abbr> survives although it is
// empty; senders use it as an invisible mark.
func Normalise(content string) (string, error) {
	// Taking an element away can leave a tree that no parser would build (a paragraph in a paragraph); parsing again
	// straightens it out. Ordinary bodies are settled in the first pass.
	for range maxPasses {
		clean, err := pass(content)
		if err != nil || clean == content {
			return clean, err
		}
		content = clean
	}
	return content, nil
}

const maxPasses = 8

func pass(content string) (string, error) {
	context := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(content), context)
	if err != nil {
		return "", refuse(Invalid, "body.content is not HTML: %v", err)
	}
	top := &html.Node{Type: html.DocumentNode}
	for _, n := range nodes {
		keep(top, n, 0)
	}
	wrapInline(top)
	var out bytes.Buffer
	if err := html.Render(&out, top); err != nil {
		return "", refuse(Invalid, "body.content cannot be rendered: %v", err)
	}
	return out.String(), nil
}

// maxDepth bounds the nesting that is kept; deeper elements are flattened into their ancestors.
const maxDepth = 100

func keep(parent, n *html.Node, depth int) {
	switch n.Type {
	case html.TextNode:
		parent.AppendChild(&html.Node{Type: html.TextNode, Data: n.Data})
		return
	case html.ElementNode:
	default:
		return
	}
	if slices.Contains(silent, n.Data) {
		return
	}
	into := parent
	if attributes, known := kept[n.Data]; known && depth < maxDepth {
		into = &html.Node{Type: html.ElementNode, Data: n.Data, DataAtom: n.DataAtom}
		for _, a := range n.Attr {
			if slices.Contains(attributes, a.Key) && harmless(a) {
				into.Attr = append(into.Attr, html.Attribute{Key: a.Key, Val: a.Val})
			}
		}
		parent.AppendChild(into)
		depth++
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		keep(into, c, depth)
	}
}

// harmless refuses links that run code.
func harmless(a html.Attribute) bool {
	if a.Key != "href" && a.Key != "src" {
		return true
	}
	scheme, _, found := strings.Cut(strings.ToLower(strings.TrimSpace(a.Val)), ":")
	return !found || (scheme != "javascript" && scheme != "vbscript" && scheme != "data")
}

// wrapInline puts each run of inline nodes at the top level into a paragraph; white space between blocks stays as it is.
func wrapInline(top *html.Node) {
	var run []*html.Node
	flush := func(before *html.Node) {
		nodes := run
		run = nil
		if !slices.ContainsFunc(nodes, func(n *html.Node) bool { return n.Type != html.TextNode || strings.TrimSpace(n.Data) != "" }) {
			return
		}
		p := &html.Node{Type: html.ElementNode, Data: "p", DataAtom: atom.P}
		top.InsertBefore(p, before)
		for _, n := range nodes {
			top.RemoveChild(n)
			p.AppendChild(n)
		}
	}
	for n := top.FirstChild; n != nil; n = n.NextSibling {
		if holdsBlock(n) {
			flush(n)
			continue
		}
		run = append(run, n)
	}
	flush(nil)
}

func holdsBlock(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return false
	}
	if slices.Contains(block, n.Data) {
		return true
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if holdsBlock(c) {
			return true
		}
	}
	return false
}

// marks returns the ids of all elements of one name, e.g. the mentions <at id="0">, in the order they appear.
func marks(content, element string) []string {
	var ids []string
	tokens := html.NewTokenizer(strings.NewReader(content))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return ids
		case html.StartTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			if token.Data != element {
				continue
			}
			for _, a := range token.Attr {
				if a.Key == "id" {
					ids = append(ids, a.Val)
				}
			}
		}
	}
}
