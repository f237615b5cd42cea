// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

const (
	whitelisted = "msteamssync_connection_whitelist.this"
	approved    = "msteamssync_account_mapping.this"
)

func (b *bridge) whitelist() string {
	b.t.Helper()
	return fmt.Sprint(b.do(http.MethodGet, "/api/v1/whitelist", nil)["users"])
}

func TestAccConnectionWhitelist(t *testing.T) {
	b := openBridge(t, map[string]any{"connectedusersrestricted": true})
	set := func(users ...string) { b.do(http.MethodPut, "/api/v1/whitelist", object{"users": users}) }
	is := func(want string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			if got := b.whitelist(); got != want {
				return fmt.Errorf("the whitelist is %s, want %s", got, want)
			}
			return nil
		}
	}
	config := func(users string) string {
		return mattermostOnly(fmt.Sprintf("resource \"msteamssync_connection_whitelist\" \"this\" { users = [%s] }", users))
	}
	two := config(`"Alex@Demo.example", "blake"`)
	set("before@demo.example")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy:             is("[]"),
		Steps: []resource.TestStep{
			{Config: two, Check: is("[alex@demo.example blake]"), ConfigStateChecks: []statecheck.StateCheck{
				attribute(whitelisted, "users", exactly("Alex@Demo.example", "blake")),
			}},
			{Config: two, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{Config: config(`"@BLAKE", "alex@demo.example"`), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{PreConfig: func() { set("alex@demo.example", "blake", "mallory") }, Config: two, ConfigPlanChecks: plans(updates(whitelisted, "users")), Check: is("[alex@demo.example blake]")},
			{PreConfig: func() { set("blake") }, Config: two, ConfigPlanChecks: plans(updates(whitelisted, "users")), Check: is("[alex@demo.example blake]")},
			{Config: config(`"blake"`), ConfigPlanChecks: plans(updates(whitelisted, "users")), Check: is("[blake]")},
			{ResourceName: whitelisted, ImportState: true, ImportStateVerify: true, ImportStateId: catalog.PluginID},
			{ResourceName: whitelisted, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: catalog.PluginID},
			{PreConfig: b.disable, Config: config(`"blake"`), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{PreConfig: b.enable, Config: config(""), Check: is("[]")},
			{PreConfig: func() { set("mallory") }, Config: config(""), ConfigPlanChecks: plans(updates(whitelisted, "users")), Check: is("[]")},
			{Config: config(`"two words"`), ExpectError: words("must be an e-mail address or a user name")},
			{Config: two},
		},
	})
}

// TestAccWhitelistIsEnforced: through the real log-in pages.
func TestAccWhitelistIsEnforced(t *testing.T) {
	b := openBridge(t, map[string]any{"connectedusersrestricted": true})
	alex, err := shared.Mattermost.NewUser(t.Context(), "alex")
	if err != nil {
		t.Fatal(err)
	}
	config := func(users string) string {
		return mattermostOnly(fmt.Sprintf("resource \"msteamssync_connection_whitelist\" \"this\" { users = [%s] }", users))
	}
	connect := func() error { return shared.Connect(t.Context(), alex, stack.DemoCredentials("alex")) }
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config(`"blake"`), Check: func(*terraform.State) error {
			if err := connect(); err == nil || !strings.Contains(err.Error(), "whitelist") {
				return errors.Join(errors.New("who is not on the whitelist is not told so"), err)
			}
			town := b.channel("town")
			for _, add := range []func() error{
				func() error { _, _, err := b.client.AddTeamMember(t.Context(), b.team.Id, alex.ID); return err },
				func() error { _, _, err := b.client.AddChannelMember(t.Context(), town.Id, alex.ID); return err },
			} {
				if err := add(); err != nil {
					return err
				}
			}
			answer, err := shared.Command(t.Context(), alex, town.Id, "/msteams-sync connect")
			if err != nil || !strings.Contains(answer, "whitelist") {
				return errors.Join(fmt.Errorf("the command answers %q", answer), err)
			}
			return nil
		}},
		{Config: config(`"ALEX"`), Check: func(*terraform.State) error { return connect() }},
	}})
}

