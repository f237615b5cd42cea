// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/refusal"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// KeysConfig is what the keys work with.
type KeysConfig struct {
	Store *store.Store
	// Purposes say what each kind of secret is sealed for, by its id.
	Purposes map[store.SealedKind]func(id string) string
	// Behind tells whether another node has newer settings; it may be nil.
	Behind func() bool
	// Changed is told when other secrets can be opened than before; it may be nil.
	Changed func()
	Log     *slog.Logger
}

// Keys are the data keys, which seal tokens and private keys. The setting encryptionKey wraps them: with another one they are
// wrapped anew in one transaction, for which the former one has to be known, from memory or from the settings. What they sealed
// is then sealed again with a fresh one, row by row, so that whoever knows the former setting can open nothing that is left;
// until that is done both open. Nothing is lost by a crash at any moment. Keys are safe for concurrent use.
type Keys struct {
	config KeysConfig

	mu      sync.Mutex // held while the store is asked
	setting string
	former  []string
	settled bool // the keys in the store are as the setting wants them
	opened  map[string]dataKey
	unknown map[string]time.Time // ids of keys that could not be opened, and when that was tried
	vault   atomic.Pointer[Vault]

	sealing  sync.Mutex // one at a time
	unsealed atomic.Bool
	passing  atomic.Bool  // a pass is under way in the background
	changed  atomic.Int64 // when the key that seals changed last, in Unix nanoseconds
	work     sync.WaitGroup
	life     context.Context
	end      context.CancelFunc
}

// NewKeys returns keys without a setting.
func NewKeys(config KeysConfig) *Keys {
	k := &Keys{config: config, opened: map[string]dataKey{}, unknown: map[string]time.Time{}}
	k.life, k.end = context.WithCancel(context.Background())
	return k
}

// Refusals of a rotation.
var (
	errNoEncryptionKey    = refusal.New(refusal.NotReady, "The setting encryptionKey is empty or shorter than 32 characters. Generate it in the System Console, or let Terraform's msteamssync_plugin write it.")
	errOtherEncryptionKey = refusal.New(refusal.Conflict, "This node's setting encryptionKey is not the newest one: another node has newer settings. Bring this server's settings up to date first.")
)

// Stop ends the work in the background.
func (k *Keys) Stop() {
	k.end()
	k.work.Wait()
}

// Vault seals and opens with the keys; nil before the first setting.
func (k *Keys) Vault() *Vault { return k.vault.Load() }

// Use takes a setting into use. former are values that it had before, as far as they are known. Even when the store cannot be
// asked now, what was opened before can be; Refresh does the rest.
func (k *Keys) Use(ctx context.Context, setting string, former []string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.setting == setting && slices.Equal(k.former, former) && k.settled {
		return nil
	}
	k.setting, k.former, k.settled = setting, slices.Clone(former), false
	if k.vault.Load() == nil {
		first, err := NewVault(setting)
		if err != nil {
			return err
		}
		k.vault.Store(first)
	}
	return k.settle(ctx)
}

// Refresh learns of keys that other nodes made, and goes on with what could not be done before.
func (k *Keys) Refresh(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.setting == "":
		return nil
	case !k.settled:
		return k.settle(ctx)
	}
	have, err := k.config.Store.DataKeys(ctx)
	if err != nil {
		return err
	}
	return k.open(have)
}

// learnAgain is how long a key stays unknown until it is looked for again.
const learnAgain = 30 * time.Second

// Learn looks for a key that is not known here: another node may have made it a moment ago.
func (k *Keys) Learn(ctx context.Context, id string) error {
	k.mu.Lock()
	if vault := k.Vault(); vault == nil || vault.Opens(id) || time.Since(k.unknown[id]) < learnAgain {
		k.mu.Unlock()
		return nil
	}
	k.unknown[id] = time.Now()
	k.mu.Unlock()
	return k.Refresh(ctx)
}

func (k *Keys) behind() bool { return k.config.Behind != nil && k.config.Behind() }

