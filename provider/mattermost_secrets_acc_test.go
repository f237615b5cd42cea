// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

// mattermostHalf declares the application and all of the Mattermost half.
const mattermostHalf = `
terraform {
  required_providers {
    msteamssync = { source = "msteamssync/msteamssync" }
  }
}
provider "msteamssync" {
  endpoints = {
    authority_host   = %[1]q
    graph            = %[1]q
    resource_manager = %[1]q
  }
}
variable "certificate" { type = string }
variable "certificate_key" {
  type      = string
  ephemeral = true
}
variable "rotation" { default = "1" }
resource "msteamssync_application" "this" {
  display_name = "Secret Search"
  site_url     = %[2]q
}
resource "msteamssync_plugin" "this" { bundle_path = %[3]q }
resource "msteamssync_client_secret" "this" {
  client_id         = msteamssync_application.this.client_id
  rotation_triggers = { n = var.rotation }
  depends_on        = [msteamssync_plugin.this]
}
resource "msteamssync_plugin_config" "this" {
  tenant_id                  = %[4]q
  client_id                  = msteamssync_application.this.client_id
  certificate_public         = var.certificate
  certificate_key_wo         = var.certificate_key
  certificate_key_wo_version = 1
  depends_on                 = [msteamssync_client_secret.this]
}
`

// TestAccMattermostHalfWritesNoSecretDown runs the built provider under the real CLI, with everything logged, and searches
// what Terraform and Mattermost leave behind.
func TestAccMattermostHalfWritesNoSecretDown(t *testing.T) {
	admin := openConsole(t)
	certificate, key := selfSigned(t)
	c := newCLI(t, fmt.Sprintf(mattermostHalf, shared.Emulator.URL(), shared.Mattermost.URL, trialBundle(t, "1.0.0", "a", nil), tenantID))
	c.environment = append(c.environment,
		"ARM_TENANT_ID="+tenantID, "ARM_CLIENT_ID="+provisionerID, "ARM_CLIENT_SECRET="+provisionerKey, "ARM_CA_CERTIFICATES_PATH="+shared.CAFile,
		"MM_URL="+shared.Mattermost.URL, "MM_LOGIN_ID="+shared.Mattermost.AdminUser, "MM_PASSWORD="+shared.Mattermost.AdminPassword,
		"TF_VAR_certificate="+certificate, "TF_VAR_certificate_key="+key)
	secrets := map[string]string{"Mattermost password": shared.Mattermost.AdminPassword, "private key": strings.Split(key, "\n")[2]}
	collect := func(when string) {
		for _, name := range []string{"clientsecret", "encryptionkey", "webhooksecret"} {
			value, _ := admin.stored()[name].(string)
			if value == "" {
				t.Fatalf("%s: Mattermost holds no %s", when, name)
			}
			secrets[name+" "+when] = value
		}
	}
	c.run("plan", "-out=plan")
	c.run("apply", "plan")
	collect("after the first apply")
	if admin.stored()["certificatekey"] != strings.TrimSpace(key) {
		t.Error("the private key was not written")
	}
	c.run("plan", "-detailed-exitcode") // 0: nothing to do
	c.run("apply", "-auto-approve", "-var=rotation=2")
	collect("after the rotation")
	c.run("plan", "-detailed-exitcode", "-var=rotation=2")
	c.run("show", "-json")
	places := c.leftovers()
	c.run("destroy", "-auto-approve")
	if left := admin.stored(); len(left) > 0 {
		t.Errorf("settings are left: %d", len(left))
	}
	places["Mattermost's log"] = []byte(shared.Mattermost.Logs())
	places["trace log of destroy"] = c.leftovers()["trace.log"]
	for place, content := range places {
		for name, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s holds the %s", place, name)
			}
		}
	}
}

// selfSigned makes a certificate for encrypted notifications and its private key, PEM.
func selfSigned(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "encryption"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}
