// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package schemajson

import "github.com/hashicorp/terraform-plugin-go/tftypes"

// Schemas is the whole document.
type Schemas struct {
	FormatVersion string               `json:"format_version"`
	Providers     map[string]*Provider `json:"provider_schemas"`
}

// Provider is everything that one provider declares, by type name; functions by their bare name.
type Provider struct {
	Config             *Schema              `json:"provider,omitempty"`
	Resources          map[string]*Schema   `json:"resource_schemas,omitempty"`
	DataSources        map[string]*Schema   `json:"data_source_schemas,omitempty"`
	EphemeralResources map[string]*Schema   `json:"ephemeral_resource_schemas,omitempty"`
	ListResources      map[string]*Schema   `json:"list_resource_schemas,omitempty"`
	Actions            map[string]*Action   `json:"action_schemas,omitempty"`
	Functions          map[string]*Function `json:"functions,omitempty"`
	Identities         map[string]*Identity `json:"resource_identity_schemas,omitempty"`
}

// Schema is the schema of the provider block, a resource, a data source, an ephemeral or a list resource.
type Schema struct {
	Version int64  `json:"version"`
	Block   *Block `json:"block"`
}

// Action is the schema of an action, which has no version.
type Action struct {
	Block *Block `json:"block"`
}

// Block is what stands between two braces.
type Block struct {
	Attributes      map[string]*Attribute   `json:"attributes,omitempty"`
	Blocks          map[string]*NestedBlock `json:"block_types,omitempty"`
	Description     string                  `json:"description,omitempty"`
	DescriptionKind string                  `json:"description_kind,omitempty"` // plain or markdown
	Deprecated      bool                    `json:"deprecated,omitempty"`
}

// NestedBlock is a block within a block.
type NestedBlock struct {
	Nesting string `json:"nesting_mode"` // single, list, set, map or group
	Block   *Block `json:"block"`
	Min     int64  `json:"min_items,omitempty"`
	Max     int64  `json:"max_items,omitempty"`
}

// Attribute has either a type or, for nested attributes, attributes of its own.
type Attribute struct {
	Type            tftypes.Type `json:"type,omitempty"`
	Nested          *Nested      `json:"nested_type,omitempty"`
	Description     string       `json:"description,omitempty"`
	DescriptionKind string       `json:"description_kind,omitempty"` // plain or markdown
	Deprecated      bool         `json:"deprecated,omitempty"`
	Required        bool         `json:"required,omitempty"`
	Optional        bool         `json:"optional,omitempty"`
	Computed        bool         `json:"computed,omitempty"`
	Sensitive       bool         `json:"sensitive,omitempty"`
	WriteOnly       bool         `json:"write_only,omitempty"`
}

// Nested holds the attributes of a nested attribute.
type Nested struct {
	Attributes map[string]*Attribute `json:"attributes"`
	Nesting    string                `json:"nesting_mode"` // single, list, set or map
}

// Function is a function's signature.
type Function struct {
	Description        string       `json:"description,omitempty"`
	Summary            string       `json:"summary,omitempty"`
	DeprecationMessage string       `json:"deprecation_message,omitempty"`
	Return             tftypes.Type `json:"return_type"`
	Parameters         []*Parameter `json:"parameters,omitempty"`
	Variadic           *Parameter   `json:"variadic_parameter,omitempty"`
}

// Parameter is a parameter of a function.
type Parameter struct {
	Name        string       `json:"name,omitempty"`
	Description string       `json:"description,omitempty"`
	Nullable    bool         `json:"is_nullable,omitempty"`
	Type        tftypes.Type `json:"type"`
}

// Identity is what identifies a resource of one type.
type Identity struct {
	Version    int64                         `json:"version"`
	Attributes map[string]*IdentityAttribute `json:"attributes"`
}

// IdentityAttribute is one part of an identity.
type IdentityAttribute struct {
	Type        tftypes.Type `json:"type"`
	Description string       `json:"description,omitempty"`
	Required    bool         `json:"required_for_import,omitempty"`
	Optional    bool         `json:"optional_for_import,omitempty"`
}
