// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package certificates

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"
)

// Limits of a certificate's validity.
const (
	shortestValidity = time.Hour
	longestValidity  = 3 * 365 * 24 * time.Hour
)

const keyBits = 2048

// backdating makes a new certificate valid on machines whose clock is behind.
const backdating = 5 * time.Minute

// selfSigned makes a certificate, DER, and its private key, PKCS #8.
func selfSigned(subject pkix.Name, validFor time.Duration) (certificate, key []byte, err error) {
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, fmt.Errorf("make a serial number: %w", err)
	}
	now := time.Now().UTC().Truncate(time.Second)
	template := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)), Subject: subject, NotBefore: now.Add(-backdating), NotAfter: now.Add(validFor),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, BasicConstraintsValid: true,
	}
	if certificate, err = x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private); err != nil {
		return nil, nil, fmt.Errorf("make a certificate: %w", err)
	}
	if key, err = x509.MarshalPKCS8PrivateKey(private); err != nil {
		return nil, nil, fmt.Errorf("encode the key: %w", err)
	}
	return certificate, key, nil
}

// subjectPart is one attribute of a subject; what would need escaping is not taken.
var subjectPart = regexp.MustCompile(`^\s*(CN|O|OU|L|ST|C)=([^,+="\\<>;#]{1,64})$`)

// parseSubject reads a subject such as "CN=Mattermost MS Teams Sync, O=Example".
func parseSubject(text string) (name pkix.Name, err error) {
	for part := range strings.SplitSeq(text, ",") {
		found := subjectPart.FindStringSubmatch(part)
		if found == nil {
			return pkix.Name{}, fmt.Errorf("must be like CN=Mattermost MS Teams Sync, O=Example; known are CN, O, OU, L, ST and C, and %q is none of them", part)
		}
		value := strings.TrimSpace(found[2])
		switch found[1] {
		case "CN":
			if name.CommonName != "" {
				return pkix.Name{}, errors.New("has more than one CN")
			}
			name.CommonName = value
		case "O":
			name.Organization = append(name.Organization, value)
		case "OU":
			name.OrganizationalUnit = append(name.OrganizationalUnit, value)
		case "L":
			name.Locality = append(name.Locality, value)
		case "ST":
			name.Province = append(name.Province, value)
		case "C":
			name.Country = append(name.Country, value)
		}
	}
	if name.CommonName == "" {
		return pkix.Name{}, errors.New("has no CN")
	}
	return name, nil
}

// textOf writes a subject as parseSubject reads it.
func textOf(name pkix.Name) string {
	parts := []string{"CN=" + name.CommonName}
	for _, attribute := range []struct {
		key    string
		values []string
	}{{"O", name.Organization}, {"OU", name.OrganizationalUnit}, {"L", name.Locality}, {"ST", name.Province}, {"C", name.Country}} {
		for _, value := range attribute.values {
			parts = append(parts, attribute.key+"="+value)
		}
	}
	return strings.Join(parts, ", ")
}
