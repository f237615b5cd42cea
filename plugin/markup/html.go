// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"bytes"
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	render "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown reads Markdown as Mattermost does: a line break is a line break, addresses are links, HTML is text. Reference
// definitions are not read: their lines would vanish.
var markdown = goldmark.New(
	goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewSetextHeadingParser(), 100),
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewCodeBlockParser(), 500),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(parser.NewEmphasisParser(), 500),
		),
		parser.WithASTTransformers(util.Prioritized(links{}, 999)),
	)),
	goldmark.WithRendererOptions(render.WithHardWraps()),
	goldmark.WithExtensions(extension.Strikethrough, extension.Table, extension.Linkify),
)

// ToHTML turns the Markdown of a post into HTML for Teams.
func ToHTML(source string) string {
	var b bytes.Buffer
	if err := markdown.Convert([]byte(source), &b); err != nil {
		// Writing to a buffer does not fail; a text without form is still the text.
		return "<p>" + html.EscapeString(source) + "</p>"
	}
	return strings.TrimSpace(b.String())
}

// links keeps links that lead somewhere, and makes links of pictures: Teams would not load them.
type links struct{}

// Transform implements parser.ASTTransformer.
func (links) Transform(document *ast.Document, source text.Reader, _ parser.Context) {
	var found []ast.Node
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if kind := n.Kind(); entering && (kind == ast.KindLink || kind == ast.KindImage) {
			found = append(found, n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range found {
		var target []byte
		switch n := n.(type) {
		case *ast.Link:
			target = n.Destination
		case *ast.Image:
			target = n.Destination
		}
		parent := n.Parent()
		clean, ok := address(string(target))
		if ok && !insideLink(n) {
			link := ast.NewLink()
			link.Destination = []byte(clean)
			move(link, n)
			if !link.HasChildren() {
				link.AppendChild(link, ast.NewString([]byte(clean)))
			}
			parent.ReplaceChild(parent, n, link)
			continue
		}
		for c := n.FirstChild(); c != nil; {
			next := c.NextSibling()
			parent.InsertBefore(parent, n, c)
			c = next
		}
		parent.RemoveChild(parent, n)
	}
}

func move(to, from ast.Node) {
	for c := from.FirstChild(); c != nil; {
		next := c.NextSibling()
		to.AppendChild(to, c)
		c = next
	}
}

func insideLink(n ast.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == ast.KindLink {
			return true
		}
	}
	return false
}
