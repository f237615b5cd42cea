// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// Links returns where the links of a Markdown text lead, in their order. What stands in code leads nowhere.
func Links(source string) (targets []string) {
	document := markdown.Parse(text.NewReader([]byte(source)))
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			targets = append(targets, string(n.Destination))
		case *ast.AutoLink:
			targets = append(targets, string(n.URL([]byte(source))))
		}
		return ast.WalkContinue, nil
	})
	return targets
}
