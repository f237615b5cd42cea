// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package examples_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/terraform"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/arm"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// example is a folder of the repository that Terraform is run in.
type example struct {
	t *testing.T
	*terraform.Workspace
}

// open copies an example, or takes a module, and gives Terraform credentials of both sides. Variables are texts, or
// anything that JSON can say. At the test's end the server and the tenant are as they were at the start.
func open(t *testing.T, folder string, variables map[string]any) *example {
	t.Helper()
	t.Cleanup(func() { reset(t) })
	cloud, ca := shared.Emulator.URL(), string(shared.Emulator.CAPEM())
	e := &example{t: t}
	var err error
	e.Workspace, err = workspaces.Also(folder, map[string]string{
		"ARM_TENANT_ID": tenant(), "ARM_CLIENT_ID": directory.DemoProvisionerAppID, "ARM_CLIENT_SECRET": directory.DemoProvisionerSecret,
		"ARM_SUBSCRIPTION_ID": arm.DemoSubscriptionID, "ARM_CA_CERTIFICATES_PATH": shared.CAFile,
		"MM_URL": shared.Mattermost.URL, "MM_TOKEN": shared.Mattermost.AdminToken,
	})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]any{
		"site_url": shared.Mattermost.URL, "tenant_id": tenant(), "ca_certificates": ca,
		"endpoints": map[string]string{"authority_host": cloud, "graph": cloud, "resource_manager": cloud},
	}
	maps.Copy(all, variables)
	for name, value := range all {
		e.variable(name, value)
	}
	return e
}

// addresses tells the provider where the cloud is by the environment: a module has no provider block.
func (e *example) addresses() {
	for _, name := range []string{"AZURE_AUTHORITY_HOST", "ARM_MSGRAPH_ENDPOINT", "ARM_RESOURCE_MANAGER_ENDPOINT"} {
		e.Set(name, shared.Emulator.URL())
	}
}

func tenant() string { return shared.Emulator.Directory().Tenant().ID }

// reset takes away what a test has left on the server, and makes the tenant anew.
func reset(t *testing.T) {
	ctx := context.Background() // a cleanup runs after the test's context has ended
	// Links outlive the plugin; they are there only when a test has failed, and then the next one must not suffer.
	if status, answer, err := shared.CallPlugin(ctx, http.MethodGet, "/api/v1/links", nil); err == nil && status == http.StatusOK {
		for _, id := range channelID.FindAllSubmatch(answer, -1) {
			_, _, _ = shared.CallPlugin(ctx, http.MethodDelete, "/api/v1/links/"+string(id[1]), nil)
		}
	}
	_, _ = shared.Mattermost.Client().RemovePlugin(ctx, catalog.PluginID)
	resp, err := shared.Mattermost.Client().DoAPIPut(ctx, "/config/patch", `{"PluginSettings":{"Plugins":{}}}`)
	if err != nil {
		t.Error(err)
		return
	}
	resp.Body.Close()
	if err := shared.Emulator.Reset(); err != nil {
		t.Error(err)
	}
}

var channelID = regexp.MustCompile(`"channel_id":"([a-z0-9]{26})"`)

// variable gives one of the configuration's variables another value.
func (e *example) variable(name string, value any) {
	e.t.Helper()
	text, ok := value.(string)
	if !ok {
		encoded, err := json.Marshal(value)
		if err != nil {
			e.t.Fatal(err)
		}
		text = string(encoded)
	}
	e.Set("TF_VAR_"+name, text)
}

// run is for commands that must succeed. It returns what Terraform said.
func (e *example) run(arguments ...string) string {
	e.t.Helper()
	result, err := e.Run(e.t.Context(), arguments...)
	if err != nil {
		e.t.Fatal(err)
	}
	return result.Output
}

func (e *example) apply() { e.t.Helper(); e.run("apply", "-auto-approve") }

// unchanged wants a plan with nothing to do and nothing to say.
func (e *example) unchanged() {
	e.t.Helper()
	result, err := e.Run(e.t.Context(), "plan", "-detailed-exitcode")
	if err != nil {
		e.t.Fatal(err)
	}
	if result.ExitCode != 0 || strings.Contains(result.Output, "Warning:") {
		e.t.Fatalf("the plan ended with %d:\n%s", result.ExitCode, result.Output)
	}
}

// refused is for commands that must fail. It returns what Terraform said, without its frames and line breaks.
func (e *example) refused(arguments ...string) string {
	e.t.Helper()
	said, err := e.Refused(e.t.Context(), nil, arguments...)
	if err != nil {
		e.t.Fatal(err)
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(said, "│", " ")), " ")
}

