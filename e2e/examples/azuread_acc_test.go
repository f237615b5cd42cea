// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package examples_test

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/arm"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// TestAccMigrateFromAzuread: the example on a state as hashicorp/azuread 3 and hashicorp/azurerm 4 leave it. The stand-ins for
// these know their types and nothing else; a test of the provider proves the moves themselves.
func TestAccMigrateFromAzuread(t *testing.T) {
	for _, name := range []string{"azuread", "azurerm"} {
		install(t, name)
	}
	e := open(t, "examples/migrate-from-azuread", map[string]any{
		"bot":             map[string]string{"user_principal_name": "bridge@demo.example", "display_name": "Bridge"},
		"metered_billing": map[string]string{"name": "bridge", "resource_group_name": arm.DemoResourceGroup},
	})
	// What azuread once made, made by any means, and its secret.
	made := open(t, "modules/azure", map[string]any{
		"bot": map[string]string{"user_principal_name": "bridge@demo.example", "display_name": "Bridge"}, "bot_password": "Old-Pass-1",
		"metered_billing": map[string]string{"name": "bridge", "resource_group_name": arm.DemoResourceGroup},
	})
	made.addresses()
	made.run("init")
	made.apply()
	if err := os.Remove(filepath.Join(made.Dir, "terraform.tfstate")); err != nil { // the next test takes the folder as it is
		t.Fatal(err)
	}
	if _, err := shared.Emulator.Directory().AddPassword(registration(t).ID, directory.NewPassword{}); err != nil {
		t.Fatal(err)
	}
	app := registration(t)
	e.variable("old_secret_key_ids", []string{app.PasswordCredentials[0].KeyID})
	e.run("init")
	e.variable("deletion_protection", false) // which stands in the state alone, and would show as a change
	write(t, filepath.Join(e.Dir, "terraform.tfstate"), record(t, e, app))
	said := e.run("plan")
	for _, words := range []string{
		"azuread_application.mattermost has moved to msteamssync_application.this",
		"azuread_service_principal_delegated_permission_grant.mattermost has moved to msteamssync_admin_consent.this",
		"azuread_user.bot has moved to msteamssync_bot_user.this",
		"azurerm_graph_services_account.mattermost has moved to msteamssync_metered_billing.this",
		"azuread_application_password.mattermost will no longer be managed by Terraform",
		"Plan: 0 to add, 0 to change, 0 to destroy",
	} {
		if !strings.Contains(said, words) {
			t.Errorf("the plan does not say %q:\n%s", words, said)
		}
	}
	e.variable("deletion_protection", true)
	shared.Emulator.RequestLog().Reset()
	e.apply()
	for _, request := range shared.Emulator.Requests() {
		if request.Method != http.MethodGet && !strings.HasSuffix(request.Path, "$batch") && !strings.HasSuffix(request.Path, "/token") {
			t.Errorf("the apply wrote: %s %s", request.Method, request.Path)
		}
	}
	e.unchanged()
	if state := e.state(); strings.Contains(state, "azuread_") || strings.Contains(state, "Old-Pass-1") {
		t.Error("the state still holds what it held, or the password in clear")
	}

	// The second step; after it the old secret may go.
	e.variable("with_plugin", true)
	e.apply()
	e.unchanged()
	bridging(t)
	e.variable("old_secret_key_ids", []string{})
	for _, password := range registration(t).PasswordCredentials {
		if password.DisplayName == nil || !strings.HasSuffix(*password.DisplayName, "(Terraform)") {
			if err := shared.Emulator.Directory().RemovePassword(app.ID, password.KeyID); err != nil {
				t.Fatal(err)
			}
		}
	}
	e.apply()
	e.unchanged()
	bridging(t)
	e.end()
}

// install builds the stand-in for a provider and puts it where init finds it.
func install(t *testing.T, name string) {
	t.Helper()
	root, err := repository.Root()
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "terraform-provider-"+name)
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./provider/testdata/source")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the stand-in: %v\n%s", err, out)
	}
	if err := workspaces.Install("hashicorp/"+name, "4.0.0", binary); err != nil {
		t.Fatal(err)
	}
}

// record is the state that the old configuration has left.
func record(t *testing.T, e *example, app directory.Application) string {
	t.Helper()
	dir := shared.Emulator.Directory()
	principal, _ := dir.ServicePrincipalByAppID(app.AppID)
	graph, _ := dir.ServicePrincipalByAppID(catalog.GraphAppID)
	user, _ := dir.User("bridge@demo.example")
	values := map[string]string{
		"Host": e.Host(), "Object": app.ID, "Client": app.AppID, "Principal": principal.ID, "Graph": graph.ID, "User": user.ID,
		"Site": shared.Mattermost.URL, "Password": app.PasswordCredentials[0].KeyID,
		"Billing": "/subscriptions/" + arm.DemoSubscriptionID + "/resourceGroups/" + arm.DemoResourceGroup + "/providers/Microsoft.GraphServices/accounts/bridge",
	}
	for _, grant := range dir.Grants() {
		if grant.ClientID == principal.ID {
			values["Grant"] = grant.ID
		}
	}
	for _, assignment := range dir.Assignments() {
		if assignment.PrincipalID == principal.ID {
			values["Assignment"], values["Role"] = assignment.ID, assignment.AppRoleID
		}
	}
	text, err := os.ReadFile(filepath.Join("testdata", "recorded_state.json.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	var state bytes.Buffer
	if err := template.Must(template.New("state").Option("missingkey=error").Parse(string(text))).Execute(&state, values); err != nil {
		t.Fatal(err)
	}
	return state.String()
}
