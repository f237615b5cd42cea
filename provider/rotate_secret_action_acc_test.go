// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
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

// TestAccRotateSecretAction: the action brings a new working secret to the plugin, and the resource takes it over without
// a rotation of its own.
func TestAccRotateSecretAction(t *testing.T) {
	const name = "Secret Action"
	admin, portal := openConsole(t), openPortal(t, shared.Emulator)
	admin.upload(trialBundle(t, "1.0.0", "a", nil))
	var first any
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		Steps: []resource.TestStep{
			{Config: secretConfig(name, "")},
			{
				PreConfig: func() {
					first = admin.stored()["clientsecret"]
					progress, complaints := newInvoker(t).invoke("msteamssync_rotate_secret", map[string]string{"client_id": fmt.Sprint(portal.application(name)["appId"])})
					keys := portal.secretsOf(name)
					if complaints != "" || len(progress) != 2 || len(keys) != 2 || !strings.Contains(progress[0], fmt.Sprint(keys[1])) {
						t.Fatalf("keys %v, reported %q, complained %q", keys, progress, complaints)
					}
				},
				Config: secretConfig(name, ""), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
				Check: func(s *terraform.State) error {
					stored, keys, have := admin.stored(), portal.secretsOf(name), s.RootModule().Resources[secretAddress].Primary.Attributes
					switch {
					case stored["clientsecret"] == first || !(bearer{t}).canLogIn(portal.application(name)["appId"], stored["clientsecret"]):
						return fmt.Errorf("the plugin does not hold a new working secret")
					case have["key_id"] != keys[1] || have["previous_key_id"] != keys[0] || have["fingerprint"] == "":
						return fmt.Errorf("the resource did not take it over: %v", have)
					}
					return nil
				},
			},
		},
	})
	if _, err := admin.client.RemovePlugin(t.Context(), catalog.PluginID); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		arguments map[string]string
		want      string
	}{
		{map[string]string{"client_id": "my app"}, "not the object ID"},
		{map[string]string{"client_id": demoClientID, "valid_for": "10m"}, "from 1h to 17520h"},
		{map[string]string{"client_id": demoClientID}, "The plugin is not installed"},
	} {
		if _, complaints := newInvoker(t).invoke("msteamssync_rotate_secret", test.arguments); !strings.Contains(complaints, test.want) {
			t.Errorf("%v: %q, want %q", test.arguments, complaints, test.want)
		}
	}
}
