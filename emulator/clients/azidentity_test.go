// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/golang-jwt/jwt/v5"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

func provisionerApp(t *testing.T, server *emulator.Server) directory.Application {
	t.Helper()
	app, ok := server.Directory().ApplicationByAppID(directory.DemoProvisionerAppID)
	if !ok {
		t.Fatal("the demo tenant has no provisioner")
	}
	return app
}

// wantAADSTS fails unless err is a failed sign-in with that code.
func wantAADSTS(t *testing.T, err error, code string) {
	t.Helper()
	var failed *azidentity.AuthenticationFailedError
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), code) {
		t.Errorf("error = %v, want %s", err, code)
	}
}

func TestSecretCredential(t *testing.T) {
	server := emulator.Start(t)
	token, err := tokenFor(t.Context(), server, provisioner(t, server))
	if err != nil {
		t.Fatal(err)
	}
	caller, err := server.Entra().Authenticate(token)
	if err != nil || !caller.AppOnly() || !caller.Has("Application.ReadWrite.All") {
		t.Fatalf("caller = %+v, %v", caller, err)
	}
	_, err = tokenFor(t.Context(), server, secretCredential(t, server, directory.DemoProvisionerAppID, "wrong"))
	wantAADSTS(t, err, "AADSTS7000215")
	_, err = tokenFor(t.Context(), server, secretCredential(t, server, "55555555-5555-4555-8555-555555555555", "any"))
	wantAADSTS(t, err, "AADSTS700016")
}

func TestSecretExpiresByTheClock(t *testing.T) {
	server := emulator.Start(t)
	server.Clock().Shift(3 * 365 * 24 * time.Hour)
	_, err := tokenFor(t.Context(), server, provisioner(t, server))
	wantAADSTS(t, err, "AADSTS7000222")
}

func newCertificate(t *testing.T) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sync"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate, key
}

func certificateCredential(t *testing.T, server *emulator.Server, certificate *x509.Certificate, key any) *azidentity.ClientCertificateCredential {
	t.Helper()
	credential, err := azidentity.NewClientCertificateCredential(tenant, directory.DemoProvisionerAppID, []*x509.Certificate{certificate}, key, &azidentity.ClientCertificateCredentialOptions{
		ClientOptions: clientOptions(server), DisableInstanceDiscovery: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return credential
}

func TestCertificateCredential(t *testing.T) {
	server := emulator.Start(t)
	certificate, key := newCertificate(t)
	_, err := tokenFor(t.Context(), server, certificateCredential(t, server, certificate, key))
	wantAADSTS(t, err, "AADSTS700027")

	registered := directory.Properties{}.Set("keyCredentials", []map[string]any{{
		"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.StdEncoding.EncodeToString(certificate.Raw), "displayName": "sync",
	}})
	if _, err := server.Directory().UpdateApplication(provisionerApp(t, server).ID, registered); err != nil {
		t.Fatal(err)
	}
	if _, err := tokenFor(t.Context(), server, certificateCredential(t, server, certificate, key)); err != nil {
		t.Fatal(err)
	}

	t.Run("expired", func(t *testing.T) {
		server.Clock().Shift(2 * 365 * 24 * time.Hour)
		_, err := tokenFor(t.Context(), server, certificateCredential(t, server, certificate, key))
		wantAADSTS(t, err, "AADSTS700027")
	})
}

// issuer is a federated identity provider on loopback.
type issuer struct {
	*httptest.Server
	key *rsa.PrivateKey
}

func startIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/keys"})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(i.jwks()) })
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) jwks() []byte {
	raw, _ := json.Marshal(map[string]any{"keys": []map[string]any{{
		"kty": "RSA", "kid": "k1", "n": base64.RawURLEncoding.EncodeToString(i.key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(i.key.E)).Bytes()),
	}}})
	return raw
}

func (i *issuer) token(t *testing.T, issuer, subject, audience string) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{"iss": issuer, "sub": subject, "aud": audience, "exp": time.Now().Add(time.Hour).Unix()})
	token.Header["kid"] = "k1"
	text, err := token.SignedString(i.key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestFederatedCredential(t *testing.T) {
	server := emulator.Start(t)
	pipeline := startIssuer(t)
	const subject, audience = "repo:demo/infra:ref:refs/heads/main", "api://AzureADTokenExchange"
	signIn := func(assertion string) error {
		credential, err := azidentity.NewClientAssertionCredential(tenant, directory.DemoProvisionerAppID, func(context.Context) (string, error) { return assertion, nil },
			&azidentity.ClientAssertionCredentialOptions{ClientOptions: clientOptions(server), DisableInstanceDiscovery: true})
		if err != nil {
			t.Fatal(err)
		}
		_, err = tokenFor(t.Context(), server, credential)
		return err
	}
	register := func(name, issuer string) {
		t.Helper()
		_, err := server.Directory().PutFederatedCredential(provisionerApp(t, server).ID, directory.FederatedCredential{Name: name, Issuer: issuer, Subject: subject, Audiences: []string{audience}})
		if err != nil {
			t.Fatal(err)
		}
	}
	wantAADSTS(t, signIn(pipeline.token(t, pipeline.URL, subject, audience)), "AADSTS70025")
	register("pipeline", pipeline.URL)
	if err := signIn(pipeline.token(t, pipeline.URL, subject, audience)); err != nil {
		t.Fatal(err)
	}
	wantAADSTS(t, signIn(pipeline.token(t, "https://issuer.example", subject, audience)), "AADSTS700211")
	wantAADSTS(t, signIn(pipeline.token(t, pipeline.URL, "somebody else", audience)), "AADSTS700213")
	wantAADSTS(t, signIn(pipeline.token(t, pipeline.URL, subject, "somewhere else")), "AADSTS700212")
	wantAADSTS(t, signIn(startIssuer(t).token(t, pipeline.URL, subject, audience)), "AADSTS700027")

	// An issuer elsewhere is known by its keys: the emulator asks nobody beyond this machine.
	const elsewhere = "https://issuer.example"
	register("elsewhere", elsewhere)
	wantAADSTS(t, signIn(pipeline.token(t, elsewhere, subject, audience)), "AADSTS50166")
	if err := server.Entra().RegisterIssuer(elsewhere, pipeline.jwks()); err != nil {
		t.Fatal(err)
	}
	if err := signIn(pipeline.token(t, elsewhere, subject, audience)); err != nil {
		t.Fatal(err)
	}
}
