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
	"maps"
	"slices"
)

// Vault seals what must not be readable in the database, with AES-256-GCM. What it seals names the key that opens it, so
// that a changed key is noticed and not mistaken for damage. It seals with one key and opens with all that it has.
type Vault struct {
	id   string
	keys map[string]cipher.AEAD
}

// dataKey is a key with the id by which it is named.
type dataKey struct {
	id     string
	secret [sha256.Size]byte
}

// keyOf is the data key that follows from the setting encryptionKey, whatever its length. Everything was sealed with it before
// there were others.
func keyOf(encryptionKey string) dataKey {
	return dataKey{id: shortID("msteamssync key id\x00" + encryptionKey), secret: sha256.Sum256([]byte("msteamssync vault\x00" + encryptionKey))}
}

// wrapperOf is the key that wraps data keys.
func wrapperOf(encryptionKey string) dataKey {
	return dataKey{id: shortID("msteamssync wrapper id\x00" + encryptionKey), secret: sha256.Sum256([]byte("msteamssync wrapper\x00" + encryptionKey))}
}

// freshKey is a data key that follows from nothing.
func freshKey() dataKey {
	k := dataKey{id: rand.Text()}
	_, _ = rand.Read(k.secret[:]) // never fails
	return k
}

func shortID(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// newVault makes a vault that seals with the first key.
func newVault(sealing dataKey, others ...dataKey) (*Vault, error) {
	v := &Vault{id: sealing.id, keys: map[string]cipher.AEAD{}}
	for _, key := range append([]dataKey{sealing}, others...) {
		block, err := aes.NewCipher(key.secret[:])
		if err != nil {
			return nil, err
		}
		if v.keys[key.id], err = cipher.NewGCM(block); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// NewVault makes a vault with the one key that follows from the setting encryptionKey, whatever its length.
func NewVault(encryptionKey string) (*Vault, error) { return newVault(keyOf(encryptionKey)) }

// KeyID names the key that it seals with, without telling anything about it.
func (v *Vault) KeyID() string { return v.id }

// Opens tells whether it has the key.
func (v *Vault) Opens(keyID string) bool { return v.keys[keyID] != nil }

// keyIDs are the ids of all keys that it has.
func (v *Vault) keyIDs() []string { return slices.Sorted(maps.Keys(v.keys)) }

// others are the ids of the keys that it only opens with.
func (v *Vault) others() []string {
	return slices.DeleteFunc(v.keyIDs(), func(id string) bool { return id == v.id })
}

// Seal encrypts. What is sealed can be opened only for the same purpose, e.g. the id of the account.
func (v *Vault) Seal(purpose string, plain []byte) []byte {
	aead := v.keys[v.id]
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return aead.Seal(nonce, nonce, plain, []byte(purpose))
}

// ErrOtherKey says that something was sealed with another encryption key.
var ErrOtherKey = errors.New("it was encrypted with another encryptionKey")

// Open decrypts what Seal returned.
func (v *Vault) Open(purpose, keyID string, sealed []byte) ([]byte, error) {
	aead := v.keys[keyID]
	if aead == nil {
		return nil, ErrOtherKey
	}
	if len(sealed) < aead.NonceSize() {
		return nil, errors.New("it is damaged: too short")
	}
	nonce, text := sealed[:aead.NonceSize()], sealed[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, text, []byte(purpose))
	if err != nil {
		return nil, errors.New("it is damaged or belongs elsewhere")
	}
	return plain, nil
}
