// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package schemajson

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Of asks a provider, in this process, for everything it declares.
func Of(ctx context.Context, server tfprotov6.ProviderServer) (*Provider, error) {
	declared, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err == nil {
		err = problems(declared.Diagnostics)
	}
	if err != nil {
		return nil, fmt.Errorf("the provider's schemas cannot be read: %w", err)
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err == nil {
		err = problems(identities.Diagnostics)
	}
	if err != nil {
		return nil, fmt.Errorf("the resources' identities cannot be read: %w", err)
	}
	return &Provider{
		Config:             schema(declared.Provider),
		Resources:          each(declared.ResourceSchemas, schema),
		DataSources:        each(declared.DataSourceSchemas, schema),
		EphemeralResources: each(declared.EphemeralResourceSchemas, schema),
		ListResources:      each(declared.ListResourceSchemas, schema),
		Actions:            each(declared.ActionSchemas, func(a *tfprotov6.ActionSchema) *Action { return &Action{Block: block(a.Schema.Block)} }),
		Functions:          each(declared.Functions, function),
		Identities:         each(identities.IdentitySchemas, identity),
	}, nil
}

func problems(diagnostics []*tfprotov6.Diagnostic) error {
	var all []error
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			all = append(all, fmt.Errorf("%s: %s", d.Summary, d.Detail))
		}
	}
	return errors.Join(all...)
}

func each[From, To any](from map[string]*From, convert func(*From) *To) map[string]*To {
	to := make(map[string]*To, len(from))
	for name, value := range from {
		to[name] = convert(value)
	}
	return to
}

func schema(s *tfprotov6.Schema) *Schema {
	return &Schema{Version: s.Version, Block: block(s.Block)}
}

func block(b *tfprotov6.SchemaBlock) *Block {
	out := &Block{Attributes: attributes(b.Attributes), Description: b.Description, DescriptionKind: kind(b.DescriptionKind), Deprecated: b.Deprecated}
	for _, nested := range b.BlockTypes {
		if out.Blocks == nil {
			out.Blocks = map[string]*NestedBlock{}
		}
		out.Blocks[nested.TypeName] = &NestedBlock{
			Nesting: strings.ToLower(nested.Nesting.String()), Block: block(nested.Block), Min: nested.MinItems, Max: nested.MaxItems,
		}
	}
	return out
}

func attributes(list []*tfprotov6.SchemaAttribute) map[string]*Attribute {
	out := make(map[string]*Attribute, len(list))
	for _, a := range list {
		attribute := &Attribute{
			Type: a.Type, Description: a.Description, DescriptionKind: kind(a.DescriptionKind), Deprecated: a.Deprecated,
			Required: a.Required, Optional: a.Optional, Computed: a.Computed, Sensitive: a.Sensitive, WriteOnly: a.WriteOnly,
		}
		if a.NestedType != nil {
			attribute.Nested = &Nested{Attributes: attributes(a.NestedType.Attributes), Nesting: strings.ToLower(a.NestedType.Nesting.String())}
		}
		out[a.Name] = attribute
	}
	return out
}

func function(f *tfprotov6.Function) *Function {
	out := &Function{Description: f.Description, Summary: f.Summary, DeprecationMessage: f.DeprecationMessage, Return: f.Return.Type}
	for _, p := range f.Parameters {
		out.Parameters = append(out.Parameters, parameter(p))
	}
	if f.VariadicParameter != nil {
		out.Variadic = parameter(f.VariadicParameter)
	}
	return out
}

func parameter(p *tfprotov6.FunctionParameter) *Parameter {
	return &Parameter{Name: p.Name, Description: p.Description, Nullable: p.AllowNullValue, Type: p.Type}
}

func identity(i *tfprotov6.ResourceIdentitySchema) *Identity {
	out := &Identity{Version: i.Version, Attributes: map[string]*IdentityAttribute{}}
	for _, a := range i.IdentityAttributes {
		out.Attributes[a.Name] = &IdentityAttribute{Type: a.Type, Description: a.Description, Required: a.RequiredForImport, Optional: a.OptionalForImport}
	}
	return out
}

func kind(k tfprotov6.StringKind) string { return strings.ToLower(k.String()) }
