// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// A drift is one thing that somebody changes behind Terraform's back, and what a pipeline gets to see of it.
type drift struct {
	what   string
	change func()
	seen   []string // resource.attribute of each planned change, or "resource (create)"
	end    func()   // for what is only reported: ends it. Everything else ends with an apply
}

// TestAccEveryDriftIsNamed: each change gives plan -detailed-exitcode 2 and is named, an apply undoes it, and then the
// plan is empty. What is only reported stays until it is gone.
func TestAccEveryDriftIsNamed(t *testing.T) {
	site := newDeclaredSite(t, "drift")
	site.environment = append(site.environment, "TF_LOG=off")
	site.run("apply", "-auto-approve", "-no-color")
	if seen := site.plan(); len(seen) > 0 {
		t.Fatalf("after the first apply the plan changes %v\n%s", seen, site.output.Bytes())
	}
	for _, d := range slices.Concat(site.entraDrifts(), site.serverDrifts(), site.bridgeDrifts()) {
		t.Run(d.what, func(t *testing.T) {
			site.on(t)
			d.change()
			if seen := site.plan(); !slices.Equal(seen, d.seen) {
				t.Errorf("the plan changes %v, want %v\n%s", seen, d.seen, site.output.Bytes())
			}
			site.run("apply", "-auto-approve", "-no-color")
			if d.end != nil {
				if seen := site.plan(); !slices.Equal(seen, d.seen) {
					t.Errorf("after an apply the plan changes %v, want still %v", seen, d.seen)
				}
				d.end()
			}
			if seen := site.plan(); len(seen) > 0 {
				t.Errorf("at the end the plan changes %v", seen)
			}
		})
	}
	site.on(t)
	site.run("destroy", "-auto-approve", "-no-color")
}

// plan returns what a plan changes, as in drift.seen, and checks that the exit code says the same.
func (s *declaredSite) plan() (seen []string) {
	s.t.Helper()
	code := s.exit("plan", "-detailed-exitcode", "-no-color", "-input=false", "-out=plan")
	shown := exec.CommandContext(s.t.Context(), os.Getenv("TF_ACC_TERRAFORM_PATH"), "show", "-json", "plan")
	shown.Dir, shown.Env = s.folder, s.environment
	document, err := shown.Output()
	if err != nil {
		s.t.Fatal(err)
	}
	var plan tfjson.Plan
	if err := json.Unmarshal(document, &plan); err != nil {
		s.t.Fatal(err)
	}
	for _, change := range plan.ResourceChanges {
		resource := strings.TrimPrefix(change.Type, "msteamssync_")
		switch actions := change.Change.Actions; {
		case actions.NoOp():
		case actions.Update():
			for _, attribute := range changedAttributes(change.Change) {
				seen = append(seen, resource+"."+attribute)
			}
		default:
			seen = append(seen, fmt.Sprintf("%s (%v)", resource, actions[0]))
		}
	}
	slices.Sort(seen)
	if (code == 2) != (len(seen) > 0) {
		s.t.Fatalf("the plan changes %v, but the exit code is %d\n%s", seen, code, s.output.Bytes())
	}
	return seen
}

func changedAttributes(change *tfjson.Change) []string {
	before, _ := change.Before.(map[string]any)
	after, _ := change.After.(map[string]any)
	unknown, _ := change.AfterUnknown.(map[string]any)
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if unknown[name] == true || !reflect.DeepEqual(before[name], after[name]) {
			changed = append(changed, name)
		}
	}
	return changed
}

// exit runs Terraform and returns the exit code, of which 1 fails the test.
func (c *cli) exit(arguments ...string) int {
	c.t.Helper()
	command := exec.CommandContext(c.t.Context(), os.Getenv("TF_ACC_TERRAFORM_PATH"), arguments...)
	command.Dir, command.Env = c.folder, c.environment
	out, err := command.CombinedOutput()
	c.output.Write(out)
	var failed *exec.ExitError
	if err != nil && (!errors.As(err, &failed) || failed.ExitCode() == 1) {
		c.t.Fatalf("terraform %s: %v\n%s", strings.Join(arguments, " "), err, out)
	}
	return command.ProcessState.ExitCode()
}

// secretRenewed is what a rotation changes, beside the reason for it.
func secretRenewed() []string {
	var seen []string
	for _, attribute := range append([]string{"status"}, renewed...) {
		seen = append(seen, "client_secret."+attribute)
	}
	slices.Sort(seen)
	return seen
}

