//go:build e2e

// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/e2e/postgres"
)

func TestServerAnswersSurvivesAKillAndLeavesNoProcess(t *testing.T) {
	ctx := t.Context()
	s := start(t, nil)

	user, err := s.NewUser(ctx, "casey")
	if err != nil {
		t.Fatal(err)
	}
	team, err := s.NewTeam(ctx, "kept", user)
	if err != nil {
		t.Fatal(err)
	}

	s.Kill()
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if got, _, err := s.Client().GetTeam(ctx, team.Id, ""); err != nil || got.Name != "kept" {
		t.Errorf("after a kill, team = %v, %v", got, err)
	}

	pid := s.Pid()
	s.Stop(ctx)
	if syscall.Kill(pid, 0) == nil {
		t.Errorf("process %d still runs", pid)
	}
}

func TestAFailedStartShowsTheLog(t *testing.T) {
	certificate, key, ca := certificates(t)
	_, err := mattermost.Start(t.Context(), mattermost.Options{
		Dir: t.TempDir(), DSN: "postgres://127.0.0.1:1/none?connect_timeout=1", CertificatePEM: certificate, KeyPEM: key, CAPEM: ca,
		Env: map[string]string{"MM_SQLSETTINGS_DRIVERNAME": "sqlite"},
	})
	if err == nil || !strings.Contains(err.Error(), "Invalid driver name") {
		t.Errorf("error = %v, want the server's own words", err)
	}
}

func TestAttachUsesAServerThatRunsAlready(t *testing.T) {
	ctx := t.Context()
	s := start(t, nil)
	attached, err := mattermost.Attach(ctx, s.URL+"/", s.AdminToken, s.CAPEM())
	if err != nil {
		t.Fatal(err)
	}
	user, err := attached.NewUser(ctx, "casey")
	if err != nil {
		t.Fatal(err)
	}
	attached.Stop(ctx) // is not ours to stop
	if _, _, err := s.Client().GetUser(ctx, user.ID, ""); err != nil {
		t.Errorf("after Stop the server does not answer: %v", err)
	}

	for name, c := range map[string]struct{ url, token, words string }{
		"no admin":        {s.URL, user.Client.AuthToken, "no system admin"},
		"no valid token":  {s.URL, "nonsense", "MM_TOKEN"},
		"not the SiteURL": {strings.Replace(s.URL, "127.0.0.1", "localhost", 1), s.AdminToken, "Site URL"},
	} {
		if _, err := mattermost.Attach(ctx, c.url, c.token, s.CAPEM()); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: error = %v, want words about %q", name, err, c.words)
		}
	}
}

func TestATakenPortIsSaid(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	certificate, key, ca := certificates(t)
	_, err = mattermost.Start(t.Context(), mattermost.Options{
		Dir: t.TempDir(), Port: taken.Addr().(*net.TCPAddr).Port, CertificatePEM: certificate, KeyPEM: key, CAPEM: ca,
	})
	if err == nil || !strings.Contains(err.Error(), "is taken") {
		t.Errorf("error = %v, want that the port is taken", err)
	}
}

func start(t *testing.T, env map[string]string) *mattermost.Server {
	t.Helper()
	ctx := t.Context()
	db, err := postgres.Start(ctx, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.WithoutCancel(ctx)) })
	certificate, key, ca := certificates(t)
	s, err := mattermost.Start(ctx, mattermost.Options{Dir: t.TempDir(), DSN: db.DSN, CertificatePEM: certificate, KeyPEM: key, CAPEM: ca, Env: env})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	return s
}

// certificates returns a certificate for 127.0.0.1 that is its own authority.
func certificates(t *testing.T) (certificate, key, ca []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return certificate, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), certificate
}
