// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notification

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
)

// Content is the encrypted resource of a notification as it comes, all of it Base64 but the names of the certificate.
type Content struct {
	Data          string `json:"data"`          // AES-256-CBC, PKCS #7, the key's first half as initialisation vector
	Signature     string `json:"dataSignature"` // HMAC-SHA256 over the decoded data
	Key           string `json:"dataKey"`       // 32 bytes, RSA-OAEP with SHA-1
	CertificateID string `json:"encryptionCertificateId"`
	Thumbprint    string `json:"encryptionCertificateThumbprint"` // SHA-1 of the certificate, hex; only a hint
}

// sealed is a content without its Base64.
type sealed struct {
	certificateID        string
	signature, key, data []byte
}

// packed is the first byte of what Pack makes; a JSON document cannot begin with it.
const packed = 1

// Pack is the content as it is kept until its turn comes: smaller than JSON by a quarter, and quicker to read. Content that is not
// what Graph sends stays JSON, so that it is found out when it is read.
func (c Content) Pack() []byte {
	s, err := c.decode()
	if err != nil {
		document, _ := json.Marshal(c) // texts always can be
		return document
	}
	kept := make([]byte, 1, 1+4*binary.MaxVarintLen32+len(s.certificateID)+len(s.signature)+len(s.key)+len(s.data))
	kept[0] = packed
	for _, part := range [][]byte{[]byte(s.certificateID), s.signature, s.key, s.data} {
		kept = binary.AppendUvarint(kept, uint64(len(part)))
		kept = append(kept, part...)
	}
	return kept
}

// unpack reads what Pack made, or the JSON of an encryptedContent.
func unpack(kept []byte) (s sealed, err error) {
	if len(kept) == 0 || kept[0] != packed {
		var c Content
		if err := json.Unmarshal(kept, &c); err != nil {
			return sealed{}, fmt.Errorf("%w: %v", ErrContent, err) //nolint:errorlint // the cause is for people
		}
		return c.decode()
	}
	var certificateID []byte
	rest := kept[1:]
	for _, part := range []*[]byte{&certificateID, &s.signature, &s.key, &s.data} {
		length, n := binary.Uvarint(rest)
		if n <= 0 || length > uint64(len(rest)-n) {
			return sealed{}, ErrContent
		}
		*part, rest = rest[n:n+int(length)], rest[n+int(length):]
	}
	s.certificateID = string(certificateID)
	return s, nil
}

// decode takes the Base64 off.
func (c Content) decode() (sealed, error) {
	s := sealed{certificateID: c.CertificateID}
	for _, part := range []struct {
		text string
		to   *[]byte
	}{{c.Data, &s.data}, {c.Signature, &s.signature}, {c.Key, &s.key}} {
		raw, err := base64.StdEncoding.DecodeString(part.text)
		if err != nil {
			return sealed{}, ErrContent
		}
		*part.to = raw
	}
	return s, nil
}

// Why a content cannot be decrypted. Nothing in them tells how the plain text looked.
var (
	ErrKey       = errors.New("the key of the notification was not encrypted for this certificate")
	ErrSignature = errors.New("the signature does not fit the data")
	ErrContent   = errors.New("the content is damaged")
)

const keySize = 32

// decrypt returns the resource's JSON. The signature is compared, in constant time, before anything is decrypted with the
// key that it proves.
func (s sealed) decrypt(private *rsa.PrivateKey) ([]byte, error) {
	key, err := rsa.DecryptOAEP(sha1.New(), nil, private, s.key, nil)
	if err != nil || len(key) != keySize {
		return nil, ErrKey
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(s.data)
	if !hmac.Equal(mac.Sum(nil), s.signature) {
		return nil, ErrSignature
	}
	if len(s.data) == 0 || len(s.data)%aes.BlockSize != 0 {
		return nil, ErrContent
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, ErrContent
	}
	plain := make([]byte, len(s.data)) // what is kept may be read once more
	cipher.NewCBCDecrypter(block, key[:aes.BlockSize]).CryptBlocks(plain, s.data)
	return unpad(plain)
}

// unpad takes the PKCS #7 padding off. It looks at the same bytes and takes the same time whatever is wrong with them.
func unpad(data []byte) ([]byte, error) {
	last := data[len(data)-aes.BlockSize:]
	padding := int(last[aes.BlockSize-1])
	good := subtle.ConstantTimeLessOrEq(1, padding) & subtle.ConstantTimeLessOrEq(padding, aes.BlockSize)
	for i, b := range last {
		isPadding := subtle.ConstantTimeLessOrEq(aes.BlockSize-padding, i)
		good &= subtle.ConstantTimeSelect(isPadding, subtle.ConstantTimeByteEq(b, byte(padding)), 1)
	}
	if good != 1 {
		return nil, ErrContent
	}
	return data[:len(data)-padding], nil
}
