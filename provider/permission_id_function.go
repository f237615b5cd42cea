// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

type permissionIDFunction struct{}

func newPermissionIDFunction() function.Function { return permissionIDFunction{} }

func (permissionIDFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "permission_id"
}

func (permissionIDFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             "The id of a Microsoft Graph permission",
		MarkdownDescription: "Returns the GUID of a Microsoft Graph permission, as `requiredResourceAccess` of an app registration holds it. The ids are the same in every tenant and cloud. A name that the provider does not know is an error that names the nearest one.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "kind", MarkdownDescription: "`delegated` for a scope, which acts for a signed-in user, or `application` for an app role, which acts for the application itself."},
			function.StringParameter{Name: "name", MarkdownDescription: "Name of the permission as the portal shows it, for example `ChannelMessage.Send`. Upper and lower case do not matter."},
		},
		Return: function.StringReturn{},
	}
}

func (permissionIDFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var kind, name string
	resp.Error = req.Arguments.Get(ctx, &kind, &name)
	if resp.Error != nil {
		return
	}
	if kind != string(catalog.Delegated) && kind != string(catalog.Application) {
		resp.Error = function.NewArgumentFuncError(0, fmt.Sprintf("%q is not a kind of permission; write %q or %q.", kind, catalog.Delegated, catalog.Application))
		return
	}
	permission, ok := catalog.Lookup(catalog.Kind(kind), name)
	if !ok {
		resp.Error = function.NewArgumentFuncError(1, unknownPermission(catalog.Kind(kind), name))
		return
	}
	resp.Error = resp.Result.Set(ctx, permission.ID)
}
