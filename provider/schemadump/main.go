// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Schemadump prints what the provider declares, as "terraform providers schema -json" of the newest Terraform would; the
// documentation is generated from it. With -pages it lists the pages that the documentation has, such as
// resources/application, one a line. It needs neither Terraform nor the plugin bundle.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/msteamssync/terraform-provider-msteamssync/provider"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/schemajson"
)

// name is the provider's name. Terraform writes its whole address; tfplugindocs looks for the bare name.
const name = "msteamssync"

func main() {
	pages := flag.Bool("pages", false, "list the documentation's pages instead")
	flag.Parse()
	if err := dump(context.Background(), os.Stdout, *pages); err != nil {
		log.Fatal(err)
	}
}

func dump(ctx context.Context, out io.Writer, pages bool) error {
	declared, err := schemajson.Of(ctx, providerserver.NewProtocol6(provider.New("dev")())())
	if err != nil {
		return err
	}
	if pages {
		_, err = io.WriteString(out, strings.Join(pagesOf(declared), "\n")+"\n")
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(schemajson.Schemas{FormatVersion: "1.0", Providers: map[string]*schemajson.Provider{name: declared}})
}

// pagesOf names the pages as tfplugindocs names its templates: folder/type without the provider's prefix.
func pagesOf(p *schemajson.Provider) []string {
	pages := []string{"index"}
	add := func(folder string, types []string) {
		for _, typeName := range types {
			pages = append(pages, fmt.Sprintf("%s/%s", folder, strings.TrimPrefix(typeName, name+"_")))
		}
	}
	add("actions", slices.Collect(maps.Keys(p.Actions)))
	add("data-sources", slices.Collect(maps.Keys(p.DataSources)))
	add("ephemeral-resources", slices.Collect(maps.Keys(p.EphemeralResources)))
	add("functions", slices.Collect(maps.Keys(p.Functions)))
	add("list-resources", slices.Collect(maps.Keys(p.ListResources)))
	add("resources", slices.Collect(maps.Keys(p.Resources)))
	slices.Sort(pages)
	return pages
}
