// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package takeover

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/oauth2"
)

// errOtherKey says that a token does not open with the encryption key of the settings.
var errOtherKey = errors.New("the setting encryptionKey is not the one that its token was encrypted with")

// errNoToken says that there is nothing in a token that could be used.
var errNoToken = errors.New("its token cannot be refreshed")

// opener opens tokens as the predecessor sealed them: AES-256-GCM with the characters of encryptionKey as the key, the
// nonce in front, base64 for addresses around it.
type opener struct{ aead cipher.AEAD }

func newOpener(encryptionKey string) (opener, error) {
	block, err := aes.NewCipher([]byte(encryptionKey))
	if err != nil {
		return opener{}, fmt.Errorf("%w: it has %d characters, the predecessor's had 32", errOtherKey, len(encryptionKey))
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return opener{}, fmt.Errorf("open the predecessor's tokens: %w", err)
	}
	return opener{aead}, nil
}

func (o opener) open(sealed string) (*oauth2.Token, error) {
	raw, err := base64.URLEncoding.DecodeString(sealed)
	if err != nil || len(raw) < o.aead.NonceSize() {
		return nil, errors.New("its token is damaged")
	}
	plain, err := o.aead.Open(nil, raw[:o.aead.NonceSize()], raw[o.aead.NonceSize():], nil)
	if err != nil {
		return nil, errOtherKey
	}
	token := &oauth2.Token{}
	if err := json.Unmarshal(plain, token); err != nil || token.RefreshToken == "" {
		return nil, errNoToken
	}
	return token, nil
}

// claims are what an access token says of the account. They are for people to read; nothing is decided by them.
type claims struct {
	Name string `json:"name"`
	UPN  string `json:"upn"`
}

// read returns nothing when the token is none that can be read.
func read(accessToken string) (c claims) {
	parts := strings.Split(accessToken, ".")
	if len(parts) != 3 {
		return c
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(body, &c) != nil {
		return claims{}
	}
	return c
}
