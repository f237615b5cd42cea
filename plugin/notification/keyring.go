// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notification

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"sync"
	"time"
)

// SealedKey is a private key as it is stored.
type SealedKey struct {
	ID      string // the certificate's
	Private []byte // PKCS #8, sealed
	SealID  string // names the key that it was sealed with
}

// KeyStore keeps keys; *store.Store is one.
type KeyStore interface {
	// KeepDecryptionKey stores the key of the certificate in use, in place of one with the same id, and notes the time.
	KeepDecryptionKey(ctx context.Context, key SealedKey) error
	// DecryptionKey finds a key; false when there is none.
	DecryptionKey(ctx context.Context, id string) (SealedKey, bool, error)
}

// Vault seals and opens; *accounts.Vault is one.
type Vault interface {
	KeyID() string
	Seal(purpose string, plain []byte) []byte
	Open(purpose, keyID string, sealed []byte) ([]byte, error)
}

// noteEvery is how often it is noted that a key is in use.
const noteEvery = time.Hour

// Keyring has the private keys: that of the certificate in use, and the earlier ones while notifications that were
// encrypted for them may still arrive. It is safe for concurrent use.
type Keyring struct {
	store KeyStore

	mu     sync.Mutex
	opened map[string]*rsa.PrivateKey
	noted  map[[2]string]time.Time // certificate and seal
}

// NewKeyring returns the keyring on a store.
func NewKeyring(store KeyStore) *Keyring {
	return &Keyring{store: store, opened: map[string]*rsa.PrivateKey{}, noted: map[[2]string]time.Time{}}
}

// Purpose binds a sealed key to its certificate.
func Purpose(id string) string { return "decryption key " + id }

// Keep stores the key of the certificate in use, so that it is there for every node and after the next certificate has
// taken its place. It must have succeeded before Graph is given the certificate. It does nothing for a while after it has
// succeeded.
func (r *Keyring) Keep(ctx context.Context, key *Key, vault Vault) error {
	name := [2]string{key.ID, vault.KeyID()}
	r.mu.Lock()
	fresh := time.Since(r.noted[name]) < noteEvery
	r.mu.Unlock()
	if fresh {
		return nil
	}
	document, err := key.marshal()
	if err != nil {
		return fmt.Errorf("keep the key of the encryption certificate: %w", err)
	}
	if err := r.store.KeepDecryptionKey(ctx, SealedKey{ID: key.ID, Private: vault.Seal(Purpose(key.ID), document), SealID: vault.KeyID()}); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opened[key.ID] = key.private
	r.noted[name] = time.Now()
	return nil
}

// errNoKey says that there is no key of that certificate, or none that can be opened.
var errNoKey = errors.New("no key for the certificate")

// find returns the private key of a certificate. It fails with errNoKey, or because the store does.
func (r *Keyring) find(ctx context.Context, id string, vault Vault) (*rsa.PrivateKey, error) {
	r.mu.Lock()
	private, ok := r.opened[id]
	r.mu.Unlock()
	if ok {
		return private, nil
	}
	sealed, found, err := r.store.DecryptionKey(ctx, id)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, errNoKey
	}
	document, err := vault.Open(Purpose(id), sealed.SealID, sealed.Private)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKey, err)
	}
	if private, err = unmarshal(document); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKey, err)
	}
	r.mu.Lock()
	r.opened[id] = private
	r.mu.Unlock()
	return private, nil
}
