// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/signin"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// handmade is an installation that a person made, by the set-up guide, in the portals and the System Console.
type handmade struct {
	client, object, key, secret string
	bot, billing                string
	team                        *model.Team // of Mattermost, that takes part
}

const handmadeBot = "hand@demo.example"

// makeByHand makes everything without Terraform, with the bundle that 'make bundle' puts inside the provider.
func makeByHand(t *testing.T) handmade {
	t.Helper()
	portal, system := openPortal(t, shared.Emulator), openConsole(t)
	var access []object
	for kind, permissions := range map[string][]string{"Scope": permissionGUIDs(catalog.Delegated), "Role": permissionGUIDs(catalog.Application)} {
		for _, id := range permissions {
			access = append(access, object{"id": id, "type": kind})
		}
	}
	app := portal.do(http.MethodPost, "/v1.0/applications", object{
		"displayName": "Made by hand", "signInAudience": "AzureADMyOrg",
		"web":                    object{"redirectUris": []string{catalog.PluginURL(shared.Mattermost.URL, catalog.RouteRedirect), "https://second.example.com/callback"}},
		"requiredResourceAccess": []object{{"resourceAppId": catalog.GraphAppID, "resourceAccess": access}},
	})
	principal := portal.do(http.MethodPost, "/v1.0/servicePrincipals", object{"appId": app["appId"]})
	graph := portal.principal(catalog.GraphAppID)["id"]
	portal.do(http.MethodPost, "/v1.0/oauth2PermissionGrants", object{
		"clientId": principal["id"], "resourceId": graph, "consentType": "AllPrincipals", "scope": strings.Join(catalog.Guide(catalog.Delegated), " "),
	})
	for _, role := range permissionGUIDs(catalog.Application) {
		portal.do(http.MethodPost, fmt.Sprintf("/v1.0/servicePrincipals/%v/appRoleAssignedTo", graph), object{"principalId": principal["id"], "resourceId": graph, "appRoleId": role})
	}
	key := portal.do(http.MethodPost, fmt.Sprintf("/v1.0/applications/%v/addPassword", app["id"]), object{"passwordCredential": object{}})
	user := portal.do(http.MethodPost, "/v1.0/users", object{
		"userPrincipalName": handmadeBot, "displayName": "Bridge", "mailNickname": "hand", "accountEnabled": true, "usageLocation": "US",
		"passwordProfile": object{"password": "Hand-Made-1", "forceChangePasswordNextSignIn": false},
	})
	portal.do(http.MethodPost, fmt.Sprintf("/v1.0/users/%v/assignLicense", user["id"]), object{
		"addLicenses": []any{object{"skuId": skuID(portal, "TEAMS_ENTERPRISE"), "disabledPlans": []any{}}}, "removeLicenses": []any{},
	})
	portal.do(http.MethodPost, "/subscriptions/"+subscriptionID+"/providers/Microsoft.GraphServices/register?api-version=2021-04-01", nil)
	made := handmade{
		client: app["appId"].(string), object: app["id"].(string), key: key["keyId"].(string), secret: key["secretText"].(string), bot: handmadeBot,
		billing: strings.Replace(accountPath, "/bridge", "/by-hand", 1),
	}
	portal.link(made.billing, made.client)
	t.Cleanup(func() {
		portal.try(http.MethodDelete, made.billing+accountsAPI, nil)
		portal.try(http.MethodDelete, fmt.Sprintf("/v1.0/users/%v", user["id"]), nil)
		portal.try(http.MethodDelete, fmt.Sprintf("/v1.0/applications/%v", app["id"]), nil)
	})
	var err error
	if made.team, err = shared.Mattermost.NewTeam(t.Context(), unique("team")); err != nil {
		t.Fatal(err)
	}
	bundles, err := filepath.Glob("bundle/dist/*.tar.gz")
	if err != nil || len(bundles) != 1 {
		t.Fatalf("the provider holds the bundles %v, want one: run make bundle BUNDLE_ARCH=host", bundles)
	}
	system.upload(bundles[0])
	system.save(map[string]any{
		"tenantid": tenantID, "clientid": made.client, "clientsecret": made.secret, "encryptionkey": "made-by-hand-made-by-hand-made-b", "webhooksecret": "hooked-by-hand-hooked-by-hand-ho",
		"cloud": "custom", "loginurl": shared.Emulator.URL(), "graphurl": shared.Emulator.URL(), "cacertificates": string(shared.Emulator.CAPEM()),
		"evaluationapi": true, "syncreactions": true, "syncdirectmessages": true, "syncusers": 30, "enabledteams": "one," + made.team.Name,
	})
	return made
}

