// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package provider_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
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

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
)

// newCertificate makes a self-signed certificate, as PEM text and as Graph takes it.
func newCertificate(t *testing.T, name string) (text, der string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})), base64.StdEncoding.EncodeToString(raw)
}

func certificatesArgument(texts ...string) string {
	var quoted []string
	for _, text := range texts {
		quoted = append(quoted, fmt.Sprintf("%q", text))
	}
	return "  certificates = [" + strings.Join(quoted, ", ") + "]\n"
}

// registration is the one registration of the tests, changed behind Terraform's back.
type registration struct{ *portal }

func (r registration) path() string {
	return fmt.Sprintf("/v1.0/applications/%v", r.application(appName)["id"])
}

func (r registration) keys() []any {
	return r.do(http.MethodGet, r.path()+"?$select=id,keyCredentials", nil)["keyCredentials"].([]any)
}

func (r registration) setKeys(keys []any) {
	r.do(http.MethodPatch, r.path(), object{"keyCredentials": keys})
}

func (r registration) addKey(der string) {
	r.setKeys(append(r.keys(), object{"type": "AsymmetricX509Cert", "usage": "Verify", "key": der}))
}

func (r registration) addSecret(description string) string {
	return r.do(http.MethodPost, r.path()+"/addPassword", object{"passwordCredential": object{"displayName": description}})["keyId"].(string)
}

func (r registration) removeSecret(key string) {
	r.do(http.MethodPost, r.path()+"/removePassword", object{"keyId": key})
}

func (r registration) secrets() []any {
	return r.application(appName)["passwordCredentials"].([]any)
}

func TestAccApplicationCertificates(t *testing.T) {
	cloud := emulator.Start(t)
	admin := registration{openPortal(t, cloud)}
	first, firstDER := newCertificate(t, "first")
	second, secondDER := newCertificate(t, "second")
	_, foreign := newCertificate(t, "foreign")
	config := func(texts ...string) string {
		return azureOnly(cloud, applicationConfig(certificatesArgument(texts...)))
	}
	holds := func(want ...string) resource.TestCheckFunc {
		return func(*terraform.State) error {
			have := map[string]bool{}
			for _, key := range admin.keys() {
				have[key.(object)["key"].(string)] = true
			}
			if len(have) != len(want) {
				return fmt.Errorf("the registration holds %d certificates, want %d", len(have), len(want))
			}
			for _, der := range want {
				if !have[der] {
					return fmt.Errorf("a certificate is missing")
				}
			}
			return nil
		}
	}
	reformatted := "\n    " + strings.ReplaceAll(strings.TrimSpace(first), "\n", "\r\n    ") + "\n\n"
	var keyID any
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config(first), Check: holds(firstDER)},
		{Config: config(reformatted), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())},
		{
			PreConfig: func() { keyID = admin.keys()[0].(object)["keyId"] },
			Config:    config(second, first), ConfigPlanChecks: plans(updates(app, "certificates")),
			Check: resource.ComposeTestCheckFunc(holds(firstDER, secondDER), func(*terraform.State) error {
				for _, key := range admin.keys() {
					if key.(object)["keyId"] == keyID {
						return nil
					}
				}
				return fmt.Errorf("the certificate that stays got another key id")
			}),
		},
		{ // added by somebody
			PreConfig: func() { admin.addKey(foreign) }, Config: config(first, second),
			ConfigPlanChecks: plans(updates(app, "certificates")), Check: holds(firstDER, secondDER),
		},
		{ // removed by somebody
			PreConfig: func() { admin.setKeys(admin.keys()[:1]) }, Config: config(first, second),
			ConfigPlanChecks: plans(updates(app, "certificates")), Check: holds(firstDER, secondDER),
		},
		{ // known only during the apply, as that of msteamssync_client_certificate
			Config: azureOnly(cloud, applicationConfig("  certificates = [terraform_data.certificate.output]\n")+
				fmt.Sprintf("resource \"terraform_data\" \"certificate\" {\n  input = %q\n}\n", second)),
			Check: holds(secondDER),
		},
		{Config: config(), ConfigPlanChecks: plans(updates(app, "certificates")), Check: holds()},
	}})
}

