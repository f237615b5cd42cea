// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Command trialplugin is a plugin with the sync plugin's id, manifest and the two routes that the provider calls, and
// nothing else: the acceptance tests install it in several versions and builds without building the real one for each.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

func main() { plugin.ClientMain(&trial{}) }

type trial struct{ plugin.MattermostPlugin }

// secrets are the secret settings as plugin.json spells them.
var secrets = []string{"clientSecret", "encryptionKey", "webhookSecret", "certificateKey"}

func (p *trial) setting(key string) string {
	var saved map[string]any
	if err := p.API.LoadPluginConfiguration(&saved); err != nil { // GetPluginConfig would mask secrets
		return ""
	}
	for name, value := range saved {
		if text, ok := value.(string); ok && strings.EqualFold(name, key) {
			return strings.TrimSpace(text)
		}
	}
	return ""
}

// ServeHTTP implements the plugin hook.
func (p *trial) ServeHTTP(_ *plugin.Context, w http.ResponseWriter, r *http.Request) {
	user := r.Header.Get("Mattermost-User-Id")
	if user == "" || !p.API.HasPermissionTo(user, model.PermissionManageSystem) {
		answer(w, http.StatusForbidden, map[string]any{"code": "forbidden", "message": "system admins only"})
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /api/v1/status":
		problems := []map[string]string{}
		if tenant := p.setting("tenantId"); strings.HasSuffix(tenant, ".invalid") {
			problems = append(problems, map[string]string{"key": "tenantId", "message": "names no tenant"})
		}
		answer(w, http.StatusOK, map[string]any{"state": "trial", "node": strconv.Itoa(os.Getpid()), "problems": problems})
	case "POST /api/v1/config/fingerprints":
		var ask struct{ Salt string }
		if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
			answer(w, http.StatusBadRequest, map[string]any{"code": "bad_request", "message": err.Error()})
			return
		}
		salt, err := base64.StdEncoding.DecodeString(ask.Salt)
		if err != nil || len(salt) < 16 {
			answer(w, http.StatusBadRequest, map[string]any{"code": "bad_request", "message": "bad salt"})
			return
		}
		fingerprints := map[string]string{}
		for _, key := range secrets {
			if value := p.setting(key); value != "" {
				mac := hmac.New(sha256.New, salt)
				mac.Write([]byte(value))
				fingerprints[key] = hex.EncodeToString(mac.Sum(nil))
			}
		}
		answer(w, http.StatusOK, map[string]any{"fingerprints": fingerprints})
	default:
		http.NotFound(w, r)
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
