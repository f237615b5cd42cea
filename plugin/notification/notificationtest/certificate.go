// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package notificationtest makes encryption certificates for tests.
package notificationtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
)

// Generate makes a self-signed certificate with an RSA key of 2,048 bits and returns both as the settings take them.
func Generate() (certificatePEM, keyPEM string, err error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", "", err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bridge"}, NotBefore: time.Now(), NotAfter: time.Now().Add(24 * time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return "", "", err
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})), nil
}

// Certificate is Generate for a test.
func Certificate(t testing.TB) (certificatePEM, keyPEM string) {
	t.Helper()
	certificatePEM, keyPEM, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	return certificatePEM, keyPEM
}

// Key makes a certificate and reads it.
func Key(t testing.TB) *notification.Key {
	t.Helper()
	key, err := notification.ReadKey(Certificate(t))
	if err != nil {
		t.Fatal(err)
	}
	return key
}
