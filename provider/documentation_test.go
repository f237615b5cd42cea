// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/msteamssync/terraform-provider-msteamssync/provider"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/schemajson"
)

func declared(t *testing.T) *schemajson.Provider {
	t.Helper()
	p, err := schemajson.Of(t.Context(), providerserver.NewProtocol6(provider.New("test")())())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestEverythingHasAnExample: each thing that can be written in a configuration is shown once, where tfplugindocs looks.
func TestEverythingHasAnExample(t *testing.T) {
	p := declared(t)
	for _, kind := range []struct {
		folder string
		files  []string
		names  []string
	}{
		{"resources", []string{"resource.tf", "import.sh", "import-by-string-id.tf"}, slices.Sorted(maps.Keys(p.Resources))},
		{"data-sources", []string{"data-source.tf"}, slices.Sorted(maps.Keys(p.DataSources))},
		{"ephemeral-resources", []string{"ephemeral-resource.tf"}, slices.Sorted(maps.Keys(p.EphemeralResources))},
		{"functions", []string{"function.tf"}, slices.Sorted(maps.Keys(p.Functions))},
		{"list-resources", []string{"list-resource.tfquery.hcl"}, slices.Sorted(maps.Keys(p.ListResources))},
		{"actions", []string{"action.tf"}, slices.Sorted(maps.Keys(p.Actions))},
	} {
		for _, name := range kind.names {
			for _, file := range kind.files {
				path := filepath.Join("..", "examples", kind.folder, name, file)
				if found, _ := filepath.Glob(path); found == nil {
					t.Errorf("%s is missing; the documentation shows it", path)
				}
			}
		}
	}
}

// TestEverythingIsDescribed: a description is a full sentence, nested attributes and parameters included.
func TestEverythingIsDescribed(t *testing.T) {
	p := declared(t)
	for where, text := range descriptions(p) {
		if text = strings.TrimSpace(text); text == "" || !strings.HasSuffix(text, ".") {
			t.Errorf("%s: the description %q is not a sentence that ends in a period", where, text)
		}
	}
	for name, f := range p.Functions {
		if f.Summary == "" {
			t.Errorf("function %s has no summary, which its page shows in lists", name)
		}
	}
}

// TestDescriptionsAreFound counts, so that the walk cannot go blind.
func TestDescriptionsAreFound(t *testing.T) {
	found := descriptions(declared(t))
	for _, where := range []string{
		"provider", "provider mattermost.token", "resource msteamssync_application",
		"resource msteamssync_application site_url", "function redirect_uri", "function redirect_uri site_url",
	} {
		if _, ok := found[where]; !ok {
			t.Errorf("no description was found for %s", where)
		}
	}
}

// TestDocumentationLinksLead: what docs/ links to within docs/ is there.
func TestDocumentationLinksLead(t *testing.T) {
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	deeper, err := filepath.Glob("../docs/*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	if pages = append(pages, deeper...); len(pages) == 0 {
		t.Fatal("docs/ is empty; run make generate")
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range relativeLink.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), link[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", page, link[1])
			}
		}
	}
}

// relativeLink finds Markdown links without a scheme; those to a heading of the same page begin with #.
var relativeLink = regexp.MustCompile(`\]\(([^):#][^):#]*)(?:#[^)]*)?\)`)

// descriptions returns every description by the place that it describes.
func descriptions(p *schemajson.Provider) map[string]string {
	all := map[string]string{}
	addBlock(all, "provider", p.Config.Block)
	for kind, schemas := range map[string]map[string]*schemajson.Schema{
		"resource": p.Resources, "data source": p.DataSources, "ephemeral resource": p.EphemeralResources, "list resource": p.ListResources,
	} {
		for name, schema := range schemas {
			addBlock(all, kind+" "+name, schema.Block)
		}
	}
	for name, action := range p.Actions {
		addBlock(all, "action "+name, action.Block)
	}
	for name, identity := range p.Identities {
		for attribute, a := range identity.Attributes {
			all[fmt.Sprintf("identity of %s %s", name, attribute)] = a.Description
		}
	}
	for name, f := range p.Functions {
		where := "function " + name
		all[where] = f.Description
		for _, parameter := range f.Parameters {
			all[where+" "+parameter.Name] = parameter.Description
		}
		if f.Variadic != nil {
			all[where+" "+f.Variadic.Name] = f.Variadic.Description
		}
	}
	return all
}

func addBlock(all map[string]string, where string, block *schemajson.Block) {
	all[where] = block.Description
	addAttributes(all, where+" ", block.Attributes)
	for name, nested := range block.Blocks {
		addBlock(all, where+" "+name, nested.Block)
	}
}

func addAttributes(all map[string]string, prefix string, attributes map[string]*schemajson.Attribute) {
	for name, attribute := range attributes {
		all[prefix+name] = attribute.Description
		if attribute.Nested != nil {
			addAttributes(all, prefix+name+".", attribute.Nested.Attributes)
		}
	}
}
