// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

// sealTimeout bounds one pass; what is left is done by the next.
const sealTimeout = 5 * time.Minute

// sealAgain has everything sealed with the newest key, in the background.
func (k *Keys) sealAgain() {
	k.unsealed.Store(true)
	if k.life.Err() != nil || !k.passing.CompareAndSwap(false, true) {
		return
	}
	k.work.Go(func() {
		defer k.passing.Store(false)
		ctx, cancel := context.WithTimeout(k.life, sealTimeout)
		defer cancel()
		for before := k.Vault().KeyID(); ; before = k.Vault().KeyID() {
			k.pass(ctx)
			if k.Vault().KeyID() == before || ctx.Err() != nil {
				return
			}
		}
	})
}

func (k *Keys) pass(ctx context.Context) {
	if n, err := k.SealAgain(ctx); err != nil && k.life.Err() == nil {
		k.config.Log.Warn("could not seal everything with the newest key; that goes on within a minute", "done", n, "error", err)
	} else if n > 0 {
		k.config.Log.Info("sealed secrets with the newest key", "count", n)
	}
}

// stragglers is for how long after a change somebody may still seal with the key before: a refresh of a token that began earlier,
// another node.
const stragglers = 2 * time.Minute

// sealedAtOnce is how many secrets are read at a time.
const sealedAtOnce = 100

// keepDataKeys is how long a key stays that seals nothing any more.
const keepDataKeys = 24 * time.Hour

// SealAgain seals with the newest key what others sealed, and tells how much that was. What cannot be opened stays as it is.
func (k *Keys) SealAgain(ctx context.Context) (done int, err error) {
	k.sealing.Lock()
	defer k.sealing.Unlock()
	vault := k.Vault()
	if vault == nil {
		return 0, errors.New("there is no encryption key")
	}
	for kind, purpose := range k.config.Purposes {
		for after := ""; ; {
			page, err := k.config.Store.SealedWith(ctx, kind, vault.others(), after, sealedAtOnce)
			if err != nil {
				return done, err
			}
			for _, old := range page {
				after = old.ID
				plain, err := vault.Open(purpose(old.ID), old.Key, old.Secret)
				if err != nil {
					k.config.Log.Warn("a secret cannot be opened, so it is left as it is", "kind", kind, "id", old.ID, "error", err)
					continue
				}
				resealed, err := k.config.Store.Reseal(ctx, kind, old, store.Sealed{ID: old.ID, Secret: vault.Seal(purpose(old.ID), plain), Key: vault.KeyID()})
				if err != nil {
					return done, err
				}
				if resealed {
					done++
				}
			}
			if len(page) < sealedAtOnce {
				break
			}
		}
	}
	if _, err := k.config.Store.DropDataKeys(ctx, vault.others(), vault.KeyID(), keepDataKeys); err != nil {
		return done, err
	}
	if k.Vault().KeyID() == vault.KeyID() && time.Since(time.Unix(0, k.changed.Load())) > stragglers {
		k.unsealed.Store(false)
	}
	return done, nil
}

// DataKeyState is one data key as the interface shows it.
type DataKeyState struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	Current   bool      `json:"current"`  // it seals what is new
	Readable  bool      `json:"readable"` // the settings open it
	Sealed    int       `json:"sealed"`   // secrets that it sealed
}

// KeysState says which keys there are and what is left to do.
type KeysState struct {
	DataKeys []DataKeyState `json:"data_keys"` // oldest first
	// Pending are secrets that are still to be sealed with the current key.
	Pending int `json:"pending"`
	// Unreadable are secrets that no known key opens: their accounts have to be connected again, or the former encryption key
	// has to be given.
	Unreadable int `json:"unreadable"`
}

// State says which keys there are.
func (k *Keys) State(ctx context.Context) (KeysState, error) {
	if err := k.Refresh(ctx); err != nil {
		return KeysState{}, err
	}
	vault := k.Vault()
	if vault == nil {
		return KeysState{}, errNoEncryptionKey
	}
	have, err := k.config.Store.DataKeys(ctx)
	if err != nil {
		return KeysState{}, err
	}
	counts, err := k.config.Store.CountSealed(ctx)
	if err != nil {
		return KeysState{}, fmt.Errorf("count what is sealed: %w", err)
	}
	state := KeysState{DataKeys: []DataKeyState{}}
	for _, row := range have {
		state.DataKeys = append(state.DataKeys, DataKeyState{
			ID: row.ID, CreatedAt: row.CreatedAt.UTC(), Current: row.ID == vault.KeyID(), Readable: vault.Opens(row.ID), Sealed: counts[row.ID],
		})
	}
	for id, n := range counts {
		switch {
		case !vault.Opens(id):
			state.Unreadable += n
		case id != vault.KeyID():
			state.Pending += n
		}
	}
	return state, nil
}