func TestAccAccountMapping(t *testing.T) {
	b := openBridge(t, nil)
	name := unique("casey")
	casey, err := shared.Mattermost.NewUser(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	other, err := shared.Mattermost.NewUser(t.Context(), unique("other"))
	if err != nil {
		t.Fatal(err)
	}
	blake, _ := shared.Emulator.Directory().User("blake@demo.example")
	admin, _ := shared.Emulator.Directory().User("admin@demo.example")
	config := func(user, account string) string {
		return mattermostOnly(fmt.Sprintf("resource \"msteamssync_account_mapping\" \"this\" {\n  mattermost_user = %q\n  teams_user = %q\n}", user, account))
	}
	pairs := func() string {
		var pairs []string
		for _, pair := range listOf(b.do(http.MethodGet, "/api/v1/account-mappings", nil), "account_mappings") {
			pairs = append(pairs, fmt.Sprintf("%v=%v", pair["mattermost_user_id"], pair["teams_user_id"]))
		}
		return strings.Join(pairs, " ")
	}
	is := func(want string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			if got := pairs(); got != want {
				return fmt.Errorf("the pairs are %q, want %q", got, want)
			}
			return nil
		}
	}
	put := func(user, account string) {
		b.do(http.MethodPut, "/api/v1/account-mappings/"+user, object{"teams_user": account})
	}
	first := config(name, "blake@demo.example")
	ours := is(casey.ID + "=" + blake.ID)
	fails := func(config, text string) resource.TestStep {
		return resource.TestStep{Config: config, ExpectError: words(text)}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy:             is(""),
		Steps: []resource.TestStep{
			fails(config("nobody-at-all", "blake@demo.example"), "could not find the user nobody-at-all"),
			fails(config(name, "nobody@demo.example"), "The tenant has no user nobody@demo.example"),
			{Config: first, Check: ours},
			{Config: first, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{Config: config(strings.ToUpper(name), "BLAKE@demo.example"), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{Config: config(casey.Email, blake.ID), ConfigPlanChecks: plans(updates(approved, "mattermost_user", "teams_user")), Check: ours},
			{Config: first, Check: ours},
			{ResourceName: approved, ImportState: true, ImportStateVerify: true, ImportStateId: name},
			{ResourceName: approved, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: name},
			{ResourceName: approved, ImportState: true, ImportStateId: other.Username, ExpectError: words("There is no pair to import")},
			{Config: config(name, "admin@demo.example"), ConfigPlanChecks: plans(updates(approved, "teams_user", "teams_user_id", "teams_user_principal_name")), Check: is(casey.ID + "=" + admin.ID)},
			{Config: first, Check: ours},
			{PreConfig: func() { put(casey.ID, "admin@demo.example") }, Config: first, ConfigPlanChecks: plans(updates(approved, "teams_user", "teams_user_id", "teams_user_principal_name")), Check: ours},
			{PreConfig: func() { b.do(http.MethodDelete, "/api/v1/account-mappings/"+casey.ID, nil) }, Config: first, ConfigPlanChecks: creates(approved), Check: ours},
			{PreConfig: b.disable, Config: first, ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{PreConfig: b.enable, Config: first, Check: func(*terraform.State) error {
				if err := shared.Connect(t.Context(), casey, stack.DemoCredentials("alex")); err == nil {
					return fmt.Errorf("another account than the approved one connects")
				}
				return shared.Connect(t.Context(), casey, stack.DemoCredentials("blake"))
			}},
			{Config: config(other.Username, "blake@demo.example"), ExpectError: words("connected by the Mattermost user @")},
			{Config: config(other.Username, "admin@demo.example"), Check: is(other.ID + "=" + admin.ID)},
			{PreConfig: func() { put(casey.ID, "blake@demo.example") }, Config: config(other.Username, "blake@demo.example"), ExpectError: words("connected by the Mattermost user @")},
			{PreConfig: func() { b.do(http.MethodDelete, "/api/v1/account-mappings/"+casey.ID, nil) }, Config: config(other.Username, "admin@demo.example")},
		},
	})
}
