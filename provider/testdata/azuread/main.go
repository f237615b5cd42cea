// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Command azuread stands in for the provider hashicorp/azuread in the test of moves between providers: it knows the types
// that a recorded state names and nothing else, because a move never asks the source provider to do anything.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

func main() {
	options := providerserver.ServeOpts{Address: "registry.terraform.io/hashicorp/azuread"}
	if err := providerserver.Serve(context.Background(), func() provider.Provider { return azuread{} }, options); err != nil {
		log.Fatal(err)
	}
}

type azuread struct{}

func (azuread) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "azuread"
}

func (azuread) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (azuread) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (azuread) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (azuread) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource { return recorded{"application", 2} },
		func() resource.Resource { return recorded{"service_principal_delegated_permission_grant", 0} },
	}
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
