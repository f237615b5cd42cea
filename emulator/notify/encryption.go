// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notify

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // Graph's OAEP and thumbprints use SHA-1
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// Limits of the certificate that resource data is encrypted for (Graph docs, "Set up change notifications that include
// resource data").
const (
	minRSABits       = 2048
	maxRSABits       = 4096
	maxCertificateID = 128
)

// recipient is who can read a subscription's resource data.
type recipient struct {
	key        *rsa.PublicKey
	id         string // the subscriber's own name for the certificate
	thumbprint string // SHA-1 of the certificate, hex
}

// checkRecipient reads the certificate of a request. The texts of its refusals are placeholders: Graph's are not
// published. Graph does not look at who issued a certificate, nor at its dates.
func checkRecipient(certificate, id *string) (*recipient, error) {
	invalid := func(format string, args ...any) (*recipient, error) {
		return nil, refuse(http.StatusBadRequest, "InvalidRequest", format, args...)
	}
	switch {
	case certificate == nil || *certificate == "":
		return invalid("Property encryptionCertificate is required when includeResourceData is true.")
	case id == nil || *id == "":
		return invalid("Property encryptionCertificateId is required when includeResourceData is true.")
	case len(*id) > maxCertificateID:
		return invalid("encryptionCertificateId must not be longer than %d characters.", maxCertificateID)
	}
	der, err := base64.StdEncoding.DecodeString(*certificate)
	if err != nil {
		return invalid("encryptionCertificate must be a certificate in Base64.")
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return invalid("encryptionCertificate is not a valid X.509 certificate.")
	}
	key, ok := parsed.PublicKey.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < minRSABits || key.N.BitLen() > maxRSABits {
		return invalid("encryptionCertificate must hold an RSA key of %d to %d bits.", minRSABits, maxRSABits)
	}
	sum := sha1.Sum(der) //nolint:gosec // a thumbprint is a name, not a proof
	return &recipient{key: key, id: *id, thumbprint: strings.ToUpper(hex.EncodeToString(sum[:]))}, nil
}

// encryptedContent is the resource of a notification, readable by the subscriber alone.
type encryptedContent struct {
	Data          string `json:"data"`
	DataSignature string `json:"dataSignature"`
	DataKey       string `json:"dataKey"`
	CertificateID string `json:"encryptionCertificateId"`
	Thumbprint    string `json:"encryptionCertificateThumbprint"`
}

// seal encrypts a resource with a key of its own: AES-256-CBC with PKCS #7 padding and the key's first half as the
// initialisation vector, an HMAC-SHA256 over the ciphertext, and the key itself for the recipient with RSA-OAEP (SHA-1).
func (r *recipient) seal(resource []byte) (*encryptedContent, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	padding := aes.BlockSize - len(resource)%aes.BlockSize
	data := make([]byte, len(resource)+padding)
	copy(data, resource)
	for i := len(resource); i < len(data); i++ {
		data[i] = byte(padding)
	}
	cipher.NewCBCEncrypter(block, key[:aes.BlockSize]).CryptBlocks(data, data)
	mac := hmac.New(sha256.New, key)
	mac.Write(data)
	dataKey, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, r.key, key, nil)
	if err != nil {
		return nil, fmt.Errorf("encrypt a notification's key: %w", err)
	}
	encode := base64.StdEncoding.EncodeToString
	return &encryptedContent{
		Data: encode(data), DataSignature: encode(mac.Sum(nil)), DataKey: encode(dataKey), CertificateID: r.id, Thumbprint: r.thumbprint,
	}, nil
}

// resource is a message as notifications hold it. Its context names Graph without a version.
type resource struct {
	Context string `json:"@odata.context"`
	*teams.Message
	Replies        []any `json:"replies"`
	HostedContents []any `json:"hostedContents"`
}

// sealed is the changed message for the subscriber's eyes; nil for a subscription without resource data.
func (s *subscription) sealed(change teams.Change, path string) (*encryptedContent, error) {
	if s.recipient == nil {
		return nil, nil //nolint:nilnil // nothing to add is no error
	}
	collection := path[:strings.LastIndex(path, "(")]
	document, err := json.Marshal(resource{
		Context: "https://graph.microsoft.com/$metadata#" + collection + "/$entity", Message: change.Message,
		Replies: []any{}, HostedContents: []any{},
	})
	if err != nil {
		return nil, err
	}
	return s.recipient.seal(document)
}
