// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package config_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification/notificationtest"
)

const site = "https://chat.example.com"

func manifest(t *testing.T) config.Manifest {
	t.Helper()
	document, err := os.ReadFile("../plugin.json")
	if err != nil {
		t.Fatal(err)
	}
	m, err := config.ReadManifest(document)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// good returns settings that can be used, with changes; nil removes a key.
func good(changes map[string]any) map[string]json.RawMessage {
	values := map[string]any{
		"tenantid":      "11111111-1111-4111-8111-111111111111",
		"clientid":      "44444444-4444-4444-8444-444444444444",
		"clientsecret":  "a secret",
		"encryptionkey": strings.Repeat("k", 32),
		"webhooksecret": strings.Repeat("w", 32),
	}
	for key, value := range changes {
		values[key] = value
		if value == nil {
			delete(values, key)
		}
	}
	stored := map[string]json.RawMessage{}
	for key, value := range values {
		stored[key], _ = json.Marshal(value)
	}
	return stored
}

func TestSettingsAreTheManifests(t *testing.T) {
	kinds := map[string]reflect.Kind{"text": reflect.String, "longtext": reflect.String, "generated": reflect.String, "dropdown": reflect.String, "bool": reflect.Bool, "number": reflect.Int}
	fields := map[string]reflect.Kind{}
	for f := range reflect.TypeFor[config.Settings]().Fields() {
		if key := f.Tag.Get("setting"); key != "" {
			fields[key] = f.Type.Kind()
		}
	}
	for _, s := range manifest(t).Settings {
		if got, want := fields[s.Key], kinds[s.Type]; got != want {
			t.Errorf("plugin.json declares %s as %s, Settings has %v", s.Key, s.Type, got)
		}
		delete(fields, s.Key)
	}
	for key := range fields {
		t.Errorf("Settings has %s, plugin.json does not declare it", key)
	}
}

func TestNothingSetIsMissingNotWrong(t *testing.T) {
	r := manifest(t).Read(nil, "")
	if want := []string{"tenantId", "clientId", "clientSecret", "encryptionKey", config.SiteURLKey}; !slices.Equal(r.Missing, want) {
		t.Errorf("missing = %v, want %v", r.Missing, want)
	}
	if len(r.Problems) != 0 {
		t.Errorf("problems = %v", r.Problems)
	}
	if !r.Settings.SyncLinkedChannels || r.Settings.Cloud != "public" || r.Settings.ConnectedUsersAllowed != 1000 {
		t.Errorf("defaults are not the manifest's: %+v", r.Settings)
	}
}

func TestGoodSettings(t *testing.T) {
	r := manifest(t).Read(good(map[string]any{
		"tenantid": nil, "TENANTID": "demo.example",
		"cloud": "", "enforceConnectedUsers": "true", "syncusers": "15", "maxsizeforcompletedownload": 7.0, "enabledteams": " Red, blue ,",
		"terraformmanagedkeys": "tenantId,cloud",
	}), "HTTPS://Chat.example.com:443/")
	if r.Settings.TenantID != "demo.example" {
		t.Error("a key in another spelling is not read")
	}
	s := r.Settings
	if s.SiteURL != site || !s.EnforceConnectedUsers || s.SyncUsersMinutes != 15 || s.MaxDownloadMB != 7 {
		t.Errorf("settings = %+v", s)
	}
	if zero := manifest(t).Read(good(map[string]any{"maxsizeforcompletedownload": 0}), site); len(zero.Problems) != 0 || zero.Settings.MaxDownloadMB != 0 {
		t.Errorf("0 is read as %d: %v", zero.Settings.MaxDownloadMB, zero.Problems)
	}
	if s.Addresses.GraphURL != "https://graph.microsoft.com" {
		t.Errorf("an empty cloud is not public: %+v", s.Addresses)
	}
	if !s.TeamEnabled("red") || !s.TeamEnabled("Blue") || s.TeamEnabled("green") {
		t.Error("enabledTeams is a list of names, compared without case")
	}
	if !slices.Equal(s.ManagedKeys(), []string{"tenantId", "cloud"}) {
		t.Errorf("managed keys = %q", s.ManagedKeys())
	}
}

func TestEveryProblemNamesItsKey(t *testing.T) {
	for key, change := range map[string]map[string]any{
		"tenantId":                   {"tenantid": "not a tenant"},
		"clientId":                   {"clientid": "Mattermost MS Teams Sync"},
		"encryptionKey":              {"encryptionkey": "short"},
		"clientSecretExpiresAt":      {"clientsecretexpiresat": "next year"},
		"cloud":                      {"cloud": "moon"},
		"loginUrl":                   {"cloud": "custom", "loginurl": "http://login.example.com", "graphurl": "https://graph.example.com"},
		"graphUrl":                   {"cloud": "custom", "loginurl": "https://login.example.com", "graphurl": "graph"},
		"caCertificates":             {"cacertificates": "none"},
		"certificatePublic":          {"certificatepublic": "none", "certificatekey": "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----"},
		"certificateKey":             {"certificatekey": "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----"},
		"syncUsers":                  {"syncusers": -1},
		"bufferSizeForFileStreaming": {"buffersizeforfilestreaming": 0},
		"connectedUsersAllowed":      {"connectedusersallowed": 1.5},
		"enforceConnectedUsers":      {"enforceconnectedusers": "perhaps"},
		"enabledTeams":               {"enabledteams": []string{"red"}},
		"syntheticUserAuthService":   {"syntheticuserauthservice": "kerberos"},
	} {
		r := manifest(t).Read(good(change), site)
		if len(r.Problems) != 1 || r.Problems[0].Key != key || r.Problems[0].Message == "" {
			t.Errorf("%s: problems = %v", key, r.Problems)
		}
		if r.Good() {
			t.Errorf("%s: counts as good", key)
		}
	}
	if r := manifest(t).Read(good(nil), "http://chat.example.com"); len(r.Problems) != 1 || r.Problems[0].Key != config.SiteURLKey {
		t.Errorf("site URL without TLS: problems = %v", r.Problems)
	}
}

func TestEncryptionCertificate(t *testing.T) {
	certificate, key := notificationtest.Certificate(t)
	_, other := notificationtest.Certificate(t)
	r := manifest(t).Read(good(map[string]any{"certificatepublic": certificate, "certificatekey": key}), site)
	if !r.Good() || r.Settings.Certificate == nil || r.Settings.Certificate.ID == "" {
		t.Errorf("problems = %v, certificate = %v", r.Problems, r.Settings.Certificate)
	}
	if r := manifest(t).Read(good(nil), site); r.Settings.Certificate != nil {
		t.Error("a certificate comes from nowhere")
	}
	for name, change := range map[string]map[string]any{
		"certificateKey":    {"certificatepublic": certificate, "certificatekey": other},
		"certificatePublic": {"certificatepublic": key, "certificatekey": key},
	} {
		r := manifest(t).Read(good(change), site)
		if len(r.Problems) != 1 || r.Problems[0].Key != name || strings.Contains(r.Problems[0].Message, "BEGIN PRIVATE KEY-----\n") {
			t.Errorf("%s: problems = %v", name, r.Problems)
		}
	}
}

func TestCustomCloud(t *testing.T) {
	r := manifest(t).Read(good(map[string]any{"cloud": "custom"}), site)
	if !slices.Equal(r.Missing, []string{"loginUrl", "graphUrl"}) {
		t.Errorf("missing = %v", r.Missing)
	}
	r = manifest(t).Read(good(map[string]any{"cloud": "custom", "loginurl": "https://127.0.0.1:9/", "graphurl": "http://localhost:8/"}), site)
	if !r.Good() || r.Settings.Addresses.LoginURL != "https://127.0.0.1:9" || r.Settings.Addresses.GraphURL != "http://localhost:8" {
		t.Errorf("reading = %+v", r)
	}
}

func TestFingerprints(t *testing.T) {
	r := manifest(t).Read(good(map[string]any{"certificatekey": ""}), site)
	mac := hmac.New(sha256.New, []byte("salt"))
	mac.Write([]byte("a secret"))
	got := r.Fingerprints([]byte("salt"))
	if got["clientSecret"] != hex.EncodeToString(mac.Sum(nil)) {
		t.Errorf("fingerprint of clientSecret = %q", got["clientSecret"])
	}
	if len(got) != 3 {
		t.Errorf("fingerprints of %d settings, want clientSecret, encryptionKey and webhookSecret: %v", len(got), got)
	}
	if other := r.Fingerprints([]byte("pepper")); other["clientSecret"] == got["clientSecret"] {
		t.Error("the salt has no effect")
	}
}

func TestTheFingerprintOfSettings(t *testing.T) {
	base := manifest(t).Read(good(nil), site).Settings
	for name, test := range map[string]struct {
		settings map[string]any
		site     string
		same     bool
	}{
		"nothing":              {nil, site, true},
		"what has no effect":   {map[string]any{"terraformmanagedkeys": "tenantId", "clientsecretexpiresat": "2030-01-01T00:00:00Z"}, site, true},
		"what is empty":        {map[string]any{"enabledteams": ""}, site, true},
		"a switch":             {map[string]any{"syncsystemmessages": true}, site, false},
		"a secret":             {map[string]any{"clientsecret": "another secret"}, site, false},
		"the encryption key":   {map[string]any{"encryptionkey": strings.Repeat("x", 32)}, site, false},
		"the server's address": {nil, "https://other.example.com", false},
	} {
		other := manifest(t).Read(good(test.settings), test.site).Settings
		if same := base.Fingerprint() == other.Fingerprint(); same != test.same {
			t.Errorf("%s: the same fingerprint: %v, want %v", name, same, test.same)
		}
	}
	if got := base.Fingerprint(); len(got) != 64 {
		t.Errorf("fingerprint %q", got)
	}
}