func TestAccApplicationRefusesBadCertificates(t *testing.T) {
	cloud := emulator.Start(t)
	step := func(text, says string) resource.TestStep {
		return resource.TestStep{Config: azureOnly(cloud, applicationConfig(certificatesArgument(text))), ExpectError: regexp.MustCompile(says), PlanOnly: true}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		step("MIIB", `(?s)Invalid certificate.*not PEM`),
		step("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", `(?s)Invalid certificate.*a private key`),
	}})
}

// TestAccApplicationReportsForeignCredentials: what nothing declares stays a change until it is gone or listed, and an
// apply leaves it where it is.
func TestAccApplicationReportsForeignCredentials(t *testing.T) {
	cloud := emulator.Start(t)
	admin := registration{openPortal(t, cloud)}
	_, der := newCertificate(t, "foreign")
	config := func(arguments string) string { return azureOnly(cloud, applicationConfig(arguments)) }
	listed := func(items ...string) string {
		return fmt.Sprintf("  foreign_credentials = [\"%s\"]\n", strings.Join(items, "\", \""))
	}
	const both = "  managed_secret_descriptions = [\"by hand\", \"Mattermost MS Teams Sync (Terraform)\"]\n"
	var secret string
	writes := func() (n int) {
		for _, request := range cloud.Requests() {
			if strings.HasPrefix(request.Path, "/v1.0/applications") && request.Method != http.MethodGet {
				n++
			}
		}
		return n
	}
	reported := func(change func()) resource.TestStep {
		return resource.TestStep{
			PreConfig: func() { change(); cloud.RequestLog().Reset() }, Config: config(""), ConfigPlanChecks: plans(updates(app, "foreign_credentials")),
			ConfigStateChecks: []statecheck.StateCheck{attribute(app, "foreign_credentials", knownvalue.SetSizeExact(0))},
			Check: func(*terraform.State) error {
				if n := writes(); n > 0 {
					return fmt.Errorf("the apply wrote %d times", n)
				}
				return nil
			},
			ExpectNonEmptyPlan: true,
		}
	}
	quiet := func(change func()) resource.TestStep {
		return resource.TestStep{PreConfig: change, Config: config(""), ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan())}
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: inProcess, Steps: []resource.TestStep{
		{Config: config("")},
		reported(func() { secret = admin.addSecret("by hand") }),
		quiet(func() { admin.removeSecret(secret) }),
		reported(func() { admin.addKey(der) }),
		quiet(func() { admin.setKeys([]any{}) }),
		reported(func() {
			admin.do(http.MethodPost, admin.path()+"/federatedIdentityCredentials",
				object{"name": "CI", "issuer": "https://ci.example", "subject": "repo", "audiences": []string{"api://AzureADTokenExchange"}})
		}),
		quiet(func() { admin.do(http.MethodDelete, admin.path()+"/federatedIdentityCredentials/CI", nil) }),
		quiet(func() { admin.addSecret("Mattermost MS Teams Sync (Terraform)") }), // msteamssync_client_secret sees to it
		reported(func() { secret = admin.addSecret("by hand"); admin.addKey(der) }),
		{
			PreConfig: func() {
				admin.do(http.MethodPost, admin.path()+"/federatedIdentityCredentials",
					object{"name": "CI", "issuer": "https://ci.example", "subject": "repo", "audiences": []string{"api://AzureADTokenExchange"}})
			},
			Config: config(listed("federated:ci") + both), ExpectNonEmptyPlan: true, // the certificate
		},
		{
			PreConfig: func() { admin.setKeys([]any{}) }, Config: config(listed("federated:ci") + both),
			ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
		},
		{ // what is listed may go
			PreConfig:        func() { admin.do(http.MethodDelete, admin.path()+"/federatedIdentityCredentials/CI", nil) },
			Config:           config(listed("federated:ci") + both),
			ConfigPlanChecks: plans(plancheck.ExpectEmptyPlan()),
		},
		{ // listed before it is there
			Config: config(listed("01234567-89AB-4def-8123-456789abcdef") + both),
			Check: func(*terraform.State) error {
				if n := len(admin.secrets()); n != 2 {
					return fmt.Errorf("%d secrets, want both", n)
				}
				return nil
			},
		},
	}})
}
