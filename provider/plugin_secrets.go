// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// generatedKeys are the settings that belong to msteamssync_plugin: made once, kept when present, never in the state.
var generatedKeys = []string{"encryptionKey", "webhookSecret"}

// writeGenerated writes the generated secrets that the server does not have. It returns the keys that were there.
func (r *pluginResource) writeGenerated(ctx context.Context, diags *diag.Diagnostics) (kept []string) {
	return r.generate(ctx, diags, func(current mattermost.Settings, key string) bool {
		value, present := current.Lookup(key)
		text, shown := value.Text()
		return !present || shown && text == ""
	})
}

// fillEmptyGenerated replaces those of the kept secrets that are empty. Newer servers mask empty values too, so only the
// running plugin can tell; one that does not answer keeps what it has.
func (r *pluginResource) fillEmptyGenerated(ctx context.Context, kept []string, diags *diag.Diagnostics) {
	if len(kept) == 0 {
		return
	}
	known, err := r.clients.mattermost.Fingerprints(ctx, mattermost.NewFingerprint("").Salt)
	if errors.Is(err, mattermost.ErrPluginDown) {
		return
	}
	if err != nil {
		diags.AddWarning("The plugin's secrets were not checked", err.Error())
		return
	}
	r.generate(ctx, diags, func(_ mattermost.Settings, key string) bool {
		_, filled := known[key]
		return slices.Contains(kept, key) && !filled
	})
}

// generate writes a fresh secret for each key that is missing, in one edit.
func (r *pluginResource) generate(ctx context.Context, diags *diag.Diagnostics, missing func(mattermost.Settings, string) bool) (kept []string) {
	warnings, err := r.clients.mattermost.EditSettings(ctx, func(current mattermost.Settings) (mattermost.Edit, error) {
		kept = nil
		edit := mattermost.Edit{Set: map[string]any{}}
		for _, key := range generatedKeys {
			if missing(current, key) {
				edit.Set[key] = newSecret()
			} else {
				kept = append(kept, key)
			}
		}
		return edit, nil
	})
	warnAll(diags, warnings)
	if err != nil {
		diags.AddError("The plugin's secrets were not written", err.Error())
	}
	return kept
}

// newSecret returns 32 random characters, as the System Console's Generate button does.
func newSecret() string {
	random := make([]byte, 24)
	_, _ = rand.Read(random) // never fails
	return base64.RawURLEncoding.EncodeToString(random)
}
