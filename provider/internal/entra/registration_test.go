// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// newCertificate makes a self-signed certificate as PEM text, and its private key.
func newCertificate(t *testing.T, name string) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}

func parsed(t *testing.T, text string) entra.Certificate {
	t.Helper()
	certificate, err := entra.ParseCertificate(text)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// TestRegistrationUnderFaults: certificates, owners, deletion and restoring end right whatever the directory does.
func TestRegistrationUnderFaults(t *testing.T) {
	first, _ := newCertificate(t, "first")
	second, _ := newCertificate(t, "second")
	underFaults(t, func(t *testing.T, cloud *emulator.Server) {
		ctx, client := t.Context(), provisioner(t, cloud)
		alex, ok := cloud.Directory().User("alex@demo.example")
		if !ok {
			t.Fatal("the demo tenant has no alex")
		}
		self, _ := cloud.Directory().ServicePrincipalByAppID(directory.DemoProvisionerAppID)
		want := entra.Application{DisplayName: "Registered", SignInAudience: "AzureADMyOrg", Certificates: []entra.Certificate{parsed(t, first)}}
		app, err := client.CreateApplication(ctx, want)
		if err != nil {
			t.Fatal("application:", err)
		}
		principal, err := client.CreateServicePrincipal(ctx, app.ClientID)
		if err != nil {
			t.Fatal("service principal:", err)
		}
		want.ObjectID, want.Certificates = app.ObjectID, []entra.Certificate{parsed(t, first), parsed(t, second)}
		if err := client.UpdateApplication(ctx, want); err != nil {
			t.Fatal("certificates:", err)
		}
		for _, owners := range [][]string{{alex.ID, self.ID}, {strings.ToUpper(alex.ID)}} {
			if err := client.SetOwners(ctx, app.ObjectID, owners); err != nil {
				t.Fatal("owners:", err)
			}
		}
		check := func() {
			t.Helper()
			if _, err := client.AwaitServicePrincipal(ctx, app.ClientID); err != nil {
				t.Fatal("service principal:", err)
			}
			found, err := client.Registration(ctx, app.ObjectID, app.ClientID, true)
			switch {
			case err != nil:
				t.Fatal("reading:", err)
			case len(found.Certificates) != 2 || len(found.Owners) != 1 || found.Principal == nil || found.Principal.ObjectID != principal.ObjectID:
				t.Errorf("found %+v with the certificates %d, the owners %v and the service principal %v", found.Application, len(found.Certificates), found.Owners, found.Principal)
			}
		}
		check()
		if err := client.DeleteApplication(ctx, app.ObjectID); err != nil {
			t.Fatal("deleting:", err)
		}
		live, deleted, err := client.Namesakes(ctx, "Registered", true)
		if err != nil || len(live) != 0 || len(deleted) != 1 || deleted[0].ObjectID != app.ObjectID || !deleted[0].MadeHere() {
			t.Fatalf("namesakes %v and deleted %v, %v", live, deleted, err)
		}
		if err := client.RestoreApplication(ctx, deleted[0]); err != nil {
			t.Fatal("restoring:", err)
		}
		check()
	}, "grants lag", "role assignments lag", "users lag")
}

func TestParseCertificateRefuses(t *testing.T) {
	certificate, key := newCertificate(t, "bridge")
	for name, test := range map[string]struct{ text, says string }{
		"no PEM":                     {"MIIB", "it is not PEM"},
		"a private key":              {key, "a private key"},
		"a certificate with its key": {certificate + key, "a private key"},
		"two certificates":           {certificate + certificate, "more than one"},
		"another block":              {"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", `"PUBLIC KEY"`},
		"rubbish in a certificate":   {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := entra.ParseCertificate(test.text)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("got %v, want words about %q", err, test.says)
			}
			if strings.Contains(err.Error(), strings.Split(key, "\n")[1]) {
				t.Error("the error repeats the key")
			}
		})
	}
	if _, err := entra.ParseCertificate("\n  " + strings.ReplaceAll(certificate, "\n", "\r\n") + "\n\n"); err != nil {
		t.Error("a certificate with other line ends:", err)
	}
}

// TestUnknownClientIDIsDecidedSoon: an id that nothing in the tenant has does not take the whole consistency timeout.
func TestUnknownClientIDIsDecidedSoon(t *testing.T) {
	cloud := emulator.Start(t)
	_, err := provisioner(t, cloud).AwaitServicePrincipal(t.Context(), "99999999-9999-4999-8999-999999999999")
	if err == nil || !strings.Contains(err.Error(), "no application with the client id") || strings.Contains(err.Error(), "consistency_timeout") {
		t.Fatal(err)
	}
}

// TestNamesakesIgnoreOthers: a name with an apostrophe finds its own registrations only.
func TestNamesakesIgnoreOthers(t *testing.T) {
	cloud := emulator.Start(t)
	client := provisioner(t, cloud)
	for _, name := range []string{"It's mine", "It's mine", "It's another's"} {
		if _, err := client.CreateApplication(t.Context(), entra.Application{DisplayName: name, SignInAudience: "AzureADMyOrg"}); err != nil {
			t.Fatal(err)
		}
	}
	live, deleted, err := client.Namesakes(t.Context(), "It's mine", true)
	if err != nil || len(live) != 2 || len(deleted) != 0 {
		t.Fatalf("live %v, deleted %v, %v", live, deleted, err)
	}
}

// TestReadingTakesOneRequestEach: a plan refreshes many things, so each resource asks once.
func TestReadingTakesOneRequestEach(t *testing.T) {
	cloud := emulator.Start(t)
	ctx, client := t.Context(), provisioner(t, cloud)
	app, err := client.CreateApplication(ctx, entra.Application{DisplayName: "Bridge", SignInAudience: "AzureADMyOrg"})
	if err != nil {
		t.Fatal(err)
	}
	principal, err := client.CreateServicePrincipal(ctx, app.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	fresh := provisioner(t, cloud) // knows nothing yet, as in a plan
	for name, read := range map[string]func() error{
		"registration": func() error { _, err := fresh.Registration(ctx, app.ObjectID, app.ClientID, true); return err },
		"consent":      func() error { _, err := fresh.Consent(ctx, principal.ObjectID); return err },
	} {
		cloud.RequestLog().Reset()
		if err := read(); err != nil {
			t.Fatal(name, err)
		}
		asked := 0
		for _, request := range cloud.Requests() {
			if request.Parent == "" && strings.HasPrefix(request.Path, "/v1.0/") {
				asked++
			}
		}
		if asked != 1 {
			t.Errorf("reading the %s takes %d requests, want 1", name, asked)
		}
	}
}
