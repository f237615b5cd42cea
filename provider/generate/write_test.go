// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package generate

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

func text(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

func set(items ...string) tftypes.Value {
	var values []tftypes.Value
	for _, item := range items {
		values = append(values, text(item))
	}
	return tftypes.NewValue(tftypes.Set{ElementType: tftypes.String}, values)
}

// TestValuesSurviveBeingWritten: Terraform reads back what was written, whatever is in it.
func TestValuesSurviveBeingWritten(t *testing.T) {
	long := strings.Repeat("Permission.", 5)
	for name, test := range map[string]struct {
		value tftypes.Value
		want  cty.Value
		looks string
	}{
		"text":         {text(`say "${var.x}" and %{ if }`), cty.StringVal(`say "${var.x}" and %{ if }`), ""},
		"lines":        {text("-----BEGIN-----\nEOT ${x} %{y}\n"), cty.StringVal("-----BEGIN-----\nEOT ${x} %{y}\n"), "<<EOT_\n"},
		"half a line":  {text("one\ntwo"), cty.StringVal("one\ntwo"), `"one\ntwo"`},
		"truth":        {tftypes.NewValue(tftypes.Bool, true), cty.True, "true"},
		"whole number": {tftypes.NewValue(tftypes.Number, 60), cty.NumberIntVal(60), "60"},
		"short set":    {set("b", "a"), cty.TupleVal([]cty.Value{cty.StringVal("b"), cty.StringVal("a")}), `["b", "a"]`},
		"empty set":    {set(), cty.EmptyTupleVal, "[]"},
		"long set":     {set(long, long+"2"), cty.TupleVal([]cty.Value{cty.StringVal(long), cty.StringVal(long + "2")}), "[\n    \"" + long + "\",\n"},
		"map": {
			tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, map[string]tftypes.Value{"a b": text("1"), "c": text("2")}),
			cty.ObjectVal(map[string]cty.Value{"a b": cty.StringVal("1"), "c": cty.StringVal("2")}), "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			file := hclwrite.NewEmptyFile()
			err := resourceBlock(file.Body(), "kind", "this", map[string]tftypes.Value{"attribute": test.value, "absent": tftypes.NewValue(tftypes.String, nil)}, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			written := finish(file)
			if again := hclwrite.Format(written); string(again) != string(written) {
				t.Errorf("not as Terraform formats it:\n%s", written)
			}
			if !strings.Contains(string(written), test.looks) || strings.Contains(string(written), "absent") {
				t.Errorf("written as\n%s", written)
			}
			parsed, problems := hclsyntax.ParseConfig(written, "main.tf", hcl.InitialPos)
			if problems.HasErrors() {
				t.Fatalf("%v\n%s", problems, written)
			}
			body, ok := parsed.Body.(*hclsyntax.Body)
			if !ok || len(body.Blocks) != 1 {
				t.Fatalf("%d blocks in\n%s", len(body.Blocks), written)
			}
			got, problems := body.Blocks[0].Body.Attributes["attribute"].Expr.Value(nil)
			if problems.HasErrors() || !got.RawEquals(test.want) {
				t.Errorf("read back as %#v, want %#v: %v\n%s", got, test.want, problems, written)
			}
		})
	}
}

func TestReferences(t *testing.T) {
	file := hclwrite.NewEmptyFile()
	attributes := map[string]tftypes.Value{"client_id": text("ABC"), "link_ids": set("one", "two"), "name": text("one"), "sync_users": tftypes.NewValue(tftypes.Number, 1)}
	known := references{}
	known.add("client_id", "abc", reference("msteamssync_application", "this", "client_id"))
	known.add("link_ids", "one", reference("msteamssync_channel_link", "town_square", "mattermost_channel_id"))
	if err := resourceBlock(file.Body(), "msteamssync_plugin_config", "this", attributes, known, []string{"msteamssync_plugin"}); err != nil {
		t.Fatal(err)
	}
	const want = `resource "msteamssync_plugin_config" "this" {
  client_id  = msteamssync_application.this.client_id
  link_ids   = [msteamssync_channel_link.town_square.mattermost_channel_id, "two"]
  name       = "one"
  sync_users = 1

  depends_on = [msteamssync_plugin.this]
}
`
	if got := string(finish(file)); got != want {
		t.Errorf("got\n%s", got)
	}
	file = hclwrite.NewEmptyFile()
	importBlock(file.Body(), "msteamssync_plugin", "this", "com.example")
	comment(file.Body(), "one\n\n  two")
	if got := string(finish(file)); got != "import {\n  to = msteamssync_plugin.this\n  id = \"com.example\"\n}\n# one\n#\n#   two\n" {
		t.Errorf("got\n%s", got)
	}
}

func TestLabels(t *testing.T) {
	taken := map[string]bool{}
	for _, test := range []struct{ kind, name, want string }{
		{"link", "engineering/town-square", "engineering_town-square"},
		{"link", "engineering_town-square", "engineering_town-square_2"},
		{"link", "engineering/Town.Square", "engineering_town_square"},
		{"user", "engineering/town-square", "engineering_town-square"},
		{"user", "9lives", "_9lives"}, {"user", "-x", "_-x"}, {"user", "_x", "_x"}, {"user", "ünal", "_nal"},
		{"plugin", "", "this"},
	} {
		label := labelOf(test.kind, test.name, taken)
		if label != test.want || !hclsyntax.ValidIdentifier(label) && label[0] != '_' {
			t.Errorf("%s is labelled %s, want %s", test.name, label, test.want)
		}
	}
}
