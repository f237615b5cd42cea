// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

var placeholder = regexp.MustCompile(`\{[^}]+\}`)

// directoryCall says whether a call of the catalogue is one of the directory half, which is complete.
func directoryCall(call string) bool {
	_, path, _ := strings.Cut(call, " ")
	for _, prefix := range []string{"/applications", "/servicePrincipals", "/oauth2PermissionGrants", "/organization", "/subscribedSkus", "/directory/"} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return path == "/users" || path == "/users/{user-id}" || path == "/users/{user-id}/assignLicense" || path == "/me"
}

// TestEveryDirectoryCallOfTheCatalogueIsServed asks each call without any permission: a route that exists and is
// governed answers 403.
func TestEveryDirectoryCallOfTheCatalogueIsServed(t *testing.T) {
	nobody := start(t).as(t)
	seen := map[string]bool{}
	for _, permission := range catalog.All() {
		for _, call := range permission.Opens {
			if seen[call] || !directoryCall(call) {
				continue
			}
			seen[call] = true
			method, path, _ := strings.Cut(call, " ")
			if method == "SUBSCRIBE" {
				continue
			}
			path = placeholder.ReplaceAllString(path, "00000000-0000-4000-8000-000000000000")
			status, body := nobody.call(t, method, "/v1.0"+path, nil)
			if code, _ := failure(body); status != http.StatusForbidden || code != "Authorization_RequestDenied" {
				t.Errorf("%s = %d %v", call, status, body)
			}
		}
	}
	if len(seen) < 30 {
		t.Errorf("only %d calls tried", len(seen))
	}
}
