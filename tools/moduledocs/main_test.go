// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const configuration = `
variable "who" {
  description = "Who it is; \"nobody\" is a | name."
  type        = string
}

variable "what" {
  description = <<-EOT
    What it is,
    in two lines.
  EOT
  type = object({
    name = string
    size = optional(number, 3)
  })
  default = null
}

output "second" {
  description = "The second."
  value       = 2
}

output "first" {
  description = "The first."
  value       = 1
}

resource "msteamssync_plugin" "this" {}

module "azure" {
  source = "../azure"
}
`

const tables = `## Inputs

| name | type | default | |
|---|---|---|---|
| ` + "`who` | `string`" + ` | required | Who it is; "nobody" is a \| name. |
| ` + "`what` | `object({ name = string, size = optional(number, 3) })` | `null`" + ` | What it is, in two lines. |

## Outputs

| name | |
|---|---|
| ` + "`first`" + ` | The first. |
| ` + "`second`" + ` | The second. |

## Made of

[../azure](../azure), ` + "`msteamssync_plugin`" + `.
`

func TestTablesAreWrittenOnceAndKeptInStep(t *testing.T) {
	root := t.TempDir()
	folder := filepath.Join(root, "module")
	readme := filepath.Join(folder, "README.md")
	put(t, filepath.Join(folder, "main.tf"), configuration)
	put(t, readme, "# Module\n\n"+begin+"\n"+end+"\n\nAnd so on.\n")
	put(t, filepath.Join(root, "other", "README.md"), "# No tables wanted\n")
	for _, stale := range []int{1, 0} {
		found, err := write([]string{root})
		if err != nil || len(found) != stale {
			t.Fatalf("stale %v, %v; want %d", found, err, stale)
		}
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	if want := "# Module\n\n" + begin + "\n\n" + tables + "\n" + end + "\n\nAnd so on.\n"; string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"has no description":     {"main.tf": `variable "who" {}`, "README.md": begin + end},
		"Argument or block":      {"main.tf": `variable`, "README.md": begin + end},
		"the tables have no end": {"main.tf": configuration, "README.md": begin},
	} {
		root := t.TempDir()
		for file, text := range files {
			put(t, filepath.Join(root, "module", file), text)
		}
		if _, err := write([]string{root}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want %q, got %v", name, err)
		}
	}
	if _, err := write([]string{t.TempDir()}); err == nil {
		t.Error("a folder without any README is no error")
	}
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
