// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// block is a variable, an output, a resource or a module as it stands in the source.
type block struct {
	name      string
	arguments map[string]string // source text of each
}

// describe returns the tables of a folder's configuration.
func describe(folder string) (string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.tf"))
	if err != nil {
		return "", err
	}
	var inputs, outputs, parts []block
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		parsed, problems := hclsyntax.ParseConfig(text, file, hcl.InitialPos)
		if problems.HasErrors() {
			return "", problems
		}
		for _, b := range parsed.Body.(*hclsyntax.Body).Blocks {
			arguments := map[string]string{}
			for name, attribute := range b.Body.Attributes {
				arguments[name] = string(attribute.Expr.Range().SliceBytes(text))
			}
			switch b.Type {
			case "variable":
				inputs = append(inputs, block{name: b.Labels[0], arguments: arguments})
			case "output":
				outputs = append(outputs, block{name: b.Labels[0], arguments: arguments})
			case "resource":
				parts = append(parts, block{name: b.Labels[0]})
			case "module":
				parts = append(parts, block{name: "module " + strings.Trim(arguments["source"], `"`)})
			}
		}
	}
	for _, b := range slices.Concat(inputs, outputs) {
		if b.arguments["description"] == "" {
			return "", fmt.Errorf("%s: %s has no description", folder, b.name)
		}
	}
	var tables strings.Builder
	tables.WriteString("## Inputs\n\n| name | type | default | |\n|---|---|---|---|\n")
	for _, b := range inputs {
		standard := "required"
		if text, given := b.arguments["default"]; given {
			standard = code(text)
		}
		fmt.Fprintf(&tables, "| `%s` | %s | %s | %s |\n", b.name, code(b.arguments["type"]), standard, prose(b.arguments["description"]))
	}
	if len(outputs) > 0 {
		tables.WriteString("\n## Outputs\n\n| name | |\n|---|---|\n")
		slices.SortFunc(outputs, func(a, b block) int { return strings.Compare(a.name, b.name) })
		for _, b := range outputs {
			fmt.Fprintf(&tables, "| `%s` | %s |\n", b.name, prose(b.arguments["description"]))
		}
	}
	tables.WriteString("\n## Made of\n\n" + list(parts) + "\n")
	return tables.String(), nil
}

// list names each kind once, sorted; modules are links.
func list(parts []block) string {
	var names []string
	for _, part := range parts {
		name := "`" + part.name + "`"
		if source, ok := strings.CutPrefix(part.name, "module "); ok {
			name = fmt.Sprintf("[%s](%s)", source, source)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ") + "."
}

// code is source text on one line of a table.
func code(text string) string {
	var parts []string
	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			parts = append(parts, line)
		}
	}
	joined := parts[0]
	for i, part := range parts[1:] {
		switch {
		case strings.HasSuffix(parts[i], "({"), strings.HasPrefix(part, "}"):
			joined += " " + part
		default:
			joined += ", " + part
		}
	}
	return "`" + strings.ReplaceAll(joined, "|", `\|`) + "`"
}

// prose is a description, quoted or a here document, on one line of a table.
func prose(source string) string {
	text := source
	if strings.HasPrefix(text, "<<") {
		_, text, _ = strings.Cut(text, "\n")
		lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
		text = strings.Join(lines[:len(lines)-1], " ")
	} else {
		text = strings.NewReplacer(`\"`, `"`, `\n`, " ").Replace(strings.Trim(text, `"`))
	}
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}