// settle wraps with the setting the keys that a former one wraps, and adds a fresh one then: what the former one opened must not
// be what is sealed from now on.
func (k *Keys) settle(ctx context.Context) error {
	have, err := k.config.Store.ChangeDataKeys(ctx, func(have []store.DataKey) (store.DataKeyChange, error) {
		change := store.DataKeyChange{Action: "wrap-data-keys"}
		ours := false
		for _, row := range have {
			key, current, ok := k.unwrap(row)
			switch {
			case current:
				ours = true
			case ok:
				rewrapped, err := wrap(key, k.setting)
				if err != nil {
					return change, err
				}
				change.Rewrapped = append(change.Rewrapped, rewrapped)
			}
		}
		var add dataKey
		switch {
		case len(change.Rewrapped) > 0:
			add = freshKey()
		case ours:
			return change, nil
		default:
			add = keyOf(k.setting) // the first ever, or the former setting is not known
		}
		added, err := wrap(add, k.setting)
		change.Added = append(change.Added, added)
		return change, err
	})
	if err != nil {
		return err
	}
	k.settled = true
	k.unsealed.Store(true) // an earlier process may have been at it
	clear(k.unknown)
	return k.open(have)
}

// unwrap opens a stored key. current: the setting wraps it.
func (k *Keys) unwrap(row store.DataKey) (key dataKey, current, ok bool) {
	for i, value := range append([]string{k.setting}, k.former...) {
		if wrapper := wrapperOf(value); wrapper.id == row.WrappedWith {
			if vault, err := newVault(wrapper); err == nil {
				if secret, err := vault.Open(wrapping(row.ID), wrapper.id, row.Wrapped); err == nil && len(secret) == len(key.secret) {
					key.id = row.ID
					copy(key.secret[:], secret)
					return key, i == 0, true
				}
			}
		}
	}
	for _, value := range k.former {
		if key := keyOf(value); key.id == row.ID {
			return key, false, true
		}
	}
	return dataKey{}, false, false
}

func wrap(key dataKey, setting string) (store.DataKey, error) {
	wrapper := wrapperOf(setting)
	vault, err := newVault(wrapper)
	if err != nil {
		return store.DataKey{}, err
	}
	return store.DataKey{ID: key.id, Wrapped: vault.Seal(wrapping(key.id), key.secret[:]), WrappedWith: wrapper.id}, nil
}

// wrapping binds a wrapped key to its row.
func wrapping(id string) string { return "data key " + id }

// open makes the vault of the keys that can be opened: those in the store, those opened before, and those that follow from the
// settings. It seals with the newest of the store that the setting wraps, so that every node can open what it seals; on a node
// whose setting is older than the others', with the newest that it could open before.
func (k *Keys) open(have []store.DataKey) error {
	for _, value := range append([]string{k.setting}, k.former...) {
		key := keyOf(value)
		k.opened[key.id] = key
	}
	sealing, found := keyOf(k.setting), false
	for _, row := range have {
		key, current, ok := k.unwrap(row)
		if ok {
			k.opened[key.id] = key
		}
		if before, known := k.opened[row.ID]; current || known && !found {
			sealing, found = before, found || current
		}
	}
	others := make([]dataKey, 0, len(k.opened))
	for _, key := range k.opened {
		others = append(others, key)
	}
	vault, err := newVault(sealing, others...)
	if err != nil {
		return err
	}
	old := k.vault.Swap(vault)
	if old == nil || old.KeyID() != vault.KeyID() {
		k.changed.Store(time.Now().UnixNano())
	}
	// A node with an older setting would undo what the others do.
	if found && !k.behind() && (old == nil || old.KeyID() != vault.KeyID() || k.unsealed.Load()) {
		k.sealAgain()
	}
	if k.config.Changed != nil && old != nil && !slices.Equal(old.others(), vault.others()) {
		k.work.Go(k.config.Changed)
	}
	return nil
}

// Rotate makes a fresh key, with which everything is sealed again in the background. The setting stays as it is.
func (k *Keys) Rotate(ctx context.Context, by bridge.UserID) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.setting == "" {
		return errNoEncryptionKey
	}
	if !k.settled {
		if err := k.settle(ctx); err != nil {
			return err
		}
	}
	have, err := k.config.Store.ChangeDataKeys(ctx, func(have []store.DataKey) (store.DataKeyChange, error) {
		if k.behind() || !slices.ContainsFunc(have, func(row store.DataKey) bool { return row.WrappedWith == wrapperOf(k.setting).id }) {
			return store.DataKeyChange{}, errOtherEncryptionKey
		}
		fresh, err := wrap(freshKey(), k.setting)
		return store.DataKeyChange{Added: []store.DataKey{fresh}, Actor: by, Action: "rotate-data-key"}, err
	})
	if err != nil {
		return err
	}
	return k.open(have)
}
