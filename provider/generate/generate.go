// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package generate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/mod/semver"

	"github.com/msteamssync/terraform-provider-msteamssync/provider"
)

// Options say what to write about and where to.
type Options struct {
	provider.Installation
	Out     string // folder; it is made if it is missing
	Force   bool   // replace files that are there
	Version string // of the provider
}

// The names of the files.
const (
	mainFile   = "main.tf"
	importFile = "import.tf"
)

// Run reads the installation and writes main.tf and import.tf. It reports to report what it wrote and what a person should
// know. Nothing is written if something cannot be read.
func Run(ctx context.Context, o Options, report io.Writer) error {
	if o.ClientID == "" && o.MattermostURL == "" && os.Getenv("MM_URL") == "" && o.Bot == "" && o.Billing == "" {
		return errors.New("nothing to look for: give --client-id, --mattermost-url, --bot or --billing")
	}
	for _, name := range []string{mainFile, importFile} {
		if _, err := os.Stat(filepath.Join(o.Out, name)); err == nil && !o.Force {
			return fmt.Errorf("%s is there already; choose another folder with --out, or give --force to replace it", filepath.Join(o.Out, name))
		}
	}
	found, err := provider.TakeInventory(ctx, o.Installation, o.Version)
	if err != nil {
		return err
	}
	from, err := start(ctx, o.Version, o.MattermostURL)
	if err != nil {
		return err
	}
	files, err := build(ctx, from, found, o)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.Out, 0o755); err != nil {
		return fmt.Errorf("making the folder: %w", err)
	}
	for _, name := range []string{mainFile, importFile} {
		path := filepath.Join(o.Out, name)
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
		fmt.Fprintln(report, "wrote", path)
	}
	fmt.Fprintf(report, "%d resources. Next: terraform plan, which should say %d to import, 0 to add, 0 to change, 0 to destroy.\n", len(found.Imports), len(found.Imports))
	for _, note := range found.Notes {
		fmt.Fprintln(report, "note:", note)
	}
	return nil
}

// build makes the text of both files.
func build(ctx context.Context, from *remote, found provider.Inventory, o Options) (map[string][]byte, error) {
	main, imports := hclwrite.NewEmptyFile(), hclwrite.NewEmptyFile()
	head(main.Body(), o)
	var written, labels []string
	known, taken := references{}, map[string]bool{}
	for _, each := range found.Imports {
		label := labelOf(each.Type, each.Name, taken)
		written, labels = append(written, each.Type), append(labels, label)
		switch each.Type {
		case "msteamssync_application":
			known.add("client_id", o.ClientID, reference(each.Type, label, "client_id"))
		case "msteamssync_channel_link":
			known.add("link_ids", each.ID, reference(each.Type, label, "mattermost_channel_id"))
		}
	}
	comment(imports.Body(), "What is there already becomes part of the state with the first apply. After it this file can go.")
	for i, each := range found.Imports {
		object, err := from.read(ctx, each.Type, each.ID)
		if err != nil {
			return nil, fmt.Errorf("%s %s cannot be read: %w", each.Type, each.ID, err)
		}
		attributes, changes, err := object.choose(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s %s cannot be planned: %w", each.Type, each.ID, err)
		}
		main.Body().AppendNewline()
		for _, note := range object.notes {
			comment(main.Body(), note)
		}
		if len(changes) > 0 {
			comment(main.Body(), "The next apply changes "+object.describe(ctx, attributes, changes)+".")
		}
		if err := resourceBlock(main.Body(), each.Type, labels[i], attributes, known, written); err != nil {
			return nil, err
		}
		if i > 0 {
			imports.Body().AppendNewline()
		}
		importBlock(imports.Body(), each.Type, labels[i], each.ID)
	}
	for _, note := range found.Notes {
		main.Body().AppendNewline()
		comment(main.Body(), note)
	}
	return map[string][]byte{mainFile: finish(main), importFile: finish(imports)}, nil
}

func finish(file *hclwrite.File) []byte {
	text := bytes.ReplaceAll(hclwrite.Format(file.Bytes()), []byte(" {\n}\n"), []byte(" {}\n"))
	return append(bytes.TrimRight(text, "\n"), '\n')
}

// head writes the settings of Terraform and the provider block. Credentials stay in the environment.
func head(body *hclwrite.Body, o Options) {
	terraform := body.AppendNewBlock("terraform", nil).Body()
	terraform.SetAttributeValue("required_version", cty.StringVal(">= 1.11"))
	source := map[string]cty.Value{"source": cty.StringVal("msteamssync/msteamssync")}
	if semver.IsValid("v" + o.Version) {
		source["version"] = cty.StringVal(">= " + o.Version)
	}
	terraform.AppendNewline()
	terraform.AppendNewBlock("required_providers", nil).Body().SetAttributeValue("msteamssync", cty.ObjectVal(source))
	body.AppendNewline()
	comment(body, "Credentials stay in the environment: ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET; MM_TOKEN.")
	block := body.AppendNewBlock("provider", []string{"msteamssync"}).Body()
	if o.MattermostURL != "" {
		block.SetAttributeValue("mattermost", cty.ObjectVal(map[string]cty.Value{"url": cty.StringVal(o.MattermostURL)}))
	}
}

// comment writes text as comment lines.
func comment(body *hclwrite.Body, text string) {
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		body.AppendUnstructuredTokens(hclwrite.Tokens{raw(hclsyntax.TokenComment, strings.TrimRight("# "+line, " ")+"\n")})
	}
}
