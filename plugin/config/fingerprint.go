// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package config

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
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
