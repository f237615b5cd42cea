// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"slices"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/certificates"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// encryption is what the settings say of the encryption key, also while the rest of them cannot be used: certificates are
// made before the plugin knows its tenant.
type encryption struct {
	key    string   // the newest one that is long enough
	former string   // the setting formerEncryptionKey
	past   []string // what key was before, since the start, newest first
}

// rememberedKeys is how many former keys are remembered.
const rememberedKeys = 5

// note takes the settings' keys and tells whether they are others. A key that cannot be used leaves the last good one in place.
func (e *encryption) note(key, former string) (changed bool) {
	if len(key) >= config.MinEncryptionKey && key != e.key {
		if e.key != "" {
			e.past = append([]string{e.key}, slices.DeleteFunc(e.past, func(past string) bool { return past == e.key || past == key })...)
			e.past = e.past[:min(len(e.past), rememberedKeys)]
		}
		e.key, changed = key, true
	}
	if former != e.former {
		e.former, changed = former, true
	}
	return changed
}

// formers are all former keys that are known.
func (e *encryption) formers() []string {
	if e.former == "" || e.former == e.key {
		return slices.Clone(e.past)
	}
	return append(slices.Clone(e.past), e.former)
}

// useKeys takes the keys into use, and opens the certificates' private keys with them when they are others. The lock of the
// settings is held.
func (s *Service) useKeys(r *rooms, changed bool) {
	ctx, cancel := context.WithTimeout(s.life, openTimeout)
	defer cancel()
	s.useEncryption(ctx, r)
	if changed {
		s.reopenCertificates(r)
	}
}

// useEncryption takes the keys into use. The lock of the settings is held.
func (s *Service) useEncryption(ctx context.Context, r *rooms) {
	if s.encryption.key == "" {
		return
	}
	if err := r.keys.Use(ctx, s.encryption.key, s.encryption.formers()); err != nil {
		s.log.Warn("could not take the encryption key into use; what was opened before stays open, and it is tried again within a minute", "error", err)
	}
}

// vault seals and opens with the data keys.
func (s *Service) vault() (*accounts.Vault, error) {
	if k := s.keys.Load(); k != nil {
		if vault := k.Vault(); vault != nil {
			return vault, nil
		}
	}
	return nil, refusal.New(refusal.NotReady, "The setting encryptionKey is empty or shorter than %d characters, so secrets could not be kept safely. Generate it in the System Console, or let Terraform's msteamssync_plugin write it.", config.MinEncryptionKey)
}

// newKeys makes the keys of the rooms.
func (s *Service) newKeys(r *rooms, db *store.Store) *accounts.Keys {
	keys := accounts.NewKeys(accounts.KeysConfig{
		Store: db, Log: s.log, Behind: r.settings.isBehind,
		Purposes: map[store.SealedKind]func(string) string{
			store.SealedTokens: accounts.Purpose, store.SealedCertificates: certificates.Purpose, store.SealedDecryptionKeys: notification.Purpose,
		},
		Changed: func() { s.reopenCertificates(r) },
	})
	s.keys.Store(keys)
	return keys
}

// followKeys learns of other nodes' keys; cancel ends it.
func (r *rooms) followKeys() (cancel func()) {
	return r.store.Subscribe(store.DataKeysChannel, func(string, bool) { r.settings.poke() })
}
