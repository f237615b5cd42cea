// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams/teamstest"
)

func newCertificate(t *testing.T, id string) teams.Certificate {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: id}, NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return teams.Certificate{ID: id, DER: der, Key: key}
}

// register makes these the certificates of the tests' application.
func register(t *testing.T, tenant *teamstest.Tenant, certificates ...teams.Certificate) {
	t.Helper()
	app, ok := tenant.Directory().ApplicationByAppID(teamstest.ClientID)
	if !ok {
		t.Fatal("the tenant has no application")
	}
	keys := []any{}
	for _, c := range certificates {
		keys = append(keys, map[string]any{"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.StdEncoding.EncodeToString(c.DER)})
	}
	if _, err := tenant.Directory().UpdateApplication(app.ID, directory.Properties{}.Set("keyCredentials", keys)); err != nil {
		t.Fatal(err)
	}
}

// TestTheNewestKnownCertificateLogsIn: in each state of a rotation the application gets a token, and says with what.
func TestTheNewestKnownCertificateLogsIn(t *testing.T) {
	tenant := teamstest.Start(t)
	newer, older := newCertificate(t, "newer"), newCertificate(t, "older")
	for _, test := range []struct {
		name       string
		held       []teams.Certificate
		registered []teams.Certificate
		secret     string
		accepted   []string
		problem    string
	}{
		{"without a secret", []teams.Certificate{older}, []teams.Certificate{older}, "", []string{"older"}, ""},
		{"made, not registered yet", []teams.Certificate{newer, older}, []teams.Certificate{older}, "", []string{"older"}, ""},
		{"both registered", []teams.Certificate{newer, older}, []teams.Certificate{newer, older}, "", []string{"newer"}, ""},
		{"the older one was taken out", []teams.Certificate{newer, older}, []teams.Certificate{newer}, "", []string{"newer"}, ""},
		{"registered first", []teams.Certificate{older}, []teams.Certificate{newer, older}, "", []string{"older"}, ""},
		{"none registered, a secret", []teams.Certificate{newer, older}, nil, teamstest.Secret, nil, ""},
		{"none registered, no secret", []teams.Certificate{newer, older}, nil, "", nil, "AADSTS700027"},
		{"none registered, a wrong secret", []teams.Certificate{newer}, nil, "wrong", nil, "AADSTS7000215"},
		{"nothing at all", nil, nil, "", nil, "AADSTS7000218"},
	} {
		t.Run(test.name, func(t *testing.T) {
			register(t, tenant, test.registered...)
			var accepted []string
			client := tenant.Client(t, nil, func(c *teams.Config) {
				c.ClientSecret = test.secret
				c.Certificates = func() []teams.Certificate { return test.held }
				c.Accepted = func(id string) { accepted = append(accepted, id) }
			})
			err := client.CheckCredentials(t.Context())
			if (err == nil) != (test.problem == "") || err != nil && !strings.Contains(err.Error(), test.problem) {
				t.Errorf("error %v, want %q", err, test.problem)
			}
			if err != nil && len(test.held) > 0 && !strings.Contains(err.Error(), "AADSTS700027") {
				t.Errorf("%v does not say that the certificate is not registered", err)
			}
			if !slices.Equal(accepted, test.accepted) {
				t.Errorf("accepted are %v, want %v", accepted, test.accepted)
			}
		})
	}
}

// TestARotationBetweenTwoAttemptsIsNoRefusal: Entra took the newest certificate in the place of the older one just after it
// had refused it, so that the older one was refused too.
func TestARotationBetweenTwoAttemptsIsNoRefusal(t *testing.T) {
	tenant := teamstest.Start(t)
	newer, older := newCertificate(t, "newer"), newCertificate(t, "older")
	register(t, tenant)
	asked, accepted := 0, ""
	client := tenant.Client(t, nil, func(c *teams.Config) {
		c.ClientSecret = ""
		c.Certificates = func() []teams.Certificate {
			if asked++; asked == 2 {
				register(t, tenant, newer)
			}
			return []teams.Certificate{newer, older}
		}
		c.Accepted = func(id string) { accepted = id }
	})
	if err := client.CheckCredentials(t.Context()); err != nil || accepted != "newer" {
		t.Errorf("accepted is %q, error %v", accepted, err)
	}
}

// TestPeopleLogInThroughACertificate: a log-in is redeemed and refreshed without a client secret.
func TestPeopleLogInThroughACertificate(t *testing.T) {
	tenant := teamstest.Start(t)
	certificate := newCertificate(t, "certificate")
	register(t, tenant, certificate)
	client := tenant.Client(t, nil, func(c *teams.Config) {
		c.ClientSecret = ""
		c.Certificates = func() []teams.Certificate { return []teams.Certificate{certificate} }
	})
	verifier := oauth2.GenerateVerifier()
	back := tenant.LogIn(t, client.LoginAddress(teamstest.RedirectURI(), "state", verifier, ""), "alex@demo.example")
	token, err := client.Exchange(t.Context(), teamstest.RedirectURI(), back.Get("code"), verifier)
	if err != nil {
		t.Fatal(err)
	}
	if !token.Valid() || token.RefreshToken == "" || time.Until(token.Expiry) < time.Minute {
		t.Errorf("the token is %+v", token)
	}
	again, err := client.Refresh(t.Context(), token.RefreshToken)
	if err != nil || !again.Valid() || again.RefreshToken == "" {
		t.Errorf("refreshed: %+v, %v", again, err)
	}
	for _, request := range tenant.Requests() {
		form, _ := url.ParseQuery(request.Body)
		if form.Has("client_secret") {
			t.Errorf("%s %s sent a client secret", request.Method, request.Path)
		}
	}
}
