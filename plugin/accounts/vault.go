// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// Vault seals what must not be readable in the database, with AES-256-GCM. What it seals names the key that opens it, so
// that a changed key is noticed and not mistaken for damage.
type Vault struct {
	id   string
	aead cipher.AEAD
}

// NewVault makes a vault from the setting encryptionKey, whatever its length.
func NewVault(encryptionKey string) (*Vault, error) {
	key := sha256.Sum256([]byte("msteamssync vault\x00" + encryptionKey))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("make the token vault: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make the token vault: %w", err)
	}
	id := sha256.Sum256([]byte("msteamssync key id\x00" + encryptionKey))
	return &Vault{id: hex.EncodeToString(id[:6]), aead: aead}, nil
}

// KeyID names the key without telling anything about it.
func (v *Vault) KeyID() string { return v.id }

// Seal encrypts. What is sealed can be opened only for the same purpose, e.g. the id of the account.
func (v *Vault) Seal(purpose string, plain []byte) []byte {
	nonce := make([]byte, v.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return v.aead.Seal(nonce, nonce, plain, []byte(purpose))
}

// ErrOtherKey says that something was sealed with another encryption key.
var ErrOtherKey = errors.New("it was encrypted with another encryptionKey")

// Open decrypts what Seal returned.
func (v *Vault) Open(purpose, keyID string, sealed []byte) ([]byte, error) {
	if keyID != v.id {
		return nil, ErrOtherKey
	}
	if len(sealed) < v.aead.NonceSize() {
		return nil, errors.New("it is damaged: too short")
	}
	nonce, text := sealed[:v.aead.NonceSize()], sealed[v.aead.NonceSize():]
	plain, err := v.aead.Open(nil, nonce, text, []byte(purpose))
	if err != nil {
		return nil, errors.New("it is damaged or belongs elsewhere")
	}
	return plain, nil
}
