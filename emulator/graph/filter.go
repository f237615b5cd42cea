// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"fmt"
	"net/http"
	"strings"
)

// Filter is a parsed $filter: the subset of OData that Graph's directory answers.
//
//	or, and, not, parentheses · eq ne gt ge lt le · in (…) · startswith endswith contains · property/any(x:x eq …)
type Filter struct {
	root     node
	advanced bool // uses what Graph answers only with ConsistencyLevel: eventual and $count=true
}

// node is one expression. It answers an error for properties that the document does not have.
type node func(document map[string]any) (bool, error)

// ParseFilter parses the text of a $filter.
func ParseFilter(text string) (*Filter, error) {
	tokens, err := tokenize(text)
	if err != nil {
		return nil, err
	}
	p := &filterParser{tokens: tokens}
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.at < len(p.tokens) {
		return nil, invalidFilter("Syntax error at '%s'.", p.tokens[p.at].text)
	}
	return &Filter{root: root, advanced: p.advanced}, nil
}

// Matches says whether a document passes.
func (f *Filter) Matches(document map[string]any) (bool, error) { return f.root(document) }

// FilterDirectory applies the call's $filter to directory objects, which are rendered on the way. Advanced operators
// need ConsistencyLevel: eventual and $count=true. Source: Graph docs, "Advanced query capabilities on directory objects".
func FilterDirectory(call *Call, items []any) ([]any, error) {
	eventual := strings.EqualFold(call.Request.Header.Get("ConsistencyLevel"), "eventual")
	if call.Query.Search != "" || call.Query.Count && !eventual {
		return nil, unsupportedQuery("Request with $search or $count query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
	}
	if call.Query.Filter == "" {
		return items, nil
	}
	filter, err := ParseFilter(call.Query.Filter)
	if err != nil {
		return nil, err
	}
	if filter.advanced && (!eventual || !call.Query.Count) {
		return nil, unsupportedQuery("Unsupported Query. Operators 'ne', 'not', 'endsWith' and 'contains' need the request header 'ConsistencyLevel: eventual' and $count=true.")
	}
	kept := []any{}
	for _, item := range items {
		document, err := Document(item)
		if err != nil {
			return nil, err
		}
		matches, err := filter.Matches(document)
		if err != nil {
			return nil, err
		}
		if matches {
			kept = append(kept, document)
		}
	}
	return kept, nil
}

func unsupportedQuery(message string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: "Request_UnsupportedQuery", Message: message}
}

func invalidFilter(format string, args ...any) error {
	return &Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: "Invalid filter clause: " + fmt.Sprintf(format, args...)}
}

type filterParser struct {
	tokens   []token
	at       int
	advanced bool
}

func (p *filterParser) peek(word string) bool {
	return p.at < len(p.tokens) && !p.tokens[p.at].literal && strings.EqualFold(p.tokens[p.at].text, word)
}

func (p *filterParser) take(word string) bool {
	if p.peek(word) {
		p.at++
		return true
	}
	return false
}

func (p *filterParser) expect(word string) error {
	if !p.take(word) {
		return invalidFilter("'%s' expected.", word)
	}
	return nil
}

func (p *filterParser) next() (token, error) {
	if p.at >= len(p.tokens) {
		return token{}, invalidFilter("Expression expected at the end.")
	}
	p.at++
	return p.tokens[p.at-1], nil
}

func (p *filterParser) or() (node, error) {
	left, err := p.and()
	for err == nil && p.take("or") {
		var right node
		if right, err = p.and(); err == nil {
			left = either(left, right)
		}
	}
	return left, err
}

func (p *filterParser) and() (node, error) {
	left, err := p.not()
	for err == nil && p.take("and") {
		var right node
		if right, err = p.not(); err == nil {
			left = both(left, right)
		}
	}
	return left, err
}

func (p *filterParser) not() (node, error) {
	if !p.take("not") {
		return p.term()
	}
	p.advanced = true
	inner, err := p.not()
	if err != nil {
		return nil, err
	}
	return func(d map[string]any) (bool, error) {
		matches, err := inner(d)
		return !matches, err
	}, nil
}

func either(a, b node) node {
	return func(d map[string]any) (bool, error) {
		if matches, err := a(d); matches || err != nil {
			return matches, err
		}
		return b(d)
	}
}

func both(a, b node) node {
	return func(d map[string]any) (bool, error) {
		if matches, err := a(d); !matches || err != nil {
			return matches, err
		}
		return b(d)
	}
}
