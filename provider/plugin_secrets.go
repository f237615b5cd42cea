// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/mattermost"
)

// generatedKeys are the settings that belong to msteamssync_plugin: made once, kept when present, never in the state.
var generatedKeys = []string{"encryptionKey", "webhookSecret"}

// generated is what became of the two secrets in a run: those that were made, and the keys of those that were there.
type generated struct {
	made map[string]string
	kept []string
}

// writeGenerated writes the generated secrets that the server does not have.
func (r *pluginResource) writeGenerated(ctx context.Context, diags *diag.Diagnostics) generated {
	return r.generate(ctx, generatedKeys, diags, func(current mattermost.Settings, key string) bool {
		value, present := current.Lookup(key)
		text, shown := value.Text()
		return !present || shown && text == ""
	})
}

// settleGenerated replaces those of the kept secrets that are empty and remembers the fingerprints of all, so that a later
// refresh notices another value. Newer servers mask empty values too, so only the running plugin can tell; one that does
// not answer keeps what it has, unnoticed.
func (r *pluginResource) settleGenerated(ctx context.Context, now generated, private privateWriter, diags *diag.Diagnostics) {
	fingerprints := map[string]string{}
	if len(now.kept) > 0 {
		salt := mattermost.NewFingerprint("").Salt
		known, err := r.clients.mattermost.Fingerprints(ctx, salt)
		switch {
		case errors.Is(err, mattermost.ErrPluginDown):
			return
		case err != nil:
			diags.AddWarning("The plugin's secrets were not checked", err.Error())
			return
		}
		var empty []string
		for _, key := range now.kept {
			if sum, filled := known[key]; filled {
				fingerprints[key] = mattermost.Fingerprint{Salt: salt, Sum: sum}.String()
			} else {
				empty = append(empty, key)
			}
		}
		maps.Copy(now.made, r.generate(ctx, empty, diags, func(mattermost.Settings, string) bool { return true }).made)
	}
	for key, secret := range now.made {
		fingerprints[key] = mattermost.NewFingerprint(secret).String()
	}
	value, _ := json.Marshal(fingerprints)
	diags.Append(private.SetKey(ctx, fingerprintsKey, value)...)
}

// generate writes a fresh secret for each of the keys that is missing, in one edit.
func (r *pluginResource) generate(ctx context.Context, keys []string, diags *diag.Diagnostics, missing func(mattermost.Settings, string) bool) (done generated) {
	done.made = map[string]string{}
	if len(keys) == 0 {
		return done
	}
	warnings, err := r.clients.mattermost.EditSettings(ctx, func(current mattermost.Settings) (mattermost.Edit, error) {
		done = generated{made: map[string]string{}}
		edit := mattermost.Edit{Set: map[string]any{}}
		for _, key := range keys {
			if missing(current, key) {
				done.made[key] = newSecret()
				edit.Set[key] = done.made[key]
			} else {
				done.kept = append(done.kept, key)
			}
		}
		return edit, nil
	})
	warnAll(diags, warnings)
	if err != nil {
		diags.AddError("The plugin's secrets were not written", err.Error())
	}
	return done
}

// What a refresh finds out about the two secrets. Plans always promise secretsIntact.
const (
	secretsIntact   = "intact"
	secretsMissing  = "missing"
	secretsReplaced = "replaced"
)

// generatedState compares the two secrets with what was there after the last apply.
func (r *pluginResource) generatedState(ctx context.Context, private privateState, diags *diag.Diagnostics) string {
	saved, err := r.clients.mattermost.Settings(ctx)
	if err != nil {
		diags.AddError("The plugin's settings cannot be read", err.Error())
		return secretsIntact
	}
	for _, key := range generatedKeys {
		value, present := saved.Lookup(key)
		if text, shown := value.Text(); !present || shown && text == "" {
			return secretsMissing
		}
	}
	for key, text := range knownFingerprints(ctx, private, diags) {
		fingerprint, err := mattermost.ParseFingerprint(text)
		if err == nil && !r.clients.deliveredMatches(ctx, key, fingerprint, diags) {
			return secretsReplaced
		}
	}
	return secretsIntact
}

// warnReplaced says what accepting somebody else's values means; the own ones are kept nowhere.
func warnReplaced(diags *diag.Diagnostics) {
	diags.AddAttributeWarning(path.Root("generated_secrets"), "The plugin's generated secrets were replaced",
		"encryptionKey or webhookSecret has another value than after the last apply. Terraform does not keep the former value and accepts the new one. "+
			"If the encryption key was changed while the plugin did not run, accounts have to be connected again unless former_encryption_key_wo of msteamssync_plugin_config names the former key; a running plugin encrypts everything anew by itself. Find out who changed it.")
}

// newSecret returns 32 random characters, as the System Console's Generate button does.
func newSecret() string {
	random := make([]byte, 24)
	_, _ = rand.Read(random) // never fails
	return base64.RawURLEncoding.EncodeToString(random)
}
