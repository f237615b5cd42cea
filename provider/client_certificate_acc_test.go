// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/msteamssync/terraform-provider-msteamssync/provider"
)

const certificateAddress = "msteamssync_client_certificate.this"

// recertified are the attributes that a new certificate changes.
var recertified = []string{"certificate_pem", "id", "not_after", "not_before", "thumbprint"}

// certificateInPlugin is what the plugin's own route shows.
type certificateInPlugin struct {
	ID         string     `json:"id"`
	Thumbprint string     `json:"thumbprint"`
	AcceptedAt *time.Time `json:"accepted_at"`
}

func (c *console) certificates() []certificateInPlugin {
	c.t.Helper()
	var answer struct{ Certificates []certificateInPlugin }
	askPlugin(c.t, http.MethodGet, "/api/v1/certificates", nil, &answer)
	return answer.Certificates
}

// registerCertificate makes it the only certificate of an application.
func (p *portal) registerCertificate(objectID any, certificatePEM string) {
	p.t.Helper()
	block, _ := pem.Decode([]byte(certificatePEM))
	if block == nil {
		p.t.Fatalf("%q is no certificate", certificatePEM)
	}
	p.do(http.MethodPatch, fmt.Sprintf("/v1.0/applications/%v", objectID), object{"keyCredentials": []object{
		{"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.StdEncoding.EncodeToString(block.Bytes)}}})
}

// TestAccClientCertificateInsteadOfASecret: the plugin logs in with the certificate that it made, without any client
// secret, all through the certificate's life.
func TestAccClientCertificateInsteadOfASecret(t *testing.T) {
	admin, entra := openConsole(t), openPortal(t, shared.Emulator)
	admin.upload(realBundle(t))
	admin.change(map[string]any{"encryptionkey": strings.Repeat("k", 32)})
	registered := entra.do(http.MethodPost, "/v1.0/applications", object{"displayName": "Certificate Life"})
	entra.do(http.MethodPost, "/v1.0/servicePrincipals", object{"appId": registered["appId"]})

	config := func(arguments string) string {
		return mattermostOnly("resource \"msteamssync_client_certificate\" \"this\" {\n" + arguments + "\n}\n")
	}
	whole := func(arguments string) string {
		return config(arguments) + settingsConfig(fmt.Sprintf(`
  tenant_id       = %q
  client_id       = %q
  cloud           = "custom"
  login_url       = %[3]q
  graph_url       = %[3]q
  ca_certificates = <<-EOT
%[4]sEOT
`, tenantID, registered["appId"], shared.Emulator.URL(), shared.Emulator.CAPEM()))
	}
	var certificate string
	remember := func(s *terraform.State) error {
		certificate = s.RootModule().Resources[certificateAddress].Primary.Attributes["certificate_pem"]
		return nil
	}
	// logsIn waits until the plugin was accepted later than since.
	var since time.Time
	logsIn := func(*terraform.State) error {
		eventually(t, "the plugin to log in", func() bool {
			status := admin.pluginStatus()
			return status.State == "running" && status.Bridging && status.Credentials.State == "accepted" && status.Credentials.CheckedAt.After(since)
		})
		if stored := admin.stored(); stored["clientsecret"] != nil {
			return fmt.Errorf("there is a client secret")
		}
		return nil
	}
	makes := func(more ...string) resource.ConfigPlanChecks {
		return plans(updates(certificateAddress, append(more, recertified...)...))
	}
	back := func() {}
	t.Cleanup(func() { back() })
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: inProcess,
		CheckDestroy: func(*terraform.State) error {
			if left := admin.certificates(); len(left) > 0 {
				return fmt.Errorf("%d certificates are left", len(left))
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config: config(""), Check: remember,
				ConfigStateChecks: []statecheck.StateCheck{
					attribute(certificateAddress, "status", knownvalue.StringExact("current")),
					attribute(certificateAddress, "valid_for", knownvalue.StringExact("8760h")),
					attribute(certificateAddress, "rotate_before", knownvalue.StringExact("720h")),
					attribute(certificateAddress, "thumbprint", knownvalue.StringRegexp(regexp.MustCompile(`^[0-9A-F]{40}$`))),
				},
			},
			{Config: config(""), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{
				ResourceName: certificateAddress, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: idFrom(certificateAddress, "thumbprint"),
			},
			{
				ResourceName: certificateAddress, ImportState: true, ImportStateKind: resource.ImportBlockWithID, GenerateConfig: true,
				ImportStateIdFunc: idFrom(certificateAddress, "thumbprint"),
			},
			{PreConfig: func() { entra.registerCertificate(registered["id"], certificate) }, Config: whole(""), Check: logsIn},
			{Config: whole(""), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
			{ // a new one that Entra does not know yet: the older one goes on
				PreConfig:        func() { since = time.Now() },
				Config:           whole("  rotation_triggers = { n = \"2\" }"),
				ConfigPlanChecks: makes("rotation_triggers"),
				Check: resource.ComposeTestCheckFunc(remember, logsIn, func(*terraform.State) error {
					if held := admin.certificates(); len(held) != 2 || held[0].AcceptedAt != nil || held[1].AcceptedAt == nil {
						return fmt.Errorf("the plugin holds %+v, want a new one and the accepted old one", held)
					}
					return nil
				}),
			},
			{ // Entra knows only the new one
				PreConfig: func() {
					entra.registerCertificate(registered["id"], certificate)
					since = time.Now()
					admin.change(map[string]any{"syncusers": 3}) // the plugin uses its credentials when settings change
				},
				Config: whole("  rotation_triggers = { n = \"2\" }"), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
				Check: resource.ComposeTestCheckFunc(logsIn, func(*terraform.State) error {
					eventually(t, "the new certificate to be accepted", func() bool { return admin.certificates()[0].AcceptedAt != nil })
					return nil
				}),
			},
			{ // deleted behind Terraform's back
				PreConfig: func() {
					for _, held := range admin.certificates() {
						tellPlugin(t, http.MethodDelete, "/api/v1/certificates/"+held.ID, http.StatusNoContent, nil)
					}
				},
				Config: whole("  rotation_triggers = { n = \"2\" }"), ConfigPlanChecks: makes("status"),
			},
			{ // near its end
				PreConfig: func() { back = provider.PutClockForward(340 * day) },
				Config:    whole("  rotation_triggers = { n = \"2\" }"), ConfigPlanChecks: makes("status"), ExpectNonEmptyPlan: true, // the plugin's clock was not put forward
			},
			{ // another encryption key while the plugin is off: the private key cannot be read any more
				PreConfig: func() {
					back()
					if err := shared.DisablePlugin(t.Context()); err != nil {
						t.Fatal(err)
					}
					admin.change(map[string]any{"encryptionkey": strings.Repeat("x", 32)})
					if err := shared.EnablePlugin(t.Context()); err != nil {
						t.Fatal(err)
					}
					eventually(t, "the plugin to take the key", func() bool {
						status := admin.pluginStatus()
						return status.State != "" && status.CertificateExpiresAt.IsZero()
					})
				},
				Config: whole("  rotation_triggers = { n = \"2\" }"), ConfigPlanChecks: makes("status"),
			},
			{Config: whole("  rotation_triggers = { n = \"2\" }\n  subject = \"CN=Bridge, O=Example\""), ConfigPlanChecks: makes("subject")},
			{Config: whole("  rotation_triggers = { n = \"2\" }\n  subject = \"CN=Bridge, O=Example\"\n  valid_for = \"720h\""), ConfigPlanChecks: makes("rotate_before", "valid_for")},
		},
	})
}

func TestAccClientCertificateSaysWhatIsWrong(t *testing.T) {
	openConsole(t)
	for name, test := range map[string]struct{ arguments, want string }{
		"no plugin":   {"", `The\s+plugin\s+is\s+not\s+installed`},
		"no CN":       {`subject = "O=Example"`, `it\s+needs\s+a\s+CN`},
		"no subject":  {`subject = "Bridge"`, `it\s+must\s+be\s+like\s+CN=`},
		"too long":    {`valid_for = "26281h"`, `from\s+1h\s+to\s+26280h`},
		"due at once": {`rotate_before = "8760h"`, `shorter\s+than\s+valid_for`},
	} {
		t.Run(name, func(t *testing.T) {
			config := mattermostOnly("resource \"msteamssync_client_certificate\" \"this\" {\n  " + test.arguments + "\n}\n")
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: inProcess,
				Steps:                    []resource.TestStep{{Config: config, ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}
