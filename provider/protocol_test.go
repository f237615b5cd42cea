// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/msteamssync/terraform-provider-msteamssync/provider"
)

// protocol speaks to the provider as Terraform does, without Terraform: for what the oldest supported Terraform cannot
// reach yet (lists, actions), and for what needs no Terraform (functions, moved state). Values are plain: nil, bool,
// string, int64, []any and map[string]any; attributes that are left out are null.
type protocol struct {
	t       *testing.T
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
}

// speak starts a provider that is not configured.
func speak(t *testing.T) *protocol {
	t.Helper()
	server := providerserver.NewProtocol6(provider.New("0.1.0")())()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if problems := failures(schemas.Diagnostics); problems != "" {
		t.Fatal(problems)
	}
	return &protocol{t: t, server: server, schemas: schemas}
}

// configure hands over the provider block.
func (p *protocol) configure(block map[string]any) *protocol {
	p.t.Helper()
	return p.configureWith(p.encode(block))
}

// configureUndecided hands over a block of which one attribute is known only when another resource exists.
func (p *protocol) configureUndecided(block map[string]any, attribute string) *protocol {
	p.t.Helper()
	kind := p.schemas.Provider.ValueType()
	value, err := p.encode(block).Unmarshal(kind)
	if err != nil {
		p.t.Fatal(err)
	}
	value, err = tftypes.Transform(value, func(at *tftypes.AttributePath, each tftypes.Value) (tftypes.Value, error) {
		if at.Equal(tftypes.NewAttributePath().WithAttributeName(attribute)) {
			return tftypes.NewValue(each.Type(), tftypes.UnknownValue), nil
		}
		return each, nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	config, err := tfprotov6.NewDynamicValue(kind, value)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.configureWith(&config)
}

func (p *protocol) configureWith(config *tfprotov6.DynamicValue) *protocol {
	p.t.Helper()
	answer, err := p.server.ConfigureProvider(p.t.Context(), &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.14.0", Config: config})
	if err != nil {
		p.t.Fatal(err)
	}
	if problems := failures(answer.Diagnostics); problems != "" {
		p.t.Fatal(problems)
	}
	return p
}

// call calls a function; the arguments after the last parameter are the variadic ones.
func (p *protocol) call(name string, arguments ...any) (result any, problem string) {
	p.t.Helper()
	definition := p.schemas.Functions[name]
	if definition == nil {
		p.t.Fatalf("there is no function %s", name)
	}
	var encoded []*tfprotov6.DynamicValue
	for _, argument := range arguments {
		encoded = append(encoded, p.encode(argument))
	}
	answer, err := p.server.CallFunction(p.t.Context(), &tfprotov6.CallFunctionRequest{Name: name, Arguments: encoded})
	if err != nil {
		p.t.Fatal(err)
	}
	if answer.Error != nil {
		return nil, answer.Error.Text
	}
	return p.decode(answer.Result, definition.Return.Type), ""
}

// read reads a data source.
func (p *protocol) read(name string, config map[string]any) (state map[string]any, problem string) {
	p.t.Helper()
	schema := p.schemas.DataSourceSchemas[name]
	if schema == nil {
		p.t.Fatalf("there is no data source %s", name)
	}
	valid, err := p.server.ValidateDataResourceConfig(p.t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: p.encode(config)})
	if err != nil {
		p.t.Fatal(err)
	}
	if problem = failures(valid.Diagnostics); problem != "" {
		return nil, problem
	}
	answer, err := p.server.ReadDataSource(p.t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: p.encode(config)})
	if err != nil {
		p.t.Fatal(err)
	}
	if problem = failures(answer.Diagnostics); problem != "" {
		return nil, problem
	}
	state, _ = p.decode(answer.State, schema.ValueType()).(map[string]any)
	return state, ""
}

// invoke validates, plans and invokes an action as Terraform does, and returns its progress and its errors.
func (p *protocol) invoke(name string, config map[string]any) (progress []string, problem string) {
	p.t.Helper()
	if p.schemas.ActionSchemas[name] == nil {
		p.t.Fatalf("there is no action %s", name)
	}
	actions := p.server.(tfprotov6.ActionServer)
	valid, err := actions.ValidateActionConfig(p.t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: p.encode(config)})
	if err != nil {
		p.t.Fatal(err)
	}
	if problem = failures(valid.Diagnostics); problem != "" {
		return nil, problem
	}
	planned, err := actions.PlanAction(p.t.Context(), &tfprotov6.PlanActionRequest{ActionType: name, Config: p.encode(config)})
	if err != nil {
		p.t.Fatal(err)
	}
	if problem = failures(planned.Diagnostics); problem != "" {
		return nil, problem
	}
	stream, err := actions.InvokeAction(p.t.Context(), &tfprotov6.InvokeActionRequest{ActionType: name, Config: p.encode(config)})
	if err != nil {
		p.t.Fatal(err)
	}
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			problem = failures(event.Diagnostics)
		}
	}
	return progress, problem
}

