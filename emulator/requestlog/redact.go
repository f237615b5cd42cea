// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package requestlog

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"strings"
)

// maxKept is how much of a body is kept.
const maxKept = 4 << 10

// Redacted stands where a secret was.
const Redacted = "[redacted]"

// redactedVerifier stands where a verifier of PKCE of that many characters was.
func redactedVerifier(length int) string { return fmt.Sprintf("[redacted, %d characters]", length) }

// verifierName is the secret of PKCE, whose length alone is kept: Entra wants 43 to 128 characters.
const verifierName = "code_verifier"

// secretNames are query, form and JSON names whose values are never kept.
var secretNames = map[string]bool{
	"client_secret": true, "client_assertion": true, "code": true, verifierName: true, "refresh_token": true,
	"access_token": true, "id_token": true, "id_token_hint": true, "password": true, "assertion": true, "session": true,
	"secrettext": true, "newpassword": true, "currentpassword": true, "clientstate": true, "validationtoken": true,
}

// SetBody keeps a body that is a form or JSON, without its secrets. Anything else is not kept.
func (e *Entry) SetBody(contentType string, body []byte) {
	media, _, _ := mime.ParseMediaType(contentType)
	var kept string
	switch media {
	case "application/x-www-form-urlencoded":
		kept = redactQuery(string(body))
	case "application/json":
		var document any
		if len(body) == 0 || json.Unmarshal(body, &document) != nil {
			return
		}
		clean, err := json.Marshal(redactValue(document))
		if err != nil {
			return
		}
		kept = string(clean)
	}
	if len(kept) > maxKept {
		kept = strings.ToValidUTF8(kept[:maxKept], "") + "…"
	}
	e.Body = kept
}

func redactQuery(raw string) string {
	if raw == "" {
		return ""
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return Redacted
	}
	for name, all := range values {
		if secretNames[strings.ToLower(name)] {
			for i, secret := range all {
				if all[i] = Redacted; strings.EqualFold(name, verifierName) {
					all[i] = redactedVerifier(len(secret))
				}
			}
		}
	}
	return values.Encode()
}

func redactValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if secretNames[strings.ToLower(name)] && value != nil {
				v[name] = Redacted
				continue
			}
			v[name] = redactValue(value)
		}
	case []any:
		for i := range v {
			v[i] = redactValue(v[i])
		}
	}
	return v
}
