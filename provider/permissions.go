// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// idPrefix introduces a permission that is written by its GUID, because the catalogue does not know its name.
const idPrefix = "id:"

// permissionID returns the GUID of a permission that is written by name or as id:GUID.
func permissionID(kind catalog.Kind, written string) (string, bool) {
	if id, ok := strings.CutPrefix(written, idPrefix); ok {
		parsed, err := uuid.Parse(id)
		return parsed.String(), err == nil
	}
	p, ok := catalog.Lookup(kind, written)
	return p.ID, ok
}

// permissionIDs is permissionID for a list that validation has passed.
func permissionIDs(kind catalog.Kind, written []string) []string {
	var ids []string
	for _, w := range written {
		if id, ok := permissionID(kind, w); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// permissionNames writes GUIDs as names, or as id:GUID when the catalogue has no name.
func permissionNames(kind catalog.Kind, ids []string) []string {
	var names []string
	for _, id := range ids {
		name := idPrefix + id
		if p, ok := catalog.ByID(kind, id); ok {
			name = p.Name
		}
		names = append(names, name)
	}
	return names
}

// scopeName returns a delegated permission as it stands in a grant: by name. Names that the catalogue does not know stay.
func scopeName(written string) string {
	if id, ok := strings.CutPrefix(written, idPrefix); ok {
		if p, ok := catalog.ByID(catalog.Delegated, id); ok {
			return p.Name
		}
	}
	if p, ok := catalog.Lookup(catalog.Delegated, written); ok {
		return p.Name
	}
	return written
}

// permissionSpelling makes a name in any case and its id:GUID the same.
func permissionSpelling(kind catalog.Kind) spelling {
	return func(written string) string {
		if id, ok := permissionID(kind, written); ok {
			return strings.ToLower(id)
		}
		return strings.ToLower(written)
	}
}

// permissionValidator refuses an unknown name and says which one may be meant.
type permissionValidator struct {
	kind   catalog.Kind
	byName bool // delegated consent is kept by name: a GUID without a name cannot be granted
}

func (v permissionValidator) Description(context.Context) string {
	return fmt.Sprintf("must be the name of a %s Microsoft Graph permission, or id: and its GUID", v.kind)
}

func (v permissionValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (v permissionValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	written := req.ConfigValue.ValueString()
	id, ok := permissionID(v.kind, written)
	if ok && v.byName {
		_, ok = catalog.ByID(v.kind, id)
	}
	if ok {
		return
	}
	text := unknownPermission(v.kind, written)
	if !v.byName {
		text += " A permission that is missing here can be written as id: and its GUID."
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Unknown Microsoft Graph permission", text)
}

// unknownPermission says which permission may be meant by a name that the catalogue does not have.
func unknownPermission(kind catalog.Kind, written string) string {
	text := fmt.Sprintf("%q is not the name of a %s Microsoft Graph permission that this provider knows.", written, kind)
	other := catalog.Application
	if kind == catalog.Application {
		other = catalog.Delegated
	}
	if _, exists := catalog.Lookup(other, written); exists {
		text += fmt.Sprintf(" It exists as a %s permission only.", other)
	} else if near := catalog.Nearest(kind, written); near != "" {
		text += fmt.Sprintf(" Did you mean %q?", near)
	}
	return text
}
