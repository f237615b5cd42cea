// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package generate

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// onlyOne is the label of what there is one of.
const onlyOne = "this"

// labelOf makes a label of a name for people, such as engineering/town-square. One that is taken gets a number.
func labelOf(kind, name string, taken map[string]bool) string {
	label := onlyOne
	if name != "" {
		label = strings.Map(func(r rune) rune {
			if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
				return r
			}
			return '_'
		}, strings.ToLower(name))
		if first := label[0]; first < 'a' && first != '_' { // a digit or a hyphen
			label = "_" + label
		}
	}
	free := label
	for n := 2; taken[kind+"."+free]; n++ {
		free = fmt.Sprintf("%s_%d", label, n)
	}
	taken[kind+"."+free] = true
	return free
}

// references are what is written in the place of values: by attribute, then by the value in lower case.
type references map[string]map[string]hcl.Traversal

func (r references) add(attribute, value string, to hcl.Traversal) {
	if r[attribute] == nil {
		r[attribute] = map[string]hcl.Traversal{}
	}
	r[attribute][strings.ToLower(value)] = to
}

// of returns what is written in the place of a value of an attribute; nil = the value itself.
func (r references) of(attribute string, value tftypes.Value) hcl.Traversal {
	var text string
	if !value.Type().Is(tftypes.String) || value.As(&text) != nil {
		return nil
	}
	return r[attribute][strings.ToLower(text)]
}

// longLine is the length above which a list is written one item a line.
const longLine = 80

// dependencies are what a resource must wait for, as far as it is written.
var dependencies = map[string][]string{
	"msteamssync_client_secret":           {"msteamssync_plugin"},
	"msteamssync_client_certificate":      {"msteamssync_plugin"},
	"msteamssync_plugin_config":           {"msteamssync_plugin", "msteamssync_client_secret"},
	"msteamssync_channel_link":            {"msteamssync_plugin_config"},
	"msteamssync_channel_links_exclusive": {"msteamssync_plugin_config"},
	"msteamssync_connection_whitelist":    {"msteamssync_plugin_config"},
	"msteamssync_account_mapping":         {"msteamssync_plugin_config"},
	"msteamssync_bot_connection":          {"msteamssync_plugin_config", "msteamssync_admin_consent"},
}

// resourceBlock adds the block of one resource. written are the types of all that the file holds.
func resourceBlock(body *hclwrite.Body, kind, label string, attributes map[string]tftypes.Value, known references, written []string) error {
	block := body.AppendNewBlock("resource", []string{kind, label}).Body()
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		value := attributes[name]
		if value.IsNull() {
			continue
		}
		tokens, err := expression(value, func(value tftypes.Value) hcl.Traversal { return known.of(name, value) })
		if err != nil {
			return fmt.Errorf("writing %s of %s: %w", name, kind, err)
		}
		block.SetAttributeRaw(name, tokens)
	}
	var waits []hclwrite.Tokens
	for _, other := range dependencies[kind] {
		if slices.Contains(written, other) {
			waits = append(waits, hclwrite.TokensForTraversal(reference(other, onlyOne)))
		}
	}
	if len(waits) > 0 {
		if len(block.Attributes()) > 0 {
			block.AppendNewline()
		}
		block.SetAttributeRaw("depends_on", hclwrite.TokensForTuple(waits))
	}
	return nil
}

func importBlock(body *hclwrite.Body, kind, label, id string) {
	block := body.AppendNewBlock("import", nil).Body()
	block.SetAttributeTraversal("to", reference(kind, label))
	block.SetAttributeValue("id", cty.StringVal(id))
}

// reference is kind.label.attribute.
func reference(kind, label string, attributes ...string) hcl.Traversal {
	traversal := hcl.Traversal{hcl.TraverseRoot{Name: kind}, hcl.TraverseAttr{Name: label}}
	for _, attribute := range attributes {
		traversal = append(traversal, hcl.TraverseAttr{Name: attribute})
	}
	return traversal
}

