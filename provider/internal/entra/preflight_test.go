// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// forged hands out a token that nobody signed.
type forged struct {
	token string
	err   error
	asked *int
}

func (f forged) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	*f.asked++
	return azcore.AccessToken{Token: f.token, ExpiresOn: time.Now().Add(time.Hour)}, f.err
}

func tokenWith(t *testing.T, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return "e30." + base64.RawURLEncoding.EncodeToString(payload) + ".c2ln"
}

func clientWith(t *testing.T, token string, err error) (client *entra.Client, asked *int) {
	t.Helper()
	asked = new(int)
	client, failed := entra.New(entra.Config{TenantID: "t", LoginURL: "https://127.0.0.1:1", GraphURL: "https://127.0.0.1:1", Credential: forged{token, err, asked}})
	if failed != nil {
		t.Fatal(failed)
	}
	return client, asked
}

func TestRightsOfTokens(t *testing.T) {
	const addUser, upsert, grant = "POST /users", "PATCH /applications(uniqueName='{unique-name}')", "POST /servicePrincipals/{sp-id}/appRoleAssignedTo"
	for name, test := range map[string]struct {
		claims   map[string]any
		appOnly  bool
		lacks    []string // of the three calls
		roles    int
		expected map[string]string // call → a permission that must be named
	}{
		"application with everything": {
			claims: map[string]any{"idtyp": "app", "roles": []string{"Application.ReadWrite.All", "appRoleAssignment.ReadWrite.All", "User.ReadWrite.All"}}, appOnly: true,
		},
		"application that owns": {
			claims: map[string]any{"roles": []string{"Application.ReadWrite.OwnedBy"}, "wids": []string{"0997a1d0-0d1d-4acb-b408-d5ca73121e90"}}, appOnly: true,
			lacks: []string{addUser, grant}, expected: map[string]string{addUser: "User.ReadWrite.All", grant: "AppRoleAssignment.ReadWrite.All"},
		},
		"application without roles": {claims: map[string]any{"idtyp": "app"}, appOnly: true, lacks: []string{addUser, upsert, grant}},
		"application administrator": {
			claims: map[string]any{"idtyp": "app", "wids": []string{"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"}}, appOnly: true, roles: 1, lacks: []string{addUser, upsert, grant},
		},
		"user of the Azure CLI": {claims: map[string]any{"scp": "Directory.AccessAsUser.All User.Read", "wids": []string{"62e90394-69f5-4237-9190-012177145e10", "b79fbf4d-3ef9-4689-8143-76b194e85509"}}, roles: 1},
		"user with a scope":     {claims: map[string]any{"idtyp": "user", "scp": "User.ReadWrite.All"}, lacks: []string{upsert, grant}},
		// roles of a user's token are app roles of the user, not permissions of the application
		"user with app roles": {claims: map[string]any{"scp": "User.Read", "roles": []string{"User.ReadWrite.All"}}, lacks: []string{addUser, upsert, grant}},
	} {
		t.Run(name, func(t *testing.T) {
			client, asked := clientWith(t, tokenWith(t, test.claims), nil)
			for range 2 {
				rights, ok, err := client.Rights(t.Context())
				if err != nil || !ok || rights.AppOnly != test.appOnly || len(rights.DirectoryRoles) != test.roles {
					t.Fatalf("%+v, %v, %v", rights, ok, err)
				}
				for _, call := range []string{addUser, upsert, grant} {
					if missing := rights.Lacks(call); (len(missing) > 0) != slices.Contains(test.lacks, call) || test.expected[call] != "" && !slices.Contains(missing, test.expected[call]) {
						t.Errorf("%s: lacks %v", call, missing)
					}
				}
				if missing := rights.Lacks("GET /somewhere"); missing != nil {
					t.Errorf("a call that the catalogue does not know: %v", missing)
				}
			}
			if *asked != 1 {
				t.Errorf("%d log-ins, want 1", *asked)
			}
		})
	}
}

func TestRightsOfOtherTokens(t *testing.T) {
	for _, token := range []string{"", "opaque", "a.b", "a.!.c", "a." + base64.RawURLEncoding.EncodeToString([]byte("no json")) + ".c", "a." + base64.RawURLEncoding.EncodeToString([]byte(`{"roles":7}`)) + ".c"} {
		client, _ := clientWith(t, token, nil)
		if rights, ok, err := client.Rights(t.Context()); ok || err != nil {
			t.Errorf("%q was read: %+v, %v", token, rights, err)
		}
	}
	client, _ := clientWith(t, "", errors.New("no network"))
	if _, ok, err := client.Rights(t.Context()); ok || err == nil {
		t.Error("a refused log-in was not reported")
	}
}
