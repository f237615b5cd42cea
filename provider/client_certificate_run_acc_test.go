// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"crypto/sha1" // Entra's portal names certificates by their SHA-1 thumbprint
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
)

// certificateCLI is the guide's configuration: a plugin that logs in with a certificate, without any client secret.
const certificateCLI = `
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
variable "rotation" { default = "1" }
variable "bundle" {}
resource "msteamssync_plugin" "this" { bundle_path = var.bundle }
resource "msteamssync_client_certificate" "this" {
  rotation_triggers = { n = var.rotation }
  depends_on        = [msteamssync_plugin.this]
}
resource "msteamssync_application" "this" {
  display_name = "No Secret"
  site_url     = %[2]q
  certificates = [msteamssync_client_certificate.this.certificate_pem]
}
resource "msteamssync_admin_consent" "this" { client_id = msteamssync_application.this.client_id }
resource "msteamssync_plugin_config" "this" {
  site_url        = %[2]q
  tenant_id       = %[3]q
  client_id       = msteamssync_application.this.client_id
  cloud           = "custom"
  login_url       = %[1]q
  graph_url       = %[1]q
  ca_certificates = <<-EOT
%[4]sEOT
  depends_on      = [msteamssync_plugin.this, msteamssync_admin_consent.this]
}
`

// attribute is one of the state's.
func (c *cli) attribute(address, name string) any {
	c.t.Helper()
	content, err := os.ReadFile(filepath.Join(c.folder, "terraform.tfstate"))
	if err != nil {
		c.t.Fatal(err)
	}
	var state struct {
		Resources []struct {
			Type, Name string
			Instances  []struct{ Attributes map[string]any }
		}
	}
	if err := json.Unmarshal(content, &state); err != nil {
		c.t.Fatal(err)
	}
	for _, r := range state.Resources {
		if r.Type+"."+r.Name == address && len(r.Instances) == 1 {
			return r.Instances[0].Attributes[name]
		}
	}
	c.t.Fatalf("the state has no %s", address)
	return nil
}

// thumbprints are of the certificates that a registration has.
func (p *portal) thumbprints(name string) []string {
	p.t.Helper()
	var all []string
	for _, key := range p.application(name)["keyCredentials"].([]any) {
		all = append(all, fmt.Sprint(key.(object)["customKeyIdentifier"]))
	}
	return all
}

