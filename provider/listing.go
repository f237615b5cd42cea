// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// listing is a list resource over one of the resources. It says how to find the objects; where Terraform wants their
// attributes, the resource itself imports and reads each, so that a list shows what an import would.
type listing struct {
	of      func() resource.Resource
	schema  schema.Schema
	find    func(context.Context, *clients, tfsdk.Config, *diag.Diagnostics) iter.Seq2[listedObject, error]
	clients *clients
	resource.Resource
}

// listedObject is one object that was found.
type listedObject struct {
	name     string // for people
	identity any    // as the resource's identity schema wants it
	importID string // what the resource imports by
}

var _ list.ListResourceWithConfigure = (*listing)(nil)

// newListing completes a listing with the resource that it is of.
func newListing(l listing) list.ListResource {
	l.Resource = l.of()
	return &l
}

// Configure implements list.ListResourceWithConfigure: the resource is configured along with its list.
func (l *listing) Configure(ctx context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.clients = configured(req, &resp.Diagnostics)
	if configurable, ok := l.Resource.(resource.ResourceWithConfigure); ok {
		configurable.Configure(ctx, req, resp)
	}
}

// ListResourceConfigSchema implements list.ListResource.
func (l *listing) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = l.schema
}

// List implements list.ListResource.
func (l *listing) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var diags diag.Diagnostics
	found := l.find(ctx, l.clients, req.Config, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		var shown int64
		for object, err := range found {
			if err != nil {
				var failed diag.Diagnostics
				failed.AddError("The list ends here", err.Error())
				push(list.ListResult{Diagnostics: failed})
				return
			}
			result := req.NewListResult(ctx)
			result.DisplayName = object.name
			result.Diagnostics.Append(result.Identity.Set(ctx, object.identity)...)
			if req.IncludeResource && !l.read(ctx, object, &result) {
				continue
			}
			if shown++; !push(result) || req.Limit > 0 && shown >= req.Limit {
				return
			}
		}
	}
}

// read fills in the object's attributes. It reports false for an object that has gone meanwhile.
func (l *listing) read(ctx context.Context, object listedObject, result *list.ListResult) bool {
	importer, ok := l.Resource.(resource.ResourceWithImportState)
	if !ok {
		result.Diagnostics.AddError("The object cannot be read", "This is a bug in the provider: the listed resource cannot be imported.")
		return true
	}
	empty := tfsdk.State{Schema: result.Resource.Schema, Raw: tftypes.NewValue(result.Resource.Schema.Type().TerraformType(ctx), nil)}
	blank := func() *tfsdk.ResourceIdentity {
		return &tfsdk.ResourceIdentity{Schema: result.Identity.Schema, Raw: result.Identity.Raw.Copy()}
	}
	imported := resource.ImportStateResponse{State: empty, Identity: blank()}
	renew(&imported.Private)
	importer.ImportState(ctx, resource.ImportStateRequest{ID: object.importID, Identity: blank()}, &imported)
	result.Diagnostics.Append(imported.Diagnostics...)
	if imported.Diagnostics.HasError() {
		return true
	}
	current := resource.ReadResponse{State: imported.State, Identity: imported.Identity, Private: imported.Private}
	l.Resource.Read(ctx, resource.ReadRequest{State: imported.State, Identity: imported.Identity, Private: imported.Private}, &current)
	result.Diagnostics.Append(current.Diagnostics...)
	if current.Diagnostics.HasError() {
		return true
	}
	result.Resource.Raw = current.State.Raw
	return !current.State.Raw.IsNull()
}

// shown lists what items bring. show says how one is listed; false leaves it out.
func shown[T any](items iter.Seq2[T, error], show func(T) (listedObject, bool, error)) iter.Seq2[listedObject, error] {
	return func(yield func(listedObject, error) bool) {
		for item, err := range items {
			object, ok := listedObject{}, true
			if err == nil {
				object, ok, err = show(item)
			}
			if (ok || err != nil) && !yield(object, err) {
				return
			}
		}
	}
}

// inOneAnswer brings what one call answers, which is made when somebody asks for the first item.
func inOneAnswer[T any](call func() ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		items, err := call()
		if err != nil {
			var none T
			yield(none, err)
			return
		}
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

// renew makes an empty value of a type that the framework does not let others name.
func renew[T any](value **T) { *value = new(T) }
