// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// foreignURI is what somebody adds by hand: a place to which Entra would then hand out log-in codes.
const foreignURI = "https://attacker.example/oauth-redirect"

// planFile is where checks keep a plan, to look for secrets in it.
const planFile = "demo.tfplan"

func (d *demo) checks() []step {
	return []step{
		{"terraform plan -detailed-exitcode says 0: nothing to change", d.planEmpty},
		{"somebody adds a redirect URI through Graph, behind Terraform's back", d.addRedirectURI},
		{"terraform plan -detailed-exitcode says 2 and names the redirect URI", d.planNamesTheURI},
		{"terraform apply takes it out again", d.heal},
		{"terraform plan -detailed-exitcode says 0 again", d.planEmpty},
		{"what cannot work is refused in clear words", d.badInput},
		{"no secret in state, plan or any log", d.noSecrets},
		{"terraform destroy is refused while deletion_protection stands", d.protected},
		{"without it, terraform destroy leaves neither registration, bot, settings nor plugin", d.destroy},
	}
}

func (d *demo) plan(ctx context.Context, wanted int) (string, error) {
	result, err := d.workspace.RunLogged(ctx, "plan", "-detailed-exitcode", "-out="+planFile)
	if err != nil {
		return "", err
	}
	if result.ExitCode != wanted {
		return "", fmt.Errorf("terraform plan ended with %d, want %d:\n%s", result.ExitCode, wanted, result.Output)
	}
	return result.Output, nil
}

func (d *demo) planEmpty(ctx context.Context) error {
	_, err := d.plan(ctx, 0)
	return err
}

func (d *demo) addRedirectURI(ctx context.Context) error {
	app, err := d.registration()
	if err != nil {
		return err
	}
	token, err := d.graphToken(ctx)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"web": map[string]any{"redirectUris": append(app.Web.RedirectURIs, foreignURI)}})
	if err != nil {
		return fmt.Errorf("write the change: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPatch, d.stack.Emulator.URL()+"/v1.0/applications/"+app.ID, strings.NewReader(string(body)))
	if err != nil {
		return fmt.Errorf("change the registration: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := d.stack.Emulator.HTTPClient().Do(req)
	if err != nil {
		return fmt.Errorf("change the registration: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("change the registration: Graph answers %s", resp.Status)
	}
	d.note("PATCH /applications/%s adds %s", app.ID, foreignURI)
	return nil
}

// graphToken signs in as the provisioning application, as a script of an administrator would.
func (d *demo) graphToken(ctx context.Context) (string, error) {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {directory.DemoProvisionerAppID}, "client_secret": {directory.DemoProvisionerSecret},
		"scope": {"https://graph.microsoft.com/.default"},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.stack.Emulator.URL()+"/"+directory.DemoTenantID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := d.stack.Emulator.HTTPClient().Do(req)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	defer resp.Body.Close()
	var answer struct {
		Token       string `json:"access_token"`
		Description string `json:"error_description"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	if answer.Token == "" {
		return "", fmt.Errorf("sign in: %s", answer.Description)
	}
	return answer.Token, nil
}

func (d *demo) planNamesTheURI(ctx context.Context) error {
	output, err := d.plan(ctx, 2)
	if err != nil {
		return err
	}
	if !strings.Contains(output, foreignURI) {
		return fmt.Errorf("the plan does not name %s:\n%s", foreignURI, output)
	}
	for line := range strings.Lines(output) {
		if strings.Contains(line, foreignURI) || strings.HasPrefix(line, "Plan:") {
			d.note("%s", line)
		}
	}
	return nil
}

func (d *demo) heal(ctx context.Context) error {
	if _, err := d.workspace.RunLogged(ctx, "apply", "-auto-approve"); err != nil {
		return err
	}
	app, err := d.registration()
	if err != nil {
		return err
	}
	if slices.Contains(app.Web.RedirectURIs, foreignURI) {
		return fmt.Errorf("%s is still registered", foreignURI)
	}
	return nil
}

// registration is the one that Terraform made.
func (d *demo) registration() (directory.Application, error) {
	for _, app := range d.stack.Emulator.Directory().Applications() {
		if slices.ContainsFunc(app.Web.RedirectURIs, func(uri string) bool { return strings.HasSuffix(uri, catalog.PluginID+catalog.RouteRedirect) }) {
			return app, nil
		}
	}
	return directory.Application{}, errors.New("there is no app registration with the plugin's redirect URI")
}

func (d *demo) protected(ctx context.Context) error {
	said, err := d.workspace.Refused(ctx, nil, "destroy", "-auto-approve")
	if err != nil {
		return err
	}
	if !strings.Contains(said, "protected from deletion") {
		return fmt.Errorf("terraform destroy was refused for another reason:\n%s", said)
	}
	_, err = d.registration()
	return err
}

func (d *demo) destroy(ctx context.Context) error {
	d.workspace.Set("TF_VAR_deletion_protection", "false")
	if _, err := d.workspace.RunLogged(ctx, "apply", "-auto-approve"); err != nil {
		return err
	}
	if _, err := d.workspace.RunLogged(ctx, "destroy", "-auto-approve"); err != nil {
		return err
	}
	if app, err := d.registration(); err == nil {
		return fmt.Errorf("app registration %s is left", app.AppID)
	}
	if user, ok := d.stack.Emulator.Directory().User(botLogin); ok {
		return fmt.Errorf("user %s is left", user.UserPrincipalName)
	}
	plugins, _, err := d.stack.Mattermost.Client().GetPlugins(ctx)
	if err != nil {
		return fmt.Errorf("list the plugins: %w", err)
	}
	for _, plugin := range append(plugins.Active, plugins.Inactive...) {
		if plugin.Id == catalog.PluginID {
			return errors.New("the plugin is left")
		}
	}
	return nil
}
