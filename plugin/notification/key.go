// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notification

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
)

// Key is a certificate that messages are encrypted for, with its private key.
type Key struct {
	// ID is what Graph is told to call the certificate: its SHA-256, so that one certificate has one name on every node.
	ID          string
	certificate []byte // DER
	private     *rsa.PrivateKey
}

// What Graph accepts (Graph docs, "Set up change notifications that include resource data").
const (
	minBits = 2048
	maxBits = 4096
)

// Errors of ReadKey, by the setting that is at fault.
type (
	// CertificateError says what is wrong with the certificate.
	CertificateError struct{ Problem string }
	// PrivateKeyError says what is wrong with the private key.
	PrivateKeyError struct{ Problem string }
)

// Error implements error.
func (e *CertificateError) Error() string { return "the certificate " + e.Problem }

// Error implements error.
func (e *PrivateKeyError) Error() string { return "the private key " + e.Problem }

// ReadKey reads a certificate and its private key (PKCS #8 or PKCS #1), both PEM. Its errors are a *CertificateError or a
// *PrivateKeyError and hold nothing of the key.
func ReadKey(certificatePEM, privatePEM string) (*Key, error) {
	block, _ := pem.Decode([]byte(certificatePEM))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, &CertificateError{"is not a PEM block that begins with -----BEGIN CERTIFICATE-----"}
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, &CertificateError{fmt.Sprintf("cannot be read: %v", err)}
	}
	public, ok := certificate.PublicKey.(*rsa.PublicKey)
	if !ok || public.N.BitLen() < minBits || public.N.BitLen() > maxBits {
		return nil, &CertificateError{fmt.Sprintf("must hold an RSA key of %d to %d bits, which is what Microsoft Graph encrypts for", minBits, maxBits)}
	}
	block, _ = pem.Decode([]byte(privatePEM))
	if block == nil {
		return nil, &PrivateKeyError{"is not a PEM block that begins with -----BEGIN PRIVATE KEY-----"}
	}
	private, err := readPrivate(block)
	if err != nil {
		return nil, err
	}
	if !private.PublicKey.Equal(public) {
		return nil, &PrivateKeyError{"does not belong to the certificate"}
	}
	sum := sha256.Sum256(certificate.Raw)
	return &Key{ID: hex.EncodeToString(sum[:]), certificate: certificate.Raw, private: private}, nil
}

func readPrivate(block *pem.Block) (*rsa.PrivateKey, error) {
	switch block.Type {
	case "RSA PRIVATE KEY":
		private, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, &PrivateKeyError{"cannot be read"}
		}
		return private, nil
	case "PRIVATE KEY":
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, &PrivateKeyError{"cannot be read"}
		}
		if private, ok := parsed.(*rsa.PrivateKey); ok {
			return private, nil
		}
		return nil, &PrivateKeyError{"is no RSA key"}
	case "ENCRYPTED PRIVATE KEY":
		return nil, &PrivateKeyError{"is protected by a password; give it without one"}
	}
	return nil, &PrivateKeyError{"is not a PEM block that begins with -----BEGIN PRIVATE KEY-----"}
}

// Certificate is the public part as Graph takes it: DER in Base64.
func (k *Key) Certificate() string { return base64.StdEncoding.EncodeToString(k.certificate) }

// marshal and unmarshal are the private key as it is sealed.
func (k *Key) marshal() ([]byte, error) { return x509.MarshalPKCS8PrivateKey(k.private) }

func unmarshal(document []byte) (*rsa.PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(document)
	if err != nil {
		return nil, err
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("it is no RSA key")
	}
	return private, nil
}
