// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

type requiredPermissionsFunction struct{}

func newRequiredPermissionsFunction() function.Function { return requiredPermissionsFunction{} }

// requiredPermissions is what the function returns.
type requiredPermissions struct {
	Delegated   types.Set `tfsdk:"delegated"`
	Application types.Set `tfsdk:"application"`
}

var requiredPermissionsType = map[string]attr.Type{
	"delegated": types.SetType{ElemType: types.StringType}, "application": types.SetType{ElemType: types.StringType},
}

func (requiredPermissionsFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "required_permissions"
}

func (requiredPermissionsFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "The Microsoft Graph permissions of a profile",
		MarkdownDescription: "Returns the names of the Microsoft Graph permissions that a profile needs, as an object with the sets `delegated` and `application`, ready for `delegated_permissions` and `application_permissions` of `msteamssync_application`. " +
			"With several profiles it returns the union of all.\n\n" + profileList(),
		Parameters: []function.Parameter{function.StringParameter{Name: "profile", MarkdownDescription: "Name of a profile, for example `channels`."}},
		VariadicParameter: function.StringParameter{
			Name: "more_profiles", MarkdownDescription: "Names of further profiles, whose permissions are added.",
		},
		Return: function.ObjectReturn{AttributeTypes: requiredPermissionsType},
	}
}

// profileList describes the profiles as a Markdown list.
func profileList() string {
	var b strings.Builder
	for _, p := range catalog.Profiles() {
		fmt.Fprintf(&b, "* `%s`: %s\n", p.Name, p.Enables)
	}
	return strings.TrimSpace(b.String())
}

func (requiredPermissionsFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var first string
	var more []string
	resp.Error = req.Arguments.Get(ctx, &first, &more)
	if resp.Error != nil {
		return
	}
	var delegated, application []string
	for position, name := range append([]string{first}, more...) {
		profile, ok := catalog.ProfileByName(name)
		if !ok {
			resp.Error = function.NewArgumentFuncError(int64(min(position, 1)), unknownProfile(name))
			return
		}
		delegated, application = append(delegated, profile.Delegated...), append(application, profile.Application...)
	}
	resp.Error = resp.Result.Set(ctx, requiredPermissions{setOf(delegated), setOf(application)})
}

func unknownProfile(name string) string {
	return fmt.Sprintf("There is no permission profile %q; the profiles are %s.", name, strings.Join(catalog.ProfileNames(), ", "))
}