// thumbprintOf names a PEM certificate as Graph does.
func thumbprintOf(t *testing.T, text any) string {
	t.Helper()
	block, _ := pem.Decode([]byte(fmt.Sprint(text)))
	if block == nil {
		t.Fatalf("%v is no certificate", text)
	}
	sum := sha1.Sum(block.Bytes)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// watchCredentials has the plugin log in again and again until the returned function is called, which fails the test when
// Microsoft refused it once. The plugin has to have logged in at least ten times by then.
func (c *console) watchCredentials(t *testing.T) (stop func()) {
	t.Helper()
	ended, answers := make(chan struct{}), make(chan int)
	watcher := &console{t: t, client: c.client}
	go func() {
		accepted := 0
		defer func() { answers <- accepted }()
		for {
			select {
			case <-ended:
				return
			default:
			}
			if check := watcher.checkCredentials(); !check.OK {
				t.Errorf("the plugin was refused: %+v", check)
				return
			}
			accepted++
		}
	}()
	return func() {
		t.Helper()
		close(ended)
		if accepted := <-answers; accepted < 10 {
			t.Errorf("the plugin logged in %d times only", accepted)
		}
	}
}

// credentialCheck is the answer of the plugin's check.
type credentialCheck struct {
	OK           bool
	Code, Detail string
}

func (c *console) checkCredentials() (check credentialCheck) {
	if status := askPlugin(c.t, http.MethodPost, "/api/v1/checks/credentials", nil, &check); status != http.StatusOK {
		check = credentialCheck{Code: fmt.Sprintf("HTTP %d", status)}
	}
	return check
}

// TestAccCertificateInOneState: from nothing to a plugin that logs in without a client secret in one apply; then rotations,
// of which each gives the application the new certificate in the same apply, two of them killed on either side of that
// request; the plugin is accepted all the way.
func TestAccCertificateInOneState(t *testing.T) {
	const name = "No Secret"
	admin, entra := openConsole(t), openPortal(t, shared.Emulator)
	c := newCLI(t, fmt.Sprintf(certificateCLI, shared.Emulator.URL(), shared.Mattermost.URL, tenantID, shared.Emulator.CAPEM()))
	c.environment = append(c.environment,
		"ARM_TENANT_ID="+tenantID, "ARM_CLIENT_ID="+provisionerID, "ARM_CLIENT_SECRET="+provisionerKey, "ARM_CA_CERTIFICATES_PATH="+shared.CAFile,
		"MM_URL="+shared.Mattermost.URL, "MM_TOKEN="+shared.Mattermost.AdminToken, "TF_VAR_bundle="+realBundle(t))
	t.Cleanup(func() { shared.Emulator.Faults().Clear() })
	isWell := func(rotation string) {
		t.Helper()
		c.run("plan", "-detailed-exitcode", "-var=rotation="+rotation) // 0: nothing to do
		held, known := admin.certificates(), entra.thumbprints(name)
		if len(known) != 1 || len(held) == 0 || known[0] != held[0].Thumbprint || thumbprintOf(t, c.attribute(certificateAddress, "certificate_pem")) != known[0] {
			t.Errorf("Entra knows %v, the plugin holds %+v", known, held)
		}
		if foreign, _ := c.attribute("msteamssync_application.this", "foreign_credentials").([]any); len(foreign) > 0 {
			t.Errorf("foreign credentials are %v", foreign)
		}
		if _, has := admin.stored()["clientsecret"]; has || len(entra.secretsOf(name)) > 0 {
			t.Error("there is a client secret")
		}
		eventually(t, "the newest certificate to be accepted", func() bool {
			status := admin.pluginStatus()
			return admin.checkCredentials().OK && status.Bridging && status.Credentials.State == "accepted" && admin.certificates()[0].AcceptedAt != nil
		})
	}
	c.run("apply", "-auto-approve")
	isWell("1")

	stop := admin.watchCredentials(t)
	c.run("apply", "-auto-approve", "-var=rotation=2")
	isWell("2")
	for _, when := range []struct {
		rotation, happened string
		after              bool
	}{{"3", "before Entra knows the new certificate", false}, {"4", "after Entra knows the new certificate", true}} {
		had := len(admin.certificates())
		shared.Emulator.RequestLog().Reset()
		fault(t, faults.Rule{Effect: faults.Latency, Route: "PATCH /applications/*", Delay: parked, AfterCommit: when.after})
		c.killedWhen("the run to be "+when.happened, func() bool {
			held := admin.certificates()
			if when.after {
				return len(held) > had && entra.thumbprints(name)[0] == held[0].Thumbprint
			}
			return len(held) > had && patched()
		}, "apply", "-auto-approve", "-var=rotation="+when.rotation)
		shared.Emulator.Faults().Clear()
		if check := admin.checkCredentials(); !check.OK {
			t.Errorf("killed %s, the plugin was refused: %+v", when.happened, check)
		}
		c.run("apply", "-auto-approve", "-var=rotation="+when.rotation)
		isWell(when.rotation)
		if made := len(admin.certificates()) - had; made != 1 {
			t.Errorf("killed %s, %d certificates were made for one rotation", when.happened, made)
		}
	}
	stop()

	c.run("destroy", "-auto-approve", "-var=rotation=4")
	if left := entra.list("/v1.0/applications", url.Values{"$filter": {"displayName eq '" + name + "'"}}); len(left) > 0 {
		t.Errorf("%d registrations are left", len(left))
	}
	if version := admin.installed(); version != "" || len(admin.stored()) > 0 {
		t.Errorf("version %q and the settings %v are left", version, admin.stored())
	}
	admin.upload(realBundle(t)) // the certificates were in its tables
	admin.change(map[string]any{"encryptionkey": strings.Repeat("k", 32)})
	eventually(t, "the plugin to start", func() bool { return admin.pluginStatus().State != "" })
	if left := admin.certificates(); len(left) > 0 {
		t.Errorf("%d certificates are left", len(left))
	}
}

// patched tells whether a change of a registration has arrived since the log was emptied.
func patched() bool {
	for _, request := range shared.Emulator.Requests() {
		if request.Method == http.MethodPatch && strings.HasPrefix(request.Path, "/v1.0/applications/") {
			return true
		}
	}
	return false
}
