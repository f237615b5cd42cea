// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// fingerprintsKey is where the private state keeps the fingerprints of secret settings, by setting key.
const fingerprintsKey = "fingerprints"

func (r *pluginConfigResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := valuesOf(ctx, req.State, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.clients.canRefreshMattermost(&resp.Diagnostics) {
		return
	}
	server := r.clients.mattermost
	importing := state["managed_keys"].IsNull()
	now, err := server.Plugin(ctx)
	if err != nil {
		resp.Diagnostics.AddError("The plugin's state cannot be read", err.Error())
		return
	}
	switch {
	case !now.Switched:
		resp.Diagnostics.AddWarning("Plugins are switched off on the server",
			"The server does not show the settings of plugins while PluginSettings.Enable is false, so the state is kept as it is.")
		return
	case !now.Installed && importing:
		resp.Diagnostics.AddError("The plugin is not installed",
			fmt.Sprintf("%s has no plugin %s whose settings could be imported.", server.URL(), catalog.PluginID))
		return
	case !now.Installed: // and with it went its settings
		resp.State.RemoveResource(ctx)
		return
	}
	saved, err := server.Settings(ctx)
	if err != nil {
		resp.Diagnostics.AddError("The plugin's settings cannot be read", err.Error())
		return
	}
	refreshSettings(state, saved, importing)
	r.refreshSecrets(ctx, state, saved, req.Private, &resp.Diagnostics)
	r.refreshSiteURL(ctx, state, importing, &resp.Diagnostics)
	setValues(ctx, &resp.State, state, &resp.Diagnostics)
}

// refreshSettings takes over what the server has: for managed settings, on import for all that are saved.
func refreshSettings(state configValues, saved mattermost.Settings, importing bool) {
	for _, s := range pluginSettings {
		if s.kind == secretSetting || state[s.attribute].IsNull() && !importing {
			continue
		}
		if value, present := saved.Lookup(s.key); present {
			state[s.attribute] = s.shown(value, state[s.attribute])
		} else {
			state[s.attribute] = s.nullOf()
		}
	}
	// The list is for people: a server without one, as after an import, needs no change.
	if importing {
		state["managed_keys"] = setOf(state.keys())
	} else if value, present := saved.Lookup(managedKeysKey); present {
		if text, ok := value.Text(); ok && text != "" {
			state["managed_keys"] = setOf(splitNames(text))
		}
	}
}

// refreshSecrets compares the write-only settings with what was written last. A value that is missing or another one
// shows as a version of null, which the plan changes back.
func (r *pluginConfigResource) refreshSecrets(ctx context.Context, state configValues, saved mattermost.Settings, private privateState, diags *diag.Diagnostics) {
	fingerprints := knownFingerprints(ctx, private, diags)
	for _, s := range pluginSettings {
		if s.kind != secretSetting || state[s.versionAttribute()].IsNull() {
			continue
		}
		same := saved.Has(s.key)
		if fingerprint, err := mattermost.ParseFingerprint(fingerprints[s.key]); same && err == nil {
			same = r.clients.deliveredMatches(ctx, s.key, fingerprint, diags)
		}
		if !same {
			state[s.versionAttribute()] = types.Int64Null()
		}
	}
}

// knownFingerprints reads what an earlier apply remembered, by setting key.
func knownFingerprints(ctx context.Context, private privateState, diags *diag.Diagnostics) map[string]string {
	fingerprints := map[string]string{}
	value, problems := private.GetKey(ctx, fingerprintsKey)
	diags.Append(problems...)
	if len(value) > 0 {
		_ = json.Unmarshal(value, &fingerprints) // unreadable: only presence is compared
	}
	return fingerprints
}

// deliveredMatches asks the plugin whether a secret setting has the value of a fingerprint. If the plugin does not answer,
// it warns and takes the value's presence for a match.
func (c *clients) deliveredMatches(ctx context.Context, key string, want mattermost.Fingerprint, diags *diag.Diagnostics) bool {
	sums, err := c.mattermost.Fingerprints(ctx, want.Salt)
	if err != nil {
		detail := err.Error()
		if errors.Is(err, mattermost.ErrPluginDown) {
			detail = "The plugin does not answer, so a replaced value would not be noticed. Only the presence of " + key + " was checked."
		}
		diags.AddWarning("A secret setting was not compared", detail)
		return true
	}
	return sums[key] == want.Sum
}

// refreshSiteURL shows the server's site URL where it is another one than the declared.
func (r *pluginConfigResource) refreshSiteURL(ctx context.Context, state configValues, importing bool, diags *diag.Diagnostics) {
	declared, _ := state["site_url"].(siteURLValue)
	if declared.IsNull() && !importing {
		return
	}
	facts, err := r.clients.mattermost.Facts(ctx)
	if err != nil {
		diags.AddWarning("The server's site URL was not compared", err.Error())
		return
	}
	if facts.SiteURL != "" && !sameSiteURL(facts.SiteURL, declared.ValueString()) {
		state["site_url"] = newSiteURL(facts.SiteURL)
	}
}

// rememberFingerprints keeps what later reads compare with. Fingerprints of values that were not written now stay.
func rememberFingerprints(ctx context.Context, private privateWriter, secrets map[string]string) diag.Diagnostics {
	fingerprints := map[string]string{}
	if reader, ok := private.(privateState); ok {
		fingerprints = knownFingerprints(ctx, reader, &diag.Diagnostics{}) // unreadable: start afresh
	}
	for key, secret := range secrets {
		fingerprints[key] = mattermost.NewFingerprint(secret).String()
	}
	value, _ := json.Marshal(fingerprints)
	return private.SetKey(ctx, fingerprintsKey, value)
}