// listed is one object that a list resource found.
type listed struct {
	name     string
	identity map[string]any
	resource map[string]any // nil unless it was asked for
}

// list asks a list resource; limit 0 means Terraform's own default of 100.
func (p *protocol) list(name string, config map[string]any, include bool, limit int64) (found []listed, problem string) {
	p.t.Helper()
	if p.schemas.ListResourceSchemas[name] == nil {
		p.t.Fatalf("there is no list resource %s", name)
	}
	lists := p.server.(tfprotov6.ListResourceServer)
	valid, err := lists.ValidateListResourceConfig(p.t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: name, Config: p.encode(config)})
	if err != nil {
		p.t.Fatal(err)
	}
	if problem = failures(valid.Diagnostics); problem != "" {
		return nil, problem
	}
	if limit == 0 {
		limit = 100
	}
	stream, err := lists.ListResource(p.t.Context(), &tfprotov6.ListResourceRequest{TypeName: name, Config: p.encode(config), IncludeResource: include, Limit: limit})
	if err != nil {
		p.t.Fatal(err)
	}
	identities := p.identities()
	for result := range stream.Results {
		if problem = failures(result.Diagnostics); problem != "" {
			return found, problem
		}
		if result.Identity == nil {
			continue // a warning
		}
		item := listed{name: result.DisplayName}
		item.identity, _ = p.decode(result.Identity.IdentityData, identities[name].ValueType()).(map[string]any)
		if result.Resource != nil {
			item.resource, _ = p.decode(result.Resource, p.schemas.ResourceSchemas[name].ValueType()).(map[string]any)
		}
		found = append(found, item)
	}
	return found, ""
}

// source is an object in another provider's state, for a moved block.
type source struct {
	provider, kind string // e.g. registry.terraform.io/hashicorp/azuread, azuread_application
	version        int64  // of its schema
	state          map[string]any
}

