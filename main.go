// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Terraform-provider-msteamssync is a Terraform provider; Terraform starts it.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/msteamssync/terraform-provider-msteamssync/provider"
)

// version is set when a release is linked (-ldflags "-X main.version=1.2.3").
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger instead of for Terraform")
	flag.Parse()
	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/msteamssync/msteamssync",
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
