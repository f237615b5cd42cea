// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams_test

import (
	"slices"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams/teamstest"
)

func TestConsentIsComparedWithWhatIsRequested(t *testing.T) {
	w := newWorld(t)
	ask := func(wanted int, missing ...string) {
		t.Helper()
		consent, err := w.Consent(t.Context(), alex.ID)
		if err != nil {
			t.Fatal(err)
		}
		if consent.Wanted != wanted || !slices.Equal(consent.Missing, missing) {
			t.Errorf("wanted %d, missing %q; want %d and %q", consent.Wanted, consent.Missing, wanted, missing)
		}
	}
	ask(20) // the registration requests nothing: the guide's

	dir := w.Directory()
	app, ok := dir.ApplicationByAppID(teamstest.ClientID)
	if !ok {
		t.Fatal("there is no application")
	}
	request := func(kind catalog.Kind, name string) map[string]any {
		permission, ok := catalog.Lookup(kind, name)
		if !ok {
			t.Fatalf("there is no %s", name)
		}
		return map[string]any{"id": permission.ID, "type": map[catalog.Kind]string{catalog.Delegated: "Scope", catalog.Application: "Role"}[kind]}
	}
	if _, err := dir.UpdateApplication(app.ID, directory.Properties{}.Set("requiredResourceAccess", []any{map[string]any{
		"resourceAppId": catalog.GraphAppID, "resourceAccess": []any{
			request(catalog.Application, "User.Read.All"), request(catalog.Application, "Sites.ReadWrite.All"), request(catalog.Delegated, "User.Read"), request(catalog.Delegated, "Chat.ReadBasic"),
		},
	}})); err != nil {
		t.Fatal(err)
	}
	ask(4, "Sites.ReadWrite.All (application)", "Chat.ReadBasic (delegated)")
}

func TestConsentIsReadAsSomebody(t *testing.T) {
	w := newWorld(t)
	if consent, err := w.Consent(t.Context(), "nobody"); err == nil {
		t.Errorf("without an account it found %+v", consent)
	}
}