// keptByHand is what a person made in the plugin.
type keptByHand struct {
	town, square    string // ids of linked channels
	user, secondBot string // names
}

// useByHand has a system admin use the plugin that was made by hand: link channels, approve accounts, connect bots.
func useByHand(t *testing.T, made handmade) keptByHand {
	t.Helper()
	b := &bridge{console: openConsole(t), team: made.team}
	eventually(t, "the plugin to run", func() bool { return b.pluginStatus().State == "running" })
	b.clear()
	t.Cleanup(b.clear)
	team, channels := b.teamsTeam(unique("By Hand"), "Bridge", "Other")
	kept := keptByHand{town: b.channel("town").Id, square: b.channel("square").Id}
	b.link(kept.town, team, channels["Bridge"])
	b.link(kept.square, team, channels["Other"])
	b.do(http.MethodPut, "/api/v1/whitelist", object{"users": []string{"alex", "dana@demo.example"}})
	user, err := shared.Mattermost.NewUser(t.Context(), unique("dana"))
	if err != nil {
		t.Fatal(err)
	}
	kept.user = user.Username
	b.do(http.MethodPut, "/api/v1/account-mappings/"+user.ID, object{"teams_user": newBot(t, "Other-Pass-1")})
	bot := newBot(t, directory.DemoPassword)
	b.connectByHand(bot)
	kept.secondBot = strings.TrimSuffix(bot, "@demo.example")
	if err := shared.ConnectBot(t.Context(), b.channel("bots").Id, signin.Credentials{Login: made.bot, Password: "Hand-Made-1"}); err != nil {
		t.Fatal(err)
	}
	certificate := b.do(http.MethodPost, "/api/v1/certificates", object{"subject": "CN=By Hand", "valid_for_seconds": 4000 * 3600})
	openPortal(t, shared.Emulator).registerCertificate(made.object, certificate["certificate_pem"].(string))
	return kept
}

