// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Command source stands in for hashicorp/azuread and hashicorp/azurerm in the tests of moves between providers: under the
// name of one, terraform-provider-azuread, it knows the types that a recorded state names and nothing else, because a move
// never asks the source provider to do anything.
package main

import (
	"context"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// types are the recorded types by provider, with the versions of their schemas.
var types = map[string]map[string]int64{
	"azuread": {
		"application": 2, "service_principal_delegated_permission_grant": 0, "user": 0,
		"service_principal": 1, "app_role_assignment": 0, "application_password": 0,
	},
	"azurerm": {"graph_services_account": 0},
}

func main() {
	name, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(os.Args[0]), "terraform-provider-"), "_") // a mirror's name has the version too
	options := providerserver.ServeOpts{Address: "registry.terraform.io/hashicorp/" + name}
	if err := providerserver.Serve(context.Background(), func() provider.Provider { return standIn(name) }, options); err != nil {
		log.Fatal(err)
	}
}

// standIn is the name of the provider that is stood in for.
type standIn string

func (s standIn) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = string(s)
}

func (standIn) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (standIn) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (standIn) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (s standIn) Resources(context.Context) (all []func() resource.Resource) {
	for name, version := range types[string(s)] {
		all = append(all, func() resource.Resource { return recorded{name, version} })
	}
	return all
}

// recorded is a type of which only a state exists.
type recorded struct {
	name    string
	version int64
}

func (r recorded) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.name
}

func (r recorded) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Version: r.version, Attributes: map[string]schema.Attribute{"id": schema.StringAttribute{Computed: true}}}
}

func (recorded) Create(_ context.Context, _ resource.CreateRequest, resp *resource.CreateResponse) {
	resp.Diagnostics.AddError("This is a stand-in", "It creates nothing.")
}

func (recorded) Read(_ context.Context, _ resource.ReadRequest, resp *resource.ReadResponse) {
	resp.Diagnostics.AddError("This is a stand-in", "It reads nothing.")
}

func (recorded) Update(_ context.Context, _ resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics.AddError("This is a stand-in", "It changes nothing.")
}

func (recorded) Delete(_ context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	resp.Diagnostics.AddError("This is a stand-in", "It deletes nothing.")
}
