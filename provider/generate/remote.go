// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package generate

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/msteamssync/terraform-provider-msteamssync/provider"
)

// remote is the provider as Terraform sees it.
type remote struct {
	server  tfprotov6.ProviderServer
	schemas map[string]*tfprotov6.Schema
}

// start configures the provider from the environment. mattermostURL may be empty.
func start(ctx context.Context, version, mattermostURL string) (*remote, error) {
	server := providerserver.NewProtocol6(provider.New(version)())()
	all, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	kind, ok := all.Provider.ValueType().(tftypes.Object)
	if !ok {
		return nil, errors.New("the provider's block is not an object")
	}
	block := nulls(kind)
	if of, ok := kind.AttributeTypes["mattermost"].(tftypes.Object); ok && mattermostURL != "" {
		inner := nulls(of)
		inner["url"] = tftypes.NewValue(tftypes.String, mattermostURL)
		block["mattermost"] = tftypes.NewValue(of, inner)
	}
	config, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, block))
	if err != nil {
		return nil, err
	}
	answer, err := server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.11.0", Config: &config})
	if err != nil {
		return nil, err
	}
	return &remote{server, all.ResourceSchemas}, failure(answer.Diagnostics)
}

func nulls(of tftypes.Object) map[string]tftypes.Value {
	values := map[string]tftypes.Value{}
	for name, kind := range of.AttributeTypes {
		values[name] = tftypes.NewValue(kind, nil)
	}
	return values
}

// failure makes one error of the errors in diagnostics; nil = none.
func failure(diagnostics []*tfprotov6.Diagnostic) error {
	var all []error
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			all = append(all, fmt.Errorf("%s: %s", d.Summary, d.Detail))
		}
	}
	return errors.Join(all...)
}

// object is an imported resource.
type object struct {
	remote  *remote
	kind    string // resource type
	id      string // that it was imported by
	schema  tftypes.Object
	state   map[string]tftypes.Value
	private []byte
	notes   []string // warnings of the provider
}

// read imports an object and refreshes it, as terraform plan does for an import block.
func (r *remote) read(ctx context.Context, kind, id string) (*object, error) {
	schema := r.schemas[kind]
	of, ok := schema.ValueType().(tftypes.Object)
	if !ok {
		return nil, fmt.Errorf("%s is not an object", kind)
	}
	imported, err := r.server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: kind, ID: id})
	if err == nil {
		err = failure(imported.Diagnostics)
	}
	if err != nil {
		return nil, err
	}
	if len(imported.ImportedResources) != 1 {
		return nil, fmt.Errorf("%s %s: the import gave %d objects", kind, id, len(imported.ImportedResources))
	}
	first := imported.ImportedResources[0]
	refreshed, err := r.server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{
		TypeName: kind, CurrentState: first.State, Private: first.Private, CurrentIdentity: first.Identity,
	})
	if err == nil {
		err = failure(refreshed.Diagnostics)
	}
	if err != nil {
		return nil, err
	}
	value, err := refreshed.NewState.Unmarshal(of)
	if err != nil {
		return nil, err
	}
	if value.IsNull() {
		return nil, fmt.Errorf("%s %s does not exist", kind, id)
	}
	o := &object{remote: r, kind: kind, id: id, schema: of, private: refreshed.Private}
	for _, d := range refreshed.Diagnostics {
		o.notes = append(o.notes, strings.TrimSuffix(d.Summary, ".")+". "+d.Detail)
	}
	return o, value.As(&o.state)
}

// plan returns what the provider plans for a configuration; prior nil = a new object.
func (o *object) plan(ctx context.Context, config, prior map[string]tftypes.Value) (map[string]tftypes.Value, error) {
	before, proposed := tftypes.NewValue(o.schema, nil), map[string]tftypes.Value{}
	if prior != nil {
		before = tftypes.NewValue(o.schema, prior)
	}
	for name, attribute := range o.attributes() {
		value := config[name]
		switch {
		case attribute.WriteOnly:
			value = tftypes.NewValue(attribute.Type, nil)
		case value.IsNull() && attribute.Computed && prior != nil:
			value = prior[name]
		}
		proposed[name] = value
	}
	request := &tfprotov6.PlanResourceChangeRequest{TypeName: o.kind}
	for target, value := range map[**tfprotov6.DynamicValue]tftypes.Value{
		&request.Config: tftypes.NewValue(o.schema, config), &request.PriorState: before, &request.ProposedNewState: tftypes.NewValue(o.schema, proposed),
	} {
		encoded, err := tfprotov6.NewDynamicValue(o.schema, value)
		if err != nil {
			return nil, err
		}
		*target = &encoded
	}
	if prior != nil {
		request.PriorPrivate = o.private
	}
	answer, err := o.remote.server.PlanResourceChange(ctx, request)
	if err == nil {
		err = failure(answer.Diagnostics)
	}
	if err != nil {
		return nil, err
	}
	value, err := answer.PlannedState.Unmarshal(o.schema)
	if err != nil {
		return nil, err
	}
	planned := map[string]tftypes.Value{}
	return planned, value.As(&planned)
}

// attributes are the resource's attributes by name.
func (o *object) attributes() map[string]*tfprotov6.SchemaAttribute {
	all := map[string]*tfprotov6.SchemaAttribute{}
	for _, attribute := range o.remote.schemas[o.kind].Block.Attributes {
		all[attribute.Name] = attribute
	}
	return all
}
