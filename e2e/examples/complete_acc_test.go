// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

//go:build acc

package examples_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"maps"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/arm"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// TestAccComplete: every option works together with every other one. That none is missing is
// TestCompleteExampleHasEveryOption.
func TestAccComplete(t *testing.T) {
	pair := newTeams(t, "town", "square")
	name := "dana-" + strings.ToLower(rand.Text()[:8])
	user, err := shared.Mattermost.NewUser(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	self, ok := shared.Emulator.Directory().ServicePrincipalByAppID(directory.DemoProvisionerAppID)
	if !ok {
		t.Fatal("Terraform's identity has no service principal")
	}
	certificate, key := encryptionKey(t)
	e := open(t, "examples/complete", map[string]any{
		"subscription_id": arm.DemoSubscriptionID, "resource_group_name": arm.DemoResourceGroup, "owners": []string{self.ID},
		"bot_user_principal_name": "bridge@demo.example", "bot_password": botPassword, "encryption_certificate": certificate, "encryption_key": key,
		"mattermost_team": pair.team.Name, "mattermost_channels": []string{"town", "square"}, "teams_team": pair.name, "teams_channels": []string{"town", "square"},
		"account_mappings": map[string]string{user.Username: "alex@demo.example"},
	})
	e.life(func() {
		bridging(t)
		if links := pair.linked(); !maps.Equal(links, map[string]string{"town": "town", "square": "square"}) {
			t.Errorf("the links are %v", links)
		}
		text := e.state()
		for what, secret := range map[string]string{"bot's password": botPassword, "encryption key": strings.Split(key, "\n")[5]} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s is in the state", what)
			}
		}
	})
}

// encryptionKey is a certificate for encrypted notifications, and its key.
func encryptionKey(t *testing.T) (certificatePEM, keyPEM string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "notifications"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
}
