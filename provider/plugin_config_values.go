// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// versionAttribute is the attribute beside a write-only one whose change makes Terraform write the value again.
func (s pluginSetting) versionAttribute() string { return s.attribute + "_version" }

// schemaAttributes returns the setting's attributes by name.
func (s pluginSetting) schemaAttributes() map[string]schema.Attribute {
	var a schema.Attribute
	switch s.kind {
	case boolSetting:
		a = schema.BoolAttribute{Optional: true, MarkdownDescription: s.description}
	case numberSetting:
		a = schema.Int64Attribute{Optional: true, MarkdownDescription: s.description,
			Validators: []validator.Int64{int64validator.AtLeast(s.least)}}
	case namesSetting:
		a = schema.SetAttribute{Optional: true, MarkdownDescription: s.description, ElementType: types.StringType,
			Validators: []validator.Set{setvalidator.ValueStringsAre(s.validators...)}}
	case choiceSetting, billingSetting:
		a = schema.StringAttribute{Optional: true, MarkdownDescription: s.description,
			Validators: []validator.String{stringvalidator.OneOf(s.options...)}}
	case secretSetting:
		version := path.MatchRoot(s.versionAttribute())
		return map[string]schema.Attribute{
			s.attribute: schema.StringAttribute{Optional: true, WriteOnly: true, Sensitive: true, MarkdownDescription: s.description,
				Validators: append(slices.Clone(s.validators), stringvalidator.AlsoRequires(version))},
			s.versionAttribute(): schema.Int64Attribute{Optional: true,
				Validators:          []validator.Int64{int64validator.AlsoRequires(path.MatchRoot(s.attribute))},
				MarkdownDescription: "Any number; a change writes `" + s.attribute + "` again. When the value on the server is another one, this shows as a change from null."},
		}
	default:
		text := schema.StringAttribute{Optional: true, MarkdownDescription: s.description, Validators: s.validators}
		if s.equal != nil {
			text.PlanModifiers = []planmodifier.String{keepEqual(s.equal)}
		}
		a = text
	}
	return map[string]schema.Attribute{s.attribute: a}
}

// configValues are the resource's attributes by name; nil where there is no state.
type configValues map[string]attr.Value

// managed returns the settings that have a value, known or not. Of a write-only one the version counts.
func (v configValues) managed() []pluginSetting {
	var list []pluginSetting
	for _, s := range pluginSettings {
		if marker := v.marker(s); marker != nil && !marker.IsNull() {
			list = append(list, s)
		}
	}
	return list
}

// marker is the attribute that says whether a setting is managed.
func (v configValues) marker(s pluginSetting) attr.Value {
	if s.kind == secretSetting {
		return v[s.versionAttribute()]
	}
	return v[s.attribute]
}

// keys returns the keys of the managed settings, in the order of the list.
func (v configValues) keys() []string {
	keys := []string{}
	for _, s := range v.managed() {
		keys = append(keys, s.key)
	}
	return keys
}

// isKnown reports whether it is known which settings are managed.
func (v configValues) isKnown() bool {
	return !slices.ContainsFunc(pluginSettings, func(s pluginSetting) bool { return v.marker(s).IsUnknown() })
}

// object makes the value that state and plan take.
func (v configValues) object(of attr.Type) (types.Object, diag.Diagnostics) {
	object, _ := of.(types.ObjectType)
	return types.ObjectValue(object.AttrTypes, v)
}

// saved returns the value that Mattermost's configuration takes for an attribute's value.
func (s pluginSetting) saved(ctx context.Context, value attr.Value, diags *diag.Diagnostics) any {
	switch value := value.(type) {
	case types.Bool:
		return value.ValueBool()
	case types.Int64:
		return value.ValueInt64()
	case types.Set:
		names := itemsOf(ctx, value, diags)
		slices.Sort(names)
		return strings.Join(names, ",")
	case types.String:
		if s.kind == billingSetting {
			return value.ValueString() == evaluation
		}
		return value.ValueString()
	}
	return nil
}

// shown returns the attribute's value for what the server has. prior is the value in the state: it stays where the
// server's is the same in another spelling, or masked. What the plugin would not understand counts as not set.
func (s pluginSetting) shown(value mattermost.Value, prior attr.Value) attr.Value {
	if value.Masked {
		return prior
	}
	switch s.kind {
	case boolSetting:
		if b, ok := value.Bool(); ok && !value.Ambiguous {
			return types.BoolValue(b)
		}
		return types.BoolNull()
	case billingSetting:
		b, ok := value.Bool()
		switch {
		case !ok || value.Ambiguous:
			return types.StringNull()
		case b:
			return types.StringValue(evaluation)
		}
		return types.StringValue(metered)
	case numberSetting:
		if n, ok := value.Int(); ok && !value.Ambiguous {
			return types.Int64Value(n)
		}
		return types.Int64Null()
	case namesSetting:
		text, ok := value.Text()
		if before, _ := prior.(types.Set); !ok || value.Ambiguous || before.IsNull() && text == "" {
			return types.SetNull(types.StringType)
		}
		return setOf(splitNames(text))
	default:
		text, ok := value.Text()
		before, _ := prior.(types.String)
		switch {
		case !ok || value.Ambiguous, text == "" && before.ValueString() != "", text == "" && before.IsNull():
			return types.StringNull()
		case s.equal != nil && s.equal(before.ValueString(), text):
			return before
		}
		return types.StringValue(text)
	}
}

// splitNames reads a comma-separated list as the plugin does.
func splitNames(text string) []string {
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// nullOf is the null value of the setting's attribute.
func (s pluginSetting) nullOf() attr.Value {
	switch s.kind {
	case boolSetting:
		return types.BoolNull()
	case numberSetting:
		return types.Int64Null()
	case namesSetting:
		return types.SetNull(types.StringType)
	}
	return types.StringNull()
}
