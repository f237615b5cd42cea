// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"crypto/sha1" // Entra names certificates by their SHA-1 thumbprint
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

// Graph's words for a certificate that an application logs in with.
const (
	certificateType  = "AsymmetricX509Cert"
	certificateUsage = "Verify"
)

// Certificate is the public half of what an application can log in with instead of a client secret.
type Certificate struct {
	KeyID       string // GUID; empty before Entra has given one
	DisplayName string
	DER         []byte // nil when Graph does not return it
	Start, End  time.Time
	Type, Usage string
}

// ParseCertificate reads exactly one PEM certificate. Its errors never repeat the text, which may be a private key.
func ParseCertificate(text string) (Certificate, error) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i]) // indented, as in a heredoc
	}
	block, rest := pem.Decode([]byte(strings.Join(lines, "\n") + "\n"))
	switch {
	case block == nil:
		return Certificate{}, errors.New("it is not PEM; a certificate begins with -----BEGIN CERTIFICATE-----")
	case strings.Contains(block.Type, "PRIVATE KEY") || strings.Contains(string(rest), "PRIVATE KEY"):
		return Certificate{}, errors.New("it holds a private key, which must not leave the place where it was made; give the certificate alone")
	case block.Type != "CERTIFICATE":
		return Certificate{}, fmt.Errorf("it is a PEM block of the type %q; a certificate begins with -----BEGIN CERTIFICATE-----", block.Type)
	case len(strings.TrimSpace(string(rest))) > 0:
		return Certificate{}, errors.New("it holds more than one PEM block; give each certificate on its own")
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return Certificate{}, fmt.Errorf("its certificate cannot be read: %w", err)
	}
	return Certificate{DisplayName: parsed.Subject.CommonName, DER: block.Bytes, Start: parsed.NotBefore, End: parsed.NotAfter, Type: certificateType, Usage: certificateUsage}, nil
}

// PEM is the certificate as text, always written the same way.
func (c Certificate) PEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.DER}))
}

// Thumbprint is what the portal shows: SHA-1 in upper-case hex. Without the certificate's bytes it is empty.
func (c Certificate) Thumbprint() string {
	if len(c.DER) == 0 {
		return ""
	}
	sum := sha1.Sum(c.DER) // a name, not a protection
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// LogsIn says whether the application can log in with the certificate; others sign tokens, for example.
func (c Certificate) LogsIn() bool { return c.Type == certificateType && c.Usage == certificateUsage }

func thumbprints(certificates []Certificate) []string {
	var list []string
	for _, c := range certificates {
		list = append(list, c.Thumbprint())
	}
	return list
}

// keepKeyIDs takes the key ids of certificates that are there already, so that writing them changes nothing.
func keepKeyIDs(want, current []Certificate) []Certificate {
	if want == nil {
		return nil
	}
	kept := make([]Certificate, 0, len(want))
	for _, c := range want {
		if at := slices.IndexFunc(current, func(k Certificate) bool { return k.Thumbprint() == c.Thumbprint() }); at >= 0 {
			c = current[at]
		}
		kept = append(kept, c)
	}
	return kept
}

func keyCredentials(certificates []Certificate) []models.KeyCredentialable {
	list := []models.KeyCredentialable{}
	for _, c := range certificates {
		key := models.NewKeyCredential()
		kind, usage, name := certificateType, certificateUsage, c.DisplayName
		key.SetTypeEscaped(&kind)
		key.SetUsage(&usage)
		key.SetKey(c.DER)
		if name != "" {
			key.SetDisplayName(&name)
		}
		if id, err := uuid.Parse(c.KeyID); err == nil {
			key.SetKeyId(&id)
			key.SetStartDateTime(&c.Start)
			key.SetEndDateTime(&c.End)
		}
		list = append(list, key)
	}
	return list
}

// readCertificates separates what an application logs in with from key credentials for other purposes.
func readCertificates(keys []models.KeyCredentialable) (certificates []Certificate, others []models.KeyCredentialable) {
	for _, key := range keys {
		c := readCertificate(key)
		if c.LogsIn() {
			certificates = append(certificates, c)
		} else {
			others = append(others, key)
		}
	}
	return certificates, others
}

func readCertificate(key models.KeyCredentialable) Certificate {
	c := Certificate{DisplayName: text(key.GetDisplayName()), DER: key.GetKey(), Type: text(key.GetTypeEscaped()), Usage: text(key.GetUsage())}
	if id := key.GetKeyId(); id != nil {
		c.KeyID = id.String()
	}
	if start := key.GetStartDateTime(); start != nil {
		c.Start = *start
	}
	if end := key.GetEndDateTime(); end != nil {
		c.End = *end
	}
	return c
}
