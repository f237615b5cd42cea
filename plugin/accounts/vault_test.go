// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
)

func vault(t *testing.T, key string) *accounts.Vault {
	t.Helper()
	v, err := accounts.NewVault(key)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheVaultOpensWhatItSealed(t *testing.T) {
	v, other := vault(t, "a key of at least 32 characters."), vault(t, "another key of 32 characters....")
	plain := []byte("a refresh token")
	sealed := v.Seal("account 1", plain)
	if bytes.Contains(sealed, plain) {
		t.Error("it can be read")
	}
	if bytes.Equal(sealed, v.Seal("account 1", plain)) {
		t.Error("two seals are equal")
	}
	opened, err := v.Open("account 1", v.KeyID(), sealed)
	if err != nil || !bytes.Equal(opened, plain) {
		t.Errorf("opened %q, %v", opened, err)
	}
	if v.KeyID() == other.KeyID() || v.KeyID() != vault(t, "a key of at least 32 characters.").KeyID() {
		t.Error("key ids do not tell keys apart")
	}
	if _, err := other.Open("account 1", v.KeyID(), sealed); !errors.Is(err, accounts.ErrOtherKey) {
		t.Errorf("another key: %v", err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another key that claims to be ours": func() ([]byte, error) { return other.Open("account 1", other.KeyID(), sealed) },
		"another account":                    func() ([]byte, error) { return v.Open("account 2", v.KeyID(), sealed) },
		"a changed bit": func() ([]byte, error) {
			return v.Open("account 1", v.KeyID(), append(sealed[:len(sealed)-1:len(sealed)-1], sealed[len(sealed)-1]^1))
		},
		"a part": func() ([]byte, error) { return v.Open("account 1", v.KeyID(), sealed[:5]) },
	} {
		if opened, err := open(); err == nil {
			t.Errorf("%s opens it: %q", name, opened)
		}
	}
}