// newHandmadeCLI is a folder whose environment holds the credentials of both sides.
func newHandmadeCLI(t *testing.T) *cli {
	t.Helper()
	c := newCLI(t, "")
	if err := os.Remove(filepath.Join(c.folder, "main.tf")); err != nil {
		t.Fatal(err)
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := shared.Emulator.WriteCA(ca); err != nil {
		t.Fatal(err)
	}
	address := shared.Emulator.URL()
	c.environment = append(c.environment,
		"ARM_TENANT_ID="+tenantID, "ARM_CLIENT_ID="+provisionerID, "ARM_CLIENT_SECRET="+provisionerKey, "ARM_SUBSCRIPTION_ID="+subscriptionID, "ARM_CA_CERTIFICATES_PATH="+ca,
		"AZURE_AUTHORITY_HOST="+address, "ARM_MSGRAPH_ENDPOINT="+address, "ARM_RESOURCE_MANAGER_ENDPOINT="+address,
		"MM_URL="+shared.Mattermost.URL, "MM_TOKEN="+shared.Mattermost.AdminToken)
	return c
}

// provider runs the provider itself, as a person does.
func (c *cli) provider(arguments ...string) (string, error) {
	c.t.Helper()
	command := exec.CommandContext(c.t.Context(), c.program, arguments...)
	command.Dir, command.Env = c.folder, c.environment
	out, err := command.CombinedOutput()
	return string(out), err
}

// TestAccGenerate: what the command writes for an installation made by hand is formatted, holds no secret and no default,
// and plans imports and nothing else.
func TestAccGenerate(t *testing.T) {
	made := makeByHand(t)
	kept := useByHand(t, made)
	cli := newHandmadeCLI(t)
	out, err := cli.provider("generate", "--client-id", made.client, "--mattermost-url", shared.Mattermost.URL, "--bot", made.bot)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	written := map[string]string{}
	for _, name := range []string{"main.tf", "import.tf"} {
		content, err := os.ReadFile(filepath.Join(cli.folder, name))
		if err != nil {
			t.Fatal(err)
		}
		written[name] = string(content)
		for _, secret := range []string{made.secret, provisionerKey, shared.Mattermost.AdminToken, "made-by-hand-", "hooked-by-hand-", "Hand-Made-1", "Placeholder"} {
			if strings.Contains(out+string(content), secret) {
				t.Errorf("%s holds a secret", name)
			}
		}
	}
	main := written["main.tf"]
	for _, words := range []string{
		"resource \"msteamssync_admin_consent\" \"this\" {\n  client_id = msteamssync_application.this.client_id\n}",
		`display_name        = "Made by hand"`, `extra_redirect_uris = ["https://second.example.com/callback"]`, `license_skus        = ["TEAMS_ENTERPRISE"]`,
		"resource \"msteamssync_plugin\" \"this\" {}", "depends_on = [msteamssync_plugin.this", `enabled_teams`, "<<EOT\n-----BEGIN CERTIFICATE-----",
		"resource \"msteamssync_metered_billing\" \"this\"", "resource \"msteamssync_client_secret\" \"this\"",
		`resource "msteamssync_client_certificate" "this" {`, `subject   = "CN=By Hand"`, `valid_for = "4000h"`,
		fmt.Sprintf("resource \"msteamssync_channel_link\" \"%s_town\" {\n  mattermost_channel_id = %q", made.team.Name, kept.town),
		fmt.Sprintf("resource \"msteamssync_channel_link\" \"%s_square\" {\n  mattermost_channel_id = %q", made.team.Name, kept.square),
		fmt.Sprintf("msteamssync_channel_link.%s_town.mattermost_channel_id", made.team.Name), `users = ["alex", "dana@demo.example"]`,
		fmt.Sprintf("resource \"msteamssync_account_mapping\" %q {\n  mattermost_user = %[1]q", kept.user),
		`resource "msteamssync_bot_connection" "hand" {`, fmt.Sprintf("resource \"msteamssync_bot_connection\" %q {", kept.secondBot),
	} {
		if !strings.Contains(main, words) {
			t.Errorf("main.tf lacks %s", words)
		}
	}
	for _, words := range []string{"sign_in_audience", "delegated_permissions", "account_enabled", "mail_nickname", "bundle_sha256", "password", "_wo", "deletion_protection", "created_at"} {
		if strings.Contains(main, words) {
			t.Errorf("main.tf holds %s, which is a default or write-only", words)
		}
	}
	if t.Failed() {
		t.Log(main)
	}
	cli.run("fmt", "-check", "-diff")
	cli.output.Reset()
	cli.run("plan")
	if said := cli.output.String(); !strings.Contains(said, "15 to import, 0 to add, 0 to change, 0 to destroy") {
		t.Errorf("the plan is not empty but for the imports:\n%s", said)
	}
	cli.run("apply", "-auto-approve")
	cli.run("plan", "-detailed-exitcode")
	if out, err := cli.provider("generate", "--client-id", made.client); err == nil || !strings.Contains(out, "is there already") {
		t.Errorf("the files were written over: %s", out)
	}
	cli.run("destroy", "-auto-approve")
}

// TestAccGenerateConfigOut: the same installation by Terraform's own means: the ids that a person can see, and nothing else.
func TestAccGenerateConfigOut(t *testing.T) {
	made := makeByHand(t)
	cli := newHandmadeCLI(t)
	text := `
terraform {
  required_providers {
    msteamssync = { source = "msteamssync/msteamssync" }
  }
}
`
	for kind, id := range map[string]string{
		"application": made.client, "admin_consent": made.client, "bot_user": made.bot, "metered_billing": made.billing,
		"client_secret": made.client + "/" + made.key, "plugin": catalog.PluginID, "plugin_config": catalog.PluginID,
	} {
		text += fmt.Sprintf("import {\n  to = msteamssync_%s.this\n  id = %q\n}\n", kind, id)
	}
	cli.write(filepath.Join(cli.folder, "import.tf"), text)
	cli.run("plan", "-generate-config-out=generated.tf")
	cli.output.Reset()
	cli.run("plan")
	if said := cli.output.String(); !strings.Contains(said, "7 to import, 0 to add, 0 to change, 0 to destroy") {
		t.Errorf("the plan of the generated configuration is not empty:\n%s", said)
	}
	cli.run("apply", "-auto-approve")
	cli.run("plan", "-detailed-exitcode")
}

// TestAccGenerateWithoutThePlugin: what only a running plugin knows is left out and said, and the rest is written.
func TestAccGenerateWithoutThePlugin(t *testing.T) {
	made := makeByHand(t)
	(&bridge{console: openConsole(t)}).disable()
	cli := newHandmadeCLI(t)
	out, err := cli.provider("generate", "--client-id", made.client, "--mattermost-url", shared.Mattermost.URL)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, words := range []string{"could not be asked for all that it keeps", "msteamssync_channel_link", "msteamssync_bot_connection", "write the files once more"} {
		if !strings.Contains(out, words) {
			t.Errorf("the command does not speak of %q:\n%s", words, out)
		}
	}
	main, err := os.ReadFile(filepath.Join(cli.folder, "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(main), `resource "msteamssync_plugin_config" "this"`) || strings.Contains(string(main), `resource "msteamssync_channel_link"`) {
		t.Errorf("main.tf is\n%s", main)
	}
}

func TestAccGenerateSpeaksClearly(t *testing.T) {
	cli := newHandmadeCLI(t)
	for name, test := range map[string]struct {
		arguments []string
		says      string
	}{
		"unknown application": {[]string{"--client-id", "44444444-4444-4444-8444-444444444444"}, `no app registration with the client id 44444444`},
		"not a client id":     {[]string{"--client-id", "bridge"}, `is not a GUID`},
		"unknown bot":         {[]string{"--bot", "nobody@demo.example"}, `No user of the tenant has the user principal name`},
		"not an account":      {[]string{"--billing", "bridge"}, `it looks like /subscriptions/`},
		"unknown option":      {[]string{"--clientid", "x"}, `Usage: terraform-provider-msteamssync generate`},
		"stray argument":      {[]string{"everything"}, `Unexpected argument "everything"`},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := cli.provider(append([]string{"generate"}, test.arguments...)...)
			if err == nil || !strings.Contains(out, test.says) {
				t.Errorf("%v says %s", test.arguments, out)
			}
			if left, _ := filepath.Glob(filepath.Join(cli.folder, "*.tf")); len(left) > 0 {
				t.Errorf("%v was written", left)
			}
		})
	}
	if out, err := cli.provider("version"); err != nil || out != versionOfThisBuild(t) {
		t.Errorf("version: %v %q, want %q", err, out, versionOfThisBuild(t))
	}
	for _, arguments := range [][]string{{"help"}, {"--help"}, {"generate", "--help"}} {
		out, err := cli.provider(arguments...)
		if err != nil || !bytes.Contains([]byte(out), []byte("generate")) {
			t.Errorf("%v: %v %q", arguments, err, out)
		}
	}
	if out, err := cli.provider("generat"); err == nil || !strings.Contains(out, `There is no command "generat"`) {
		t.Errorf("%q", out)
	}
}

// versionOfThisBuild is what the command version says of a provider with the bundle that make bundle has built.
func versionOfThisBuild(t *testing.T) string {
	t.Helper()
	bundles, err := filepath.Glob("bundle/dist/*.tar.gz")
	if err != nil || len(bundles) != 1 {
		t.Fatalf("bundles: %v, %v; run make bundle", bundles, err)
	}
	content, err := os.ReadFile(bundles[0])
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile("../plugin/plugin.json")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`"version": "([^"]+)"`).FindSubmatch(manifest)
	return fmt.Sprintf("terraform-provider-msteamssync dev\nplugin bundle: %s %s, sha256 %x\n", catalog.PluginID, version[1], sha256.Sum256(content))
}
