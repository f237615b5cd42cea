// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown reads Markdown as Mattermost does: addresses are links, HTML is text. Reference definitions are not read: their
// lines would vanish.
var markdown = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewSetextHeadingParser(), 100),
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(parser.NewListParser(), 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewCodeBlockParser(), 500),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
		util.Prioritized(formulaParser{}, 750),
		util.Prioritized(parser.NewBlockquoteParser(), 800),
		util.Prioritized(parser.NewParagraphParser(), 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
		util.Prioritized(latexParser{}, 90),
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(sizedPictures{parser.NewLinkParser()}, 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(twoTildes{extension.NewStrikethroughParser()}, 500),
		util.Prioritized(parser.NewEmphasisParser(), 510),
		util.Prioritized(mentionParser{}, 600),
		util.Prioritized(emojiParser{}, 700),
		util.Prioritized(bareParser{}, 999),
	),
	parser.WithParagraphTransformers(util.Prioritized(extension.NewTableParagraphTransformer(), 200)),
	parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
)

// writingKey is where the parsers find the Writing they work for.
var writingKey = parser.NewContextKey()

func writingOf(pc parser.Context) *Writing {
	w, _ := pc.Get(writingKey).(*Writing)
	return w
}

// twoTildes strikes text through between two tildes, as Mattermost does, not one: ~town-square is a channel.
type twoTildes struct{ parser.InlineParser }

func (p twoTildes) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, _ := block.PeekLine()
	run := len(line) - len(bytes.TrimLeft(line, "~"))
	if run != 2 {
		block.Advance(run)
		return ast.NewString(bytes.Clone(line[:run]))
	}
	return p.InlineParser.Parse(parent, block, pc)
}

// mentionNode is somebody whom the text speaks to.
type mentionNode struct {
	ast.BaseInline
	Mention
	written string // as it stands in the text
}

var kindMention = ast.NewNodeKind("Mention")

func (*mentionNode) Kind() ast.NodeKind              { return kindMention }
func (n *mentionNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// mentionParser finds @name. What stands behind letters is an e-mail address.
type mentionParser struct{}

func (mentionParser) Trigger() []byte { return []byte{'@'} }

func (mentionParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, _ := block.PeekLine()
	rest := string(line[1:])
	w := writingOf(pc)
	if w != nil && w.Mention != nil && !wordy(before) {
		if m, n := w.Mention(rest); n > 0 && n <= len(rest) {
			block.Advance(1 + n)
			return &mentionNode{Mention: m, written: "@" + strings.TrimPrefix(rest[:n], joiner)}
		}
	}
	if name, quiet := strings.CutPrefix(rest, joiner); quiet {
		// With what looks like a name: an address in it is none.
		end := strings.IndexFunc(name, func(c rune) bool { return c > 0x7f || !letter(byte(c)) && !strings.ContainsRune(".-_:@", c) })
		if end < 0 {
			end = len(name)
		}
		name = strings.TrimRight(name[:end], ".-_:@")
		block.Advance(1 + len(joiner) + len(name))
		return ast.NewString([]byte("@" + name))
	}
	return nil
}

// Username returns the name with which the text behind an @ begins, as long as a name may be, and the same without the
// punctuation at its end, which may belong to the sentence.
func Username(rest string) (longest, shortest string) {
	end := strings.IndexFunc(rest, func(c rune) bool {
		return c > 0x7f || !letter(byte(c)) && c != '.' && c != '-' && c != '_'
	})
	if end < 0 {
		end = len(rest)
	}
	if next, _ := utf8.DecodeRuneInString(rest[end:]); wordy(next) {
		return "", "" // a longer word
	}
	if end < len(rest) && (rest[end] == '@' || rest[end] == ':') && end+1 < len(rest) && letter(rest[end+1]) {
		return "", "" // a name on another server
	}
	return rest[:end], strings.TrimRight(rest[:end], ".-_")
}

// emojiParser turns :name: into the emoji; a name that nobody knows stays as it is.
type emojiParser struct{}

func (emojiParser) Trigger() []byte { return []byte{':'} }

func (emojiParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	w := writingOf(pc)
	if w == nil || w.Emoji == nil {
		return nil
	}
	line, _ := block.PeekLine()
	end := bytes.IndexFunc(line[1:], func(c rune) bool {
		return c > 0x7f || !letter(byte(c)) && c != '_' && c != '+' && c != '-'
	})
	if end < 1 || line[1+end] != ':' {
		return nil
	}
	emoji, known := w.Emoji(string(line[1 : 1+end]))
	if !known {
		// Custom emoji: the underscores of its name are no markup.
		emoji = string(line[:end+2])
	}
	block.Advance(end + 2)
	return ast.NewString([]byte(emoji))
}
