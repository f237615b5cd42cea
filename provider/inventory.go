// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/billing"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// Installation says where an installation is that somebody made by hand. What is empty is left out.
type Installation struct {
	ClientID      string // of the app registration
	MattermostURL string // "" = MM_URL
	Bot           string // user principal name or object id of the bot account
	Billing       string // ARM id of the billing account; "" = looked up in the subscription of the environment
}

// Import is one existing object and the id that its resource imports it by.
type Import struct {
	Type, ID string
	Name     string // tells it from others of the type, for people; "" = there is one of the type
}

// Inventory is what an installation has.
type Inventory struct {
	Imports []Import // in the order in which the resources depend on each other
	Notes   []string // what is there and cannot be imported, or was not found: a sentence or more each
}

// TakeInventory looks an installation up. Credentials come from the environment variables of the provider block.
func TakeInventory(ctx context.Context, of Installation, version string) (Inventory, error) {
	var diags diag.Diagnostics
	s := resolve(ctx, providerModel{}, os.Getenv, &diags)
	if of.MattermostURL != "" {
		s.mattermostURL = of.MattermostURL
	}
	c := connect(s, "terraform-provider-msteamssync/"+version+" generate", &diags)
	var found Inventory
	if of.ClientID != "" || of.Bot != "" || of.Billing != "" {
		c.needEntra(&diags)
	}
	if s.mattermostURL != "" {
		c.needMattermost(&diags)
	}
	if err := errorOf(diags); err != nil {
		return found, err
	}
	if of.ClientID != "" {
		if err := c.inventApplication(ctx, of.ClientID, &found); err != nil {
			return found, err
		}
	}
	if of.Bot != "" {
		found.add("msteamssync_bot_user", of.Bot)
	}
	if err := c.findBilling(ctx, of, &found); err != nil {
		return found, err
	}
	installed := false
	if c.mattermost != nil {
		var err error
		if installed, err = c.findPlugin(ctx, &found); err != nil {
			return found, err
		}
	}
	if of.ClientID != "" {
		if err := c.findSecret(ctx, entra.ClientID(of.ClientID), installed, &found); err != nil {
			return found, err
		}
	}
	if installed {
		found.add("msteamssync_plugin_config", catalog.PluginID)
		if err := c.findKept(ctx, &found); err != nil {
			return found, err
		}
	}
	return found, nil
}

// errorOf makes one error of all in diags; nil = none.
func errorOf(diags diag.Diagnostics) error {
	var all []error
	for _, d := range diags.Errors() {
		all = append(all, fmt.Errorf("%s: %s", d.Summary(), d.Detail()))
	}
	return errors.Join(all...)
}

func (i *Inventory) add(kind, id string) { i.addNamed(kind, id, "") }

func (i *Inventory) addNamed(kind, id, name string) {
	i.Imports = append(i.Imports, Import{Type: kind, ID: id, Name: name})
}

func (i *Inventory) note(format string, args ...any) {
	i.Notes = append(i.Notes, fmt.Sprintf(format, args...))
}

func (c *clients) inventApplication(ctx context.Context, id string, found *Inventory) error {
	if !guidPattern.MatchString(id) {
		return fmt.Errorf("the client id %q is not a GUID; the portal shows it as Application (client) ID", id)
	}
	app, err := c.entra.ApplicationByClientID(ctx, entra.ClientID(id))
	if entra.IsNotFound(err) {
		return fmt.Errorf("the tenant has no app registration with the client id %s: %w", id, err)
	}
	if err != nil {
		return fmt.Errorf("the app registration cannot be read: %w", err)
	}
	found.add("msteamssync_application", string(app.ClientID))
	_, err = c.entra.ServicePrincipalByClientID(ctx, app.ClientID)
	switch {
	case entra.IsNotFound(err):
		found.note("The app registration has no service principal (enterprise application) yet, and therefore no consent. The first apply makes it; declare msteamssync_admin_consent then.")
	case err != nil:
		return fmt.Errorf("the application's service principal cannot be read: %w", err)
	default:
		found.add("msteamssync_admin_consent", string(app.ClientID))
	}
	return nil
}

// findBilling takes the account that is named, or looks for the application's in the environment's subscription.
func (c *clients) findBilling(ctx context.Context, of Installation, found *Inventory) error {
	if of.Billing != "" {
		if _, err := billing.ParseAccountID(of.Billing); err != nil {
			return err
		}
		found.add("msteamssync_metered_billing", of.Billing)
		return nil
	}
	if of.ClientID == "" || c.subscriptionID == "" {
		return nil
	}
	list, err := c.billing.List(ctx, c.subscriptionID)
	if err != nil {
		found.note("Whether the application has a billing account in the subscription %s is not known, because its accounts cannot be listed.", c.subscriptionID)
		return nil //nolint:nilerr // it is said in the file; the rest is worth having
	}
	for _, linked := range list {
		if strings.EqualFold(linked.ClientID, of.ClientID) {
			found.add("msteamssync_metered_billing", linked.ID.String())
		}
	}
	return nil
}

func (c *clients) findPlugin(ctx context.Context, found *Inventory) (installed bool, err error) {
	plugin, err := c.mattermost.Plugin(ctx)
	switch {
	case err != nil:
		return false, fmt.Errorf("the plugin's state cannot be read: %w", err)
	case !plugin.Switched:
		found.note("Plugins are switched off on %s (PluginSettings.Enable), so whether the plugin is installed is not known.", c.mattermost.URL())
		return false, nil
	case !plugin.Installed:
		found.note("The plugin %s is not installed on %s. Declare msteamssync_plugin to install it.", catalog.PluginID, c.mattermost.URL())
		return false, nil
	}
	found.add("msteamssync_plugin", catalog.PluginID)
	return true, nil
}

// findSecret imports the client secret if it is plain which one the plugin has: the only one.
func (c *clients) findSecret(ctx context.Context, id entra.ClientID, installed bool, found *Inventory) error {
	list, err := c.entra.Passwords(ctx, id)
	if err != nil {
		return fmt.Errorf("the client secrets cannot be listed: %w", err)
	}
	if len(list) == 0 {
		return nil
	}
	if len(list) == 1 && installed {
		saved, err := c.mattermost.Settings(ctx)
		if err != nil {
			return fmt.Errorf("the plugin's settings cannot be read: %w", err)
		}
		if secretIsSaved(saved) {
			found.add("msteamssync_client_secret", string(id)+"/"+list[0].KeyID)
			return nil
		}
		found.note("The plugin's settings hold no client secret, so the application's secret %s is not imported: msteamssync_client_secret would make and deliver another one.", list[0].KeyID)
		return nil
	}
	var keys []string
	for _, password := range list {
		keys = append(keys, fmt.Sprintf("  %s/%s  %q, ends %s", id, password.KeyID, password.DisplayName, password.End.UTC().Format(time.DateOnly)))
	}
	found.note("msteamssync_client_secret imports a client secret by one of these ids. Which of them the plugin has cannot be read, and the resource needs the Mattermost side too:\n%s", strings.Join(keys, "\n"))
	return nil
}

func secretIsSaved(saved mattermost.Settings) bool {
	value, present := saved.Lookup(clientSecretKey)
	text, shown := value.Text()
	return present && (!shown || text != "")
}
