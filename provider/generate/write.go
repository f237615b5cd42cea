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

// label is the name of every resource that is written; there is one of each kind.
const label = "this"

// longLine is the length above which a list is written one item a line.
const longLine = 80

// dependencies are what a resource must wait for, as far as it is written.
var dependencies = map[string][]string{
	"msteamssync_client_secret": {"msteamssync_plugin"},
	"msteamssync_plugin_config": {"msteamssync_plugin", "msteamssync_client_secret"},
}

// resourceBlock adds the block of one resource. clientID, unless empty, is written as a reference to the application.
func resourceBlock(body *hclwrite.Body, kind string, attributes map[string]tftypes.Value, clientID string, written []string) error {
	block := body.AppendNewBlock("resource", []string{kind, label}).Body()
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		value := attributes[name]
		if value.IsNull() {
			continue
		}
		var text string
		if clientID != "" && name == "client_id" && value.As(&text) == nil && strings.EqualFold(text, clientID) {
			block.SetAttributeTraversal(name, reference("msteamssync_application", "client_id"))
			continue
		}
		tokens, err := expression(value)
		if err != nil {
			return fmt.Errorf("writing %s of %s: %w", name, kind, err)
		}
		block.SetAttributeRaw(name, tokens)
	}
	var waits []hclwrite.Tokens
	for _, other := range dependencies[kind] {
		if slices.Contains(written, other) {
			waits = append(waits, hclwrite.TokensForTraversal(reference(other)))
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

func importBlock(body *hclwrite.Body, kind, id string) {
	block := body.AppendNewBlock("import", nil).Body()
	block.SetAttributeTraversal("to", reference(kind))
	block.SetAttributeValue("id", cty.StringVal(id))
}

// reference is kind.this.attribute.
func reference(kind string, attributes ...string) hcl.Traversal {
	traversal := hcl.Traversal{hcl.TraverseRoot{Name: kind}, hcl.TraverseAttr{Name: label}}
	for _, attribute := range attributes {
		traversal = append(traversal, hcl.TraverseAttr{Name: attribute})
	}
	return traversal
}

// expression writes a value as Terraform's own formatter would leave it.
func expression(value tftypes.Value) (hclwrite.Tokens, error) {
	converted, err := convert(value)
	if err != nil {
		return nil, err
	}
	if kind := converted.Type(); kind == cty.String && strings.HasSuffix(converted.AsString(), "\n") {
		return heredoc(converted.AsString()), nil
	} else if !kind.IsTupleType() {
		return hclwrite.TokensForValue(converted), nil
	}
	tokens := hclwrite.TokensForValue(converted)
	if len(tokens.Bytes()) <= longLine {
		return tokens, nil
	}
	lines := hclwrite.Tokens{raw(hclsyntax.TokenOBrack, "["), raw(hclsyntax.TokenNewline, "\n")}
	for it := converted.ElementIterator(); it.Next(); {
		_, item := it.Element()
		lines = append(append(lines, hclwrite.TokensForValue(item)...), raw(hclsyntax.TokenComma, ","), raw(hclsyntax.TokenNewline, "\n"))
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
