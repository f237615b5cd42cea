// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"reflect"
	"slices"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/config"
)

// TestEachPartOfTheIdentityIsASetting: what is not named like its setting would never be seen to change.
func TestEachPartOfTheIdentityIsASetting(t *testing.T) {
	for field := range reflect.TypeFor[identity]().Fields() {
		setting, ok := reflect.TypeFor[config.Settings]().FieldByName(field.Name)
		if !ok || setting.Tag.Get("setting") == "" {
			t.Errorf("there is no setting %s", field.Name)
		}
		var old, fresh config.Settings
		reflect.ValueOf(&fresh).Elem().FieldByName(field.Name).SetString("other")
		if keys := identityOf(fresh).changed(identityOf(old)); !slices.Equal(keys, []string{setting.Tag.Get("setting")}) {
			t.Errorf("a change of %s is seen as one of %v", field.Name, keys)
		}
		if want := field.Name != "ClientSecretExpiresAt"; needsAcceptance(old, fresh) != want {
			t.Errorf("a change of %s needs Microsoft's acceptance: %v, want %v", field.Name, !want, want)
		}
	}
}

func TestTheRestIsUsedAtOnce(t *testing.T) {
	old := config.Settings{ClientID: "old", EncryptionKey: "old", Addresses: catalog.Cloud{GraphURL: "old"}}
	fresh := config.Settings{ClientID: "new", EncryptionKey: "new", SyncReactions: true, Addresses: catalog.Cloud{GraphURL: "new"}}
	if got := withIdentity(fresh, old); got.ClientID != "old" || got.Addresses.GraphURL != "old" || got.EncryptionKey != "new" || !got.SyncReactions {
		t.Errorf("settings %+v", got)
	}
	if needsAcceptance(old, withIdentity(fresh, old)) {
		t.Error("the old identity needs to be accepted again")
	}
}