// move takes an object over from another provider's state.
func (p *protocol) move(target string, from source) (state, identity map[string]any, problem string) {
	p.t.Helper()
	encoded, err := json.Marshal(from.state)
	if err != nil {
		p.t.Fatal(err)
	}
	answer, err := p.server.MoveResourceState(p.t.Context(), &tfprotov6.MoveResourceStateRequest{
		SourceProviderAddress: from.provider, SourceTypeName: from.kind, SourceSchemaVersion: from.version,
		SourceState: &tfprotov6.RawState{JSON: encoded}, TargetTypeName: target,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if problem = failures(answer.Diagnostics); problem != "" {
		return nil, nil, problem
	}
	state, _ = p.decode(answer.TargetState, p.schemas.ResourceSchemas[target].ValueType()).(map[string]any)
	if answer.TargetIdentity != nil && answer.TargetIdentity.IdentityData != nil {
		identity, _ = p.decode(answer.TargetIdentity.IdentityData, p.identities()[target].ValueType()).(map[string]any)
	}
	return state, identity, ""
}

// importAs imports an object by its identity and reads it, as Terraform does from 1.12 on. The identity after both is
// returned; they have to be the same.
func (p *protocol) importAs(kind string, by map[string]any) (state, identity map[string]any) {
	p.t.Helper()
	schema := p.identities()[kind]
	wanted := map[string]any{}
	for _, attribute := range schema.IdentityAttributes {
		wanted[attribute.Name] = by[attribute.Name]
	}
	found := p.importBy(kind, &tfprotov6.ImportResourceStateRequest{Identity: &tfprotov6.ResourceIdentityData{IdentityData: p.encode(wanted)}})
	read := p.refresh(kind, found)
	identity = p.identity(kind, found.Identity)
	if after := p.identity(kind, read.Identity); !reflect.DeepEqual(after, identity) {
		p.t.Errorf("the identity was %v after the import and is %v after reading", identity, after)
	}
	state, _ = p.decode(read.State, p.schemas.ResourceSchemas[kind].ValueType()).(map[string]any)
	return state, identity
}

// importBy imports one object, which is not read yet.
func (p *protocol) importBy(kind string, by *tfprotov6.ImportResourceStateRequest) *tfprotov6.ImportedResource {
	p.t.Helper()
	by.TypeName = kind
	imported, err := p.server.ImportResourceState(p.t.Context(), by)
	if err != nil {
		p.t.Fatal(err)
	}
	if problem := failures(imported.Diagnostics); problem != "" || len(imported.ImportedResources) != 1 {
		p.t.Fatalf("%d resources were imported: %s", len(imported.ImportedResources), problem)
	}
	return imported.ImportedResources[0]
}

// refresh reads an object again.
func (p *protocol) refresh(kind string, known *tfprotov6.ImportedResource) *tfprotov6.ImportedResource {
	p.t.Helper()
	read, err := p.server.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: kind, CurrentState: known.State, CurrentIdentity: known.Identity, Private: known.Private,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if problem := failures(read.Diagnostics); problem != "" {
		p.t.Fatal(problem)
	}
	return &tfprotov6.ImportedResource{TypeName: kind, State: read.NewState, Identity: read.NewIdentity, Private: read.Private}
}

// identity is the plain identity of an object.
func (p *protocol) identity(kind string, data *tfprotov6.ResourceIdentityData) map[string]any {
	p.t.Helper()
	plain, _ := p.decode(data.IdentityData, p.identities()[kind].ValueType()).(map[string]any)
	return plain
}

func (p *protocol) identities() map[string]*tfprotov6.ResourceIdentitySchema {
	p.t.Helper()
	answer, err := p.server.GetResourceIdentitySchemas(p.t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		p.t.Fatal(err)
	}
	return answer.IdentitySchemas
}

func (p *protocol) encode(value any) *tfprotov6.DynamicValue {
	p.t.Helper()
	if config, ok := value.(map[string]any); ok && config == nil {
		value = map[string]any{}
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		p.t.Fatal(err)
	}
	return &tfprotov6.DynamicValue{JSON: encoded}
}

func (p *protocol) decode(value *tfprotov6.DynamicValue, as tftypes.Type) any {
	p.t.Helper()
	decoded, err := value.Unmarshal(as)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.plain(decoded)
}

func (p *protocol) plain(value tftypes.Value) (result any) {
	p.t.Helper()
	if value.IsNull() {
		return nil
	}
	if !value.IsKnown() {
		return "(unknown)"
	}
	var err error
	switch {
	case value.Type().Is(tftypes.String):
		var text string
		err = value.As(&text)
		result = text
	case value.Type().Is(tftypes.Bool):
		var truth bool
		err = value.As(&truth)
		result = truth
	case value.Type().Is(tftypes.Number):
		number := new(big.Float)
		err = value.As(&number)
		whole, _ := number.Int64()
		result = whole
	case value.Type().Is(tftypes.Object{}), value.Type().Is(tftypes.Map{}):
		fields := map[string]tftypes.Value{}
		err = value.As(&fields)
		plain := map[string]any{}
		for name, field := range fields {
			plain[name] = p.plain(field)
		}
		result = plain
	default:
		var items []tftypes.Value
		err = value.As(&items)
		plain := []any{}
		for _, item := range items {
			plain = append(plain, p.plain(item))
		}
		result = plain
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return result
}

// failures is the text of all errors; warnings are left out.
func failures(diagnostics []*tfprotov6.Diagnostic) string {
	var lines []string
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			lines = append(lines, fmt.Sprintf("%s: %s", d.Summary, d.Detail))
		}
	}
	return strings.Join(lines, "\n")
}
