// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph

import "strings"

// term is a comparison, a function, a lambda or a parenthesis.
func (p *filterParser) term() (node, error) {
	if p.take("(") {
		inner, err := p.or()
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	}
	name, err := p.next()
	if err != nil {
		return nil, err
	}
	if name.literal {
		return nil, invalidFilter("A property name was expected instead of '%s'.", name.text)
	}
	if p.peek("(") {
		return p.call(name.text)
	}
	operator, err := p.next()
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(operator.text, "in") {
		return p.in(name.text)
	}
	value, err := p.next()
	if err != nil {
		return nil, err
	}
	return p.compare(name.text, strings.ToLower(operator.text), value)
}

func (p *filterParser) in(property string) (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var values []token
	for {
		value, err := p.next()
		if err != nil {
			return nil, err
		}
		values = append(values, value)
		if p.take(")") {
			break
		}
		if err := p.expect(","); err != nil {
			return nil, err
		}
	}
	return func(d map[string]any) (bool, error) {
		held, err := lookUp(d, property)
		for _, value := range values {
			if err == nil && order(held, value) == 0 {
				return true, nil
			}
		}
		return false, err
	}, nil
}

// call is startswith(property,'x') and the like, or property/any(x:…).
func (p *filterParser) call(name string) (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	const lambda = "/any" // Graph's documentation spells it in both cases
	if at := len(name) - len(lambda); at > 0 && strings.EqualFold(name[at:], lambda) {
		return p.lambda(name[:at])
	}
	functions := map[string]func(s, part string) bool{"startswith": strings.HasPrefix, "endswith": strings.HasSuffix, "contains": strings.Contains}
	function := functions[strings.ToLower(name)]
	if function == nil {
		return nil, invalidFilter("An unknown function with name '%s' was found.", name)
	}
	p.advanced = p.advanced || !strings.EqualFold(name, "startswith")
	property, err := p.next()
	if err != nil {
		return nil, err
	}
	if err := p.expect(","); err != nil {
		return nil, err
	}
	part, err := p.next()
	if err != nil {
		return nil, err
	}
	return func(d map[string]any) (bool, error) {
		held, err := lookUp(d, property.text)
		text, _ := held.(string)
		return function(strings.ToLower(text), strings.ToLower(part.text)), err
	}, p.expect(")")
}

// lambda is the rest of property/any(x:expression); x alone stands for an item, x/name for one of its properties.
func (p *filterParser) lambda(property string) (node, error) {
	variable, err := p.next()
	if err != nil {
		return nil, err
	}
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	inner, err := p.or()
	if err != nil {
		return nil, err
	}
	return func(d map[string]any) (bool, error) {
		held, err := lookUp(d, property)
		items, _ := held.([]any)
		for _, item := range items {
			if matches, err := inner(map[string]any{variable.text: item}); matches || err != nil {
				return matches, err
			}
		}
		return false, err
	}, p.expect(")")
}

func (p *filterParser) compare(property, operator string, value token) (node, error) {
	accept := map[string]func(int) bool{
		"eq": func(c int) bool { return c == 0 }, "ne": func(c int) bool { return c != 0 },
		"gt": func(c int) bool { return c > 0 }, "ge": func(c int) bool { return c >= 0 },
		"lt": func(c int) bool { return c < 0 }, "le": func(c int) bool { return c <= 0 },
	}[operator]
	if accept == nil {
		return nil, invalidFilter("Syntax error at '%s'.", operator)
	}
	p.advanced = p.advanced || operator == "ne"
	return func(d map[string]any) (bool, error) {
		held, err := lookUp(d, property)
		if err != nil {
			return false, err
		}
		if held == nil && !value.isNull() && operator != "ne" { // null is neither more nor less than anything
			return false, nil
		}
		return accept(order(held, value)), nil
	}, nil
}

// lookUp finds a property by its path, e.g. web/redirectUris.
func lookUp(document map[string]any, path string) (any, error) {
	var at any = document
	for _, name := range strings.Split(path, "/") {
		object, ok := at.(map[string]any)
		value, known := object[name]
		if !ok || !known {
			return nil, invalidFilter("Could not find a property named '%s'.", path)
		}
		at = value
	}
	return at, nil
}
