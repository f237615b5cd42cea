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

// ParseContent reads the JSON of an encryptedContent.
func ParseContent(document []byte) (Content, error) {
	var c Content
	if err := json.Unmarshal(document, &c); err != nil {
		return Content{}, fmt.Errorf("%w: %v", ErrContent, err) //nolint:errorlint // the cause is for people
	}
	return c, nil
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
func (c Content) decrypt(private *rsa.PrivateKey) ([]byte, error) {
	var data, signature, sealedKey []byte
	for _, part := range []struct {
		text string
		to   *[]byte
	}{{c.Data, &data}, {c.Signature, &signature}, {c.Key, &sealedKey}} {
		raw, err := base64.StdEncoding.DecodeString(part.text)
		if err != nil {
			return nil, ErrContent
		}
		*part.to = raw
	}
	key, err := rsa.DecryptOAEP(sha1.New(), nil, private, sealedKey, nil)
	if err != nil || len(key) != keySize {
		return nil, ErrKey
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(data)
	if !hmac.Equal(mac.Sum(nil), signature) {
		return nil, ErrSignature
	}
	if len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, ErrContent
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, ErrContent
	}
	cipher.NewCBCDecrypter(block, key[:aes.BlockSize]).CryptBlocks(data, data)
	return unpad(data)
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
