// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// checkSecretReceiver makes sure, before a secret exists, that the plugin's settings can take it.
func (c *clients) checkSecretReceiver(ctx context.Context, diags *diag.Diagnostics) bool {
	server := c.mattermost
	plugin, err := server.Plugin(ctx)
	if err != nil {
		diags.AddError("The plugin's state cannot be read", err.Error())
		return false
	}
	if !plugin.Installed {
		diags.AddError("The plugin is not installed",
			fmt.Sprintf("%s has no plugin %s that could take the client secret. Declare msteamssync_plugin and let this resource depend on it.", server.URL(), catalog.PluginID))
		return false
	}
	saved, err := server.Settings(ctx)
	if err == nil {
		err = checkOwner(saved, server)
	}
	if err != nil {
		diags.AddError("The client secret cannot be delivered", err.Error())
		return false
	}
	return true
}

// checkOwner refuses to write a secret that msteamssync_plugin_config manages.
func checkOwner(saved mattermost.Settings, server *mattermost.Server) error {
	for _, key := range splitNames(textOf(saved, managedKeysKey)) {
		if strings.EqualFold(key, clientSecretKey) {
			return fmt.Errorf("the client secret on %s is managed by client_secret_wo of msteamssync_plugin_config; a secret has one owner: remove that argument or this resource", server.URL())
		}
	}
	return nil
}

// textOf is a setting's text, "" when there is none.
func textOf(saved mattermost.Settings, key string) string {
	value, _ := saved.Lookup(key)
	text, _ := value.Text()
	return text
}

// mintSecret adds a secret in Entra. existing are the registration's secrets before it.
func (c *clients) mintSecret(ctx context.Context, client entra.ClientID, description string, validity time.Duration, diags *diag.Diagnostics) (minted entra.Password, existing []entra.Password, ok bool) {
	minted, existing, err := c.entra.AddPassword(ctx, client, description, now().Add(validity))
	if err != nil {
		diags.AddError("The client secret was not made", err.Error())
	}
	return minted, existing, err == nil
}

// handOverSecret delivers a secret and proves that it works.
func (c *clients) handOverSecret(ctx context.Context, client entra.ClientID, minted entra.Password, diags *diag.Diagnostics) bool {
	values := describeSecret(minted.KeyID, timeText(minted.End))
	values[clientSecretKey] = minted.SecretText
	if !c.deliverSecret(ctx, values, diags) {
		return false
	}
	if err := c.entra.VerifySecret(ctx, client, minted.SecretText); err != nil {
		// No longer named in the settings, it is not mistaken for a rotation that ended well.
		_, _ = c.mattermost.EditSettings(ctx, func(mattermost.Settings) (mattermost.Edit, error) {
			return mattermost.Edit{Clear: []string{clientSecretKeyIDKey}}, nil
		})
		diags.AddError("The new client secret does not work",
			"It was made and delivered, but a token request with it fails; the previous one was kept. The next apply tries again.\n\n"+err.Error())
		return false
	}
	return true
}

// describeSecret are the settings that stand beside the secret and say which one it is.
func describeSecret(keyID, expiresAt string) map[string]any {
	return map[string]any{clientSecretKeyIDKey: keyID, clientSecretExpiresKey: expiresAt}
}

func (c *clients) deliverSecret(ctx context.Context, values map[string]any, diags *diag.Diagnostics) bool {
	warnings, err := c.mattermost.EditSettings(ctx, func(current mattermost.Settings) (mattermost.Edit, error) {
		return mattermost.Edit{Set: values}, checkOwner(current, c.mattermost)
	})
	warnAll(diags, warnings)
	if err != nil {
		diags.AddError("The client secret was not delivered", err.Error())
	}
	return err == nil
}

// retireSecrets removes keys from Entra and returns those that are still there.
func (c *clients) retireSecrets(ctx context.Context, client entra.ClientID, keys []string, diags *diag.Diagnostics) (left []string) {
	for _, key := range keys {
		if err := c.entra.RemovePassword(ctx, client, key); err != nil && !entra.IsNotFound(err) {
			left = append(left, key)
			diags.AddWarning("An old client secret was not removed", "It is not in use. The next apply tries again to remove the key "+key+".\n\n"+err.Error())
		}
	}
	return left
}
