// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package config

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
)

// Fingerprints returns an HMAC-SHA256 under the caller's salt, in hex, for each secret setting that has a value. With it
// somebody who knows a secret can tell whether it is the stored one, and nobody else learns anything.
func (r Reading) Fingerprints(salt []byte) map[string]string {
	fingerprints := make(map[string]string, len(r.Secrets))
	for key, value := range r.Secrets {
		mac := hmac.New(sha256.New, salt)
		mac.Write([]byte(value))
		fingerprints[key] = hex.EncodeToString(mac.Sum(nil))
	}
	return fingerprints
}

// withoutEffect are settings by which nobody carries a message otherwise. The encryption key is not among them: the
// fingerprint is made with it.
var withoutEffect = map[string]bool{"encryptionKey": true, "formerEncryptionKey": true, "clientSecretExpiresAt": true, "clientSecretKeyId": true, "terraformManagedKeys": true}

// Fingerprint tells settings from others, e.g. from those of another server, without telling what they are: an HMAC-SHA256
// under the encryption key, in hex. Settings that are empty count for nothing, so that a new version of the plugin that has
// more of them finds the same fingerprint.
func (s Settings) Fingerprint() string {
	mac := hmac.New(sha256.New, []byte(s.EncryptionKey))
	fmt.Fprintf(mac, "settings\nsiteURL=%q\n", s.SiteURL)
	values := reflect.ValueOf(s)
	for i := range values.NumField() {
		key := values.Type().Field(i).Tag.Get("setting")
		if key != "" && !withoutEffect[key] && !values.Field(i).IsZero() {
			fmt.Fprintf(mac, "%s=%q\n", key, fmt.Sprint(values.Field(i).Interface()))
		}
	}
	return hex.EncodeToString(mac.Sum(nil))
}
