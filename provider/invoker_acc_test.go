// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"maps"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/msteamssync/terraform-provider-msteamssync/provider"
)

// invoker is a Terraform that is new enough to invoke actions: it speaks the provider's protocol.
type invoker struct {
	t       *testing.T
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
}

// newInvoker configures the provider as bothSides does.
func newInvoker(t *testing.T) *invoker {
	t.Helper()
	server, err := providerserver.NewProtocol6WithError(provider.New("0.1.0")())()
	if err != nil {
		t.Fatal(err)
	}
	i := &invoker{t: t, server: server}
	if i.schemas, err = server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	block := i.schemas.Provider.ValueType().(tftypes.Object)
	part := func(attribute string, values map[string]string) tftypes.Value {
		given := map[string]tftypes.Value{}
		for name, value := range values {
			given[name] = text(value)
		}
		return objectOf(block.AttributeTypes[attribute].(tftypes.Object), given)
	}
	address := shared.Emulator.URL()
	config := objectOf(block, map[string]tftypes.Value{
		"tenant_id": text(tenantID), "client_id": text(provisionerID), "client_secret": text(provisionerKey), "ca_certificates": text(string(shared.Emulator.CAPEM())),
		"endpoints":  part("endpoints", map[string]string{"authority_host": address, "graph": address, "resource_manager": address}),
		"mattermost": part("mattermost", map[string]string{"url": shared.Mattermost.URL, "token": shared.Mattermost.AdminToken}),
	})
	configured, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.14.0", Config: i.encode(block, config)})
	if err != nil {
		t.Fatal(err)
	}
	i.mustBeFree(configured.Diagnostics)
	return i
}

// objectOf is an object with the given attributes; the others are null.
func objectOf(of tftypes.Object, given map[string]tftypes.Value) tftypes.Value {
	values := map[string]tftypes.Value{}
	for name, is := range of.AttributeTypes {
		values[name] = tftypes.NewValue(is, nil)
	}
	maps.Copy(values, given)
	return tftypes.NewValue(of, values)
}

func (i *invoker) encode(as tftypes.Type, value tftypes.Value) *tfprotov6.DynamicValue {
	i.t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(as, value)
	if err != nil {
		i.t.Fatal(err)
	}
	return &encoded
}

func (i *invoker) mustBeFree(diagnostics []*tfprotov6.Diagnostic) {
	i.t.Helper()
	for _, d := range diagnostics {
		i.t.Errorf("%s: %s", d.Summary, d.Detail)
	}
}

// invoke validates, plans and invokes an action, and returns what it reports.
func (i *invoker) invoke(name string, arguments map[string]string) (progress []string, complaints string) {
	i.t.Helper()
	known, ok := i.schemas.ActionSchemas[name]
	if !ok {
		i.t.Fatalf("the provider has no action %s", name)
	}
	as := known.Schema.ValueType().(tftypes.Object)
	given := map[string]tftypes.Value{}
	for attribute, value := range arguments {
		given[attribute] = tftypes.NewValue(tftypes.String, value)
	}
	config := i.encode(as, objectOf(as, given))
	actions := i.server.(tfprotov6.ProviderServerWithActions)
	say := func(diagnostics []*tfprotov6.Diagnostic) {
		for _, d := range diagnostics {
			complaints += d.Summary + ": " + d.Detail + "\n"
		}
	}
	validated, err := actions.ValidateActionConfig(i.t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: config})
	if err != nil {
		i.t.Fatal(err)
	}
	if say(validated.Diagnostics); complaints != "" {
		return nil, complaints
	}
	planned, err := actions.PlanAction(i.t.Context(), &tfprotov6.PlanActionRequest{ActionType: name, Config: config})
	if err != nil {
		i.t.Fatal(err)
	}
	say(planned.Diagnostics)
	stream, err := actions.InvokeAction(i.t.Context(), &tfprotov6.InvokeActionRequest{ActionType: name, Config: config})
	if err != nil {
		i.t.Fatal(err)
	}
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, e.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			say(e.Diagnostics)
		}
	}
	return progress, complaints
}
