// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// works reads something that needs a token.
func works(t *testing.T, cloud *emulator.Server, how entra.Login) error {
	t.Helper()
	_, err := newClient(t, cloud, how).ServicePrincipalByClientID(t.Context(), catalog.GraphAppID)
	return err
}

func refused(t *testing.T, err error, words ...string) {
	t.Helper()
	var failed *entra.LoginError
	if !errors.As(err, &failed) {
		t.Fatalf("got %v, want a refused log-in", err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}

func TestLoginWithASecret(t *testing.T) {
	cloud := emulator.Start(t)
	how := login(cloud)
	how.ClientSecret = "emulator-provisioner-secret"
	if err := works(t, cloud, how); err != nil {
		t.Fatal(err)
	}
	wrong := how
	wrong.ClientSecret = "not-the-secret"
	err := works(t, cloud, wrong)
	refused(t, err, "AADSTS7000215", "The client secret is wrong")
	if strings.Contains(err.Error(), "not-the-secret") {
		t.Error("the secret stands in the error")
	}
	stranger := how
	stranger.ClientID = "55555555-5555-4555-8555-555555555555"
	refused(t, works(t, cloud, stranger), "AADSTS700016", "Check client_id and tenant_id")
	elsewhere := how
	elsewhere.TenantID = "99999999-9999-4999-8999-999999999999"
	refused(t, works(t, cloud, elsewhere), "AADSTS90002", "Check tenant_id")
	untrusting := how
	untrusting.Base = http.DefaultTransport
	refused(t, works(t, cloud, untrusting), "unknown authority", "ca_certificates")
	cloud.Clock().Shift(3 * 365 * 24 * time.Hour)
	refused(t, works(t, cloud, how), "AADSTS7000222", "has expired")
}

// certificatePEM is a self-signed certificate with its key, and the certificate alone.
func certificatePEM(t *testing.T) (both, der []byte) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "terraform"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err = x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	_ = pem.Encode(&file, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	_ = pem.Encode(&file, &pem.Block{Type: "PRIVATE KEY", Bytes: private})
	return file.Bytes(), der
}

func provisionerRegistration(t *testing.T, cloud *emulator.Server) directory.Application {
	t.Helper()
	app, ok := cloud.Directory().ApplicationByAppID(directory.DemoProvisionerAppID)
	if !ok {
		t.Fatal("the demo tenant has no provisioner")
	}
	return app
}

func TestLoginWithACertificate(t *testing.T) {
	cloud := emulator.Start(t)
	both, der := certificatePEM(t)
	how := login(cloud)
	how.Certificate = both
	refused(t, works(t, cloud, how), "AADSTS700027", "not registered")
	keys := directory.Properties{}.Set("keyCredentials", []map[string]any{{
		"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.StdEncoding.EncodeToString(der),
	}})
	if _, err := cloud.Directory().UpdateApplication(provisionerRegistration(t, cloud).ID, keys); err != nil {
		t.Fatal(err)
	}
	if err := works(t, cloud, how); err != nil {
		t.Fatal(err)
	}
}

func TestLoginWithAFederatedToken(t *testing.T) {
	cloud := emulator.Start(t)
	const issuer, subject, audience = "https://ci.example", "repo:demo/infra:ref:refs/heads/main", "api://AzureADTokenExchange"
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	jwks, _ := json.Marshal(map[string]any{"keys": []map[string]any{{
		"kty": "RSA", "kid": "k", "n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	}}})
	if err := cloud.Entra().RegisterIssuer(issuer, jwks); err != nil {
		t.Fatal(err)
	}
	if _, err := cloud.Directory().PutFederatedCredential(provisionerRegistration(t, cloud).ID,
		directory.FederatedCredential{Name: "ci", Issuer: issuer, Subject: subject, Audiences: []string{audience}}); err != nil {
		t.Fatal(err)
	}
	sign := func(subject string) string {
		token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{"iss": issuer, "sub": subject, "aud": audience, "exp": time.Now().Add(time.Hour).Unix()})
		token.Header["kid"] = "k"
		text, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}

	t.Run("given", func(t *testing.T) {
		how := login(cloud)
		how.OIDCToken = sign(subject)
		if err := works(t, cloud, how); err != nil {
			t.Fatal(err)
		}
		how.OIDCToken = sign("somebody else")
		refused(t, works(t, cloud, how), "AADSTS700213", "Compare issuer, subject and audience")
	})
	t.Run("in a file", func(t *testing.T) {
		how := login(cloud)
		how.OIDCTokenFile = filepath.Join(t.TempDir(), "token")
		if err := works(t, cloud, how); err == nil || !strings.Contains(err.Error(), "reading the federated token") {
			t.Errorf("a missing file: %v", err)
		}
		if err := os.WriteFile(how.OIDCTokenFile, []byte(sign(subject)+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := works(t, cloud, how); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("from the CI system", func(t *testing.T) {
		ci := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer job" || r.URL.Query().Get("audience") != audience || r.URL.Query().Get("job") != "7" {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			_ = json.NewEncoder(w).Encode(map[string]string{"value": sign(subject)})
		}))
		t.Cleanup(ci.Close)
		how := login(cloud)
		how.OIDCRequestURL, how.OIDCRequestToken = ci.URL+"/token?job=7", "job"
		if err := works(t, cloud, how); err != nil {
			t.Fatal(err)
		}
		how.OIDCRequestToken = "another"
		if err := works(t, cloud, how); err == nil || !strings.Contains(err.Error(), "id-token: write") {
			t.Errorf("a refused job: %v", err)
		}
	})
}

func TestLoginNamesWhatIsMissing(t *testing.T) {
	for name, how := range map[string]entra.Login{
		"client_id":   {LoginURL: "https://login.example", TenantID: "t", ClientSecret: "s"},
		"tenant_id":   {LoginURL: "https://login.example", ClientID: "c", ClientSecret: "s"},
		"certificate": {LoginURL: "https://login.example", TenantID: "t", ClientID: "c", Certificate: []byte("nonsense")},
	} {
		if _, err := how.Credential(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (entra.Login{}).Credential(); !errors.Is(err, entra.ErrNoCredential) {
		t.Errorf("nothing given: %v", err)
	}
}