// expression writes a value as Terraform's own formatter would leave it. instead says what is written in the place of a
// value or of an item of a list.
func expression(value tftypes.Value, instead func(tftypes.Value) hcl.Traversal) (hclwrite.Tokens, error) {
	switch value.Type().(type) {
	case tftypes.Set, tftypes.List:
		return listExpression(value, instead)
	}
	if to := instead(value); to != nil {
		return hclwrite.TokensForTraversal(to), nil
	}
	converted, err := convert(value)
	if err != nil {
		return nil, err
	}
	if converted.Type() == cty.String && strings.HasSuffix(converted.AsString(), "\n") {
		return heredoc(converted.AsString()), nil
	}
	return hclwrite.TokensForValue(converted), nil
}

func listExpression(value tftypes.Value, instead func(tftypes.Value) hcl.Traversal) (hclwrite.Tokens, error) {
	var values []tftypes.Value
	if err := value.As(&values); err != nil {
		return nil, err
	}
	var items []hclwrite.Tokens
	for _, each := range values {
		if to := instead(each); to != nil {
			items = append(items, hclwrite.TokensForTraversal(to))
			continue
		}
		converted, err := convert(each)
		if err != nil {
			return nil, err
		}
		items = append(items, hclwrite.TokensForValue(converted))
	}
	tokens := hclwrite.TokensForTuple(items)
	if len(tokens.Bytes()) <= longLine {
		return tokens, nil
	}
	lines := hclwrite.Tokens{raw(hclsyntax.TokenOBrack, "["), raw(hclsyntax.TokenNewline, "\n")}
	for _, item := range items {
		lines = append(append(lines, item...), raw(hclsyntax.TokenComma, ","), raw(hclsyntax.TokenNewline, "\n"))
	}
	return append(lines, raw(hclsyntax.TokenCBrack, "]")), nil
}

// heredoc writes text of several lines, such as certificates. Its lines stay as they are.
func heredoc(text string) hclwrite.Tokens {
	mark := "EOT"
	for strings.Contains(text, mark) {
		mark += "_"
	}
	text = strings.NewReplacer("${", "$${", "%{", "%%{").Replace(text)
	return hclwrite.Tokens{
		raw(hclsyntax.TokenOHeredoc, "<<"+mark+"\n"), raw(hclsyntax.TokenStringLit, text), raw(hclsyntax.TokenCHeredoc, mark),
	}
}

func raw(kind hclsyntax.TokenType, text string) *hclwrite.Token {
	return &hclwrite.Token{Type: kind, Bytes: []byte(text)}
}

// convert changes the library. Sets and lists become tuples, maps and objects become objects: as they are written.
func convert(value tftypes.Value) (cty.Value, error) {
	switch kind := value.Type(); {
	case kind.Is(tftypes.String):
		var text string
		err := value.As(&text)
		return cty.StringVal(text), err
	case kind.Is(tftypes.Bool):
		var truth bool
		err := value.As(&truth)
		return cty.BoolVal(truth), err
	case kind.Is(tftypes.Number):
		return number(value)
	}
	switch value.Type().(type) {
	case tftypes.Set, tftypes.List, tftypes.Tuple:
		var items []tftypes.Value
		if err := value.As(&items); err != nil {
			return cty.NilVal, err
		}
		list := make([]cty.Value, len(items))
		for i, item := range items {
			var err error
			if list[i], err = convert(item); err != nil {
				return cty.NilVal, err
			}
		}
		return cty.TupleVal(list), nil
	case tftypes.Map, tftypes.Object:
		var items map[string]tftypes.Value
		if err := value.As(&items); err != nil {
			return cty.NilVal, err
		}
		fields := map[string]cty.Value{}
		for name, item := range items {
			if item.IsNull() {
				continue
			}
			var err error
			if fields[name], err = convert(item); err != nil {
				return cty.NilVal, err
			}
		}
		return cty.ObjectVal(fields), nil
	}
	return cty.NilVal, fmt.Errorf("a value of type %s cannot be written", value.Type())
}

// number converts a whole number, or one with a fraction.
func number(value tftypes.Value) (cty.Value, error) {
	n := new(big.Float)
	err := value.As(&n)
	return cty.NumberVal(n), err
}
