// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// jsonWebToken finds access tokens: two base64url parts that begin with {" and a signature.
var jsonWebToken = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`)

// TestAccNoSecretAnywhere: everything is declared, applied, rotated and destroyed, and then no secret stands in the state,
// the plan, Terraform's trace log, Mattermost's log and audit, or the emulator's request log.
func TestAccNoSecretAnywhere(t *testing.T) {
	site := newDeclaredSite(t, "search")
	secrets := map[string]string{
		"bot's password": sitePassword, "provisioner's secret": provisionerKey, "admin's token": shared.Mattermost.AdminToken,
	}
	collect := func(when string) {
		stored := site.server.stored()
		for _, name := range []string{"clientsecret", "encryptionkey", "webhooksecret"} {
			value, _ := stored[name].(string)
			if value == "" {
				t.Fatalf("%s: Mattermost holds no %s", when, name)
			}
			secrets[name+" "+when] = value
		}
	}
	site.run("plan", "-out=plan")
	site.run("apply", "plan")
	collect("after the first apply")
	site.run("plan", "-detailed-exitcode") // 0: nothing to do
	places := site.leftovers()
	site.run("plan", "-out=plan", "-var=rotation=2")
	site.run("apply", "plan")
	collect("after the rotation")
	site.run("show", "-json")
	for file, content := range site.leftovers() {
		places[file+" of the rotation"] = content
	}
	site.run("destroy", "-auto-approve")
	places["trace log of destroy"] = site.leftovers()["trace.log"]

	audit, err := os.ReadFile(auditFile)
	if err != nil || !bytes.Contains(audit, []byte("patchConfig")) {
		t.Fatalf("Mattermost's audit file does not hold the changes of the configuration, so searching it proves little: %v", err)
	}
	places["Mattermost's audit file"], places["Mattermost's audit table"] = audit, auditTable(t)
	places["Mattermost's log"] = []byte(shared.Mattermost.Logs())
	var requests bytes.Buffer
	for _, request := range shared.Emulator.Requests() {
		requests.WriteString(strings.Join([]string{request.Method, request.Path, request.Query, request.Body, "\n"}, " "))
	}
	places["the emulator's request log"] = requests.Bytes()

	for place, content := range places {
		for name, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds the %s", place, name)
			}
		}
		if token := jsonWebToken.Find(content); token != nil {
			t.Errorf("%s holds an access token", place)
		}
	}
}

// auditTable is what Mattermost keeps for its own audit pages.
func auditTable(t *testing.T) []byte {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), shared.Postgres.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), "SELECT row_to_json(a)::text FROM audits a")
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return []byte(strings.Join(lines, "\n"))
}