// life takes an example from nothing to nothing: applied, unchanged in the next plan, what the test does meanwhile, and
// destroyed, which deletion_protection refuses until it is taken away.
func (e *example) life(meanwhile func()) {
	e.t.Helper()
	e.run("init")
	e.apply()
	e.unchanged()
	if meanwhile != nil {
		meanwhile()
	}
	e.end()
}

// end destroys what is there.
func (e *example) end() {
	e.t.Helper()
	if said := e.refused("destroy", "-auto-approve"); !strings.Contains(said, "deletion_protection") {
		e.t.Errorf("the destroy was refused, but not because of deletion_protection: %s", said)
	}
	e.variable("deletion_protection", false)
	e.apply()
	e.run("destroy", "-auto-approve")
	e.gone()
}

// gone wants nothing left of what examples make.
func (e *example) gone() {
	e.t.Helper()
	if apps := registrations(); len(apps) > 0 {
		e.t.Errorf("%d registrations are left", len(apps))
	}
	if version := installed(e.t); version != "" {
		e.t.Errorf("the plugin %s is left", version)
	}
	for _, name := range []string{"bridge@demo.example"} {
		if _, ok := shared.Emulator.Directory().User(name); ok {
			e.t.Errorf("the account %s is left", name)
		}
	}
}

// output is an output's value, as text.
func (e *example) output(name string) string {
	e.t.Helper()
	return strings.TrimSuffix(e.run("output", "-raw", name), "\n")
}

// state is the state file's text.
func (e *example) state() string {
	e.t.Helper()
	text, err := os.ReadFile(filepath.Join(e.Dir, "terraform.tfstate"))
	if err != nil {
		e.t.Fatal(err)
	}
	return string(text)
}

// registrations are those with the plugin's redirect URI.
func registrations() (found []directory.Application) {
	for _, app := range shared.Emulator.Directory().Applications() {
		if slices.ContainsFunc(app.Web.RedirectURIs, func(uri string) bool { return strings.HasSuffix(uri, catalog.PluginID+catalog.RouteRedirect) }) {
			found = append(found, app)
		}
	}
	return found
}

// registration is the only one.
func registration(t *testing.T) directory.Application {
	t.Helper()
	all := registrations()
	if len(all) != 1 {
		t.Fatalf("there are %d registrations, want 1", len(all))
	}
	return all[0]
}

// installed is the plugin's version on the server, "" for none.
func installed(t *testing.T) string {
	t.Helper()
	list, _, err := shared.Mattermost.Client().GetPlugins(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, plugin := range append(list.Active, list.Inactive...) {
		if plugin.Id == catalog.PluginID {
			return plugin.Version
		}
	}
	return ""
}

// settings are what the server shows of the plugin's settings, by lower-case key.
func settings(t *testing.T) map[string]any {
	t.Helper()
	config, _, err := shared.Mattermost.Client().GetConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	for key, value := range config.PluginSettings.Plugins[catalog.PluginID] {
		all[strings.ToLower(key)] = value
	}
	return all
}

// change edits one of the plugin's settings in the System Console.
func change(t *testing.T, key string, value any) {
	t.Helper()
	config, _, err := shared.Mattermost.Client().GetConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	config.PluginSettings.Plugins[catalog.PluginID][key] = value
	body, err := json.Marshal(map[string]any{"PluginSettings": map[string]any{"Plugins": config.PluginSettings.Plugins}})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := shared.Mattermost.Client().DoAPIPut(t.Context(), "/config/patch", string(body))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

// bot is the account that examples make.
func bot() map[string]any {
	return map[string]any{"user_principal_name": "bridge@demo.example", "usage_location": "US", "license_skus": []string{"TEAMS_ENTERPRISE"}}
}

const botPassword = "Bridge-Pass-1"

// status is what the plugin says about itself.
type status struct {
	State       string
	Bridging    bool
	Credentials struct{ State, Error string }
}

func pluginStatus(t *testing.T) (s status) {
	t.Helper()
	code, answer, err := shared.CallPlugin(t.Context(), http.MethodGet, "/api/v1/status", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(answer, &s); err != nil {
		t.Fatal(fmt.Errorf("HTTP %d: %w: %s", code, err, answer))
	}
	return s
}

// bridging waits until messages travel.
func bridging(t *testing.T) {
	t.Helper()
	var last status
	eventually(t, func() bool {
		last = pluginStatus(t)
		return last.State == "running" && last.Bridging && last.Credentials.State == "accepted"
	}, func() string { return fmt.Sprintf("the plugin to carry messages; it says %+v", last) })
}