// entraDrifts happen in the Azure portal.
func (s *declaredSite) entraDrifts() []drift {
	id := func() string { return fmt.Sprint(s.entra.application(s.name)["id"]) }
	principal := func() string { return fmt.Sprint(s.entra.principal(s.entra.application(s.name)["appId"])["id"]) }
	application := func(body object) func() {
		return func() { s.entra.do("PATCH", "/v1.0/applications/"+id(), body) }
	}
	user := func(body object) func() {
		return func() { s.entra.do("PATCH", "/v1.0/users/"+s.bot, body) }
	}
	grants := func() granted { return granted{s.entra, principal(), s.entra.principal(catalog.GraphAppID)["id"]} }
	evil := []string{"https://evil.example.com/callback"}
	written, _ := selfSigned(s.t)
	block, _ := pem.Decode([]byte(written))
	certificate := base64.StdEncoding.EncodeToString(block.Bytes)
	var secondSecret, userGrant string
	return []drift{
		{what: "implicit grant switched on", change: application(object{"web": object{"implicitGrantSettings": object{"enableAccessTokenIssuance": true}}}), seen: []string{"application.implicit_access_tokens_enabled"}},
		{what: "web redirect URI added", change: application(object{"web": object{"redirectUris": append([]string{catalog.PluginURL(shared.Mattermost.URL, catalog.RouteRedirect)}, evil...)}}), seen: []string{"application.redirect_uris"}},
		{what: "redirect URI of a single-page application added", change: application(object{"spa": object{"redirectUris": evil}}), seen: []string{"application.spa_redirect_uris"}},
		{what: "native redirect URI added", change: application(object{"publicClient": object{"redirectUris": []string{"http://localhost"}}}), seen: []string{"application.public_client_redirect_uris"}},
		{what: "public client flows allowed", change: application(object{"isFallbackPublicClient": true}), seen: []string{"application.public_client_flows_enabled"}},
		{what: "requested permissions cleared", change: application(object{"requiredResourceAccess": []object{}}), seen: []string{"application.application_permissions", "application.delegated_permissions"}},
		{what: "service principal disabled", change: func() {
			s.entra.do("PATCH", "/v1.0/servicePrincipals/"+principal(), object{"accountEnabled": false})
		}, seen: []string{"application.service_principal_enabled"}},
		{what: "owner added", change: func() {
			blake, _ := shared.Emulator.Directory().User("blake@demo.example")
			s.entra.do("POST", "/v1.0/applications/"+id()+"/owners/$ref", object{"@odata.id": shared.Emulator.URL() + "/v1.0/directoryObjects/" + blake.ID})
		}, seen: []string{"application.owners"}},
		{what: "certificate added", change: application(object{"keyCredentials": []object{{
			"type": "AsymmetricX509Cert", "usage": "Verify", "displayName": "by hand", "key": certificate,
		}}}), seen: []string{"application.foreign_credentials"}, end: application(object{"keyCredentials": []object{}})},
		{what: "second secret added", change: func() {
			added := s.entra.do("POST", "/v1.0/applications/"+id()+"/addPassword", object{"passwordCredential": object{"displayName": "by hand"}})
			secondSecret = fmt.Sprint(added["keyId"])
		}, seen: []string{"application.foreign_credentials"}, end: func() {
			s.entra.do("POST", "/v1.0/applications/"+id()+"/removePassword", object{"keyId": secondSecret})
		}},
		{what: "federated credential added", change: func() {
			s.entra.do("POST", "/v1.0/applications/"+id()+"/federatedIdentityCredentials", object{
				"name": "by-hand", "issuer": "https://token.example.com", "subject": "repo:somebody/else", "audiences": []string{"api://AzureADTokenExchange"},
			})
		}, seen: []string{"application.foreign_credentials"}, end: func() {
			s.entra.do("DELETE", "/v1.0/applications/"+id()+"/federatedIdentityCredentials/by-hand", nil)
		}},
		{what: "secret removed", change: func() {
			key := s.entra.application(s.name)["passwordCredentials"].([]any)[0].(object)["keyId"]
			s.entra.do("POST", "/v1.0/applications/"+id()+"/removePassword", object{"keyId": key})
		}, seen: secretRenewed()},
		{what: "secret expired", change: func() {
			key := s.entra.application(s.name)["passwordCredentials"].([]any)[0].(object)["keyId"]
			if err := shared.Emulator.Directory().ExpirePassword(id(), fmt.Sprint(key)); err != nil {
				s.t.Fatal(err)
			}
		}, seen: secretRenewed()},
		{what: "grant narrowed", change: func() { grants().setScope("User.Read") }, seen: []string{"admin_consent.delegated"}},
		{what: "grant widened", change: func() { grants().setScope(strings.Join(append(catalog.Guide(catalog.Delegated), "Mail.Read"), " ")) }, seen: []string{"admin_consent.delegated"}},
		{what: "app role added", change: func() { grants().assign(idOf(s.t, catalog.Application, "Chat.ReadWrite.All")) }, seen: []string{"admin_consent.application"}},
		{what: "app role removed", change: func() { grants().unassign() }, seen: []string{"admin_consent.application"}},
		{what: "grant of a single user added", change: func() {
			alex, _ := shared.Emulator.Directory().User("alex@demo.example")
			added := s.entra.do("POST", "/v1.0/oauth2PermissionGrants", object{
				"clientId": principal(), "consentType": "Principal", "principalId": alex.ID, "resourceId": grants().graph, "scope": "Mail.Read",
			})
			userGrant = fmt.Sprint(added["id"])
		}, seen: []string{"admin_consent.foreign_user_grants"}, end: func() { s.entra.do("DELETE", "/v1.0/oauth2PermissionGrants/"+userGrant, nil) }},
		{what: "bot account disabled", change: user(object{"accountEnabled": false}), seen: []string{"bot_user.account_enabled"}},
		{what: "bot account renamed", change: user(object{"displayName": "Somebody"}), seen: []string{"bot_user.display_name"}},
		{what: "bot's licence lost", change: func() {
			s.entra.do("POST", "/v1.0/users/"+s.bot+"/assignLicense", object{"addLicenses": []any{}, "removeLicenses": []any{skuID(s.entra, "TEAMS_ENTERPRISE")}})
		}, seen: []string{"bot_user.license_skus"}},
		{what: "account unlinked from billing", change: func() {
			s.entra.do("DELETE", "/subscriptions/"+subscriptionID+"/resourceGroups/msteams-sync/providers/Microsoft.GraphServices/accounts/"+s.name+accountsAPI, nil)
		}, seen: []string{"metered_billing (create)"}},
	}
}

// serverDrifts happen in the System Console.
func (s *declaredSite) serverDrifts() []drift {
	console := func(changes map[string]any) func() { return func() { s.server.change(changes) } }
	siteURL := func(address string) func() {
		return func() {
			if err := setSiteURL(s.t.Context(), address); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	return []drift{
		{what: "plugin disabled", change: func() {
			if _, err := s.server.client.DisablePlugin(s.t.Context(), catalog.PluginID); err != nil {
				s.t.Fatal(err)
			}
		}, seen: []string{"plugin.enabled", "plugin.state"}},
		{what: "another version installed", change: func() { s.server.upload(s.other) }, seen: []string{"plugin.version"}},
		{what: "setting changed", change: console(map[string]any{"syncreactions": true}), seen: []string{"plugin_config.sync_reactions"}},
		{what: "setting removed", change: console(map[string]any{"tenantid": nil}), seen: []string{"plugin_config.tenant_id"}},
		{what: "metered switched to evaluation", change: console(map[string]any{"evaluationapi": true}), seen: []string{"plugin_config.billing_model"}},
		{what: "client secret replaced", change: console(map[string]any{"clientsecret": "typed-by-hand"}), seen: secretRenewed()},
		{what: "client secret removed", change: console(map[string]any{"clientsecret": nil}), seen: secretRenewed()},
		// The running plugin knows the key that is gone, so that the bot stays connected.
		{what: "encryption key removed", change: console(map[string]any{"encryptionkey": nil}), seen: []string{"plugin.generated_secrets"}},
		{what: "webhook secret replaced", change: console(map[string]any{"webhooksecret": "typed-by-hand-typed-by-hand-1234"}), seen: []string{"plugin.generated_secrets"}},
		{what: "site URL changed", change: siteURL("https://elsewhere.example.com"), seen: []string{"plugin_config.site_url"}, end: siteURL(shared.Mattermost.URL)},
	}
}

// bridgeDrifts happen with slash commands and the plugin's own pages.
func (s *declaredSite) bridgeDrifts() []drift {
	link := func(l channelPair) {
		tellPlugin(s.t, http.MethodPost, "/api/v1/links", http.StatusCreated, object{"channel_id": l.mattermost, "teams_team_id": l.team, "teams_channel_id": l.channel})
	}
	unlink := func(l channelPair) {
		tellPlugin(s.t, http.MethodDelete, "/api/v1/links/"+l.mattermost, http.StatusNoContent, nil)
	}
	return []drift{
		{what: "link removed", change: func() { unlink(s.links[0]) }, seen: []string{"channel_link (create)"}},
		{what: "link added", change: func() { link(s.links[1]) }, seen: []string{"channel_links_exclusive.unmanaged_links"}},
		{what: "link moved", change: func() {
			unlink(s.links[0])
			link(channelPair{s.links[0].mattermost, s.links[1].team, s.links[1].channel})
		}, seen: []string{"channel_link (delete)"}},
		{what: "approved account withdrawn", change: func() {
			tellPlugin(s.t, http.MethodDelete, "/api/v1/account-mappings/"+s.userID, http.StatusNoContent, nil)
		}, seen: []string{"account_mapping (create)"}},
		{what: "bot disconnected", change: func() {
			bot, _ := shared.Emulator.Directory().User(s.bot)
			tellPlugin(s.t, http.MethodDelete, "/api/v1/bots/"+bot.ID, http.StatusNoContent, nil)
		}, seen: []string{"bot_connection.connected"}},
		{what: "somebody added to the whitelist", change: func() {
			tellPlugin(s.t, http.MethodPut, "/api/v1/whitelist", http.StatusOK, object{"users": []string{s.name + "@demo.example", "admin"}})
		}, seen: []string{"connection_whitelist.users"}},
	}
}
